"""Indicators as JSON-ready data: the same figures as the pages (docs/json.md)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kpis.read.duties import Duty
from kpis.read.indicator import IndicatorDetail, MonthRow
from kpis.read.levels import Ladder
from kpis.read.report import YearRest
from kpis.read.rows import Cell, IndicatorRow
from kpis.read.steps import YearStep, YearSteps
from kpis.rules.facts import NOTHING, Figure, IndicatorFacts, MeasureFacts, TargetFacts
from kpis.rules.judging import MeasureStanding, Outstanding
from kpis.rules.roll_up import LastClose, RollUp
from kpis.rules.score import ScoreMean
from strategy.calendar import FiscalMonth
from strategy.models import Plan
from strategy.pages.data import evidence, figure, head, month, text
from strategy.thai import plain


def roll_up(summed: RollUp) -> dict[str, Any]:
    return {
        "counts": dict(summed.counts),
        "with_target": summed.with_target,
        "reported": summed.reported,
        "mean_of_expected": text(summed.mean),
        **(_scores(summed.scores) if summed.scores else {}),
        "last_close": _last_close(summed.last),
    }


def _scores(mean: ScoreMean) -> dict[str, Any]:
    """The weighted mean of the scores, and of how many indicators it speaks."""
    return {
        "mean_score": text(mean.mean),
        "scored": mean.scored,
        "with_level_criteria": mean.described,
    }


def year_rest(rest: YearRest | None) -> dict[str, Any] | None:
    """What the last year has left undone, by codes; null once it is closed or done."""
    if rest is None:
        return None
    return {
        "year": rest.year,
        "never_reported": [row.code for row in rest.unreported],
        "closed_critical": [row.code for row in rest.critical],
        "not_approved": [row.code for row in rest.unapproved],
    }


def steps(plan: Plan, at: FiscalMonth, shown: YearSteps, rest: YearRest | None) -> dict[str, Any]:
    """What the year asks for, the hardest first; indicators without such a step by code."""
    return {
        **head(plan, at),
        "last_close": _last_close(shown.last),
        "last_year": year_rest(rest),
        "moving": shown.moving,
        "steps": [_step(each) for each in shown.steps],
        "without_step": [row.code for row in shown.beside],
    }


def _step(shown: YearStep) -> dict[str, Any]:
    return {
        "code": shown.row.code,
        "label": shown.measure.label or None,
        "closed_year": shown.closed_year,
        "closed": figure(shown.closed),
        "target": figure(shown.target),
        "step": figure(shown.full_step),
        "steps_before": shown.ambition.steps,
        "steps_as_large": shown.ambition.reached,
        "result": figure(shown.now),
        "reached": shown.is_there,
        "status": shown.row.current.status,
    }


def _last_close(last: LastClose | None) -> dict[str, Any] | None:
    return {**last._asdict(), "mean": text(last.mean)} if last else None


def cell(shown: Cell) -> dict[str, Any]:
    """One indicator in one year: data by measure, and in ``text`` what pages show of it."""
    standings = {measure.measure_id: measure for measure in shown.standing.measures}
    return {
        "target_kind": shown.facts.targets.get(shown.year, NOTHING).kind,
        "as_of_month": shown.month,
        "no_cases": shown.figure is not None and shown.figure.no_cases,
        "unstated": shown.is_unstated,
        "achievement": text(shown.standing.achievement),
        "of_expected": text(shown.standing.of_expected),
        "status": shown.status,
        "hurry": shown.hurries,
        "approved": shown.approved,
        "sample": shown.sample,
        "repeats_last": shown.repeats,
        "milestone": _milestone(shown),
        "outstanding": _outstanding(shown.facts, shown.owed) if shown.owed else None,
        "measures": [
            {
                **_named(measure),
                **_target(shown.promise, measure),
                **_result(shown.figure, measure),
                **_standing(standings.get(measure.id)),
            }
            for measure in shown.facts.measures
        ],
        "text": {
            "target": shown.target,
            "result": shown.result,
            "expected": shown.expected,
            "outstanding": shown.outstanding,
        },
    }


def _named(measure: MeasureFacts) -> dict[str, Any]:
    """A measure's label, its unit, and the code of its kind."""
    return {
        "label": measure.label or None,
        "unit": measure.unit_label or None,
        "kind": measure.kind,
    }


def _target(promise: TargetFacts, measure: MeasureFacts) -> dict[str, Any]:
    point = promise.values.get(measure.id)
    return {"target": plain(point.value) if point else None}


def _result(reported: Figure | None, measure: MeasureFacts) -> dict[str, Any]:
    """A measure's figure, and what a percentage was counted from."""
    counted = reported.counted.get(measure.id) if reported else None
    return {
        "result": figure(reported.values.get(measure.id)) if reported else None,
        "numerator": plain(counted.numerator) if counted else None,
        "denominator": plain(counted.denominator) if counted else None,
    }


def _standing(standing: MeasureStanding | None) -> dict[str, Any]:
    """How a measure stands; without a figure that counts nothing is known of it."""
    return {
        "expected": figure(standing.expected) if standing else None,
        "achievement": text(standing.achievement) if standing else None,
        "of_expected": text(standing.of_expected) if standing else None,
    }


def _milestone(shown: Cell) -> dict[str, Any] | None:
    """A milestone and how far it has come; null where neither promised nor reported."""
    progress = _progress(shown.figure)
    if progress is None and not shown.is_milestone:
        return None
    return {
        **(progress or {"state": None, "percent": None}),
        "expected_percent": text(shown.standing.expected_percent),
        "due_month": shown.promise.due_month,
    }


def _progress(reported: Figure | None) -> dict[str, Any] | None:
    """The progress of a milestone that was reported; null for a figure of another kind."""
    if reported is None or reported.percent is None:
        return None
    return {"state": reported.progress, "percent": plain(reported.percent)}


def _outstanding(facts: IndicatorFacts, owed: Outstanding) -> dict[str, Any]:
    """What is still owed of an earlier year's target."""
    promised = facts.targets[owed.year].values
    measures = [measure for measure in facts.measures if measure.id in promised]
    pairs = zip(measures, owed.targets, owed.results, strict=True)
    return {
        "year": owed.year,
        "measures": [
            {**_named(measure), "target": plain(goal), "result": figure(result)}
            for measure, goal, result in pairs
        ],
    }


def target(facts: IndicatorFacts, promise: TargetFacts) -> dict[str, Any]:
    """A year's target as entered, with what is planned for its quarters."""
    return {
        "target_kind": promise.kind,
        "due_month": promise.due_month,
        "measures": [
            {
                **_named(measure),
                **_target(promise, measure),
                **{name: plain(getattr(point, name)) for name in ("q1", "q2", "q3")},
            }
            for measure in facts.measures
            if (point := promise.values.get(measure.id)) is not None
        ],
    }


def indicator(plan: Plan, row: IndicatorRow) -> dict[str, Any]:
    """An indicator at the month looked at; in a scorecard with its score."""
    current = cell(row.current)
    return {
        "code": row.code,
        "name": row.name,
        "owner": row.unit_name,
        "accrual": row.facts.accrual,
        "direction": row.facts.direction,
        "frequency": row.frequency,
        "weight": plain(row.weight),
        **current,
        "text": {"unit": row.unit_text or None, **current["text"]},
        **({"score": text(row.current.score)} if plan.is_scorecard else {}),
    }


def years(row: IndicatorRow) -> list[dict[str, Any]]:
    """An indicator in every year of its plan."""
    return [{"year": shown.year, **cell(shown)} for shown in row.cells]


def indicators(
    plan: Plan, at: FiscalMonth, rows: list[IndicatorRow], after_lock: frozenset[int]
) -> dict[str, Any]:
    return {
        **head(plan, at),
        "after_lock": codes_after_lock(rows, after_lock),
        "indicators": [indicator(plan, row) for row in rows],
    }


def codes_after_lock(rows: Iterable[IndicatorRow], after_lock: frozenset[int]) -> list[str]:
    """The indicators whose figure is another than when its month was locked."""
    return [row.code for row in rows if row.current.result_id in after_lock]


def indicator_page(plan: Plan, at: FiscalMonth, shown: IndicatorDetail) -> dict[str, Any]:
    row = indicator(plan, shown.row)
    return {
        **head(plan, at),
        **row,
        "after_lock": codes_after_lock([shown.row], shown.after_lock),
        "text": {**row["text"], "computed": shown.explanation},
        "years": years(shown.row),
        "former_years": [
            {
                "plan": former.plan.slug,
                "code": former.code,
                "year": former.year,
                **cell(former.cell),
            }
            for former in shown.former
        ],
        "months": [_month(shown.row.facts, each) for each in shown.months],
        "trend_estimates": [
            {**_named(trend.measure), "year": trend.year, "value": text(trend.value)}
            for trend in shown.trends
        ],
        "report": _report(shown),
        **({"levels": _levels(shown.ladder)} if shown.ladder else {}),
    }


def _month(facts: IndicatorFacts, shown: MonthRow) -> dict[str, Any]:
    """One month of the year looked at: what was reported, and what was expected by then."""
    reported = shown.figure
    return {
        "month": month(shown.at),
        "approved": shown.approved,
        "repeats_last": shown.repeats,
        "no_cases": reported is not None and reported.no_cases,
        "unstated": reported is not None and reported.is_unstated,
        "milestone": _progress(reported),
        "measures": [
            {
                **_named(measure),
                **_result(reported, measure),
                "expected": figure(shown.expected.get(measure.id)),
            }
            for measure in facts.measures
        ],
        "text": {"result": shown.result},
    }


def _report(shown: IndicatorDetail) -> dict[str, Any] | None:
    """The words of the result shown, and what it rests on; null without a result."""
    if shown.result is None:
        return None
    words = ("narrative", "outcome", "problems", "next_steps")
    return {
        **{name: getattr(shown.result, name) or None for name in words},
        "evidence": [evidence(piece) for piece in shown.evidence],
    }


def _levels(shown: Ladder) -> dict[str, Any]:
    """Level criteria, and how far the result has come on them."""
    return {
        "score": text(shown.score),
        "reached": shown.at or None,
        "text": {"needed_for_next": shown.needed or None},
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
        "month": month(duty.period),
        "deadline": duty.deadline.isoformat(),
        "state": duty.state,
    }
