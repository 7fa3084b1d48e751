"""What stands beside something on its page and is of no concern to the app that shows it.

Parts of the system that know something about what another part shows register a source when the
system starts; the page asks for whatever there is and knows none of them. A source reads with a
fixed number of queries and gives a panel, or None where it has nothing to say.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, NamedTuple

from strategy.pages.page import Page


class Panel(NamedTuple):
    """A panel of a page: its template, and what that takes as ``shown``."""

    template: str
    shown: Any


Source = Callable[[Page, str, Collection[int]], Panel | None]

_sources: list[Source] = []


def register(source: Source) -> None:
    """Offer a source to every page that asks; it is given the page, a kind of thing and ids."""
    if source not in _sources:
        _sources.append(source)


def panels_beside(page: Page, kind: str, ids: Collection[int]) -> list[Panel]:
    """What there is to show beside things of a kind on their page."""
    found = (source(page, kind, ids) for source in _sources)
    return [panel for panel in found if panel is not None]
