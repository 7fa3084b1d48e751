"""The one way to write (strategy/records/entries.py), by every subject that uses it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal as D

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from budgets.models import Disbursement, Project
from budgets.write.disbursements import DisbursementEntries, DisbursementEntry
from integrity.measures.write import ProgressEntries, ProgressEntry
from integrity.models import ItaMeasure, QuarterProgress
from kpis.models import Indicator, Result
from kpis.rules.entry import Value
from kpis.write.results import ResultEntries, ResultEntry
from strategy.evidence.entry import EvidenceEntry
from strategy.records import entries as frame
from strategy.records.model import history_row
from strategy.records.write import EntriesRefused, StaleVersion
from tests.support.writing import REMEDY, differences, facts

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 27)


def two_results(plan, count=2):
    found = Indicator.objects.filter(strategy__plan=plan, accrual="rate", measures__kind="percent")
    letter = EvidenceEntry(number="ยธ 0401/395", dated=date(2026, 3, 1))
    return [
        ResultEntry(
            row, 2569, 6, {row.measures.get().pk: Value(D("50.10"))}, narrative="a",
            evidence=[letter], **REMEDY,
        )
        for row in found.order_by("pk")[:count]
    ]  # fmt: skip


def two_disbursements(plan, count=2):
    projects = Project.objects.filter(strategy__plan=plan).order_by("pk")[:count]
    return [DisbursementEntry(row, 2569, 6, D(1), D(0), "a", "because") for row in projects]


def two_quarters(plan, count=2):
    measures = ItaMeasure.objects.filter(issue__year__fiscal_year=2566)
    rows = measures.select_related("issue__year").order_by("pk")[:count]
    return [ProgressEntry(row, 1, "in_progress", text="a") for row in rows]


def in_2569():
    """The published results of the scorecard are of another year."""
    return Result.objects.filter(fiscal_year=2569)


#: (what writes, two entries, the rows, an entry that is refused and the field, a field to change)
SUBJECTS = {
    "results": (ResultEntries, two_results, in_2569, {"month": 13}, "month", "narrative"),
    "money": (
        DisbursementEntries,
        two_disbursements,
        Disbursement.objects.all,
        {"month": 13},
        "month",
        "note",
    ),
    "measures": (
        ProgressEntries,
        two_quarters,
        QuarterProgress.objects.all,
        {"quarter": 5},
        "quarter",
        "text",
    ),
}
subject = pytest.mark.parametrize("name", SUBJECTS)


@subject
def test_many_are_written_with_one_history_row_each(plan, planner, name):
    writes, two, stored, *_rest = SUBJECTS[name]
    entries = two(plan)
    assert writes.problems(entries, TODAY) == {}
    rows = writes.record_many(user=planner, entries=entries, today=TODAY, reason="why")
    assert set(rows) == set(stored()) and len(rows) == 2
    history = [entry for row in rows for entry in row.history.all()]
    told = [(entry.history_change_reason, entry.history_user_id) for entry in history]
    assert told == [("why", planner.pk)] * 2


def told(stored):
    """What the history says, row by row, without keys and moments; and how many acts it was."""
    rows = sorted(
        (row for each in stored() for row in each.history.all()), key=lambda row: row.history_id
    )
    apart = {"id", "history_id", "history_date", "act"}
    names = [field.attname for field in type(rows[0])._meta.concrete_fields]
    said = [{name: getattr(row, name) for name in names if name not in apart} for row in rows]
    return said, len({row.act for row in rows})


@subject
def test_many_leave_the_history_that_each_by_itself_leaves(plan, planner, name):
    """Field by field: what stood, its parts and state, who and why; new rows and changed ones."""
    writes, two, stored, _wrong, _field, changed = SUBJECTS[name]
    entries = two(plan, 3)
    about = {"user": planner, "today": TODAY, "reason": "why"}

    def again(rows):
        return [
            replace(entry, **{changed: "b", "expected_version": row.version})
            for entry, row in zip(entries, rows, strict=True)
        ]

    with transaction.atomic():
        rows = [writes.record(entry=entry, **about) for entry in entries]
        for entry in again(rows):
            writes.record(entry=entry, **about)
        one_by_one, acts = told(stored)
        transaction.set_rollback(True)
    assert (len(one_by_one), acts) == (6, 6) and one_by_one[-1][changed] == "b"
    rows = writes.record_many(entries=entries, **about)
    rows = writes.record_many(entries=again(rows), **about)
    assert told(stored) == (one_by_one, 2)
    # And what the database copied is what a row says of itself, as when it is deleted.
    for row in stored():
        last = row.history.order_by("history_id").last()
        own = history_row(row, "~")
        for field in type(own).tracked_fields:
            assert getattr(last, field.attname) == getattr(own, field.attname), field.name
        assert last.details == json.loads(json.dumps(own.details)), name


@subject
def test_queries_grow_with_batches_and_not_with_rows(plan, planner, name):
    writes, two, *_rest = SUBJECTS[name]
    counts = []
    for count in (2, 2, 6):  # at first it is read who the person is
        entries = two(plan, count)
        with transaction.atomic(), CaptureQueriesContext(connection) as captured:
            writes.record_many(user=planner, entries=entries, today=TODAY)
            transaction.set_rollback(True)
        counts.append(len(captured))
    assert counts[1] == counts[2], counts


@subject
def test_one_that_is_refused_stops_them_all_and_is_named(plan, planner, name):
    writes, two, _stored, wrong, field, _changed = SUBJECTS[name]
    first, second = two(plan)
    entries = [first, replace(second, **wrong)]
    before = facts()
    assert set(writes.problems(entries, TODAY)) == {1}
    with pytest.raises(EntriesRefused) as refused:
        writes.record_many(user=planner, entries=entries, today=TODAY)
    assert set(refused.value.errors[1].error_dict) == {field}
    assert set(refused.value.errors) == {1}
    assert differences(before, facts()) == {}


@subject
def test_the_same_row_twice_is_refused_beside_the_second(plan, planner, name):
    writes, two, *_rest = SUBJECTS[name]
    entry = two(plan)[0]
    with pytest.raises(EntriesRefused) as refused:
        writes.record_many(user=planner, entries=[entry, entry], today=TODAY)
    assert set(refused.value.errors) == {1}


@subject
def test_who_may_not_write_one_of_them_writes_none(plan, executive, name):
    writes, two, stored, *_rest = SUBJECTS[name]
    with pytest.raises(PermissionDenied):
        writes.record_many(user=executive, entries=two(plan), today=TODAY)
    assert not stored().exists()


def second_save(plan, planner, name):
    """One row is saved; then two editors who read it both save a text of their own."""
    writes, two, stored, _wrong, _field, changed = SUBJECTS[name]
    entry = two(plan)[0]
    version = writes.record(user=planner, entry=entry, today=TODAY).version
    for text in ("first", "second"):
        later = replace(entry, **{changed: text, "expected_version": version})
        writes.record(user=planner, entry=later, today=TODAY)
    return getattr(stored().get(), changed)


@subject
def test_who_saves_second_is_told(plan, planner, name):
    with pytest.raises(StaleVersion):
        second_save(plan, planner, name)
    assert getattr(SUBJECTS[name][2]().get(), SUBJECTS[name][5]) == "first"


@subject
def test_control_without_claim_and_look_the_first_is_lost(plan, planner, name, monkeypatch):
    """NEGATIVE CONTROL."""
    monkeypatch.setattr(frame, "claim", lambda rows, versions: None)
    monkeypatch.setattr(frame, "refuse_stale", lambda *read: None)
    assert second_save(plan, planner, name) == "second"


@subject
def test_what_was_read_and_is_gone_does_not_come_back(plan, planner, name):
    writes, two, stored, *_rest = SUBJECTS[name]
    entry = replace(two(plan)[0], expected_version=1)
    with pytest.raises(StaleVersion):
        writes.record(user=planner, entry=entry, today=TODAY)
    assert not stored().exists()


@subject
def test_problems_write_nothing(plan, name):
    writes, two, *_rest = SUBJECTS[name]
    before = facts()
    writes.problems(two(plan), TODAY)
    assert differences(before, facts()) == {}
