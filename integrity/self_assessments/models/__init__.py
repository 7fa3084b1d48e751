"""The models of assessments by rubric."""

from integrity.self_assessments.models.assessment import Answer, AnswerEvidence, SelfAssessment
from integrity.self_assessments.models.rubric import (
    Criterion,
    CriterionLevel,
    Rubric,
    RubricGroup,
    RubricPart,
)

__all__ = [
    "Answer",
    "AnswerEvidence",
    "Criterion",
    "CriterionLevel",
    "Rubric",
    "RubricGroup",
    "RubricPart",
    "SelfAssessment",
]
