"""What the numbers mean: achievement, expected by now, status.

Roll-up and trend are in kpis/summing.py.

Pure: no Django, no clock, no float. Each rule's source is docs/domain.md; each has a table of
cases in tests/test_calc.py. Percentages are computed exactly, rounded half up to two decimals
once, at the end, and judged as rounded, so that what is shown is what is judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import ROUND_FLOOR, Decimal
from types import MappingProxyType
from typing import NamedTuple

from strategy.status import (
    AWAITING,
    DEFAULT_BANDS,
    HUNDRED,
    NO_CASES,
    NO_TARGET,
    NOT_DUE,
    Bands,
    round2,
    status_of,
)

ZERO = Decimal(0)

NUMERIC = "numeric"
MILESTONE = "milestone"
EQUALS_BASELINE = "baseline"
NO_PROMISE = "none"

RATE = "rate"
PER_YEAR = "per_year"
CUMULATIVE = "cumulative"

LOWER = "lower"
PERCENT = "percent"
LEVEL = "level"


# ------------------------------------------------------------------------------ facts that go in


class Share(NamedTuple):
    """A percentage as top ÷ bottom, kept undivided so that thirds stay thirds in averages."""

    top: Decimal
    bottom: Decimal

    @property
    def value(self) -> Decimal:
        return self.top / self.bottom


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
    kind: str = "number"
    whole: bool = False
    label: str = ""
    unit_label: str = ""
    baselines: tuple[BaselinePoint, ...] = ()


class TargetFacts(NamedTuple):
    """What is promised for one year. ``values`` by measure id, for numeric targets."""

    kind: str = NO_PROMISE
    values: Mapping[int, TargetPoint] = MappingProxyType({})
    milestone: str = ""
    due_month: int | None = None


#: A year that nothing was written down for.
_NOTHING = TargetFacts()


class IndicatorFacts(NamedTuple):
    """An indicator as the rules see it. ``targets`` by fiscal year.

    ``thresholds``: of the levels 1 to 5, None where a level is a step of work; empty without
    level criteria.
    """

    accrual: str
    measures: tuple[MeasureFacts, ...]
    targets: Mapping[int, TargetFacts]
    direction: str = "higher"
    thresholds: tuple[Decimal | None, ...] = ()


class Figure(NamedTuple):
    """A recorded result: where the indicator stood at the end of ``month``.

    ``values`` by measure id, already computed from numerator and denominator where those were
    entered; ``percent`` is the progress of a milestone.
    """

    year: int
    month: int
    values: Mapping[int, Decimal] = MappingProxyType({})
    percent: Decimal | None = None
    no_cases: bool = False

    @property
    def is_unstated(self) -> bool:
        """A published report that states no figure (docs/domain.md, "What counts")."""
        return not self.values and self.percent is None and not self.no_cases


# --------------------------------------------------------------------------- answers that come out


class MeasureStanding(NamedTuple):
    """One measure against its target and what was expected; per cent, rounded, not capped."""

    measure_id: int
    target: Decimal
    result: Decimal
    expected: Decimal
    achievement: Decimal
    of_expected: Decimal


class Standing(NamedTuple):
    """How an indicator stands in a year.

    ``achievement`` and ``of_expected`` in per cent, rounded and not capped; ``exact`` is
    of_expected before any rounding, for averages. ``counts``: there is a current figure, so the
    indicator counts as reported.
    """

    status: str
    has_target: bool
    counts: bool = False
    achievement: Decimal | None = None
    of_expected: Decimal | None = None
    exact: Share | None = None
    measures: tuple[MeasureStanding, ...] = ()
    #: Target and expected progress of a milestone, in per cent.
    expected_percent: Decimal | None = None


# ------------------------------------------------------------------------------------- arithmetic


MET = Share(HUNDRED, Decimal(1))
_MISSED = Share(ZERO, Decimal(1))


def percentage(numerator: Decimal, denominator: Decimal) -> Decimal:
    """numerator ÷ denominator in per cent, exact; the denominator is not 0."""
    return numerator * HUNDRED / denominator


class _Line(NamedTuple):
    """An expected figure as num ÷ den, so that one division at the end is the only one."""

    num: Decimal
    den: int

    @property
    def value(self) -> Decimal:
        return self.num / self.den


def _share(result: Decimal, goal: _Line, direction: str) -> Share:
    """``result`` against ``goal`` in per cent: the rule for achievement and for of expected.

    Goal 0: met when higher is better; when lower is better, met by 0 alone.
    """
    if goal.num == 0:
        return MET if direction != LOWER or result == 0 else _MISSED
    if direction == LOWER:
        top = (2 * goal.num - result * goal.den) * HUNDRED
        return Share(top, goal.num) if top > 0 else _MISSED
    return Share(result * goal.den * HUNDRED, goal.num)


def achievement(result: Decimal, target: Decimal, direction: str = "higher") -> Decimal:
    """ร้อยละความสำเร็จ of one measure against its year's target, rounded, not capped."""
    return round2(_share(result, _Line(target, 1), direction).value)


def in_force(baselines: Iterable[BaselinePoint], year: int, month: int) -> Decimal | None:
    """The baseline in force in a month: the latest that applies from then or earlier."""
    past = [point for point in baselines if (point.year, point.month) <= (year, month)]
    return max(past).value if past else None


def _expected_line(
    target: TargetPoint,
    *,
    accrual: str,
    direction: str,
    previous: Decimal | None,
    baseline: Decimal | None,
    month: int,
) -> _Line:
    """What a measure should show by the end of ``month`` (1–11), before rounding down."""
    planned = [(3, target.q1), (6, target.q2), (9, target.q3)]
    points = [(at, value) for at, value in planned if value is not None]
    start = ZERO
    if accrual == CUMULATIVE:
        if previous is not None:
            start = previous
        elif baseline is not None:
            start = baseline
        if not points:
            without_previous = previous is None and baseline is None
            if direction == LOWER and without_previous:
                return _Line(target.value, 1)
            if direction != LOWER and baseline is not None and target.value <= baseline:
                return _Line(target.value, 1)
    at, value = 0, start
    for next_at, next_value in [*points, (12, target.value)]:
        if month <= next_at:
            span = next_at - at
            return _Line(value * span + (next_value - value) * (month - at), span)
        at, value = next_at, next_value
    raise AssertionError("months 1 to 11 lie before the year's end")


def _rounded_down(line: _Line, measure: MeasureFacts) -> _Line:
    """Measures that count whole things, and levels, expect the line rounded down."""
    if measure.whole or measure.kind == LEVEL:
        return _Line((line.num / line.den).to_integral_value(ROUND_FLOOR), 1)
    return line


def _of_expected(result: Decimal, line: _Line, target: Decimal, direction: str) -> Share:
    """Against what was expected. Expected 0 counts as met, unless 0 is the target itself."""
    if line.num == 0 and target != 0:
        return MET
    return _share(result, line, direction)


def milestone_expected(month: int, due_month: int | None = None) -> Decimal:
    """Progress expected of a milestone by the end of ``month``, in per cent, exact."""
    return _milestone_line(month, due_month).value


def _milestone_line(month: int, due_month: int | None) -> _Line:
    due = due_month or 12
    return _Line(HUNDRED, 1) if month >= due else _Line(HUNDRED * month, due)


# ---------------------------------------------------------------------------------------- targets


def target_in_force(indicator: IndicatorFacts, year: int, month: int) -> TargetFacts:
    """The year's target; "equal to the baseline" becomes a number once the baseline stands."""
    target = indicator.targets.get(year, _NOTHING)
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


def expected_values(indicator: IndicatorFacts, year: int, month: int) -> dict[int, Decimal]:
    """What each measure should show by the end of a month; empty without a numeric target."""
    target = target_in_force(indicator, year, month)
    if target.kind != NUMERIC:
        return {}
    lines = {}
    for measure in indicator.measures:
        if measure.id in target.values:
            lines[measure.id] = _measure_line(indicator, measure, target, year, month).value
    return lines


def _measure_line(
    indicator: IndicatorFacts, measure: MeasureFacts, target: TargetFacts, year: int, month: int
) -> _Line:
    if indicator.accrual == RATE or month == 12:
        # The whole target, and so nothing to look up and nothing to round.
        return _Line(target.values[measure.id].value, 1)
    line = _expected_line(
        target.values[measure.id],
        accrual=indicator.accrual,
        direction=indicator.direction,
        previous=(
            previous_target(indicator, measure, year, month)
            if indicator.accrual == CUMULATIVE
            else None
        ),
        baseline=in_force(measure.baselines, year, month),
        month=month,
    )
    return _rounded_down(line, measure)


# ---------------------------------------------------------------------------------------- standing


def judge(
    indicator: IndicatorFacts,
    *,
    year: int,
    month: int,
    figure: Figure | None,
    overdue_month: int | None,
    bands: Bands = DEFAULT_BANDS,
) -> Standing:
    """How an indicator stands in ``year`` at the end of ``month``.

    ``figure``: the latest counted one of the year at or before ``month``; it is judged at its
    own month. ``overdue_month``: the last period end whose deadline has passed
    (:func:`strategy.fiscal.deadline_passed`); a figure older than that leaves the indicator
    awaiting a report.
    """
    target = target_in_force(indicator, year, figure.month if figure else month)
    if target.kind == NO_PROMISE:
        return Standing(NO_TARGET, has_target=False)
    if figure is not None and not _answers(indicator, target, figure):
        figure = None
    overdue = overdue_month is not None and (figure is None or figure.month < overdue_month)
    if overdue or figure is None:
        return Standing(AWAITING if overdue else NOT_DUE, has_target=True)
    if figure.no_cases:
        return Standing(NO_CASES, has_target=True, counts=True)
    if target.kind == MILESTONE:
        return _judge_milestone(target, figure, bands)
    return _judge_measures(indicator, target, figure, bands)


def _answers(indicator: IndicatorFacts, target: TargetFacts, figure: Figure) -> bool:
    """Whether a figure speaks to the target: all measures, or the progress of the milestone.

    It does not where the target's kind was changed after the figure was recorded.
    """
    if figure.no_cases:
        return True
    if target.kind == MILESTONE:
        return figure.percent is not None
    return bool(target.values) and target.values.keys() <= figure.values.keys()


def _judge_milestone(target: TargetFacts, figure: Figure, bands: Bands) -> Standing:
    assert figure.percent is not None
    line = _milestone_line(figure.month, target.due_month)
    exact = _share(figure.percent, line, "higher")
    of_expected = round2(exact.value)
    return Standing(
        status_of(of_expected, bands),
        has_target=True,
        counts=True,
        achievement=round2(figure.percent),
        of_expected=of_expected,
        exact=exact,
        expected_percent=round2(line.value),
    )


def _judge_measures(
    indicator: IndicatorFacts, target: TargetFacts, figure: Figure, bands: Bands
) -> Standing:
    measures = []
    lowest = None
    for measure in indicator.measures:
        if measure.id not in target.values:
            continue
        point, result = target.values[measure.id], figure.values[measure.id]
        line = _measure_line(indicator, measure, target, figure.year, figure.month)
        exact = _of_expected(result, line, point.value, indicator.direction)
        share = exact.top / exact.bottom
        of_expected = round2(share)
        if line.den == 1 and line.num == point.value:
            reached = of_expected
        else:
            reached = achievement(result, point.value, indicator.direction)
        expected = line.num if line.den == 1 else line.value
        measures.append(
            MeasureStanding(measure.id, point.value, result, expected, reached, of_expected)
        )
        if lowest is None or share < lowest[0]:
            lowest = (share, exact, of_expected)
    assert lowest is not None  # _answers() has seen to it
    _share_value, exact, of_expected = lowest
    reached = measures[0].achievement
    if len(measures) > 1:
        reached = min(measure.achievement for measure in measures)
    status = status_of(of_expected, bands)
    return Standing(status, True, True, reached, of_expected, exact, tuple(measures))


class Outstanding(NamedTuple):
    """An earlier cumulative target not reached: results and targets by measure, and its year."""

    year: int
    results: tuple[Decimal | None, ...]
    targets: tuple[Decimal, ...]


def may_owe(indicator: IndicatorFacts, year: int) -> bool:
    """Whether a year promises nothing while an earlier cumulative target may still be owed."""
    return (
        indicator.accrual == CUMULATIVE and indicator.targets.get(year, _NOTHING).kind == NO_PROMISE
    )


def outstanding(
    indicator: IndicatorFacts, year: int, latest: Mapping[int, Decimal]
) -> Outstanding | None:
    """What is still owed of an earlier cumulative target in a year that promises nothing.

    ``latest``: the latest figure by measure id, whichever year it was reported in.
    """
    if not may_owe(indicator, year):
        return None
    for earlier in sorted((y for y in indicator.targets if y < year), reverse=True):
        target = indicator.targets[earlier]
        if target.kind != NUMERIC:
            continue
        measures = [m for m in indicator.measures if m.id in target.values]
        targets = tuple(target.values[m.id].value for m in measures)
        results = tuple(latest.get(m.id) for m in measures)
        lower = indicator.direction == LOWER
        reached = all(
            result is not None and (result <= goal if lower else result >= goal)
            for result, goal in zip(results, targets, strict=True)
        )
        return None if reached else Outstanding(earlier, results, targets)
    return None
