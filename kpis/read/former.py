"""The years of indicators before their plan: of those that they continue, plan by plan."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db.models import QuerySet

from kpis.models import Indicator
from kpis.read.rows import Cell
from kpis.read.standing import indicator_rows
from kpis.rules.facts import MeasureFacts
from strategy.calendar import FiscalMonth
from strategy.models import Plan
from strategy.read import due_month


def former_indicators(plan: Plan | None) -> QuerySet[Indicator]:
    """What an indicator of a plan can continue: those of its agency's plans that ended before."""
    rows = Indicator.objects.select_related("strategy__plan").order_by(
        "-strategy__plan__first_year", "strategy__number", "position"
    )
    if plan is None:
        return rows.none()
    return rows.filter(
        strategy__plan__agency=plan.agency_id, strategy__plan__last_year__lt=plan.first_year
    )


class FormerYear(NamedTuple):
    """A year of a continued indicator, under the plan and the code that it then had."""

    plan: Plan
    code: str
    cell: Cell
    #: The year was over when it was read.
    is_complete: bool

    @property
    def year(self) -> int:
        return self.cell.year

    def value(self, measure: MeasureFacts, place: int) -> Decimal | None:
        """The year's figure of what now is ``measure``, in its place among the things counted;
        None where something else was counted, or nothing was reported."""
        then = self._measure(measure, place)
        if then is None or self.cell.figure is None:
            return None
        return self.cell.figure.values.get(then.id)

    def target(self, measure: MeasureFacts, place: int) -> Decimal | None:
        """What the year promised of it."""
        then = self._measure(measure, place)
        point = self.cell.promise.values.get(then.id) if then is not None else None
        return None if point is None else point.value

    def _measure(self, measure: MeasureFacts, place: int) -> MeasureFacts | None:
        measures = self.cell.facts.measures
        then = measures[place] if place < len(measures) else None
        same = then is not None and (then.kind, then.unit_label.strip()) == (
            measure.kind, measure.unit_label.strip(),
        )  # fmt: skip
        return then if same else None


def former_years(
    indicators: Iterable[Indicator], today: date
) -> Mapping[int, tuple[FormerYear, ...]]:
    """The years before, by the id of the indicator that goes on, oldest first.

    Six queries for each former plan; none where nothing is continued. What a draft plan holds is
    no history.
    """
    found: dict[int, list[FormerYear]] = defaultdict(list)
    goes_on = {row.pk: row.continues_id for row in indicators if row.continues_id is not None}
    while goes_on:
        rows = Indicator.objects.filter(
            pk__in=set(goes_on.values()), strategy__plan__is_draft=False
        ).select_related("strategy__plan__agency")
        former = {row.pk: row for row in rows}
        years = _years_of(former.values(), today)
        for own, then in goes_on.items():
            found[own] = [*years.get(then, ()), *found[own]]
        goes_on = {
            own: before
            for own, then in goes_on.items()
            if then in former and (before := former[then].continues_id) is not None
        }
    return {own: tuple(years) for own, years in found.items()}


def _years_of(indicators: Iterable[Indicator], today: date) -> dict[int, list[FormerYear]]:
    plans: dict[int, Plan] = {}
    members: dict[int, list[Indicator]] = defaultdict(list)
    for row in indicators:
        plan = plans.setdefault(row.strategy.plan_id, row.strategy.plan)
        members[plan.pk].append(row)
    found = {}
    for pk, plan in plans.items():
        at = due_month(plan, today)
        codes = {row.pk: row.code for row in members[pk]}
        for shown in indicator_rows(plan, at, today, Indicator.objects.filter(pk__in=codes)):
            found[shown.id] = [
                FormerYear(plan, codes[shown.id], cell, FiscalMonth(cell.year, 12) <= at)
                for cell in shown.cells
                if cell.year <= at.year
            ]
    return found
