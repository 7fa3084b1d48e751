"""Integrity measures as JSON-ready data: the same rows as the pages."""

from __future__ import annotations

from typing import Any

from integrity.measures.month import MeasuresAt
from integrity.measures.rows import AnswerRow, IssueRow, Late, MeasureRow, QuarterRow, YearRow
from strategy.models import Agency
from strategy.pages.data import agency_head, evidence, text
from strategy.thai import plain


def years(agency: Agency, found: list[Any]) -> dict[str, Any]:
    """The years of an agency, as integrity.measures.read.measure_years gives them."""
    return {
        **agency_head(agency.slug),
        "years": [
            {
                "fiscal_year": year.fiscal_year,
                "title": year.title,
                "issues": year.issue_count,
                "measures": year.measure_count,
                "sample": year.is_sample,
            }
            for year in found
        ],
    }


def summary(shown: YearRow, quarter: int) -> dict[str, Any]:
    """How many measures are in each state at a quarter, and what is overdue up to it."""
    return {
        "measures": len(shown.measures),
        "counts": {each.state: each.count for each in shown.counts(quarter)},
        "late": [_late(late) for late in shown.late(quarter)],
        "after_lock": [
            {"measure": late.measure.place, "quarter": late.quarter.quarter}
            for late in shown.corrected
        ],
    }


def _late(late: Late) -> dict[str, Any]:
    return {
        "measure": late.measure.place,
        "text": late.measure.text,
        "quarter": late.quarter.quarter,
        "deadline": late.quarter.deadline.isoformat(),
        "responsible": late.measure.responsible or None,
    }


def year(shown: YearRow, quarter: int) -> dict[str, Any]:
    """One year's measures; ``quarter``: the one that the summary speaks of."""
    return {
        **agency_head(shown.agency_slug),
        "fiscal_year": shown.fiscal_year,
        "title": shown.title,
        "quarter": quarter,
        "sample": shown.has_sample,
        "recorded_as_a_whole": shown.rules.as_a_whole,
        **summary(shown, quarter),
        "issues": [_issue(issue) for issue in shown.issues],
    }


def _issue(issue: IssueRow) -> dict[str, Any]:
    return {
        "number": issue.number,
        "name": issue.name,
        "instruments": list(issue.instruments),
        "measures": [_measure(measure) for measure in issue.measures],
    }


def _measure(measure: MeasureRow) -> dict[str, Any]:
    return {
        "number": measure.number or None,
        "place": measure.place,
        "text": measure.text,
        "responsible": measure.responsible or None,
        "units": [unit.name for unit in measure.units],
        "quarters": [_quarter(quarter) for quarter in measure.quarters],
        "result": measure.result or None,
        "outcome": measure.outcome or None,
        "figures": [
            {"label": figure.label, "value": plain(figure.value), "unit": figure.unit or None}
            for figure in measure.figures
        ],
        "answers": [_answer(answer) for answer in measure.answers],
    }


def _quarter(quarter: QuarterRow) -> dict[str, Any]:
    return {
        "quarter": quarter.quarter,
        "state": quarter.state,
        "deadline": quarter.deadline.isoformat(),
        "text": quarter.text or None,
        "sample": quarter.sample,
        "approved": quarter.is_approved if quarter.counts else None,
        "evidence": [evidence(piece) for piece in quarter.evidence],
    }


def _answer(answer: AnswerRow) -> dict[str, Any]:
    return {
        "ita_year": answer.year,
        "recommendation": answer.number,
        "text": answer.text,
        "instrument": answer.instrument or None,
        "item": answer.item or None,
        "score": text(answer.score.figure),
        "next_ita_year": answer.next and answer.next.year,
        "next_score": answer.next and text(answer.next.score.figure),
    }


def at_month(found: MeasuresAt) -> dict[str, Any]:
    """What a board meeting is told of the measures."""
    if found.year is None:
        return {"fiscal_year": found.asked, "measures": 0, "latest_year": found.latest}
    return {
        "fiscal_year": found.asked,
        "quarter": found.quarter,
        "sample": found.year.has_sample,
        **summary(found.year, found.quarter),
    }
