"""Which version this is: pyproject.toml says it, here it is read."""

import tomllib
from functools import cache

from django.conf import settings


@cache
def version() -> str:
    """The version as written there, such as "0.2.0"."""
    text = (settings.BASE_DIR / "pyproject.toml").read_text(encoding="utf-8")
    found: str = tomllib.loads(text)["project"]["version"]
    return found
