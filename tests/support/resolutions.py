"""What tests of resolutions share: a meeting that looked at April 2568, and what it resolved."""

from __future__ import annotations

from datetime import date
from typing import Any

from nhrc_plan.meetings.models import Meeting
from nhrc_plan.meetings.resolutions import rules, write
from nhrc_plan.meetings.resolutions.models import Resolution
from strategy.models import Plan, Unit
from strategy.records.write import record_save
from tests.support.writing import OWN

HELD = date(2025, 5, 12)
DUE = date(2025, 5, 30)  # a Friday
STEPS = {
    rules.ANSWER: write.resolution_answer,
    rules.CLOSING: write.resolution_close,
    rules.ASKED_AGAIN: write.resolution_ask_again,
    rules.POSTPONED: write.resolution_postpone,
    rules.CANCELLING: write.resolution_cancel,
}


def meeting_of(plan: Plan, number: str = "5/2568", month: int = 7) -> Meeting:
    meeting = Meeting(plan=plan, number=number, held_on=HELD, fiscal_year=2568, month=month)
    return record_save(instance=meeting, user=None)


def resolved(meeting: Meeting, number: str = "3.1", unit: str = OWN, **fields: Any) -> Resolution:
    """A resolution that is to be answered by DUE, unless ``fields`` say otherwise."""
    resolution = Resolution(
        meeting=meeting,
        number=number,
        unit=Unit.objects.get(name=unit),
        **{"text": "ให้เร่งรัดการดำเนินการ", "first_due_on": DUE, **fields},
    )
    return record_save(instance=resolution, user=None)


def take(
    resolution: Resolution, kind: str, user: Any, text: str = "ตามที่ประชุมเห็นชอบ", **more: Any
) -> Resolution:
    """A step on the resolution as it stands now."""
    stored = Resolution.objects.select_related("meeting").get(pk=resolution.pk)
    return STEPS[kind](
        user=user,
        resolution=stored,
        **{"expected_version": stored.version, "text": text, **more},
    )
