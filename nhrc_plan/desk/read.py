"""What one person has to do, whichever app it is of: to enter, to approve, asked, done."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from budgets.models import CarriedPayment, Disbursement
from budgets.read.waiting import waiting_disbursements, waiting_payments
from integrity.ita.models import ItaAssessment
from integrity.measures.models import QuarterProgress
from integrity.measures.waiting import waiting_quarters
from integrity.self_assessments.models import SelfAssessment
from integrity.self_assessments.waiting import waiting_assessments
from kpis.models import Result
from kpis.read.duties import LATE, UPCOMING, Duty
from kpis.read.entry import work_list
from kpis.read.waiting import waiting_results
from nhrc_plan.desk.questions import my_questions
from nhrc_plan.desk.rows import (
    ASSESSMENT,
    CARRIED,
    ITA,
    MEASURE,
    MONEY,
    OLDEST,
    RESOLUTION,
    RESULT,
    SOON,
    Approvals,
    Done,
    MyWork,
    Task,
    UnitWaiting,
)
from nhrc_plan.desk.tasks import tasks_for
from nhrc_plan.meetings.resolutions import rules as resolution_rules
from nhrc_plan.meetings.resolutions.models import Resolution
from nhrc_plan.meetings.resolutions.read import unsettled_of
from strategy.access import Viewer
from strategy.approval.read import waiting_for
from strategy.owners.read import parts_of


def my_work(who: Viewer, today: date) -> MyWork:
    """What a person has to do on ``today``. A number of queries that does not grow with the plans
    of others, nor with the size of their own."""
    duties = work_list(who, today, soon=SOON)
    held = parts_of(who.user_id)
    resolutions = unsettled_of(who, today)
    tasks = tasks_for(who, duties, held, resolutions, today)
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
    resolutions = unsettled_of(who, today)
    duties = work_list(who, today, soon=soon)
    return tasks_for(who, duties, parts_of(who.user_id), resolutions, today)


def pressing(who: Viewer, today: date) -> int:
    """How much of a person's work is overdue, returned to them, or waits for their approval."""
    tasks = tasks_of(who, today, soon=0)
    late = sum(bool(task.returned) or task.state == LATE for task in tasks)
    approvals = waiting_for_approval(who) if who.approves else ()
    return late + sum(waiting.count() for _kind, waiting in approvals)


def waiting_for_approval(who: Viewer) -> tuple[tuple[str, QuerySet[Any]], ...]:
    """What a person may approve, kind by kind."""
    units = (
        (RESULT, waiting_results(who)),
        (MONEY, waiting_disbursements(who)),
        (CARRIED, waiting_payments(who)),
        (MEASURE, waiting_quarters(who)),
        (ASSESSMENT, waiting_assessments(who)),
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
    """What a person wrote since the first of the month, each row counted once. Six queries."""
    since = timezone.make_aware(datetime.combine(today.replace(day=1), time()))
    for kind, model in (
        (RESULT, Result),
        (MONEY, Disbursement),
        (CARRIED, CarriedPayment),
        (MEASURE, QuarterProgress),
        (ASSESSMENT, SelfAssessment),
        (RESOLUTION, Resolution),
    ):
        rows = model.history.filter(history_user_id=who.user_id, history_date__gte=since)
        count = rows.order_by().values("id").distinct().count()
        if count:
            yield Done(kind, count)
