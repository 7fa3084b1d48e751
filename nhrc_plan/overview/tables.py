"""How rows are laid out on the overview and the indicator table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.text import capfirst

from budgets.pages.charts import spending_bar
from kpis.pages.charts import sparkline, status_bar
from kpis.pages.tables import scores
from kpis.read.rows import IndicatorRow
from kpis.rules.roll_up import RollUp
from nhrc_plan.overview.read import OverviewPage, band_of
from strategy.drawing.geometry_small import Sparkline
from strategy.models import Plan
from strategy.standing.words import counts_in_words


@dataclass(frozen=True, slots=True)
class OverviewRow:
    row: IndicatorRow
    spark: Sparkline | None


@dataclass(frozen=True, slots=True)
class OverviewGroup:
    """A strategy's band of the overview."""

    number: int
    name: str
    roll_up: RollUp
    rows: list[OverviewRow]


def overview(plan: Plan, shown: OverviewPage) -> dict[str, Any]:
    """The overview's context: counts, groups, money, what awaits a report or a decision."""
    standing = shown.standing
    rows = standing.rows
    scored = scores(plan, rows)
    return {
        "standing": standing,
        "band": band_of(plan, standing.roll_up),
        "owners": shown.owners,
        "has_sample": shown.has_sample,
        "money": shown.money,
        "money_bar": spending_bar(shown.money) if shown.money else None,
        "scores": scored,
        "scored": capfirst(plan.score_label) if scored else "",
        "years": list(plan.years),
        "status_bar": status_bar(dict(standing.roll_up.counts)),
        "legend": counts_in_words(standing.roll_up.counts),
        "groups": [
            OverviewGroup(
                part.number,
                part.name,
                part.roll_up,
                [OverviewRow(row, sparkline(row)) for row in part.rows],
            )
            for part in standing.strategies
        ],
        "rest": shown.rest,
        "awaiting": standing.awaiting,
        "worrying": standing.worrying,
        "outstanding": [row for row in rows if row.current.outstanding],
    }
