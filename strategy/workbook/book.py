"""The one writer of spreadsheet cells: fonts, numbers, print set-up, and nothing that runs.

A text never becomes a formula, whatever it begins with; characters that a workbook cannot hold
are left out; numbers stay numbers and dates dates. Rows and columns are counted from 1, as a
spreadsheet shows them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from io import BytesIO, StringIO
from typing import Any, NamedTuple

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from strategy.clock import today
from strategy.workbook.styles import FONT, SIZE, STYLES
from strategy.workbook.theme import THEME

_ZERO_WIDTH = dict.fromkeys(map(ord, "ัิีึืฺุู็่้๊๋์ํ๎"))
#: What XML forbids, and so a workbook cannot hold.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\]")
_LONGEST = 32_767  # characters that a cell can hold
_LINE_HEIGHT = 22.0  # points; one line of the font at its size
#: Points of rows that one printed page holds with letters that can still be read.
_ONE_PAGE = 1_250.0
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
_A4 = 9


def clean_text(value: Any) -> str:
    """Text without what a workbook cannot hold."""
    text = str(value)
    # What is printable holds none of them, and is known far sooner.
    if not text.isprintable():
        text = _ILLEGAL.sub("", text)
    return text if len(text) <= _LONGEST else text[:_LONGEST]


def put_text(worksheet: Worksheet, row: int, column: int, text: str, look: Format) -> None:
    """Write a text as a text, its lines ended as a spreadsheet ends them. Counted from 0."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    worksheet.write_string(row, column, text, look)


def starts_formula(text: str) -> bool:
    """Whether a spreadsheet could take a text for a formula."""
    return text.startswith(_FORMULA_STARTS)


def sheet_name(title: str) -> str:
    """A title as a sheet can be called."""
    return _NOT_IN_A_NAME.sub(" ", clean_text(title))[:31]


class Book:
    """A workbook with the house's styles.

    ``title`` and ``creator`` stand in the file's properties: what it is, and whose it is; with
    the day on which it was made, today unless ``made`` says otherwise. The same figures on the
    same day give the same bytes.
    """

    def __init__(self, *, title: str, creator: str, made: date | None = None) -> None:
        self._stream = BytesIO()
        self.workbook = Workbook(
            self._stream,
            {
                "in_memory": True,
                # A text stays a text, whatever it looks like.
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
                # What staff type into an empty cell gets the house's font as well.
                "default_format_properties": {"font_name": FONT, "font_size": SIZE},
            },
        )
        # Charts take the letters of complex scripts, Thai among them, from the theme alone.
        self.workbook.use_custom_theme(StringIO(THEME))
        made = made or today()
        self.workbook.set_properties(
            {
                "title": clean_text(title),
                "author": clean_text(creator),
                "created": datetime(made.year, made.month, made.day),  # noqa: DTZ001 - a day
            }
        )
        self._formats: dict[tuple[str, bool], Format] = {}
        self._sheets: list[Sheet] = []

    def format(self, style: str, *, quoted: bool = False) -> Format:
        """A style's format. ``quoted``: a text that could be taken for a formula is marked."""
        found = self._formats.get((style, quoted))
        if found is None:
            found = self.workbook.add_format({**STYLES[style].properties(), "quote_prefix": quoted})
            self._formats[style, quoted] = found
        return found

    def sheet(self, title: str, widths: Sequence[float]) -> Sheet:
        """A new sheet with its column widths, set up for print."""
        name = sheet_name(title)
        worksheet = self.workbook.add_worksheet(name)
        worksheet.set_default_row(_LINE_HEIGHT)
        for column, width in enumerate(widths):
            worksheet.set_column(column, column, width)
        sheet = Sheet(self, worksheet, widths)
        self._sheets.append(sheet)
        return sheet

    def save(self) -> bytes:
        """The workbook as bytes; nothing can be written afterwards."""
        for sheet in self._sheets:
            sheet.finish()
        self.workbook.close()
        return self._stream.getvalue()


class Area(NamedTuple):
    """Cells from the first to the last row and column, both among them."""

    first_row: int
    last_row: int
    first_column: int
    last_column: int


class _Row(NamedTuple):
    values: list[Any]
    styles: list[str]


class Sheet:
    """One sheet, written from top to bottom; it is laid down when the book is saved."""

    def __init__(self, book: Book, worksheet: Worksheet, widths: Sequence[float]) -> None:
        self.book = book
        self.worksheet = worksheet
        self.widths = list(widths)
        #: Characters that fit on a line of each column; words are not broken, so a line is
        #: counted as nine tenths full, in narrow columns as less.
        self.room = [max(int(width * (0.9 if width > 15 else 0.7)), 1) for width in widths]
        self.row = 0
        #: Points, by row.
        self.heights: dict[int, float] = {}
        self._rows: dict[int, _Row] = {}
        self._merged: list[tuple[tuple[int, int], tuple[int, int]]] = []
        #: (first row and column that move, rows repeated on each page); None: none.
        self._frozen: tuple[int, int] | None = None
        self._repeated: tuple[int, int] | None = None
        #: Printed pages that the sheet is shrunk to; 0: as many as its rows take.
        self.pages_tall = 0

    @property
    def name(self) -> str:
        return str(self.worksheet.get_name())

    def value(self, row: int, column: int) -> Any:
        """What was written into a cell; None where nothing was."""
        held = self._rows.get(row)
        return held.values[column - 1] if held and column <= len(held.values) else None

    @property
    def rows(self) -> list[tuple[list[Any], list[str]]]:
        """What was written, from top to bottom: the values of each row and their styles."""
        return [(row.values, row.styles) for row in self._rows.values()]

    def write(self, values: Sequence[Any], styles: Sequence[str] | str, height: float = 0) -> int:
        """Write the next row; one style for all cells or one for each. Gives its number.

        Without a height the row is as high as its longest wrapped text needs: a workbook that
        was never opened holds no heights, and not every reader works them out.
        """
        self.row += 1
        names = [styles] * len(values) if isinstance(styles, str) else list(styles)
        if len(names) != len(values):
            raise ValueError("a style for each cell")
        lines = 1
        for value, style, room in zip(values, names, self.room, strict=False):
            if type(value) is str and len(value) > room and STYLES[style].wraps:
                lines = max(lines, lines_needed(value, room))
        self._rows[self.row] = _Row(list(values), names)
        self.heights[self.row] = height or lines * _LINE_HEIGHT
        return self.row

    def pixels(self, over: Area) -> dict[str, int]:
        """The width and height of cells: 7 pixels a character and 5 a column, 4 in 3 points."""
        columns = self.widths[over.first_column - 1 : over.last_column]
        rows = range(over.first_row, over.last_row + 1)
        return {
            "width": sum(int(width * 7 + 0.5) + 5 for width in columns),
            "height": sum(round(self.heights.get(row, _LINE_HEIGHT) * 4 / 3) for row in rows),
        }

    def comment(self, row: int, column: int, text: str) -> None:
        """A note that opens over a cell: what the figure is made of."""
        text = clean_text(text)
        size = {"width": 320, "height": 18 * (lines_needed(text, 42) + 1)}
        self.worksheet.write_comment(row - 1, column - 1, text, {"author": "", **size})

    def paragraph(self, text: str, style: str, *, centred: bool = False) -> int:
        """A text across all columns, as high as its lines need; style "title", "note" or "text"."""
        columns = len(self.room)
        across = "text" if style == "text" else f"{style}_{'centred' if centred else 'across'}"
        height = _LINE_HEIGHT * (1.3 if style == "title" else 1)
        line = self.write(
            [text, *[None] * (columns - 1)], across, height * lines_needed(text, sum(self.room))
        )
        self.merge((line, line), (1, columns))
        return line

    def merge(self, rows: tuple[int, int], columns: tuple[int, int]) -> None:
        """Show the cells from first to last row and column as one, with the first one's value."""
        if rows[0] != rows[1] or columns[0] != columns[1]:
            self._merged.append((rows, columns))

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
        self.freeze(row + 1)
        self.repeat(row, row)
        return row

    def freeze(self, row: int, column: int = 1) -> None:
        """Let rows and columns before this cell stand still."""
        self._frozen = (row, column)

    def repeat(self, first: int, last: int) -> None:
        """Repeat these rows on every printed page."""
        self._repeated = (first, last)

    def move_whole(self) -> None:
        """Nothing stands still and nothing is repeated."""
        self._frozen = self._repeated = None

    def fit_page(self) -> None:
        """Shrink what is written to one printed page, if it can still be read there."""
        if sum(self.heights.get(row, _LINE_HEIGHT) for row in range(1, self.row + 1)) <= _ONE_PAGE:
            self.pages_tall = 1

    def lock(self) -> None:
        """Nothing but cells of the style "entry" can be changed by mistake; without a password."""
        self.worksheet.protect("", {"format_columns": True, "format_rows": True})

    def image(self, row: int, column: int, png: bytes, words: str) -> None:
        """Lay an image over the cells from this one on; ``words``: what it shows."""
        options = {"image_data": BytesIO(png), "description": clean_text(words)}
        self.worksheet.insert_image(row - 1, column - 1, "image.png", options)

    def print_setup(
        self, page_words: tuple[str, str], footer: str = "", stamp: bytes = b""
    ) -> None:
        """A4 landscape, one page wide, page numbers in words such as ("หน้า", "จาก").

        ``stamp``: an image (PNG) at the foot of every printed page.
        """
        sheet = self.worksheet
        sheet.set_paper(_A4)
        sheet.set_landscape()
        sheet.fit_to_pages(1, self.pages_tall)
        sheet.center_horizontally()
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=1.15 if stamp else 0.75)
        page, of = page_words
        letters = f'&"{FONT},Regular"&12'
        named = clean_text(footer).replace("&", "&&")
        drawn = {"image_center": "stamp.png", "image_data_center": BytesIO(stamp)} if stamp else {}
        sheet.set_footer(
            f"&L{letters}{named}{'&C&G' if stamp else ''}&R{letters}{page} &P {of} &N",
            {"margin": 0.35, **drawn},
        )
        sheet.print_area(0, 0, max(self.row, 1) - 1, len(self.room) - 1)

    # ----------------------------------------------------------------------- laying it down

    def finish(self) -> None:
        """Lay everything down; called once, by the book."""
        sheet = self.worksheet
        for (top, bottom), (left, right) in self._merged:
            style = self._rows[top].styles[left - 1]
            sheet.merge_range(top - 1, left - 1, bottom - 1, right - 1, "", self.book.format(style))
        for row, height in self.heights.items():
            sheet.set_row(row - 1, height)
        covered = {
            (row, column)
            for (top, bottom), (left, right) in self._merged
            for row in range(top, bottom + 1)
            for column in range(left, right + 1)
            if (row, column) != (top, left)
        }
        for row, (values, styles) in self._rows.items():
            for column, (value, style) in enumerate(zip(values, styles, strict=True), start=1):
                if (row, column) not in covered:
                    self._put(row - 1, column - 1, value, style)
        if self._frozen is not None:
            sheet.freeze_panes(self._frozen[0] - 1, self._frozen[1] - 1)
        if self._repeated is not None:
            sheet.repeat_rows(self._repeated[0] - 1, self._repeated[1] - 1)

    def _put(self, row: int, column: int, value: Any, style: str) -> None:
        """One cell: number, date or text; never a formula."""
        kind = type(value)
        if value is None or value == "":
            self.worksheet.write_blank(row, column, None, self.book.format(style))
        elif kind is Decimal or kind is int:
            self.worksheet.write_number(row, column, value, self.book.format(style))
        elif isinstance(value, date):
            self.worksheet.write_datetime(row, column, value, self.book.format(style))
        else:
            text = clean_text(value)
            look = self.book.format(style, quoted=starts_formula(text))
            put_text(self.worksheet, row, column, text, look)


def cell(row: int, column: int) -> str:
    """A cell as a spreadsheet names it: "C3"."""
    return f"{xl_col_to_name(column - 1)}{row}"


def area(first: int, last: int, columns: Sequence[int]) -> str:
    """Rows of several columns as a spreadsheet names them: "C3:C9 F3:F9"."""
    letters = [xl_col_to_name(column - 1) for column in columns]
    return " ".join(f"{letter}{first}:{letter}{last}" for letter in letters)


@lru_cache(maxsize=8192)
def lines_needed(text: str, room: int) -> int:
    """How many lines a wrapped text takes where ``room`` characters fit on one.

    Vowels and tone marks above and below a letter take no room. Names and status words come
    again and again in a workbook, so the answers are kept.
    """
    return sum(max(1, -(-len(line.translate(_ZERO_WIDTH)) // room)) for line in text.split("\n"))
