"""What is of an organisation as a whole, and of no unit: self-assessments and years of ITA."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import OuterRef, Subquery
from django.urls import reverse
from django.utils import timezone

from integrity.ita.models import ItaAssessment
from integrity.self_assessments.admin import entry_address
from integrity.self_assessments.rows import edition_name
from integrity.self_assessments.waiting import unsent_of
from kpis.read.duties import LATE, OPEN
from nhrc_plan.desk.rows import ASSESSMENT, ITA, Task
from strategy.access import Viewer
from strategy.approval.model import State


def whole_tasks(who: Viewer, today: date) -> Iterable[Task]:
    """Assessments that a person has to hand in, drafts and returned ones; for planners, years of
    ITA that were returned. Two queries, and two or three where there are assessments."""
    yield from _assessments(who, today)
    if who.is_planner:
        yield from _years(who)


def _assessments(who: Viewer, today: date) -> Iterable[Task]:
    for row, deadline, written in unsent_of(who):
        yield Task(
            kind=ASSESSMENT,
            state=LATE if deadline is not None and today > deadline else OPEN,
            code="",
            name=row.organisation,
            unit=str(row.agency or ""),
            period=edition_name(row.rubric.organisation_kind, row.rubric.fiscal_year),
            deadline=deadline,
            target=None,
            last=None,
            address=entry_address(row.pk),
            shown_at=reverse("assessment", args=[row.pk]),
            key=f"{ASSESSMENT}-{row.pk}",
            begun=True,
            returned=row.returned_because,
            returned_on=_day(written) if row.returned_because else None,
        )


def _years(who: Viewer) -> Iterable[Task]:
    """Of the agencies that they plan for; whoever has no unit plans for all."""
    told = ItaAssessment.history.filter(id=OuterRef("pk")).order_by("-history_date")
    rows = ItaAssessment.approval_rows().filter(approval=State.RETURNED)
    if who.agency_ids:
        rows = rows.filter(agency__in=who.agency_ids)
    rows = rows.annotate(written=Subquery(told.values("history_date")[:1]))
    for row in rows.order_by("fiscal_year", "agency"):
        yield Task(
            kind=ITA,
            state=OPEN,
            code="",
            name=row.title,
            unit=row.agency.name,
            period=str(row.fiscal_year),
            deadline=None,
            target=None,
            last=None,
            address=reverse("admin:integrity_itaassessment_change", args=[row.pk]),
            shown_at=f"{reverse('ita', args=[row.fiscal_year])}?agency={row.agency.slug}",
            key=f"{ITA}-{row.pk}",
            begun=True,
            returned=row.returned_because,
            returned_on=_day(row.written),
        )


def _day(moment: datetime | None) -> date | None:
    return timezone.localtime(moment).date() if moment else None
