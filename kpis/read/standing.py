"""Reading: stored facts → kpis/rules → rows. A fixed number of queries, whatever the size."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Count, Max, Q, QuerySet

from kpis.models import Indicator, LevelCriterion, Measure, YearTarget
from kpis.read.figures import (
    Stored,
    _add_evidence,
    latest_figures,
    waiting_figures,
)
from kpis.read.rows import Cell, IndicatorRow, PlanStanding, StrategyStanding
from kpis.rules.facts import (
    BaselinePoint,
    IndicatorFacts,
    MeasureFacts,
    TargetFacts,
    TargetPoint,
    target_in_force,
)
from kpis.rules.judging import judge, may_owe, outstanding
from strategy.calendar import (
    DEFAULT_REPORTING_DAY,
    PERIOD_ENDS,
    FiscalMonth,
    ReportingDay,
    deadline_passed,
)
from strategy.models import Plan, Strategy
from strategy.read import bands, deadline_days
from strategy.standing.status import NO_TARGET


def plan_standing(
    plan: Plan,
    at: FiscalMonth,
    today: date,
    *,
    narratives: bool = False,
    evidence: bool = False,
    every_year: bool = True,
    days: dict[int, ReportingDay] | None = None,
) -> PlanStanding:
    """The whole plan at the end of ``at``, as known on ``today``. Six queries.

    ``every_year`` off leaves out the cells of the other years, for pages that show one month;
    ``days``: the reporting days where they are at hand already, which saves one. ``evidence``
    brings what the figures of ``at``'s year rest on, by one more.
    """
    by_strategy: dict[int, list[IndicatorRow]] = defaultdict(list)
    days = deadline_days(plan) if days is None else days
    rows = indicator_rows(
        plan,
        at,
        today,
        Indicator.objects.filter(strategy__plan=plan),
        narratives=narratives,
        evidence=evidence,
        every_year=every_year,
        days=days,
    )
    for row in rows:
        by_strategy[row.strategy_id].append(row)
    strategies = Strategy.objects.filter(plan=plan).order_by("number")
    standings = tuple(
        StrategyStanding(pk, number, name, tuple(by_strategy[pk]))
        for pk, number, name in strategies.values_list("id", "number", "name")
    )
    return PlanStanding(
        at=at,
        strategies=standings,
        deadline_day=days.get(at.year, DEFAULT_REPORTING_DAY),
    )


def indicator_rows(
    plan: Plan,
    at: FiscalMonth,
    today: date,
    indicators: QuerySet[Indicator],
    *,
    narratives: bool = False,
    evidence: bool = False,
    every_year: bool = True,
    days: dict[int, ReportingDay] | None = None,
) -> list[IndicatorRow]:
    """Some indicators of a plan at the end of ``at``, in the plan's order. Five queries."""
    if days is None:
        days = deadline_days(plan)
    columns = (
        "id", "number", "name", "strategy_id", "strategy__number", "objective_id",
        "unit_id", "unit__name", "assignment_is_sample", "frequency", "weight",
        "accrual", "direction",
    )  # fmt: skip
    read = indicators.order_by("strategy__number", "position")
    scale = plan.worths
    levels = _levels(len(scale)) if plan.is_scorecard else {}
    found = list(read.annotate(**levels).values_list(*columns, *levels, named=True))
    measures = _measures(indicators)
    targets = _targets(indicators, *(() if every_year else (at.year,)))
    facts = [
        IndicatorFacts(
            row.accrual,
            measures.get(row.id, ()),
            targets.get(row.id, {}),
            row.direction,
            _thresholds(row, len(scale)) if levels else (),
            scale,
        )
        for row in found
    ]
    years = Q(fiscal_year__lte=at.year)
    if not every_year:
        years = Q(fiscal_year=at.year)
        # A year without a target still asks what is owed of an earlier one.
        owing = [row.id for row, own in zip(found, facts, strict=True) if may_owe(own, at.year)]
        if owing:
            years |= Q(fiscal_year__lt=at.year, indicator__in=owing)
    figures = latest_figures(plan, at, indicators, years, narratives=narratives)
    waiting = waiting_figures(plan, at, indicators, years)
    if evidence:
        _add_evidence(figures, at.year)
    view = MonthView(plan, at, today, days, every_year=every_year)
    return [
        _row(view, row, own, figures.get(row.id, {}), waiting.get(row.id, {}))
        for row, own in zip(found, facts, strict=True)
    ]


def _levels(last: int) -> dict[str, Any]:
    """The number of levels, and the thresholds up to ``last``, in the query of the indicators."""
    is_level = Q(levels__kind=LevelCriterion.Kind.LEVEL)
    wanted: dict[str, Any] = {"described": Count("levels", filter=is_level)}
    for level in range(1, last + 1):
        wanted[f"t{level}"] = Max("levels__threshold", filter=is_level & Q(levels__level=level))
    return wanted


def _thresholds(row: Any, last: int) -> tuple[Decimal | None, ...]:
    """The thresholds of an indicator's levels; none where it describes no levels."""
    if not row.described:
        return ()
    return tuple(getattr(row, f"t{level}") for level in range(1, last + 1))


class MonthView:
    """The month looked at, and what holds for every row of it: bands and overdue periods."""

    def __init__(
        self,
        plan: Plan,
        at: FiscalMonth,
        today: date,
        days: dict[int, ReportingDay],
        *,
        every_year: bool,
    ) -> None:
        self.plan = plan
        self.years = plan.years if every_year else range(at.year, at.year + 1)
        self.at = at
        self.bands = bands(plan)
        # Earlier years are looked at at their end; in later ones nothing is due yet.
        self.months = {year: at.month if year == at.year else 12 for year in plan.years}
        self.overdue = {
            (frequency, year): deadline_passed(
                frequency,
                FiscalMonth(year, month),
                today,
                days.get(year, DEFAULT_REPORTING_DAY),
            )
            for frequency in PERIOD_ENDS
            for year, month in self.months.items()
            if year <= at.year
        }


def _row(
    view: MonthView,
    row: Any,
    facts: IndicatorFacts,
    figures: dict[int, Stored],
    waiting: dict[int, Stored],
) -> IndicatorRow:
    plan, at = view.plan, view.at
    latest: dict[int, Decimal] = {}
    cells = []
    for year in plan.years:
        stored = figures.get(year)
        if stored is not None:
            latest.update(stored.figure.values)
        if year in view.years:
            cells.append(
                judged_cell(view, facts, year, stored, latest, row.frequency, waiting.get(year))
            )
    return IndicatorRow(
        id=row.id,
        code=f"{plan.code_prefix}{row.strategy__number}-{row.number}",
        number=row.number,
        name=row.name,
        strategy_number=row.strategy__number,
        strategy_id=row.strategy_id,
        objective_id=row.objective_id,
        unit_id=row.unit_id,
        unit_name=row.unit__name,
        unit_is_sample=row.assignment_is_sample,
        frequency=row.frequency,
        weight=row.weight,
        facts=facts,
        cells=tuple(cells),
        current=cells[at.year - view.years[0]],
    )


def judged_cell(
    view: MonthView,
    facts: IndicatorFacts,
    year: int,
    stored: Stored | None,
    latest: dict[int, Decimal],
    frequency: str,
    waiting: Stored | None = None,
) -> Cell:
    """One year of an indicator; ``latest`` holds the latest figures up to then by measure.

    ``waiting``: what was submitted and does not count before it is approved.
    """
    month = view.months[year]
    figure = stored.figure if stored else None
    standing = judge(
        facts,
        year=year,
        month=month,
        figure=figure,
        overdue_month=view.overdue.get((frequency, year)),
        bands=view.bands,
        waiting=waiting.figure if waiting else None,
    )
    owed = None
    if standing.status == NO_TARGET and year <= view.at.year:
        owed = outstanding(facts, year, latest)
    promise = target_in_force(facts, year, figure.month if figure else month)
    if stored is None:
        return Cell(year, standing, facts, promise, None, False, False, owed)
    return Cell(
        year,
        standing,
        facts,
        promise,
        figure,
        stored.approved,
        stored.sample,
        owed,
        stored.narrative,
        stored.id,
        stored.outcome,
        stored.evidence,
        stored.repeats,
        stored.problems,
        stored.next_steps,
    )


def _measures(indicators: QuerySet[Indicator]) -> dict[int, tuple[MeasureFacts, ...]]:
    """The measures of each indicator, in order, with their baselines. One query."""
    found: dict[int, dict[int, MeasureFacts]] = defaultdict(dict)
    for owner, pk, kind, whole, label, unit_label, year, month, value in (
        Measure.objects.filter(indicator__in=indicators.order_by().values("id"))
        .order_by("indicator_id", "position", "id")
        .values_list(
            "indicator_id", "id", "kind", "whole", "label", "unit_label",
            "baselines__fiscal_year", "baselines__month", "baselines__value",
        )
    ):  # fmt: skip
        points = found[owner][pk].baselines if pk in found[owner] else ()
        if value is not None:
            points = (*points, BaselinePoint(year, month, value))
        found[owner][pk] = MeasureFacts(pk, kind, whole, label, unit_label, points)
    return {owner: tuple(measures.values()) for owner, measures in found.items()}


def _targets(indicators: QuerySet[Indicator], *for_years: int) -> dict[int, dict[int, TargetFacts]]:
    """The targets of each indicator by fiscal year. One query.

    ``for_years`` leaves out what judging these years does not ask for: later years, and the
    earlier ones of indicators that do not carry on from them.
    """
    wanted = YearTarget.objects.filter(indicator__in=indicators.order_by().values("id"))
    if for_years:
        carried = Q(indicator__accrual=Indicator.Accrual.CUMULATIVE)
        wanted = wanted.filter(
            Q(fiscal_year__in=for_years) | Q(carried, fiscal_year__lt=max(for_years))
        )
    found: dict[int, dict[int, TargetFacts]] = defaultdict(dict)
    for owner, year, kind, milestone, due_month, measure, value, q1, q2, q3 in (
        wanted.order_by()
        .values_list(
            "indicator_id", "fiscal_year", "kind", "milestone", "due_month",
            "values__measure_id", "values__value", "values__q1", "values__q2", "values__q3",
        )
    ):  # fmt: skip
        by_year = found[owner]
        values = {} if measure is None else {measure: TargetPoint(value, q1, q2, q3)}
        if year in by_year:
            values = {**by_year[year].values, **values}
        by_year[year] = TargetFacts(kind, values, milestone, due_month)
    return found


def with_levels(
    facts: Mapping[int, IndicatorFacts],
    plans: Mapping[int, Plan],
    levels: Iterable[tuple[int, int, Decimal | None]],
) -> dict[int, IndicatorFacts]:
    """Facts with the level criteria by which a scorecard judges, and its scale. No query.

    ``plans`` by indicator; ``levels``: of each described one its indicator, number, threshold.
    """
    thresholds: dict[int, dict[int, Decimal | None]] = defaultdict(dict)
    for pk, level, threshold in levels:
        thresholds[pk][level] = threshold
    found = dict(facts)
    for pk, own in thresholds.items():
        scale = plans[pk].worths
        of_scale = tuple(own.get(level) for level in range(1, len(scale) + 1))
        found[pk] = found[pk]._replace(thresholds=of_scale, scale=scale)
    return found


def facts_of(
    indicators: QuerySet[Indicator], *, years: Collection[int] = ()
) -> dict[int, IndicatorFacts]:
    """What the rules need of each indicator, by id. Three queries.

    ``years``: those whose figures are asked about, where later targets do not matter.
    """
    measures, targets = _measures(indicators), _targets(indicators, *years)
    return {
        pk: IndicatorFacts(accrual, measures.get(pk, ()), targets.get(pk, {}), direction)
        for pk, accrual, direction in indicators.order_by().values_list(
            "id", "accrual", "direction"
        )
    }


class Ground(NamedTuple):
    """By indicator: its facts, its plan, and its levels and steps that are described, by kind."""

    facts: Mapping[int, IndicatorFacts]
    plans: Mapping[int, Plan]
    described: Mapping[int, Mapping[str, set[int]]]


def ground_of(ids: Collection[int], years: Collection[int]) -> Ground:
    """The ground of some indicators for figures of ``years``. Five queries; six for those of a
    scorecard."""
    indicators = Indicator.objects.filter(pk__in=ids)
    facts = facts_of(indicators, years=years)
    plan_ids = dict(indicators.order_by().values_list("pk", "strategy__plan_id"))
    found = Plan.every.in_bulk(set(plan_ids.values()))
    plans: dict[int, Plan] = {pk: found[plan] for pk, plan in plan_ids.items()}
    described: dict[int, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    if any(plan.is_scorecard for plan in found.values()):
        levels = []
        for pk, kind, level, threshold in LevelCriterion.objects.filter(
            indicator__in=ids
        ).values_list("indicator_id", "kind", "level", "threshold"):
            described[pk][kind].add(level)
            if kind == LevelCriterion.Kind.LEVEL:
                levels.append((pk, level, threshold))
        facts = with_levels(facts, plans, levels)
    return Ground(facts, plans, described)
