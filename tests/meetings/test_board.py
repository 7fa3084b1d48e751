"""The board's page, its data and its workbook: one month, one truth; and the summary kept with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal as D
from html import unescape
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from benchmarks.data import make_plan, make_projects
from kpis.pages.workbook import monthly_sheets
from kpis.read.report import month_report
from nhrc_plan.meetings import workbook
from nhrc_plan.meetings.models import MonthSummary
from nhrc_plan.meetings.read import board_report
from strategy.calendar import FiscalMonth
from strategy.models import Plan, Strategy
from strategy.records.history import history_of
from strategy.records.write import record_save
from strategy.standing.words import STATUS_LABELS
from tests.support.pages import HERE, samples
from tests.support.workbooks import printed_letters, printed_pages
from tests.support.writing import filled

pytestmark = [pytest.mark.django_db, pytest.mark.same]

DAY = date(2025, 5, 12)
AT = "?year=2568&month=7"


@pytest.fixture
def full(plan: Plan) -> Plan:
    """The samples, money included."""
    samples(plan, DAY)
    return plan


@pytest.fixture
def reader(client: Any, executive: Any, today: Callable[[date], date]) -> Any:
    today(DAY)
    client.force_login(executive)
    return client


def data(reader: Any, path: str = "/board.json") -> dict[str, Any]:
    return reader.get(f"{HERE}{path}{AT}").json()


def pack(reader: Any) -> Any:
    response = reader.get(f"{HERE}/board.xlsx{AT}")
    assert response.status_code == 200
    return load_workbook(BytesIO(response.content))


def rows(sheet: Any) -> list[tuple[Any, ...]]:
    return [tuple(cell.value for cell in row) for row in sheet.iter_rows()]


def shown(value: str | None) -> D | None:
    """A figure of the data as the workbook holds it; baht become million baht."""
    return None if value is None else D(value)


def close(cell: Any, value: str | None, scale: int = 1) -> bool:
    if value is None or cell is None:
        return value is None and cell is None
    return abs(D(str(cell)) - D(value) / scale) < D("0.0000001")


def test_the_sheets_stand_in_the_order_of_the_meeting(full, reader):
    book = pack(reader)
    assert book.sheetnames == [
        "หน้าแรก", "สรุป", "สิ่งที่เปลี่ยนไป", "ตัวชี้วัด", "ห้าปี", "รายงานผลและหลักฐาน", "รายโครงการ",
        "งบประมาณรายปี", "หมายเหตุ",
    ]  # fmt: skip
    contents = rows(book["หน้าแรก"])[-1][0]
    for place, name in enumerate(book.sheetnames[1:], start=2):
        assert f"{place} {name}" in contents


def test_strategies_equal_the_page(full, reader):
    found = data(reader)
    lines = rows(pack(reader)["สรุป"])
    for part in found["strategies"]:
        name, money = f"{part['number']} {part['name']}", part["money"]
        _counts, spent, row = (line for line in lines if line[0] == name)
        assert close(spent[1], money["allocated"], 1_000_000)
        assert close(spent[4], money["disbursed"], 1_000_000)
        assert row[1] == f"{part['reported']}/{part['with_target']}"
        assert close(row[2], part["mean_of_expected"])
        assert close(row[5], money["disbursed_percent"])
        assert close(row[6], money["used_percent"])
        assert close(row[7], money["expected_percent"])
        assert row[8] == f"{money['reported']}/{money['with_allocation']}"
        assert row[9] == str(STATUS_LABELS[money["status"]])
        assert row[11] == part["text"]["corner"]


def test_projects_equal_the_page_and_the_budgets(full, reader):
    found = {row["code"]: row for row in data(reader)["projects"]}
    budgets = {
        row["code"]: row
        for part in data(reader, "/budgets.json")["strategies"]
        for row in part["projects"]
    }
    assert found == budgets
    sheet = {row[0]: row for row in rows(pack(reader)["รายโครงการ"]) if row[0] in found}
    assert len(sheet) == 17
    for code, project in found.items():
        row = sheet[code]
        marks = " (ยังไม่อนุมัติ)" if project["approved"] is False else ""
        assert row[1] == project["name"] + marks + (" (ตัวอย่าง)" if project["sample"] else "")
        assert row[2] == project["leads"][0]
        for column, name in ((3, "plan_amount"), (4, "allocated"), (5, "disbursed"),
                             (6, "committed")):  # fmt: skip
            assert close(row[column], project[name], 1_000_000), (code, name)
        for column, name in ((7, "disbursed_percent"), (8, "used_percent"),
                             (9, "expected_percent")):  # fmt: skip
            assert close(row[column], project[name]), (code, name)
        assert row[11] == str(STATUS_LABELS[project["status"]])


def test_the_plans_amounts_come_to_what_it_prints(full, reader):
    head, *body = [row for row in rows(pack(reader)["งบประมาณรายปี"]) if row[2] is not None]
    total = body[-1]
    assert [round(D(str(total[column])), 2) for column in (2, 4, 6, 8, 10, 12)] == [
        D("44.75"), D("38.75"), D("40.00"), D("34.00"), D("43.00"), D("200.50"),
    ]  # fmt: skip


def test_what_changed_equals_the_page(full, reader):
    lines = data(reader)["changes"]["text"]["lines"]
    sheet = rows(pack(reader)["สิ่งที่เปลี่ยนไป"])
    body = [row for row in sheet if row[1] and row[1] != "รหัส"]
    assert lines
    assert [row[:2] for row in body] == [(line["kind"], line["code"]) for line in lines]
    assert [row[4] for row in body] == [line["after"] for line in lines]


def test_computed_cells_say_formula_and_source(full, reader):
    book = pack(reader)
    for title in ("สรุป", "ตัวชี้วัด", "รายโครงการ"):
        notes = [c.comment.text for r in book[title].iter_rows() for c in r if c.comment]
        assert len(notes) >= 3, title
    sheet = book["ตัวชี้วัด"]
    worked = {
        row[0].value: row[6].comment.text for row in sheet.iter_rows(min_row=6) if row[6].comment
    }
    reported = [row for row in data(reader)["indicators"] if row["achievement"] is not None]
    assert worked.keys() == {row["code"] for row in reported}
    for row in reported:
        assert row["achievement"] in worked[row["code"]]


def test_native_charts_show_their_axes(full, reader):
    book = pack(reader)
    charts = {sheet.title: sheet._charts for sheet in book.worksheets if sheet._charts}
    assert {title: len(found) for title, found in charts.items()} == {"หน้าแรก": 2}
    for found in charts.values():
        for chart in found:
            assert not chart.x_axis.delete and not chart.y_axis.delete
            assert chart.grouping == "stacked"
            # The first row on top, bars from the left, figures beneath them.
            sides = (chart.x_axis.scaling.orientation, chart.y_axis.scaling.orientation)
            assert (sides, chart.y_axis.crosses) == (("maxMin", "minMax"), "max")
            assert chart.y_axis.majorGridlines is None


def test_every_sheet_prints_on_a4_one_page_wide(full, reader):
    for sheet in pack(reader).worksheets:
        setup = sheet.page_setup
        assert (setup.paperSize, setup.orientation) == ("9", "landscape") or (
            int(setup.paperSize), setup.orientation) == (9, "landscape")  # fmt: skip
        assert printed_letters(sheet) >= 9.9, sheet.title
        assert "หน้า &P จาก &N" in (sheet.oddFooter.right.text or "")
    assert printed_pages(pack(reader)["หน้าแรก"]) == (1, 1)


@pytest.mark.parametrize("which", ["a-strategy-without-projects", "no-projects", "no-strategies"])
def test_a_plan_that_is_not_filled_yet_has_its_pack(plan, reader, planner, which):
    """As the next plan, and a strategy that was just added."""
    slug = plan.slug
    if which == "a-strategy-without-projects":
        record_save(instance=Strategy(plan=plan, number=5, name="ยุทธศาสตร์ใหม่"), user=planner)
    else:
        slug = "next"
        begun = Plan(agency=plan.agency, slug=slug, name="แผนถัดไป", first_year=2566, last_year=2567)
        record_save(instance=begun, user=planner)
        if which == "no-projects":
            record_save(instance=Strategy(plan=begun, number=1, name="ว่าง"), user=planner)
    query = "?year=2566&month=12"
    for place in ("", "board/", "budgets/", "budgets/units/", "value/", "strategies/1/"):
        for end in ("", ".json"):
            address = f"/plans/{slug}/{place}".rstrip("/") + (end or "/") + query
            expected = 404 if which == "no-strategies" and "strategies" in place else 200
            assert reader.get(address).status_code == expected, address
    book = load_workbook(BytesIO(reader.get(f"/plans/{slug}/board.xlsx{query}").content))
    name = {"a-strategy-without-projects": "ยุทธศาสตร์ใหม่", "no-projects": "ว่าง"}.get(which, "ทั้งแผน")
    [line] = [row for row in rows(book["งบประมาณรายปี"]) if row[1] == name]
    assert set(line[2:]) == {0, None}


def test_the_draft_tells_the_figures(full, reader):
    found = data(reader)
    assert found["summary_kept"] is False
    text = found["text"]["summary"]
    for figure in (
        "เมษายน 2568",
        f"{found['with_target']} ตัว",
        f"{found['reported']} ตัว",
        found["mean_of_expected"],
        found["money"]["disbursed_percent"],
        "10 เม.ย. 2568",
    ):
        assert figure in text, figure
    page = unescape(reader.get(f"{HERE}/board/{AT}").content.decode())
    assert all(f"<p>{part}</p>" in page for part in text.split("\n\n"))


def test_a_kept_summary_takes_the_drafts_place_everywhere(full, reader, planner, client):
    plan = full
    record_save(
        instance=MonthSummary(
            plan=plan, fiscal_year=2568, month=7, text="สรุปที่ผู้วางแผนเขียน\nบรรทัดที่สอง"
        ),
        user=planner,
        reason="",
    )
    found = data(reader)
    assert (found["text"]["summary"], found["summary_kept"]) == (
        "สรุปที่ผู้วางแผนเขียน\nบรรทัดที่สอง",
        True,
    )
    assert "สรุปที่ผู้วางแผนเขียน" in reader.get(f"{HERE}/board/{AT}").content.decode()
    texts = [row[0] for row in rows(pack(reader)["สรุป"])]
    assert "สรุปที่ผู้วางแผนเขียน" in texts and "บรรทัดที่สอง" in texts
    # Another month has its own.
    other = reader.get(f"{HERE}/board.json?year=2568&month=6").json()
    assert other["summary_kept"] is False


def test_planners_start_from_the_draft_and_keep_what_they_wrote(full, client, planner, today):
    today(DAY)
    client.force_login(planner)
    page = client.get(f"{HERE}/board/{AT}").content.decode()
    address = reverse("admin:board_monthsummary_add")
    assert f"{address}?plan=nhrc-2566-2570&amp;year=2568&amp;month=7" in page
    form = client.get(f"{address}?plan=nhrc-2566-2570&year=2568&month=7")
    draft = board_report(full, FiscalMonth(2568, 7), DAY).draft
    typed = filled(form)
    assert typed["text"].replace("\r\n", "\n") == draft
    saved = client.post(address, {**typed, "text": "ข้อความของเรา"})
    assert saved.status_code == 302
    kept = MonthSummary.objects.get()
    assert (kept.text, kept.unit_id) == ("ข้อความของเรา", planner.memberships.get().unit_id)
    assert history_of(MonthSummary, id=kept.pk)[0].who == planner.get_username()
    assert (
        reverse("admin:board_monthsummary_change", args=[kept.pk])
        in client.get(f"{HERE}/board/{AT}").content.decode()
    )


@pytest.mark.parametrize(
    "asked", ["", "?plan=none&year=2568&month=7", "?plan=nhrc-2566-2570&year=x&month=7",
              "?plan=nhrc-2566-2570&year=2568&month=13", "?plan=nhrc-2566-2570&year=2599&month=1",
              "?plan=nhrc-2566-2570&year=2570&month=12"],
)  # fmt: skip
def test_an_odd_address_opens_an_empty_form(full, client, planner, today, asked):
    today(DAY)
    client.force_login(planner)
    form = client.get(reverse("admin:board_monthsummary_add") + asked)
    assert form.status_code == 200
    assert not form.context["adminform"].form.initial.get("text")


def test_others_neither_see_the_link_nor_open_the_form(full, client, reporter, today):
    today(DAY)
    client.force_login(reporter)
    address = reverse("admin:board_monthsummary_add")
    assert address not in client.get(f"{HERE}/board/{AT}").content.decode()
    assert client.get(address).status_code == 403


def test_a_month_that_has_not_ended_has_no_pack(full, reader):
    for path in ("/board.json", "/board.xlsx"):
        assert reader.get(f"{HERE}{path}?year=2568&month=8").status_code == 404
    assert reader.get(f"{HERE}/board/?year=2568&month=8").status_code == 302


def test_the_monthly_report_is_made_by_the_same_builder(full):
    """One way of computing and writing: its sheets are the pack's own functions."""
    at = FiscalMonth(2568, 7)
    monthly = monthly_sheets(month_report(full, at, DAY))
    shared = set(monthly) & set(workbook.board_sheets(board_report(full, at, DAY)))
    assert {build.__name__ for build in shared} == {"indicators", "five_years", "reports"}


def test_a_larger_plan_asks_no_more(client, executive, today):
    today(DAY)
    counts = []
    for number, indicators, projects in ((1, 19, 17), (2, 60, 60)):
        plan = make_plan(number, indicators, months=8)
        make_projects(plan, projects, months=8)
        with CaptureQueriesContext(connection) as captured:
            workbook.board_pack(plan, FiscalMonth(2568, 7), DAY)
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 30
