"""Reading what holds for a whole plan: its bands, its agency's reporting days."""

from __future__ import annotations

from datetime import date

from strategy.calendar import FiscalMonth, latest_ended
from strategy.models import Plan, ReportingYear
from strategy.standing.status import Bands


def bands(plan: Plan) -> Bands:
    """The edges of the plan's status bands."""
    return Bands(plan.band_on_plan, plan.band_near, plan.band_at_risk)


def deadline_days(plan: Plan) -> dict[int, int]:
    """Day of the month by which reports are in, by fiscal year, where it is not the default.

    One query.
    """
    return dict(
        ReportingYear.objects.filter(agency_id=plan.agency_id)
        .order_by()
        .values_list("fiscal_year", "deadline_day")
    )


def due_month(plan: Plan, today: date) -> FiscalMonth:
    """The month that a plan shows, and whose figures it asks for, on ``today``.

    The latest that is over; of a plan that is over its last; of one yet to begin its first,
    which has not ended.
    """
    first, last = FiscalMonth(plan.first_year, 1), FiscalMonth(plan.last_year, 12)
    return min(max(latest_ended(today), first), last)
