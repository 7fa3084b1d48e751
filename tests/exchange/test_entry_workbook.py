"""A workbook to fill in: fetched, filled in, sent, looked at, taken over once or not at all."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from budgets.models import Disbursement
from integrity.measures.write import measure_year_begin
from integrity.models import MeasureYear, QuarterProgress
from nhrc_plan.exchange import write as services
from nhrc_plan.exchange.models import Import, ImportCheck, ImportFile
from nhrc_plan.exchange.rows import ASKED, CHANGED, CONFLICT, NEW, REFUSED
from nhrc_plan.exchange.write import Overtaken, import_apply
from strategy import access as roles
from strategy.models import MonthLock, Unit
from strategy.records import entries
from strategy.records.write import StaleVersion, record_save
from tests.support.exchange import (
    AT,
    MEASURES,
    MONEY,
    PLAN,
    RESULTS,
    VALUE,
    WORDS,
    confirm,
    entry_address,
    fetch,
    fill,
    heads,
    outcomes,
    saved,
    send,
)
from tests.support.racing import blind_claim, split, together
from tests.support.writing import (
    OTHER,
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

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("read_here")]


@pytest.fixture
def unit(plan: Any, today: Any) -> Unit:
    """A unit with an indicator and a project."""
    today(TODAY)
    indicator_of(plan, "S3-1.1", OWN)
    return Unit.objects.get(name=OWN)


@pytest.fixture
def client(reporter: Any, unit: Unit) -> Any:
    return signed_in(reporter)


# ------------------------------------------------------------------------------ there and back


def test_a_workbook_that_was_not_filled_in_changes_nothing(client, unit):
    enter(indicator_of(unit.agency.plans.get(slug=PLAN), "S3-1.1"), 2569, 12, "50")
    spend(led_by(OWN), 2569, 12, "50", reason="ตัวอย่าง")
    page = send(client, unit, saved(fetch(client, unit)))
    compared = page.context["compared"]
    assert compared.shown == [] and not compared.may_apply
    assert compared.counts["unchanged"] >= 2
    assert "ไม่มีข้อมูลใดที่ต่าง" in page.content.decode() or compared.news == 0


def test_figures_of_each_kind_come_in_by_one_press_in_one_act(client, unit, plan):
    book = fetch(client, unit)
    assert book.sheetnames == ["วิธีกรอก", RESULTS, MONEY]
    fill(book, RESULTS, "S3-1.1", **{VALUE: "๗๖.๕", WORDS: "ดำเนินการแล้ว", "เลขที่หนังสือ": "สม 1/2569",
                                     "ลงวันที่": "๕/๑๐/๒๕๖๙"})  # fmt: skip
    project = led_by(OWN)
    fill(book, MONEY, f"{project.strategy.number}-{project.number}", **{
        "เบิกจ่าย_(บาท)": 1_000.5, "ก่อหนี้ผูกพัน": "๒,๐๐๐", "เหตุผล": "ตัวอย่าง"})  # fmt: skip
    before = facts()
    page = send(client, unit, saved(book))
    assert {name.split("_")[0] for name in differences(before, facts())} == {"exchange"}
    assert set(outcomes(page).values()) == {NEW}
    done = confirm(client, page, change_reason="ส่งตามกำหนด")
    assert "บันทึกแล้ว 2 แถว" in done.content.decode()
    result = entered().get(fiscal_year=2569, month=12)
    assert (result.state, figures(result), result.narrative) == (
        "submitted", ["76.5"], "ดำเนินการแล้ว",
    )  # fmt: skip
    letter = result.evidence.get()
    assert (letter.kind, letter.number, letter.dated) == ("letter", "สม 1/2569", date(2026, 10, 5))
    spent = Disbursement.objects.get(project=project, fiscal_year=2569, month=12)
    assert (spent.disbursed, spent.committed) == (Decimal("1000.50"), Decimal(2000))
    kept = Import.objects.get()
    rows = [result.history.get(), spent.history.get(), kept.history.latest("history_id")]
    assert {row.history_change_reason for row in rows[:2]} == {"ส่งตามกำหนด"}
    assert len({row.act for row in rows}) == 1 and rows[0].act
    assert (kept.state, kept.outcome["new"]) == ("applied", 2)
    assert bytes(kept.file.content) == saved(book) or kept.sha256


def test_a_quarter_comes_with_the_last_month_of_it(client, unit):
    source = MeasureYear.objects.get(agency=unit.agency, fiscal_year=2566)
    measure_year_begin(user=None, source=source, fiscal_year=2569)
    measure_of(2569, "2.2", OWN)
    assert MEASURES not in fetch(client, unit, "?year=2569&month=11").sheetnames
    book = fetch(client, unit)
    fill(book, MEASURES, "2.2", **{"ความก้าวหน้า": "กำลังดำเนินการ", "ผลการดำเนินงาน": "จัดประชุม",
                                   "เลขที่หนังสือ": "สม 2"})  # fmt: skip
    confirm(client, send(client, unit, saved(book)))
    row = QuarterProgress.objects.get(quarter=4, measure__issue__year__fiscal_year=2569)
    assert (row.state, row.text, row.evidence.get().number) == ("in_progress", "จัดประชุม", "สม 2")
    # What stands is kept where another letter comes.
    book = fetch(client, unit)
    fill(book, MEASURES, "2.2", **{"เลขที่หนังสือ": "สม 3"})
    confirm(client, send(client, unit, saved(book)))
    assert [piece.number for piece in row.evidence.order_by("position")] == ["สม 2", "สม 3"]


def test_a_letter_joins_the_evidence_there_is(client, unit, plan):
    book = fetch(client, unit)
    fill(book, RESULTS, "S3-1.1", **{VALUE: 76, "เลขที่หนังสือ": "สม 1"})
    confirm(client, send(client, unit, saved(book)))
    book = fetch(client, unit)
    fill(book, RESULTS, "S3-1.1", **{"เลขที่หนังสือ": "สม 2"})
    confirm(client, send(client, unit, saved(book)))
    result = entered().get()
    assert [piece.number for piece in result.evidence.order_by("position")] == ["สม 1", "สม 2"]
    fill(book, RESULTS, "S3-1.1", **{"ลงวันที่": "5/10/2569", "เลขที่หนังสือ": None})
    page = send(client, unit, saved(book))
    assert "กรอกเลขที่หนังสือของวันที่นั้น" in page.content.decode()


def test_drafts_are_kept_where_that_is_asked(client, unit):
    book = fetch(client, unit)
    fill(book, RESULTS, "S3-1.1", **{VALUE: 10})
    page = send(client, unit, saved(book), how="draft")
    confirm(client, page)
    assert entered().get().state == "draft"
    page = send(client, unit, saved(fetch(client, unit)), how="submit")
    assert outcomes(page) == {"S3-1.1": REFUSED}
    assert "ปัญหา" in page.content.decode()


def test_all_that_is_mine_comes_in_one_workbook(person, plan, unit, today):
    indicator_of(plan, "S1-2.1", OTHER)
    both = signed_in(person("both", roles.REPORTER, OWN, OTHER))
    book = load_workbook(BytesIO(both.get(reverse("entry_book", args=[PLAN]) + AT).content))
    _top, columns = heads(book[RESULTS])
    codes = {cell.value for cell in book[RESULTS]["B"]}
    assert {"S3-1.1", "S1-2.1"} <= codes
    fill(book, RESULTS, "S1-2.1", **{VALUE: 1, "ปัญหา": "ก", "แนวทาง": "ข"})
    fill(book, RESULTS, "S3-1.1", **{VALUE: 75})
    file = SimpleUploadedFile("a.xlsx", saved(book))
    address = reverse("entry", args=[PLAN]) + AT
    page = both.post(address, {"workbook": file, "how": "draft"}, follow=True)
    assert set(outcomes(page).values()) == {NEW}
    confirm(both, page)
    assert entered().count() == 2


# ------------------------------------------------------------------ conflicts, slips, bad rows


def test_what_somebody_else_changed_is_shown_and_decided(client, unit, plan, planner):
    indicator = indicator_of(plan, "S3-1.1")
    first = enter(indicator, 2569, 12, "70")
    book = fetch(client, unit)
    fill(book, RESULTS, "S3-1.1", **{VALUE: 72})
    enter(indicator, 2569, 12, "74", user=planner, expected_version=first.version)
    page = send(client, unit, saved(book))
    assert outcomes(page) == {"S3-1.1": CONFLICT}
    said = page.content.decode()
    assert "planner" in said and "74" in said and "72" in said
    refused = confirm(client, page)
    assert figures(entered().get()) == ["74"] and refused.context["compared"].waits == 1

    (row,) = page.context["compared"].shown
    left = client.post(page.redirect_chain[-1][0], {f"row_{row.key}": "theirs"})
    assert left.context["compared"].news == 0
    looked = client.post(page.redirect_chain[-1][0], {f"row_{row.key}": row.posts("mine")})
    assert [each.outcome for each in looked.context["compared"].shown] == [CHANGED]
    (change,) = looked.context["compared"].shown[0].differences
    assert (change.before, change.after) == ("74", "72")
    confirm(client, looked, **{f"row_{row.key}": row.posts("mine")})
    assert figures(entered().get()) == ["72"]


def test_a_row_that_was_not_touched_follows_what_others_changed(client, unit, plan, planner):
    indicator = indicator_of(plan, "S3-1.1")
    first = enter(indicator, 2569, 12, "70")
    book = fetch(client, unit)
    enter(indicator, 2569, 12, "74", user=planner, expected_version=first.version)
    page = send(client, unit, saved(book))
    assert page.context["compared"].shown == []
    assert figures(entered().get()) == ["74"]


def test_a_figure_that_looks_like_a_slip_is_asked_about(client, unit, plan):
    enter(indicator_of(plan, "S3-1.1"), 2569, 11, "70")
    book = fetch(client, unit)
    fill(book, RESULTS, "S3-1.1", **{VALUE: 7, "ปัญหา": "ก", "แนวทาง": "ข"})
    page = send(client, unit, saved(book))
    assert outcomes(page) == {"S3-1.1": ASKED}
    (row,) = page.context["compared"].shown
    looked = client.post(page.redirect_chain[-1][0], {f"row_{row.key}": row.posts("right")})
    assert looked.context["compared"].may_apply
    confirm(client, looked, **{f"row_{row.key}": row.posts("right")})
    result = entered().get(month=12)
    assert figures(result) == ["7"] and result.slips


def test_one_bad_row_keeps_all_from_being_written_and_is_named(client, unit, plan):
    indicator_of(plan, "S3-1.2", OWN)
    book = fetch(client, unit)
    fill(book, RESULTS, "S3-1.1", **{VALUE: 76})
    fill(book, RESULTS, "S3-1.2", **{VALUE: "เก้าสิบ"})
    before = facts(without=("session", "log", "exchange"))
    page = send(client, unit, saved(book))
    assert outcomes(page) == {"S3-1.1": NEW, "S3-1.2": REFUSED}
    top, columns = heads(book[RESULTS])
    # What is to be looked at comes first.
    (problem,) = page.context["compared"].shown[0].problems
    assert problem.cell == f"I{top + 2}" and problem.read == "เก้าสิบ"
    confirm(client, page)
    assert differences(before, facts(without=("session", "log", "exchange"))) == {}


def test_a_locked_month_is_refused_in_each_row(client, unit, plan, planner):
    book = fetch(client, unit)
    record_save(instance=MonthLock(agency=plan.agency, fiscal_year=2569, month=12), user=planner)
    fill(book, RESULTS, "S3-1.1", **{VALUE: 76})
    page = send(client, unit, saved(book))
    assert outcomes(page) == {"S3-1.1": REFUSED}
    assert "ปิด" in page.content.decode()
    assert not entered().exists()


def test_rows_of_others_twice_or_without_a_code_are_named(client, unit, plan):
    foreign = indicator_of(plan, "S1-2.1", OTHER)
    book = fetch(client, unit)
    page = book[RESULTS]
    top, columns = heads(page)
    own = [cell.value for cell in page[top + 1]]
    for number, code in enumerate((f"i{foreign.pk}-1", own[0], None), start=2):
        for place, value in enumerate(own, start=1):
            page.cell(top + number, place).value = value
        page.cell(top + number, 1).value = code
        page.cell(top + number, columns[VALUE]).value = 5
    found = send(client, unit, saved(book)).context["compared"]
    refused = [row for row in found.rows if row.outcome == REFUSED]
    assert [row.number for row in refused] == [top + 2, top + 3, top + 4]
    assert not found.may_apply
    assert "ซ้ำกับแถวที่" in refused[1].problems[0].text


CELLS = [
    # What is typed into a percentage, and the figure, or a word of the refusal.
    (76, "76"), (76.5, "76.5"), ("76.5", "76.5"), ("๗๖", "76"), ("75%", "75"), (" 76 ", "76"),
    ("76\u200b", "76"), (76.123456, "ทศนิยม"), ("1_0", "ไม่ใช่ตัวเลข"), ("nan", "ไม่ใช่ตัวเลข"),
    ("1e2", "ไม่ใช่ตัวเลข"), ("เจ็ด", "ไม่ใช่ตัวเลข"), ("=1+1", "สูตร"), ("#N/A", "#N/A"), (True, "ตัวเลข"),
    (date(2026, 1, 5), "5/1/2569"), ("(76)", "ไม่ใช่ตัวเลข"), ("-", "ไม่ใช่ตัวเลข"),
    ("7\u200b6", "ไม่ใช่ตัวเลข"), (-5, "ติดลบ"), (1e300, "ไม่ใช่ตัวเลข"),
]  # fmt: skip


@pytest.mark.same
@pytest.mark.parametrize(("typed", "told"), CELLS)
def test_what_a_cell_may_hold(client, unit, typed, told):
    book = fetch(client, unit)
    fill(book, RESULTS, "S3-1.1", **{VALUE: typed, "ปัญหา": "ก", "แนวทาง": "ข"})
    page = send(client, unit, saved(book))
    (row,) = page.context["compared"].shown
    if row.outcome == REFUSED:
        assert any(told in problem.text or told in problem.read for problem in row.problems)
        assert not told.replace(".", "").isdigit()
    else:
        confirm(client, page)
        assert figures(entered().get()) == [told]


def test_a_percent_cell_is_read_as_it_is_shown(client, unit):
    book = fetch(client, unit)
    fill(book, RESULTS, "S3-1.1", **{VALUE: 0.765})
    top, columns = heads(book[RESULTS])
    book[RESULTS].cell(top + 1, columns[VALUE]).number_format = "0.0%"
    confirm(client, send(client, unit, saved(book)))
    assert figures(entered().get()) == ["76.5"]


@pytest.mark.same
@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("5/10/2569", date(2026, 10, 5)), ("๕ ต.ค. ๒๕๖๙", date(2026, 10, 5)),
        (date(2026, 10, 5), date(2026, 10, 5)), (date(2569, 10, 5), date(2026, 10, 5)),
        ("5/10/2026", None), ("2569-13-40", None), (46_300, None),
    ],
)  # fmt: skip
def test_days_in_the_ways_that_people_write_them(client, unit, typed, day):
    book = fetch(client, unit)
    fill(book, RESULTS, "S3-1.1", **{VALUE: 76, "เลขที่หนังสือ": "สม 1", "ลงวันที่": typed})
    page = send(client, unit, saved(book))
    if day is None:
        assert outcomes(page) == {"S3-1.1": REFUSED}
    else:
        confirm(client, page)
        assert entered().get().evidence.get().dated == day


@pytest.mark.same
@pytest.mark.parametrize("what", ["version", "head", "sheets", "text", "empty", "half"])
def test_a_workbook_that_was_taken_apart_is_refused_with_a_sentence(client, unit, what):
    book = fetch(client, unit)
    fill(book, RESULTS, "S3-1.1", **{VALUE: 76})
    page = book[RESULTS]
    top, columns = heads(page)
    if what == "version":
        page.cell(top + 1, max(columns.values())).value = "x"
    elif what == "head":
        page.cell(top, columns[VALUE]).value = "อื่น"
    elif what == "sheets":
        for sheet in book.worksheets:
            sheet.title = f"ก{sheet.title}"
    content = saved(book)
    content = {"text": b"a,b", "empty": b"", "half": content[:500]}.get(what, content)
    before = facts(without=("session", "log", "exchange"))
    answer = send(client, unit, content)
    assert answer.status_code == 200
    if what in ("version", "head"):
        assert not answer.context["compared"].may_apply
        assert any(row.problems for row in answer.context["compared"].rows)
    else:
        assert answer.context["form"].errors["workbook"]
        assert not Import.objects.exists()
    assert differences(before, facts(without=("session", "log", "exchange"))) == {}


def test_text_that_could_run_stays_text(client, unit):
    for text in ("=1+1", "+1", "@SUM(A1)", "<script>alert(1)</script>"):
        book = fetch(client, unit)
        page = book[RESULTS]
        top, columns = heads(page)
        cell = page.cell(top + 1, columns[WORDS])
        cell.value = text
        cell.data_type = "s"
        page.cell(top + 1, columns[VALUE]).value = 76
        answer = send(client, unit, saved(book))
        assert "<script>alert(1)" not in answer.content.decode()
        confirm(client, answer)
        assert entered().get().narrative == text
        again = fetch(client, unit)[RESULTS].cell(top + 1, columns[WORDS])
        assert (again.value, again.data_type) == (text, "s")


# ----------------------------------------------------------------------------- once, and whose


def test_confirmed_twice_it_is_taken_over_once(client, unit):
    book = fetch(client, unit)
    fill(book, RESULTS, "S3-1.1", **{VALUE: 76})
    page = send(client, unit, saved(book))
    confirm(client, page)
    again = confirm(client, page)
    assert "บันทึกแล้ว" in again.content.decode()
    assert entered().get().history.count() == 1


def test_a_preview_that_no_longer_holds_is_shown_afresh(client, unit, plan, planner):
    book = fetch(client, unit)
    fill(book, RESULTS, "S3-1.1", **{VALUE: 76})
    page = send(client, unit, saved(book))
    enter(indicator_of(plan, "S3-1.1"), 2569, 12, "74", user=planner)
    answer = confirm(client, page)
    assert "เปลี่ยนไปหลังจากที่ท่านตรวจ" in answer.content.decode()
    assert [row.outcome for row in answer.context["compared"].shown] == [CONFLICT]
    assert figures(entered().get()) == ["74"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("guarded", [True, False])
def test_of_two_who_confirm_at_once_one_does(client, unit, reporter, monkeypatch, guarded):
    """Negative control: without claims and versions, each of them takes it over."""
    first = enter(indicator_of(unit.agency.plans.get(slug=PLAN), "S3-1.1"), 2569, 12, "70")
    book = fetch(client, unit)
    fill(book, RESULTS, "S3-1.1", **{VALUE: 76})
    send(client, unit, saved(book))
    kept, check = Import.objects.get(), ImportCheck.objects.get()
    if not guarded:
        for module in (services, entries):
            monkeypatch.setattr(module, "claim", lambda rows, old, *a, **k: blind_claim(rows, old))
        monkeypatch.setattr(entries, "refuse_stale", lambda *a: None)

    def take() -> None:
        import_apply(
            user=reporter, row=Import.objects.get(pk=kept.pk), expected_version=kept.version,
            check=check, today=TODAY,
        )  # fmt: skip

    if guarded:
        found = together(*[take] * 4)
        assert split(found, (StaleVersion, Overtaken)) == (1, 3)
    else:
        take()
        take()
    assert (first.history.count() == 2) is guarded
    assert (Import.objects.get().history.count() == 2) is guarded


def test_another_units_workbook_and_import_are_not_there(client, unit, person, outsider, plan):
    other = Unit.objects.get(name=OTHER)
    assert client.get(entry_address(other)).status_code == 404
    assert client.get(reverse("unit_entry_book", args=[PLAN, other.pk])).status_code == 404
    book = fetch(client, unit)
    fill(book, RESULTS, "S3-1.1", **{VALUE: 76})
    page = send(client, unit, saved(book))
    kept = Import.objects.get()
    addresses = [reverse(name, args=[PLAN, kept.pk]) for name in ("one_import", "import_file")]
    stranger = signed_in(outsider)
    for address in addresses:
        assert stranger.get(address).status_code == 404
    assert stranger.post(addresses[0], {"_confirm": "1"}).status_code == 404
    assert [row for row, _address in stranger.get(
        reverse("imports", args=[PLAN])).context["imports"]] == []  # fmt: skip
    watcher = signed_in(person("watch", roles.AUDITOR))
    assert watcher.get(addresses[1]).status_code == 200
    assert watcher.get(reverse("imports", args=[PLAN])).context["imports"]
    assert page.context["compared"].may_apply


@pytest.mark.same
@pytest.mark.parametrize("role", ["", roles.EXECUTIVE, roles.AUDITOR, roles.ADMINISTRATOR])
def test_who_enters_nothing_has_no_workbook(person, unit, role):
    somebody = signed_in(person("somebody", role))
    assert somebody.get(entry_address(unit)).status_code == 404
    assert somebody.get(reverse("entry", args=[PLAN])).status_code == 404


def test_the_file_is_handed_back_as_it_was_sent(client, unit):
    content = saved(fetch(client, unit))
    send(client, unit, content)
    answer = client.get(reverse("import_file", args=[PLAN, Import.objects.get().pk]))
    assert answer.content == content
    assert "attachment" in answer["Content-Disposition"]
    with pytest.raises(Exception, match="closed to change"):
        ImportFile.objects.update(content=b"")


def test_as_many_queries_for_many_rows_as_for_few(client, unit, plan):
    counts = []
    for codes in ((), ("S3-1.2", "S3-3.1", "S2-1.1", "S4-1.1")):
        for code in codes:
            indicator_of(plan, code, OWN)
        content = saved(fetch(client, unit))
        with CaptureQueriesContext(connection) as captured:
            send(client, unit, content)
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 60
