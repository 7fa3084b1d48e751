"""Whether single sign-on is set whole, said at the start."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

#: On one's own machine, for trying it out, where no HTTPS is needed.
_LOCAL = ("localhost", "127.0.0.1")


def setting_check(given: Mapping[str, str]) -> None:
    """Raise ImproperlyConfigured where some of the settings are there and others are not, or an
    address is not kept secret on the way. ``given``: by name, "" for none."""
    missing = sorted(name for name, value in given.items() if not value)
    if len(missing) == len(given):
        return
    if missing:
        raise ImproperlyConfigured(f"Single sign-on needs {', '.join(missing)} as well")
    for name, value in given.items():
        parts = urlsplit(value)
        if parts.scheme == "http" and parts.hostname not in _LOCAL:
            raise ImproperlyConfigured(f"{name} must begin with https://, not be {value!r}")
