"""Reading what holds for a whole plan: its bands, its agency's reporting days."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from strategy.calendar import FiscalMonth, ReportingDay, latest_ended
from strategy.models import Holiday, Plan, ReportingYear, Unit
from strategy.standing.status import Bands


def bands(plan: Plan) -> Bands:
    """The edges of the plan's status bands."""
    return Bands(plan.band_on_plan, plan.band_near, plan.band_at_risk)


def deadline_days(plan: Plan) -> dict[int, ReportingDay]:
    """By when reports are in, by fiscal year, where it is not the default.

    One query, and one more where deadlines move to working days.
    """
    years = ReportingYear.objects.filter(agency_id=plan.agency_id).order_by()
    return reporting_days(
        plan.agency_id, years.values_list("fiscal_year", "deadline_day", "moves_to_working_day")
    )


def reporting_days(
    agency_id: int, years: Iterable[tuple[int, int, bool]]
) -> dict[int, ReportingDay]:
    """Of an agency's years, each with its day and whether it moves. At most one query."""
    years = list(years)
    off = holidays(agency_id) if any(moves for _year, _day, moves in years) else frozenset()
    return {year: ReportingDay(day, off if moves else None) for year, day, moves in years}


def with_deadline(rows: QuerySet[Any], year: str = "fiscal_year") -> QuerySet[Any]:
    """Rows of an agency and a fiscal year, each with the ``deadline_day`` that was set for it and
    whether it ``moves``; None where nothing was set. ``year``: from the row to its year."""
    rules = ReportingYear.objects.filter(agency=OuterRef("agency"), fiscal_year=OuterRef(year))
    found: QuerySet[Any] = rows.annotate(
        deadline_day=Subquery(rules.values("deadline_day")[:1]),
        moves=Subquery(rules.values("moves_to_working_day")[:1]),
    )
    return found.select_related("agency")


def days_of(rows: Iterable[Any]) -> dict[int, ReportingDay]:
    """By when these rows are reported, by their id, where planners said it.

    Rows of :func:`with_deadline`. One query for each agency of which deadlines move to working
    days.
    """
    rows = list(rows)
    off = {agency: holidays(agency) for agency in {row.agency_id for row in rows if row.moves}}
    return {
        row.pk: ReportingDay(row.deadline_day, off[row.agency_id] if row.moves else None)
        for row in rows
        if row.deadline_day is not None
    }


def holidays(agency_id: int) -> frozenset[date]:
    """Every holiday of an agency. One query."""
    return frozenset(Holiday.objects.filter(agency=agency_id).values_list("day", flat=True))


def due_month(plan: Plan, today: date) -> FiscalMonth:
    """The month that a plan shows, and whose figures it asks for, on ``today``.

    The latest that is over; of a plan that is over its last; of one yet to begin its first,
    which has not ended.
    """
    first, last = FiscalMonth(plan.first_year, 1), FiscalMonth(plan.last_year, 12)
    return min(max(latest_ended(today), first), last)


def units_in_order(plan: Plan) -> list[tuple[int, str]]:
    """The units of a plan's agency, by id and name, in Thai order. One query."""
    units = Unit.objects.filter(agency=plan.agency_id).order_by("name", "pk")
    return list(units.values_list("pk", "name"))
