"""The figures that a meeting sees, whole: as data with their rules, and as the pack shows them.

The data say what is computed and by what; the sheets say what was read, cell by cell, so that
neither templates nor words of later years can show something else.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import gettext as _

from budgets.pages import data as money_data
from budgets.read.rows import ProjectMoney
from kpis.pages import data as result_data
from kpis.read.rows import Cell, IndicatorRow
from nhrc_plan.meetings import data, rule_words
from nhrc_plan.meetings.models import Meeting
from nhrc_plan.meetings.read import BoardReport
from strategy.models import Plan
from strategy.pages.data import text
from strategy.standing.status import WAITING_APPROVAL
from strategy.thai import plain
from strategy.workbook.sheet import Sheet
from strategy.workbook.shown import rows_shown

#: Of the frozen figures' form; another form gets another number, and old ones stay readable.
FORMAT = "nhrc-frozen-figures-1"


def figures(meeting: Meeting, report: BoardReport, pages: Sequence[Sheet]) -> dict[str, Any]:
    """Everything that a meeting sees of its month, ready to be written as canonical JSON."""
    deadline = report.standing.deadline_day
    content = {
        "format": FORMAT,
        "meeting": {
            "number": meeting.number,
            "held_on": meeting.held_on.isoformat(),
            "agenda": meeting.agenda or None,
            "plan_name": report.plan.name,
            "known_on": report.today.isoformat(),
        },
        "board": data.board(report),
        "indicators": [indicator(row) for row in report.standing.rows],
        "projects": [project(row) for row in report.money.office.rows],
        "rules": {
            **plan_rules(report.plan),
            "deadline_day": deadline.day,
            "holidays": (
                None
                if deadline.holidays is None
                else sorted(day.isoformat() for day in deadline.holidays)
            ),
            "spending": money_data.year_lines(report.money.lines) if report.has_money else None,
            "text": rule_words.all_rules(report),
        },
        "sheets": [{"title": sheet.name, "rows": rows_shown(sheet)} for sheet in pages],
    }
    # Words that are looked up late become texts.
    plainly: dict[str, Any] = json.loads(json.dumps(content, cls=DjangoJSONEncoder))
    return plainly


def indicator(row: IndicatorRow) -> dict[str, Any]:
    """An indicator with its rules, its targets and how it stands in every year."""
    facts = row.facts
    return {
        "code": row.code,
        "name": row.name,
        "accrual": facts.accrual,
        "direction": facts.direction,
        "weight": plain(row.weight),
        "thresholds": [plain(edge) for edge in facts.thresholds],
        "measures": [
            {
                "title": f"{place}",
                "label": measure.label,
                "unit": measure.unit_label,
                "kind": measure.kind,
                "whole": measure.whole,
                "baselines": [
                    {"year": point.year, "month": point.month, "value": plain(point.value)}
                    for point in sorted(measure.baselines)
                ],
            }
            for place, measure in enumerate(facts.measures, start=1)
        ],
        "targets": [
            {"year": year, **result_data.target(facts, promise)}
            for year, promise in sorted(facts.targets.items())
        ],
        "years": [year_of(shown) for shown in row.cells],
    }


def year_of(shown: Cell) -> dict[str, Any]:
    """An indicator in one year."""
    return {"year": shown.year, "score": text(shown.score), **result_data.cell(shown)}


def project(row: ProjectMoney) -> dict[str, Any]:
    """A project's money in every year."""
    return {
        "code": row.code,
        "name": row.name,
        "years": [{"year": year.year, **money_data.money_year(year)} for year in row.years],
    }


def plan_rules(plan: Plan) -> dict[str, Any]:
    """What a whole plan is judged by."""
    return {
        "bands": {
            name: plain(getattr(plan, name))
            for name in ("band_on_plan", "band_near", "band_at_risk")
        },
        "scale": [plain(worth) for worth in plan.worths],
        "approved_only": plan.approved_only,
    }


def unapproved(report: BoardReport) -> list[str]:
    """What counts and is not approved, "S1-1.1 (2569)" each, up to the month looked at.

    Results first, then projects by their place in the plan.
    """
    results = [
        f"{row.code} ({cell.year})"
        for row in report.standing.rows
        for cell in row.cells
        if cell.year <= report.at.year
        and (cell.status == WAITING_APPROVAL or (cell.figure is not None and not cell.approved))
    ]
    money = [
        _("project %(code)s (%(year)s)") % {"code": row.code, "year": year.year}
        for row in report.money.office.rows
        for year in row.years
        if year.year <= report.at.year and (year.status == WAITING_APPROVAL or year.unapproved)
    ]
    return results + money
