"""Indicators with their levels, baselines and targets, and the results reported for them."""

from kpis.models.indicators import (
    Baseline,
    Indicator,
    LevelCriterion,
    Measure,
)
from kpis.models.results import Result, ResultEvidence, ResultValue
from kpis.models.targets import TargetValue, YearTarget

__all__ = [
    "Baseline",
    "Indicator",
    "LevelCriterion",
    "Measure",
    "Result",
    "ResultEvidence",
    "ResultValue",
    "TargetValue",
    "YearTarget",
]
