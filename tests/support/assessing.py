"""What the tests of assessments by rubric share: an assessment, and answers by "A 1.1" and so on."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from integrity.models import Answer, Criterion, Rubric, SelfAssessment
from integrity.self_assessments.read import assessment_page
from integrity.self_assessments.rows import AssessmentPage
from integrity.self_assessments.write import AnswerEntries, AnswerEntry, assessment_begin
from strategy.approval.model import State
from strategy.models import Agency

PART_A = [
    "1.1",
    "1.2",
    "1.3",
    "2.1",
    "3.1",
    "3.2",
    "3.3.1",
    "4.1",
    "4.2",
    "4.3",
    "5.1",
    "5.2",
    "6",
    "7.1",
    "7.2",
    "8.1",
    "8.2",
    "8.3",
]
PART_B = ["1.1", "1.2", "1.3", "2", "3", "4", "5"]
SELF = [*(f"A {number}" for number in PART_A), *(f"B {number}" for number in PART_B)]


def the_rubric() -> Rubric:
    return Rubric.objects.get(fiscal_year=2565, organisation_kind="ภาครัฐ")


def own_agency() -> Agency:
    """The agency of the people of tests/conftest.py."""
    return Agency.objects.get(units__name="สำนักกฎหมาย")


def criterion(code: str, rubric: Rubric | None = None) -> Criterion:
    """A criterion by its part and number, such as "A 3.3.1"."""
    part, number = code.split()
    return Criterion.objects.select_related("group__part").get(
        group__part__rubric=rubric or the_rubric(), group__part__code=part, number=number
    )


def begun(name: str = "กรมหนึ่ง", **more: Any) -> SelfAssessment:
    """An organisation's assessment without any answer, begun by the system and handed in."""
    fields = {"user": None, "rubric": the_rubric(), "level": "department", **more}
    fields = {"state": State.SUBMITTED, **fields}
    return assessment_begin(organisation=name, **fields)


def entry(assessment: SelfAssessment, code: str, value: Any = None, **more: Any) -> AnswerEntry:
    """An answer for the version that stands: a level as int, points as text."""
    row = criterion(code, assessment.rubric)
    kept = Answer.objects.filter(assessment=assessment, criterion=row).first()
    given = {"level": value} if isinstance(value, int) else {}
    if isinstance(value, str):
        given = {"points": Decimal(value)}
    version = {"expected_version": kept.version if kept else None}
    return AnswerEntry(row.pk, **{**version, **given, **more})


def answer(
    assessment: SelfAssessment, values: Mapping[str, Any], user: Any = None, **more: Any
) -> list[Answer]:
    """Save answers by code."""
    entries = [entry(assessment, code, value) for code, value in values.items()]
    return AnswerEntries.record_many(user=user, assessment=assessment, entries=entries, **more)


def all_at(level: int) -> dict[str, int]:
    """A level for every criterion of the self-assessment, the lowest above it where it lacks."""
    return {code: level for code in SELF}


def page(assessment: SelfAssessment) -> AssessmentPage:
    row = SelfAssessment.objects.select_related("rubric", "agency").get(pk=assessment.pk)
    return assessment_page(row)


def stored(assessment: SelfAssessment) -> dict[str, Any]:
    """The answers as they stand, by code: a level, or points."""
    return {
        f"{row.criterion.group.part.code} {row.criterion.number}": row.level
        if row.points is None
        else row.points
        for row in Answer.objects.filter(assessment=assessment).select_related(
            "criterion__group__part"
        )
    }
