"""A sheet on paper: A4 lying, words on every page, and letters that can be read there.

Sheets may be shrunk until their letters have 10 points, and no further: those of TH Sarabun New
are smaller than those of other fonts of that size. A sheet that is wider than that goes on beside
its first page, with its first columns again.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from strategy.thai import format_date
from strategy.workbook.measure import cut, pixels_of
from strategy.workbook.styles import FONT, SIZE

if TYPE_CHECKING:
    from strategy.workbook.sheet import Sheet

#: Points of the smallest letters that are printed.
LEAST = 10.0
_A4 = 9
#: Inches of white around what is printed; ``_STAMPED``: below it, where an image is at the foot.
_LEFT, _TOP, _BOTTOM, _STAMPED = 0.4, 0.5, 0.75, 1.15
_HEADED = 0.75
#: Points of the letters at the foot, and what they may take beside the number of the page.
_FOOT, _FOOT_ROOM = 12, 640.0
#: How much of a page is filled before it is ended by hand: printers differ.
_SURELY = 0.97
#: Pixels (96 an inch) that A4 lying leaves from left to right; LibreOffice has columns up to 8 in a
#: hundred wider than Excel.
WIDE = int((11.69 - 2 * _LEFT) * 96 / 1.08)
#: Points (72 an inch) that it leaves one above another, without an image at the foot and with one.
_TALL, _LESS_TALL = ((8.27 - _TOP - bottom) * 72 for bottom in (_BOTTOM, _STAMPED))


def scale_of(widths: list[float]) -> float:
    """By how much columns (in characters) are shrunk to fit beside one another; 1 at most."""
    return min(1.0, WIDE / sum(map(pixels_of, widths)))


def is_readable(scale: float) -> bool:
    """Whether letters can still be read when they are shrunk so far."""
    return SIZE * scale >= LEAST - 0.01


def height_on_page(widths: list[float]) -> float:
    """The points of rows that one page surely holds beside columns of these widths, also with an
    image at its foot.
    """
    return _LESS_TALL * _SURELY / scale_of(widths)


def fits_one_page(height: float) -> bool:
    """Whether rows of so many points can be shrunk to one page and still be read."""
    return is_readable(_LESS_TALL / height) if height else True


def filled(shares: Sequence[float]) -> list[float]:
    """Columns in these proportions that fill a page whose letters are shrunk as far as they may:
    so all pages of a workbook have letters of one size.
    """
    room = WIDE * SIZE / LEAST - 6 * len(shares)
    whole = sum(shares)
    return [int(share * room * 10 / (7 * whole)) / 10 for share in shares]


def columns_on_page(widths: list[float]) -> int:
    """How many of the first columns stand on the first printed page."""
    room, used = WIDE * SIZE / LEAST, 0
    for place, width in enumerate(widths):
        used += pixels_of(width)
        if used > room:
            return max(place, 1)
    return len(widths)


def breaks(sheet: Sheet, scale: float) -> list[int]:
    """The rows after which a page ends, so that no block of rows is torn that fits on one page."""
    room = (_LESS_TALL if sheet.book.stamp else _TALL) * _SURELY / scale
    begins = {first: last for first, last in sheet.blocks}
    found: list[int] = []
    used, row = 0.0, 1
    while row <= sheet.row:
        last = begins.get(row, row)
        rows = [sheet.height(each) for each in range(row, last + 1)]
        if sum(rows) > room - sheet.repeated_height:
            last, rows = row, rows[:1]  # no page holds it: row by row
        if used + sum(rows) > room and used:
            found.append(row - 1)
            used = sheet.repeated_height
        used += sum(rows)
        row = last + 1
    return found


def set_up(sheet: Sheet) -> None:
    """A4 lying, page numbers in words, and the sheet's title where no cell says it."""
    paper, book = sheet.worksheet, sheet.book
    paper.set_paper(_A4)
    paper.set_landscape()
    paper.center_horizontally()
    scale = scale_of(sheet.widths_printed)
    if is_readable(scale) and (sheet.pages_tall or not sheet.blocks):
        paper.fit_to_pages(1, sheet.pages_tall)
    elif is_readable(scale):
        # Where pages break by hand, no program shrinks a sheet by itself.
        percent = int(100 * scale)
        paper.set_print_scale(percent)
        paper.set_h_pagebreaks(breaks(sheet, percent / 100))
    else:
        paper.set_print_scale(math.ceil(100 * LEAST / SIZE))
        paper.print_across()
        if sheet.key_columns:
            paper.repeat_columns(0, sheet.key_columns - 1)
    stamp = book.stamp
    paper.set_margins(
        left=_LEFT,
        right=_LEFT,
        top=_TOP if sheet.titled else _HEADED,
        bottom=_STAMPED if stamp else _BOTTOM,
    )
    letters = f'&"{FONT},Regular"&{_FOOT}'
    named = cut(book.footer, _FOOT_ROOM, _FOOT).replace("&", "&&")
    page, of = _("page"), _("of")
    image = {"image_center": "stamp.png", "image_data_center": BytesIO(stamp)} if stamp else {}
    paper.set_footer(
        f"&L{letters}{named}{'&C&G' if stamp else ''}&R{letters}{page} &P {of} &N",
        {"margin": 0.35, "scale_with_doc": False, **image},
    )
    if not sheet.titled:
        title = sheet.name.replace("&", "&&")
        day = _("as known on") + f" {format_date(book.made)}"
        paper.set_header(
            f'&L&"{FONT},Bold"&18{title}&R{letters}{day}',
            {"margin": 0.35, "scale_with_doc": False},
        )
    paper.print_area(0, 0, max(sheet.row, 1) - 1, len(sheet.widths_printed) - 1)
