"""Two who freeze at once: one does, the other is told, and the chain has no gap."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from nhrc_plan.meetings import write
from nhrc_plan.meetings.frozen.verify import verify
from nhrc_plan.meetings.models import Frozen, Meeting
from nhrc_plan.meetings.write import meeting_freeze
from strategy.records.write import record_save
from tests.support.racing import blind_claim, split, together

pytestmark = pytest.mark.django_db(transaction=True)

TODAY = date(2025, 5, 12)


@pytest.fixture(autouse=True)
def on_the_day(today):
    today(TODAY)


def meeting_of(plan, number):
    meeting = Meeting(plan=plan, number=number, held_on=TODAY, fiscal_year=2568, month=7)
    return record_save(instance=meeting, user=None)


def freezes(planner, *meetings):
    rows = [Meeting.objects.select_related("plan__agency").get(pk=row.pk) for row in meetings]
    return together(
        *[
            lambda r=row: meeting_freeze(user=planner, meeting=r, expected_version=1, reason="มติ")
            for row in rows
        ]
    )


def test_of_many_who_freeze_the_same_meeting_one_does(plan, planner):
    for number in range(3):
        meeting = meeting_of(plan, f"{number}/2568")
        assert split(freezes(planner, *[meeting] * 4), ValidationError) == (1, 3)
        assert Frozen.objects.filter(meeting=meeting).count() == 1
        assert meeting.history.count() == 2
    assert [faults for _each, faults in verify(Frozen.objects.order_by("place"))] == [[]] * 3


def test_of_two_meetings_frozen_at_once_the_chain_holds(plan, planner):
    """Both are frozen one after the other, or one is asked to try again."""
    done, refused = split(
        freezes(planner, meeting_of(plan, "1"), meeting_of(plan, "2")), ValidationError
    )
    assert done >= 1 and done + refused == 2
    rows = list(Frozen.objects.order_by("place"))
    assert [row.place for row in rows] == list(range(1, done + 1))
    assert [faults for _each, faults in verify(rows)] == [[]] * done


def test_control_without_claim_the_database_itself_lets_one_through(plan, planner, monkeypatch):
    """The version taken away, the unique row decides; that taken away too, the second is refused
    by nothing but the database's own error."""
    monkeypatch.setattr(write, "claim", blind_claim)
    monkeypatch.setattr(write, "already", lambda meeting: IntegrityError("seen"))
    found = freezes(planner, *[meeting_of(plan, "1")] * 3)
    assert split(found, IntegrityError) == (1, 2)
    assert Frozen.objects.count() == 1
