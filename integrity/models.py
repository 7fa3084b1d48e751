"""Integrity: ITA assessments, measures by quarter, and assessments by rubric."""

from integrity.evidence import AssessmentEvidence, IndicatorEvidence
from integrity.ita.models import (
    ItaAssessment,
    ItaGrade,
    ItaIndicator,
    ItaInstrument,
    ItaItem,
    ItaPart,
    Recommendation,
)
from integrity.measures.models import (
    ItaMeasure,
    MeasureFigure,
    MeasureIssue,
    MeasureYear,
    QuarterEvidence,
    QuarterProgress,
)
from integrity.self_assessments.models import (
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
    "AssessmentEvidence",
    "Criterion",
    "CriterionLevel",
    "IndicatorEvidence",
    "ItaAssessment",
    "ItaGrade",
    "ItaIndicator",
    "ItaInstrument",
    "ItaItem",
    "ItaMeasure",
    "ItaPart",
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
