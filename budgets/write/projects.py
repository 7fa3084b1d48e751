"""Writing a project whole: its fields, the units that lead and support it, what it serves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from budgets.models import Project, ProjectLead
from strategy.access import viewer
from strategy.models import Objective, Unit
from strategy.records.write import claim, write_history


@transaction.atomic
def project_save(
    *,
    user: Any,
    project: Project,
    leads: Sequence[Unit],
    supporting: Iterable[Unit] = (),
    objectives: Iterable[Objective] = (),
    reason: str = "",
) -> Project:
    """Save a project, new or changed, with all that is linked to it and one history row.

    ``leads``: the lead units in their order. ``user`` None is the system. Raises PermissionDenied,
    ValidationError, StaleVersion.
    """
    if user is not None and not viewer(user).is_planner:
        raise PermissionDenied
    project.full_clean()
    adding = project._state.adding
    if not adding:
        claim([project], [project.version])
    project.save_without_historical_record()
    project.leads.all().delete()
    ProjectLead.objects.bulk_create(
        ProjectLead(project=project, unit=unit, position=position)
        for position, unit in enumerate(leads, start=1)
    )
    project.supporting_units.set(supporting)
    project.objectives.set(objectives)
    write_history([project], "+" if adding else "~", user=user, reason=reason)
    return project
