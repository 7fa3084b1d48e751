"""The log, and what is wrong with the data, as JSON-ready data."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from nhrc_plan.watch.findings import Quality
from nhrc_plan.watch.log import LogPage, LogRow
from strategy.calendar import FiscalMonth
from strategy.models import Plan
from strategy.pages.data import agency_head, head


def log(agency: str, shown: LogPage) -> dict[str, Any]:
    """A page of the log; ``older`` is the ``after`` of the next one."""
    return {
        **agency_head(agency),
        "count": shown.count,
        "older": str(shown.older) if shown.older else None,
        "changes": [_change(row) for row in shown.rows],
    }


def _change(row: LogRow) -> dict[str, Any]:
    entry = row.entry
    return {
        "changed_at": timezone.localtime(entry.when).isoformat(),
        "who": entry.who,
        "model": row.code,
        "row": row.object_id,
        "action": ACTIONS[entry.kind],
        "reason": entry.reason or None,
        "act": str(row.act) if row.act else None,
        "together": row.together,
        "sample": entry.sample,
        "text": {
            "kind": row.kind,
            "name": row.name,
            "fields": [
                {"field": each.field, "before": each.before, "after": each.after}
                for each in row.changes
            ],
        },
    }


#: What was done to a row, by the sign that its history keeps.
ACTIONS = {"+": "entered", "~": "changed", "-": "deleted"}


def quality(plan: Plan, at: FiscalMonth, shown: Quality) -> dict[str, Any]:
    """What there is to look at in a plan's data; kinds of which there is nothing are empty."""
    return {
        **head(plan, at),
        "count": shown.count,
        "checks": [
            {
                "check": group.kind,
                "count": len(group.findings),
                "text": {"kind": group.label},
                "findings": [
                    {
                        "since": found.since.isoformat() if found.since else None,
                        "unit": found.unit or None,
                        "mended_at": found.address,
                        "text": {"name": found.where, "what": found.what},
                    }
                    for found in group.findings
                ],
            }
            for group in shown.groups
        ],
    }
