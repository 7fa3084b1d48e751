"""Reading projects and their yearly amounts."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from budgets.models import Project
from strategy.models import Plan

MILLION = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """A flagship project as a strategy lists it; amounts in baht, None for "-"."""

    id: int
    number: int
    name: str
    leads: tuple[str, ...]
    supporting: tuple[str, ...]
    by_year: tuple[tuple[int, Decimal | None], ...]

    @property
    def total(self) -> Decimal:
        return sum((amount for _, amount in self.by_year if amount is not None), Decimal(0))


def strategy_projects(plan: Plan, strategy_id: int) -> list[ProjectRow]:
    """The projects of a strategy with a plan amount for each of the plan's years. Four queries."""
    projects = (
        Project.objects.filter(strategy_id=strategy_id)
        .order_by("number")
        .prefetch_related("leads__unit", "supporting_units", "budgets")
    )
    rows = []
    for project in projects:
        amounts = {budget.fiscal_year: budget.plan_amount for budget in project.budgets.all()}
        rows.append(
            ProjectRow(
                id=project.pk,
                number=project.number,
                name=project.name,
                leads=tuple(lead.unit.name for lead in project.leads.all()),
                supporting=tuple(unit.name for unit in project.supporting_units.all()),
                by_year=tuple((year, amounts.get(year)) for year in plan.years),
            )
        )
    return rows
