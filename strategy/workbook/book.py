"""The one writer of workbooks: fonts, properties, print set-up, and nothing that runs.

A text never becomes a formula, whatever it begins with; characters that a workbook cannot hold
are left out; numbers stay numbers and dates dates. Rows and columns are counted from 1, as a
spreadsheet shows them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from io import BytesIO, StringIO

from xlsxwriter import Workbook
from xlsxwriter.format import Format

from strategy.clock import today
from strategy.thai.digits import in_thai_digits
from strategy.workbook import paper
from strategy.workbook.sheet import LINE, Sheet
from strategy.workbook.styles import STYLES
from strategy.workbook.texts import clean_text, in_thai_digits_format, sheet_name
from strategy.workbook.theme import THEME

#: Columns beside those that are written in which people may type.
_BESIDE = 30


class Book:
    """A workbook with the house's styles.

    ``title`` and ``creator`` stand in the file's properties: what it is, and whose it is; with
    the day on which it was made, today unless ``made`` says otherwise. The same figures on the
    same day give the same bytes. ``footer``: what the foot of every printed page says, the title
    unless told otherwise; ``stamp``: an image (PNG) beside it, none where empty. ``thai_digits``:
    numbers stay numbers and are shown in Thai digits, as are those within texts.
    """

    def __init__(
        self,
        *,
        title: str,
        creator: str,
        footer: str = "",
        made: date | None = None,
        thai_digits: bool = False,
    ) -> None:
        self._stream = BytesIO()
        self.workbook = Workbook(
            self._stream,
            {
                "in_memory": True,
                # A text stays a text, whatever it looks like.
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
                # Widths of columns are counted in digits of this font, which are 7 pixels wide
                # on every machine, also where the house's font is missing. No cell is written
                # in it: columns have a format of their own.
                "default_format_properties": {"font_name": "Arial", "font_size": 10},
            },
        )
        # Charts take the letters of complex scripts, Thai among them, from the theme alone.
        self.workbook.use_custom_theme(StringIO(THEME))
        self.thai_digits = thai_digits
        self.made = made or today()
        self.footer = clean_text(footer or title)
        self.stamp = b""
        self.workbook.set_properties(
            {
                "title": clean_text(title),
                "author": clean_text(creator),
                "created": datetime(*self.made.timetuple()[:3]),  # noqa: DTZ001 - a day
            }
        )
        self._formats: dict[tuple[str, bool, int], Format] = {}
        self._sheets: list[Sheet] = []

    def format(self, style: str, *, quoted: bool = False, decimals: int = 0) -> Format:
        """A style's format. ``quoted``: a text that could be taken for a formula is marked.
        ``decimals``: of a number, which has to be known in Thai digits."""
        found = self._formats.get((style, quoted, decimals))
        if found is None:
            look = {**STYLES[style].properties(), "quote_prefix": quoted}
            if self.thai_digits:
                look["num_format"] = in_thai_digits_format(look["num_format"], decimals)
            found = self.workbook.add_format(look)
            self._formats[style, quoted, decimals] = found
        return found

    def text(self, value: object) -> str:
        """A text as this workbook holds it."""
        text = clean_text(value)
        return in_thai_digits(text) if self.thai_digits else text

    def sheet(self, title: str, widths: Sequence[float]) -> Sheet:
        """A new sheet with its column widths, set up for print."""
        name = sheet_name(title)
        worksheet = self.workbook.add_worksheet(name)
        worksheet.set_default_row(LINE)
        # What staff type into an empty cell gets the house's font as well.
        empty = self.format("empty")
        for column, width in enumerate(widths):
            worksheet.set_column(column, column, width, empty)
        worksheet.set_column(len(widths), len(widths) + _BESIDE, None, empty)
        sheet = Sheet(self, worksheet, widths)
        self._sheets.append(sheet)
        return sheet

    def page(self, title: str, shares: Sequence[float], beside: Sequence[float] = ()) -> Sheet:
        """A new sheet made for paper: columns in these proportions fill its page.

        ``beside``: widths of columns that are not printed, for work on a screen.
        """
        sheet = self.sheet(title, [*paper.filled(shares), *beside])
        sheet.printed = len(shares)
        return sheet

    def save(self) -> bytes:
        """The workbook as bytes; nothing can be written afterwards."""
        for sheet in self._sheets:
            sheet.finish()
        self.workbook.close()
        return self._stream.getvalue()
