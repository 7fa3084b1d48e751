"""The facts that the rules of results read, and what is promised for a month.

PURE: no Django, no clock, no float. The rules themselves: expected.py, judging.py, roll_up.py.
Source: docs/domain.md, "Achievement" and "Expected by now, and status".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from strategy.standing.status import HUNDRED

ZERO = Decimal(0)

# What a year promises.
NUMERIC = "numeric"
MILESTONE = "milestone"
EQUALS_BASELINE = "baseline"
NO_PROMISE = "none"

# How figures build up.
RATE = "rate"
PER_YEAR = "per_year"
CUMULATIVE = "cumulative"

# Which way is better.
HIGHER = "higher"
LOWER = "lower"

# What a measure's figures are.
NUMBER = "number"
PERCENT = "percent"
GROWTH = "growth"
LEVEL = "level"

# How far a milestone has come, as codes.
NOT_STARTED = "not_started"
IN_PROGRESS = "in_progress"
DONE = "done"

#: What the levels of a scorecard are worth, the last one the promise.
ONE_TO_FIVE = tuple(map(Decimal, range(1, 6)))


class BaselinePoint(NamedTuple):
    """A measure's baseline and the fiscal month from which it is in force."""

    year: int
    month: int
    value: Decimal


class TargetPoint(NamedTuple):
    """A measure's target for a year; q1–q3 are planned figures by quarter, where entered."""

    value: Decimal
    q1: Decimal | None = None
    q2: Decimal | None = None
    q3: Decimal | None = None


class MeasureFacts(NamedTuple):
    """One counted thing of an indicator. ``baselines`` in any order."""

    id: int
    kind: str = NUMBER
    whole: bool = False
    label: str = ""
    unit_label: str = ""
    baselines: tuple[BaselinePoint, ...] = ()

    @property
    def counts_whole_things(self) -> bool:
        """Its figures, and what is expected of them, have no fractions: things, and levels."""
        return self.whole or self.kind == LEVEL


class TargetFacts(NamedTuple):
    """What is promised for one year. ``values`` by measure id, for numeric targets."""

    kind: str = NO_PROMISE
    values: Mapping[int, TargetPoint] = MappingProxyType({})
    milestone: str = ""
    due_month: int | None = None


#: A year that nothing was written down for.
NOTHING = TargetFacts()


class IndicatorFacts(NamedTuple):
    """An indicator as the rules see it. ``targets`` by fiscal year.

    ``thresholds``: of the levels, None where a level is a step of work; empty without level
    criteria. ``scale``: what reaching each level is worth, from the lowest to the highest.
    """

    accrual: str
    measures: tuple[MeasureFacts, ...]
    targets: Mapping[int, TargetFacts]
    direction: str = HIGHER
    thresholds: tuple[Decimal | None, ...] = ()
    scale: tuple[Decimal, ...] = ONE_TO_FIVE


def falls_are_asked(indicator: IndicatorFacts) -> bool:
    """Whether a figure below an earlier one would be a fall that has to be explained."""
    return indicator.accrual == CUMULATIVE and indicator.direction != LOWER


def percentage(numerator: Decimal, denominator: Decimal) -> Decimal:
    """numerator ÷ denominator in per cent, exact; the denominator is not 0."""
    return numerator * HUNDRED / denominator


class Counted(NamedTuple):
    """How many of how many: a percentage as it was counted."""

    numerator: Decimal
    denominator: Decimal

    @property
    def percent(self) -> Decimal:
        """Exact, as far as decimals are; the denominator is not 0."""
        return percentage(self.numerator, self.denominator)


class Figure(NamedTuple):
    """A recorded result: where the indicator stood at the end of ``month``.

    ``values`` by measure id, already computed where ``counted`` holds how many of how many;
    ``percent`` is the progress of a milestone.
    """

    year: int
    month: int
    values: Mapping[int, Decimal] = MappingProxyType({})
    percent: Decimal | None = None
    no_cases: bool = False
    counted: Mapping[int, Counted] = MappingProxyType({})

    @property
    def is_unstated(self) -> bool:
        """A published report that states no figure (docs/domain.md, "What counts")."""
        return not self.values and self.percent is None and not self.no_cases

    @property
    def progress(self) -> str | None:
        """How far a milestone has come, as a code; None for a figure of another kind."""
        if self.percent is None:
            return None
        if self.percent == 0:
            return NOT_STARTED
        return DONE if self.percent == HUNDRED else IN_PROGRESS


# ------------------------------------------------------------------------------ what is promised


def in_force(baselines: Iterable[BaselinePoint], year: int, month: int) -> Decimal | None:
    """The baseline in force in a month: the latest that applies from then or earlier."""
    past = [point for point in baselines if (point.year, point.month) <= (year, month)]
    return max(past).value if past else None


def target_in_force(indicator: IndicatorFacts, year: int, month: int) -> TargetFacts:
    """The year's target; "equal to the baseline" becomes a number once the baseline stands."""
    target = indicator.targets.get(year, NOTHING)
    if target.kind != EQUALS_BASELINE:
        return target
    values = {}
    for measure in indicator.measures:
        baseline = in_force(measure.baselines, year, month)
        if baseline is None:
            return TargetFacts(MILESTONE, {}, target.milestone, target.due_month)
        values[measure.id] = TargetPoint(baseline)
    return TargetFacts(NUMERIC, values, target.milestone, target.due_month)


def previous_target(
    indicator: IndicatorFacts, measure: MeasureFacts, year: int, month: int
) -> Decimal | None:
    """The latest earlier numeric target of the plan for a measure.

    "Equal to the baseline" is one where the baseline stands by ``month`` of ``year``.
    """
    for earlier in sorted((y for y in indicator.targets if y < year), reverse=True):
        target = indicator.targets[earlier]
        if target.kind == NUMERIC and measure.id in target.values:
            return target.values[measure.id].value
        if target.kind == EQUALS_BASELINE:
            baseline = in_force(measure.baselines, year, month)
            if baseline is not None:
                return baseline
    return None


def milestone_reports_kept(
    indicator: IndicatorFacts, year: int, month: int, reported: Iterable[int]
) -> int | None:
    """The month of a milestone report that a baseline from ``month`` of ``year`` would void.

    ``reported``: the months of that year with a counted progress of the milestone. A figure is
    read by the promise of its own month; so where the year promises to equal the baseline, it
    may begin after the last such report and no earlier. None: it may begin then.
    """
    if indicator.targets.get(year, NOTHING).kind != EQUALS_BASELINE:
        return None
    return max((kept for kept in reported if kept >= month), default=None)
