"""What is tried whole (SWEEP=whole, ``make test-all``), and the part that stands for it usually.

A sweep goes through many cases of one kind, such as each odd value on each list. A usual run takes
a fixed share of them, in which every kind stands, and which finds what the negative control breaks.
What has to notice by itself that something is new (an address, a form, a field) is no sweep.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TypeVar

T = TypeVar("T")

#: Whether all of it is tried.
WHOLE = os.environ.get("SWEEP") == "whole"


def part(every: Iterable[T], of: int, start: int = 0) -> list[T]:
    """One in so many, always the same, the first being that at ``start``; all in a sweep.

    Whoever takes parts of one list in several places gives each another start, and so takes all.
    """
    found = list(every)
    return found if WHOLE else found[start % of :: of]


def size(usual: int, whole: int) -> int:
    """How many, or how much: in a usual run, and in a sweep."""
    return whole if WHOLE else usual
