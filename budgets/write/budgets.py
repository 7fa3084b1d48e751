"""What holds whenever somebody changes what a project may spend, or takes a year of it away."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from budgets.models import BudgetTransfer, Disbursement, ProjectBudget
from budgets.rules.entry import overdrawn
from strategy.thai import format_date, format_number, says_why


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
