"""The board page's rows as JSON-ready data."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from budgets.pages import data as data_money
from integrity.measures import data as data_measures
from kpis.pages import data as result_data
from nhrc_plan.meetings.change_lines import RuleLine, TargetChange
from nhrc_plan.meetings.changes import Changes
from nhrc_plan.meetings.minute.lines import Minute
from nhrc_plan.meetings.read import BoardReport
from nhrc_plan.meetings.resolutions import data as data_resolutions
from nhrc_plan.meetings.resolutions.rows import kept_lines
from nhrc_plan.value.beside import BesideLine
from strategy.pages.data import head, month


def board(report: BoardReport) -> dict[str, Any]:
    """The month's pack."""
    standing = report.standing
    return {
        **head(report.plan, report.at),
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
        "minute": _minute(report.minute),
        "last_year": result_data.year_rest(report.rest),
        "open_months": [month(each) for each in report.open_months],
        "after_lock": result_data.codes_after_lock(standing.rows, report.after_lock),
        "changes": _changes(report.changes),
        "awaiting": [result_data.duty(owed) for owed in report.duties],
        "integrity": data_measures.at_month(report.integrity),
        "resolutions": [data_resolutions.resolution(row) for row in report.resolutions.unsettled],
        "kept": data_resolutions.kept(
            report.at.year, kept_lines(report.resolutions.rows, report.at.year)
        ),
        "text": {"summary": report.summary, "turn_of_the_year": report.turn or None},
    }


def _minute(minute: Minute) -> dict[str, Any]:
    """The three lines; ``text``: the sentences that page and workbook show."""
    return {
        "verdict": minute.verdict,
        "asks": [
            {"ask": ask.ask, "count": ask.count, "text": {"ask": ask.text}} for ask in minute.asks
        ],
        "text": {
            "on_track": minute.on_track.answer,
            "turned": minute.turned.answer,
            "asked": minute.asked.answer,
        },
    }


def _changes(changes: Changes) -> dict[str, Any]:
    """What changed since last month's deadline; ``text``: the lines that page and workbook show."""
    return {
        "compared": month(changes.compared),
        "deadline": changes.deadline.isoformat(),
        "indicators": [
            {
                "code": change.row.code,
                "year": change.after.year,
                "before_year": change.before.year,
                "change": change.change,
                "direction": change.direction or None,
                "before": result_data.cell(change.before),
                "after": result_data.cell(change.after),
            }
            for change in changes.indicators
        ],
        "targets": [_target(change) for change in changes.targets],
        "rules": [_rule(line) for line in changes.rules],
        "projects": [
            {
                "code": change.row.code,
                "year": change.after.year,
                "change": change.change,
                "direction": change.direction or None,
                "before": data_money.money_year(change.before),
                "after": data_money.money_year(change.after),
            }
            for change in changes.projects
        ],
        "resolutions": [data_resolutions.change(each) for each in changes.resolutions],
        "text": {"lines": [line._asdict() for line in changes.lines]},
    }


def _target(change: TargetChange) -> dict[str, Any]:
    """A target that was revised; of the indicator's measures as they are now."""
    facts = change.row.facts
    return {
        "code": change.row.code,
        "year": change.year,
        "before": result_data.target(facts, change.then),
        "after": result_data.target(facts, change.since),
        "text": {"before": change.before, "after": change.after, "reason": change.reason or None},
    }


def _rule(line: RuleLine) -> dict[str, Any]:
    """A rule of judging that is another now; ``code`` null: one of the whole plan's."""
    rule, flipped = line.change
    return {
        "code": line.row.code if line.row else None,
        "changed_at": _moment(rule.when),
        "statuses_changed": flipped,
        "text": {
            "rule": rule.what,
            "before": rule.before,
            "after": rule.after,
            "reason": rule.why or None,
        },
    }


def _moment(moment: datetime | None) -> str | None:
    """A moment in Bangkok's time."""
    return timezone.localtime(moment).isoformat(timespec="seconds") if moment else None


def _money_beside(line: BesideLine) -> dict[str, Any]:
    return {
        "money": data_money.total(line.money),
        "corner": line.corner,
        "text": {"corner": line.corner_label},
    }


def _money(report: BoardReport) -> dict[str, Any]:
    """The whole plan's money, project by project."""
    return {
        "money": {"unit": "baht", **data_money.total(report.money.total)},
        "projects": [data_money.project(row) for row in report.money.office.rows],
        **data_money.after_lock(report.money),
        "above_allocation": [row.code for row in report.money.overspent],
        "awaiting_money": [row.code for row in report.money.awaiting],
    }
