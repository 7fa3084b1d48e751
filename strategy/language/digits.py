"""In which digits somebody reads: Arabic, until they choose Thai ones, which Thai pages alone have.

Kept as the language is (strategy/language/choice.py): a cookie, and of whoever is signed in the
database. ``?digits=thai`` or ``?digits=arabic`` asks for one page or report in either. What is
typed in and sent back, data and entry workbooks keep Arabic digits; Thai ones are understood
everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from strategy.thai import reads_thai
from strategy.thai.digits import page_in_thai_digits

ARABIC, THAI = "arabic", "thai"
DIGITS = frozenset({ARABIC, THAI})
#: The cookie, and the parameter of an address.
NAME = "digits"

_thai: ContextVar[bool] = ContextVar("thai_digits", default=False)


def thai_digits() -> bool:
    """Whether what is written now is written in Thai digits."""
    return _thai.get() and reads_thai()


@contextmanager
def written_in(digits: str) -> Iterator[None]:
    """What is written inside is written in these digits."""
    token = _thai.set(digits == THAI)
    try:
        yield
    finally:
        _thai.reset(token)


class Digits:
    """Middleware, inside that of the language: reading pages in the digits of the reader."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asked = request.GET.get(NAME, "")
        digits = asked if asked in DIGITS else request.COOKIES.get(NAME, ARABIC)
        with written_in(digits):
            answer = self.get_response(request)
            if thai_digits() and _is_reading_page(answer):
                html = answer.content.decode(answer.charset)
                answer.content = page_in_thai_digits(html).encode(answer.charset)
        return answer


def _is_reading_page(answer: HttpResponse) -> bool:
    """A page that is read. In data entry figures stay as they are typed and compared."""
    if answer.streaming or not answer.headers.get("Content-Type", "").startswith("text/html"):
        return False
    return b'class="reading-page"' in answer.content[:400]


def keep_cookie(answer: HttpResponse, digits: str) -> None:
    """Let the browser remember the choice as it does that of the language."""
    answer.set_cookie(
        NAME,
        digits,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        samesite="Lax",
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        secure=settings.LANGUAGE_COOKIE_SECURE,
    )
