"""People with an app for one-time codes, and what it shows."""

from __future__ import annotations

import time
from typing import Any

from django.test import Client
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from strategy.people.write_codes import codes_set_up

PASSWORD = "for-tests-only"
KEY = "3132333435363738393031323334353637383930"
CODE, SET_UP, OWN = "/login/code/", "/login/set-up/", "/password/codes/"


def shows(steps: int = 0, key: str = KEY) -> str:
    """What the app shows, so many half minutes from now."""
    return f"{totp(bytes.fromhex(key), t0=-30 * steps):06}"


def wrong_code() -> str:
    """Six digits that the app does not show, lately or soon."""
    near = {shows(steps) for steps in range(-3, 4)}
    return next(code for code in ("000000", "111111", "222222", "333333") if code not in near)


def with_app(person: Any) -> list[str]:
    """Set an app up for somebody, as if some time ago; gives the backup codes."""
    made = codes_set_up(person=person, key=KEY, typed=shows())
    assert made is not None
    TOTPDevice.objects.filter(user=person).update(last_t=int(time.time()) // 30 - 5)
    return made[1]


def password(client: Client, person: Any, typed: str = PASSWORD, **sent: Any) -> Any:
    """Send the name and a password to the sign-in."""
    return client.post("/login/", {"username": person.get_username(), "password": typed, **sent})


def is_in(client: Client) -> bool:
    """Whether a client reads pages."""
    return client.get("/plans/nhrc-2566-2570/").status_code == 200
