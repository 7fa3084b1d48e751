"""Which page shows what a form of the admin holds, at the month or year that it is of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db import models
from django.urls import reverse

from budgets.models import (
    BudgetTransfer,
    CarriedPayment,
    Disbursement,
    Project,
    ProjectBudget,
)
from integrity.models import (
    ItaAssessment,
    ItaMeasure,
    MeasureYear,
    QuarterProgress,
    Rubric,
    SelfAssessment,
)
from kpis.models import Baseline, Indicator, Result, YearTarget
from nhrc_plan.meetings.models import Meeting, MonthSummary
from nhrc_plan.meetings.resolutions.models import Resolution
from strategy.models import Plan, Strategy


def _plan(plan: Plan, name: str = "overview", *more: Any, **at: Any) -> str:
    """A page of a plan; ``at``: its year and month. A draft has pages of its own alone."""
    if plan.is_draft:
        return reverse("draft", args=[plan.slug])
    address = reverse(name, args=[plan.slug, *more])
    query = "&".join(f"{key}={value}" for key, value in at.items())
    return f"{address}?{query}" if query else address


def _indicator(row: Indicator, **at: Any) -> str:
    return _plan(row.strategy.plan, "indicator", row.code, **at)


def _project(row: Project, **at: Any) -> str:
    place = f"{row.strategy.number}-{row.number}"
    return _plan(row.strategy.plan, "project", place, **at)


def _measures(year: MeasureYear, **at: Any) -> str:
    query = "&".join(f"{key}={value}" for key, value in {"agency": year.agency.slug, **at}.items())
    return f"{reverse('measure_year', args=[year.fiscal_year])}?{query}"


PAGES: Mapping[type[models.Model], Callable[[Any], str]] = {
    Plan: _plan,
    Strategy: lambda row: _plan(row.plan, "strategy", row.number),
    Indicator: _indicator,
    Result: lambda row: _indicator(row.indicator, year=row.fiscal_year, month=row.month),
    YearTarget: lambda row: _indicator(row.indicator, year=row.fiscal_year),
    Baseline: lambda row: _indicator(row.measure.indicator),
    Project: _project,
    ProjectBudget: lambda row: _project(row.project, year=row.fiscal_year),
    BudgetTransfer: lambda row: _project(row.budget.project, year=row.budget.fiscal_year),
    Disbursement: lambda row: _project(row.project, year=row.fiscal_year, month=row.month),
    CarriedPayment: lambda row: _project(row.project, year=row.fiscal_year + 1, month=row.month),
    MeasureYear: _measures,
    ItaMeasure: lambda row: _measures(row.issue.year),
    QuarterProgress: lambda row: _measures(row.measure.issue.year, quarter=row.quarter),
    ItaAssessment: lambda row: f"{reverse('ita', args=[row.fiscal_year])}?agency={row.agency.slug}",
    SelfAssessment: lambda row: reverse("assessment", args=[row.pk]),
    Rubric: lambda row: reverse("rubric", args=[row.pk]),
    Meeting: lambda row: _plan(row.plan, "meeting", row.pk),
    MonthSummary: lambda row: _plan(row.plan, "board", year=row.fiscal_year, month=row.month),
    Resolution: lambda row: _plan(row.meeting.plan, "resolution", row.pk),
}
