"""How bold a promise is: the step that it asks for beside those that were taken before.

PURE: no Django, no clock, no float. Source: docs/domain.md, "The next plan".
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from strategy.standing.status import HUNDRED

_CENT = Decimal("0.01")


class Ambition(NamedTuple):
    """A promised step, and how often one as large was taken.

    ``step``: the change a year that is asked for, above 0 where more is asked than there was;
    where lower is better, where less is. ``reached`` of ``steps`` were at least as large.
    """

    step: Decimal
    steps: int
    reached: int

    @property
    def share(self) -> Decimal | None:
        """In whole per cent; None where there is nothing to compare with."""
        if not self.steps:
            return None
        return (self.reached * HUNDRED / self.steps).quantize(Decimal(1), ROUND_HALF_UP)


def steps_taken(figures: Mapping[int, Decimal], *, lower_is_better: bool = False) -> list[Fraction]:
    """The change a year between each closing figure and the next, better above 0.

    Years without a figure are passed over: what lies between is shared out evenly.
    """
    sign = -1 if lower_is_better else 1
    return [
        sign * (Fraction(figures[after]) - Fraction(figures[before])) / (after - before)
        for before, after in pairwise(sorted(figures))
    ]


def largest_step(
    figures: Mapping[int, Decimal], *, lower_is_better: bool = False
) -> Decimal | None:
    """The best change a year that was ever taken; None where there was none."""
    taken = steps_taken(figures, lower_is_better=lower_is_better)
    if not taken:
        return None
    return Decimal(max(taken).numerator) / Decimal(max(taken).denominator)


def ambition(
    figures: Mapping[int, Decimal],
    before: tuple[int, Decimal],
    after: tuple[int, Decimal],
    *,
    lower_is_better: bool = False,
) -> Ambition:
    """What is asked from one year to another, beside the closing figures of the past.

    ``before``: a year with its closing figure or promise; ``after``: a later one with its
    promise.
    """
    ends = {before[0]: before[1], after[0]: after[1]}
    (asked,) = steps_taken(ends, lower_is_better=lower_is_better)
    taken = steps_taken(figures, lower_is_better=lower_is_better)
    exact = Decimal(asked.numerator) / Decimal(asked.denominator)
    return Ambition(
        exact.quantize(_CENT, ROUND_HALF_UP) + 0, len(taken), sum(each >= asked for each in taken)
    )
