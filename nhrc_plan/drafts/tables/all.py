"""All tables of a plan's workbook, in the order in which their rows build on one another."""

from __future__ import annotations

from nhrc_plan.drafts.tables.integrity import ITA_MEASURES, MEASURE_ISSUES, MEASURE_YEARS
from nhrc_plan.drafts.tables.money import BUDGETS, PROJECTS
from nhrc_plan.drafts.tables.promises import BASELINES, INDICATORS, LEVELS, MEASURES, TARGETS
from nhrc_plan.drafts.tables.structure import (
    AGENCY,
    APPROACHES,
    ISSUES,
    OBJECTIVES,
    PLAN,
    STATEMENTS,
    STRATEGIES,
    UNITS,
)
from nhrc_plan.drafts.tables.table import Table

TABLES: tuple[Table, ...] = (
    AGENCY, PLAN, UNITS, STATEMENTS, STRATEGIES, ISSUES, APPROACHES, OBJECTIVES, INDICATORS,
    MEASURES, BASELINES, LEVELS, TARGETS, PROJECTS, BUDGETS, MEASURE_YEARS, MEASURE_ISSUES,
    ITA_MEASURES,
)  # fmt: skip
