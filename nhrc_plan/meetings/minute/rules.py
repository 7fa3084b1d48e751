"""What a meeting is told first: whether the plan is on track, and what truly turned. PURE.

Source: docs/domain.md, "The minute".
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from strategy.calendar import FiscalMonth
from strategy.standing.status import (
    AT_RISK,
    AWAITING,
    CRITICAL,
    NEAR,
    ON_PLAN,
    Bands,
    status_of,
)

#: From best to worst; the other statuses are neither better nor worse.
RANKS = {code: rank for rank, code in enumerate((ON_PLAN, NEAR, AT_RISK, CRITICAL))}

# Whether the plan is on track, where no band can say so.
NO_TARGETS = "no_targets"
NOTHING_YET = "nothing_yet"
TOO_EARLY = "too_early"
VERDICTS = (*RANKS, NO_TARGETS, NOTHING_YET, TOO_EARLY)

# What became of a figure between two meetings.
WORSE = "worse"
BETTER = "better"
RESTATED = "restated"
OVERDUE = "overdue"
LATE = "late"
NEW = "new"
#: Those that a meeting is told one by one, the worst news first; the others are counted.
TURNS = (WORSE, RESTATED, BETTER)
CHANGES = (*TURNS, OVERDUE, LATE, NEW)


def verdict(*, with_target: int, reported: int, mean: Decimal | None, bands: Bands) -> str:
    """How a plan stands in one word: the band of its mean, once half of it has reported."""
    if not with_target:
        return NO_TARGETS
    if not reported or mean is None:
        return NOTHING_YET
    if 2 * reported < with_target:
        return TOO_EARLY
    return status_of(mean, bands)


class Seen(NamedTuple):
    """A figure as a meeting sees it: its status, its month, and its values by what they measure.

    ``at`` None: there is no figure.
    """

    status: str
    at: FiscalMonth | None = None
    values: Mapping[int, Decimal] = MappingProxyType({})


def change_of(
    before: Seen,
    after: Seen,
    *,
    compared: FiscalMonth,
    corrected: bool = False,
    lower_is_better: bool = False,
) -> str:
    """What became of a figure since the last meeting, which looked at the month ``compared``.

    ``corrected``: the figure that it saw is another now, or was taken back.
    """
    if before.status in RANKS and after.status in RANKS and before.status != after.status:
        return WORSE if RANKS[after.status] > RANKS[before.status] else BETTER
    if before.status not in RANKS and after.status in (AT_RISK, CRITICAL):
        return WORSE
    if corrected:
        return RESTATED
    if fell(before.values, after.values, lower_is_better):
        return WORSE
    if after.status == AWAITING:
        return OVERDUE
    if after.at is not None and after.at <= compared:
        return LATE
    return NEW


def fell(
    before: Mapping[int, Decimal], after: Mapping[int, Decimal], lower_is_better: bool = False
) -> bool:
    """Whether any value went the way that it should not."""
    return any(
        after[what] > value if lower_is_better else after[what] < value
        for what, value in before.items()
        if what in after
    )
