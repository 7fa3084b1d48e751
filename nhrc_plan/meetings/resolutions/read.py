"""Reading resolutions: a plan's, those of a month's pack, and those about one thing or unit."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from nhrc_plan.meetings.resolutions import rules
from nhrc_plan.meetings.resolutions.models import SUBJECTS, Resolution, ResolutionStep
from nhrc_plan.meetings.resolutions.rows import (
    ResolutionRow,
    Resolutions,
    Step,
    Subject,
    order,
)
from strategy.access import Viewer
from strategy.calendar import FiscalMonth
from strategy.models import Plan
from strategy.read import holidays


def plan_resolutions(plan: Plan, today: date, *, people: bool = False) -> Resolutions:
    """Every resolution of a plan on a day; ``people``: with the names of persons. At most three
    queries."""
    found = _linked(people).filter(meeting__plan=plan)
    return Resolutions(_rows(found, today, people=people), today)


def month_resolutions(plan: Plan, at: FiscalMonth, today: date) -> Resolutions:
    """Those of the meetings that looked at a month or an earlier one, without names of persons: a
    pack goes wherever the minutes go. At most three queries."""
    up_to = Q(meeting__fiscal_year__lt=at.year)
    up_to |= Q(meeting__fiscal_year=at.year, meeting__month__lte=at.month)
    return Resolutions(_rows(_linked().filter(up_to, meeting__plan=plan), today), today)


def unsettled_about(
    kind: str, ids: Collection[int], today: date, plan: Plan | None = None
) -> tuple[ResolutionRow, ...]:
    """What is still to be answered or closed about indicators, projects, measures or units.

    ``kind``: one of SUBJECTS, or "unit"; ``plan``: of its meetings alone. One query where there
    is nothing, three at most.
    """
    found = _linked().filter(**{f"{kind}__in": ids}, state__in=rules.UNSETTLED)
    return _rows(found.filter(meeting__plan=plan) if plan else found, today)


def unsettled_of(who: Viewer, today: date) -> tuple[ResolutionRow, ...]:
    """What is still to be answered or closed: by a person's units, of whatever plan; of planners
    all of the agencies that they plan for."""
    found = _linked().filter(state__in=rules.UNSETTLED)
    agencies = who.planned_agencies
    if not who.is_planner:
        found = found.filter(unit__in=who.unit_ids)
    elif agencies is not None:
        found = found.filter(meeting__plan__agency__in=agencies)
    return _rows(found, today)


def _linked(people: bool = False) -> QuerySet[Resolution]:
    """Resolutions with all that they are shown with, in two queries."""
    steps = Prefetch("steps", ResolutionStep.objects.order_by("at", "pk"))
    return (
        Resolution.objects.select_related(
            "meeting__plan__escalation",
            "unit",
            "indicator__strategy",
            "project__strategy",
            "measure__issue__year",
            *(("person__user",) if people else ()),
        )
        .prefetch_related(steps)
        .order_by()
    )


def _rows(
    found: Iterable[Resolution], today: date, *, people: bool = False
) -> tuple[ResolutionRow, ...]:
    off: dict[int, frozenset[date]] = {}
    rows = []
    for each in found:
        agency = each.meeting.plan.agency_id
        if agency not in off:
            off[agency] = holidays(agency)
        rows.append(_row(each, today, off[agency], people))
    return tuple(sorted(rows, key=order))


def _row(each: Resolution, today: date, off: frozenset[date], people: bool) -> ResolutionRow:
    plan = each.meeting.plan
    levels = plan.escalation.levels if hasattr(plan, "escalation") else rules.Levels()
    late = rules.days_late(each.due_on, today, off) if each.state == rules.OPEN else 0
    steps = tuple(
        Step(
            step.kind,
            step.text,
            step.who_name if people else "",
            timezone.localtime(step.at),
            step.due_from,
            step.due_to,
        )
        for step in each.steps.all()
    )
    row = ResolutionRow(
        id=each.pk,
        plan_slug=plan.slug,
        code=each.code,
        number=each.number,
        meeting_id=each.meeting_id,
        meeting_number=each.meeting.number,
        held_on=each.meeting.held_on,
        text=each.text,
        subject=_subject(each, plan),
        unit_id=each.unit_id,
        unit=each.unit.name,
        person=_person(each) if people else "",
        first_due_on=each.first_due_on,
        due_on=each.due_on,
        state=each.state,
        late=late,
        level=levels.of(late),
        kept=None,
        steps=steps,
        sample=each.is_sample,
    )
    answer = row.answer
    answered_on = answer.when.date() if answer else None
    return replace(row, kept=rules.is_kept(each.first_due_on, answered_on, today, off))


def _person(each: Resolution) -> str:
    if each.person is None:
        return ""
    user = each.person.user
    return user.get_full_name() or user.get_username()


def _subject(each: Resolution, plan: Plan) -> Subject | None:
    """What it is about, and where that is shown."""
    kind = next((name for name in SUBJECTS if getattr(each, f"{name}_id") is not None), None)
    about: Any = getattr(each, kind) if kind else None
    if kind == "indicator":
        about.strategy.plan = plan
        address = reverse("indicator", args=[plan.slug, about.code])
        return Subject(kind, about.code, about.name, address)
    if kind == "project":
        code = f"{about.strategy.number}-{about.number}"
        return Subject(kind, code, about.name, reverse("project", args=[plan.slug, code]))
    if kind == "measure":
        issue = about.issue
        address = reverse("measure_year", args=[issue.year.fiscal_year])
        return Subject(kind, about.number or str(issue.number), about.text, address)
    return None
