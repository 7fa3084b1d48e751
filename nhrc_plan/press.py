"""One request is one press: what it writes stands in the history as one act."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from strategy.records.model import one_act

Answer = Callable[[HttpRequest], HttpResponse]


def one_press(get_response: Answer) -> Answer:
    """Middleware: whatever rows a request writes, and of how many kinds, they share an act."""

    def middleware(request: HttpRequest) -> HttpResponse:
        with one_act():
            return get_response(request)

    return middleware
