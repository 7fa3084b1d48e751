"""The report's first part: three lines, decisions, true changes with their why, money."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal as D
from html import unescape
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from budgets.models import Disbursement, Project
from budgets.write.disbursements import DisbursementEntries, DisbursementEntry
from kpis.models import Result
from kpis.write.results import ResultEntries, result_return
from kpis.write.targets import TargetEntry
from nhrc_plan.meetings import changes
from nhrc_plan.meetings.change_lines import RESOLUTION
from nhrc_plan.meetings.minute import asks as asking
from nhrc_plan.meetings.minute.asks import Ask
from nhrc_plan.meetings.models import Meeting
from nhrc_plan.meetings.read import BoardReport, board_report
from nhrc_plan.meetings.write import meeting_freeze
from strategy.calendar import FiscalMonth
from strategy.closing.write import month_lock
from strategy.models import Plan
from strategy.records.model import acting
from strategy.records.write import record_save
from tests.support.pages import HERE, enter, indicator_of, retarget, samples
from tests.support.writing import entry_of

pytestmark = [pytest.mark.django_db, pytest.mark.same]

#: The middle of December 2569: November, the second month of 2570, has been reported.
DAY = date(2026, 12, 15)
SEPTEMBER, OCTOBER, NOVEMBER = FiscalMonth(2569, 12), FiscalMonth(2570, 1), FiscalMonth(2570, 2)
MONTHS = (SEPTEMBER, OCTOBER, NOVEMBER)


@pytest.fixture
def full(plan: Plan, today: Callable[[date], date]) -> Plan:
    today(DAY)
    return samples(plan, DAY)


@pytest.fixture
def reader(client: Any, executive: Any, today: Callable[[date], date]) -> Any:
    today(DAY)
    client.force_login(executive)
    return client


def asked(at: FiscalMonth) -> str:
    return f"?year={at.year}&month={at.month}"


def words(html: str) -> str:
    """What a reader sees of a page, with single spaces."""
    text = re.sub(r"<[^>]+>", " ", html)
    return re.sub(r"\s+([;,])", r"\1", " ".join(unescape(text).split()))


def page(reader: Any, at: FiscalMonth, path: str = "/board/") -> str:
    return words(reader.get(f"{HERE}{path}{asked(at)}").content.decode())


def data(reader: Any, at: FiscalMonth, path: str = "/board.json") -> Any:
    return reader.get(f"{HERE}{path}{asked(at)}").json()


def first_part(reader: Any, at: FiscalMonth) -> str:
    """What stands above "more"."""
    html = reader.get(f"{HERE}/board/{asked(at)}").content.decode()
    return words(html[html.index('class="panel minute"') : html.index('id="more"')])


def report(plan: Plan, at: FiscalMonth) -> BoardReport:
    plan.refresh_from_db()
    return board_report(plan, at, DAY)


def test_the_three_lines_are_the_same_on_page_data_and_pack(full, reader):
    for at in MONTHS:
        lines = report(full, at).minute.lines
        told = data(reader, at)["minute"]["text"]
        assert [told["on_track"], told["turned"], told["asked"]] == [line.answer for line in lines]
        shown = first_part(reader, at)
        places = [shown.index(f"{line.question} {line.answer}") for line in lines]
        assert places == sorted(places)
        response = reader.get(f"{HERE}/board.xlsx{asked(at)}")
        cover = load_workbook(BytesIO(response.content)).worksheets[0]
        rows = {row[0]: row[1] for row in cover.iter_rows(values_only=True) if row[0]}
        assert [rows[line.question] for line in lines] == [line.answer for line in lines]


def test_a_frozen_meeting_keeps_its_lines(full, reader, planner):
    meeting = Meeting(
        plan=full, number="1/2570", held_on=DAY, fiscal_year=OCTOBER.year, month=OCTOBER.month
    )
    record_save(instance=meeting, user=planner)
    lines = report(full, OCTOBER).minute.lines
    meeting_freeze(user=planner, meeting=meeting, expected_version=meeting.version, reason="ด่วน")
    Result.objects.filter(fiscal_year=2570, month=1).update(state="draft")
    assert report(full, OCTOBER).minute.lines != lines
    shown = words(reader.get(f"{HERE}/meetings/{meeting.pk}/").content.decode())
    for line in lines:
        assert f"{line.question} {line.answer}" in shown


def test_the_lines_say_how_the_sample_stands(full):
    first, second, third = report(full, SEPTEMBER).minute.lines
    assert first.figure == "ร้อยละ 94.16" and "16 จาก 17" in first.text
    assert second.figure == "แย่ลง 2, ดีขึ้น 1"
    assert second.text.startswith("เทียบกับเดือนสิงหาคม 2569: S2-1.2 จากเสี่ยงเป็นวิกฤต")
    assert third.figure == "5 เรื่อง"
    first, second, _third = report(full, OCTOBER).minute.lines
    assert first.figure == "3 จาก 17" and "ปี 2569 ปิดที่ร้อยละ 94.16" in first.text
    # A rate goes on over the turn of the year.
    assert "S3-1.1 จาก 76 เป็น 75 (ใกล้เป้าหมาย)" in second.text
    first, second, _third = report(full, NOVEMBER).minute.lines
    assert (first.figure, second.figure) == ("3 จาก 17", "ดีขึ้น 1")


def test_the_first_part_is_words_without_dashes(full, reader):
    for at in MONTHS:
        shown = first_part(reader, at).replace(full.name, "")
        assert "–" not in shown and "None" not in shown, at


def test_an_empty_plan_has_its_lines(plan, reader):
    lines = report(plan, OCTOBER).minute.lines
    assert [line.figure for line in lines[:2]] == ["0 จาก 17", "0"]
    shown = first_part(reader, OCTOBER)
    assert "ไม่มีตัวชี้วัดที่เสี่ยงหรือวิกฤต" in shown
    assert reader.get("/plans/rlpd-hr-2563/board/?year=2563&month=12").status_code == 200


def test_decisions_stand_with_cause_and_remedy_on_page_and_in_the_pack(full, reader):
    shown = first_part(reader, SEPTEMBER)
    [row] = [
        row for row in report(full, SEPTEMBER).standing.rows if row.current.status == "critical"
    ]
    assert row.code == "S2-1.2"
    for text in (row.name, row.current.problems, row.current.next_steps):
        assert text and text in shown
    response = reader.get(f"{HERE}/board.xlsx{asked(SEPTEMBER)}")
    sheet = load_workbook(BytesIO(response.content))["เรื่องที่ต้องตัดสินใจ"]
    [line] = [line for line in sheet.iter_rows(values_only=True) if line[0] == "S2-1.2"]
    assert line[8:] == ("วิกฤต", row.current.problems, row.current.next_steps)


def test_a_unit_that_said_nothing_is_told_so(plan, reader):
    enter(plan, "S3-1.1", 2570, 1, "20")
    shown = first_part(reader, OCTOBER)
    assert "หน่วยงานยังไม่ได้ระบุสาเหตุ" in shown and "หน่วยงานยังไม่ได้ระบุแนวทางแก้ไข" in shown


def test_what_is_asked_is_counted_from_the_rows(full, planner, reader):
    found = {ask.ask: ask.count for ask in report(full, SEPTEMBER).minute.asks}
    assert found == {"decide": 1, "settle": 2, "approve": 18, "urge": 3, "close": 12}
    found = {ask.ask: ask.count for ask in report(full, OCTOBER).minute.asks}
    assert found == {"settle": 3, "approve": 3, "urge": 2, "finish": 18, "close": 1}
    month_lock(user=planner, agency=full.agency, at=OCTOBER)
    assert "close" not in {ask.ask for ask in report(full, OCTOBER).minute.asks}
    assert data(reader, OCTOBER)["open_months"] == []
    # Every ask leads to a part of the page.
    html = reader.get(f"{HERE}/board/{asked(NOVEMBER)}").content.decode()
    for ask in report(full, NOVEMBER).minute.asks:
        assert f'id="{ask.place}"' in html and f'href="#{ask.place}"' in html


def test_another_ask_joins_by_one_function_more(full, reader, monkeypatch):
    more = Ask("decide", 2, "ติดตามมติที่ค้าง 2 เรื่อง", "decisions")
    monkeypatch.setattr(asking, "ASKS", (*asking.ASKS, lambda report: more))
    assert report(full, SEPTEMBER).minute.asked.figure == "6 เรื่อง"
    assert more.text in first_part(reader, SEPTEMBER)


# ------------------------------------------------------------------- what the last year has left


def test_what_the_last_year_has_left_stands_until_it_is_closed(full, planner, reader):
    for path, twin in (("/board/", "/board.json"), ("/", ".json")):
        shown = page(reader, OCTOBER, path)
        assert "งานค้างของปีงบประมาณ 2569" in shown
        assert "ยังไม่เคยรายงานผลปิดปี S4-2.1" in shown and "ปิดปีด้วยสถานะวิกฤต S2-1.2" in shown
        left = data(reader, OCTOBER, twin)["last_year"]
        assert (left["year"], left["never_reported"], left["closed_critical"]) == (
            2569,
            ["S4-2.1"],
            ["S2-1.2"],
        )
        assert len(left["not_approved"]) == 18
    month_lock(user=planner, agency=full.agency, at=SEPTEMBER)
    for path, twin in (("/board/", "/board.json"), ("/", ".json")):
        assert "งานค้างของปีงบประมาณ" not in page(reader, OCTOBER, path)
        assert data(reader, OCTOBER, twin)["last_year"] is None


def test_a_year_that_is_done_has_nothing_left(plan, reader):
    """Approved, reported, none critical; and the plan's first year has none before it."""
    for row in report(plan, OCTOBER).standing.rows:
        assert row.cells[3].figure is None
    left = data(reader, OCTOBER)["last_year"]
    assert left is not None and left["closed_critical"] == left["not_approved"] == []
    assert data(reader, FiscalMonth(2566, 1))["last_year"] is None


# ---------------------------------------------------------------------------------- true changes


def change(plan: Plan, at: FiscalMonth, code: str) -> Any:
    [line] = [line for line in report(plan, at).changes.lines if line.code == code]
    return line


def on(day: date) -> Any:
    """Everything written inside is recorded as of noon, UTC, of a day."""
    moment = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    return acting(user=None, reason="", when=lambda row: moment)


#: October was to be reported by 10 November 2569 (2026), November by 10 December.
IN_TIME, AFTER, LATER = date(2026, 11, 9), date(2026, 11, 20), date(2026, 12, 9)


def test_a_fall_is_told_though_its_status_stays(plan, reader):
    with on(IN_TIME):
        enter(plan, "S3-1.1", 2570, 1, "90")
    with on(LATER):
        enter(plan, "S3-1.1", 2570, 2, "85", problems="เรื่องซับซ้อนขึ้น")
    line = change(plan, NOVEMBER, "S3-1.1")
    assert (line.change, line.note) == ("worse", "แย่ลง: เรื่องซับซ้อนขึ้น")
    assert "90 (ต.ค. 2569) → 85 (พ.ย. 2569)" in first_part(reader, NOVEMBER)


def test_mere_new_figures_and_late_ones_are_folded(plan, reader):
    with on(IN_TIME):
        enter(plan, "S3-1.1", 2570, 1, "85")
    with on(AFTER):
        enter(plan, "S3-2.1", 2570, 1, "95")
    with on(LATER):
        enter(plan, "S3-1.1", 2570, 2, "90")
    assert change(plan, NOVEMBER, "S3-1.1").change == "new"
    assert change(plan, NOVEMBER, "S3-2.1").change == "late"
    shown, whole = first_part(reader, NOVEMBER), page(reader, NOVEMBER)
    for figure in ("90 (พ.ย. 2569)", "95 (ต.ค. 2569)"):
        assert figure not in shown and figure in whole


def test_a_restated_figure_is_told_with_its_reason(plan, reader):
    with on(IN_TIME):
        result = enter(plan, "S3-1.1", 2570, 1, "90", state="submitted")
    with on(AFTER):
        entry = entry_of(result.indicator, 2570, 1, "88", expected_version=result.version)
        ResultEntries.record(user=None, entry=entry, today=DAY, reason="นับซ้ำ")
    line = change(plan, NOVEMBER, "S3-1.1")
    assert line.change == "restated"
    assert "แก้ผลของเดือน ต.ค. 2569 จาก 90 เป็น 88 (นับซ้ำ)" in line.note
    # It is told as well where a figure of the month has come since.
    with on(LATER):
        enter(plan, "S3-1.1", 2570, 2, "91")
    line = change(plan, NOVEMBER, "S3-1.1")
    assert (line.change, line.after) == ("restated", "91 (พ.ย. 2569)")
    assert "จาก 90 เป็น 88 (นับซ้ำ)" in line.note and line.note in first_part(reader, NOVEMBER)
    assert "แก้ไขผลย้อนหลัง 1 รายการ" in report(plan, NOVEMBER).minute.turned.text


def test_without_the_history_a_restated_figure_would_go_unseen(plan, monkeypatch):
    """Negative control."""
    with on(IN_TIME):
        result = enter(plan, "S3-1.1", 2570, 1, "90", state="submitted")
    with on(AFTER):
        enter(plan, "S3-1.1", 2570, 1, "88", expected_version=result.version, state="submitted")
    with on(LATER):
        enter(plan, "S3-1.1", 2570, 2, "91")
    monkeypatch.setattr(changes, "corrected_since", lambda *args: {})
    assert change(plan, NOVEMBER, "S3-1.1").change == "new"


def test_a_figure_taken_back_is_told(plan, planner):
    with on(IN_TIME):
        result = enter(plan, "S3-1.1", 2570, 1, "90", state="submitted")
    with on(AFTER):
        result_return(
            user=planner, result=result, expected_version=result.version, comment="ไม่มีหลักฐาน"
        )
    line = change(plan, NOVEMBER, "S3-1.1")
    assert (line.change, line.after) == ("restated", "ยังไม่มีผล")
    assert "ถอนผลของเดือน ต.ค. 2569" in line.note


def test_money_restated_is_told_with_its_reason(plan):
    project = Project.objects.get(strategy__plan=plan, strategy__number=1, number=1)

    def spend(amount: str, version: int | None = None, reason: str = "") -> Disbursement:
        entry = DisbursementEntry(
            project, 2570, 1, D(amount), D(0), expected_version=version, reason=reason
        )
        return DisbursementEntries.record(user=None, entry=entry, today=DAY)

    with on(IN_TIME):
        row = spend("900000")
    with on(AFTER):
        spend("800000", row.version, "ยอดซ้ำ")
    [line] = [line for line in report(plan, NOVEMBER).changes.lines if line.code == "1-1"]
    assert (line.before, line.after) == ("900,000.00 (ต.ค. 2569)", "800,000.00 (ต.ค. 2569)")
    [told] = report(plan, NOVEMBER).changes.projects
    assert told.corrected is not None and told.corrected.why == "ยอดซ้ำ"


def test_a_revised_target_gives_the_reason_of_what_turned(plan, planner):
    with on(IN_TIME):
        enter(plan, "S3-1.1", 2570, 1, "80")
    measure = indicator_of(plan, "S3-1.1").measures.get()
    entry = TargetEntry(kind="numeric", values={measure.pk: (D(90), None, None, None)})
    with on(AFTER):
        retarget(planner, plan, "S3-1.1", 2570, entry)
    lines = {line.change: line for line in report(plan, NOVEMBER).changes.told}
    assert lines["target"].note == "ปรับตามมติ"
    assert lines["worse"].note == "แย่ลง: ปรับค่าเป้าหมาย: ปรับตามมติ"


def test_what_is_told_comes_worst_first(full):
    told = [line for line in report(full, SEPTEMBER).changes.told if line.change != RESOLUTION]
    assert [line.code for line in told] == ["S2-1.2", "S1-2.1", "S4-1.3", "1-3"]
    assert [line.change for line in told] == ["worse", "worse", "better", "better"]
    assert all(line.note.partition(": ")[2] for line in told)
