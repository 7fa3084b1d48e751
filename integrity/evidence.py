"""What published ITA scores rest on: of a year the announcement or the report, of an indicator what
was disclosed."""

from __future__ import annotations

from django.db import models

from integrity.ita.models import ItaAssessment, ItaIndicator
from strategy.evidence.model import Evidence


class AssessmentEvidence(Evidence):
    """What the published results of a year rest on; part of the assessment's record."""

    assessment = models.ForeignKey(ItaAssessment, models.CASCADE, related_name="evidence")


class IndicatorEvidence(Evidence):
    """What an indicator's score rests on; part of the indicator's record."""

    indicator = models.ForeignKey(ItaIndicator, models.CASCADE, related_name="evidence")
