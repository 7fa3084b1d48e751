"""What every page says of itself as data, and how a figure is written there."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from strategy.calendar import FiscalMonth
from strategy.models import Plan


def text(value: Decimal | None) -> str | None:
    """A figure as shown, or null."""
    return None if value is None else str(value)


def head(plan: Plan, at: FiscalMonth) -> dict[str, Any]:
    """Plan and month; a scorecard adds what its levels are called."""
    found: dict[str, Any] = {"plan": plan.slug, "year": at.year, "month": at.month}
    if plan.is_scorecard:
        labels = {"strategy": plan.strategy_label, "objective": plan.objective_label}
        found |= {"kind": plan.kind, "labels": labels}
    return found
