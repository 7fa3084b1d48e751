"""The menu of every page, as data. What it leads to is told by the floor that knows all pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from strategy.pages.page import Page


class Entry(NamedTuple):
    """A place in the menu. ``name``: what pages below it call themselves (``nav``).

    ``label`` and ``address`` of a page that is shown; an empty address leaves the place out.
    """

    name: str
    label: Callable[[Page], Any]
    address: Callable[[Page], str]


class Item(NamedTuple):
    """A place of the menu as one page shows it."""

    name: str
    label: str
    address: str


_entries: list[Entry] = []


def set_menu(entries: Iterable[Entry]) -> None:
    """Lay down the menu, in its order; called once when the system starts."""
    _entries[:] = entries


def menu_of(page: Page) -> list[Item]:
    """The places that a page's menu shows."""
    found = [(entry, entry.address(page)) for entry in _entries]
    return [Item(entry.name, str(entry.label(page)), to) for entry, to in found if to]
