"""A locked month: nothing is written to it, by whatever way (docs/domain.md, "A locked month")."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from io import StringIO
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.utils import timezone

from budgets.models import CarriedPayment, Disbursement
from budgets.write.carried import carried_payment_delete
from budgets.write.disbursements import disbursement_delete
from integrity.ita.scores import ScoreEntry
from integrity.ita.write import ScoreEntries
from integrity.measures.write import outcome_record, progress_delete
from integrity.models import Answer, ItaAssessment, ItaItem, QuarterProgress, SelfAssessment
from integrity.self_assessments.write import assessment_change, assessment_delete
from kpis.models import Result
from kpis.write.results import ResultEntries, result_approve, result_discard, result_reopen
from nhrc_plan.meetings.models import MonthSummary
from strategy.closing import guard
from strategy.closing.guard import MonthClosed
from strategy.models import Agency, MonthLock, Unit, Unlocking
from strategy.records import write as frame
from strategy.records.write import EntriesRefused, record_delete, record_save
from tests.support.assessing import answer, begun, own_agency
from tests.support.racing import together
from tests.support.writing import (
    OTHER,
    OWN,
    TODAY,
    address,
    carry,
    differences,
    enter,
    entry_of,
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
    row = Unlocking(
        lock=locked, unit=Unit.objects.get(name=unit) if unit else None, until=until, reason="แก้ตัวเลข"
    )
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
            user=w.planner, assessment=changed_name(w.assessment), expected_version=1
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
    assert guard.is_closed(refused.value), refused.value
    assert "ผู้วางแผน" in str(refused.value) or "planner" in str(refused.value)
    assert differences(before, facts()) == {}
    for name, row in vars(world).items():
        if hasattr(row, "refresh_from_db"):
            setattr(world, name, type(row)._base_manager.get(pk=row.pk))
    unlock(locked)
    write(world)
    assert differences(before, facts()) != {}
