"""The one writer of spreadsheet cells: fonts, numbers, print set-up, and nothing that runs.

A text never becomes a formula, whatever it begins with; characters that a workbook cannot hold
are left out; numbers stay numbers and dates dates.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from datetime import date
from decimal import Decimal
from functools import lru_cache
from io import BytesIO
from math import inf
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.utils.indexed_list import IndexedList
from openpyxl.worksheet.worksheet import Worksheet

FONT = "TH Sarabun New"
SIZE = 15
BRAND = "1D3A6E"
_HAIR = Side(style="thin", color="D9DEEA")
_BORDER = Border(left=_HAIR, right=_HAIR, top=_HAIR, bottom=_HAIR)
_ZERO_WIDTH = dict.fromkeys(map(ord, "ัิีึืฺุู็่้๊๋์ํ๎"))
_LONGEST = 32_767  # characters that a cell can hold
_LINE_HEIGHT = 22.0  # points; one line of the font at its size
#: Points of rows that one printed page holds with letters that can still be read.
_ONE_PAGE = 1_250.0
_SHORT = 200  # characters; what is longer rarely comes twice
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")

#: Name → (bold, colour, fill, number format, horizontal, wrap).
_STYLES: dict[str, tuple[bool, str, str, str, str, bool]] = {
    "title": (True, BRAND, "", "General", "left", False),
    "note": (False, "5B667A", "", "General", "left", False),
    "head": (True, "FFFFFF", BRAND, "General", "center", True),
    "group": (True, BRAND, "E9EDF5", "General", "left", True),
    "group_number": (True, BRAND, "E9EDF5", "0.00", "right", False),
    "group_whole": (True, BRAND, "E9EDF5", "#,##0", "right", False),
    "group_center": (True, BRAND, "E9EDF5", "General", "center", True),
    "text": (False, "14213D", "", "General", "left", True),
    "center": (False, "14213D", "", "General", "center", True),
    "whole": (False, "14213D", "", "#,##0", "right", False),
    "percent": (False, "14213D", "", "#,##0.00", "right", False),
    "date": (False, "14213D", "", "[$-107041E]d mmm yyyy", "center", False),
    "total": (True, "14213D", "F5F7FB", "#,##0.00", "right", False),
    # Where people type, on a sheet that is locked for the rest.
    "entry": (False, "14213D", "FAF6EA", "0.00", "right", False),
}

#: The styles whose text goes on in further lines.
_WRAPPED = {name for name, (*_rest, wrap) in _STYLES.items() if wrap}


def clean_text(value: Any) -> str:
    """Text without the characters that a workbook cannot hold."""
    text = str(value)
    # What is printable holds none of them, and is known far sooner.
    if not text.isprintable():
        text = ILLEGAL_CHARACTERS_RE.sub("", text)
    return text if len(text) <= _LONGEST else text[:_LONGEST]


def starts_formula(text: str) -> bool:
    """Whether a spreadsheet could take a text for a formula."""
    return text.startswith(_FORMULA_STARTS)


@lru_cache(maxsize=8192)
def _short(text: str) -> tuple[str, bool]:
    """A short text as a cell holds it, and whether it could be taken for a formula.

    Names and status words come again and again in a workbook.
    """
    text = clean_text(text)
    return text, starts_formula(text)


def put_text(cell: Cell, text: str) -> None:
    """Text is set past openpyxl's own guessing, which would take a leading "=" for a formula and
    "#N/A" for an error, and which costs more than all the rest of a cell."""
    if len(text) <= _SHORT:
        text, formula = _short(text)
    else:
        text = clean_text(text)
        formula = starts_formula(text)
    cell._value = text
    cell.data_type = "s"
    if formula:
        cell._style = copy(cell._style)
        cell.quotePrefix = True


def put(cell: Cell, value: Any) -> None:
    """Write one value: number, date or text; never a formula."""
    kind = type(value)
    if kind is Decimal or kind is int:
        cell._value = value
    elif isinstance(value, date):
        cell.value = value
    elif value != "":
        put_text(cell, str(value))


class _CellStyles(IndexedList):
    """openpyxl's list of cell styles, which knows the house's by heart.

    Saving asks it for the place of each cell's style; hashing nine numbers for every cell took
    longer than reading the whole plan's results.
    """

    def __init__(self, known: Iterable[Any], house: Iterable[Any]) -> None:
        super().__init__(known)
        self._house = {id(array) for array in house}
        self._places: dict[int, int] = {}

    def add(self, value: Any) -> int:
        place = self._places.get(id(value))
        if place is None:
            place = super().add(value)
            if id(value) in self._house:
                self._places[id(value)] = place
        return place


class Book:
    """A workbook with the house's styles.

    ``title`` and ``creator`` stand in the file's properties: what it is, and whose it is.
    """

    def __init__(self, *, title: str, creator: str) -> None:
        self.workbook = Workbook()
        self.workbook.properties.title = clean_text(title)
        self.workbook.properties.creator = clean_text(creator)
        self.workbook.remove(self.workbook.active)
        # What staff type into an empty cell gets the house's font as well.
        plain = Font(name=FONT, size=SIZE)
        self.workbook._fonts = IndexedList([plain])
        self.workbook._named_styles["Normal"].font = plain
        #: The style array of each style. Cells share it, as styling each would cost far more;
        #: who gives a single cell something of its own copies the array first.
        self.styles: dict[str, Any] = {}
        scratch = self.workbook.create_sheet("scratch")
        for name, (bold, color, fill, number_format, horizontal, wrap) in _STYLES.items():
            cell = scratch.cell(1, len(self.styles) + 1)
            size = 20 if name == "title" else SIZE
            cell.font = Font(name=FONT, size=size, bold=bold, color=color)
            vertical = "center" if name == "head" else "top"
            cell.alignment = Alignment(horizontal=horizontal, vertical=vertical, wrap_text=wrap)
            cell.number_format = number_format
            if fill:
                cell.fill = PatternFill("solid", fgColor=fill)
            if name not in ("title", "note"):
                cell.border = _BORDER
            if name == "entry":
                cell.protection = Protection(locked=False)
            self.styles[name] = copy(cell._style)
        self.workbook.remove(scratch)
        self.workbook._cell_styles = _CellStyles(self.workbook._cell_styles, self.styles.values())

    def sheet(self, title: str, widths: Sequence[float]) -> Sheet:
        """A new sheet with its column widths, set up for print."""
        worksheet = self.workbook.create_sheet(clean_text(title)[:31])
        for column, width in enumerate(widths, start=1):
            worksheet.column_dimensions[get_column_letter(column)].width = width
        return Sheet(self, worksheet, widths)

    def save(self) -> bytes:
        """The workbook as bytes."""
        stream = BytesIO()
        self.workbook.save(stream)
        return stream.getvalue()


class Sheet:
    """One sheet, written from top to bottom."""

    def __init__(self, book: Book, worksheet: Worksheet, widths: Sequence[float]) -> None:
        self.book = book
        self.worksheet = worksheet
        #: Characters that fit on a line of each column; words are not broken, so a line is
        #: counted as nine tenths full, in narrow columns as less.
        self.room = [max(int(width * (0.9 if width > 15 else 0.7)), 1) for width in widths]
        self._known_columns: dict[tuple[Any, ...], list[tuple[Any, float]]] = {}
        self.row = 0
        #: Printed pages that the sheet is shrunk to; 0: as many as its rows take.
        self.pages_tall = 0

    def write(self, values: Sequence[Any], styles: Sequence[str] | str, height: float = 0) -> int:
        """Write the next row; one style for all cells or one for each. Gives its number.

        Without a height the row is as high as its longest wrapped text needs: a workbook that
        was never opened holds no heights, and not every reader works them out.
        """
        self.row += 1
        lines = 1
        worksheet, row, cells = self.worksheet, self.row, self.worksheet._cells
        columns = self._columns(styles, len(values))
        for column, (value, (style, room)) in enumerate(zip(values, columns, strict=True), 1):
            cell = cells[row, column] = Cell(worksheet, row, column)
            cell._style = style
            if value is None:
                continue
            kind = type(value)
            if kind is str:
                if value:
                    put_text(cell, value)
                    if len(value) > room:
                        lines = max(lines, lines_needed(value, room))
            elif kind is Decimal or kind is int:
                cell._value = value
            else:
                put(cell, value)
        worksheet.row_dimensions[row].height = height or lines * _LINE_HEIGHT
        return row

    def _columns(self, styles: Sequence[str] | str, count: int) -> list[tuple[Any, float]]:
        """The style array of each cell of a row, and how many characters fit on its line."""
        key = (styles, count) if isinstance(styles, str) else tuple(styles)
        found = self._known_columns.get(key)
        if found is None:
            names = [styles] * count if isinstance(styles, str) else styles
            found = self._known_columns[key] = [
                (self.book.styles[name], self.room[place] if name in _WRAPPED else inf)
                for place, name in enumerate(names)
            ]
        return found

    def comment(self, row: int, column: int, text: str) -> None:
        """A note that opens over a cell: what the figure is made of."""
        note = Comment(clean_text(text), "", width=320)
        note.height = 18 * (lines_needed(note.text, 42) + 1)
        self.worksheet.cell(row, column).comment = note

    def paragraph(self, text: str, style: str, *, centred: bool = False) -> int:
        """A text across all columns, as high as its lines need."""
        columns = len(self.room)
        line = self.write([text, *[None] * (columns - 1)], style)
        self.merge((line, line), (1, columns))
        cell = self.worksheet.cell(line, 1)
        cell._style = copy(cell._style)
        cell.alignment = Alignment(
            horizontal="center" if centred else "left", vertical="top", wrap_text=True
        )
        height = _LINE_HEIGHT * (1.3 if style == "title" else 1)
        self.worksheet.row_dimensions[line].height = height * lines_needed(text, sum(self.room))
        return line

    def merge(self, rows: tuple[int, int], columns: tuple[int, int]) -> None:
        """Show the cells from first to last row and column as one, with the first one's value.

        Not by openpyxl's own way, which throws away the blank cells and works out anew the
        borders that they were written with.
        """
        (top, bottom), (left, right) = rows, columns
        area = f"{get_column_letter(left)}{top}:{get_column_letter(right)}{bottom}"
        self.worksheet.merged_cells.add(area)

    def title(self, title: str, *notes: str) -> None:
        """The sheet's heading and the lines beneath it."""
        self.write([title], "title", 28)
        for note in notes:
            self.write([note], "note")
        self.row += 1

    def head(self, labels: Sequence[str], height: float = 0) -> int:
        """The header row: frozen, and repeated on every printed page.

        What stands in brackets goes on a line of its own where a label needs more than one:
        "(ร้อยละ)" has no space to break at and would be torn apart.
        """
        labels = [
            label.replace(" (", "\n(") if lines_needed(label or "", room) > 1 else label
            for label, room in zip(labels, self.room, strict=False)
        ]
        lines = [
            lines_needed(label or "", room) for label, room in zip(labels, self.room, strict=False)
        ]
        needed = max(lines, default=1)
        row = self.write(labels, "head", max(height, needed * _LINE_HEIGHT))
        self.worksheet.freeze_panes = self.worksheet.cell(row + 1, 1)
        self.worksheet.print_title_rows = f"{row}:{row}"
        return row

    def fit_page(self) -> None:
        """Shrink what is written to one printed page, if it can still be read there."""
        heights = self.worksheet.row_dimensions
        if sum(heights[row].height or _LINE_HEIGHT for row in range(1, self.row + 1)) <= _ONE_PAGE:
            self.pages_tall = 1

    def lock(self) -> None:
        """Nothing but cells of the style "entry" can be changed by mistake; without a password."""
        protection = self.worksheet.protection
        protection.sheet = True
        protection.formatColumns = protection.formatRows = False

    def print_setup(self, page_words: tuple[str, str], footer: str = "") -> None:
        """A4 landscape, one page wide, page numbers in words such as ("หน้า", "จาก")."""
        sheet = self.worksheet
        sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
        sheet.page_setup.orientation = sheet.ORIENTATION_LANDSCAPE
        sheet.page_setup.fitToWidth = 1
        sheet.page_setup.fitToHeight = self.pages_tall
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.print_options.horizontalCentered = True
        sheet.page_margins.left = sheet.page_margins.right = 0.4
        sheet.page_margins.top, sheet.page_margins.bottom = 0.5, 0.75
        sheet.page_margins.footer = 0.35
        page, of = page_words
        for side, text in (("left", footer), ("right", f"{page} &P {of} &N")):
            part = getattr(sheet.oddFooter, side)
            part.text = text.replace("&", "&&") if side == "left" else text
            part.font = FONT
            part.size = 12
        last = get_column_letter(len(self.room))
        sheet.print_area = f"A1:{last}{max(self.row, 1)}"


@lru_cache(maxsize=8192)
def lines_needed(text: str, room: int) -> int:
    """How many lines a wrapped text takes where ``room`` characters fit on one.

    Vowels and tone marks above and below a letter take no room. Names and status words come
    again and again in a workbook, so the answers are kept.
    """
    return sum(max(1, -(-len(line.translate(_ZERO_WIDTH)) // room)) for line in text.split("\n"))
