"""Who explains which kind of figure. Parts of the system register what they can explain."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _

from strategy.explained.rows import Explanation

#: Explains one figure by its name, for the page's month, day and reader. Raises Http404 where there
#: is no such figure, or the reader may not see it.
Source = Callable[[Any, str], Explanation]

_of_plans: dict[str, Source] = {}
_of_agencies: dict[str, Source] = {}


def explain_for_plans(kind: str, source: Source) -> None:
    """Register who explains a kind of figure of a plan; it is given a PlanPage."""
    _of_plans[kind] = source


def explain_for_agencies(kind: str, source: Source) -> None:
    """Register who explains a kind of figure of an agency; it is given a Page."""
    _of_agencies[kind] = source


def is_of_agencies(kind: str) -> bool:
    """Whether a kind of figure is an agency's and not a plan's. Raises KeyError for no kind."""
    if kind not in _of_plans:
        return bool(_of_agencies[kind])
    return False


def explained(page: Any, kind: str, name: str, *, of_plan: bool) -> Explanation:
    """What a figure is made of. Raises Http404."""
    source = (_of_plans if of_plan else _of_agencies).get(kind)
    if source is None:
        raise no_such_figure()
    return source(page, name)


def no_such_figure() -> Http404:
    """What is said where an address names no figure."""
    return Http404(_("There is no such figure. Open it from a page that shows it."))
