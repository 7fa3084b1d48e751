"""What one person has to do: results, money and measures on one list, whichever app they are of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from budgets.admin.carried import carried_address
from budgets.admin.disbursements import entry_address as money_address
from budgets.models import CarriedPayment, Disbursement, Project
from budgets.read.carried_entry import carried_due
from budgets.read.duties import due_list as money_due
from budgets.read.duties import entering_units
from budgets.read.waiting import waiting_disbursements, waiting_payments
from integrity.ita.models import ItaAssessment
from integrity.measures import rules as measure_rules
from integrity.measures.duties import due_list as quarters_due
from integrity.measures.models import ItaMeasure, QuarterProgress
from integrity.measures.progress_admin import entry_address as quarter_address
from kpis.models import Indicator, Result
from kpis.read.duties import LATE, OPEN, UPCOMING, Duty
from kpis.read.entry import reporting_plans, work_list
from kpis.read.waiting import waiting_results
from nhrc_plan.desk.questions import Asked, my_questions
from nhrc_plan.meetings.resolutions import rules as resolution_rules
from nhrc_plan.meetings.resolutions.models import Resolution
from nhrc_plan.meetings.resolutions.read import unsettled_of
from nhrc_plan.meetings.resolutions.rows import ResolutionRow
from strategy.access import Viewer
from strategy.approval.model import State
from strategy.approval.read import waiting_for
from strategy.calendar import FiscalMonth, latest_ended
from strategy.models import Plan
from strategy.owners.model import Owned
from strategy.owners.read import part_name, parts_of
from strategy.thai import format_date, format_number, month_name

#: What a person is for the things that they answer or stand in for.
Held = Mapping[tuple[type[Owned], int], str]

#: So many days ahead something is said to come soon.
SOON = 45
#: So many of what waits for approval are named.
OLDEST = 5

RESULT, MONEY, CARRIED, MEASURE = "result", "money", "carried", "measure"
RESOLUTION, ITA = "resolution", "ita"
KINDS = {
    RESULT: gettext_lazy("result of an indicator"),
    MONEY: gettext_lazy("disbursement"),
    CARRIED: gettext_lazy("money carried over"),
    MEASURE: gettext_lazy("integrity measures"),
    RESOLUTION: gettext_lazy("resolution"),
    ITA: gettext_lazy("ITA assessment"),
}
STATES = {
    LATE: gettext_lazy("overdue"),
    OPEN: gettext_lazy("to be reported now"),
    UPCOMING: gettext_lazy("later"),
}
SHAPES = {LATE: "○", OPEN: "◐", UPCOMING: "◌"}


class Task(NamedTuple):
    """One thing to enter. ``deadline`` None: there is none.

    ``key``: what it is, of which period; the same from day to day. ``address``: where it is
    entered, with its period; ``shown_at``: where everybody signed in reads of it.
    """

    kind: str
    state: str
    code: str
    name: str
    unit: str
    period: str
    deadline: date | None
    target: str | None
    last: str | None
    address: str
    shown_at: str
    key: str
    unit_id: int | None = None
    #: It has been begun: a draft stands, or some of many are entered.
    begun: bool = False
    #: The comment with which it was returned to be mended; "" where it was not.
    returned: str = ""
    #: The day on which it was returned.
    returned_on: date | None = None
    #: What the person is for it, or for some of it; "" where a colleague answers for it.
    part: str = ""

    @property
    def part_name(self) -> str:
        return part_name(self.part)

    @property
    def kind_name(self) -> str:
        return str(KINDS[self.kind])

    @property
    def label(self) -> str:
        return str(STATES[self.state])

    @property
    def shape(self) -> str:
        return SHAPES[self.state]

    @property
    def deadline_name(self) -> str:
        return format_date(self.deadline) if self.deadline else ""


class Approvals(NamedTuple):
    """What of a kind waits for a person to approve or return it: how much, the oldest by name.

    ``address``: where it is looked at and approved.
    """

    kind: str
    rows: int
    oldest: tuple[str, ...]
    address: str

    @property
    def kind_name(self) -> str:
        return str(KINDS[self.kind])

    @property
    def more(self) -> int:
        """How many are not named."""
        return self.rows - len(self.oldest)


class UnitWaiting(NamedTuple):
    """What a unit still owes, as planners see it."""

    unit_id: int | None
    name: str
    late: int
    owed: int


class Done(NamedTuple):
    """How much of a kind a person has written this month."""

    kind: str
    rows: int

    @property
    def kind_name(self) -> str:
        return str(KINDS[self.kind])


@dataclass(frozen=True)
class MyWork:
    """One person's work on a day: what to enter, what was returned to be mended among it, what to
    approve, what they are asked, what comes soon, what was done this month.

    ``waiting``: for planners, what the units owe; their own list is then what belongs to no unit,
    and to their own ones.
    """

    enter: tuple[Task, ...]
    soon: tuple[Task, ...]
    #: What waits for this person's approval, kind by kind.
    approvals: tuple[Approvals, ...]
    waiting: tuple[UnitWaiting, ...]
    done: tuple[Done, ...]
    #: Questions that wait for this person: asked about what they enter, or their own, answered.
    questions: tuple[Asked, ...] = ()
    #: How many things they are accountable or deputy for at all.
    answers_for: int = 0
    #: For planners: answered resolutions that they may close, whoever answered.
    to_close: tuple[ResolutionRow, ...] = ()

    @property
    def mine(self) -> MyWork:
        """Of what is to be entered, what the person is accountable or deputy for."""
        return replace(
            self,
            enter=tuple(task for task in self.enter if task.part),
            soon=tuple(task for task in self.soon if task.part),
        )

    @property
    def to_approve(self) -> int:
        return sum(each.rows for each in self.approvals)

    @property
    def returned(self) -> int:
        return sum(bool(task.returned) for task in self.enter)

    @property
    def late(self) -> int:
        return sum(task.state == LATE for task in self.enter)


def my_work(who: Viewer, today: date) -> MyWork:
    """What a person has to do on ``today``. A number of queries that does not grow with the plans
    of others, nor with the size of their own."""
    duties = work_list(who, today, soon=SOON)
    held = parts_of(who.user_id)
    resolutions = unsettled_of(None if who.is_planner else who.unit_ids, today)
    tasks = _tasks(who, duties, held, resolutions, today)
    return MyWork(
        enter=tuple(task for task in tasks if task.state != UPCOMING),
        soon=_next_ones(task for task in tasks if task.state == UPCOMING),
        approvals=tuple(_approvals(who)) if who.approves else (),
        waiting=_waiting(duties) if who.is_planner else (),
        done=tuple(_done(who, today)),
        questions=my_questions(who),
        answers_for=len(held),
        to_close=tuple(
            row for row in resolutions if who.is_planner and row.state == resolution_rules.ANSWERED
        ),
    )


def tasks_of(who: Viewer, today: date, *, soon: int) -> list[Task]:
    """What a person has to enter, and what will be due within so many days; first what was
    returned, then what is overdue. As many queries as :func:`my_work` takes at most."""
    resolutions = unsettled_of(None if who.is_planner else who.unit_ids, today)
    duties = work_list(who, today, soon=soon)
    return _tasks(who, duties, parts_of(who.user_id), resolutions, today)


def pressing(who: Viewer, today: date) -> int:
    """How much of a person's work is overdue, returned to them, or waits for their approval."""
    tasks = tasks_of(who, today, soon=0)
    late = sum(bool(task.returned) or task.state == LATE for task in tasks)
    approvals = waiting_for_approval(who) if who.approves else ()
    return late + sum(waiting.count() for _kind, waiting in approvals)


def _tasks(
    who: Viewer,
    duties: list[Duty],
    held: Held,
    resolutions: Iterable[ResolutionRow],
    today: date,
) -> list[Task]:
    latest = latest_ended(today)
    plans = reporting_plans(who, latest.year - 1, latest.year)
    returned = list(_money_returned(who, held))
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
        *_of_measures(who, today, held),
        *_of_resolutions(who, resolutions, today),
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


def waiting_for_approval(who: Viewer) -> tuple[tuple[str, QuerySet[Any]], ...]:
    """What a person may approve, kind by kind."""
    units = (
        (RESULT, waiting_results(who)),
        (MONEY, waiting_disbursements(who)),
        (CARRIED, waiting_payments(who)),
    )
    # Of what belongs to the agency planners alone decide.
    return (*units, (ITA, waiting_for(ItaAssessment, who))) if who.is_planner else units


def _approvals(who: Viewer) -> Iterable[Approvals]:
    """Two or three queries for each kind."""
    for kind, waiting in waiting_for_approval(who):
        count = waiting.count()
        if count:
            oldest = tuple(row.title for row in waiting[:OLDEST])
            name = f"admin:{waiting.model._meta.app_label}_{waiting.model._meta.model_name}_waiting"
            yield Approvals(kind, count, oldest, reverse(name))


def _next_ones(tasks: Iterable[Task]) -> tuple[Task, ...]:
    """Of each thing the next time that it is due."""
    return tuple({(task.kind, task.code): task for task in reversed(list(tasks))}.values())[::-1]


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
        own |= Q(indicator__unit__isnull=True)
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


def _money_returned(who: Viewer, held: Held) -> Iterable[Task]:
    """Months of money that were sent back to be mended. Two queries a kind."""
    for kind, model, address in (
        (MONEY, Disbursement, money_address),
        (CARRIED, CarriedPayment, carried_address),
    ):
        told = model.history.filter(id=OuterRef("pk")).order_by("-history_date")
        rows = model.approval_rows().filter(approval=State.RETURNED)
        rows = rows.annotate(written=Subquery(told.values("history_date")[:1]))
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


def _of_measures(who: Viewer, today: date, held: Held) -> Iterable[Task]:
    for due in quarters_due(who, today):
        unit_id = due.unit.id if due.unit else None
        part = _part(held, ItaMeasure, due.missing)
        if not due.owed or not (part or _is_own(who, unit_id) or not who.is_planner):
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
            address=quarter_address(due.unit_key, due.year.fiscal_year, due.quarter),
            shown_at=(
                f"{reverse('measure_year', args=[due.year.fiscal_year])}"
                f"?{urlencode({'agency': due.year.agency_slug})}"
            ),
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


def _waiting(duties: Iterable[Duty]) -> tuple[UnitWaiting, ...]:
    """What units owe of results, the most overdue first."""
    found: dict[int | None, UnitWaiting] = {}
    for duty in duties:
        if duty.is_owed and duty.row.unit_id is not None:
            key = duty.row.unit_id
            held = found.get(key, UnitWaiting(key, duty.row.unit_name or "", 0, 0))
            found[key] = held._replace(late=held.late + (duty.state == LATE), owed=held.owed + 1)
    return tuple(sorted(found.values(), key=lambda unit: (-unit.late, -unit.owed, unit.name)))


def _done(who: Viewer, today: date) -> Iterable[Done]:
    """What a person wrote since the first of the month, each row counted once. Five queries."""
    since = timezone.make_aware(datetime.combine(today.replace(day=1), time()))
    for kind, model in (
        (RESULT, Result),
        (MONEY, Disbursement),
        (CARRIED, CarriedPayment),
        (MEASURE, QuarterProgress),
        (RESOLUTION, Resolution),
    ):
        rows = model.history.filter(history_user_id=who.user_id, history_date__gte=since)
        count = rows.order_by().values("id").distinct().count()
        if count:
            yield Done(kind, count)
