"""An import taken back: planned, looked at and confirmed like any other; once, and undoable itself."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from budgets.models import Disbursement
from integrity.measures.write import measure_year_begin
from integrity.models import MeasureYear, QuarterProgress
from kpis.models import Result
from kpis.write.results import result_approve
from nhrc_plan.exchange.models import Import
from nhrc_plan.exchange.rows import CHANGED, CONFLICT, GONE, REFUSED
from strategy import access as roles
from strategy.models import MonthLock, Unit
from strategy.records.write import record_save
from tests.support.exchange import (
    MEASURES,
    MONEY,
    PLAN,
    RESULTS,
    VALUE,
    WORDS,
    confirm,
    fetch,
    fill,
    outcomes,
    saved,
    send,
)
from tests.support.writing import (
    OWN,
    TODAY,
    differences,
    enter,
    entered,
    facts,
    figures,
    indicator_of,
    led_by,
    measure_of,
    signed_in,
    spend,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit(plan: Any, today: Any, read_here: Any) -> Unit:
    today(TODAY)
    for code in ("S3-1.1", "S3-1.2"):
        indicator_of(plan, code, OWN)
    source = MeasureYear.objects.get(agency=plan.agency, fiscal_year=2566)
    measure_year_begin(user=None, source=source, fiscal_year=2569)
    measure_of(2569, "2.2", OWN)
    return Unit.objects.get(name=OWN)


def taken_over(client: Any, unit: Unit) -> str:
    """A month that was there in part, changed and added to by a workbook; its address."""
    plan = unit.agency.plans.get(slug=PLAN)
    enter(indicator_of(plan, "S3-1.1"), 2569, 12, "70", narrative="เดิม")
    project = led_by(OWN)
    spend(project, 2569, 12, "50", reason="ตัวอย่าง")
    book = fetch(client, unit)
    fill(book, RESULTS, "S3-1.1", **{VALUE: 76, WORDS: "ใหม่", "เลขที่หนังสือ": "สม 1"})
    fill(book, RESULTS, "S3-1.2", **{VALUE: 95})
    fill(book, MONEY, f"{project.strategy.number}-{project.number}", **{
        "เบิกจ่าย_(บาท)": 60, "เหตุผล": "ตัวอย่าง"})  # fmt: skip
    fill(book, MEASURES, "2.2", **{"ความก้าวหน้า": "กำลังดำเนินการ", "ผลการดำเนินงาน": "จัดประชุม"})
    page = send(client, unit, saved(book))
    assert page.context["compared"].news == 4, outcomes(page)
    confirm(client, page)
    return str(page.redirect_chain[-1][0])


def undo(client: Any, address: str) -> Any:
    return client.post(address, {"_undo": "1"}, follow=True)


def test_what_an_import_wrote_goes_back_to_what_it_was_and_forth_again(planner, unit):
    client = signed_in(planner)
    address = taken_over(client, unit)
    stood = figures(entered().get(indicator__number="1.1", month=12))
    assert stood == ["76"]
    before = facts(without=("session", "log", "exchange"))
    page = undo(client, address)
    assert differences(before, facts(without=("session", "log", "exchange"))) == {}
    assert page.context["compared"].counts == {CHANGED: 2, GONE: 2}
    said = page.content.decode()
    assert "ใหม่" in said and "เดิม" in said
    done = confirm(client, page)
    result = entered().get()
    assert (figures(result), result.narrative, result.evidence.count()) == (["70"], "เดิม", 0)
    assert Disbursement.objects.get(month=12, fiscal_year=2569).disbursed == Decimal(50)
    assert not QuarterProgress.objects.filter(measure__issue__year__fiscal_year=2569).exists()
    first, second = Import.objects.order_by("pk")
    assert second.undoes == first and second.outcome == {CHANGED: 2, GONE: 2}
    # All of it is one act, named by the import that is taken back.
    last = result.history.latest("history_id")
    assert last.act == second.history.latest("history_id").act
    assert "กรอก.xlsx" in last.history_change_reason
    assert Result.history.filter(act=last.act, history_type="-").count() == 1

    # The first says so, and is not taken back twice.
    looked = client.get(address)
    assert not looked.context["may_undo"] and second.file_name in looked.content.decode()
    undo(client, address)
    assert Import.objects.count() == 2
    # The undo is an import, and undoable: what it took away comes again.
    again = undo(client, done.redirect_chain[-1][0])
    assert again.context["compared"].news == 4, outcomes(again)
    confirm(client, again)
    assert figures(entered().get(indicator__number="1.1")) == ["76"]
    assert entered().get(indicator__number="1.1").evidence.get().number == "สม 1"
    assert Disbursement.objects.get(month=12, fiscal_year=2569).disbursed == Decimal(60)
    assert QuarterProgress.objects.get(measure__issue__year__fiscal_year=2569).text == "จัดประชุม"


def test_what_was_changed_since_is_decided_and_what_is_closed_refused(planner, person, unit, plan):
    client = signed_in(planner)
    address = taken_over(client, unit)
    changed = entered().get(indicator__number="1.1")
    enter(changed.indicator, 2569, 12, "78", expected_version=changed.version)
    other = entered().get(indicator__number="1.2")
    boss = person("boss", roles.PLANNER)
    result_approve(user=boss, result=other, expected_version=other.version)
    page = undo(client, address)
    told = {row.outcome: row for row in page.context["compared"].shown if row.is_open}
    assert set(told) == {CONFLICT, REFUSED}
    assert "78" in told[CONFLICT].problems[0].text
    assert "เปิด" in told[REFUSED].problems[0].text
    where = page.redirect_chain[-1][0]
    kept = {f"row_{row.key}": "theirs" for row in told.values()}
    looked = client.post(where, {**kept, "_look": "1"})
    assert looked.context["compared"].may_apply
    # A preview that no longer holds is shown afresh, and nothing is written.
    spent = Disbursement.objects.get(month=12, fiscal_year=2569)
    spend(spent.project, 2569, 12, "61", reason="x", expected_version=spent.version)
    fresh = confirm(client, looked)
    assert [row.outcome for row in fresh.context["compared"].shown if row.is_open] == [CONFLICT]
    assert figures(entered().get(indicator__number="1.1")) == ["78"]
    # What the month's lock keeps is refused, each row by name.
    record_save(instance=MonthLock(agency=plan.agency, fiscal_year=2569, month=12), user=boss)
    page = undo(client, address)
    assert page.context["compared"].counts == {REFUSED: 4}
    assert all("ปิด" in row.problems[0].text for row in page.context["compared"].shown)
    assert not page.context["compared"].may_apply


def test_who_reports_takes_drafts_back_and_asks_a_planner_for_the_rest(reporter, unit):
    client = signed_in(reporter)
    book = fetch(client, unit)
    fill(book, RESULTS, "S3-1.2", **{VALUE: 95})
    page = send(client, unit, saved(book), how="draft")
    confirm(client, page)
    back = undo(client, page.redirect_chain[-1][0])
    assert back.context["compared"].counts == {GONE: 1}
    confirm(client, back)
    assert not entered().exists()

    page = send(client, unit, saved(book))
    confirm(client, page)
    back = undo(client, page.redirect_chain[-1][0])
    (row,) = back.context["compared"].shown
    assert row.outcome == REFUSED and "ผู้วางแผน" in row.problems[0].text
    confirm(client, back)
    assert entered().count() == 1


def test_imports_are_listed_with_what_became_of_them(reporter, outsider, person, unit):
    client = signed_in(reporter)
    address = taken_over(client, unit)
    page = client.get(reverse("imports", args=[PLAN]))
    kept = Import.objects.get()
    said = page.content.decode()
    assert all(text in said for text in (kept.file_name, kept.sha256, "reporter", "แก้ไข <b>2</b>"))
    rows = client.get(address)
    assert len(rows.context["compared"].shown) == 4 and "76" in rows.content.decode()
    only = client.get(f"{address}?only=new").context["compared"].shown
    assert {row.outcome for row in only} == {"new"}
    watcher = signed_in(person("watch", roles.AUDITOR))
    seen = watcher.get(address)
    log = reverse("history") + f"?act={kept.history.latest('history_id').act}"
    assert log in seen.content.decode() and not seen.context["may_undo"]
    assert watcher.get(log).context["shown"].count >= 5
    watcher.post(address, {"_undo": "1"})
    assert signed_in(outsider).post(address, {"_undo": "1"}).status_code == 404
    assert Import.objects.count() == 1
