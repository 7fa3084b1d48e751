"""How a month's rows are laid out on the board page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from budgets.pages import charts as money_charts
from budgets.pages.rule_words import judged_head
from budgets.read.rows import ProjectMoney
from kpis.pages.charts import status_bar
from kpis.pages.sheets import mean_head
from kpis.read.rows import IndicatorRow
from nhrc_plan.meetings import rule_words
from nhrc_plan.meetings.read import BoardReport
from strategy.standing.status import AT_RISK, CRITICAL, WAITING_APPROVAL
from strategy.standing.words import counts_in_words
from strategy.thai import month_name

#: So many of a kind stand open; the others are a press away.
SHOWN = 4

_Row = TypeVar("_Row", IndicatorRow, ProjectMoney)


def _worst_first(rows: Iterable[_Row]) -> list[_Row]:
    return sorted(rows, key=lambda row: row.current.status != CRITICAL)


def board_context(report: BoardReport) -> dict[str, Any]:
    """What the page shows beside the report itself."""
    standing, money, plan = report.standing, report.money, report.plan
    troubled = (CRITICAL, AT_RISK)
    worrying = _worst_first(row for row in standing.rows if row.current.status in troubled)
    slow = _worst_first(row for row in money.office.rows if row.current.status in troubled)
    told = report.changes.told
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
        "decisions": worrying[:SHOWN],
        "further": worrying[SHOWN:],
        "hurried": [
            row
            for row in standing.rows
            if row.current.hurries and row.current.status not in (AT_RISK, CRITICAL)
        ],
        "told": told[:SHOWN],
        "told_further": told[SHOWN:],
        "after_lock": [row for row in standing.rows if row.current.result_id in report.after_lock],
        "money_after_lock": [
            row for row in money.office.rows if row.current.figure_id in money.after_lock.months
        ],
        "carried_after_lock": [row for row in money.carried if money.after_lock.has(row)],
        "waiting": [
            row
            for row in standing.rows
            if row.current.unapproved or row.current.status == WAITING_APPROVAL
        ],
        "open_months": [month_name(month, short=True) for month in report.open_months],
        "outstanding": [row for row in standing.rows if row.current.outstanding],
        "slow": slow[:SHOWN],
        "slow_further": slow[SHOWN:],
        "overspent": money.overspent,
        "rules": rule_words.all_rules(report),
    }
