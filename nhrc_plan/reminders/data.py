"""What was sent as JSON-ready data."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from nhrc_plan.reminders.sent import SentPage
from strategy.pages.data import agency_head


def reminders(agency: str, shown: SentPage) -> dict[str, Any]:
    """One page of the list: when, to whom, of which kind, how many lines, what came of it."""
    return {
        **agency_head(agency),
        "count": shown.count,
        "reminders": [
            {
                "day": row.day.isoformat(),
                "moment": timezone.localtime(row.moment).isoformat(timespec="seconds"),
                "who": row.recipient_name,
                "mail": row.kind,
                "lines": row.lines,
                "outcome": row.state,
                "why_not": row.why or None,
            }
            for row in shown.rows
        ],
        "older": str(shown.older) if shown.older else None,
    }
