"""The scores of a year as figures that rest on evidence and are asked about."""

from __future__ import annotations

from integrity.ita.models import ItaAssessment, ItaIndicator
from strategy.evidence.model import OpenEvidence

#: The place of the year's total among its figures; any other is an indicator's id.
TOTAL = 0


def score_figures(assessment_id: int) -> dict[int, ItaAssessment | ItaIndicator]:
    """The assessment, for its total, and its indicators, with their evidence. Four queries."""
    total = (
        ItaAssessment.objects.select_related("agency")
        .prefetch_related("evidence")
        .get(pk=assessment_id)
    )
    indicators = (
        ItaIndicator.objects.filter(instrument__assessment=total)
        .select_related("instrument__assessment", "part")
        .prefetch_related("evidence")
        .order_by("instrument__position", "part__position", "number")
    )
    return {TOTAL: total, **{row.pk: row for row in indicators}}


def figure_names(figures: dict[int, ItaAssessment | ItaIndicator]) -> dict[int, str]:
    """What they are called on the page of their year."""
    return {
        place: f"{row.instrument} {row}" for place, row in figures.items()
        if isinstance(row, ItaIndicator)
    }  # fmt: skip


def with_evidence(
    figures: dict[int, ItaAssessment | ItaIndicator],
) -> list[tuple[str, OpenEvidence]]:
    """Those that name any evidence, under the names of the page."""
    names = figure_names(figures)
    return [(names.get(place, str(row)), row) for place, row in figures.items()
            if row.evidence.all()]  # fmt: skip
