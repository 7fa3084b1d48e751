"""ITA: yearly scores as published."""

from integrity.ita.models.assessment import ItaAssessment, ItaGrade
from integrity.ita.models.tree import (
    ItaIndicator,
    ItaInstrument,
    ItaItem,
    ItaPart,
    Recommendation,
)

__all__ = [
    "ItaAssessment",
    "ItaGrade",
    "ItaIndicator",
    "ItaInstrument",
    "ItaItem",
    "ItaPart",
    "Recommendation",
]
