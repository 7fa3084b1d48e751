"""The board page's rows as JSON-ready data."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from budgets.pages import data as data_money
from integrity.measures import data as data_measures
from kpis.pages import data as result_data
from nhrc_plan.meetings.read import BoardReport
from nhrc_plan.value.beside import BesideLine
from strategy.pages.data import head


def board(report: BoardReport) -> dict[str, Any]:
    """The month's pack."""
    standing, changes = report.standing, report.changes
    return {
        **head(report.plan, report.at),
        "summary": report.summary,
        "summary_kept": report.kept is not None,
        "summary_kept_at": _moment(report.kept_at),
        "figures_changed_at": _moment(report.changed_at),
        "sample": report.has_sample,
        **result_data.roll_up(standing.roll_up),
        "strategies": [
            {
                "number": line.number,
                "name": line.name,
                **result_data.roll_up(line.results),
                **(_money_beside(line) if report.has_money else {}),
            }
            for line in report.lines[:-1]
        ],
        "indicators": [result_data.indicator(report.plan, row) for row in standing.rows],
        **(_money(report) if report.has_money else {}),
        "turn_of_the_year": report.turn or None,
        "changes": {
            "compared": {"year": changes.compared.year, "month": changes.compared.month},
            "deadline": changes.deadline.isoformat(),
            "lines": [line._asdict() for line in changes.lines],
        },
        "awaiting": [result_data.duty(owed) for owed in report.duties],
        "integrity": data_measures.at_month(report.integrity),
    }


def _moment(moment: datetime | None) -> str | None:
    """A moment in Bangkok's time."""
    return timezone.localtime(moment).isoformat(timespec="seconds") if moment else None


def _money_beside(line: BesideLine) -> dict[str, Any]:
    return {"money": data_money.total(line.money), "money_beside_results": line.corner_label}


def _money(report: BoardReport) -> dict[str, Any]:
    """The whole plan's money, project by project."""
    return {
        "money": data_money.total(report.money.total),
        "projects": [data_money.project(row) for row in report.money.office.rows],
        "above_allocation": [row.code for row in report.money.overspent],
        "awaiting_money": [row.code for row in report.money.awaiting],
    }
