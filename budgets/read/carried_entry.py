"""Reading for those who enter what was paid of money carried over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q

from budgets.models import CarriedPayment
from budgets.read.carried import CarriedProject, carried
from budgets.read.leads import first_leads
from strategy.access import Viewer
from strategy.calendar import FiscalMonth, latest_ended
from strategy.models import Plan
from strategy.thai import month_name


@dataclass(frozen=True, slots=True)
class CarriedRow:
    """One project of a screen: what it carried over, what stands for the month, and before it."""

    money: CarriedProject
    earlier: CarriedPayment | None
    kept: CarriedPayment | None

    @property
    def project_id(self) -> int:
        return self.money.project_id

    @property
    def is_closed(self) -> bool:
        """Approved: nobody changes it here."""
        return self.kept is not None and self.kept.is_approved

    @property
    def token(self) -> str:
        """Which row, in which version, an editor has read."""
        return f"{self.kept.pk}.{self.kept.version}" if self.kept else ""

    @property
    def earlier_name(self) -> str:
        if self.earlier is None:
            return ""
        at = FiscalMonth(self.earlier.fiscal_year + 1, self.earlier.month)
        return month_name(at, short=True)


@dataclass(frozen=True, slots=True)
class UnitCarried:
    """What a unit's projects carried over into the year of ``at``, and what is paid by then."""

    plan: Plan
    unit_id: int | None
    unit_name: str
    at: FiscalMonth
    rows: tuple[CarriedRow, ...]
    previous: FiscalMonth | None
    next: FiscalMonth | None

    @property
    def year(self) -> int:
        """The fiscal year whose budget it is."""
        return self.at.year - 1

    @property
    def month_name(self) -> str:
        return month_name(self.at)

    @property
    def previous_name(self) -> str:
        return month_name(self.previous, short=True) if self.previous else ""

    @property
    def next_name(self) -> str:
        return month_name(self.next, short=True) if self.next else ""

    @property
    def entered(self) -> int:
        return sum(row.kept is not None and not row.kept.is_unsent for row in self.rows)


def carried_month(plan: Plan, today: date) -> FiscalMonth:
    """The month of payment that is asked for on ``today``: the latest over, in the plan's reach."""
    first, last = FiscalMonth(plan.first_year + 1, 1), FiscalMonth(plan.last_year + 1, 12)
    return min(max(latest_ended(today), first), last)


def _own(plan: Plan, unit_id: int | None, at: FiscalMonth) -> list[CarriedProject]:
    """What a unit, as first-named lead, carried over into the year of ``at``. Two queries."""
    found = carried(Q(project__strategy__plan=plan), [at.year - 1], at)
    leads = first_leads([row.project_id for row in found])
    return [row for row in found if leads.get(row.project_id) == unit_id]


def unit_carried(
    plan: Plan, unit_id: int | None, unit_name: str, at: FiscalMonth, today: date
) -> UnitCarried:
    """What a unit's screen holds for ``at``, a month of the year of payment. Three queries."""
    own = _own(plan, unit_id, at)
    kept: dict[int, CarriedPayment] = {}
    earlier: dict[int, CarriedPayment] = {}
    for row in CarriedPayment.objects.filter(
        project__in=[money.project_id for money in own],
        fiscal_year=at.year - 1,
        month__lte=at.month,
    ).order_by("month"):
        if row.month == at.month:
            kept[row.project_id] = row
        elif not row.is_unsent:
            earlier[row.project_id] = row
    before, after = at.previous, at.next
    return UnitCarried(
        plan=plan,
        unit_id=unit_id,
        unit_name=unit_name,
        at=at,
        rows=tuple(
            CarriedRow(money, earlier.get(money.project_id), kept.get(money.project_id))
            for money in own
        ),
        previous=before if before.year == at.year else None,
        next=after if after.year == at.year and after.has_ended(today) else None,
    )


@dataclass(frozen=True, slots=True)
class CarriedDue:
    """Money that a unit carried over and has not paid whole: what may be entered now."""

    plan: Plan
    unit_id: int | None
    unit_name: str
    at: FiscalMonth
    rows: tuple[CarriedProject, ...]

    @property
    def month_name(self) -> str:
        return month_name(self.at)

    @property
    def left(self) -> Decimal:
        """What is not yet paid of it, in baht."""
        return sum((row.left for row in self.rows), Decimal(0))


def carried_due(
    who: Viewer, plans: list[Plan], units: list[tuple[int | None, str]], today: date
) -> list[CarriedDue]:
    """What the units of a person still have to pay of money carried over, plan by plan."""
    names = dict(units)
    found = []
    for plan in plans:
        at = carried_month(plan, today)
        rows = carried(Q(project__strategy__plan=plan), [at.year - 1], at)
        leads = first_leads([row.project_id for row in rows])
        for unit_id in dict.fromkeys(leads.get(row.project_id) for row in rows):
            own = tuple(row for row in rows if leads.get(row.project_id) == unit_id and row.left)
            if own and unit_id in names and who.may_report(unit_id):
                found.append(CarriedDue(plan, unit_id, names[unit_id], at, own))
    return found
