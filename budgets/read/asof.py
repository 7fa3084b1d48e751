"""How a plan's money stood as known at an earlier moment, rebuilt from the history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet
from django.utils import timezone

from budgets.models import (
    BudgetTransfer,
    CarriedPayment,
    Disbursement,
    ProjectBudget,
    SpendingTarget,
)
from budgets.models.spending import ProjectMonth
from budgets.read.carried import counted
from budgets.read.lines import COLUMNS, lines_by_year
from budgets.read.money import MoneyView, year_rows
from budgets.read.rows import MoneyYear
from budgets.rules.calc import STRAIGHT, Spent, YearLines, judge
from strategy.approval.model import State, goes_by_approved
from strategy.calendar import FiscalMonth, ReportingDay
from strategy.known.entries import entries_before, latest_after, touched_since
from strategy.models import Plan
from strategy.records.restated import Restatement, RuleChange, changed_since, restatements
from strategy.standing.status import WAITING_APPROVAL


class KnownMoney(NamedTuple):
    """Each project's money as it was known, by project id, and the rules changed since."""

    rows: dict[int, MoneyYear]
    rules: tuple[RuleChange, ...]


def money_as_known(
    plan: Plan,
    at: FiscalMonth,
    until: datetime,
    days: Mapping[int, ReportingDay],
    now: Mapping[int, MoneyYear],
) -> KnownMoney:
    """The plan's money at the end of ``at`` as known at ``until``, judged by the lines of then.

    ``now``: the same projects' money of ``at``'s year as it stands. Figures, amounts and lines go
    back; transfers are those dated by then. Five to eight queries.
    """
    rules = _rules_as_known(plan, at.year, until)
    view = MoneyView(plan, at, timezone.localdate(until), dict(days), rules.lines)
    rows = year_rows(view)
    for project_id, budget in rules.budgets.items():
        if project_id in rows:
            held = rows[project_id]
            stood = held.budget._replace(
                plan=budget.plan_amount, approved=budget.approved_amount, kind=budget.spending_kind
            )
            rows[project_id] = replace(held, budget=stood)
    for project_id, figure in _figures_back(plan, at, until).items():
        if project_id in rows:
            held = rows[project_id]
            known = view.judged(at.year, held.budget, *figure)
            rows[project_id] = replace(known, is_flagship=held.is_flagship)
    flipped = partial(_flipped, rules, at.year, now)
    return KnownMoney(rows, tuple(RuleChange(rule, flipped(rule)) for rule in rules.changes))


class _RulesKnown(NamedTuple):
    """The government's lines as they were, by year; budgets that were others, by project."""

    lines: dict[int, YearLines]
    budgets: dict[int, Any]
    changes: tuple[Restatement, ...]


def _rules_as_known(plan: Plan, year: int, until: datetime) -> _RulesKnown:
    targets = SpendingTarget.history.filter(agency_id=plan.agency_id)
    stood, since = changed_since(targets, until)
    stood = {pk: row for pk, row in stood.items() if row.history_date < until}
    changed = {row.id for row in since}
    kept = SpendingTarget.objects.filter(agency=plan.agency_id).exclude(pk__in=changed).order_by()
    budgets, amounts = changed_since(
        ProjectBudget.history.filter(project__strategy__plan=plan, fiscal_year=year), until
    )
    return _RulesKnown(
        lines_by_year(
            [
                *kept.values_list(*COLUMNS),
                *(tuple(getattr(row, name) for name in COLUMNS) for row in stood.values()),
            ]
        ),
        {row.project_id: row for row in budgets.values()},
        (
            *restatements(
                SpendingTarget,
                stood,
                [row for row in since if row.fiscal_year == year],
                lambda row: None,
                whole=True,
            ),
            *restatements(ProjectBudget, budgets, amounts, lambda row: row.project_id),
        ),
    )


def _flipped(rules: _RulesKnown, year: int, now: Mapping[int, MoneyYear], rule: Restatement) -> int:
    """How many projects stand otherwise than had this rule alone stayed."""
    count = 0
    for project_id, held in now.items():
        if rule.owner_id is None:
            lines = rules.lines.get(year, STRAIGHT).of(held.budget.kind)
        elif rule.owner_id == project_id:
            lines = held.basis.lines.of(rules.budgets[project_id].spending_kind)
        else:
            continue
        if held.status == WAITING_APPROVAL:
            continue
        standing = judge(
            held.allocated,
            held.spent,
            overdue_month=held.basis.overdue_month,
            lines=lines,
            bands=held.basis.bands,
        )
        count += standing.status != held.status
    return count


class _Figure(NamedTuple):
    """A project's latest figure as known then, as :meth:`MoneyView.judged` takes it."""

    spent: Spent | None = None
    sample: bool = False
    approved: bool = True
    waiting: int | None = None


def _figures_back(plan: Plan, at: FiscalMonth, until: datetime) -> dict[int, _Figure]:
    """The latest figures, as known then, of the projects whose figures were touched since."""
    of_year = Q(project__strategy__plan=plan, fiscal_year=at.year, month__lte=at.month)
    rows = Disbursement.objects.filter(of_year)
    touched = touched_since(rows, until, of_year, "project_id")
    known = dict.fromkeys(touched, _Figure())
    if not touched:
        return known
    of_touched = Q(project__in=touched)
    entries = entries_before(rows.filter(of_touched), until, of_year & of_touched)
    for row in sorted(entries, key=lambda row: row.month):
        if row.history_type == "-":
            continue
        if row.approval in counted(plan):
            known[row.project_id] = _Figure(
                Spent(row.month, row.disbursed, row.committed),
                row.is_sample,
                row.approval == State.APPROVED,
                known[row.project_id].waiting,
            )
        elif row.approval == State.SUBMITTED:
            known[row.project_id] = known[row.project_id]._replace(waiting=row.month)
    return known


class CorrectedMoney(NamedTuple):
    """Money of a month that is another than it was known; ``now`` None: it was taken back."""

    now: Spent | None
    why: str


def money_corrected(
    plan: Plan, known: Mapping[int, MoneyYear], until: datetime
) -> dict[int, CorrectedMoney]:
    """Which of the figures known at ``until`` are others now, by project, and why. One query."""
    written = Disbursement.history.filter(
        project__strategy__plan=plan,
        fiscal_year__in={held.year for held in known.values()},
        history_date__gte=until,
    ).exclude(history_type="+")
    found: dict[int, CorrectedMoney] = {}
    for row in written.order_by("version", "history_id"):
        held = known.get(row.project_id)
        if (
            held is None
            or held.spent is None
            or held.as_of != FiscalMonth(row.fiscal_year, row.month)
        ):
            continue
        gone = row.history_type == "-" or row.approval not in counted(plan)
        now = None if gone else Spent(row.month, row.disbursed, row.committed)
        why = row.history_change_reason or ("" if gone else row.reason)
        found[row.project_id] = CorrectedMoney(now, why)
    return {pk: each for pk, each in found.items() if each.now != known[pk].spent}


def _counted_history(model: type[ProjectMonth], plan: Plan, months: Q) -> QuerySet[Any]:
    """The history of figures that count now or have counted; of an approval, where it counts."""
    history: Any = model.history
    rows: QuerySet[Any] = history.filter(months, project__strategy__plan=plan)
    rows = rows.filter(id__in=rows.filter(approval__in=counted(plan)).order_by().values("id"))
    if goes_by_approved(approved_only=plan.approved_only):
        return rows
    return rows.exclude(history_type="~", approval=State.APPROVED)


def money_changed(plan: Plan, at: FiscalMonth, since: datetime) -> datetime | None:
    """When money of the months up to ``at`` was last entered, changed or taken back.

    What is disbursed, what may be spent, what was paid of money carried over into the year or out
    of it, the government's targets; None where nothing has changed
    since ``since``. One query.
    """
    own = ProjectBudget.history.filter(project__strategy__plan=plan, fiscal_year__lte=at.year)
    return latest_after(
        Plan.objects.filter(pk=plan.pk),
        since,
        _counted_history(
            Disbursement,
            plan,
            Q(fiscal_year__lt=at.year) | Q(fiscal_year=at.year, month__lte=at.month),
        ),
        _counted_history(
            CarriedPayment,
            plan,
            Q(fiscal_year__lt=at.year - 1)
            | Q(fiscal_year=at.year - 1, month__lte=at.month)
            | Q(fiscal_year=at.year),
        ),
        own,
        BudgetTransfer.history.filter(
            budget_id__in=own.order_by().values("id"), document_date__lte=at.last_day
        ),
        SpendingTarget.history.filter(agency_id=plan.agency_id, fiscal_year__lte=at.year),
    )
