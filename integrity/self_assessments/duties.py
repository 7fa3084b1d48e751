"""What of assessments is still with those who fill them in, and by when it is due."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from django.db.models import OuterRef, Q, Subquery

from integrity.self_assessments.models import SelfAssessment
from strategy.access import REPORTER, Viewer
from strategy.approval.model import UNSENT
from strategy.calendar import DEFAULT_REPORTING_DAY, FiscalMonth
from strategy.read import days_of, with_deadline


class Unsent(NamedTuple):
    """An assessment that is a draft or was returned; ``written``: when it last was."""

    row: SelfAssessment
    deadline: date | None
    written: Any


def unsent_of(who: Viewer) -> list[Unsent]:
    """The assessments that a person has to hand in: of their own agencies, of planners also those
    of organisations outside the system. One query, and what :func:`deadlines` takes."""
    if not (who.is_planner or REPORTER in who.roles):
        return []
    own = Q(agency__in=who.agency_ids)
    if who.is_planner:
        own |= Q(agency__isnull=True)
    told = SelfAssessment.history.filter(id=OuterRef("pk")).order_by("-history_date")
    found = SelfAssessment.objects.filter(own, approval__in=UNSENT).annotate(
        written=Subquery(told.values("history_date")[:1])
    )
    rows: list[Any] = list(
        found.select_related("rubric", "agency").order_by("rubric__fiscal_year", "organisation")
    )
    due = deadlines(rows)
    return [Unsent(row, due.get(row.pk), row.written) for row in rows]


def deadlines(rows: Iterable[SelfAssessment]) -> dict[int, date]:
    """By when assessments are in, by their id: as the last month of their edition's year is.

    What is of no agency has no deadline. One query where there are others, and one for each agency
    of which deadlines move to working days.
    """
    years = {row.pk: row.rubric.fiscal_year for row in rows if row.agency_id is not None}
    if not years:
        return {}
    of_agencies = SelfAssessment.objects.filter(pk__in=years)
    days = days_of(with_deadline(of_agencies, "rubric__fiscal_year"))
    return {
        pk: FiscalMonth(year, 12).deadline(days.get(pk, DEFAULT_REPORTING_DAY))
        for pk, year in years.items()
    }
