"""A transfer leaves its trace where a budget is read, also after it has been deleted."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

import pytest

from budgets.models import BudgetTransfer, ProjectBudget
from budgets.read.project import amounts_history
from strategy.records.write import record_delete, record_save
from tests.support.money import move, project_of
from tests.support.writing import TODAY, address, signed_in

pytestmark = pytest.mark.django_db

NUMBER = "ที่ ตัวอย่าง/1"


@pytest.fixture
def transferred(plan, today):
    """A transfer that was entered, corrected and taken away; its budget."""
    today(TODAY)
    transfer = move(plan, "3-1", "-200000.50", date(2026, 1, 15))
    transfer.amount = D("-200000")
    record_save(instance=transfer, user=None, reason="ผิดไปห้าสิบสตางค์")
    record_delete(instance=transfer, user=None, reason="ยกเลิกหนังสือ")
    return ProjectBudget.objects.get(project=project_of(plan, "3-1"), fiscal_year=2569)


def test_entry_change_and_deletion_are_told_with_document_amount_and_reason(transferred):
    deleted, changed, entered = amounts_history(id=transferred.pk)[:3]
    assert [entry.kind for entry in (deleted, changed, entered)] == ["-", "~", "+"]
    assert all(NUMBER in entry.title and "2569" in entry.title for entry in (deleted, changed))
    told = {change.after for change in entered.changes}
    assert {NUMBER, "-200,000.50", "15 ม.ค. 2569", "ตัวอย่าง"} <= told
    [amount] = changed.changes
    assert (amount.before, amount.after) == ("-200,000.50", "-200,000")
    assert (changed.reason, deleted.reason) == ("ผิดไปห้าสิบสตางค์", "ยกเลิกหนังสือ")
    assert {change.before for change in deleted.changes} >= {NUMBER, "-200,000"}


def test_transfers_and_amounts_stand_among_each_other_newest_first(plan, transferred):
    transferred.approved_amount = D("900000.50")
    record_save(instance=transferred, user=None, reason="อนุมัติ")
    move(plan, "3-1", "100", date(2026, 2, 1))
    found = amounts_history(project_id=transferred.project_id)
    assert [entry.reason for entry in found[1:4]] == ["อนุมัติ", "ยกเลิกหนังสือ", "ผิดไปห้าสิบสตางค์"]
    assert [entry.when for entry in found] == sorted((e.when for e in found), reverse=True)
    assert "900,000.50" in {change.after for change in found[1].changes}


def test_a_transfer_of_a_year_that_was_deleted_is_still_told(plan, transferred):
    move(plan, "3-1", "100", date(2026, 2, 1))
    record_delete(instance=transferred, user=None, reason="ปีนี้ไม่มีแล้ว")
    found = amounts_history(project_id=transferred.project_id)
    assert [entry.kind for entry in found if NUMBER in entry.title] == ["-", "+", "-", "~", "+"]
    assert not BudgetTransfer.objects.exists()


def test_another_projects_transfers_are_not_among_them(plan, transferred):
    other = ProjectBudget.objects.get(project=project_of(plan, "1-2"), fiscal_year=2569)
    for condition in ({"id": other.pk}, {"project_id": other.project_id}):
        assert not [entry for entry in amounts_history(**condition) if NUMBER in entry.title]


def test_page_and_admin_tell_it(plan, transferred, planner):
    client = signed_in(planner)
    page = client.get(f"/plans/{plan.slug}/budgets/3-1/?year=2569&month=6").content.decode()
    own = client.get(address(transferred, "history")).content.decode()
    for html in (page, own):
        for text in (NUMBER, "-200,000.50", "ผิดไปห้าสิบสตางค์", "ยกเลิกหนังสือ", "โอน"):
            assert text in html, text


def test_it_takes_two_queries_whatever_the_number(plan, transferred, django_assert_max_num_queries):
    for condition in ({"id": transferred.pk}, {"project_id": transferred.project_id}):
        with django_assert_max_num_queries(2):
            few = len(amounts_history(**condition))
        for day in range(1, 9):
            move(plan, "3-1", "100", date(2026, 3, day))
        with django_assert_max_num_queries(2):
            assert len(amounts_history(**condition)) == few + 8
    assert len(amounts_history(limit=5, id=transferred.pk)) == 5
