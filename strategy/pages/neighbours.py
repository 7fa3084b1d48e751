"""What comes before and after what a page shows, to go on by a press or by the keys [ and ]."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

_Thing = TypeVar("_Thing")


class Near(NamedTuple):
    """Where something has its page, and what it is called."""

    address: str
    name: str


class Neighbours(NamedTuple):
    """The two beside something; None at either end."""

    before: Near | None
    after: Near | None


def neighbours(found: Sequence[_Thing], here: _Thing, near: Callable[[_Thing], Near]) -> Neighbours:
    """The two beside ``here`` in the order of ``found``; none where it is not among them."""
    if here not in found:
        return Neighbours(None, None)
    place = found.index(here)
    before = near(found[place - 1]) if place else None
    after = near(found[place + 1]) if place + 1 < len(found) else None
    return Neighbours(before, after)
