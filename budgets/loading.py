"""Loading flagship projects and their yearly amounts from fixtures."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction

from budgets.models import Project, ProjectBudget, ProjectLead
from strategy.loading import load_row, missing_or_none
from strategy.models import Plan, Unit
from strategy.services import write_history


@transaction.atomic
def projects_load(plan: Plan, tree: Mapping[str, Any], *, reason: str) -> None:
    """Load the projects of a fixture's tree (fixtures/README.md); changes nothing there.

    A unit that staff have renamed or deleted is left out of a project that is new.
    """
    strategies = {strategy.number: strategy for strategy in plan.strategies.all()}
    units = {unit.name: unit for unit in Unit.objects.filter(agency=plan.agency_id)}
    for source in tree["plan"]["strategies"]:
        strategy = strategies.get(source["number"])
        if strategy is None:
            continue
        for item in source["projects"]:
            project = _project_load(strategy, item, units, reason=reason)
            if project is None:
                continue
            for year, amount in item["budgets"].items():
                load_row(
                    ProjectBudget,
                    {"project": project, "fiscal_year": int(year)},
                    {"plan_amount": Decimal(amount)},
                    reason=reason,
                )


def _project_load(
    strategy: Any, item: Mapping[str, Any], units: Mapping[str, Unit], *, reason: str
) -> Project | None:
    key = {"strategy": strategy, "number": item["number"]}
    project = missing_or_none(Project, **key)
    if project is None:
        return Project.objects.filter(**key).first()
    project.name = item["name"]
    project.full_clean()
    project.save_without_historical_record()
    leads = [units[name] for name in item["leads"] if name in units]
    ProjectLead.objects.bulk_create(
        ProjectLead(project=project, unit=unit, position=position)
        for position, unit in enumerate(leads, start=1)
    )
    project.supporting_units.set([units[n] for n in item["supporting"] if n in units])
    write_history([project], "+", user=None, reason=reason)
    return project
