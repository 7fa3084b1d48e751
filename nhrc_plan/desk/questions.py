"""Questions that wait for one person, each with the page on which its figure stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from budgets.models import Disbursement
from integrity.models import Answer, ItaAssessment, ItaIndicator, QuarterProgress
from kpis.models import Result
from strategy.access import Viewer
from strategy.comments.read import waiting_questions


@dataclass(frozen=True, slots=True)
class Asked:
    """An open question. ``answered``: it is the person's own, and was answered."""

    figure: str
    text: str
    author: str
    written_at: datetime
    answered: bool
    address: str


def my_questions(who: Viewer) -> tuple[Asked, ...]:
    """What a person is asked, and what was answered them, the oldest first. One query, and one for
    each kind of figure asked about."""
    return tuple(
        Asked(
            each.figure.figure_name,
            each.question.text,
            each.question.author_name,
            each.question.written_at,
            each.answered,
            f"{_PAGES[type(each.figure)](each.figure)}#question-{each.question.pk}",
        )
        for each in waiting_questions(who)
    )


def _page(name: str, *args: Any, **query: Any) -> str:
    address = reverse(name, args=args)
    return f"{address}?{urlencode(query)}" if query else address


def _result(row: Result) -> str:
    plan = row.indicator.strategy.plan
    at = {"year": row.fiscal_year, "month": row.month}
    return _page("indicator", plan.slug, row.indicator.code, **at)


def _month(row: Disbursement) -> str:
    strategy = row.project.strategy
    at = {"year": row.fiscal_year, "month": row.month}
    return _page("project", strategy.plan.slug, f"{strategy.number}-{row.project.number}", **at)


def _quarter(row: QuarterProgress) -> str:
    year = row.measure.issue.year
    return _page("measure_year", year.fiscal_year, quarter=row.quarter, agency=year.agency.slug)


def _total(row: ItaAssessment) -> str:
    return _page("ita", row.fiscal_year, agency=row.agency.slug)


#: The page of each kind of figure.
_PAGES: dict[type, Callable[[Any], str]] = {
    Result: _result,
    Disbursement: _month,
    QuarterProgress: _quarter,
    ItaAssessment: _total,
    ItaIndicator: lambda row: _total(row.instrument.assessment),
    Answer: lambda row: _page("assessment", row.assessment_id),
}
