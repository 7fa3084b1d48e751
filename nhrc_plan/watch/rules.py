"""What the data themselves give away: rules by which something is listed for a second look.

PURE: no Django, no clock, no float. None of these is an error by itself; each asks somebody who
knows. Source: docs/domain.md, "Quality of the data".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from strategy.standing.timeline import Month

#: A draft that nobody has touched for longer is forgotten; an approval that took longer is late.
PATIENCE = timedelta(days=30)

ONE, HUNDRED = Decimal(1), Decimal(100)

SUBMITTED, APPROVED = "submitted", "approved"


class Step(NamedTuple):
    """A running total that lies below the one before it."""

    earlier: Month
    earlier_value: Decimal
    later: Month
    later_value: Decimal


def falls(totals: Mapping[Month, Decimal]) -> list[Step]:
    """Where a running total lies below the one before it, in the order of months."""
    return [
        Step(before, totals[before], after, totals[after])
        for before, after in pairwise(sorted(totals))
        if totals[after] < totals[before]
    ]


def easier_years(targets: Mapping[int, Decimal], *, lower_is_better: bool) -> list[tuple[int, int]]:
    """The years that promise less than the promise before: (the year before, the year).

    Years without a number are passed over. Where lower is better, a higher number is the lesser
    promise.
    """
    sign = -1 if lower_is_better else 1
    return [
        (before, after)
        for before, after in pairwise(sorted(targets))
        if sign * targets[after] < sign * targets[before]
    ]


def is_forgotten(touched: datetime, now: datetime) -> bool:
    """Whether a draft has not been touched for longer than is usual."""
    return now - touched > PATIENCE


class Approval(NamedTuple):
    """When a figure was handed in, and when it was approved."""

    submitted: datetime
    approved: datetime

    @property
    def days(self) -> int:
        return (self.approved - self.submitted).days


def late_approval(steps: Sequence[tuple[datetime, str]]) -> Approval | None:
    """The last approval of a figure, where it came long after it was handed in; else None.

    ``steps``: the states that its history tells, oldest first. What was reopened counts from when
    it was handed in again. What was never seen waiting was approved as it was entered.
    """
    submitted: datetime | None = None
    found: Approval | None = None
    state = ""
    for when, new in steps:
        if new == SUBMITTED and state != SUBMITTED:
            submitted = when
        if new == APPROVED and state != APPROVED:
            found = Approval(submitted, when) if submitted is not None else None
        if new not in (SUBMITTED, APPROVED):
            submitted = None
        state = new
    if found is None or state != APPROVED or found.approved - found.submitted <= PATIENCE:
        return None
    return found


#: What is odd about weights.
PARTLY_SET, OTHER_SUM = "partly_set", "other_sum"


def odd_weights(weights: Iterable[Decimal]) -> str | None:
    """What is odd about the weights of a set of indicators, if anything is.

    All 1 is how nobody set any. Otherwise ``partly_set`` where some still stand at 1, and
    ``other_sum`` where all were set and they do not make 100 together.
    """
    held = list(weights)
    unset = sum(weight == ONE for weight in held)
    if unset == len(held):
        return None
    if sum(held) == HUNDRED:
        return None
    return PARTLY_SET if unset else OTHER_SUM
