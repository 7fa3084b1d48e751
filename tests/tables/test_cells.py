"""docs/cells.md, row by row: what is taken, asked about, left out and refused."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal as D
from io import BytesIO
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from kpis.rules.entry import check_number
from nhrc_plan.tables import cells
from nhrc_plan.tables.cells import Unclear
from nhrc_plan.tables.lines import Cell, Line, Match, lines_of
from nhrc_plan.tables.rules import find_columns, find_head, headings, is_numbering, is_total
from strategy.records.forms import ThaiDateField, ThaiDecimalField
from strategy.thai import Refusal
from strategy.workbook import apart, upload
from strategy.workbook.upload import Found, Grid, grid_read
from tests.support.tables import DOC, saved, told_in, workbook

REFUSED = "refused"


@pytest.fixture(autouse=True)
def read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reader without its process, which test_files.py starts."""
    monkeypatch.setattr(upload, "_apart", apart.answered)


def one_cell(value: Any, shown: str = "General") -> Found:
    """A cell of a workbook as the reader gives it."""
    book = Workbook()
    book.active["A1"] = value
    book.active["A1"].number_format = shown
    return read(saved(book))


def read(content: bytes) -> Found:
    return grid_read(content, "", columns=9, rows=9).rows[0][0]


def stored(xml: str) -> Found:
    """A cell whose markup is ``xml``, as no spreadsheet writes it."""
    content = saved(workbook([[12345]]))
    stream = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                data = re.sub(rb'<c r="A1".*?</c>', xml.encode(), data)
                assert xml.encode() in data
            new.writestr(name, data)
    return read(stream.getvalue())


def text_file(text: str) -> Found:
    return read(f"{text}\tข".encode())


MONEY = Match(money=1)
FIGURES: dict[str, tuple[Callable[[], Found], Any]] = {
    "a number, 1234.5": (lambda: one_cell(1234.5), D("1234.5")),
    "the same as text": (lambda: one_cell("1234.5"), D("1234.5")),
    '"1,234.50"': (lambda: one_cell("1,234.50"), D("1234.50")),
    "Thai digits, ๑,๒๓๔.๕๐": (lambda: one_cell("๑,๒๓๔.๕๐"), D("1234.50")),
    "blanks, also of no width, around it": (lambda: one_cell(" \u200b\u00a0 76 \ufeff"), D(76)),
    "a character of no width inside it": (lambda: one_cell("7\u200b6"), REFUSED),
    "dust of a float, 0.1 + 0.2": (lambda: one_cell(0.1 + 0.2), D("0.3")),
    "0.75 shown as 75 %": (lambda: one_cell(0.75, "0%"), D(75)),
    '"75%" or "75 %" of a percentage': (lambda: one_cell("75 %"), D(75)),
    "−5": (lambda: one_cell(-5), D(-5)),
    '"(1,234)"': (lambda: one_cell("(1,234)"), REFUSED),
    '"-"': (lambda: one_cell("-"), REFUSED),
    '"1,23"': (lambda: one_cell("1,23"), REFUSED),
    '"1.234,50"': (lambda: one_cell("1.234,50"), REFUSED),
    '"1_000"': (lambda: one_cell("1_000"), REFUSED),
    '"1e5"': (lambda: one_cell("1e5"), REFUSED),
    "nan, inf": (lambda: one_cell("nan"), REFUSED),
    "1e400": (lambda: stored('<c r="A1"><v>1e400</v></c>'), REFUSED),
    "1e308": (lambda: one_cell(1e308), REFUSED),
    "more than four decimals": (lambda: one_cell(76.123456), REFUSED),
    "TRUE": (lambda: one_cell(True), REFUSED),
    "a time, 12:30": (lambda: one_cell(time(12, 30)), REFUSED),
    "a formula, with its last value in the file": (
        lambda: stored('<c r="A1"><f>70+7</f><v>77</v></c>'), REFUSED),
    "a formula whose last value is missing": (lambda: one_cell("=70+7"), REFUSED),
    "an error value, #REF!": (lambda: stored('<c r="A1" t="e"><v>#REF!</v></c>'), REFUSED),
    '"#N/A" as text': (lambda: one_cell("'#N/A"), REFUSED),
    "######## in a text file": (lambda: text_file("########"), REFUSED),
    '="00123" in a text file': (lambda: text_file('="00123"'), REFUSED),
}  # fmt: skip


def outcome(reads: Callable[[], Any]) -> Any:
    try:
        return reads()
    except (Unclear, ValidationError, Refusal):
        return REFUSED


def in_a_form(field: Any, found: Found) -> Any:
    """What the workbook to fill in makes of a cell (nhrc_plan/exchange/compare.py)."""
    return REFUSED if found.problem else field.to_python(found.text)


@pytest.mark.parametrize("words", FIGURES)
def test_a_figure_is_read_alike_in_tables_and_in_the_workbook_to_fill_in(words):
    make, expected = FIGURES[words]
    found = make()
    cell = Cell("A1", found)
    assert outcome(lambda: cells.figure(cell, Match(), percent=True)) == expected
    assert outcome(lambda: in_a_form(ThaiDecimalField(percent=True), found)) == expected
    if expected == REFUSED:
        with pytest.raises(Unclear) as refused:
            cells.figure(cell, Match(), percent=True)
        assert len(refused.value.text) > 10


def money(text: Any, **said: Any) -> Any:
    return outcome(lambda: cells.baht(Cell("A1", one_cell(text)), Match(**{"money": 1, **said})))


def whole(value: Any) -> Any:
    found = cells.figure(Cell("A1", one_cell(value)), Match())
    assert found is not None
    return outcome(lambda: check_number(found, kind="number", whole=True))


SAID = {
    '"75%" of an amount of money': (lambda: money("75%"), REFUSED),
    '"-" where it was said to stand for zero': (lambda: money("-", dash="zero"), 0),
    '"-" where it was said to stand for nothing': (lambda: money("-", dash="empty"), None),
    "12.9 where whole things are counted": (lambda: whole(12.9), REFUSED),
    'thousands of baht, "1,234.5"': (lambda: money("1,234.5", money=1000), D(1_234_500)),
    "million baht, 0.12345678": (lambda: money(0.12345678, money=1_000_000), D("123456.78")),
    "million baht, 0.123456789": (lambda: money(0.123456789, money=1_000_000), REFUSED),
}  # fmt: skip


@pytest.mark.parametrize("words", SAID)
def test_what_was_said_of_the_table_counts(words):
    reads, expected = SAID[words]
    assert reads() == expected


JANUARY = date(2026, 1, 15)


def counted_from_1904() -> Found:
    book = Workbook()
    book.epoch = CALENDAR_MAC_1904
    book.active["A1"] = JANUARY
    return read(saved(book))


DAYS: dict[str, tuple[Callable[[], Found], Any]] = {
    "15/01/2569": (lambda: one_cell("15/01/2569"), JANUARY),
    "15 ม.ค. 2569": (lambda: one_cell("15 ม.ค. 2569"), JANUARY),
    "๑๕ มกราคม ๒๕๖๙": (lambda: one_cell("๑๕ มกราคม ๒๕๖๙"), JANUARY),
    "2569-01-15 as text": (lambda: one_cell("2569-01-15"), JANUARY),
    "a date of Excel, counted from 1900": (lambda: one_cell(JANUARY, "yyyy-mm-dd"), JANUARY),
    "a date of Excel, counted from 1904": (counted_from_1904, JANUARY),
    "a year of the Buddhist Era typed into a date, 2569-01-15": (
        lambda: one_cell(date(2569, 1, 15), "yyyy-mm-dd"), JANUARY),
    "a date with a time": (
        lambda: one_cell(datetime.combine(JANUARY, time(8, 30)), "yyyy-mm-dd hh:mm"), REFUSED),
    "a bare serial number, 46037": (lambda: one_cell(46037), REFUSED),
    "15/01/2026": (lambda: one_cell("15/01/2026"), REFUSED),
    "15/01/69": (lambda: one_cell("15/01/69"), REFUSED),
    "30/02/2569": (lambda: one_cell("30/02/2569"), REFUSED),
}  # fmt: skip


@pytest.mark.parametrize("words", DAYS)
def test_a_day_is_read_alike_in_tables_and_in_the_workbook_to_fill_in(words):
    make, expected = DAYS[words]
    found = make()
    assert outcome(lambda: in_a_form(ThaiDateField(), found)) == expected
    line = Line(2, {"month": Cell("A1", found)}, ())
    at = (2569, 4) if expected == JANUARY else REFUSED
    assert outcome(lambda: cells.month_of(line, Match(year=2569, month=1))) == at


def month(text: Any, **cells_of: Any) -> Any:
    held = {"month": Cell("A1", one_cell(text))}
    if "year" in cells_of:
        held["year"] = Cell("B1", one_cell(cells_of["year"]))
    return outcome(lambda: cells.month_of(Line(2, held, ()), Match(year=2569, month=1)))


def year(text: Any) -> Any:
    return outcome(lambda: cells.fiscal_year(Cell("A1", one_cell(text))))


PERIODS = {
    "year 2569, as number or text": (lambda: (year(2569), year("2569")), (2569, 2569)),
    "ปีงบประมาณ พ.ศ. ๒๕๖๙": (lambda: year("ปีงบประมาณ พ.ศ. ๒๕๖๙"), 2569),
    "year 2026": (lambda: year(2026), REFUSED),
    "year 69": (lambda: year(69), REFUSED),
    "month มีนาคม, of the year chosen": (lambda: month("มีนาคม"), (2569, 6)),
    "month มี.ค. 2569": (lambda: month("มี.ค. 2569"), (2569, 6)),
    "month by one of its days, 31/12/2568": (lambda: month("31/12/2568"), (2569, 3)),
    "month 3": (lambda: month(3), REFUSED),
    "a month outside the year of its row": (lambda: month("ต.ค. 2569", year=2569), REFUSED),
}  # fmt: skip


@pytest.mark.parametrize("words", PERIODS)
def test_years_and_months(words):
    reads, expected = PERIODS[words]
    assert reads() == expected


def test_a_year_of_the_christian_era_is_answered_with_the_right_one():
    with pytest.raises(Unclear, match="2569"):
        cells.fiscal_year(Cell("A1", one_cell(2026)))


# ------------------------------------------------------------------------------- rows and sheets


def grid(rows: list[list[Any]], **more: Any) -> Grid:
    found = [[Found("" if cell is None else str(cell)) for cell in row] for row in rows]
    return Grid(("a",), frozenset(), "a", found, **more)


KINDS = {"name": "text", "value": "number"}


def taken(rows: list[list[Any]], last: int = 1, hidden: str = "", **more: Any) -> Any:
    """The rows that are taken, and those that are left out, of a table with two columns."""
    match = Match(first=1, last=last, columns={0: "name", 1: "value"}, hidden=hidden)
    lines, left = lines_of(grid(rows, **more), match, KINDS)
    return lines, [each.number for each in left]


def test_what_is_left_out_and_what_is_merged():
    head = ["ก", "ข"]
    lines, left = taken([head, ["x", 1], [None, None], head, [None, None, "หมายเหตุ"], ["y", 2]])
    assert ([line.number for line in lines], left) == ([2, 6], [4, 5])
    lines, left = taken([head, ["x", 1], [None, 2]], merged=((2, 1, 3, 1),))
    assert [line.text("name") for line in lines] == ["x", "x"]
    lines, left = taken([head, ["x", 1], ["y", None]], merged=((2, 2, 3, 2),))
    assert [bool(line.cell("value").found.problem) for line in lines] == [False, True]
    hidden = frozenset({2})
    lines, left = taken([head, ["x", 1], ["y", 2]], hidden="leave", hidden_rows=hidden)
    assert ([line.number for line in lines], left) == ([3], [2])
    lines, left = taken([head, ["x", 1], ["y", 2]], hidden="take", hidden_rows=hidden)
    assert [line.number for line in lines] == [2, 3] and not left


@pytest.mark.parametrize(
    ("texts", "total"),
    [
        (["รวม", "", "5"], True), (["", "รวมทั้งสิ้น", "5"], True), (["1", "ยอดรวม"], True),
        (["Grand Total", "5"], True), (["รวมพลังเพื่อสิทธิ", "5"], False), (["โครงการรวม"], False),
        (["", ""], False), (["รวมเงินทั้งสิ้น (บาท)"], True),
    ],
)  # fmt: skip
def test_a_sum_is_told_from_what_only_begins_like_one(texts, total):
    assert is_total(texts) is total


def test_rows_that_number_the_columns():
    assert is_numbering(["(1)", "(2)", "(3)"]) and is_numbering(["1", "2", "3", "4 = 2+3"])
    assert not is_numbering(["1", "โครงการ", "3"]) and not is_numbering(["10", "20", "30"])


#: Headings as agencies make them: rows, merged areas, and the headings of the columns.
HEADS = [
    ([["ชื่อรายงาน"], [], ["ที่", "รายการ", "งบ", None], [None, None, "จัดสรร", "จ่าย"],
      [1, "ก", 2, 3]],
     ((1, 1, 1, 4), (3, 1, 4, 1), (3, 2, 4, 2), (3, 3, 3, 4)),
     (3, 4), ["ที่", "รายการ", "งบ / จัดสรร", "งบ / จ่าย"]),
    ([["หน่วย: บาท"], ["ที่", "รายการ", "งบ", None], [None, None, "จัดสรร", "จ่าย"], [1, "ก", 2, 3]],
     (), (2, 3), ["ที่", "รายการ", "งบ / จัดสรร", "งบ / จ่าย"]),
    ([["รายการ", "เป้าหมาย", None], [None, 2569, 2570], ["ก", 1, 2]],
     (), (1, 2), ["รายการ", "เป้าหมาย / 2569", "เป้าหมาย / 2570"]),
    ([["รายการ", "จ่าย"], ["ก", 1]], (), (1, 1), ["รายการ", "จ่าย"]),
    ([[1, 2], [3, 4]], (), (0, 0), []),
    ([], (), (0, 0), []),
]  # fmt: skip


@pytest.mark.parametrize(("rows", "merged", "expected", "labels"), HEADS)
def test_headings_are_found_in_any_number_of_storeys(rows, merged, expected, labels):
    texts = [["" if cell is None else str(cell) for cell in row] for row in rows]
    head = find_head(texts, merged, {"รายการ", "จาย"})
    assert head == expected
    assert [" / ".join(parts) for parts in headings(texts, merged, head)] == labels


def test_a_share_and_a_rest_are_no_amount():
    from nhrc_plan.tables.kinds.money import Disbursements

    fields = {each.name: each.headed for each in Disbursements().fields}
    heads = [("โครงการ",), ("ร้อยละการเบิกจ่าย",), ("คงเหลือ",), ("เบิกจ่ายแล้ว",), ("PO",)]
    assert find_columns(heads, fields) == {0: "name", 3: "disbursed", 4: "committed"}


def test_every_row_of_the_document_is_a_case():
    figures = told_in("Figures")
    assert set(figures) == {*FIGURES, *SAID}
    for words, (_make, expected) in {**FIGURES, **SAID}.items():
        assert figures[words] == ("refused" if expected == REFUSED else "taken"), words
    days = told_in("Days, years and months")
    assert set(days) == {*DAYS, *PERIODS}
    for words, (_make, expected) in {**DAYS, **PERIODS}.items():
        assert days[words] == ("refused" if expected == REFUSED else "taken"), words


#: Which test plays what becomes of rows and sheets.
ROWS = {
    "rows above the headings": "test_headings_are_found_in_any_number_of_storeys",
    "headings in two storeys, merged or with gaps":
        "test_headings_are_found_in_any_number_of_storeys",
    "headings again below": "test_what_is_left_out_and_what_is_merged",
    "a row that numbers the columns": "test_rows_that_number_the_columns",
    "a row of totals": "test_a_table_of_the_finance_office_comes_in_by_one_press",
    "a heading between rows, a note": "test_a_table_of_the_finance_office_comes_in_by_one_press",
    "a row without a word": "test_what_is_left_out_and_what_is_merged",
    "a name merged over several rows": "test_what_is_left_out_and_what_is_merged",
    "a figure merged over several rows": "test_what_is_left_out_and_what_is_merged",
    "hidden rows, also by a filter that is on":
        "test_other_headings_and_another_sheet_are_read_when_chosen",
    "a hidden sheet": "test_hidden_sheets_and_what_is_merged_are_told",
    "the same item twice": "test_a_locked_month_and_an_approved_figure_are_refused",
    "an item that the plan does not have, such as another agency's":
        "test_results_of_many_units_come_in_with_their_measures",
    "a name that is only similar": "test_a_name_that_is_only_similar_is_asked_about",
}  # fmt: skip


def test_every_row_about_rows_and_sheets_is_played():
    assert set(told_in("Rows and sheets")) == set(ROWS)
    folder = DOC.parents[1] / "tests" / "tables"
    played = "".join(path.read_text() for path in folder.glob("test_*.py"))
    assert [name for name in ROWS.values() if f"def {name}(" not in played] == []
