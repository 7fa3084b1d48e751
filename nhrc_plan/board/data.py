"""Rows as JSON-ready data: the same figures as the pages, decimals as strings."""

from __future__ import annotations

from typing import Any

from kpis.detail import IndicatorDetail
from kpis.duties import Duty
from kpis.levels import Ladder
from kpis.models import plain
from kpis.rows import Cell, IndicatorRow
from kpis.summing import RollUp
from nhrc_plan.board import data_money
from nhrc_plan.board.data_money import head, text
from nhrc_plan.board.selectors import (
    MapPage,
    ObjectivePart,
    OverviewPage,
    StrategyPage,
    UnitPage,
    UnitSummary,
)
from strategy.fiscal import FiscalMonth
from strategy.models import Plan


def plan(shown: Plan) -> dict[str, Any]:
    return {
        "plan": shown.slug,
        "name": shown.name,
        "agency": shown.agency.name,
        "kind": shown.kind,
        "first_year": shown.first_year,
        "last_year": shown.last_year,
        "current": shown.is_current,
    }


def roll_up(summed: RollUp) -> dict[str, Any]:
    return {
        "counts": dict(summed.counts),
        "with_target": summed.with_target,
        "reported": summed.reported,
        "mean_of_expected": text(summed.mean),
    }


def cell(row: IndicatorRow, shown: Cell) -> dict[str, Any]:
    """One indicator in one year."""
    standings = {measure.measure_id: measure for measure in shown.standing.measures}
    measures = []
    for measure in row.facts.measures:
        standing = standings.get(measure.id)
        promised = shown.promise.values.get(measure.id)
        reported = shown.figure.values.get(measure.id) if shown.figure else None
        measures.append(
            {
                "label": measure.label,
                "unit": measure.unit_label,
                "target": plain(promised.value) if promised else None,
                "result": plain(reported),
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
        **cell(row, row.current),
        **({"score": text(row.current.score)} if plan.is_scorecard else {}),
    }


def overview(plan: Plan, shown: OverviewPage) -> dict[str, Any]:
    standing = shown.standing
    return {
        **head(plan, standing.at),
        **roll_up(standing.roll_up),
        **({"money": {"unit": "baht", **data_money.total(shown.money)}} if shown.money else {}),
        "strategies": [
            {"number": part.number, "name": part.name, **roll_up(part.roll_up)}
            for part in standing.strategies
        ],
        "indicators": [
            {
                **indicator(plan, row),
                "years": [{"year": shown.year, **cell(row, shown)} for shown in row.cells],
            }
            for row in standing.rows
        ],
    }


def indicators(plan: Plan, at: FiscalMonth, rows: list[IndicatorRow]) -> dict[str, Any]:
    return {**head(plan, at), "indicators": [indicator(plan, row) for row in rows]}


def _objective(plan: Plan, part: ObjectivePart) -> dict[str, Any]:
    return {
        "number": part.number,
        "name": part.name,
        **roll_up(part.roll_up),
        "indicators": [indicator(plan, row) for row in part.rows],
    }


def strategy(plan: Plan, at: FiscalMonth, shown: StrategyPage) -> dict[str, Any]:
    named = {
        **head(plan, at),
        "number": shown.strategy.number,
        "name": shown.strategy.name,
        **roll_up(shown.standing.roll_up),
    }
    if plan.is_scorecard:
        parts = [part for issue in shown.issues for part in issue.objectives]
        return {**named, "objectives": [_objective(plan, part) for part in parts]}
    return {
        **named,
        "issues": [
            {
                "number": issue.number,
                "name": issue.name,
                "approaches": [approach.text for approach in issue.approaches],
                "objectives": [_objective(plan, part) for part in issue.objectives],
            }
            for issue in shown.issues
        ],
        "projects": [data_money.project(row) for row in shown.money.rows],
    }


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
            {"level": row.level, "text": row.text, "threshold": plain(row.threshold)}
            for row in shown.levels
        ],
        "steps": [
            {"level": row.level, "text": row.text, "done": row.reached} for row in shown.steps
        ],
    }


def units(plan: Plan, at: FiscalMonth, summaries: list[UnitSummary]) -> dict[str, Any]:
    return {
        **head(plan, at),
        "units": [
            {
                "id": unit.id,
                "name": unit.name,
                "indicators": [row.code for row in unit.rows],
                **roll_up(unit.roll_up),
            }
            for unit in summaries
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


def unit(plan: Plan, at: FiscalMonth, shown: UnitPage) -> dict[str, Any]:
    return {
        **head(plan, at),
        "unit": shown.unit.name,
        **roll_up(shown.roll_up),
        "duties": [duty(owed) for owed in shown.duties],
        "indicators": [indicator(plan, row) for row in shown.rows],
        **({} if plan.is_scorecard else {"money": _unit_money(shown)}),
    }


def _unit_money(shown: UnitPage) -> dict[str, Any]:
    return {
        "unit": "baht",
        "owed": [row.code for row in shown.money_owed],
        **(data_money.unit_projects(shown.money) if shown.money else {}),
    }


def strategy_map(plan: Plan, at: FiscalMonth, shown: MapPage) -> dict[str, Any]:
    return {
        **head(plan, at),
        "ultimate_goal": plan.ultimate_goal,
        "vision": plan.vision,
        "goals": [goal.text for goal in shown.goals],
        "missions": [mission.text for mission in shown.missions],
        "strategies": [
            {
                "number": part.standing.number,
                "name": part.standing.name,
                "goals": list(part.goals),
                **roll_up(part.standing.roll_up),
                "objectives": [
                    {"number": o.number, "name": o.name, **roll_up(o.roll_up)}
                    for o in part.objectives
                ],
            }
            for part in shown.strategies
        ],
    }
