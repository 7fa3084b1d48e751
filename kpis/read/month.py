"""Reading for those who enter a whole month of results on one screen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q

from kpis.models import Indicator, Result, ResultValue
from kpis.read.entry import EntryPanel, panel_of, reporting_plans
from kpis.read.figures import latest_figures
from kpis.read.standing import Ground, ground_of, indicator_rows
from kpis.rules.facts import (
    MILESTONE,
    NO_PROMISE,
    Figure,
    IndicatorFacts,
    TargetFacts,
    falls_are_asked,
    target_in_force,
)
from kpis.rules.judging import Standing, judge
from strategy.access import Viewer
from strategy.calendar import PERIOD_ENDS, FiscalMonth
from strategy.models import Plan
from strategy.read import bands
from strategy.thai import month_name, sort_key


@dataclass(frozen=True, slots=True)
class MonthRow:
    """One indicator of a screen: what stands beside its fields, and what is kept for the month."""

    #: An :class:`EntryPanel`; a :class:`BarePanel` where nothing is shown beside it.
    panel: Any
    kept: Result | None
    #: The figures that are kept, where they were read beside it.
    held: Sequence[ResultValue] | None = None

    @property
    def figures(self) -> dict[int, ResultValue]:
        """The figures that are kept, by measure."""
        if self.kept is None:
            return {}
        held = self.kept.values.all() if self.held is None else self.held
        return {value.measure_id: value for value in held}

    @property
    def id(self) -> int:
        return int(self.panel.row.id)

    @property
    def token(self) -> str:
        """Which row, in which version, an editor has read."""
        return f"{self.kept.pk}.{self.kept.version}" if self.kept else ""

    @property
    def is_closed(self) -> bool:
        """Approved: nobody changes it here."""
        return self.kept is not None and self.kept.state == Result.State.APPROVED


@dataclass(frozen=True, slots=True)
class UnitResults:
    """A month of all results that a unit reports then."""

    plan: Plan
    unit_id: int | None
    unit_name: str
    at: FiscalMonth
    rows: tuple[MonthRow, ...]
    previous: FiscalMonth | None
    next: FiscalMonth | None

    @property
    def month_name(self) -> str:
        return month_name(self.at)

    @property
    def previous_name(self) -> str:
        return month_name(self.previous, short=True) if self.previous else ""

    @property
    def next_name(self) -> str:
        return month_name(self.next, short=True) if self.next else ""

    @property
    def handed_in(self) -> int:
        counted = (Result.State.SUBMITTED, Result.State.APPROVED)
        return sum(row.kept is not None and row.kept.state in counted for row in self.rows)


def unit_results(
    plan: Plan, unit_id: int | None, unit_name: str, at: FiscalMonth, today: date
) -> UnitResults:
    """What a unit's screen holds: what is due in a month by its frequency, or has been entered.

    A number of queries that does not grow with the indicators: ten, and one for evidence.
    """
    own = Indicator.objects.filter(unit=unit_id, strategy__plan=plan)
    rows = indicator_rows(plan, at, today, own)
    indicators = {row.pk: row for row in own.select_related("strategy__plan", "unit").order_by()}
    kept = {
        result.indicator_id: result
        for result in Result.objects.filter(
            indicator__in=indicators, fiscal_year=at.year, month=at.month
        ).prefetch_related("values")
    }
    before = at.previous
    last = latest_figures(plan, before, own, Q(fiscal_year__lte=before.year), narratives=False)
    shown = []
    for row in rows:
        if row.id not in kept and not _is_due(row.facts, row.frequency, at):
            continue
        figures: dict[int, Figure] = {
            year: stored.figure for year, stored in last.get(row.id, {}).items()
        }
        latest = figures[max(figures)] if figures else None
        panel = panel_of(indicators[row.id], row, at, latest)
        shown.append(MonthRow(panel, kept.get(row.id)))
    after = at.next
    return UnitResults(
        plan=plan,
        unit_id=unit_id,
        unit_name=unit_name,
        at=at,
        rows=tuple(shown),
        previous=before if before.year in plan.years else None,
        next=after if after.year in plan.years and after.has_ended(today) else None,
    )


def _is_due(facts: IndicatorFacts, frequency: str, at: FiscalMonth) -> bool:
    """Whether a report for this month is asked for: its period ends, and something is promised."""
    target = facts.targets.get(at.year)
    promised = target is not None and (target.kind != NO_PROMISE or bool(facts.thresholds))
    return promised and at.month in PERIOD_ENDS[frequency]


@dataclass(frozen=True, slots=True)
class BareIndicator:
    """What names an indicator, and its facts."""

    id: int
    code: str
    name: str
    facts: IndicatorFacts


@dataclass(frozen=True, slots=True)
class BarePanel:
    """An indicator in a month as it is entered from elsewhere: nothing is shown beside it."""

    indicator: Indicator
    row: BareIndicator
    at: FiscalMonth
    promise: TargetFacts
    ladder: None = None

    @property
    def is_milestone(self) -> bool:
        return self.promise.kind == MILESTONE

    @property
    def may_fall(self) -> bool:
        return not self.is_milestone and falls_are_asked(self.row.facts)


@dataclass(frozen=True, slots=True)
class BareResults:
    """Some indicators of a month, with what their figures are looked at by."""

    rows: tuple[MonthRow, ...]
    ground: Ground


def bare_results(
    plan: Plan, units: Sequence[int | None], at: FiscalMonth, size: int
) -> Iterator[BareResults]:
    """The month of units, as :func:`unit_results` has it, without what is shown beside it.

    ``size`` indicators at a time, in the order of the units; thirteen queries for each.
    """
    theirs = Q(unit__in=[unit for unit in units if unit is not None])
    if None in units:
        theirs |= Q(unit__isnull=True)
    place = {unit: number for number, unit in enumerate(units)}
    found = Indicator.objects.filter(theirs, strategy__plan=plan).order_by(
        "strategy__number", "position"
    )
    of_units = sorted(found.values_list("pk", "unit"), key=lambda row: place[row[1]])
    ids = [pk for pk, _unit in of_units]
    for start in range(0, len(ids), size):
        chunk = ids[start : start + size]
        ground = ground_of(chunk, [at.year])
        stored = Indicator.objects.prefetch_related("strategy__plan", "unit").in_bulk(chunk)
        there = Result.objects.filter(indicator__in=chunk, fiscal_year=at.year, month=at.month)
        kept = {result.indicator_id: result for result in there}
        held = defaultdict(list)
        for value in ResultValue.objects.filter(result__in=there.order_by().values("id")):
            held[value.result_id].append(value)
        rows = []
        for pk in chunk:
            row, facts = stored[pk], ground.facts[pk]
            if pk in kept or _is_due(facts, row.frequency, at):
                named = BareIndicator(pk, row.code, row.name, facts)
                promise = target_in_force(facts, at.year, at.month)
                own = kept.get(pk)
                figures = held[own.pk] if own else ()
                rows.append(MonthRow(BarePanel(row, named, at, promise), own, figures))
        yield BareResults(tuple(rows), ground)


def reporting_units(who: Viewer, today: date) -> list[tuple[int, str]]:
    """The units whose results a person enters, in Thai order: their own; for planners all that
    have an indicator. Two queries."""
    if not who.is_planner:
        return list(who.units)
    year = FiscalMonth.of(today).year
    plans = reporting_plans(who, year - 1, year)
    named = Indicator.objects.filter(strategy__plan__in=plans, unit__isnull=False).order_by()
    found = set(named.values_list("unit_id", "unit__name"))
    return sorted(found, key=lambda unit: sort_key(unit[1]))


def typed_standing(
    plan: Plan,
    panel: EntryPanel,
    values: Mapping[int, Decimal],
    percent: Decimal | None,
    *,
    no_cases: bool,
) -> Standing | None:
    """How a figure would stand that is still being typed; None while there is none. No query.

    ``values`` by measure; ``percent``: the progress of a milestone.
    """
    if not values and percent is None and not no_cases:
        return None
    at = panel.at
    figure = Figure(at.year, at.month, dict(values), percent, no_cases)
    return judge(
        panel.row.facts,
        year=at.year,
        month=at.month,
        figure=figure,
        overdue_month=None,
        bands=bands(plan),
    )
