"""How a month's rows are laid out on the board page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from budgets.calc import Total, quadrant
from kpis.rows import StrategyStanding
from nhrc_plan.board import money_charts, rules
from nhrc_plan.board.charts import status_bar
from nhrc_plan.board.meeting import BoardReport
from nhrc_plan.board.value_words import corner_label
from strategy.status import AT_RISK, CRITICAL, status_of
from strategy.status_words import counts_in_words


@dataclass(frozen=True, slots=True)
class StrategyLine:
    """A strategy's results and money side by side."""

    standing: StrategyStanding
    status: str | None
    money: Total
    corner: str


def strategy_lines(report: BoardReport) -> list[StrategyLine]:
    """One line for each strategy, in the plan's order."""
    spending = {part.number: part.total for part in report.money.strategies}
    lines = []
    for part in report.standing.strategies:
        total, mean = spending[part.number], part.roll_up.mean
        corner = quadrant(total.standing.used_of_expected, mean, report.money.bands)
        status = None if mean is None else status_of(mean, report.money.bands)
        lines.append(StrategyLine(part, status, total, corner_label(corner)))
    return lines


def board_context(report: BoardReport) -> dict[str, Any]:
    """What the page shows beside the report itself."""
    standing, money = report.standing, report.money
    worrying = (AT_RISK, CRITICAL)
    return {
        "paragraphs": [text for text in report.summary.split("\n") if text.strip()],
        "status_bar": status_bar(dict(standing.roll_up.counts)),
        "legend": counts_in_words(standing.roll_up.counts),
        "lines": strategy_lines(report),
        "money_chart": money_charts.by_strategy(report.plan, money),
        "worrying": [row for row in standing.rows if row.current.status in worrying],
        "outstanding": [row for row in standing.rows if row.current.outstanding],
        "worrying_projects": [row for row in money.rows if row.current.status in worrying],
        "rules": rules.all_rules(report),
    }
