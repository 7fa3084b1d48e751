"""Who may read an assessment, and who may fill it in (docs/domain.md, "Model organisation")."""

from __future__ import annotations

from django.db.models import QuerySet

from integrity.models import SelfAssessment
from strategy.models import Agency
from strategy.roles import AUDITOR, EXECUTIVE, PLANNER, REPORTER, Viewer


def readable_assessments(who: Viewer) -> QuerySet[SelfAssessment]:
    """Planners, auditors and executives read all; others those of their own agency."""
    rows = SelfAssessment.objects.all()
    if who.roles & {PLANNER, AUDITOR, EXECUTIVE}:
        return rows
    return rows.filter(agency__in=own_agencies(who))


def own_agencies(who: Viewer) -> QuerySet[Agency]:
    """The agencies in whose units a person works."""
    return Agency.objects.filter(units__in=who.unit_ids).distinct()


def may_fill_in(who: Viewer, agency_id: int | None) -> bool:
    """Planners any assessment, reporters of the organisation's agency their own."""
    if who.is_planner:
        return True
    if REPORTER not in who.roles or agency_id is None:
        return False
    return own_agencies(who).filter(pk=agency_id).exists()
