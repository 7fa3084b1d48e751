"""What the numbers mean: achievement, of expected, status.

PURE: no Django, no clock, no float. Each rule's source is docs/domain.md; each has a table of
cases in tests/kpis/test_calc.py. Percentages are computed exactly, rounded half up to two
decimals once, at the end, and judged as rounded, so that what is shown is what is judged.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from kpis.rules.expected import Expected, expected, milestone_line
from kpis.rules.facts import (
    CUMULATIVE,
    HIGHER,
    LEVEL,
    LOWER,
    MILESTONE,
    NO_PROMISE,
    NOTHING,
    NUMERIC,
    ZERO,
    Figure,
    IndicatorFacts,
    TargetFacts,
    target_in_force,
)
from kpis.rules.score import score_of
from strategy.standing.status import (
    AWAITING,
    DEFAULT_BANDS,
    HUNDRED,
    NO_CASES,
    NO_TARGET,
    NOT_DUE,
    ON_PLAN,
    WAITING_APPROVAL,
    Bands,
    round2,
    status_of,
)

#: From this month on, the last third of a year, what is on plan by rounding alone is pointed out.
LAST_THIRD = 9


# --------------------------------------------------------------------------- answers that come out


class Share(NamedTuple):
    """A percentage as top ÷ bottom, kept undivided so that thirds stay thirds in averages."""

    top: Decimal
    bottom: Decimal

    @property
    def value(self) -> Decimal:
        return self.top / self.bottom


class MeasureStanding(NamedTuple):
    """One measure against its target and what was expected; per cent, rounded, not capped."""

    measure_id: int
    target: Decimal
    result: Decimal
    expected: Decimal
    achievement: Decimal
    of_expected: Decimal
    #: How the expected figure came about.
    line: Expected


class Standing(NamedTuple):
    """How an indicator stands in a year.

    ``achievement`` and ``of_expected`` in per cent, rounded and not capped; ``exact`` is
    of_expected before any rounding, for averages. ``counts``: there is a current figure, so the
    indicator counts as reported. ``hurry``: it is on plan only because whole things were rounded
    down, and the year nears its end.
    """

    status: str
    has_target: bool
    counts: bool = False
    achievement: Decimal | None = None
    of_expected: Decimal | None = None
    exact: Share | None = None
    measures: tuple[MeasureStanding, ...] = ()
    #: Expected progress of a milestone, in per cent.
    expected_percent: Decimal | None = None
    hurry: bool = False


# ------------------------------------------------------------------------------------- arithmetic


MET = Share(HUNDRED, Decimal(1))
_MISSED = Share(ZERO, Decimal(1))


def _share(result: Decimal, num: Decimal, den: int, direction: str) -> Share:
    """``result`` against the goal num ÷ den, in per cent: for achievement and for of expected.

    Goal 0: met where higher is better; where lower is better, met by 0 alone. Never below 0.
    """
    if num == 0:
        return MET if direction != LOWER or result == 0 else _MISSED
    top = 2 * num - result * den if direction == LOWER else result * den
    return Share(top * HUNDRED, num) if top > 0 else _MISSED


def achievement(result: Decimal, target: Decimal, direction: str = HIGHER) -> Decimal:
    """ร้อยละความสำเร็จ of one measure against its year's target, rounded, not capped."""
    return round2(_share(result, target, 1, direction).value)


# ---------------------------------------------------------------------------------------- standing


def judge(
    indicator: IndicatorFacts,
    *,
    year: int,
    month: int,
    figure: Figure | None,
    overdue_month: int | None,
    bands: Bands = DEFAULT_BANDS,
    waiting: Figure | None = None,
) -> Standing:
    """How an indicator stands in ``year`` at the end of ``month``.

    ``figure``: the latest counted one of the year at or before ``month``; it is judged at its
    own month. ``overdue_month``: the last period end whose deadline has passed
    (:func:`strategy.calendar.deadline_passed`); a figure older than that leaves the indicator
    awaiting a report, unless what it reports is finished. ``waiting``: the latest that was
    submitted and does not count before it is approved; none where such figures count.
    """
    target = target_in_force(indicator, year, figure.month if figure else month)
    if target.kind == NO_PROMISE and not indicator.thresholds:
        return Standing(NO_TARGET, has_target=False)
    if figure is None or not _is_current(indicator, target, figure, overdue_month):
        if waiting is not None:
            asked = target_in_force(indicator, year, waiting.month)
            if _is_current(indicator, asked, waiting, overdue_month):
                return Standing(WAITING_APPROVAL, has_target=True)
        return Standing(NOT_DUE if overdue_month is None else AWAITING, has_target=True)
    if figure.no_cases:
        return Standing(NO_CASES, has_target=True, counts=True)
    if target.kind == NO_PROMISE:
        return _judge_score(indicator, figure, bands)
    if target.kind == MILESTONE:
        return _judge_milestone(target, figure, bands)
    standing = _judge_measures(indicator, target, figure, bands)
    if month >= LAST_THIRD and standing.status == ON_PLAN:
        return standing._replace(hurry=_is_rounded_onto_plan(indicator, standing, bands))
    return standing


def _is_current(
    indicator: IndicatorFacts, target: TargetFacts, figure: Figure, overdue_month: int | None
) -> bool:
    """Whether a figure answers the promise and nothing newer is owed."""
    if not _answers(indicator, target, figure):
        return False
    recent = overdue_month is None or figure.month >= overdue_month
    return recent or is_finished(indicator, target, figure)


def _answers(indicator: IndicatorFacts, target: TargetFacts, figure: Figure) -> bool:
    """Whether a figure speaks to the target: all measures, or the progress of the milestone.

    It does not where the target's kind was changed after the figure was recorded.
    """
    if figure.no_cases:
        return True
    if target.kind == NO_PROMISE:
        return figure_score(indicator, figure) is not None
    if target.kind == MILESTONE:
        return figure.percent is not None
    return bool(target.values) and target.values.keys() <= figure.values.keys()


def is_finished(indicator: IndicatorFacts, target: TargetFacts, figure: Figure) -> bool:
    """Whether what was promised for the year is done, so that nobody is asked for it again.

    A milestone reported done; a cumulative figure, higher being better, at the year's target.
    """
    if target.kind == MILESTONE:
        return figure.percent is not None and figure.percent >= HUNDRED
    if target.kind != NUMERIC or indicator.accrual != CUMULATIVE or indicator.direction == LOWER:
        return False
    return bool(target.values) and all(
        (value := figure.values.get(pk)) is not None and value >= point.value
        for pk, point in target.values.items()
    )


def _judge_milestone(target: TargetFacts, figure: Figure, bands: Bands) -> Standing:
    assert figure.percent is not None
    line = milestone_line(figure.month, target.due_month)
    exact = _share(figure.percent, line.num, line.den, HIGHER)
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


def figure_score(indicator: IndicatorFacts, figure: Figure) -> Decimal | None:
    """The score of a figure by level criteria, which speak of the first measure."""
    if not indicator.measures:
        return None
    measure = indicator.measures[0]
    return score_of(
        figure.values.get(measure.id),
        is_level=measure.kind == LEVEL,
        thresholds=indicator.thresholds,
        scale=indicator.scale,
    )


def _judge_score(indicator: IndicatorFacts, figure: Figure, bands: Bands) -> Standing:
    """The highest level is the promise of an indicator that is scored and has no target."""
    score = figure_score(indicator, figure)
    assert score is not None  # _answers() has seen to it
    exact = Share(score * HUNDRED, indicator.scale[-1])
    of_expected = round2(exact.value)
    status = status_of(of_expected, bands)
    return Standing(status, True, True, of_expected, of_expected, exact)


def _judge_measures(
    indicator: IndicatorFacts, target: TargetFacts, figure: Figure, bands: Bands
) -> Standing:
    """The lowest of its measures is the indicator's, since all have to be met."""
    measures = []
    lowest = None
    for measure in indicator.measures:
        if measure.id not in target.values:
            continue
        point, result = target.values[measure.id], figure.values[measure.id]
        line = expected(indicator, measure, target, figure.year, figure.month)
        exact = _share(result, line.num, line.den, indicator.direction)
        share = exact.top / exact.bottom
        of_expected = round2(share)
        if line.den == 1 and line.num == point.value:
            reached = of_expected
        else:
            reached = achievement(result, point.value, indicator.direction)
        measures.append(
            MeasureStanding(measure.id, point.value, result, line.value, reached, of_expected, line)
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


def _is_rounded_onto_plan(indicator: IndicatorFacts, standing: Standing, bands: Bands) -> bool:
    """Whether some measure would not be on plan against its line before rounding down."""
    return any(
        measure.line.is_rounded_down
        and round2(_share(measure.result, _unrounded(measure.line), 1, indicator.direction).value)
        < bands.on_plan
        for measure in standing.measures
    )


def _unrounded(line: Expected) -> Decimal:
    assert line.unrounded is not None
    return line.unrounded


# ------------------------------------------------------------------------------------ outstanding


class Outstanding(NamedTuple):
    """An earlier cumulative target not reached: results and targets by measure, and its year."""

    year: int
    results: tuple[Decimal | None, ...]
    targets: tuple[Decimal, ...]


def may_owe(indicator: IndicatorFacts, year: int) -> bool:
    """Whether a year promises nothing while an earlier cumulative target may still be owed."""
    return (
        indicator.accrual == CUMULATIVE and indicator.targets.get(year, NOTHING).kind == NO_PROMISE
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
