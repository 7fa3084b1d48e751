"""A locked month: nothing is written to it, by whatever way (docs/domain.md, "A locked month")."""

import random
import threading
import time
from datetime import timedelta
from decimal import Decimal
from io import StringIO
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from budgets.models import Disbursement, Project
from budgets.write.carried import carried_payment_delete
from budgets.write.disbursements import disbursement_delete
from integrity.ita.scores import ScoreEntry
from integrity.ita.write import ScoreEntries
from integrity.measures.write import outcome_record, progress_delete
from integrity.models import ItaAssessment, ItaItem
from integrity.self_assessments.write import assessment_change, assessment_delete
from kpis.models import Result
from kpis.write.results import result_approve, result_discard, result_reopen
from nhrc_plan.meetings.models import MonthSummary
from strategy.approval.write import approve, give_back
from strategy.closing import guard
from strategy.closing.guard import MonthClosed
from strategy.models import Agency, MonthLock, Unit, Unlocking
from strategy.records import write as frame
from strategy.records.write import EntriesRefused, record_delete, record_save
from tests.support.assessing import answer, begun, own_agency
from tests.support.racing import ROUNDS, together
from tests.support.writing import (
    OTHER,
    OWN,
    TODAY,
    address,
    carry,
    differences,
    enter,
    facts,
    filled,
    indicator_of,
    led_by,
    measure_of,
    progress,
    signed_in,
    spend,
)


def lock(year, month, agency=None, user=None):
    agency = agency or own_agency()
    row = MonthLock(agency=agency, fiscal_year=year, month=month)
    return record_save(instance=row, user=user)


def unlock(locked, unit="", until=None):
    row = Unlocking(lock=locked, until=until, reason="แก้ตัวเลข")
    row.unit = Unit.objects.get(name=unit) if unit else None
    return record_save(instance=row, user=None)


# ------------------------------------------------------------------- what there is, and every way


@pytest.fixture
def world(plan, planner, today):
    """A figure of each kind, in the months that are locked later; all of the unit OWN."""
    today(TODAY)
    rate = indicator_of(plan, "S3-1.1", OWN)
    project = led_by(OWN)
    measure = measure_of(2566, "2.2", OWN)
    ita = ItaAssessment.objects.get(agency=own_agency(), fiscal_year=2564)
    assessment = begun(agency=own_agency())
    (level,) = answer(assessment, {"A 1.1": 1})
    return SimpleNamespace(
        plan=plan,
        planner=planner,
        rate=rate,
        project=project,
        measure=measure,
        ita=ita,
        item=ItaItem.objects.filter(
            indicator__instrument__assessment=ita, published__isnull=False
        ).earliest("pk"),
        assessment=assessment,
        answer=level,
        result=enter(rate, 2569, 6, "50"),
        draft=enter(rate, 2569, 9, "50", state="draft"),
        approved=enter(rate, 2569, 3, "50", state="approved"),
        money=spend(project, 2569, 6, 10),
        carried=carry(project, 5),
        quarter=progress(measure, 2),
        summary=record_save(
            instance=MonthSummary(plan=plan, fiscal_year=2569, month=6, text="สรุป"), user=None
        ),
    )


def scores(world, after="12.34"):
    key = f"Q{world.item.pk}"
    return ScoreEntries.record_many(
        user=world.planner,
        assessment=world.ita,
        expected_version=world.ita.version,
        entries=[ScoreEntry(key, world.item.published, Decimal(after))],
    )


def changed(row, user, **values):
    for name, value in values.items():
        setattr(row, name, value)
    return record_save(instance=row, user=user)


#: Every way in which a service writes to a month: (year, month), and the write.
WAYS = {
    "a new result": ((2569, 12), lambda w: enter(w.rate, 2569, 12, "51", user=w.planner)),
    "a new draft": ((2569, 12), lambda w: enter(w.rate, 2569, 12, "51", state="draft")),
    "a result corrected": (
        (2569, 6),
        lambda w: enter(w.rate, 2569, 6, "51", user=w.planner, expected_version=1),
    ),
    "a result approved": (
        (2569, 6),
        lambda w: result_approve(user=w.planner, result=w.result, expected_version=1),
    ),
    "a result reopened": (
        (2569, 3),
        lambda w: result_reopen(
            user=w.planner, result=w.approved, expected_version=1, reason="ตรวจอีกครั้ง"
        ),
    ),
    "a draft thrown away": (
        (2569, 9),
        lambda w: result_discard(user=w.planner, result=w.draft, expected_version=1),
    ),
    "money entered": ((2569, 7), lambda w: spend(w.project, 2569, 7, 11, user=w.planner)),
    "money corrected": (
        (2569, 6),
        lambda w: spend(w.project, 2569, 6, 11, user=w.planner, expected_version=1),
    ),
    "money deleted": (
        (2569, 6),
        lambda w: disbursement_delete(
            user=w.planner, disbursement=w.money, reason="บันทึกผิด", expected_version=1
        ),
    ),
    "money approved": (
        (2569, 6),
        lambda w: approve(user=w.planner, shown={w.money: 1}),
    ),
    "carried money returned": (
        (2569, 3),
        lambda w: give_back(user=w.planner, shown={w.carried: 1}, comment="ตรวจ"),
    ),
    "carried money corrected": (
        (2569, 3),
        lambda w: carry(w.project, 6, user=w.planner, expected_version=1),
    ),
    "carried money deleted": (
        (2569, 3),
        lambda w: carried_payment_delete(
            user=w.planner, payment=w.carried, reason="บันทึกผิด", expected_version=1
        ),
    ),
    "a quarter entered": ((2566, 9), lambda w: progress(w.measure, 3, user=w.planner)),
    "a quarter corrected": (
        (2566, 6),
        lambda w: progress(w.measure, 2, text="แก้", user=w.planner, expected_version=1),
    ),
    "a quarter deleted": (
        (2566, 6),
        lambda w: progress_delete(
            user=w.planner, progress=w.quarter, reason="บันทึกผิด", expected_version=1
        ),
    ),
    "what came of a measure": (
        (2566, 12),
        lambda w: outcome_record(
            user=w.planner, measure=w.measure, result="ผล", outcome="ผลลัพธ์", figures=[],
            expected_version=w.measure.version, today=TODAY,
            expected_figures={row.pk: row.version for row in w.measure.figures.all()},
        ),
    ),
    "ITA scores": ((2564, 12), scores),
    "an ITA score in its own form": (
        (2564, 12),
        lambda w: changed(w.item, w.planner, published=Decimal("1.25")),
    ),
    "an ITA question deleted": (
        (2564, 12),
        lambda w: record_delete(instance=w.item, user=w.planner),
    ),
    "an ITA year deleted": (
        (2564, 12),
        lambda w: record_delete(instance=w.ita.instruments.all()[0].indicators.all()[0],
                                user=w.planner),
    ),
    "an answer": (
        (2565, 12),
        lambda w: answer(w.assessment, {"A 1.1": 2}, user=w.planner),
    ),
    "an answer cleared": (
        (2565, 12),
        lambda w: answer(w.assessment, {"A 1.1": None}, user=w.planner),
    ),
    "an assessment's facts": (
        (2565, 12),
        lambda w: assessment_change(
            user=w.planner,
            assessment=changed_name(w.assessment),
            expected_version=w.assessment.version,
        ),
    ),
    "an assessment begun": (
        (2565, 12),
        lambda w: begun("กรมสอง", agency=own_agency(), user=w.planner),
    ),
    "an assessment deleted": (
        (2565, 12),
        lambda w: assessment_delete(
            user=w.planner, assessment=w.assessment, expected_version=w.assessment.version
        ),
    ),
    "a summary": ((2569, 6), lambda w: changed(w.summary, w.planner, text="อื่น")),
    "a summary moved to another month": (
        (2569, 6),
        lambda w: changed(w.summary, w.planner, month=7),
    ),
    "a summary moved here": (
        (2569, 7),
        lambda w: changed(w.summary, w.planner, month=7),
    ),
}  # fmt: skip


def reasons(refused):
    """What was refused: of many entries each, else the one."""
    return list(refused.errors.values()) if isinstance(refused, EntriesRefused) else [refused]


def changed_name(assessment):
    assessment.organisation = "กรมหนึ่งใหม่"
    return assessment


@pytest.mark.parametrize("way", WAYS)
def test_nothing_is_written_to_a_locked_month(way, world):
    """By each way once while the month is locked, and once while it is not: a control."""
    (year, month), write = WAYS[way]
    locked = lock(year, month, user=world.planner)
    before = facts()
    with pytest.raises(ValidationError) as refused:
        write(world)
    (closed,) = reasons(refused.value)
    assert guard.is_closed(closed), refused.value
    assert differences(before, facts()) == {}
    for name, row in vars(world).items():
        if hasattr(row, "refresh_from_db"):
            setattr(world, name, type(row)._base_manager.get(pk=row.pk))
    unlock(locked)
    write(world)
    assert differences(before, facts()) != {}


#: Of the ways those that are a unit's own, by the unit OWN.
OWN_WAYS = [
    "a new result", "a result corrected", "a result approved", "a draft thrown away",
    "money entered", "money deleted", "carried money corrected", "a quarter corrected",
    "what came of a measure",
]  # fmt: skip


@pytest.mark.parametrize("way", OWN_WAYS)
def test_a_month_opened_for_one_unit_is_open_for_that_unit_alone(way, world):
    (year, month), write = WAYS[way]
    locked = lock(year, month)
    unlock(locked, OTHER)
    with pytest.raises(MonthClosed if "approved" in way else ValidationError) as refused:
        write(world)
    assert guard.is_closed(reasons(refused.value)[0])
    for name, row in vars(world).items():
        if hasattr(row, "refresh_from_db"):
            setattr(world, name, type(row)._base_manager.get(pk=row.pk))
    unlock(locked, OWN)
    write(world)


def test_what_is_of_no_unit_is_opened_for_all_only(world):
    locked = lock(2564, 12)
    unlock(locked, OWN)
    with pytest.raises(MonthClosed):
        scores(world)
    unlock(locked)
    assert len(scores(world)) == 1


def test_after_its_moment_an_opening_is_over(world, monkeypatch):
    now = timezone.now()
    unlock(lock(2569, 12), until=now + timedelta(hours=1))
    moment = [now + timedelta(minutes=59)]
    monkeypatch.setattr(guard.clock, "now", lambda: moment[0])
    enter(world.rate, 2569, 12, "51")
    moment[0] = now + timedelta(hours=1)
    with pytest.raises(ValidationError) as refused:
        enter(world.rate, 2569, 12, "52", expected_version=1)
    assert guard.is_closed(refused.value)


def test_other_months_and_other_agencies_stay_open(world):
    lock(2569, 11)
    lock(2569, 12, Agency.objects.exclude(pk=own_agency().pk)[0])
    assert enter(world.rate, 2569, 12, "51").pk


def test_targets_rules_and_names_of_a_locked_month_stay_open(world):
    """They have dates of their own."""
    for year in (2564, 2565, 2566, 2569):
        lock(year, 12)
    changed(world.rate, world.planner, name="ชื่อใหม่")
    changed(world.measure, world.planner, text="ข้อความใหม่")
    changed(world.item, world.planner, text="คำถามใหม่")
    changed(world.ita, world.planner, notes="หมายเหตุ")
    assert type(world.item).objects.get(pk=world.item.pk).text == "คำถามใหม่"


def test_who_is_refused_reads_which_month_since_when_by_whom_and_what_to_do(world):
    lock(2569, 12, user=world.planner)
    with pytest.raises(ValidationError) as refused:
        enter(world.rate, 2569, 12, "51")
    assert set(refused.value.error_dict) == {"month"}
    (told,) = refused.value.messages
    for part in ("กันยายน 2569", "planner", OWN):
        assert part in told


def test_what_is_corrected_after_the_lock_says_so_in_the_history(world):
    unlock(lock(2569, 6), OWN)
    enter(world.rate, 2569, 6, "51", expected_version=1, reason="พบเอกสารเพิ่ม")
    enter(world.rate, 2569, 12, "51")
    marked = world.result.history.first().history_change_reason
    assert marked == f"พบเอกสารเพิ่ม ({guard.written_late()})"
    assert (
        Result.objects.get(month=12, indicator=world.rate).history.get().history_change_reason == ""
    )


# ---------------------------------------------------------------------------------- form, command


def test_a_form_of_a_locked_month_says_so_and_keeps_what_was_typed(world):
    client = signed_in(world.planner)
    lock(2569, 6)
    page = client.get(address(world.result, "change"))
    told = [str(message) for message in page.context["messages"]]
    assert any("มิถุนายน" in text or "มีนาคม 2569" in text for text in told), told
    measure = world.rate.measures.get()
    field = next(name for name in filled(page) if name.startswith("value_") or "measure" in name)
    answer_ = client.post(address(world.result, "change"), filled(page, **{field: "63"}))
    assert answer_.status_code == 200
    assert "63" in answer_.content.decode()
    assert measure.result_values.get(result=world.result).value == 50


#: Forms and screens, by what is opened in them: the month, and the field that is typed into.
FORMS = {
    "money": ((2569, 6), "-note"),
    "carried": ((2569, 3), "-note"),
    "quarter": ((2566, 6), "-text"),
    "assessment": ((2565, 12), "-remark"),
    "summary": ((2569, 6), "text"),
}


@pytest.mark.parametrize("name", FORMS)
def test_each_form_of_a_locked_month_warns_writes_nothing_and_keeps_what_was_typed(name, world):
    (year, month), field = FORMS[name]
    client, path = signed_in(world.planner), address(getattr(world, name), "change")
    page = client.get(path, follow=True)
    lock(year, month, user=world.planner)
    warned = client.get(path, follow=True)
    assert any("planner" in str(each) for each in warned.context["messages"])
    path = page.redirect_chain[-1][0] if page.redirect_chain else path
    # An assessment is of many criteria; the first answered is the one that stands.
    key = next(key for key in filled(page) if key.endswith(field))
    before = facts()
    answer_ = client.post(path, filled(page, **{key: "พิมพ์ไว้แล้ว"}))
    assert answer_.status_code == 200
    shown = answer_.content.decode()
    assert "พิมพ์ไว้แล้ว" in shown
    assert "planner" in shown
    assert differences(before, facts()) == {}


def test_the_screen_of_scores_of_a_locked_year_writes_nothing(world):
    client = signed_in(world.planner)
    path = f"/admin/integrity/itaassessment/{world.ita.pk}/scores/"
    page = client.get(path)
    lock(2564, 12, user=world.planner)
    before = facts()
    answer_ = client.post(path, filled(page, **{f"Q{world.item.pk}": "12.34"}))
    assert answer_.status_code == 200
    assert "12.34" in answer_.content.decode()
    assert differences(before, facts()) == {}


@pytest.mark.parametrize("path", ["approve", "reopen"])
def test_an_action_on_a_locked_month_is_refused_in_words(world, path):
    row = world.result if path == "approve" else world.approved
    lock(2569, row.month)
    answer_ = signed_in(world.planner).post(
        f"/admin/kpis/result/{row.pk}/{path}/", {"version": "1", "reason": "ตรวจ"}, follow=True
    )
    assert any("2569" in str(each) for each in answer_.context["messages"])
    assert Result.objects.get(pk=row.pk).version == 1


def test_a_command_does_not_load_into_a_locked_month(world, settings):
    settings.TRIAL = True
    lock(2568, 12)
    before = facts()
    with pytest.raises(CommandError) as refused:
        call_command("bootstrap", "--sample", stdout=StringIO())
    assert "2568" in str(refused.value)
    after = facts()
    months = {"kpis_result", "budgets_disbursement"}
    assert differences({name: before[name] for name in months}, after) == {}


# ------------------------------------------------------------------------------------------ races


CROWD = 16


def edits_after_the_lock(plan, pause=lambda: time.sleep(random.random() / 30)):
    """Fifteen write to a month while one locks it: how many did when the lock stood already."""
    month = Disbursement.objects.filter(fiscal_year=2568, month=11)
    projects = list(Project.objects.filter(strategy__plan=plan).order_by("pk")[: CROWD - 1])

    def locks():
        pause()
        lock(2568, 11)
        return month.count()

    def writes(project):
        pause()
        return spend(project, 2568, 11, 1, reason="ตัวอย่าง")

    found = together(*[lambda row=row: writes(row) for row in projects], locks)
    wrong = [each for each in found if isinstance(each, Exception)]
    assert all(guard.is_closed(each) for each in wrong), wrong
    after = month.count() - found[-1]
    month.delete()
    MonthLock.objects.all().delete()
    return after


@pytest.mark.django_db(transaction=True)
def test_no_edit_comes_after_the_lock(plan):
    assert [edits_after_the_lock(plan) for _round in range(ROUNDS)] == [0] * ROUNDS


@pytest.mark.django_db(transaction=True)
def test_control_without_the_guard_edits_come_after_the_lock(plan, monkeypatch):
    monkeypatch.setattr(frame, "refuse_closed", lambda *rows, **more: None)
    monkeypatch.setattr(guard, "refusals", lambda rows: {})
    assert sum(edits_after_the_lock(plan) for _round in range(ROUNDS)) > 0


@pytest.fixture
def paused(monkeypatch):
    """Somebody has been let through by the guard and is about to save: hurry() lets them go on."""
    through, go_on = threading.Event(), threading.Event()
    asked = frame.refuse_closed

    def waits(rows, **more):
        rows = list(rows)
        asked(rows, **more)
        if any(isinstance(row, Disbursement) for row in rows):
            through.set()
            go_on.wait(timeout=2)

    monkeypatch.setattr(frame, "refuse_closed", waits)
    return through


def lock_beside(plan, through):
    """Whether what was let through was saved by the time the lock stood."""
    project = Project.objects.filter(strategy__plan=plan).earliest("pk")

    def locks():
        through.wait(timeout=20)
        lock(2568, 11)
        return Disbursement.objects.filter(fiscal_year=2568, month=11).count()

    saved, seen = together(lambda: spend(project, 2568, 11, 1, reason="ตัวอย่าง"), locks)
    assert isinstance(saved, Disbursement), saved
    return seen == 1


@pytest.mark.django_db(transaction=True)
def test_who_locks_waits_for_those_who_were_let_through(plan, paused):
    assert lock_beside(plan, paused)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite lets one write at a time anyway")
def test_control_who_does_not_wait_misses_what_is_saved_then(plan, paused, monkeypatch):
    monkeypatch.setattr(guard, "hold", lambda: None)
    assert not lock_beside(plan, paused)
