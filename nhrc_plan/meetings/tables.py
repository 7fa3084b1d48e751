"""How a month's rows are laid out on the board page."""

from __future__ import annotations

from typing import Any

from budgets.pages import charts as money_charts
from budgets.pages.rule_words import judged_head
from kpis.pages.charts import status_bar
from kpis.pages.sheets import mean_head
from nhrc_plan.meetings import rule_words
from nhrc_plan.meetings.read import BoardReport
from strategy.standing.status import AT_RISK, CRITICAL
from strategy.standing.words import counts_in_words


def board_context(report: BoardReport) -> dict[str, Any]:
    """What the page shows beside the report itself."""
    standing, money, plan = report.standing, report.money, report.plan
    return {
        "paragraphs": [text for text in report.summary.split("\n") if text.strip()],
        "status_bar": status_bar(dict(standing.roll_up.counts)),
        "legend": counts_in_words(standing.roll_up.counts),
        "mean_head": mean_head(plan),
        "judged": judged_head(money.lines),
        "lines": report.lines[:-1],
        "whole": report.lines[-1],
        "money_chart": (
            money_charts.by_strategy(plan, money, broad=True) if report.has_money else None
        ),
        "worrying": standing.worrying,
        "outstanding": [row for row in standing.rows if row.current.outstanding],
        "worrying_projects": [
            row for row in money.office.rows if row.current.status in (AT_RISK, CRITICAL)
        ],
        "overspent": money.overspent,
        "rules": rule_words.all_rules(report),
    }
