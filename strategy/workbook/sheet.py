"""One sheet of a workbook, written from top to bottom; rows and columns are counted from 1."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple

from xlsxwriter.worksheet import Worksheet

from strategy.workbook import paper
from strategy.workbook.measure import HIGHEST, lines_of, pixels_of, points_of, row_height
from strategy.workbook.styles import SIZE, STYLES
from strategy.workbook.texts import clean_text, decimals_of, put_text, starts_formula

if TYPE_CHECKING:
    from strategy.workbook.book import Book

#: Points of a row of one line.
LINE = row_height(1, SIZE)
#: Points between what stands one under another.
_GAP = 12.0
#: Of a section so many rows and points stay together on a printed page.
_SOME, _SHORT = 3, 200.0


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
    """One sheet; it is laid down when the book is saved."""

    def __init__(self, book: Book, worksheet: Worksheet, widths: Sequence[float]) -> None:
        self.book = book
        self.worksheet = worksheet
        self.widths = list(widths)
        #: Points that each column is wide.
        self.points = [points_of(width) for width in widths]
        self.row = 0
        #: Points, by row.
        self.heights: dict[int, float] = {}
        self._rows: dict[int, _Row] = {}
        self._merged: list[tuple[tuple[int, int], tuple[int, int]]] = []
        #: (header row, last row) of what can be filtered.
        self._tables: list[tuple[int, int]] = []
        #: Rows at which a section begins.
        self._sections: list[int] = []
        #: (first, last row) of what stays on one printed page where it fits on one.
        self.kept: list[tuple[int, int]] = []
        #: (first row and column that move, rows repeated on each page); None: none.
        self._frozen: tuple[int, int] | None = None
        self._repeated: tuple[int, int] | None = None
        #: First columns that tell what a row is of; repeated where columns take several pages.
        self.key_columns = 0
        #: Printed pages that the sheet is shrunk to; 0: as many as its rows take.
        self.pages_tall = 0
        #: Columns that are printed; those beyond are for work on a screen. 0: all.
        self.printed = 0
        #: Whether a cell says the sheet's title; else the head of every printed page does.
        self.titled = False

    @property
    def widths_printed(self) -> list[float]:
        return self.widths[: self.printed or None]

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

    def write(
        self,
        values: Sequence[Any],
        styles: Sequence[str] | str,
        height: float = 0,
        spans: Sequence[tuple[int, int]] = (),
    ) -> int:
        """Write the next row; one style for all cells or one for each. Gives its number.

        The row is as high as its longest wrapped text needs, ``height`` points at least: a
        workbook that was never opened holds no heights, and not every reader works them out.
        ``spans``: first and last column of cells that are shown as one, with the first one's value.
        """
        self.row += 1
        names = [styles] * len(values) if isinstance(styles, str) else list(styles)
        if len(names) != len(values):
            raise ValueError("a style for each cell")
        ends = dict(spans)
        for place, (value, name) in enumerate(zip(values, names, strict=True), start=1):
            if type(value) is str and value:
                width = sum(self.points[place - 1 : ends.get(place, place)])
                height = max(height, self.height_of(value, name, width))
        for span in spans:
            self.merge((self.row, self.row), span)
        self._rows[self.row] = _Row(list(values), names)
        self.heights[self.row] = max(height, LINE)
        return self.row

    @staticmethod
    def height_of(text: str, style: str, width: float) -> float:
        """The points that a text of a style takes in a cell so many points wide."""
        look = STYLES[style]
        if style == "aside":
            return 0
        lines = lines_of(text, width, look.size, bold=look.bold) if look.wraps else 1
        return row_height(lines, look.size)

    def pixels(self, over: Area) -> dict[str, int]:
        """The width and height of cells in pixels, four to three points."""
        columns = self.widths[over.first_column - 1 : over.last_column]
        rows = range(over.first_row, over.last_row + 1)
        return {
            "width": sum(map(pixels_of, columns)),
            "height": sum(round(self.height(row) * 4 / 3) for row in rows),
        }

    def comment(self, row: int, column: int, text: str) -> None:
        """A note that opens over a cell: what the figure is made of."""
        text = clean_text(text)
        size = {"width": 320, "height": 20 * (lines_of(text, 240, 11) + 1)}
        self.worksheet.write_comment(row - 1, column - 1, text, {"author": "", **size})

    def paragraph(self, text: str, style: str, *, centred: bool = False, columns: int = 0) -> int:
        """A text across columns, as high as its lines need; style "title", "note" or "text".

        Across all of them where ``columns`` does not say how many, as far as one page goes.
        """
        if style == "title":
            self.titled = True
        columns = min(columns or len(self.widths), paper.columns_on_page(self.widths_printed))
        across = f"{style}_{'centred' if centred else 'across'}"
        return self.write([text, *[None] * (columns - 1)], across, spans=[(1, columns)])

    def keep(self, first: int, last: int) -> None:
        """Let rows stay on one printed page, where they fit on one."""
        self.kept.append((first, last))

    @property
    def blocks(self) -> list[tuple[int, int]]:
        """What stays on one printed page: what was said, and the beginnings of sections."""
        ends = [first - 1 for first in [*self._sections[1:], self.row + 1]]
        return [*self.kept, *map(self._beginning, self._sections, ends)]

    def _beginning(self, first: int, last: int) -> tuple[int, int]:
        """The rows of a section as far as they go without much height, some in any case."""
        used, row = 0.0, first
        while row < last and (row < first + _SOME or used + self.height(row + 1) < _SHORT):
            row += 1
            used += self.height(row)
        return first, row

    @property
    def repeated_height(self) -> float:
        """The points of the rows that every printed page repeats."""
        first, last = self._repeated or (1, 0)
        return sum(self.heights[row] for row in range(first, last + 1))

    def merge(self, rows: tuple[int, int], columns: tuple[int, int]) -> None:
        """Show the cells from first to last row and column as one, with the first one's value."""
        if rows[0] != rows[1] or columns[0] != columns[1]:
            self._merged.append((rows, columns))

    def fill_up(self, rows: tuple[int, int], text: str, column: int) -> None:
        """Make merged rows high enough for a text that stands beside all of them."""
        first, last = rows
        wanted = self.height_of(text, self._rows[first].styles[column - 1], self.points[column - 1])
        missing = wanted - sum(self.heights[row] for row in range(first, last + 1))
        if missing > 0:
            for row in range(first, last + 1):
                height = self.heights[row] + missing / (last + 1 - first)
                self.heights[row] = min(height, HIGHEST)

    def title(self, title: str, *notes: str) -> None:
        """The sheet's heading and the lines beneath it."""
        self.paragraph(title, "title")
        for note in notes:
            self.paragraph(note, "note")
        self.gap()

    def section(self, title: str, *notes: str) -> None:
        """A heading further down, with the lines beneath it; it stays with what follows."""
        self.gap()
        self._sections.append(self.row + 1)
        self.paragraph(title, "section")
        for note in notes:
            self.paragraph(note, "note")

    def gap(self, points: float = _GAP) -> None:
        """Some white below the last row."""
        self.row += 1
        self.heights[self.row] = points

    def space(self, rows: int) -> Area:
        """Empty rows below the last one, over all columns that are printed, for a drawing."""
        first = self.row + 1
        self.row += rows
        return Area(first, self.row, 1, len(self.widths_printed))

    def height(self, row: int) -> float:
        """The points of a row."""
        return self.heights.get(row, LINE)

    @property
    def used(self) -> float:
        """The points of all rows so far."""
        return sum(map(self.height, range(1, self.row + 1)))

    def head(
        self,
        labels: Sequence[str | None],
        spans: Sequence[tuple[int, int]] = (),
        *,
        plain: bool = False,
    ) -> int:
        """The header row: frozen, and repeated on every printed page.

        What stands in brackets goes on a line of its own where a label needs more than one:
        "(ร้อยละ)" has no space to break at and would be torn apart. ``plain``: labels stay as
        they are, for programs that look for them.
        """
        labels = (
            list(labels)
            if plain
            else [
                label.replace(" (", "\n(") if label and self._is_long(label, width) else label
                for label, width in zip(labels, self.points, strict=False)
            ]
        )
        row = self.write(labels, "head", spans=spans)
        self.freeze(row + 1)
        self.repeat(row, row)
        return row

    @staticmethod
    def _is_long(label: str, width: float) -> bool:
        return lines_of(label, width, SIZE, bold=True) > 1

    def table(self, head: int) -> None:
        """Make a table with filters of the rows from ``head`` to the last one, if it has any.

        Each of its labels is another one, and no cells in it are merged.
        """
        if self.row > head:
            self._tables.append((head, self.row))

    def freeze(self, row: int, column: int = 1) -> None:
        """Let rows and columns before this cell stand still."""
        self._frozen = (row, column)
        self.key_columns = max(self.key_columns, column - 1)

    def repeat(self, first: int, last: int) -> None:
        """Repeat these rows on every printed page."""
        self._repeated = (first, last)

    def move_whole(self) -> None:
        """Nothing stands still and nothing is repeated."""
        self._frozen = self._repeated = None

    def fit_page(self) -> None:
        """Shrink what is written to one printed page, if it can still be read there."""
        self.pages_tall = 1 if paper.fits_one_page(self.used) else 0

    def lock(self) -> None:
        """Nothing but cells of the style "entry" can be changed by mistake; without a password."""
        allowed = {"format_columns": True, "format_rows": True, "autofilter": True, "sort": True}
        self.worksheet.protect("", allowed)

    def image(self, row: int, column: int, png: bytes, words: str) -> None:
        """Lay an image over the cells from this one on; ``words``: what it shows."""
        options = {"image_data": BytesIO(png), "description": clean_text(words)}
        self.worksheet.insert_image(row - 1, column - 1, "image.png", options)

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
        for head, last in self._tables:
            self._lay_table(head, last)
        if self._frozen is not None:
            sheet.freeze_panes(self._frozen[0] - 1, self._frozen[1] - 1)
        if self._repeated is not None:
            sheet.repeat_rows(self._repeated[0] - 1, self._repeated[1] - 1)
        paper.set_up(self)

    def _lay_table(self, head: int, last: int) -> None:
        labels = [self.book.text(label) for label in self._rows[head].values]
        columns = [
            {
                "header": label,
                "header_format": self.book.format("head", quoted=starts_formula(label)),
            }
            for label in labels
        ]
        self.worksheet.add_table(
            head - 1, 0, last - 1, len(labels) - 1, {"columns": columns, "style": None}
        )

    def _put(self, row: int, column: int, value: Any, style: str) -> None:
        """One cell: number, date or text; never a formula."""
        kind = type(value)
        if value is None or value == "":
            self.worksheet.write_blank(row, column, None, self.book.format(style))
        elif kind is Decimal or kind is int:
            decimals = decimals_of(value) if self.book.thai_digits else 0
            look = self.book.format(style, decimals=decimals)
            self.worksheet.write_number(row, column, value, look)
        elif isinstance(value, date):
            self.worksheet.write_datetime(row, column, value, self.book.format(style))
        else:
            text = self.book.text(value)
            look = self.book.format(style, quoted=starts_formula(text))
            put_text(self.worksheet, row, column, text, look)
