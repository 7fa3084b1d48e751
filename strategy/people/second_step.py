"""The step between the password and being signed in, and who has to take it again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model, login, logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django_otp.util import random_hex

from strategy.people.codes import device_of, must, offered

#: Of a session: whose password was right, by which app its owner is in, and the key of an app
#: that is being set up.
HALF_IN, DEVICE, KEY = "half_in", "code_device", "code_key"
#: How long after the password the step may be taken, or an app be set up.
STEP_WAIT = timedelta(minutes=10)


class SecondStep:
    """Puts out whoever is in without a code that is asked of them by now.

    They signed in before the setting or their role asked for it, their app was taken away, or
    it was set up elsewhere since.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if offered() and request.session.get("_auth_user_id") and not self._passed(request):
            logout(request)
        return self.get_response(request)

    @staticmethod
    def _passed(request: HttpRequest) -> bool:
        user: Any = request.user
        if not user.is_authenticated:
            return True
        device = device_of(user)
        if device is None:
            return DEVICE not in request.session and not must(user)
        return bool(request.session.get(DEVICE) == device.pk)


def half_in_begin(request: HttpRequest, user: Any, then: str) -> None:
    """Keep that somebody's password was right, and where they wanted to go."""
    request.session.flush()
    request.session[HALF_IN] = {
        "user": user.pk,
        "backend": user.backend,
        "password": user.get_session_auth_hash(),
        "then": then,
        "at": timezone.now().timestamp(),
    }


def half_in(request: HttpRequest) -> Any:
    """The account whose password was right a moment ago; None: nobody's, or it has changed."""
    kept = request.session.get(HALF_IN)
    if kept is None or not offered() or not _lately(kept["at"]):
        return None
    user: Any = get_user_model().objects.filter(pk=kept["user"], is_active=True).first()
    same = user and constant_time_compare(kept["password"], user.get_session_auth_hash())
    return user if same else None


def all_in(request: HttpRequest, user: Any, device: Any) -> str:
    """Sign somebody in whose code was right; gives the address they wanted."""
    kept = request.session.pop(HALF_IN)
    request.session.pop(KEY, None)
    login(request, user, backend=kept["backend"])
    request.session[DEVICE] = device.pk
    return str(kept["then"])


def key_begin(request: HttpRequest) -> None:
    """Make the key of an app that is to be set up; it waits in the session for its first code."""
    request.session[KEY] = {"key": random_hex(20), "at": timezone.now().timestamp()}


def key_waiting(request: HttpRequest) -> str | None:
    """The key of the app that is being set up; None where the password has to be asked for."""
    kept = request.session.get(KEY)
    return str(kept["key"]) if kept is not None and _lately(kept["at"]) else None


def _lately(at: float) -> bool:
    return timezone.now().timestamp() - at < STEP_WAIT.total_seconds()
