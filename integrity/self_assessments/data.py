"""Assessments as JSON-ready data: the same figures as the pages, decimals as strings."""

from __future__ import annotations

from typing import Any

from integrity.self_assessments.listing import AssessmentRow, PolicyCounts
from integrity.self_assessments.rows import (
    AnswerRow,
    AssessmentFacts,
    AssessmentPage,
    CriterionRow,
    PartStanding,
    RubricRow,
)
from strategy.pages.data import evidence, start, text


def organisation(facts: AssessmentFacts) -> dict[str, Any]:
    return {
        "id": facts.id,
        "organisation": facts.organisation,
        "level": facts.level,
        "province": facts.province or None,
        "agency_name": facts.agency or None,
        "state": facts.state,
        "approved": facts.is_approved,
        "sample": facts.is_sample,
    }


def assessments(listed: Any, rows: list[AssessmentRow], policies: PolicyCounts) -> dict[str, Any]:
    """A page of the list."""
    return {
        **start(),
        "count": listed.paginator.count,
        "page": listed.number,
        "pages": listed.paginator.num_pages,
        "with_policy": {"agencies": policies.agencies, "provinces": policies.provinces},
        "assessments": [
            {
                **organisation(row.facts),
                "rubric": row.rubric_id,
                "edition": row.edition,
                "parts": {code: text(points) for code, points in row.parts},
                "total": text(row.total),
                "answered": row.answered,
                "of": row.of,
            }
            for row in rows
        ],
    }


def _criterion(row: CriterionRow) -> dict[str, Any]:
    return {
        "number": row.number,
        "text": row.text,
        "full": text(row.full),
        "full_is_reading": row.full_is_reading,
        "alternative": row.alternative or None,
        "shows_policy": row.shows_policy,
        "levels": [
            {
                "level": level.level,
                "name": level.name,
                "text": level.text,
                "share_of": level.share_of,
                "share_in": level.share_in,
                "points": text(level.points),
            }
            for level in row.levels
        ],
    }


def rubric(shown: RubricRow) -> dict[str, Any]:
    """The instrument whole."""
    return {
        **start(),
        "id": shown.id,
        "year": shown.fiscal_year,
        "organisation_kind": shown.organisation_kind,
        "name": shown.name,
        "eligibility": shown.eligibility or None,
        "definitions": [{"term": term, "meaning": meaning} for term, meaning in shown.definitions],
        "questions": list(shown.questions),
        "notes": shown.notes or None,
        "parts": [
            {
                "code": part.code,
                "name": part.name,
                "full": text(part.full),
                "weight": text(part.weight),
                "assessed_by": part.assessed_by,
                "description": part.description or None,
                "dimensions": [
                    {"name": name, "text": words} for name, words in part.dimensions.items()
                ],
                "groups": [
                    {
                        "number": group.number,
                        "name": group.name,
                        "dimension": group.dimension or None,
                        "full": text(group.full),
                        "alternatives": [
                            {"number": number, "text": heading}
                            for number, heading in group.alternatives.items()
                        ],
                        "criteria": [_criterion(row) for row in group.criteria],
                    }
                    for group in part.groups
                ],
            }
            for part in shown.parts
        ],
    }


def _answer(row: AnswerRow) -> dict[str, Any]:
    return {
        "criterion": row.criterion.number,
        "full": text(row.criterion.full),
        "level": row.level,
        "points": text(row.points),
        "percent": text(row.percent),
        "missing": row.is_missing,
        "remark": row.remark or None,
        "evidence": [evidence(piece) for piece in row.evidence],
    }


def _part(row: PartStanding) -> dict[str, Any]:
    return {
        "code": row.part.code,
        "name": row.part.name,
        "points": text(row.points),
        "percent": text(row.percent),
        "full": text(row.full),
        "weight": text(row.part.weight),
        "to_total": text(row.to_total),
        "answered": row.answered,
        "of": row.of,
        "groups": [
            {
                "number": group.group.number,
                "name": group.group.name,
                "points": text(group.points),
                "percent": text(group.percent),
                "full": text(group.group.full),
                "criteria": [_answer(answer) for answer in group.answers],
            }
            for group in row.groups
        ],
    }


def assessment(shown: AssessmentPage) -> dict[str, Any]:
    """One organisation's assessment."""
    return {
        **start(),
        **organisation(shown.facts),
        "rubric": shown.rubric.id,
        "edition": shown.rubric.edition,
        "total": text(shown.total),
        "text": {"computed": shown.formula or None},
        "answered": shown.answered,
        "of": shown.of,
        "parts": [_part(row) for row in shown.parts],
        "gains": [
            {
                "criterion": gain.criterion.code,
                "level": gain.level.level,
                "points": text(gain.points),
            }
            for gain in shown.gains
        ],
        "replies": [
            {"question": question, "reply": reply or None} for question, reply in shown.replies
        ],
    }
