"""Who may read an assessment, and who may fill it in (docs/domain.md, "Model organisation")."""

from __future__ import annotations

from django.db.models import QuerySet

from integrity.models import SelfAssessment
from strategy.roles import AUDITOR, EXECUTIVE, PLANNER, REPORTER, Viewer


def readable_assessments(who: Viewer) -> QuerySet[SelfAssessment]:
    """Planners, auditors and executives read all; others those of their own agency."""
    rows = SelfAssessment.objects.all()
    if who.roles & {PLANNER, AUDITOR, EXECUTIVE}:
        return rows
    return rows.filter(agency__in=who.agency_ids)


def may_fill_in(who: Viewer, agency_id: int | None) -> bool:
    """Planners any assessment, reporters of the organisation's agency their own."""
    return who.is_planner or (REPORTER in who.roles and agency_id in who.agency_ids)
