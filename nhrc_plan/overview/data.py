"""Rows as JSON-ready data: the same figures as the pages, decimals as strings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from budgets.pages import data as data_money
from kpis.pages.data import duty, indicator, roll_up, year_rest, years
from nhrc_plan.overview.read import (
    AboutPage,
    MapPage,
    ObjectivePart,
    OverviewPage,
    StrategyPage,
    UnitPage,
    UnitSummary,
)
from strategy.calendar import FiscalMonth
from strategy.models import Plan, PlanStatement
from strategy.pages.data import head, start


def plan(shown: Plan) -> dict[str, Any]:
    return {
        "plan": shown.slug,
        "name": shown.name,
        "agency": shown.agency.slug,
        "agency_name": shown.agency.name,
        "plan_kind": shown.kind,
        "first_year": shown.first_year,
        "last_year": shown.last_year,
        "current": shown.is_current,
    }


def plans(found: Iterable[Plan]) -> dict[str, Any]:
    """Every plan of every agency."""
    return {**start(), "plans": [plan(shown) for shown in found]}


def overview(plan: Plan, shown: OverviewPage) -> dict[str, Any]:
    standing = shown.standing
    return {
        **head(plan, standing.at),
        **roll_up(standing.roll_up),
        **({"money": {"unit": "baht", **data_money.total(shown.money)}} if shown.money else {}),
        "last_year": year_rest(shown.rest),
        "strategies": [
            {"number": part.number, "name": part.name, **roll_up(part.roll_up)}
            for part in standing.strategies
        ],
        "indicators": [{**indicator(plan, row), "years": years(row)} for row in standing.rows],
    }


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


def unit(plan: Plan, at: FiscalMonth, shown: UnitPage) -> dict[str, Any]:
    return {
        **head(plan, at),
        "unit": {"id": shown.unit.pk, "name": shown.unit.name},
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
        "ultimate_goal": plan.ultimate_goal or None,
        "vision": plan.vision or None,
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


def about(plan: Plan, at: FiscalMonth, shown: AboutPage) -> dict[str, Any]:
    """The words of a plan and of whose it is."""

    def texts(statements: Sequence[PlanStatement]) -> list[dict[str, Any]]:
        return [{"number": row.number, "text": row.text} for row in statements]

    return {
        **head(plan, at),
        "name": plan.name,
        "first_year": plan.first_year,
        "last_year": plan.last_year,
        "agency_name": shown.agency.name,
        "agency_short_name": shown.agency.short_name or None,
        "address": shown.agency.address or None,
        "phone": shown.agency.phone or None,
        "background": plan.background or None,
        "content_summary": plan.content_summary or None,
        "vision": plan.vision or None,
        "ultimate_goal": plan.ultimate_goal or None,
        "purposes": texts(shown.purposes),
        "goals": texts(shown.goals),
        "missions": texts(shown.missions),
        "strategies": [{"number": row.number, "name": row.name} for row in shown.strategies],
        "counts": {
            "issues": shown.issues,
            "objectives": shown.objectives,
            "indicators": shown.indicators,
            "projects": shown.projects,
        },
    }
