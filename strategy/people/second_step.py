"""The step between the password and being signed in: what somebody has for it, who has to take it,
and who has to take it again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth import get_user_model, login, logout
from django.db.models import Value
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django_otp.plugins.otp_totp.models import TOTPDevice
from django_otp.util import random_hex
from django_otp_webauthn.models import WebAuthnCredential

from strategy.people import codes
from strategy.people.passkeys import setting as passkeys

#: Of a session: whose password was right, by which app or passkey its owner is in, and the key of
#: an app that is being set up.
HALF_IN, DEVICE, PASSKEY, KEY = "half_in", "code_device", "passkey", "code_key"
#: How long after the password the step may be taken, or an app be set up.
STEP_WAIT = timedelta(minutes=10)
_APP, _PASSKEY = "app", "passkey"


class Steps(NamedTuple):
    """The id of the app for one-time codes (None: there is none), and those of the passkeys."""

    app: int | None = None
    passkeys: frozenset[int] = frozenset()


def offered() -> bool:
    """Whether this installation knows a second step at all."""
    return codes.offered() or passkeys.offered()


def steps_of(user: Any) -> Steps:
    """What somebody has set up, of what is offered. One query."""
    rows = []
    if codes.offered():
        apps = TOTPDevice.objects.filter(user=user.pk, confirmed=True)
        rows.append(apps.order_by().values_list(Value(_APP), "pk"))
    if passkeys.offered():
        keys = WebAuthnCredential.objects.filter(user=user.pk, confirmed=True)
        rows.append(keys.order_by().values_list(Value(_PASSKEY), "pk"))
    if not rows:
        return Steps()
    found = list(rows[0].union(*rows[1:], all=True))
    app = min((pk for kind, pk in found if kind == _APP), default=None)
    return Steps(app, frozenset(pk for kind, pk in found if kind == _PASSKEY))


def enough(user: Any, steps: Steps) -> bool:
    """Whether with these steps somebody has what their role has to have."""
    if passkeys.must(user):
        return bool(steps.passkeys)
    return bool(steps.passkeys) or steps.app is not None or not codes.must(user)


class SecondStep:
    """Puts out whoever is in without a step that is asked of them by now.

    They signed in before the setting or their role asked for it, their app or passkey was taken
    away, or it was set up elsewhere since.
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
        steps, session = steps_of(user), request.session
        if session.get(PASSKEY) in steps.passkeys:
            return True
        if passkeys.must(user):
            return False
        if DEVICE in session:
            return bool(session[DEVICE] == steps.app)
        return PASSKEY not in session and steps == Steps() and not codes.must(user)


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
    if kept is None or not offered() or not lately(kept["at"]):
        return None
    user: Any = get_user_model().objects.filter(pk=kept["user"], is_active=True).first()
    same = user and constant_time_compare(kept["password"], user.get_session_auth_hash())
    return user if same else None


def half_in_by_code(request: HttpRequest) -> None:
    """Keep that the code was right too, of whom has to set a passkey up before being let in."""
    request.session[HALF_IN] = {**request.session[HALF_IN], "code": True}


def next_of(request: HttpRequest, person: Any, steps: Steps) -> str:
    """The name of the page to which whoever is half in goes on.

    What has been set up is asked for first: a password alone sets nothing up beside it.
    """
    if steps.passkeys:
        return "login_passkey"
    if steps.app is not None and not request.session[HALF_IN].get("code"):
        return "login_code"
    return "login_passkey_new" if passkeys.must(person) else "login_set_up"


def may_set_up(request: HttpRequest, steps: Steps) -> bool:
    """Whether whoever is half in may set something up before being let in: they have nothing but
    the password, or only an app that is not enough, and have shown its code."""
    shown = steps.app is None or bool(request.session[HALF_IN].get("code"))
    return shown and not steps.passkeys


def all_in(request: HttpRequest, user: Any, *, app: int | None, passkey: int | None) -> str:
    """Sign somebody in by the app or the passkey that they have used; gives the address that they
    wanted."""
    kept = request.session.pop(HALF_IN)
    request.session.pop(KEY, None)
    login(request, user, backend=kept["backend"])
    stand_on(request, app=app, passkey=passkey)
    return str(kept["then"])


def in_by_passkey(request: HttpRequest, user: Any, passkey: int) -> None:
    """Sign somebody in whose passkey stands for the password too."""
    for name in (HALF_IN, KEY):
        request.session.pop(name, None)
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[-1])
    stand_on(request, passkey=passkey)


def stand_on(request: HttpRequest, *, app: int | None = None, passkey: int | None = None) -> None:
    """Keep by which app or passkey the owner of a session is in; neither: by the password."""
    for name, device in ((DEVICE, app), (PASSKEY, passkey)):
        request.session.pop(name, None)
        if device is not None:
            request.session[name] = device


def stand_on_what_is_left(request: HttpRequest) -> None:
    """After somebody has shown who they are, and changed what they sign in with: the session
    stands on what there is now, and so goes on."""
    steps, session = steps_of(request.user), request.session
    if session.get(PASSKEY) in steps.passkeys:
        return
    if steps.app is not None and (session.get(DEVICE) == steps.app or not steps.passkeys):
        stand_on(request, app=steps.app)
    else:
        stand_on(request, passkey=min(steps.passkeys, default=None))


def key_begin(request: HttpRequest) -> None:
    """Make the key of an app that is to be set up; it waits in the session for its first code."""
    request.session[KEY] = {"key": random_hex(20), "at": timezone.now().timestamp()}


def key_waiting(request: HttpRequest) -> str | None:
    """The key of the app that is being set up; None where the password has to be asked for."""
    kept = request.session.get(KEY)
    return str(kept["key"]) if kept is not None and lately(kept["at"]) else None


def lately(at: float) -> bool:
    """Whether a moment (seconds since 1970) is no longer ago than a step may take."""
    return timezone.now().timestamp() - at < STEP_WAIT.total_seconds()
