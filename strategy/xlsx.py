"""The one writer of spreadsheet cells: fonts, numbers, print set-up, and nothing that runs.

A text never becomes a formula, whatever it begins with; characters that a workbook cannot hold
are left out; numbers stay numbers and dates dates.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

from django.utils.functional import Promise
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

FONT = "TH Sarabun New"
SIZE = 15
BRAND = "1D3A6E"
_HAIR = Side(style="thin", color="D9DEEA")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")

#: Name → (bold, colour, fill, number format, horizontal, wrap).
_STYLES: dict[str, tuple[bool, str, str, str, str, bool]] = {
    "title": (True, BRAND, "", "General", "left", False),
    "note": (False, "5B667A", "", "General", "left", False),
    "head": (True, "FFFFFF", BRAND, "General", "center", True),
    "group": (True, BRAND, "E9EDF5", "General", "left", True),
    "group_number": (True, BRAND, "E9EDF5", "0.00", "right", False),
    "text": (False, "14213D", "", "General", "left", True),
    "center": (False, "14213D", "", "General", "center", True),
    "number": (False, "14213D", "", "#,##0.##", "right", False),
    "whole": (False, "14213D", "", "#,##0", "right", False),
    "percent": (False, "14213D", "", "0.00", "right", False),
    "date": (False, "14213D", "", "[$-41E]d mmm bbbb;@", "center", False),
    "total": (True, "14213D", "F5F7FB", "#,##0.00", "right", False),
}


def clean_text(value: Any) -> str:
    """Text without the characters that a workbook cannot hold."""
    return ILLEGAL_CHARACTERS_RE.sub("", str(value))[:32767]


def starts_formula(text: str) -> bool:
    """Whether a spreadsheet could take a text for a formula."""
    return text.startswith(_FORMULA_STARTS)


def put(cell: Cell, value: Any) -> None:
    """Write one value: number, date or text; never a formula."""
    if isinstance(value, Promise):
        value = str(value)
    if value is None or value == "":
        return
    if isinstance(value, bool) or not isinstance(value, (int, Decimal, date, datetime)):
        text = clean_text(value)
        cell.value = text
        # openpyxl takes a leading "=" for a formula and "#N/A" for an error: neither is meant.
        cell.data_type = "s"
        if starts_formula(text):
            cell.quotePrefix = True
    else:
        cell.value = value


class Book:
    """A workbook with the house's styles."""

    def __init__(self) -> None:
        self.workbook = Workbook()
        self.workbook.remove(self.workbook.active)
        self._styles: dict[str, Any] = {}
        for name, (bold, color, fill, number_format, horizontal, wrap) in _STYLES.items():
            style = NamedStyle(f"nhrc_{name}")
            style.font = Font(
                name=FONT, size=20 if name == "title" else SIZE, bold=bold, color=color
            )
            style.alignment = Alignment(
                horizontal=horizontal, vertical="top" if wrap else "center", wrap_text=wrap
            )
            style.number_format = number_format
            if fill:
                style.fill = PatternFill("solid", fgColor=fill)
            if name not in ("title", "note"):
                style.border = Border(left=_HAIR, right=_HAIR, top=_HAIR, bottom=_HAIR)
            self.workbook.add_named_style(style)
        normal = self.workbook._named_styles["Normal"]
        normal.font = Font(name=FONT, size=SIZE)

    def style(self, name: str) -> Any:
        """The ready style array of a named style; copying it is far cheaper than styling."""
        if name not in self._styles:
            scratch = self.workbook.create_sheet("scratch")
            scratch["A1"].style = f"nhrc_{name}"
            self._styles[name] = copy(scratch["A1"]._style)
            self.workbook.remove(scratch)
        return self._styles[name]

    def sheet(self, title: str, widths: Sequence[float]) -> Sheet:
        """A new sheet with its column widths, set up for print."""
        worksheet = self.workbook.create_sheet(clean_text(title)[:31])
        for column, width in enumerate(widths, start=1):
            worksheet.column_dimensions[get_column_letter(column)].width = width
        return Sheet(self, worksheet, len(widths))

    def save(self) -> bytes:
        """The workbook as bytes."""
        stream = BytesIO()
        self.workbook.save(stream)
        return stream.getvalue()


class Sheet:
    """One sheet, written from top to bottom."""

    def __init__(self, book: Book, worksheet: Worksheet, columns: int) -> None:
        self.book = book
        self.worksheet = worksheet
        self.columns = columns
        self.row = 0

    def write(self, values: Sequence[Any], styles: Sequence[str] | str, height: float = 0) -> int:
        """Write the next row; one style for all cells or one for each. Gives its number."""
        self.row += 1
        names = [styles] * len(values) if isinstance(styles, str) else styles
        for column, (value, name) in enumerate(zip(values, names, strict=True), start=1):
            cell = self.worksheet.cell(self.row, column)
            cell._style = copy(self.book.style(name))
            put(cell, value)
        if height:
            self.worksheet.row_dimensions[self.row].height = height
        return self.row

    def title(self, title: str, *notes: str) -> None:
        """The sheet's heading and the lines beneath it."""
        self.write([title], "title", 28)
        for note in notes:
            self.write([note], "note")
        self.row += 1

    def head(self, labels: Sequence[str], height: float = 0) -> int:
        """The header row: frozen, and repeated on every printed page."""
        row = self.write(labels, "head", height)
        self.worksheet.freeze_panes = self.worksheet.cell(row + 1, 1)
        self.worksheet.print_title_rows = f"{row}:{row}"
        return row

    def print_setup(self, page_words: tuple[str, str], footer: str = "") -> None:
        """A4 landscape, one page wide, page numbers in words such as ("หน้า", "จาก")."""
        sheet = self.worksheet
        sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
        sheet.page_setup.orientation = sheet.ORIENTATION_LANDSCAPE
        sheet.page_setup.fitToWidth = 1
        sheet.page_setup.fitToHeight = 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.print_options.horizontalCentered = True
        sheet.page_margins.left = sheet.page_margins.right = 0.4
        sheet.page_margins.top, sheet.page_margins.bottom = 0.5, 0.6
        page, of = page_words
        for side, text in (("left", footer), ("right", f"{page} &P {of} &N")):
            part = getattr(sheet.oddFooter, side)
            part.text = text.replace("&", "&&") if side == "left" else text
            part.font = FONT
            part.size = 12
        last = get_column_letter(self.columns)
        sheet.print_area = f"A1:{last}{max(self.row, 1)}"


def lines_needed(text: Any, width: float) -> int:
    """How many lines a wrapped text takes in a column of that width, Thai marks taking none."""
    if text is None:
        return 1
    count = 0
    for line in str(text).split("\n"):
        visible = sum(1 for char in line if char not in "ัิีึืฺุู็่้๊๋์ํ๎")
        count += max(1, -(-visible // max(int(width * 0.95), 1)))
    return count
