"""What a person has to enter: results, money, measures, answers, what is of an organisation; each
a row with its form."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from budgets.admin.carried import carried_address
from budgets.admin.disbursements import entry_address as money_address
from budgets.models import CarriedPayment, Disbursement, Project
from budgets.read.carried_entry import carried_due
from budgets.read.duties import due_list as money_due
from budgets.read.duties import entering_units
from integrity.measures import rules as measure_rules
from integrity.measures.access import unit_agencies
from integrity.measures.duties import due_list as quarters_due
from integrity.measures.models import ItaMeasure, QuarterProgress
from integrity.measures.progress_admin import entry_address as quarter_address
from integrity.measures.read import unit_to_enter
from integrity.measures.rows import place_of
from integrity.measures.waiting import quarter_name
from kpis.models import Indicator, Result
from kpis.read.duties import LATE, OPEN, UPCOMING, Duty
from kpis.read.entry import reporting_plans
from nhrc_plan.desk.rows import (
    CARRIED,
    MEASURE,
    MONEY,
    RESOLUTION,
    RESULT,
    SOON,
    Task,
)
from nhrc_plan.desk.whole_tasks import whole_tasks
from nhrc_plan.meetings.resolutions import rules as resolution_rules
from nhrc_plan.meetings.resolutions.rows import ResolutionRow
from strategy.access import Viewer
from strategy.approval.model import State
from strategy.calendar import FiscalMonth, latest_ended
from strategy.models import Plan
from strategy.owners.model import Owned
from strategy.thai import format_number, month_name

#: What a person is for the things that they answer or stand in for.
Held = Mapping[tuple[type[Owned], int], str]


def tasks_for(
    who: Viewer,
    duties: list[Duty],
    held: Held,
    resolutions: Iterable[ResolutionRow],
    today: date,
) -> list[Task]:
    """What a person has to enter; first what was returned, then what is overdue.

    ``duties``, ``held``, ``resolutions``: what was read of results, of the things that they answer
    for, of what the board resolved.
    """
    latest = latest_ended(today)
    plans = reporting_plans(who, latest.year - 1, latest.year)
    returned = [*_money_returned(who, held), *_quarters_returned(who, held)]
    tasks = [
        *_returned(who, duties, held),
        *returned,
        *(
            _of_result(duty, part)
            for duty in duties
            for part in [_part(held, Indicator, [duty.row.id])]
            if (part or _is_own(who, duty.row.unit_id)) and not duty.returned
        ),
        *_of_money(who, plans, today, held, returned),
        *_of_measures(who, today, held, returned),
        *_of_resolutions(who, resolutions, today),
        *whole_tasks(who, today),
    ]
    order = {LATE: 0, OPEN: 1, UPCOMING: 2}
    tasks.sort(
        key=lambda task: (
            not task.returned,
            order[task.state],
            task.deadline or date.max,
            task.code,
        )
    )
    return tasks


def _part(held: Held, model: type[Owned], ids: Iterable[int]) -> str:
    """What somebody is for one of these things: accountable before deputy; "" for none."""
    return min((held[model, pk] for pk in ids if (model, pk) in held), default="")


def _is_own(who: Viewer, unit_id: int | None) -> bool:
    """Whether a person enters it themselves: of their units, or of none where they plan.

    What they answer for by name is theirs as well, whatever its unit.
    """
    return who.may_report(unit_id) and (unit_id is None or unit_id in who.unit_ids)


def _returned(who: Viewer, duties: Iterable[Duty], held: Held) -> Iterable[Task]:
    """What was sent back to be mended, whether its month is one of a period's end or not."""
    due = {(duty.row.id, duty.period): duty.deadline for duty in duties if duty.returned}
    named = [pk for model, pk in held if model is Indicator]
    own = Q(indicator__unit__in=who.unit_ids) | Q(indicator__in=named)
    if who.is_planner:
        bare = Q(indicator__unit__isnull=True)
        own |= bare if who.planned_agencies is None else bare & Result.of_agencies(who.agency_ids)
    told = Result.history.filter(id=OuterRef("pk")).order_by("-history_date")
    rows = Result.objects.filter(own, state=Result.State.RETURNED).annotate(
        written=Subquery(told.values("history_date")[:1])
    )
    for result in rows.select_related("indicator__strategy__plan", "indicator__unit").order_by(
        "fiscal_year", "month", "indicator"
    ):
        indicator = result.indicator
        if not who.may_report(indicator.unit_id):
            continue
        at = FiscalMonth(result.fiscal_year, result.month)
        yield Task(
            kind=RESULT,
            state=OPEN,
            code=indicator.code,
            name=indicator.name,
            unit=str(indicator.unit or ""),
            period=month_name(at, short=True),
            deadline=due.get((indicator.pk, at)),
            target=None,
            last=None,
            address=reverse("admin:kpis_result_change", args=[result.pk]),
            shown_at=_indicator_at(indicator.strategy.plan.slug, indicator.code, at),
            key=_key(RESULT, indicator.pk, at.year, at.month),
            unit_id=indicator.unit_id,
            begun=True,
            returned=result.returned_because,
            returned_on=timezone.localtime(result.written).date() if result.written else None,
            part=_part(held, Indicator, [indicator.pk]),
        )


def _key(kind: str, *parts: int | None) -> str:
    return "-".join([kind, *(str(part or 0) for part in parts)])


def _indicator_at(plan: str, code: str, at: FiscalMonth) -> str:
    query = urlencode({"year": at.year, "month": at.month})
    return f"{reverse('indicator', args=[plan, code])}?{query}"


def _money_at(plan: Plan, at: FiscalMonth) -> str:
    query = urlencode({"year": at.year, "month": at.month})
    return f"{reverse('budget_units', args=[plan.slug])}?{query}"


def _near(who: Viewer, model: Any, held: Held, owned: type[Owned], path: str) -> Any:
    """What was returned of a model in the agencies of a person, and of what they answer for by
    name; so that others' is not read."""
    rows = model.approval_rows().filter(approval=State.RETURNED)
    if who.planned_agencies is None:
        return rows
    named = [pk for kind, pk in held if kind is owned]
    return rows.filter(model.of_agencies(who.planned_agencies) | Q(**{f"{path}__in": named}))


def _money_returned(who: Viewer, held: Held) -> Iterable[Task]:
    """Months of money that were sent back to be mended. Two queries a kind."""
    for kind, model, address in (
        (MONEY, Disbursement, money_address),
        (CARRIED, CarriedPayment, carried_address),
    ):
        told = model.history.filter(id=OuterRef("pk")).order_by("-history_date")
        rows = _near(who, model, held, Project, "project").annotate(
            written=Subquery(told.values("history_date")[:1])
        )
        for row in rows.order_by("fiscal_year", "month", "project"):
            first = next(iter(row.project.leads.all()), None)
            part = _part(held, Project, [row.project_id])
            if not (part or _is_own(who, first and first.unit_id)):
                continue
            plan, at = row.project.strategy.plan, FiscalMonth(*row.month_written())
            yield Task(
                kind=kind,
                state=OPEN,
                code=f"{row.project.strategy.number}-{row.project.number}",
                name=row.project.name,
                unit=first.unit.name if first else "",
                period=month_name(at, short=True),
                deadline=None,
                target=None,
                last=None,
                address=f"{address(plan, first and first.unit_id, at)}#p{row.project_id}",
                shown_at=_money_at(plan, at),
                key=_key(kind, plan.pk, row.project_id, at.year, at.month),
                unit_id=first.unit_id if first else None,
                begun=True,
                returned=row.returned_because,
                returned_on=timezone.localtime(row.written).date() if row.written else None,
                part=part,
            )


def _measures_at(year: int, agency: str) -> str:
    return f"{reverse('measure_year', args=[year])}?{urlencode({'agency': agency})}"


def _quarters_returned(who: Viewer, held: Held) -> Iterable[Task]:
    """Quarters of measures that were sent back to be mended. Four queries, and one of the person's
    units where there are some."""
    told = QuarterProgress.history.filter(id=OuterRef("pk")).order_by("-history_date")
    rows = _near(who, QuarterProgress, held, ItaMeasure, "measure").annotate(
        written=Subquery(told.values("history_date")[:1])
    )
    agencies: dict[int, int] | None = None
    for row in rows.order_by("measure__issue__year__fiscal_year", "quarter", "measure"):
        agencies = unit_agencies(who) if agencies is None else agencies
        measure, year = row.measure, row.measure.issue.year
        units = sorted(measure.units.all(), key=lambda unit: (unit.is_group, unit.name))
        unit_id = unit_to_enter(who, units, year.agency_id, agencies)
        part = _part(held, ItaMeasure, [measure.pk])
        if not unit_id or not (
            part or not who.is_planner or _is_own(who, units[0].pk if units else None)
        ):
            continue
        yield Task(
            kind=MEASURE,
            state=OPEN,
            code=place_of(measure.issue.number, measure.number),
            name=measure.text,
            unit=measure.responsible_text or ", ".join(unit.name for unit in units),
            period=quarter_name(row),
            deadline=None,
            target=None,
            last=None,
            address=f"{quarter_address(unit_id, year.fiscal_year, row.quarter)}#m{measure.pk}",
            shown_at=_measures_at(year.fiscal_year, year.agency.slug),
            key=_key(MEASURE, year.pk, measure.pk, row.quarter),
            unit_id=units[0].pk if units else None,
            begun=True,
            returned=row.returned_because,
            returned_on=timezone.localtime(row.written).date() if row.written else None,
            part=part,
        )


def _of_result(duty: Duty, part: str) -> Task:
    row = duty.row
    query = {"indicator": row.id, "year": duty.period.year, "month": duty.period.month}
    last = row.current.result
    return Task(
        kind=RESULT,
        state=duty.state,
        code=row.code,
        name=row.name,
        unit=row.unit_name or "",
        period=duty.period_name,
        deadline=duty.deadline,
        target=row.cells[duty.period.year - row.cells[0].year].target,
        last=f"{last} ({row.current.as_of_name})" if last is not None else None,
        address=f"{reverse('admin:kpis_result_add')}?{urlencode(query)}",
        shown_at=_indicator_at(duty.plan, row.code, duty.period),
        key=_key(RESULT, row.id, duty.period.year, duty.period.month),
        unit_id=row.unit_id,
        begun=duty.has_draft,
        part=part,
    )


def _of_money(
    who: Viewer, plans: list[Plan], today: date, held: Held, returned: Sequence[Task]
) -> Iterable[Task]:
    """A unit's month of money, and what it still has to pay of money carried over.

    ``returned``: what stands on the list by itself, so that a month that lacks nothing else
    does not.
    """
    sent_back = Counter(task.address.partition("#")[0] for task in returned)
    for due in money_due(who, plans, today):
        address = money_address(due.plan, due.unit_id, due.at)
        part = _part(held, Project, due.missing)
        lacking = due.projects - due.entered - sent_back[address]
        if lacking <= 0 or not (part or _is_own(who, due.unit_id)):
            continue
        yield Task(
            kind=MONEY,
            state=LATE if today > due.deadline else OPEN,
            code="",
            name=_("projects entered: %(entered)s of %(projects)s")
            % {"entered": due.entered, "projects": due.projects},
            unit=due.unit_name,
            period=month_name(due.at, short=True),
            deadline=due.deadline,
            target=None,
            last=None,
            address=address,
            shown_at=_money_at(due.plan, due.at),
            key=_key(MONEY, due.plan.pk, due.unit_id, due.at.year, due.at.month),
            unit_id=due.unit_id,
            begun=due.entered > 0,
            part=part,
        )
    for left in carried_due(who, plans, entering_units(who), today):
        part = _part(held, Project, (row.project_id for row in left.rows))
        if part or _is_own(who, left.unit_id):
            yield Task(
                kind=CARRIED,
                state=OPEN,
                code="",
                name=_("%(left)s baht left to pay") % {"left": format_number(left.left, 2)},
                unit=left.unit_name,
                period=month_name(left.at, short=True),
                deadline=None,
                target=None,
                last=None,
                address=carried_address(left.plan, left.unit_id, left.at),
                shown_at=_money_at(left.plan, left.at),
                key=_key(CARRIED, left.plan.pk, left.unit_id, left.at.year, left.at.month),
                unit_id=left.unit_id,
                part=part,
            )


def _of_measures(who: Viewer, today: date, held: Held, returned: Sequence[Task]) -> Iterable[Task]:
    """A unit's quarters; ``returned`` as for money."""
    sent_back = Counter(task.address.partition("#")[0] for task in returned)
    for due in quarters_due(who, today):
        unit_id = due.unit.id if due.unit else None
        part = _part(held, ItaMeasure, due.missing)
        address = quarter_address(due.unit_key, due.year.fiscal_year, due.quarter)
        if due.owed <= sent_back[address] or not (
            part or _is_own(who, unit_id) or not who.is_planner
        ):
            continue
        yield Task(
            kind=MEASURE,
            state=LATE if due.state == measure_rules.LATE else OPEN,
            code="",
            name=_("measures without a report: %(owed)s of %(measures)s")
            % {"owed": due.owed, "measures": due.measures},
            unit=due.unit.name if due.unit else "",
            period=_("quarter %(quarter)s, %(year)s")
            % {"quarter": due.quarter, "year": due.year.fiscal_year},
            deadline=due.year.rules.deadline(due.quarter),
            target=None,
            last=None,
            address=address,
            shown_at=_measures_at(due.year.fiscal_year, due.year.agency_slug),
            key=_key(MEASURE, due.year.id, unit_id, due.quarter),
            unit_id=unit_id,
            begun=due.owed < due.measures,
            part=part,
        )


def _of_resolutions(who: Viewer, rows: Iterable[ResolutionRow], today: date) -> Iterable[Task]:
    """What a person's units have to answer to the board; soon, where it is due in some weeks."""
    for row in rows:
        if row.state != resolution_rules.OPEN or not _is_own(who, row.unit_id):
            continue
        near = row.due_on <= today + timedelta(days=SOON)
        yield Task(
            kind=RESOLUTION,
            state=LATE if row.late else OPEN if near else UPCOMING,
            code=row.code,
            name=row.text,
            unit=row.unit,
            period=row.postponed_name,
            deadline=row.due_on,
            target=None,
            last=None,
            address=reverse(f"admin:board_resolution_{resolution_rules.ANSWER}", args=[row.id]),
            shown_at=reverse("resolution", args=[row.plan_slug, row.id]),
            key=_key(RESOLUTION, row.id),
            unit_id=row.unit_id,
            returned=row.comment,
            returned_on=_asked_again_on(row),
        )


def _asked_again_on(row: ResolutionRow) -> date | None:
    if not row.comment:
        return None
    asked = [step.when for step in row.steps if step.kind == resolution_rules.ASKED_AGAIN]
    return timezone.localtime(asked[-1]).date()
