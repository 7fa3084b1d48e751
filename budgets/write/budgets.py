"""What holds whenever somebody changes what a project may spend, or takes a year of it away."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from budgets.models import BudgetTransfer, Disbursement, Project, ProjectBudget
from budgets.rules.entry import check_amount, overdrawn
from strategy.access import Viewer
from strategy.messages import sentence
from strategy.records.entries import Errors, RowEntries
from strategy.thai import Refusal, format_date, format_number, says_why


def overdrawn_problem(
    base: Decimal | None, transfers: Iterable[tuple[date, Decimal]]
) -> ValidationError | None:
    """Why these transfers cannot stand beside this amount, if they cannot."""
    found = overdrawn(base, transfers)
    if found is None:
        return None
    day, allocated = found
    return ValidationError(
        _(
            "On %(day)s %(allocated)s baht would be allocated. What is allocated cannot become "
            "negative: correct the amount or the transfers."
        )
        % {"day": format_date(day), "allocated": format_number(allocated, 2)}
    )


def stored_transfers(budgets: Collection[int]) -> dict[int, list[tuple[date, Decimal]]]:
    """Day and amount of each transfer, by budget id. One query."""
    found: dict[int, list[tuple[date, Decimal]]] = defaultdict(list)
    rows = BudgetTransfer.objects.filter(budget__in=budgets).order_by()
    for budget_id, day, amount in rows.values_list("budget_id", "document_date", "amount"):
        found[budget_id].append((day, amount))
    return found


def years_spent(project_id: int) -> set[int]:
    """The fiscal years of a project for which money has been entered. One query."""
    rows = Disbursement.objects.filter(project=project_id).order_by()
    return set(rows.values_list("fiscal_year", flat=True))


def used_by_year(project_id: int) -> dict[int, Decimal]:
    """What a project has disbursed and committed by its latest figure of each year. One query."""
    rows = Disbursement.objects.filter(project=project_id).order_by("fiscal_year", "month")
    return {
        year: disbursed + committed
        for year, disbursed, committed in rows.values_list("fiscal_year", "disbursed", "committed")
    }


def below_used_problem(
    used: Decimal, before: Decimal, after: Decimal, reason: str
) -> ValidationError | None:
    """Why less cannot be allocated without a reason: more than that is used already.

    ``before`` and ``after``: what is allocated without the change and with it.
    """
    if not used or after >= min(before, used) or says_why(reason):
        return None
    return ValidationError(
        _(
            "%(used)s baht are disbursed and committed already, more than the %(allocated)s that "
            "would be allocated. If that is right, give the reason for the change."
        )
        % {"used": format_number(used, 2), "allocated": format_number(after, 2)}
    )


def spent_problem(year: int) -> ValidationError:
    """Why a year's row cannot go: the money entered for it would be found nowhere."""
    return ValidationError(
        _("Money has been entered for fiscal year %(year)s, so its budget stays.") % {"year": year}
    )


@transaction.atomic
def budgets_check(project_id: int) -> None:
    """Raises ValidationError where a project's budgets, as just written, cannot stand.

    Call it within the transaction of the change: two people who each take what only one of them
    can take are told apart here, because the second waits for the first one's rows.
    """
    # Without the key: new transfers hold that of their budget, and would wait for one another.
    locked = ProjectBudget.objects.select_for_update(no_key=True)
    held = locked.filter(project=project_id).order_by("pk")
    budgets = {row.pk: row for row in held}
    transfers = stored_transfers(budgets.keys())
    for row in budgets.values():
        base = row.plan_amount if row.approved_amount is None else row.approved_amount
        problem = overdrawn_problem(base, transfers.get(row.pk, []))
        if problem is not None:
            raise problem
    gone = years_spent(project_id) - {row.fiscal_year for row in budgets.values()}
    if gone:
        raise spent_problem(min(gone))


# --------------------------------------------------------------------------------- many at once


@dataclass(frozen=True, slots=True)
class BudgetEntry:
    """What a project may spend in a year, in baht; None: nothing is set aside, or approved.

    ``reason``: why less is allocated than is used already, where it is.
    """

    project: Project
    fiscal_year: int
    plan_amount: Decimal | None
    approved_amount: Decimal | None
    reason: str = ""
    expected_version: int | None = None

    @property
    def key(self) -> tuple[int, int]:
        return (self.project.pk, self.fiscal_year)

    @property
    def base(self) -> Decimal | None:
        return self.plan_amount if self.approved_amount is None else self.approved_amount


class BudgetEntries(RowEntries[BudgetEntry, ProjectBudget]):
    """Amounts of projects' years on their way in. Planners only.

    The kind of spending stays as it is. An entry's own reason stands in its history.
    """

    fields = ("plan_amount", "approved_amount")
    repeated = ("fiscal_year", gettext_lazy("This year's amounts stand in the list already."))
    overtaken = gettext_lazy("Amounts for that year were entered just now by somebody else.")

    def read(self) -> None:
        """Four queries."""
        ids = {entry.project.pk for entry in self.entries}
        for row in ProjectBudget.objects.filter(project__in=ids):
            self.kept[row.project_id, row.fiscal_year] = row
        self.moved = stored_transfers([row.pk for row in self.kept.values()])
        rows = Disbursement.objects.filter(project__in=ids).order_by("fiscal_year", "month")
        self.used = {
            (project, year): disbursed + committed
            for project, year, disbursed, committed in rows.values_list(
                "project_id", "fiscal_year", "disbursed", "committed"
            )
        }
        self.plan_years = {
            row.pk: row.strategy.plan
            for row in Project.objects.filter(pk__in=ids).select_related("strategy__plan")
        }

    def may(self, who: Viewer) -> bool:
        return who.is_planner

    def errors(self, entry: BudgetEntry) -> Errors:
        errors: Errors = defaultdict(list)
        plan = self.plan_years[entry.project.pk]
        if entry.fiscal_year not in plan.years:
            errors["fiscal_year"].append(
                ValidationError(
                    _("This plan runs from fiscal year %(first)s to %(last)s.")
                    % {"first": plan.first_year, "last": plan.last_year}
                )
            )
        for name in self.fields:
            value = getattr(entry, name)
            try:
                if value is not None:
                    check_amount(value)
            except Refusal as refusal:
                errors[name].append(sentence(refusal))
        if not errors:
            problem = self._amount_problem(entry)
            if problem is not None:
                name = "plan_amount" if entry.approved_amount is None else "approved_amount"
                errors[name].append(problem)
        return errors

    def _amount_problem(self, entry: BudgetEntry) -> ValidationError | None:
        """Why what is allocated cannot become this."""
        kept = self.kept.get(entry.key)
        taken = [] if kept is None else self.moved.get(kept.pk, [])
        moved = sum((amount for _day, amount in taken), Decimal(0))
        before = None if kept is None else (
            kept.plan_amount if kept.approved_amount is None else kept.approved_amount
        )  # fmt: skip
        return overdrawn_problem(entry.base, taken) or below_used_problem(
            self.used.get(entry.key, Decimal(0)),
            (before or Decimal(0)) + moved,
            (entry.base or Decimal(0)) + moved,
            entry.reason,
        )

    def new_row(self, entry: BudgetEntry) -> ProjectBudget:
        return ProjectBudget(project=entry.project, fiscal_year=entry.fiscal_year)

    def write(self, user: Any, reason: str) -> list[ProjectBudget]:
        by_reason: dict[str, list[BudgetEntry]] = defaultdict(list)
        for entry in self.entries:
            by_reason[entry.reason.strip() or reason].append(entry)
        written: list[ProjectBudget] = []
        for why, entries in by_reason.items():
            written += self._written(entries, user, why)
        for project_id in {entry.project.pk for entry in self.entries}:
            budgets_check(project_id)
        return written

    def _written(
        self, entries: Sequence[BudgetEntry], user: Any, reason: str
    ) -> list[ProjectBudget]:
        whole, self.entries = self.entries, list(entries)
        try:
            return super().write(user, reason)
        finally:
            self.entries = whole
