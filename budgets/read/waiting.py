"""Money that waits for somebody's approval, with what there is to look at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from budgets.models import BudgetTransfer, CarriedPayment, Disbursement, ProjectBudget
from budgets.read.carried import carried
from budgets.read.lines import spending_lines
from budgets.rules.calc import STRAIGHT, ZERO, Budget, MoneyStanding, Spent, judge
from budgets.rules.entry import LAST_CARRIED_MONTH, is_above, paid_fall, spending_fall
from strategy.access import Viewer
from strategy.approval.hands import Hands, hands_of
from strategy.approval.model import HANDED_IN
from strategy.approval.read import WaitingRow, late_flags, waiting_for
from strategy.calendar import DEFAULT_REPORTING_DAY, FiscalMonth
from strategy.models import Plan
from strategy.read import bands, deadline_days
from strategy.standing.words import STATUS_SHAPES, status_label
from strategy.thai import month_name


@dataclass(frozen=True, kw_only=True)
class WaitingMoney(WaitingRow):
    """A month's submitted totals, judged at that month; ``before``: the last approved ones of the
    fiscal year before it, None where there are none. Amounts are baht."""

    before: Disbursement | None
    allocated: Decimal | None
    standing: MoneyStanding

    @property
    def status(self) -> str:
        return self.standing.status

    @property
    def shape(self) -> str:
        return STATUS_SHAPES[self.status]

    @property
    def label(self) -> str:
        return status_label(self.status)


@dataclass(frozen=True, kw_only=True)
class WaitingPayment(WaitingRow):
    """What was submitted as paid of money carried over, in baht; ``before``: the last approved."""

    before: CarriedPayment | None
    carried: Decimal

    @property
    def left(self) -> Decimal:
        return self.carried - Decimal(self.row.paid)


def waiting_disbursements(who: Viewer) -> QuerySet[Any]:
    """The submitted months that a person may approve or return, oldest first."""
    return _in_order(waiting_for(Disbursement, who))


def waiting_payments(who: Viewer) -> QuerySet[Any]:
    """The submitted payments that a person may approve or return, oldest first."""
    return _in_order(waiting_for(CarriedPayment, who))


def _in_order(rows: QuerySet[Any]) -> QuerySet[Any]:
    ordered: QuerySet[Any] = rows.prefetch_related("project__leads__unit").order_by(
        "fiscal_year", "month", "project__strategy__plan", "project__strategy__number",
        "project__number",
    )  # fmt: skip
    return ordered


def disbursement_rows(rows: Sequence[Disbursement], who: Viewer) -> list[WaitingMoney]:
    """Rows of :func:`waiting_disbursements` with all that is shown of each.

    Four queries, and three or four more for each plan among them.
    """
    hands = hands_of(Disbursement, [row.pk for row in rows])
    others = _others(Disbursement, rows)
    budgets = _Budgets(rows)
    plans = _plans(rows)
    lines = {plan.pk: spending_lines(plan) for plan in plans}
    deadlines = _Deadlines(plans)
    found = []
    for row in rows:
        plan, at = row.project.strategy.plan, FiscalMonth(row.fiscal_year, row.month)
        budget = budgets.of(row, at)
        spent = Spent(row.month, row.disbursed, row.committed)
        own = others[row.project_id, row.fiscal_year]
        before = _approved_before(own, row)
        flags = []
        earlier = [
            Spent(each.month, each.disbursed, each.committed)
            for each in own
            if each.month < row.month
        ]
        if spending_fall(row.fiscal_year, spent, earlier) is not None:
            flags.append(_("lower than an earlier month"))
        if is_above(spent, budget.allocated):
            flags.append(_("above what is allocated"))
        standing = judge(
            budget.allocated,
            spent,
            overdue_month=None,
            lines=lines[plan.pk].get(row.fiscal_year, STRAIGHT).of(budget.kind),
            bands=bands(plan),
        )
        found.append(
            WaitingMoney(
                **_said(row, who, hands[row.pk], flags, deadlines.of(row, at)),
                before=before,
                before_name=_name(before),
                allocated=budget.allocated,
                standing=standing,
            )
        )
    return found


def payment_rows(rows: Sequence[CarriedPayment], who: Viewer) -> list[WaitingPayment]:
    """Rows of :func:`waiting_payments` with all that is shown of each.

    Four queries, and one or two more for each plan among them.
    """
    hands = hands_of(CarriedPayment, [row.pk for row in rows])
    others = _others(CarriedPayment, rows)
    years = {row.fiscal_year for row in rows}
    last = FiscalMonth(max(years, default=2500) + 1, 12)
    committed = {
        (each.project_id, each.year): each.carried
        for each in carried(Q(project__in=[row.project_id for row in rows]), years, last)
    }
    deadlines = _Deadlines(_plans(rows))
    found = []
    for row in rows:
        at = FiscalMonth(*row.month_written())
        own = others[row.project_id, row.fiscal_year]
        before = _approved_before(own, row)
        flags = []
        earlier = {each.month: each.paid for each in own if each.month < row.month}
        if paid_fall(at.year, row.month, row.paid, earlier) is not None:
            flags.append(_("lower than an earlier month"))
        if row.month > LAST_CARRIED_MONTH:
            flags.append(_("paid after March"))
        found.append(
            WaitingPayment(
                **_said(row, who, hands[row.pk], flags, deadlines.of(row, at)),
                before=before,
                before_name=_name(before),
                carried=committed.get((row.project_id, row.fiscal_year), ZERO),
            )
        )
    return found


def _said(
    row: Any, who: Viewer, hands: Hands, flags: Iterable[str], deadline: date
) -> dict[str, Any]:
    """What is said of a row of either kind."""
    flags = [*flags, *late_flags(hands, deadline)]
    if row.reason and not row.note:
        flags.append(_("no note"))
    if getattr(row, "is_sample", False):
        flags.append(_("sample"))
    first = next(iter(row.project.leads.all()), None)
    remarks = ((_("reason"), row.reason), (_("note"), row.note))
    return {
        "row": row,
        "code": f"{row.project.strategy.number}-{row.project.number}",
        "name": row.project.name,
        "unit": first.unit.name if first else "",
        "period": month_name(FiscalMonth(*row.month_written()), short=True),
        "own": who.user_id in hands.authors,
        "flags": tuple(flags),
        "remarks": tuple((str(label), text) for label, text in remarks if text),
    }


def _others(model: Any, rows: Sequence[Any]) -> Mapping[tuple[int, int], list[Any]]:
    """What was handed in for the same projects and years, in order. One query."""
    found: dict[tuple[int, int], list[Any]] = {
        (row.project_id, row.fiscal_year): [] for row in rows
    }
    stored = model._base_manager.filter(
        project__in={project for project, _year in found},
        fiscal_year__in={year for _project, year in found},
        approval__in=HANDED_IN,
    )
    for row in stored.order_by("month"):
        found.get((row.project_id, row.fiscal_year), []).append(row)
    return found


def _approved_before(own: Sequence[Any], row: Any) -> Any:
    earlier = [each for each in own if each.month < row.month and each.is_approved]
    return earlier[-1] if earlier else None


def _name(row: Any) -> str:
    return month_name(FiscalMonth(*row.month_written()), short=True) if row else ""


def _plans(rows: Sequence[Any]) -> list[Plan]:
    return list({row.project.strategy.plan_id: row.project.strategy.plan for row in rows}.values())


class _Deadlines:
    """By when a month of a project was to be reported. One or two queries for each plan."""

    def __init__(self, plans: Sequence[Plan]) -> None:
        self._days = {plan.pk: deadline_days(plan) for plan in plans}

    def of(self, row: Any, at: FiscalMonth) -> date:
        days = self._days[row.project.strategy.plan_id]
        return at.deadline(days.get(at.year, DEFAULT_REPORTING_DAY))


class _Budgets:
    """What projects may spend by the end of a month, whichever it is. Two queries."""

    def __init__(self, rows: Sequence[Disbursement]) -> None:
        own = ProjectBudget.objects.filter(
            project__in={row.project_id for row in rows},
            fiscal_year__in={row.fiscal_year for row in rows},
        )
        self._budgets = {(row.project_id, row.fiscal_year): row for row in own}
        ids = [row.pk for row in self._budgets.values()]
        self._moved: dict[int, list[BudgetTransfer]] = {}
        for moved in BudgetTransfer.objects.filter(budget__in=ids):
            self._moved.setdefault(moved.budget_id, []).append(moved)

    def of(self, row: Disbursement, at: FiscalMonth) -> Budget:
        held = self._budgets.get((row.project_id, row.fiscal_year))
        if held is None:
            return Budget()
        transferred = sum(
            (
                moved.amount
                for moved in self._moved.get(held.pk, ())
                if moved.document_date <= at.last_day
            ),
            ZERO,
        )
        return Budget(held.plan_amount, held.approved_amount, transferred, held.spending_kind)
