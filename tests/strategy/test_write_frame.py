"""The one way to write (strategy/records/entries.py), by every subject that uses it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal as D

import pytest
from django.core.exceptions import PermissionDenied

from budgets.models import Disbursement, Project
from budgets.write.disbursements import DisbursementEntries, DisbursementEntry
from integrity.measures.write import ProgressEntries, ProgressEntry
from integrity.models import ItaMeasure, QuarterProgress
from kpis.models import Indicator, Result
from kpis.rules.entry import Value
from kpis.write.results import ResultEntries, ResultEntry
from strategy.records import entries as frame
from strategy.records.write import EntriesRefused, StaleVersion
from tests.support.writing import REMEDY, differences, facts

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 27)


def two_results(plan):
    found = Indicator.objects.filter(strategy__plan=plan, accrual="rate", measures__kind="percent")
    one, other = found.order_by("pk")[:2]
    return [
        ResultEntry(row, 2569, 6, {row.measures.get().pk: Value(D(50))}, narrative="a", **REMEDY)
        for row in (one, other)
    ]


def two_disbursements(plan):
    projects = Project.objects.filter(strategy__plan=plan).order_by("pk")[:2]
    return [DisbursementEntry(row, 2569, 6, D(1), D(0), "a", "because") for row in projects]


def two_quarters(plan):
    measures = ItaMeasure.objects.filter(issue__year__fiscal_year=2566)
    rows = measures.select_related("issue__year").order_by("pk")[:2]
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
