"""Indicators as JSON-ready data: the same figures as the pages, decimals as strings."""

from __future__ import annotations

from typing import Any

from kpis.read.duties import Duty
from kpis.read.indicator import IndicatorDetail
from kpis.read.levels import Ladder
from kpis.read.rows import Cell, IndicatorRow
from kpis.rules.roll_up import RollUp
from kpis.rules.score import ScoreMean
from strategy.calendar import FiscalMonth
from strategy.models import Plan
from strategy.pages.data import head, text
from strategy.thai import plain


def roll_up(summed: RollUp) -> dict[str, Any]:
    return {
        "counts": dict(summed.counts),
        "with_target": summed.with_target,
        "reported": summed.reported,
        "mean_of_expected": text(summed.mean),
        **(_scores(summed.scores) if summed.scores else {}),
        "last_close": (
            {**summed.last._asdict(), "mean": text(summed.last.mean)} if summed.last else None
        ),
    }


def _scores(mean: ScoreMean) -> dict[str, Any]:
    """The weighted mean of the scores, and of how many indicators it speaks."""
    return {
        "mean_score": text(mean.mean),
        "scored": mean.scored,
        "with_level_criteria": mean.described,
    }


def cell(row: IndicatorRow, shown: Cell) -> dict[str, Any]:
    """One indicator in one year."""
    standings = {measure.measure_id: measure for measure in shown.standing.measures}
    measures = []
    for measure in row.facts.measures:
        standing = standings.get(measure.id)
        promised = shown.promise.values.get(measure.id)
        reported = shown.figure.values.get(measure.id) if shown.figure else None
        counted = shown.figure.counted.get(measure.id) if shown.figure else None
        measures.append(
            {
                "label": measure.label,
                "unit": measure.unit_label,
                "target": plain(promised.value) if promised else None,
                "result": plain(reported),
                "numerator": plain(counted.numerator) if counted else None,
                "denominator": plain(counted.denominator) if counted else None,
                "achievement": text(standing.achievement) if standing else None,
            }
        )
    return {
        "target": shown.target,
        "result": shown.result,
        "as_of_month": shown.as_of.month if shown.as_of else None,
        "achievement": text(shown.standing.achievement),
        "expected": shown.expected,
        "of_expected": text(shown.standing.of_expected),
        "status": shown.status,
        "hurry": shown.hurries,
        "approved": shown.approved,
        "sample": shown.sample,
        "outstanding": shown.outstanding,
        "measures": measures,
    }


def indicator(plan: Plan, row: IndicatorRow) -> dict[str, Any]:
    """An indicator at the month looked at; in a scorecard with its score."""
    return {
        "code": row.code,
        "name": row.name,
        "owner": row.unit_name,
        "unit": row.unit_text or None,
        **cell(row, row.current),
        **({"score": text(row.current.score)} if plan.is_scorecard else {}),
    }


def indicators(plan: Plan, at: FiscalMonth, rows: list[IndicatorRow]) -> dict[str, Any]:
    return {**head(plan, at), "indicators": [indicator(plan, row) for row in rows]}


def indicator_page(plan: Plan, at: FiscalMonth, shown: IndicatorDetail) -> dict[str, Any]:
    return {
        **head(plan, at),
        **indicator(plan, shown.row),
        "years": [{"year": c.year, **cell(shown.row, c)} for c in shown.row.cells],
        "months": [
            {
                "month": month.at.month,
                "result": month.result,
                "expected": [plain(value) for value in month.expected.values()],
                "approved": month.approved,
            }
            for month in shown.months
        ],
        "trend_estimates": [
            {"label": trend.measure.label, "year": trend.year, "value": text(trend.value)}
            for trend in shown.trends
        ],
        "computed": shown.explanation,
        "report": _report(shown),
        **({"levels": _levels(shown.ladder)} if shown.ladder else {}),
    }


def _report(shown: IndicatorDetail) -> dict[str, Any] | None:
    """The words of the result shown, and what it rests on; null without a result."""
    if shown.result is None:
        return None
    words = ("narrative", "outcome", "problems", "next_steps")
    return {
        **{name: getattr(shown.result, name) for name in words},
        "evidence": [piece.as_details() for piece in shown.evidence],
    }


def _levels(shown: Ladder) -> dict[str, Any]:
    """Level criteria, and how far the result has come on them."""
    return {
        "score": text(shown.score),
        "reached": shown.at or None,
        "needed_for_next": shown.needed or None,
        "criteria": [
            {
                "level": row.level,
                "worth": plain(row.worth),
                "text": row.text,
                "threshold": plain(row.threshold),
            }
            for row in shown.levels
        ],
        "steps": [
            {"level": row.level, "text": row.text, "done": row.reached} for row in shown.steps
        ],
    }


def duty(duty: Duty) -> dict[str, Any]:
    return {
        "code": duty.row.code,
        "year": duty.period.year,
        "month": duty.period.month,
        "deadline": duty.deadline.isoformat(),
        "state": duty.state,
    }
