"""When somebody counts as silent, and what counts as answered in time.

PURE: no Django, no clock, no float. Source: docs/domain.md, "Accountable persons".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

#: Whoever has reported nothing for longer, though something was due, is silent.
PATIENCE = timedelta(days=30)


def theirs_since(steps: Iterable[tuple[date, int | None]], person: int) -> date | None:
    """Since when a thing is somebody's without a break; None where it is not.

    ``steps``: who was its accountable person when it was written, oldest first.
    """
    since: date | None = None
    for day, who in steps:
        if who != person:
            since = None
        elif since is None:
            since = day
    return since


def is_silent(today: date, theirs: date | None, last: date | None) -> bool:
    """Whether somebody leaves an overdue thing unanswered in silence.

    It has been theirs for more than 30 days, since ``theirs``, and for more than 30 days they have
    reported nothing at all; ``last``: the day on which they did so last, None: never.
    """
    if theirs is None or today - theirs <= PATIENCE:
        return False
    return last is None or today - last > PATIENCE


class HandedIn(NamedTuple):
    """A figure was handed in: for which month, and on which day; None: nobody kept it."""

    month: int
    day: date | None


def in_time(
    handed_in: Sequence[HandedIn], month: int, next_end: int, deadline: date
) -> bool | None:
    """Whether the report of the period that ends in ``month`` was there by its deadline.

    A figure of that month counts, or of a later one before the next period ends in ``next_end``.
    The first day on which such a figure was handed in decides, whatever became of it. None: there
    is one, and nobody kept its day; then the report is left out.
    """
    own = [each for each in handed_in if month <= each.month < next_end]
    days = [each.day for each in own if each.day is not None]
    if own and not days:
        return None
    return bool(days) and min(days) <= deadline
