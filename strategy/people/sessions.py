"""When a session ends: after a working day without use, and in any case after a week."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

#: When a session was last put off, and when it began; seconds since 1970.
SEEN, BEGAN = "seen", "began"
#: It is put off no more often than that, so that reading a page writes next to nothing.
GRAIN = timedelta(minutes=10)


class IdleSessions:
    """Moves a session's end along while somebody is at work.

    Django counts from the last time that something was written into the session, which is the
    sign-in. To write at every request (SESSION_SAVE_EVERY_REQUEST) would cost each page a write.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.session.get("_auth_user_id"):
            self._use(request)
        return self.get_response(request)

    @staticmethod
    def _use(request: HttpRequest) -> None:
        now, session = timezone.now(), request.session
        # Before it is first put off a session is as old as the sign-in that it was made by.
        user: Any = request.user
        signed_in = getattr(user, "last_login", None) or now
        began = _moment(session.get(BEGAN)) or signed_in
        if now - began >= settings.SESSION_LONGEST:
            logout(request)
        elif now - (_moment(session.get(SEEN)) or signed_in) >= GRAIN:
            session[SEEN], session[BEGAN] = now.timestamp(), began.timestamp()


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
