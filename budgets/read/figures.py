"""The months of a project's money as figures that rest on evidence and are asked about."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db.models import prefetch_related_objects

from budgets.models import Disbursement


def with_evidence(held: Mapping[int, Disbursement]) -> Mapping[int, Disbursement]:
    """A project's months, by month, with what each rests on. One query."""
    prefetch_related_objects(list(held.values()), "evidence")
    return held


def month_screen_figures(ids: Collection[int]) -> dict[int, Disbursement]:
    """What stands of a month on its entry screen, by project. Two queries."""
    rows = Disbursement.objects.filter(pk__in=ids).select_related("project__strategy")
    rows = rows.prefetch_related("project__leads").order_by("project__strategy", "project__number")
    return {row.project_id: row for row in rows}
