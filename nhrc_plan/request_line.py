"""One line of the log for each request, and an id by which its other lines are found."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable
from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from nhrc_plan.logs import request_id
from strategy.people.address import client_address

logger = logging.getLogger("nhrc_plan.requests")
#: Asked every few seconds by machines: only what goes wrong with them is worth a line.
PROBES = {"/healthz", "/readyz"}
_GIVEN = re.compile(r"[A-Za-z0-9-]{8,64}")


class RequestLine:
    """Outermost middleware: gives the request its id, the answer too, and writes the line.

    The line names method, path, status, duration, account and address. It holds no query, which
    may be what somebody searched for, and no name of a person.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token, began = request_id.set(_id(request)), time.perf_counter()
        if request.path in PROBES:
            # Whoever looks with a browser is told the same: no session is looked up.
            request.META.pop("HTTP_COOKIE", None)
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = request_id.get()
            if request.path not in PROBES or response.status_code >= 400:
                took = round((time.perf_counter() - began) * 1000)
                self._write(request, response.status_code, took)
            return response
        finally:
            request_id.reset(token)

    @staticmethod
    def _write(request: HttpRequest, status: int, took: int) -> None:
        session = getattr(request, "session", None)
        # Whoever has not looked at the session has not asked who it was; nor does a log line.
        known = session is not None and session.accessed and status < 500
        logger.info(
            "%s %s %s",
            request.method,
            request.path,
            status,
            extra={
                "method": request.method,
                "path": request.path,
                "status": status,
                "ms": took,
                "account": session.get("_auth_user_id") if known and session else None,
                "address": client_address(request),
            },
        )


def _id(request: HttpRequest) -> str:
    """The id that one's own proxy gave (X-Request-ID), else one of our own."""
    given = request.META.get("HTTP_X_REQUEST_ID", "") if settings.BEHIND_PROXY else ""
    return given if _GIVEN.fullmatch(given) else uuid4().hex
