"""Reading one project whole: its years, its months, its transfers, its changes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.http import Http404
from django.utils.translation import gettext as _

from budgets.models import BudgetTransfer, Disbursement, Project, ProjectBudget
from budgets.read.after_lock import money_after_lock
from budgets.read.carried import carried, counted
from budgets.read.explain import explain
from budgets.read.leads import in_order
from budgets.read.lines import COLUMNS, lines_by_year
from budgets.read.money import MoneyView, project_row
from budgets.read.project_rows import MoneyMonth, ProjectPage, TransferRow
from budgets.read.rows import LeadUnit, MoneyYear
from budgets.rules import calc
from budgets.rules.calc import UNSAID, ZERO, Budget, Spent, YearLines
from strategy.access import Viewer
from strategy.approval.model import HANDED_IN
from strategy.calendar import MONTHS, FiscalMonth, ReportingDay
from strategy.models import Agency, Plan
from strategy.read import reporting_days
from strategy.records.history import Entry, history_of

#: What the heading of each change, or the page itself, says already.
_KNOWN = ("project", "fiscal_year", "month", "is_sample")
#: So many changes of each kind a page shows.
_SHOWN = 60


def project_detail(
    plan: Plan, code: str, at: FiscalMonth, today: date, viewer: Viewer, *, history: bool = True
) -> ProjectPage:
    """One project at the end of ``at``, for this viewer. Eight queries with its history, else
    five; at most four more where a month is locked.

    ``code``: its place in the plan, "1-2" (strategy, number); a 404 names those there are.
    """
    facts = _Facts(plan, code)
    days, lines = _calendar(plan)
    view = MoneyView(plan, at, today, days, lines)
    sent = [
        held
        for held in Disbursement.objects.filter(
            project=facts.named[0], approval__in=HANDED_IN
        ).order_by("month")
        if FiscalMonth(held.fiscal_year, held.month) <= at
    ]
    months = {
        (held.fiscal_year, held.month): held for held in sent if held.approval in counted(plan)
    }
    latest = {year: held for (year, _month), held in months.items()}
    waiting = {held.fiscal_year: held.month for held in sent if held.approval not in counted(plan)}
    years = {
        year: _judged(view, year, facts.budget(year, at), latest.get(year), waiting.get(year))
        for year in plan.years
    }
    row = project_row(view, facts.named, years, in_order(facts.units))
    over = carried(Q(project=facts.named[0]), plan.years, at, counted(plan))
    entered = view.lines(at.year).entered
    may_read = history and viewer.may_read_drafts(row.first_lead.id if row.first_lead else None)
    return ProjectPage(
        row=row,
        months=tuple(_months(view, facts, months)),
        held={month: held for (year, month), held in months.items() if year == at.year},
        transfers=tuple(facts.transfers.values()),
        objectives=tuple(facts.objectives.values()),
        lines=row.current.lines,
        lines_entered=entered,
        carried=over,
        after_lock=money_after_lock(
            plan,
            {held.pk: FiscalMonth(*place) for place, held in months.items()},
            over,
        ),
        explanation=tuple(explain(row.current, entered=entered)),
        history=_history(row.id, at.year) if may_read else None,
        budget_history=amounts_history(limit=_SHOWN, project_id=row.id) if may_read else None,
    )


class _Facts:
    """What stands about a project: its name, units, amounts, transfers, objectives. One query.

    They are few, so their product is too.
    """

    def __init__(self, plan: Plan, code: str) -> None:
        named: tuple[int, int, str, int, str] | None = None
        self.amounts: dict[int, tuple[Decimal | None, Decimal | None, str]] = {}
        self.transfers: dict[int, TransferRow] = {}
        self.objectives: dict[int, tuple[int, str]] = {}
        self.units: set[LeadUnit] = set()
        for row in _at_place(plan, code):
            named = row.id, row.number, row.name, row.strategy__number, row.kind
            if row.leads__unit_id is not None:
                lead = (row.leads__unit_id, row.leads__unit__name, row.leads__position)
                self.units.add(LeadUnit(*lead))
            if row.supporting_units__id is not None:
                self.units.add(LeadUnit(row.supporting_units__id, row.supporting_units__name, 0))
            year = row.budgets__fiscal_year
            if year is not None:
                self.amounts[year] = (
                    row.budgets__plan_amount,
                    row.budgets__approved_amount,
                    row.budgets__spending_kind,
                )
            if row.budgets__transfers__id is not None:
                self.transfers[row.budgets__transfers__id] = TransferRow(
                    year,
                    row.budgets__transfers__amount,
                    row.budgets__transfers__document_number,
                    row.budgets__transfers__document_date,
                    row.budgets__transfers__reason,
                )
            if row.objectives__id is not None:
                self.objectives[row.objectives__id] = row.objectives__number, row.objectives__name
        if named is None:
            raise _unknown(plan, code)
        self.named = named

    def budget(self, year: int, at: FiscalMonth) -> Budget:
        """What the project may spend in a year, with the transfers dated up to ``at``."""
        moved = [
            transfer.amount
            for transfer in self.transfers.values()
            if transfer.year == year and transfer.document_date <= at.last_day
        ]
        plan, approved, kind = self.amounts.get(year, (None, None, UNSAID))
        return Budget(plan, approved, sum(moved, ZERO), kind)


def _at_place(plan: Plan, code: str) -> Iterable[Any]:
    place = re.fullmatch(r"(\d{1,4})-(\d{1,4})", code, re.ASCII)
    if place is None:
        return ()
    return (
        Project.objects.filter(strategy__plan=plan, strategy__number=place[1], number=place[2])
        .order_by(
            "budgets__transfers__document_date",
            "budgets__transfers__id",
            "objectives__strategy__number",
            "objectives__number",
        )
        .values_list(
            "id", "number", "name", "strategy__number", "kind",
            "budgets__fiscal_year", "budgets__plan_amount", "budgets__approved_amount",
            "budgets__spending_kind",
            "budgets__transfers__id", "budgets__transfers__amount",
            "budgets__transfers__document_number", "budgets__transfers__document_date",
            "budgets__transfers__reason",
            "objectives__id", "objectives__number", "objectives__name",
            "leads__unit_id", "leads__unit__name", "leads__position",
            "supporting_units__id", "supporting_units__name",
            named=True,
        )
    )  # fmt: skip


def project_places(plan: Plan) -> list[str]:
    """The place of every project of a plan, "1-2", in the plan's order. One query."""
    places = Project.objects.filter(strategy__plan=plan).order_by("strategy__number", "number")
    return [
        f"{strategy}-{number}"
        for strategy, number in places.values_list("strategy__number", "number")
    ]


def _unknown(plan: Plan, code: str) -> Http404:
    known = ", ".join(project_places(plan)[:40])
    if not known:
        return Http404(_("This plan has no projects."))
    return Http404(
        _("There is no project “%(code)s”. There are: %(known)s.")
        % {"code": code[:40], "known": known}
    )


def _calendar(plan: Plan) -> tuple[dict[int, ReportingDay], dict[int, YearLines]]:
    """Reporting days and the government's lines by fiscal year, where entered.

    One query, and one more where deadlines move to working days.
    """
    years: set[tuple[int, int, bool]] = set()
    lines: set[tuple[Any, ...]] = set()
    for year, day, moves, *line in Agency.objects.filter(pk=plan.agency_id).values_list(
        "reporting_years__fiscal_year", "reporting_years__deadline_day",
        "reporting_years__moves_to_working_day",
        *(f"spending_targets__{column}" for column in COLUMNS),
    ):  # fmt: skip
        if year is not None:
            years.add((year, day, moves))
        if line[0] is not None:
            lines.add(tuple(line))
    return reporting_days(plan.agency_id, years), lines_by_year(lines)


def _spent(held: Disbursement | None) -> Spent | None:
    return None if held is None else Spent(held.month, held.disbursed, held.committed)


def _judged(
    view: MoneyView, year: int, budget: Budget, held: Disbursement | None, waiting: int | None
) -> MoneyYear:
    sample, approved = bool(held and held.is_sample), bool(held and held.is_approved)
    figure_id = held.pk if held else None
    return view.judged(year, budget, _spent(held), sample, approved, waiting, figure_id)


def _months(
    view: MoneyView, facts: _Facts, entered: dict[tuple[int, int], Disbursement]
) -> Iterator[MoneyMonth]:
    """The twelve months of the year looked at, each with what was allocated by then."""
    year = view.at.year
    for month in MONTHS:
        at = FiscalMonth(year, month)
        budget = facts.budget(year, at)
        allocated, lines = budget.allocated, view.lines(year).of(budget.kind)
        held = entered.get((year, month))
        spent = _spent(held)
        yield MoneyMonth(
            at=at,
            spent=spent,
            expected=calc.expected_amount(allocated, month, lines.judging),
            expected_percent=calc.expected_percent(month, lines.judging),
            standing=calc.judge(
                allocated, spent, overdue_month=None, lines=lines, bands=view.bands
            ),
            note=held.note if held else "",
            reason=held.reason if held else "",
            sample=bool(held and held.is_sample),
            approved=bool(held and held.is_approved),
            figure_id=held.pk if held else None,
        )


def _history(project_id: int, year: int) -> Sequence[Entry]:
    return history_of(
        Disbursement, hidden=_KNOWN, limit=_SHOWN, project_id=project_id, fiscal_year=year
    )


def amounts_history(*, limit: int = 200, **condition: int) -> Sequence[Entry]:
    """Changes of the amounts that meet ``condition``, and of transfers to and from them.

    Newest first; years and transfers that have been deleted since are among them. Two queries.
    """
    budgets = ProjectBudget.history.filter(**condition).order_by().values("id")
    found = [
        *history_of(ProjectBudget, hidden=_KNOWN, limit=limit, **condition),
        *history_of(BudgetTransfer, hidden=["budget"], limit=limit, budget_id__in=budgets),
    ]
    return sorted(found, key=lambda entry: entry.when, reverse=True)[:limit]
