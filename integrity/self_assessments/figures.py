"""The answers of an assessment as figures that are asked about."""

from __future__ import annotations

from integrity.self_assessments.models import Answer


def answer_figures(assessment_id: int) -> dict[int, Answer]:
    """An assessment's answers, by criterion, in the order of the rubric. One query."""
    rows = (
        Answer.objects.filter(assessment=assessment_id)
        .select_related("assessment", "criterion__group__part")
        .order_by("criterion__group__part__position", "criterion__group__position",
                  "criterion__position")
    )  # fmt: skip
    return {row.criterion_id: row for row in rows}


def figure_names(figures: dict[int, Answer]) -> dict[int, str]:
    """What they are called on the page of their assessment."""
    return {
        place: f"{row.criterion.group.part.code} {row.criterion}" for place, row in figures.items()
    }
