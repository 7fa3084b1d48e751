"""The monthly workbook, opened again: its figures are the page's, it prints, and nothing runs."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any
from urllib.parse import unquote
from zipfile import ZipFile

import pytest
from defusedxml import ElementTree
from openpyxl import load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

from kpis.models import Result
from strategy.calendar import FiscalMonth
from strategy.models import Plan, Strategy, Unit
from strategy.records.write import record_save
from strategy.standing.status import STATUSES
from strategy.standing.words import HURRY_LABEL, STATUS_LABELS, STATUS_SHAPES
from strategy.thai import format_date, format_number, month_name
from strategy.workbook.book import Book
from tests.support.pages import HERE, THAI, enter, indicator_of, samples
from tests.support.results import baseline, change
from tests.support.workbooks import printed_letters

pytestmark = pytest.mark.looks

SUMMARY, INDICATORS, YEARS, AWAITING = 0, 1, 2, -1
MONTHS = [
    pytest.param(2566, 12, id="first-year"),
    pytest.param(2567, 5, id="mid-year"),
    pytest.param(2567, 12, id="end-of-the-year"),
    pytest.param(2568, 7, id="between-quarters"),
]
FORMULAS = [
    "=1+1", "==1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "=HYPERLINK(\"http://x\",\"y\")",
    "=cmd|'/c calc'!A0", "#N/A", "#DIV/0!", "{=1}", "'=1+1", "TRUE", "1e5", "=",
]  # fmt: skip


@pytest.fixture
def reader(client: Any, executive: Any, today: Callable[[date], date]) -> Any:
    today(date(2025, 5, 12))  # April 2568 is the latest month; its deadline has passed
    client.force_login(executive)
    return client


@pytest.fixture
def full(plan: Plan) -> Plan:
    """The samples, with what they lack: submitted, carried, no cases, odd ratios, weights."""
    samples(plan, date(2025, 5, 12))
    change(plan, "S3-1.1", weight=Decimal("2.5"))
    baseline(plan, "S1-2.1", 2567, 1, "40")
    for code, figure in (("S3-1.2", ("1", "3")), ("S3-2.1", ("2", "7"))):
        Result.objects.filter(indicator=indicator_of(plan, code), fiscal_year=2568).delete()
        enter(plan, code, 2568, 6, figure, state="submitted", narrative="รายงานโดยสำนัก\nสองบรรทัด")
    Result.objects.filter(indicator=indicator_of(plan, "S4-1.2"), fiscal_year=2567).delete()
    enter(plan, "S4-1.2", 2567, 3, no_cases=True)
    return plan


def workbook(reader: Any, year: int = 2567, month: int = 12) -> Any:
    response = reader.get(f"{HERE}/report.xlsx?year={year}&month={month}")
    assert response.status_code == 200
    return load_workbook(BytesIO(response.content))


def read(reader: Any, path: str, year: int = 2567, month: int = 12) -> dict[str, Any]:
    return reader.get(f"{HERE}{path}?year={year}&month={month}").json()


def head_row(sheet: Worksheet) -> int:
    """The header row, which every printed page repeats."""
    return int(re.match(r"\$?(\d+):", sheet.print_title_rows)[1])


def by_code(sheet: Worksheet) -> dict[str, tuple[Cell, ...]]:
    return {
        row[0].value: row
        for row in sheet.iter_rows(min_row=head_row(sheet) + 1)
        if isinstance(row[0].value, str) and "-" in row[0].value
    }


def shown(value: Any) -> str | None:
    """A cell as the page would show it."""
    if value is None or isinstance(value, str):
        return value
    return format_number(Decimal(str(value)))


def words(row: dict[str, Any]) -> str:
    """A row's status as the workbook has it, with its mark."""
    label = str(STATUS_LABELS[row["status"]])
    return f"{label} · {HURRY_LABEL}" if row["hurry"] else label


def percent(value: Any) -> str | None:
    return None if value is None else f"{Decimal(str(value)):.2f}"


# ------------------------------------------------------------------ figures equal the page's


def test_it_is_a_file_of_its_own_name(plan, reader):
    response = reader.get(f"{HERE}/report.xlsx?year=2567&month=3")
    assert response["Content-Type"].endswith("spreadsheetml.sheet")
    name = f"รายงานผลรายเดือน – ธันวาคม 2566 – {plan.name}.xlsx"
    assert unquote(response["Content-Disposition"]) == f"attachment; filename*=utf-8''{name}"
    assert response["X-Content-Type-Options"] == "nosniff"


def test_it_has_the_four_sheets(plan, reader):
    names = workbook(reader).sheetnames
    assert len(set(names)) == 4
    assert all(THAI.search(name) for name in names)


@pytest.mark.parametrize(("year", "month"), MONTHS)
def test_the_indicators_sheet_equals_the_page(full, reader, year, month):
    rows = by_code(workbook(reader, year, month).worksheets[INDICATORS])
    data = read(reader, "/indicators.json", year, month)["indicators"]
    assert list(rows) == [row["code"] for row in data]
    for row in data:
        cells = [cell.value for cell in rows[row["code"]]]
        (_, name, owner, target, result, as_of, reached, expected, of_expected, status,
         approval, unit, numerator, denominator, _) = cells  # fmt: skip
        assert name == row["name"]
        assert owner == row["owner"] or (row["owner"] is None and owner)
        text = row["text"]
        assert (shown(target), shown(result)) == (text["target"], text["result"]), row["code"]
        assert shown(expected) == text["expected"], row["code"]
        assert (percent(reached), percent(of_expected)) == (row["achievement"], row["of_expected"])
        assert status == words(row)
        assert unit == text["unit"]
        counted = row["measures"][0] if len(row["measures"]) == 1 else {}
        assert (shown(numerator), shown(denominator)) == (
            counted.get("numerator"), counted.get("denominator"),
        )  # fmt: skip
        at = row["as_of_month"]
        assert as_of == (at and month_name(FiscalMonth(year, at), short=True))
        assert (approval is None) == (text["result"] is None)


def test_each_of_several_measures_has_its_row(full, reader):
    sheet = workbook(reader, 2567, 12).worksheets[INDICATORS]
    (row,) = [r for r in read(reader, "/indicators.json")["indicators"] if r["code"] == "S1-1.1"]
    first = by_code(sheet)["S1-1.1"][0].row
    for below, measure in enumerate(row["measures"], start=1):
        cells = [cell.value for cell in sheet[first + below]]
        assert cells[0] is None
        assert measure["label"] in cells[1]
        assert [shown(value) for value in cells[3:5]] == [measure["target"], measure["result"]]
        assert percent(cells[6]) == measure["achievement"]
    assert by_code(sheet)["S1-2.1"][0].row == first + 3


@pytest.mark.parametrize(("year", "month"), MONTHS)
def test_the_table_of_five_years_equals_the_overview(full, reader, year, month):
    sheet = workbook(reader, year, month).worksheets[YEARS]
    rows = by_code(sheet)
    data = read(reader, ".json", year, month)["indicators"]
    assert list(rows) == [row["code"] for row in data]
    for row in data:
        top = rows[row["code"]][0].row
        block = [[cell.value for cell in sheet[top + below]] for below in range(4)]
        assert block[0][1] == row["name"]
        for index, each in enumerate(row["years"]):
            result, target, achieved, status = (line[4 + index] for line in block)
            assert (shown(result), shown(target)) == (
                each["text"]["result"], each["text"]["target"],
            ), row["code"]  # fmt: skip
            assert percent(achieved) == each["achievement"]
            assert status == words(each)


@pytest.mark.parametrize(("year", "month"), MONTHS)
def test_the_summary_equals_the_overview(full, reader, year, month):
    sheet = workbook(reader, year, month).worksheets[SUMMARY]
    data = read(reader, ".json", year, month)
    first = head_row(sheet)
    heads = [cell.value for cell in sheet[first]]
    assert heads[4:] == [f"{STATUS_SHAPES[code]} {STATUS_LABELS[code]}" for code in STATUSES]
    parts = [*data["strategies"], data]
    for below, part in enumerate(parts, start=1):
        cells = [cell.value for cell in sheet[first + below]]
        if "number" in part:
            assert cells[0] == f"{part['number']} {part['name']}"
        assert cells[1:3] == [part["with_target"], part["reported"]]
        assert percent(cells[3]) == part["mean_of_expected"]
        assert cells[4:] == [part["counts"][code] for code in STATUSES]


def test_the_strategies_of_the_indicators_sheet_equal_the_overview(full, reader):
    sheet = workbook(reader).worksheets[INDICATORS]
    groups = [
        row for row in sheet.iter_rows(min_row=head_row(sheet) + 1) if row[0].data_type == "n"
    ]
    groups = [row for row in groups if row[0].value is not None]
    for row, part in zip(groups, read(reader, ".json")["strategies"], strict=True):
        assert (row[0].value, row[1].value) == (part["number"], part["name"])
        assert percent(row[8].value) == part["mean_of_expected"]
        assert row[9].value == f"{part['reported']}/{part['with_target']}"


def test_the_awaiting_sheet_equals_what_the_units_owe(full, reader):
    Result.objects.filter(fiscal_year=2568, month=7).delete()
    sheet = workbook(reader, 2568, 7).worksheets[AWAITING]
    rows = [row for row in sheet.iter_rows(min_row=head_row(sheet) + 1) if row[0].value]
    found = {(row[0].value, row[4].value.date().isoformat()) for row in rows}
    owed, late = set(), set()
    for unit in read(reader, "/units.json", 2568, 7)["units"]:
        if unit["id"] is None:
            continue
        for duty in read(reader, f"/units/{unit['id']}.json", 2568, 7)["duties"]:
            if duty["state"] in ("late", "open"):
                owed.add((duty["code"], duty["deadline"]))
            if duty["state"] == "late":
                late.add(duty["code"])
    data = read(reader, "/indicators.json", 2568, 7)["indicators"]
    without_unit = {row["code"] for row in data if row["owner"] is None}
    assert {row for row in found if row[0] not in without_unit} == owed
    assert len(owed) > 2
    awaiting = {row["code"] for row in data if row["status"] == "awaiting"}
    assert late == awaiting - without_unit
    assert awaiting <= {code for code, _ in found}


def test_what_was_owed_is_seen_from_the_month_looked_at(full, reader):
    """A report that came later was still missing in March 2567."""
    Result.objects.filter(indicator=indicator_of(full, "S1-1.1"), fiscal_year=2567).delete()
    enter(full, "S1-1.1", 2567, 9, "10", "8")
    for month, owed in ((3, {3}), (6, {3, 6}), (8, {3, 6}), (9, set()), (12, {12})):
        sheet = workbook(reader, 2567, month).worksheets[AWAITING]
        rows = sheet.iter_rows(min_row=head_row(sheet) + 1, values_only=True)
        due = {FiscalMonth.of(row[4].date()).previous.month for row in rows if row[0] == "S1-1.1"}
        assert due == owed, month


def test_a_plan_without_results_has_its_workbook(plan, reader):
    book = workbook(reader)
    assert len(by_code(book.worksheets[INDICATORS])) == 19


def test_a_plan_without_indicators_has_its_workbook(plan, reader):
    empty = Plan(agency=plan.agency, slug="empty", name="แผนว่าง", first_year=2566, last_year=2567)
    record_save(instance=empty, user=None)
    for strategies in (0, 1):
        if strategies:
            record_save(instance=Strategy(plan=empty, number=1, name="ยุทธศาสตร์"), user=None)
        response = reader.get("/plans/empty/report.xlsx")
        assert response.status_code == 200
        assert len(load_workbook(BytesIO(response.content)).worksheets) == 4


def test_drafts_are_not_in_it(plan, reader):
    enter(plan, "S3-1.1", 2567, 12, "61.25", state="draft", narrative="ถ้อยคำในร่าง")
    for sheet in workbook(reader).worksheets:
        for row in sheet.iter_rows(values_only=True):
            assert 61.25 not in row
            assert "ถ้อยคำในร่าง" not in row


# ------------------------------------------------------------------------------------- types


def test_numbers_are_numbers_and_dates_are_dates(full, reader):
    Result.objects.filter(fiscal_year=2568, month=7).delete()
    book = workbook(reader, 2568, 7)
    data = {row["code"]: row for row in read(reader, "/indicators.json", 2568, 7)["indicators"]}
    for code, cells in by_code(book.worksheets[INDICATORS]).items():
        single = len(data[code]["measures"]) == 1
        for column in (6, 8):
            assert cells[column].data_type == "n", code
        if single and data[code]["measures"][0]["result"] is not None:
            assert [cells[column].data_type for column in (3, 4)] == ["n", "n"], code
        if single and data[code]["text"]["expected"] is not None:
            assert cells[7].data_type == "n", code
    rows = [
        row for row in book.worksheets[AWAITING].iter_rows() if isinstance(row[4].value, datetime)
    ]
    assert rows
    for row in rows:
        assert row[4].is_date
        # Excel itself writes the year of the Buddhist Era: its code, or the Thai calendar's.
        assert re.search("bbbb|07041E", row[4].number_format)
    summary = book.worksheets[SUMMARY]
    first = head_row(summary)
    for row in summary.iter_rows(min_row=first + 1, max_row=first + 5, min_col=2):
        assert all(cell.data_type == "n" for cell in row)


def test_only_the_awaiting_sheet_has_dates(full, reader):
    for sheet in workbook(reader, 2568, 7).worksheets[:AWAITING]:
        for row in sheet.iter_rows():
            assert not any(cell.is_date for cell in row if cell.value is not None)


def test_whole_numbers_show_no_decimals(full, reader):
    for cells in by_code(workbook(reader, 2568, 7).worksheets[INDICATORS]).values():
        for cell in (cells[3], cells[4], cells[7]):
            if isinstance(cell.value, (int, float)):
                whole = cell.value == int(cell.value)
                assert cell.number_format == ("#,##0" if whole else "#,##0.00"), cell.coordinate


def test_percentages_show_two_decimals(full, reader):
    for cells in by_code(workbook(reader).worksheets[INDICATORS]).values():
        for column in (6, 8):
            assert cells[column].number_format == "#,##0.00"


# ------------------------------------------------------------------------------ looks and print


def test_every_cell_is_in_the_house_s_font(full, reader):
    for sheet in workbook(reader).worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value is not None:
                    assert cell.font.name == "TH Sarabun New", (sheet.title, cell.coordinate)
                    assert cell.font.sz >= 14


def test_it_prints_on_a4_landscape_one_page_wide(full, reader):
    for sheet in workbook(reader).worksheets:
        setup = sheet.page_setup
        assert (setup.paperSize, setup.orientation) == (9, "landscape"), sheet.title
        assert printed_letters(sheet) >= 9.9, sheet.title
        columns = sheet.print_area.replace("$", "").partition("!")[2]
        assert re.fullmatch(rf"A1:[A-Z]+{sheet.max_row}", columns), (sheet.title, columns)


def test_the_header_row_is_repeated_and_frozen(full, reader):
    for index, sheet in enumerate(workbook(reader).worksheets):
        head = head_row(sheet)
        assert sheet.print_title_rows.replace("$", "") == f"{head}:{head}"
        assert all(cell.value and cell.font.b for cell in sheet[head]), sheet.title
        assert sheet.freeze_panes == (f"C{head + 1}" if index == YEARS else f"A{head + 1}")


def test_pages_are_numbered_in_thai(full, reader):
    for sheet in workbook(reader).worksheets:
        number = sheet.oddFooter.right.text
        assert re.fullmatch(r"[ก-๙]+ &P [ก-๙]+ &N", number), number
        assert sheet.oddFooter.left.text == full.name
        assert sheet.oddFooter.right.font.startswith("TH Sarabun New")


def test_the_name_of_the_plan_is_no_code_in_the_footer(plan, reader):
    """&P in a name would print the page number."""
    plan.name = "แผน R&P และ &D"
    record_save(instance=plan, user=None)
    content = reader.get(f"{HERE}/report.xlsx").content
    xml = ZipFile(BytesIO(content)).read("xl/worksheets/sheet1.xml").decode()
    footer = ElementTree.fromstring(xml).find(".//{*}oddFooter").text
    assert "R&&P และ &&D" in footer


def test_statuses_are_coloured_and_said_in_words(full, reader):
    book = workbook(reader, 2568, 7)
    for index in (INDICATORS, YEARS):
        sheet = book.worksheets[index]
        rules = [
            (str(where.sqref), rule)
            for where in sheet.conditional_formatting
            for rule in where.rules
        ]
        found = {rule.formula[0].strip('"') for _, rule in rules}
        hurried = f"{STATUS_LABELS['on_plan']} · {HURRY_LABEL}"
        assert found == {hurried, *map(str, STATUS_LABELS.values())}
        for _, rule in rules:
            assert rule.dxf.fill.bgColor.rgb[2:] != "000000"
            assert rule.dxf.font.color.rgb
        # Every status cell lies in a coloured range, and says one of the words.
        status, below = ([10], 0) if index == INDICATORS else (range(5, 10), 3)
        for cells in by_code(sheet).values():
            for column in status:
                cell = sheet.cell(cells[0].row + below, column)
                assert cell.value in found
                assert any(cell.coordinate in where for where in sheet.conditional_formatting)


def test_the_summary_has_a_chart_of_its_own_cells(full, reader):
    sheet = workbook(reader).worksheets[SUMMARY]
    (chart,) = sheet._charts
    assert (chart.type, chart.grouping, chart.overlap) == ("bar", "stacked", 100)
    assert not chart.x_axis.delete and not chart.y_axis.delete
    head = head_row(sheet)
    data = read(reader, ".json")
    drawn = []
    for series in chart.series:
        name, values, labels = (
            reference.replace("$", "").partition("!")[2]
            for reference in (series.tx.strRef.f, series.val.numRef.f, series.cat.strRef.f)
        )
        letter = name.removesuffix(str(head))
        drawn.append(STATUSES[sheet[name].column - 5])
        assert values == f"{letter}{head + 1}:{letter}{head + 4}"
        assert labels == f"A{head + 1}:A{head + 4}"
    assert drawn == [code for code in STATUSES if data["counts"][code]]
    # The chart lies below the table and above the notes.
    assert chart.anchor._from.row > head + 5


def test_long_texts_have_room(full, reader):
    """A row is high enough for its longest text; the program that opens it may not work it out."""
    sheet = workbook(reader).worksheets[INDICATORS]
    longest = max(by_code(sheet).values(), key=lambda row: len(row[1].value))
    assert sheet.row_dimensions[longest[0].row].height > 22
    assert longest[1].alignment.wrap_text


# ---------------------------------------------------------------------------------- what it says


def texts(sheet: Worksheet) -> list[str]:
    return [
        cell for row in sheet.iter_rows(values_only=True) for cell in row if isinstance(cell, str)
    ]


def test_every_sheet_says_which_month(full, reader):
    for sheet in workbook(reader, 2567, 5).worksheets:
        above = " ".join(
            text
            for row in sheet.iter_rows(max_row=head_row(sheet) - 1, values_only=True)
            for text in row
            if text
        )
        assert "2567" in above
        assert "กุมภาพันธ์ 2567" in above, sheet.title


def test_sample_figures_are_marked_on_every_sheet(plan, reader):
    enter(plan, "S3-1.1", 2567, 12, "60")
    without = workbook(reader)
    Result.objects.update(is_sample=True)
    marked = workbook(reader)
    for before, after in zip(without.worksheets, marked.worksheets, strict=True):
        more = [text for text in texts(after) if text not in texts(before)]
        assert len(more) == 1, after.title
        assert "ตัวอย่าง" in more[0]
        assert head_row(after) == head_row(before) + 1


def test_figures_not_yet_approved_are_marked(plan, reader):
    enter(plan, "S3-1.1", 2567, 12, "60", state="approved")
    enter(plan, "S3-1.2", 2567, 12, "60", state="submitted")
    rows = by_code(workbook(reader).worksheets[INDICATORS])
    approved, submitted, none = (rows[code][10].value for code in ("S3-1.1", "S3-1.2", "S3-2.1"))
    assert none is None
    assert approved and submitted and approved != submitted
    assert submitted.startswith("ยังไม่")


def test_the_awaiting_sheet_says_when_nothing_is_owed(plan, reader, today):
    today(date(2023, 1, 5))
    sheet = workbook(reader, 2566, 3).worksheets[AWAITING]
    rows = list(sheet.iter_rows(min_row=head_row(sheet) + 1, values_only=True))
    assert [bool(value) for value in rows[0]] == [True] + [False] * 6


def test_a_period_is_named_in_the_buddhist_era(full, reader):
    Result.objects.filter(fiscal_year=2568, month=7).delete()
    sheet = workbook(reader, 2568, 7).worksheets[AWAITING]
    rows = [row for row in sheet.iter_rows(values_only=True) if isinstance(row[4], datetime)]
    for row in rows:
        period = FiscalMonth.of(row[4].date()).previous
        assert row[3] == month_name(period, short=True)
        assert str(period.calendar_year) in row[3]
        assert format_date(row[4].date()).endswith(str(period.next.calendar_year))


# -------------------------------------------------------------------------- nothing in it runs


def test_no_text_becomes_a_formula(plan, reader):
    """In narrative, and in the names of indicator, unit, strategy and plan."""
    unit = Unit.objects.get(name="สำนักกฎหมาย")
    change(plan, "S3-1.1", unit=unit)
    result = enter(plan, "S3-1.1", 2567, 12, "60")
    indicator = indicator_of(plan, "S3-1.1")
    for payload in FORMULAS:
        Result.objects.filter(pk=result.pk).update(narrative=payload)
        type(indicator).objects.filter(pk=indicator.pk).update(name=payload)
        Unit.objects.filter(pk=unit.pk).update(name=payload)
        Strategy.objects.filter(pk=indicator.strategy_id).update(name=payload)
        Plan.objects.filter(pk=plan.pk).update(name=payload)
        content = reader.get(f"{HERE}/report.xlsx?year=2567&month=12").content
        with ZipFile(BytesIO(content)) as parts:
            for name in parts.namelist():
                if name.startswith("xl/worksheets/sheet"):
                    assert b"<f>" not in parts.read(name), (payload, name)
                    assert b'="e"' not in parts.read(name), (payload, name)
        book = load_workbook(BytesIO(content))
        row = by_code(book.worksheets[INDICATORS])["S3-1.1"]
        for cell in (row[1], row[2], row[14]):
            assert (cell.value, cell.data_type) == (payload, "s")
            # The mark by which Excel keeps a text a text when somebody edits the cell.
            assert cell.quotePrefix is (payload[0] in "=+-@\t")
        assert book.worksheets[SUMMARY]["A1"].value == payload
        assert f"3 {payload}" in texts(book.worksheets[SUMMARY])
        owed = book.worksheets[YEARS]
        assert by_code(owed)["S3-1.1"][1].data_type == "s"


def test_no_formula_stands_in_any_sheet(full, reader):
    for sheet in workbook(reader).worksheets:
        for row in sheet.iter_rows():
            assert not [cell.coordinate for cell in row if cell.data_type in ("f", "e", "b")]


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        pytest.param("ก\x0bข\x1fค", "กขค", id="characters-a-workbook-cannot-hold"),
        pytest.param("<b>&amp;</b>", "<b>&amp;</b>", id="markup"),
        pytest.param("ก" * 40_000, "ก" * 32_767, id="longer-than-a-cell"),
        pytest.param("สอง\nบรรทัด", "สอง\nบรรทัด", id="two-lines"),
        pytest.param("๑๒๓ ๔", "๑๒๓ ๔", id="thai-digits"),
    ],
)
def test_odd_texts_are_kept_as_texts(plan, reader, written, kept):
    enter(plan, "S3-1.1", 2567, 12, "60", narrative=written)
    row = by_code(workbook(reader).worksheets[INDICATORS])["S3-1.1"]
    assert row[14].value == kept


def test_each_cell_has_the_look_of_its_style():
    book = Book(title="ทดสอบ", creator="ทดสอบ")
    sheet = book.sheet("ลักษณะ", [20, 20, 20])
    sheet.write(["หัว", Decimal("1.5"), "=ไม่ใช่สูตร"], ["head", "percent", "text"])
    sheet.write([None, Decimal(7), "ร่วม"], ["text", "whole", "text"])
    read_back = load_workbook(BytesIO(book.save())).active
    first, second = ([cell for cell in row] for row in read_back.iter_rows())
    assert [cell.font.b for cell in first] == [True, False, False]
    assert [cell.quotePrefix for cell in first] == [False, False, True]
    assert [cell.number_format for cell in first] == ["General", "#,##0.00", "General"]
    assert [cell.alignment.horizontal for cell in first] == ["center", "right", "left"]
    assert not any(cell.quotePrefix for cell in second)
    assert [cell.number_format for cell in second] == ["General", "#,##0", "General"]
    assert second[0].style_id == second[2].style_id != first[2].style_id


def test_a_text_across_columns_keeps_its_frame(frames):
    book = Book(title="ทดสอบ", creator="ทดสอบ")
    sheet = book.sheet("กรอบ", [10, 10, 10])
    sheet.write(["ข้อความยาวข้ามทุกคอลัมน์ " * 4, None, None], "text", spans=[(1, 3)])
    read_back = load_workbook(BytesIO(book.save())).active
    assert [str(area) for area in read_back.merged_cells.ranges] == ["A1:C1"]
    first, *_blank, last = read_back[1]
    assert first.border.left.style == last.border.right.style == "thin"
    assert first.value == "ข้อความยาวข้ามทุกคอลัมน์ " * 4
