"""Integrity: ITA assessments, measures by quarter, and assessments by rubric."""

from integrity.models.ita import (
    ItaAssessment,
    ItaGrade,
    ItaIndicator,
    ItaInstrument,
    ItaItem,
    Recommendation,
)
from integrity.models.measures import (
    ItaMeasure,
    MeasureFigure,
    MeasureIssue,
    MeasureYear,
    QuarterEvidence,
    QuarterProgress,
)
from integrity.models.rubric import (
    Answer,
    AnswerEvidence,
    Criterion,
    CriterionLevel,
    Rubric,
    RubricGroup,
    RubricPart,
    SelfAssessment,
)

__all__ = [
    "Answer",
    "AnswerEvidence",
    "Criterion",
    "CriterionLevel",
    "ItaAssessment",
    "ItaGrade",
    "ItaIndicator",
    "ItaInstrument",
    "ItaItem",
    "ItaMeasure",
    "MeasureFigure",
    "MeasureIssue",
    "MeasureYear",
    "QuarterEvidence",
    "QuarterProgress",
    "Recommendation",
    "Rubric",
    "RubricGroup",
    "RubricPart",
    "SelfAssessment",
]
