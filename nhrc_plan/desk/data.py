"""A person's work as JSON-ready data."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from nhrc_plan.desk.rows import MyWork, Task
from strategy.pages.data import agency_head
from strategy.pages.page import Page


def _task(task: Task) -> dict[str, Any]:
    return {
        "kind": task.kind,
        "state": task.state,
        "code": task.code or None,
        "name": task.name if task.code else None,
        "unit": task.unit or None,
        "deadline": task.deadline.isoformat() if task.deadline else None,
        "begun": task.begun,
        "role": task.part or None,
        "returned": bool(task.returned),
        "address": task.address,
        "text": {
            "name": task.name,
            "period": task.period,
            "target": task.target,
            "last": task.last,
            "comment": task.returned or None,
        },
    }


def my_work(page: Page, shown: MyWork) -> dict[str, Any]:
    """What to enter, what comes soon, what units owe, what was done this month."""
    return {
        **agency_head(page.agency.slug),
        "enter": [_task(task) for task in shown.enter],
        "soon": [_task(task) for task in shown.soon],
        "to_approve": shown.to_approve,
        "questions": [
            {
                "written": timezone.localtime(asked.written_at).isoformat(),
                "answered": asked.answered,
                "address": asked.address,
                "text": {"figure": asked.figure, "question": asked.text, "author": asked.author},
            }
            for asked in shown.questions
        ],
        "approvals": [
            {"kind": each.kind, "rows": each.rows, "address": each.address}
            for each in shown.approvals
        ],
        "waiting": [
            {"id": unit.unit_id, "name": unit.name, "late": unit.late, "owed": unit.owed}
            for unit in shown.waiting
        ],
        "to_close": [{"code": row.code, "id": row.id} for row in shown.to_close],
        "done": [{"kind": done.kind, "rows": done.rows} for done in shown.done],
    }
