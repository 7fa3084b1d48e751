"""What a text needs in a cell, and a sheet on paper: pure, but for one workbook opened again."""

from __future__ import annotations

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from strategy.workbook import paper
from strategy.workbook.book import Book
from strategy.workbook.measure import HIGHEST, cut, lines_in, lines_of, row_height, text_width
from strategy.workbook.styles import SIZE, STYLES
from tests.support.workbooks import printed_letters

NAME = "ร้อยละความสำเร็จของการพัฒนาดัชนีสิทธิมนุษยชนที่ครอบคลุมประเด็นและกลุ่มเป้าหมาย"


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 60, 1),
        ("S1-1.1", 60, 1),
        # As LibreOffice breaks them in Laksaman at 14 points.
        ("เป็นไปตามแผน", 60, 2),
        ("เป็นไปตามแผน", 110, 1),
        ("ค่าเฉลี่ยร้อยละของที่ควรได้", 75, 3),
        (NAME, 225, 3),
        (NAME, 600, 1),
        ("หนึ่ง\nสอง\n\nสี่", 300, 4),
        # Marks above and below a letter take no room.
        ("ปู่ย่ตู้น้ำที่นี้", 92, 1),
        # A word of Latin letters is not torn where it fits on a line.
        ("Regulatory Impact Assessment", 90, 3),
    ],
)
def test_lines_of_a_text(text, width, lines):
    assert lines_of(text, width, 14) == lines


@given(st.text(alphabet="กขฃำเ้ีุ a1\n●", max_size=120), st.integers(20, 800))
def test_less_room_never_takes_fewer_lines_than_the_letters_need(text, width):
    lines = lines_of(text, width, 14)
    for each in text.split("\n"):
        # Blanks at the end of a line hang over its edge.
        letters = each.replace(" ", "")
        assert lines * max(width - 5, 1) >= text_width(letters) * 14 / 100 - 1
    assert lines >= text.count("\n") + 1
    assert lines_of(text, width, 14, bold=True) >= lines


def test_rows_hold_their_lines_and_no_more_than_a_spreadsheet_can():
    assert row_height(1, SIZE) == 26.25
    assert row_height(1, 19) > row_height(1, SIZE)
    assert row_height(99, SIZE) == HIGHEST
    for lines in range(1, 16):
        assert lines_in(row_height(lines, SIZE), SIZE) == lines
        assert row_height(lines, SIZE) % 0.75 == 0


@given(st.text(alphabet="กิน้ำเที่ปู่ ab", max_size=80), st.integers(30, 300))
def test_what_is_cut_fits_on_a_line_and_ends_between_letters(text, width):
    short = cut(text, width, 14)
    if short == text:
        assert lines_of(text, width, 14) == 1
        return
    kept = short.removesuffix("…")
    assert text.startswith(kept) and lines_of(short, width, 14) == 1
    rest = text[len(kept) :]
    assert not rest or text_width(rest[0]) > 0 or not kept


def test_columns_in_proportion_fill_a_page_with_letters_that_can_be_read():
    for shares in ([1], [8, 40, 16, 13, 62], [3] * 25):
        widths = paper.filled(shares)
        assert paper.is_readable(paper.scale_of(widths))
        assert paper.columns_on_page(widths) == len(shares)
        assert not paper.is_readable(paper.scale_of([width * 1.1 for width in widths]))


def sheet_of(rows: int, *, wide: bool = False):
    book = Book(title="สมุด", creator="ผู้ทำ")
    sheet = book.sheet("แผ่น", [40] * 12) if wide else book.page("แผ่น", [10, 40, 50])
    sheet.title("ชื่อแผ่น", "ตุลาคม 2568")
    columns = len(sheet.widths)
    head = sheet.head([f"หัว {place}" for place in range(columns)])
    for number in range(rows):
        sheet.write([number, *[NAME] * (columns - 1)], ["center", *["text"] * (columns - 1)])
    sheet.table(head)
    return book, sheet


def reopened(book: Book):
    return load_workbook(BytesIO(book.save())).worksheets[0]


def test_a_sheet_too_wide_goes_on_beside_with_its_first_columns_again():
    book, sheet = sheet_of(3, wide=True)
    sheet.freeze(4, 2)
    found = reopened(book)
    assert not found.sheet_properties.pageSetUpPr.fitToPage
    assert found.page_setup.scale * SIZE / 100 >= paper.LEAST
    assert (found.print_title_cols, found.page_setup.pageOrder) == ("$A:$A", "overThenDown")
    assert printed_letters(found) == 0


def test_what_belongs_together_stays_on_a_page():
    book, sheet = sheet_of(0)
    for number in range(40):
        top = sheet.row + 1
        for _line in range(4):
            sheet.write([number, "ก", "ข"], ["center", "text", "text"])
        sheet.keep(top, sheet.row)
    first = sheet.kept[0][0]
    found = reopened(book)
    ends = [each.id for each in found.row_breaks.brk]
    assert len(ends) > 3
    assert all((end - first + 1) % 4 == 0 for end in ends)
    scale = found.page_setup.scale / 100
    for start, end in zip([1, *(end + 1 for end in ends)], ends, strict=False):
        height = sum(found.row_dimensions[row].height for row in range(start, end + 1))
        assert 250 < height * scale <= 505


def test_a_table_can_be_filtered_and_every_cell_stands_on_one_line():
    book, sheet = sheet_of(3)
    found = reopened(book)
    (table,) = found.tables.values()
    assert table.ref == f"A4:C{sheet.row}" and table.autoFilter.ref == table.ref
    assert [column.name for column in table.tableColumns] == [cell.value for cell in found[4]]
    centred = {cell.alignment.vertical for row in found.iter_rows() for cell in row if cell.value}
    assert centred == {"center"}
    # Only running text, which may take many rows, begins at the top.
    assert {name for name, style in STYLES.items() if style.at_top} == {"prose", "aside"}
    for row in found.iter_rows(min_row=5):
        needed = lines_of(NAME, sheet.points[1], SIZE)
        assert found.row_dimensions[row[0].row].height >= row_height(needed, SIZE)


def test_a_sheet_without_title_has_it_at_the_head_of_its_pages():
    book = Book(title="สมุด", creator="ผู้ทำ")
    book.sheet("รายการ", [20, 20]).head(["ก", "ข"])
    assert "รายการ" in reopened(book).oddHeader.left.text
    book, _sheet = sheet_of(1)
    assert not reopened(book).oddHeader.left.text


def test_a_foot_that_is_too_long_leaves_room_for_the_number_of_the_page():
    book = Book(title="ชื่อ" * 200, creator="ผู้ทำ")
    book.sheet("แผ่น", [20, 20]).title("ก")
    foot = reopened(book).oddFooter
    assert foot.left.text.endswith("…") and "&P" in foot.right.text
