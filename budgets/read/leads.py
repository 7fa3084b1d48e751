"""The units of projects: who leads them, in which order, and who supports them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

from django.db.models import QuerySet, Value

from budgets.models import Project, ProjectLead
from budgets.read.rows import LeadUnit


def first_leads(projects: Collection[int]) -> dict[int, int]:
    """The first-named lead unit of each project, by project id. One query."""
    leads: dict[int, int] = {}
    for project_id, unit_id in (
        ProjectLead.objects.filter(project__in=projects)
        .order_by("position")
        .values_list("project_id", "unit_id")
    ):
        leads.setdefault(project_id, unit_id)
    return leads


def units_of(projects: QuerySet[Project]) -> dict[int, list[LeadUnit]]:
    """The units of each project: leads in order, then those that support. One query."""
    leads = ProjectLead.objects.filter(project__in=projects.order_by().values("id"))
    supporting = Project.supporting_units.through.objects.filter(
        project__in=projects.order_by().values("id")
    )
    rows = (
        leads.order_by()
        .values_list("project_id", "position", "unit_id", "unit__name")
        .union(
            supporting.order_by().values_list("project_id", Value(0), "unit_id", "unit__name"),
            all=True,
        )
    )
    found: dict[int, list[LeadUnit]] = defaultdict(list)
    for project_id, position, unit_id, name in rows:
        found[project_id].append(LeadUnit(unit_id, name, position))
    return {project_id: in_order(units) for project_id, units in found.items()}


def in_order(units: Iterable[LeadUnit]) -> list[LeadUnit]:
    """The units of a project: leads in order, then those that support, by name."""
    return sorted(units, key=lambda unit: (unit.position == 0, unit.position, unit.name))
