"""What a measure should show by the end of a month, and by which rule.

PURE. Source: docs/domain.md, "Expected by now, and status".
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import NamedTuple

from kpis.rules.facts import (
    CUMULATIVE,
    LOWER,
    NUMERIC,
    RATE,
    ZERO,
    IndicatorFacts,
    MeasureFacts,
    TargetFacts,
    TargetPoint,
    in_force,
    previous_target,
    target_in_force,
)
from strategy.standing.status import HUNDRED

# Why so much is expected.
WHOLE_TARGET = "rate"
YEAR_END = "year_end"
FROM_ZERO = "from_zero"
FROM_PREVIOUS = "from_previous"
FROM_BASELINE = "from_baseline"
PLANNED = "planned"
NOT_ABOVE_BASELINE = "not_above_baseline"
LOWER_WITHOUT_PREVIOUS = "lower_without_previous"
OF_MILESTONE = "milestone"


class Stretch(NamedTuple):
    """The part of the line that a month lies on: from a figure at one month to the next."""

    start: Decimal
    start_month: int
    end: Decimal
    end_month: int


class Expected(NamedTuple):
    """An expected figure as num ÷ den, so that one division at the end is the only one.

    ``rule`` says why, ``stretch`` from where to where a straight line was drawn, None without a
    line. ``unrounded``: the figure before whole things were rounded; None where nothing was.
    """

    num: Decimal
    den: int
    rule: str
    stretch: Stretch | None = None
    unrounded: Decimal | None = None

    @property
    def value(self) -> Decimal:
        return self.num if self.den == 1 else self.num / self.den

    @property
    def is_rounded_down(self) -> bool:
        """A whole number stands for a line that was above it."""
        return self.unrounded is not None and self.unrounded > self.num


def expected(
    indicator: IndicatorFacts, measure: MeasureFacts, target: TargetFacts, year: int, month: int
) -> Expected:
    """What a measure with a numeric target should show by the end of a month."""
    point = target.values[measure.id]
    if indicator.accrual == RATE:
        return Expected(point.value, 1, WHOLE_TARGET)
    if month == 12:
        return Expected(point.value, 1, YEAR_END)
    return _rounded(_line(indicator, measure, point, year, month), measure, indicator.direction)


def _line(
    indicator: IndicatorFacts, measure: MeasureFacts, point: TargetPoint, year: int, month: int
) -> Expected:
    """The line before the year's end, not rounded to whole things yet."""
    planned = [(3, point.q1), (6, point.q2), (9, point.q3)]
    points = [(at, value) for at, value in planned if value is not None]
    start, rule = ZERO, FROM_ZERO
    if indicator.accrual == CUMULATIVE:
        previous = previous_target(indicator, measure, year, month)
        baseline = in_force(measure.baselines, year, month)
        if previous is not None:
            start, rule = previous, FROM_PREVIOUS
        elif baseline is not None:
            start, rule = baseline, FROM_BASELINE
        if not points:
            lower = indicator.direction == LOWER
            if lower and rule == FROM_ZERO:
                return Expected(point.value, 1, LOWER_WITHOUT_PREVIOUS)
            if not lower and baseline is not None and point.value <= baseline:
                return Expected(point.value, 1, NOT_ABOVE_BASELINE)
    at, value = 0, start
    for next_at, next_value in [*points, (12, point.value)]:
        if month <= next_at:
            span = next_at - at
            return Expected(
                value * span + (next_value - value) * (month - at),
                span,
                PLANNED if points else rule,
                Stretch(value, at, next_value, next_at),
            )
        at, value = next_at, next_value
    raise AssertionError("months 1 to 11 lie before the year's end")


def _rounded(line: Expected, measure: MeasureFacts, direction: str) -> Expected:
    """Whole things, and levels, expect the line rounded to the side that asks less.

    Down where higher is better, up where lower is better.
    """
    if not measure.counts_whole_things:
        return line
    exact = line.num / line.den
    side = ROUND_CEILING if direction == LOWER else ROUND_FLOOR
    return line._replace(num=exact.to_integral_value(side), den=1, unrounded=exact)


def milestone_line(month: int, due_month: int | None) -> Expected:
    """Progress expected of a milestone by the end of ``month``, in per cent."""
    due = due_month or 12
    stretch = Stretch(ZERO, 0, HUNDRED, due)
    if month >= due:
        return Expected(HUNDRED, 1, OF_MILESTONE, stretch)
    return Expected(HUNDRED * month, due, OF_MILESTONE, stretch)


def milestone_expected(month: int, due_month: int | None = None) -> Decimal:
    """Progress expected of a milestone by the end of ``month``, in per cent, exact."""
    return milestone_line(month, due_month).value


def expected_values(indicator: IndicatorFacts, year: int, month: int) -> dict[int, Decimal]:
    """What each measure should show by the end of a month; empty without a numeric target."""
    target = target_in_force(indicator, year, month)
    if target.kind != NUMERIC:
        return {}
    return {
        measure.id: expected(indicator, measure, target, year, month).value
        for measure in indicator.measures
        if measure.id in target.values
    }
