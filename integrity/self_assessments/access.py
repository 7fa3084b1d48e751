"""Who may read an assessment, and who may fill it in (docs/domain.md, "Model organisation")."""

from __future__ import annotations

from django.db.models import QuerySet

from integrity.self_assessments.models import Rubric, SelfAssessment
from strategy.access import AUDITOR, EXECUTIVE, PLANNER, REPORTER, Viewer


def readable_assessments(who: Viewer) -> QuerySet[SelfAssessment]:
    """Planners, auditors and executives read all; others those of their own agency."""
    rows = SelfAssessment.objects.all()
    if who.roles & {PLANNER, AUDITOR, EXECUTIVE}:
        return rows
    return rows.filter(agency__in=who.agency_ids)


def may_fill_in(who: Viewer, agency_id: int | None) -> bool:
    """Planners any assessment, reporters of the organisation's agency their own."""
    return who.is_planner or (REPORTER in who.roles and agency_id in who.agency_ids)


def edition_lock(rubric_id: int) -> Rubric:
    """The edition, locked until the transaction ends: answers and levels are written in turn.

    An assessment may still be begun meanwhile (``no_key``). On SQLite every transaction that
    writes waits for the one before.
    """
    return Rubric.objects.select_for_update(no_key=True).get(pk=rubric_id)
