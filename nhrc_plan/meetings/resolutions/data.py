"""Resolutions as JSON-ready data (docs/json.md)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nhrc_plan.meetings.resolutions.rows import (
    KeptLine,
    ResolutionChange,
    ResolutionRow,
    Step,
)
from strategy.pages.data import text


def resolution(row: ResolutionRow) -> dict[str, Any]:
    """A resolution with everything that was done about it."""
    return {
        "code": row.code,
        "id": row.id,
        "meeting": row.meeting_id,
        "meeting_number": row.meeting_number,
        "held_on": row.held_on.isoformat(),
        "item": row.number,
        "about": {"about_kind": row.subject.kind, "code": row.subject.code}
        if row.subject
        else None,
        "unit": row.unit,
        "person": row.person or None,
        "state": row.state,
        "first_due_on": row.first_due_on.isoformat(),
        "due_on": row.due_on.isoformat(),
        "postponed": row.postponed,
        "days_late": row.late,
        "escalation": row.level,
        "kept_on_time": row.kept,
        "sample": row.sample,
        "steps": [step(each) for each in row.steps],
        "text": {"resolution": row.text, "about": row.subject.name if row.subject else None},
    }


def step(each: Step) -> dict[str, Any]:
    return {
        "step": each.kind,
        "done_at": each.when.isoformat(timespec="seconds"),
        "who": each.who or None,
        "due_from": each.due_from.isoformat() if each.due_from else None,
        "due_to": each.due_to.isoformat() if each.due_to else None,
        "text": {"said": each.text or None},
    }


def change(each: ResolutionChange) -> dict[str, Any]:
    """A resolution about which something was done, and how it stood before."""
    return {
        "code": each.row.code,
        "before": {"state": each.state_then, "due_on": each.due_then.isoformat()},
        "after": {"state": each.row.state, "due_on": each.row.due_on.isoformat()},
        "steps": [step(one) for one in each.steps],
    }


def kept(year: int, lines: Iterable[KeptLine]) -> list[dict[str, Any]]:
    """What units kept on time in a fiscal year, by quarter and (``quarter`` null) in all of it."""
    return [
        {
            "unit": line.unit,
            "year": year,
            "quarter": quarter,
            "kept": found.kept,
            "promised": found.promised,
            "percent": text(found.percent),
        }
        for line in lines
        for quarter, found in (*enumerate(line.quarters, start=1), (None, line.whole))
    ]
