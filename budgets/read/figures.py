"""The months of a project's money as figures that rest on evidence and are asked about."""

from __future__ import annotations

from collections.abc import Collection

from budgets.models import Disbursement
from strategy.calendar import FiscalMonth


def month_figures(project_id: int, at: FiscalMonth) -> dict[int, Disbursement]:
    """The year's months up to ``at`` that hold figures, with evidence and leads. Three queries."""
    rows = Disbursement.objects.filter(
        project=project_id, fiscal_year=at.year, month__lte=at.month
    ).order_by("month")
    rows = rows.select_related("project").prefetch_related("project__leads", "evidence")
    return {row.month: row for row in rows}


def month_screen_figures(ids: Collection[int]) -> dict[int, Disbursement]:
    """What stands of a month on its entry screen, by project. Two queries."""
    rows = Disbursement.objects.filter(pk__in=ids).select_related("project__strategy")
    rows = rows.prefetch_related("project__leads").order_by("project__strategy", "project__number")
    return {row.project_id: row for row in rows}
