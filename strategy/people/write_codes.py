"""Writing one-time codes: an app is set up, a code is used up, backup codes are made.

What is written of it in the account's history names what was done, never a key or a code.
"""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from strategy.people.codes import BACKUP_LENGTH, BACKUP_LETTERS, DIGITS, code_plain
from strategy.people.write import device_forget, person_note
from strategy.people.write_tries import counted_try

#: So many backup codes are made at a time.
BACKUP_CODES = 10


def code_try(request: HttpRequest, person: Any, typed: str) -> bool:
    """Whether a code is the person's, who then has used it up.

    Counted as a wrong password is, by name and address, before it is looked at.
    """
    plain = code_plain(typed)
    return counted_try(request, person.get_username(), lambda: code_use(person, plain))


@transaction.atomic
def code_use(person: Any, plain: str) -> bool:
    """Use a code up; gives whether it was one of the person's that had not been used.

    The row of the app is held meanwhile, so that of several with one code one is let in.
    """
    device = TOTPDevice.objects.select_for_update().filter(user=person.pk, confirmed=True).first()
    if device is None:
        return False
    if len(plain) == DIGITS:
        return bool(device.verify_token(plain))
    kept = StaticToken.objects.filter(device__user=person.pk, token=_kept(person, plain))
    return bool(kept.delete()[0])


@transaction.atomic
def codes_set_up(*, person: Any, key: str, typed: str) -> tuple[TOTPDevice, list[str]] | None:
    """Set an app up with the first code that it shows; gives it, and the backup codes.

    None where the code is not the key's, or where the person has an app by now.
    """
    get_user_model().objects.select_for_update().get(pk=person.pk)
    if TOTPDevice.objects.filter(user=person.pk).exists():
        return None
    device = TOTPDevice(user_id=person.pk, key=key, name="app")
    device.save()
    if not device.verify_token(code_plain(typed)):
        device.delete()
        return None
    codes = _backup_codes_made(person)
    person_note(person=person, user=person, reason=_("Set one-time codes up for oneself."))
    return device, codes


@transaction.atomic
def backup_codes_renew(*, person: Any) -> list[str]:
    """Make backup codes anew; those there were no longer count."""
    codes = _backup_codes_made(person)
    person_note(person=person, user=person, reason=_("Made new backup codes for oneself."))
    return codes


@transaction.atomic
def codes_switch_off(*, person: Any) -> None:
    """Forget somebody's own app and backup codes."""
    device_forget(person)
    person_note(person=person, user=person, reason=_("Switched one-time codes off for oneself."))


def _backup_codes_made(person: Any) -> list[str]:
    StaticDevice.objects.filter(user=person.pk).delete()
    device = StaticDevice(user_id=person.pk, name="backup")
    device.save()
    codes = [
        "".join(secrets.choice(BACKUP_LETTERS) for _letter in range(BACKUP_LENGTH))
        for _code in range(BACKUP_CODES)
    ]
    StaticToken.objects.bulk_create(
        StaticToken(device=device, token=_kept(person, code)) for code in codes
    )
    return codes


def _kept(person: Any, plain: str) -> str:
    """A backup code as it is stored: nobody reads it from the database or from a copy of it."""
    return salted_hmac(f"backup code of {person.pk}", plain, algorithm="sha256").hexdigest()[:16]
