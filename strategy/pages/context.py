"""What every template knows: the title of the site, asked for only where a page has none."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from strategy.pages.current import site_title


def titles(request: HttpRequest) -> dict[str, Any]:
    """``home_title``: of pages that are of no agency in particular."""
    return {"home_title": SimpleLazyObject(site_title)}
