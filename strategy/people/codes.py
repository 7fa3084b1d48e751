"""One-time codes beside the password: whether they are asked, of whom, and what an app is told."""

from __future__ import annotations

from base64 import b32encode
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from strategy import access
from strategy.thai import to_arabic

OFF, OPTIONAL = "off", "optional"
#: So many digits an app shows.
DIGITS = 6
#: A backup code: letters and digits that nobody takes for one another, so many of them.
BACKUP_LETTERS, BACKUP_LENGTH = "abcdefghjkmnpqrstuvwxyz23456789", 10


def setting_check(words: Iterable[str]) -> None:
    """Raise ImproperlyConfigured where ONE_TIME_CODES is no word alone and no list of roles."""
    said = list(words)
    if said not in ([OFF], [OPTIONAL]) and not (said and set(said) <= set(access.ROLES)):
        raise ImproperlyConfigured(
            f"ONE_TIME_CODES must be {OFF}, {OPTIONAL}, or roles with commas between "
            f"({', '.join(access.ROLES)}), not {','.join(said)!r}"
        )


def offered() -> bool:
    """Whether this installation knows one-time codes at all."""
    return settings.ONE_TIME_CODES != [OFF]


def must(user: Any) -> bool:
    """Whether somebody cannot do without: their role has to, or they may do everything."""
    roles = frozenset(settings.ONE_TIME_CODES) & frozenset(access.ROLES)
    return bool(roles) and (user.is_superuser or bool(roles & access.viewer(user).roles))


def device_of(user: Any) -> TOTPDevice | None:
    """The app that somebody has set up; None: none. One query."""
    found: TOTPDevice | None = TOTPDevice.objects.filter(user=user.pk, confirmed=True).first()
    return found


def backup_codes_left(user: Any) -> int:
    """How many backup codes somebody has not used yet."""
    count: int = StaticToken.objects.filter(device__user=user).count()
    return count


def code_plain(typed: str) -> str:
    """A code as it is compared: Arabic digits, small letters, nothing between them."""
    return "".join(to_arabic(typed).lower().replace("-", "").split())


def is_code(plain: str) -> bool:
    """Whether something could be a code at all, of an app or a backup code."""
    if len(plain) == BACKUP_LENGTH:
        return set(plain) <= set(BACKUP_LETTERS)
    return len(plain) == DIGITS and plain.isascii() and plain.isdigit()


def in_groups(text: str, size: int, between: str = " ") -> str:
    """A long text in groups, as it is read aloud and typed."""
    return between.join(text[at : at + size] for at in range(0, len(text), size))


def secret_of(key: str) -> str:
    """A key as an app takes it from who types it."""
    return b32encode(bytes.fromhex(key)).decode()


def app_address(key: str, name: str, title: str) -> str:
    """What the QR code tells an app: the key, and under which title and name to list it.

    The title stands in it once: in Thai letters it is long, and the code the harder to read.
    """
    facts = urlencode({"secret": secret_of(key), "issuer": title}, quote_via=quote)
    return f"otpauth://totp/{quote(name)}?{facts}"
