"""Reading money carried over: what was committed at a year's end, and what has been paid of it.

It is paid in the next fiscal year and counts in no month of it. Source: docs/domain.md, "Budgets".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from django.db.models import F, FilteredRelation, Q

from budgets.models import Disbursement
from budgets.rules.calc import ZERO
from strategy.approval.model import HANDED_IN, State, counted_states
from strategy.calendar import FiscalMonth
from strategy.models import Plan
from strategy.thai import month_name


class Payment(NamedTuple):
    """A running total of what has been paid by the end of ``at``, a month of the next year."""

    at: FiscalMonth
    paid: Decimal
    note: str
    reason: str
    approved: bool
    id: int

    @property
    def month_name(self) -> str:
        return month_name(self.at, short=True)


class CarriedProject(NamedTuple):
    """What a project carried over from ``year``, in baht, and its payments in order."""

    project_id: int
    code: str
    name: str
    year: int
    carried: Decimal
    payments: tuple[Payment, ...]
    #: What was committed is a sample figure; is approved.
    sample: bool
    approved: bool
    #: The month's figure that says what was committed.
    figure_id: int

    @property
    def unapproved(self) -> bool:
        """What was committed, or what has been paid of it, is not approved yet."""
        return not self.approved or bool(self.last and not self.last.approved)

    @property
    def last(self) -> Payment | None:
        return self.payments[-1] if self.payments else None

    @property
    def payment_id(self) -> int | None:
        return self.last.id if self.last else None

    @property
    def paid(self) -> Decimal:
        return self.last.paid if self.last else Decimal("0.00")

    @property
    def left(self) -> Decimal:
        return self.carried - self.paid


class CarriedSum(NamedTuple):
    """All that was carried over from a fiscal year."""

    year: int
    rows: tuple[CarriedProject, ...]

    @property
    def next_year(self) -> int:
        """The year in which it is paid."""
        return self.year + 1

    @property
    def carried(self) -> Decimal:
        return sum((row.carried for row in self.rows), ZERO)

    @property
    def paid(self) -> Decimal:
        return sum((row.paid for row in self.rows), ZERO)

    @property
    def left(self) -> Decimal:
        return self.carried - self.paid

    @property
    def has_unapproved(self) -> bool:
        return any(row.unapproved for row in self.rows)


def counted(plan: Plan) -> tuple[str, ...]:
    """The states of approval in which money counts in a plan."""
    return counted_states(approved_only=plan.approved_only)


def carried(
    own: Q, years: Iterable[int], at: FiscalMonth, states: Sequence[str] = HANDED_IN
) -> tuple[CarriedProject, ...]:
    """What the projects that meet ``own`` carried over from these fiscal years. One query.

    Looked at at ``at``: an earlier year's payments up to then; of the year looked at itself, once
    it has come to its last month, all that have been entered. ``states``: in which they count.
    """
    chosen = [year for year in years if FiscalMonth(year, 12) <= at]
    same_year = Q(
        project__carried_payments__fiscal_year=F("fiscal_year"),
        project__carried_payments__approval__in=states,
    )
    found: dict[tuple[int, int], CarriedProject] = {}
    for row in (
        Disbursement.objects.filter(
            own, fiscal_year__in=chosen, month=12, committed__gt=0, approval__in=states
        )
        .annotate(later=FilteredRelation("project__carried_payments", condition=same_year))
        .order_by("-fiscal_year", "project__strategy__number", "project__number", "later__month")
        .values_list(
            "project_id", "project__strategy__number", "project__number", "project__name",
            "fiscal_year", "committed", "is_sample", "approval", "pk",
            "later__pk", "later__month", "later__paid", "later__note", "later__reason",
            "later__approval",
            named=True,
        )
    ):  # fmt: skip
        key = (row.project_id, row.fiscal_year)
        code = f"{row.project__strategy__number}-{row.project__number}"
        held = found.setdefault(
            key,
            CarriedProject(
                row.project_id, code, row.project__name, row.fiscal_year, row.committed, (),
                row.is_sample, row.approval == State.APPROVED, row.pk,
            ),
        )  # fmt: skip
        if row.later__month is None:
            continue
        month = FiscalMonth(row.fiscal_year + 1, row.later__month)
        if month <= at or row.fiscal_year == at.year:
            payment = Payment(
                month, row.later__paid, row.later__note, row.later__reason,
                row.later__approval == State.APPROVED, row.later__pk,
            )  # fmt: skip
            found[key] = held._replace(payments=(*held.payments, payment))
    return tuple(found.values())


def by_year(rows: Iterable[CarriedProject]) -> list[CarriedSum]:
    """The same by the year that they were carried over from, in the order of the rows."""
    years: dict[int, list[CarriedProject]] = {}
    for row in rows:
        years.setdefault(row.year, []).append(row)
    return [CarriedSum(year, tuple(own)) for year, own in years.items()]
