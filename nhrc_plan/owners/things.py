"""What somebody has to answer for in a plan, who does, and what of it is overdue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.db.models import CharField, F, OuterRef, Subquery, Value
from django.utils.translation import gettext_lazy

from budgets.models import Project, ProjectLead
from budgets.read.rows import MoneyYear
from integrity.measures.models import ItaMeasure, MeasureYear
from integrity.measures.read import measure_years, year_rows
from integrity.measures.rows import MeasureRow, YearRow
from integrity.measures.rules import last_month
from kpis.models import Indicator
from kpis.read.rows import IndicatorRow
from strategy.access import Viewer
from strategy.calendar import FiscalMonth
from strategy.models import Plan
from strategy.owners.model import Owned
from strategy.standing.status import AWAITING

INDICATOR, PROJECT, MEASURE = "indicator", "project", "measure"
KINDS = {
    INDICATOR: gettext_lazy("indicator"),
    PROJECT: gettext_lazy("project"),
    MEASURE: gettext_lazy("integrity measure"),
}
MODELS: Mapping[str, type[Owned]] = {
    INDICATOR: Indicator,
    PROJECT: Project,
    MEASURE: ItaMeasure,
}

#: A thing among all: its kind and id.
Key = tuple[str, int]


class Named(NamedTuple):
    """Who is named for a thing: their account and user; None where nobody is.

    ``unit``: of indicators and projects the unit that reports them.
    """

    account: int | None
    user: int | None
    is_active: bool
    unit: int | None

    @property
    def answers(self) -> bool:
        """Whether there is somebody who can be asked: a closed account answers nothing."""
        return self.user is not None and self.is_active


def named(plan: Plan, years: Iterable[int]) -> dict[Key, Named]:
    """Who is named for each thing of a plan; of its agency's measures those of ``years``.

    One query.
    """
    first = ProjectLead.objects.filter(project=OuterRef("pk")).order_by("position")
    parts = [
        (INDICATOR, Indicator.objects.filter(strategy__plan=plan), F("unit_id")),
        (PROJECT, Project.objects.filter(strategy__plan=plan), Subquery(first.values("unit")[:1])),
        (
            MEASURE,
            ItaMeasure.objects.filter(
                issue__year__in=MeasureYear.objects.filter(
                    agency=plan.agency_id, fiscal_year__in=list(years)
                )
            ),
            Value(None, Indicator._meta.pk),
        ),
    ]
    rows = [
        found.order_by().values_list(
            Value(kind, CharField()), "pk", "accountable_id", "accountable__user_id",
            "accountable__user__is_active", unit,
        )
        for kind, found, unit in parts
    ]  # fmt: skip
    return {
        (kind, pk): Named(account, user, bool(active), unit)
        for kind, pk, account, user, active, unit in rows[0].union(*rows[1:], all=True)
    }


def years_looked_at(plan: Plan, at: FiscalMonth) -> list[int]:
    """The fiscal year looked at and the one before it, as far as they are the plan's."""
    return [year for year in (at.year - 1, at.year) if year in plan.years]


def measures_of(plan: Plan, at: FiscalMonth, today: date) -> list[YearRow]:
    """The integrity measures of the plan's agency in those years. Four queries."""
    wanted = years_looked_at(plan, at)
    years = [year for year in measure_years(plan.agency_id) if year.fiscal_year in wanted]
    return year_rows(years, today)


@dataclass(frozen=True)
class Standing:
    """How things stand at a month: what the pages have read of them anyway."""

    plan: Plan
    at: FiscalMonth
    today: date
    rows: tuple[IndicatorRow, ...]
    money: Mapping[int, Mapping[int, MoneyYear]]
    measures: list[YearRow]

    def overdue(self) -> set[Key]:
        """The things of which a report is overdue: "awaiting report" in one of the two years."""
        years = years_looked_at(self.plan, self.at)
        places = [year - self.plan.first_year for year in years]
        indicators = {
            (INDICATOR, row.id)
            for row in self.rows
            if any(row.cells[place].status == AWAITING for place in places)
        }
        projects = {
            (PROJECT, pk)
            for pk, found in self.money.items()
            if any(year in found and found[year].status == AWAITING for year in years)
        }
        measures = {
            (MEASURE, measure.id)
            for year in self.measures
            for measure in year.measures
            if any(
                quarter.is_late and last_month(year.fiscal_year, quarter.quarter) <= self.at
                for quarter in measure.quarters
            )
        }
        return indicators | projects | measures

    def measure_rows(self) -> dict[int, MeasureRow]:
        return {measure.id: measure for year in self.measures for measure in year.measures}


def seen_by(
    who: Viewer, found: Mapping[Key, Named], measures: Mapping[int, MeasureRow]
) -> set[Key]:
    """The things that a person may see listed: all, or those of their units."""
    if who.may_read_drafts(None):
        return set(found)
    return {
        key
        for key, each in found.items()
        if each.unit in who.unit_ids or (key[0] == MEASURE and _is_own(who, measures.get(key[1])))
    }


def _is_own(who: Viewer, measure: MeasureRow | None) -> bool:
    """Of their units, or of a group of units of their agency."""
    units: Iterable[Any] = measure.units if measure else ()
    return any(
        unit.id in who.unit_ids or (unit.is_group and unit.agency_id in who.agency_ids)
        for unit in units
    )
