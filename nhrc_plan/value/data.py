"""Money beside results as JSON-ready data."""

from __future__ import annotations

from typing import Any

from budgets.pages.data import total
from nhrc_plan.value.read import ValuePage, ValueRow
from strategy.models import Plan
from strategy.pages.data import head, text


def _value_row(row: ValueRow) -> dict[str, Any]:
    return {
        "code": row.code,
        "name": row.name,
        "used_of_expected": text(row.used),
        "mean_of_expected": text(row.reached),
        "corner": row.corner,
        "text": {"corner": row.corner_label},
        "money": total(row.money),
        "indicators_with_target": row.results.with_target,
        "indicators_reported": row.results.reported,
        "projects": [shown.code for shown in row.projects],
        "shared": [shown.code for shown in row.shared],
    }


def value(plan: Plan, shown: ValuePage) -> dict[str, Any]:
    """Money beside results, by strategy and by the objectives that projects were tied to."""
    return {
        **head(plan, shown.money.at),
        "unit": "baht",
        "high_above": text(shown.money.bands.near),
        "strategies": [_value_row(row) for row in shown.strategies],
        "objectives": [_value_row(row) for row in shown.objectives],
    }
