"""Passkeys by setting: whether they are offered, to whom they are a must, for which site."""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from strategy import access

OFF, OPTIONAL = "off", "optional"
_LOCAL = "localhost"
_NAME = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")


def setting_check(words: Iterable[str], *, alone: bool, domain: str, origins: list[str]) -> None:
    """Raise ImproperlyConfigured, in one sentence, where no passkey could work as it is set.

    ``words``: PASSKEYS; ``alone``: PASSKEY_ALONE; ``domain``, ``origins``: PASSKEY_DOMAIN and
    PASSKEY_ORIGINS, or what follows from SITE_URL.
    """
    said = list(words)
    if said not in ([OFF], [OPTIONAL]) and not (said and set(said) <= set(access.ROLES)):
        _refuse(
            f"PASSKEYS must be {OFF}, {OPTIONAL}, or roles with commas between "
            f"({', '.join(access.ROLES)}), not {','.join(said)!r}"
        )
    if said == [OFF]:
        if alone:
            _refuse("PASSKEY_ALONE is on and PASSKEYS is off, so nobody has a passkey to use")
        return
    if not domain or not origins:
        _refuse(
            "PASSKEYS needs SITE_URL, such as https://plan.example.org, or PASSKEY_DOMAIN and "
            "PASSKEY_ORIGINS, since a passkey belongs to one site"
        )
    if _is_number(domain) or not _NAME.fullmatch(domain):
        _refuse(
            "PASSKEY_DOMAIN must be the name of a host, such as plan.example.org (on one's own "
            f"machine localhost), and never an IP address, not {domain!r}"
        )
    for origin in origins:
        _check_origin(origin, domain)


def _check_origin(origin: str, domain: str) -> None:
    try:
        parts = urlsplit(origin)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        parts, host, port = urlsplit(""), "", None
    if not host or origin != f"{parts.scheme}://{parts.netloc}" or "@" in origin:
        _refuse(f"PASSKEY_ORIGINS must be like https://plan.example.org, not {origin!r}")
    if (parts.scheme, port) in (("https", 443), ("http", 80)):
        _refuse(f"PASSKEY_ORIGINS must leave the port out, as browsers do: {origin!r}")
    if parts.scheme != "https" and not (parts.scheme == "http" and host == _LOCAL):
        _refuse(
            f"PASSKEY_ORIGINS must begin with https:// (http:// works with localhost alone), "
            f"not be {origin!r}"
        )
    if host != domain and not host.endswith(f".{domain}"):
        _refuse(
            f"PASSKEY_ORIGINS names {origin!r}, which does not lie within PASSKEY_DOMAIN "
            f"{domain!r}, so browsers would refuse every passkey there"
        )


def _is_number(domain: str) -> bool:
    try:
        ip_address(domain.strip("[]"))
    except ValueError:
        return False
    return True


def _refuse(sentence: str) -> None:
    raise ImproperlyConfigured(sentence)


def offered() -> bool:
    """Whether this installation knows passkeys at all."""
    return settings.PASSKEYS != [OFF]


def alone() -> bool:
    """Whether a passkey signs in without the password."""
    return offered() and settings.PASSKEY_ALONE


def must(user: Any) -> bool:
    """Whether nothing but a passkey will do for somebody: their role has to, or they may do
    everything."""
    roles = frozenset(settings.PASSKEYS) & frozenset(access.ROLES)
    return bool(roles) and (user.is_superuser or bool(roles & access.viewer(user).roles))
