"""The quarters of a year's measures as figures that are asked about."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import QuerySet

from integrity.measures.models import QuarterProgress
from strategy.approval.model import HANDED_IN


def quarter_figures(year_id: int) -> dict[tuple[int, int], QuarterProgress]:
    """What was handed in of a year, by measure and quarter, with its units. Two queries."""
    return _by_place(
        QuarterProgress.objects.filter(measure__issue__year=year_id, approval__in=HANDED_IN)
    )


def screen_figures(ids: Collection[int]) -> dict[tuple[int, int], QuarterProgress]:
    """What stands of a quarter on its entry screen. Two queries."""
    return _by_place(QuarterProgress.objects.filter(pk__in=ids))


def _by_place(rows: QuerySet[QuarterProgress]) -> dict[tuple[int, int], QuarterProgress]:
    rows = (
        rows.select_related("measure__issue__year")
        .prefetch_related("measure__units")
        .order_by("measure__issue__number", "measure__position", "quarter")
    )
    return {(row.measure_id, row.quarter): row for row in rows}
