"""The board page's rows as JSON-ready data."""

from __future__ import annotations

from typing import Any

from nhrc_plan.board import data, data_measures, data_money
from nhrc_plan.board.meeting import BoardReport


def board(report: BoardReport) -> dict[str, Any]:
    """The month's pack."""
    standing, money, changes = report.standing, report.money, report.changes
    return {
        **data.head(report.plan, report.at),
        "summary": report.summary,
        "summary_kept": report.kept is not None,
        "sample": report.has_sample,
        **data.roll_up(standing.roll_up),
        "money": data_money.total(money.total),
        "strategies": [
            {
                "number": line.number,
                "name": line.name,
                **data.roll_up(line.results),
                "money": data_money.total(line.money),
                "money_beside_results": line.corner_label,
            }
            for line in report.lines[:-1]
        ],
        "indicators": [data.indicator(row) for row in standing.rows],
        "projects": [data_money.project(row) for row in money.rows],
        "changes": {
            "compared": {"year": changes.compared.year, "month": changes.compared.month},
            "deadline": changes.deadline.isoformat(),
            "lines": [line._asdict() for line in changes.lines],
        },
        "awaiting": [data.duty(owed) for owed in report.duties],
        "awaiting_money": [row.code for row in money.awaiting],
        "integrity": data_measures.at_month(report.integrity),
    }
