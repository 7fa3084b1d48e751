"""Settings from the environment; what cannot be read refuses the start and names the variable."""

import os
import re

from django.core.exceptions import ImproperlyConfigured


def env_bool(name: str, default: bool = False) -> bool:
    """A switch from the environment: 1/true/yes/on or 0/false/no/off, anything else refuses."""
    value = os.environ.get(name, "").strip().lower()
    if not value:
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}")


def env_count(name: str, default: int = 0, most: int = 9) -> int:
    """A whole number from 0 to ``most`` from the environment, anything else refuses."""
    value = os.environ.get(name, "").strip()
    if not value:
        return default
    if len(value) <= len(str(most)) and value.isascii() and value.isdigit() and int(value) <= most:
        return int(value)
    raise ImproperlyConfigured(f"{name} must be a number from 0 to {most}, not {value!r}")


def env_choice(name: str, choices: tuple[str, ...]) -> str:
    """One of some words from the environment, the first unless set; anything else refuses."""
    value = os.environ.get(name, "").strip().lower() or choices[0]
    if value in choices:
        return value
    raise ImproperlyConfigured(f"{name} must be one of {', '.join(choices)}, not {value!r}")


def env_address(name: str) -> str:
    """An address such as https://plan.example.org from the environment, without its last slash."""
    value = os.environ.get(name, "").strip().rstrip("/")
    if not value or re.fullmatch(r"https?://[A-Za-z0-9.-]+(:\d+)?(/[\w./~-]*)?", value):
        return value
    raise ImproperlyConfigured(f"{name} must be like https://plan.example.org, not {value!r}")


def env_list(name: str) -> list[str]:
    """A comma-separated list from the environment."""
    return [part.strip() for part in os.environ.get(name, "").split(",") if part.strip()]
