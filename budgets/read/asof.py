"""How a plan's money stood as known at an earlier moment, rebuilt from the history."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from budgets.models import BudgetTransfer, Disbursement, ProjectBudget, SpendingTarget
from budgets.read.money import MoneyView, year_rows
from budgets.read.rows import MoneyYear
from budgets.rules.calc import Spent
from strategy.calendar import FiscalMonth
from strategy.models import Plan
from strategy.records.history import latest_after


def money_as_known(
    plan: Plan, at: FiscalMonth, until: datetime, days: Mapping[int, int]
) -> dict[int, MoneyYear]:
    """Each project's money at the end of ``at`` as known at ``until``, by project id.

    Figures go back; what is allocated is that of today with the transfers dated by then. Three
    to four queries.
    """
    view = MoneyView(plan, at, timezone.localdate(until), dict(days))
    rows = year_rows(view)
    history = Disbursement.history.filter(
        Q(project__strategy__plan=plan), fiscal_year=at.year, month__lte=at.month
    )
    touched = set(
        history.filter(history_date__gte=until).order_by().values_list("project_id", flat=True)
    )
    if not touched:
        return rows
    last = {
        row.id: row
        for row in history.filter(project__in=touched, history_date__lt=until).order_by(
            "version", "history_id"
        )
    }
    known: dict[int, tuple[Spent, bool]] = {}
    for row in last.values():
        held = known.get(row.project_id)
        if row.history_type != "-" and (held is None or held[0].month < row.month):
            known[row.project_id] = (
                Spent(row.month, row.disbursed, row.committed),
                row.is_sample,
            )
    for project_id in touched & rows.keys():
        spent, sample = known.get(project_id, (None, False))
        rows[project_id] = view.judged(at.year, rows[project_id].budget, spent, sample)
    return rows


def money_changed(plan: Plan, at: FiscalMonth, since: datetime) -> datetime | None:
    """When money of the months up to ``at`` was last entered, changed or taken back.

    What is disbursed, what may be spent, the government's targets; None where nothing has changed
    since ``since``. One query.
    """
    own = ProjectBudget.history.filter(project__strategy__plan=plan, fiscal_year__lte=at.year)
    return latest_after(
        since,
        Disbursement.history.filter(
            Q(fiscal_year__lt=at.year) | Q(fiscal_year=at.year, month__lte=at.month),
            project__strategy__plan=plan,
        ),
        own,
        BudgetTransfer.history.filter(
            budget_id__in=own.order_by().values("id"), document_date__lte=at.last_day
        ),
        SpendingTarget.history.filter(agency_id=plan.agency_id, fiscal_year__lte=at.year),
    )
