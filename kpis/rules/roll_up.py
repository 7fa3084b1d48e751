"""Many indicators, and many years: roll-up and trend.

Pure, like judging.py, whose standings it sums up. Source: docs/domain.md, "Roll-up", "Trend".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import NamedTuple

from kpis.rules.facts import ZERO
from kpis.rules.judging import MET, Standing
from kpis.rules.score import ScoreMean
from strategy.standing.status import HUNDRED, STATUSES, round2_fraction

_TENTH = Decimal("0.1")


class LastClose(NamedTuple):
    """How the year before closed, for a year in which nothing has come in yet."""

    year: int
    mean: Decimal | None
    reported: int
    with_target: int


@dataclass(frozen=True, slots=True)
class RollUp:
    """A set of indicators: mean of "of expected" (each capped at 100) and its coverage.

    ``scores``: the mean of their scores, None where none of them has level criteria. ``last``:
    the close of the year before, while this year has no figure; no status is ever made of it.
    """

    counts: Mapping[str, int]
    with_target: int
    reported: int
    mean: Decimal | None
    scores: ScoreMean | None = None
    last: LastClose | None = None

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def roll_up(standings: Iterable[tuple[Standing, Decimal]]) -> RollUp:
    """Sum up (standing, weight) pairs; the order does not matter.

    The mean is over indicators with a current figure and a target, each capped at 100; "no
    cases" counts as reported and stays outside the mean.
    """
    counts = dict.fromkeys(STATUSES, 0)
    with_target = reported = 0
    weights = ZERO
    # Sums of weighted tops by their bottoms: exact, and one fraction for each distinct bottom.
    tops: dict[Decimal, Decimal] = {}
    for standing, weight in standings:
        counts[standing.status] += 1
        with_target += standing.has_target
        reported += standing.has_target and standing.counts
        if standing.has_target and standing.counts and standing.exact is not None:
            share = standing.exact if standing.exact.value < HUNDRED else MET
            tops[share.bottom] = tops.get(share.bottom, ZERO) + share.top * weight
            weights += weight
    mean = None
    if weights:
        total = sum((Fraction(top) / Fraction(bottom) for bottom, top in tops.items()), Fraction())
        mean = round2_fraction(total / Fraction(weights))
    return RollUp(counts, with_target, reported, mean)


def trend(
    points: Sequence[tuple[int, Decimal]], at_year: int, *, percent: bool = False
) -> Decimal | None:
    """A straight line through the completed years' last figures, read at ``at_year``.

    Least squares over (fiscal year, figure), once two stand; one decimal; a percentage is kept
    within 0–100. Always to be called an estimate.
    """
    if len(points) < 2:
        return None
    count = len(points)
    sum_x = sum(year for year, _ in points)
    sum_y = sum((value for _, value in points), ZERO)
    # Both sums are scaled by ``count`` so that whole years stay whole numbers.
    spread = sum((count * year - sum_x) ** 2 for year, _ in points)
    lean = sum(((count * year - sum_x) * (count * value - sum_y) for year, value in points), ZERO)
    value = (sum_y * spread + lean * (count * at_year - sum_x)) / (count * spread)
    if percent:
        value = min(max(value, ZERO), HUNDRED)
    return value.quantize(_TENTH, ROUND_HALF_UP)
