"""Resolutions: who may take which step, what is kept of it, what stays once it was frozen."""

from __future__ import annotations

import json
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.db import IntegrityError, transaction

from integrity.models import ItaMeasure
from kpis.models import Indicator
from nhrc_plan.meetings.frozen.verify import verify_one
from nhrc_plan.meetings.models import Frozen
from nhrc_plan.meetings.resolutions import rules, write
from nhrc_plan.meetings.resolutions.models import Escalation, Resolution, ResolutionStep
from nhrc_plan.meetings.resolutions.read import plan_resolutions
from nhrc_plan.meetings.write import meeting_freeze
from strategy import access as roles
from strategy.models import Account, Holiday, Plan, Unit
from strategy.people.write import person_delete, person_save
from strategy.records.closed import InsertOnly
from strategy.records.write import StaleVersion, record_save
from tests.support.resolutions import DUE, HELD, meeting_of, resolved, take
from tests.support.writing import OTHER, OWN, differences, facts, indicator_of

pytestmark = pytest.mark.django_db

LATER = date(2025, 6, 30)
ALL = (rules.ANSWER, rules.CLOSING, rules.ASKED_AGAIN, rules.POSTPONED, rules.CANCELLING)


@pytest.fixture(autouse=True)
def on_the_day(today):
    today(HELD)


@pytest.fixture
def meeting(plan):
    return meeting_of(plan)


@pytest.fixture
def resolution(meeting):
    return resolved(meeting)


@pytest.fixture
def second(person):
    return person("second", roles.PLANNER)


def row_of(resolution, day=HELD, **more):
    rows = plan_resolutions(resolution.meeting.plan, day, **more).rows
    return next(row for row in rows if row.id == resolution.pk)


def ready_for(kind, resolution, user):
    """Bring it into a state for a step."""
    if rules.OPEN not in rules.MOVES[kind].of:
        take(resolution, rules.ANSWER, user)


# ------------------------------------------------------------------------------------- rights

ROLES = {
    "planner": (roles.PLANNER, ()),
    "own-reporter": (roles.REPORTER, (OWN,)),
    "other-reporter": (roles.REPORTER, (OTHER,)),
    "no-unit": (roles.REPORTER, ()),
    "approver": (roles.APPROVER, (OWN,)),
    "executive": (roles.EXECUTIVE, ()),
    "auditor": (roles.AUDITOR, ()),
    "administrator": (roles.ADMINISTRATOR, ()),
}


@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize("who", ROLES)
def test_who_may_take_which_step(resolution, person, second, who, kind):
    role, units = ROLES[who]
    user = person("somebody", role, *units)
    ready_for(kind, resolution, second)
    before = facts()
    more = {"due_on": LATER} if kind == rules.POSTPONED else {}
    if who == "planner" or (who == "own-reporter" and kind == rules.ANSWER):
        done = take(resolution, kind, user, **more)
        assert done.state == rules.MOVES[kind].to
        assert Resolution.objects.get().state == done.state
    else:
        with pytest.raises(PermissionDenied):
            take(resolution, kind, user, **more)
        assert differences(before, facts()) == {}


def test_who_answered_does_not_close(resolution, planner, second):
    take(resolution, rules.ANSWER, planner)
    before = facts()
    with pytest.raises(ValidationError, match="another planner|คนอื่น"):
        take(resolution, rules.CLOSING, planner)
    assert differences(before, facts()) == {}
    assert take(resolution, rules.CLOSING, second).state == rules.CLOSED


def test_nor_who_gave_an_answer_that_was_sent_back(resolution, planner, second, reporter):
    take(resolution, rules.ANSWER, planner)
    take(resolution, rules.ASKED_AGAIN, second)
    take(resolution, rules.ANSWER, reporter)
    with pytest.raises(ValidationError):
        take(resolution, rules.CLOSING, planner)


def test_control_without_that_guard_they_close(resolution, planner, monkeypatch):
    monkeypatch.setattr(write, "answered_by", lambda resolution, user_id: False)
    take(resolution, rules.ANSWER, planner)
    assert take(resolution, rules.CLOSING, planner).state == rules.CLOSED


# ------------------------------------------------------------------------------------- states


@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize("state", Resolution.State.values)
def test_a_step_needs_a_state_for_it(resolution, planner, state, kind):
    Resolution.objects.update(state=state)
    before = facts()
    more = {"due_on": LATER} if kind == rules.POSTPONED else {}
    if state in rules.MOVES[kind].of:
        assert take(resolution, kind, planner, **more).state == rules.MOVES[kind].to
    else:
        with pytest.raises(ValidationError):
            take(resolution, kind, planner, **more)
        assert differences(before, facts()) == {}


@pytest.mark.parametrize("text", ["", "  ", "-", "..."])
@pytest.mark.parametrize("kind", [each for each in ALL if each != rules.CLOSING])
def test_a_step_says_something(resolution, planner, reporter, kind, text):
    ready_for(kind, resolution, reporter)
    more = {"due_on": LATER} if kind == rules.POSTPONED else {}
    with pytest.raises(ValidationError) as refused:
        take(resolution, kind, planner, text, **more)
    assert "text" in refused.value.error_dict


def test_a_step_is_kept_with_who_when_and_why(resolution, planner, reporter):
    take(resolution, rules.ANSWER, reporter, "ส่งแผนแล้ว")
    take(resolution, rules.ASKED_AGAIN, planner, "ขอวันที่แน่นอน")
    row = row_of(resolution, people=True)
    assert [(step.kind, step.text, step.who) for step in row.steps] == [
        (rules.ANSWER, "ส่งแผนแล้ว", "reporter"), (rules.ASKED_AGAIN, "ขอวันที่แน่นอน", "planner"),
    ]  # fmt: skip
    assert (row.answer, row.comment) == (None, "ขอวันที่แน่นอน")
    last = resolution.history.order_by("-history_id").first()
    assert (last.state, last.history_user_name, last.version) == (rules.OPEN, "planner", 3)
    assert last.history_change_reason.endswith(": ขอวันที่แน่นอน")
    assert [step["text"] for step in last.details["steps"]] == ["ส่งแผนแล้ว", "ขอวันที่แน่นอน"]
    # Without names for whoever has not signed in.
    assert {step.who for step in row_of(resolution).steps} == {""}


def test_a_second_editor_is_refused(resolution, planner, second, reporter):
    take(resolution, rules.ANSWER, reporter)
    before = facts()
    for kind, user in (
        (rules.CLOSING, second),
        (rules.ANSWER, reporter),
        (rules.ASKED_AGAIN, planner),
    ):
        with pytest.raises(StaleVersion):
            take(resolution, kind, user, expected_version=1)
    assert differences(before, facts()) == {}


def test_a_postponement_is_counted_and_the_first_date_kept(resolution, planner):
    take(resolution, rules.POSTPONED, planner, "รอผลจัดซื้อ", due_on=date(2025, 6, 10))
    take(resolution, rules.POSTPONED, planner, "ส่งมอบช้า", due_on=LATER)
    row = row_of(resolution)
    assert (row.first_due_on, row.due_on, row.postponed) == (DUE, LATER, 2)
    assert [(step.due_from, step.due_to) for step in row.steps] == [
        (DUE, date(2025, 6, 10)), (date(2025, 6, 10), LATER),
    ]  # fmt: skip
    for day in (LATER, DUE, date(2025, 6, 29)):
        with pytest.raises(ValidationError) as refused:
            take(resolution, rules.POSTPONED, planner, due_on=day)
        assert "due_on" in refused.value.error_dict


def test_late_by_the_agencys_holidays_and_the_plans_levels(resolution, plan):
    days = [date(2025, 6, day) for day in (2, 3, 4)]
    assert [row_of(resolution, day).late for day in (DUE, *days)] == [0, 1, 2, 3]
    assert [row_of(resolution, day).level for day in (DUE, *days)] == [0, 1, 1, 1]
    record_save(instance=Holiday(agency=plan.agency, day=days[1], name="วันหยุด"), user=None)
    levels = Escalation(plan=plan, to_unit=1, to_planner=2, to_board=3)
    record_save(instance=levels, user=None)
    assert [row_of(resolution, day).late for day in (DUE, *days)] == [0, 1, 1, 2]
    assert [row_of(resolution, day).level for day in (DUE, *days)] == [0, 1, 1, 2]


def test_levels_rise(plan):
    for wrong in ((0, 5, 10), (5, 5, 10), (1, 10, 9)):
        levels = Escalation(plan=plan, to_unit=wrong[0], to_planner=wrong[1], to_board=wrong[2])
        with pytest.raises(ValidationError):
            record_save(instance=levels, user=None)
    assert not Escalation.objects.exists()


def test_what_is_answered_is_not_late(resolution, reporter):
    take(resolution, rules.ANSWER, reporter)
    row = row_of(resolution, date(2030, 1, 1))
    # The answer came today, long after its first date.
    assert (row.late, row.level, row.kept) == (0, 0, False)


# ------------------------------------------------------------------------------------- what it is


def test_it_is_about_one_thing_of_the_meetings_plan(meeting, plan):
    scorecard = Indicator.objects.exclude(strategy__plan=plan).first()
    indicator, measure = indicator_of(plan, "S3-1.1"), ItaMeasure.objects.first()
    elsewhere = Unit.objects.exclude(agency=plan.agency).first()
    for field, wrong in (
        ("indicator", {"indicator": scorecard}),
        ("unit", {"unit": elsewhere}),
        ("first_due_on", {"first_due_on": date(2025, 5, 11)}),
        ("__all__", {"indicator": indicator, "measure": measure}),
    ):
        with pytest.raises(ValidationError) as refused:
            fields = {"unit": Unit.objects.get(name=OWN), "first_due_on": DUE, **wrong}
            row = Resolution(meeting=meeting, number="1", text="x", **fields)
            record_save(instance=row, user=None)
        assert set(refused.value.error_dict) == {field}
    kept = resolved(meeting, "3.9", indicator=indicator)
    with pytest.raises(IntegrityError), transaction.atomic():
        Resolution.objects.filter(pk=kept.pk).update(measure=measure)


def test_what_a_resolution_is_about_does_not_go(meeting, plan, person, planner):
    user = person_save(
        person=person("named", roles.REPORTER), roles=[roles.REPORTER],
        units=Unit.objects.filter(name=OWN), user=None,
    )  # fmt: skip
    resolved(meeting, person=Account.objects.get(user=user))
    with pytest.raises(ValidationError):
        person_delete(person=user, user=None)
    assert type(user).objects.filter(pk=user.pk).exists()


# ------------------------------------------------------------------------------------- frozen


def freeze(meeting, user):
    meeting.refresh_from_db()
    return meeting_freeze(
        user=user, meeting=meeting, expected_version=meeting.version, reason="มติที่ประชุม"
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [("text", "ข้อความใหม่"), ("number", "9.9"), ("first_due_on", date(2025, 6, 6))],
)
def test_what_was_frozen_of_a_resolution_stays(resolution, planner, field, value):
    setattr(resolution, field, value)
    record_save(instance=resolution, user=planner)
    freeze(resolution.meeting, planner)
    before = facts()
    setattr(resolution, field, date(2025, 6, 9) if field == "first_due_on" else "อีกอย่าง")
    with pytest.raises(ValidationError) as refused:
        record_save(instance=resolution, user=planner)
    assert set(refused.value.error_dict) == {field}
    assert differences(before, facts()) == {}


def test_a_frozen_meetings_resolution_lives_on(resolution, planner, second, reporter):
    frozen = freeze(resolution.meeting, planner)
    kept = bytes(frozen.figures)
    (seen,) = json.loads(kept)["board"]["resolutions"]
    assert (seen["state"], seen["text"]["resolution"]) == ("open", resolution.text)
    take(resolution, rules.POSTPONED, planner, due_on=LATER)
    take(resolution, rules.ANSWER, reporter)
    take(resolution, rules.CLOSING, second)
    resolution.refresh_from_db()
    resolution.unit = Unit.objects.get(name=OTHER)
    record_save(instance=resolution, user=planner)
    # The meeting keeps it as it stood.
    again = Frozen.objects.get()
    assert bytes(again.figures) == kept and verify_one(again) == []


def test_one_entered_after_the_freeze_is_still_written(meeting, planner):
    """The secretary writes down what was resolved once the pack is frozen; the next one holds it."""
    freeze(meeting, planner)
    late = resolved(meeting, "4.1")
    late.text = "ข้อความที่แก้คำผิดแล้ว"
    record_save(instance=late, user=planner)
    freeze(meeting_of(meeting.plan, "6/2568"), planner)
    late.text = "อีกอย่าง"
    with pytest.raises(ValidationError):
        record_save(instance=late, user=planner)


def test_what_stands_on_it_is_not_deleted(meeting, planner, reporter):
    answered, fresh, frozen = (resolved(meeting, number) for number in "123")
    take(answered, rules.ANSWER, reporter)
    write.resolution_delete(user=planner, resolution=fresh, expected_version=1, reason="ซ้ำ")
    freeze(meeting, planner)
    for row, version in ((answered, 2), (frozen, 1)):
        with pytest.raises(ValidationError):
            write.resolution_delete(user=planner, resolution=row, expected_version=version)
    assert set(Resolution.objects.values_list("number", flat=True)) == {"1", "3"}
    with pytest.raises(PermissionDenied):
        write.resolution_delete(user=reporter, resolution=frozen, expected_version=1)


def test_a_step_is_no_row_that_is_closed_but_its_history_is(resolution, reporter):
    """Samples go again, with their steps; the history keeps what was said."""
    assert not issubclass(ResolutionStep, InsertOnly)
    take(resolution, rules.ANSWER, reporter, "คำตอบ")
    history = Resolution.history.model
    assert history.objects.order_by("-history_id").first().details["steps"][0]["text"] == "คำตอบ"


# ------------------------------------------------------------------------------------- samples


def test_samples_come_marked_and_go_again(plan, today, settings):
    from nhrc_plan.setup import fixtures

    today(date(2026, 11, 30))
    count = fixtures.samples_load(date(2026, 11, 30)).resolutions
    assert count == Resolution.objects.count() == 6
    assert all(row.is_sample and row.meeting.is_sample for row in Resolution.objects.all())
    rows = plan_resolutions(plan, date(2026, 11, 30)).rows
    assert {row.state for row in rows} == {"open", "answered", "closed"}
    assert [row.postponed for row in rows if row.late] == [2, 0]
    assert fixtures.samples_load(date(2026, 11, 30)).resolutions == 0
    call_command("clear_sample", verbosity=0)
    assert not Resolution.objects.exists() and not ResolutionStep.objects.exists()
    assert Plan.objects.get(pk=plan.pk).meetings.count() == 0
    assert Resolution.history.filter(history_type="-").count() == 6


def test_samples_of_before_a_meeting_was_held_are_left_out(plan):
    from nhrc_plan.setup import fixtures

    assert fixtures.samples_load(date(2026, 10, 1)).resolutions == 2
    assert set(Resolution.objects.values_list("state", flat=True)) == {"answered", "open"}
