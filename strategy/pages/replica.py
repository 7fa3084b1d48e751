"""Reading pages may ask a copy of the database that follows it (DATABASE_READ_URL).

A copy lags a moment behind, so whoever has just sent something reads the database itself for a
while: nobody misses what they wrote. Where the copy is away, the page is made anew from the
database, and the copy is left alone for a while. Whoever is signed in, and all that may write,
asks the database itself.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, InterfaceError, OperationalError, connections
from django.http import HttpRequest, HttpResponse

from strategy.known.reading import known_day

COPY = "replica"
#: The cookie of whoever sent something, and for how many seconds they read the database itself.
SENT, RECENT = "sent", 20
#: Seconds for which a copy that was away is left alone.
REST = 10

#: Whether it still follows (or is the database by now): one that stopped would show old figures.
_FOLLOWS = """
SELECT NOT pg_is_in_recovery() OR EXISTS (SELECT 1 FROM pg_stat_wal_receiver WHERE pid IS NOT NULL)
"""

logger = logging.getLogger(__name__)
_from_copy: ContextVar[bool] = ContextVar("from_copy", default=False)
_rests_until = 0.0


class Router:
    """Which database is asked: the copy by reading pages alone, and never to write."""

    def db_for_read(self, model: type[Any], **hints: Any) -> str:
        return COPY if _from_copy.get() else DEFAULT_DB_ALIAS

    def db_for_write(self, model: type[Any], **hints: Any) -> str:
        return DEFAULT_DB_ALIAS

    def allow_relation(self, one: Any, other: Any, **hints: Any) -> bool:
        """The rows of both are the same rows."""
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db != COPY


class AfterSending:
    """Remembers, with whoever sent something, that they did."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method not in ("GET", "HEAD", "OPTIONS"):
            response.set_cookie(
                SENT, "1", max_age=RECENT, httponly=True, samesite="Lax",
                secure=bool(settings.SESSION_COOKIE_SECURE),
            )  # fmt: skip
        return response


def has_copy() -> bool:
    """Whether the settings name a copy."""
    return COPY in settings.DATABASES


def read_page(request: HttpRequest, page: Callable[[], HttpResponse]) -> HttpResponse:
    """A page that only reads, from the copy where there is one that may be asked.

    What stands in the tables' place on a page of an earlier day is made by the database's own
    connection (strategy/known).
    """
    global _rests_until
    resting = time.monotonic() < _rests_until or known_day() is not None
    if not has_copy() or SENT in request.COOKIES or resting:
        return page()
    token = _from_copy.set(True)
    try:
        # A connection that broke since the last page is found, and made anew, here.
        with connections[COPY].cursor() as cursor:
            cursor.execute(_FOLLOWS)
            if not cursor.fetchone()[0]:
                raise OperationalError("it no longer follows the database")
        return page()
    except (OperationalError, InterfaceError) as error:
        connections[COPY].close()
        _rests_until = time.monotonic() + REST
        logger.warning("the copy of the database is away: %s", type(error).__name__)
    finally:
        _from_copy.reset(token)
    return page()
