"""Reading what a workbook says, as the format says it."""

from __future__ import annotations

from typing import Any

from openpyxl.utils import column_index_from_string


def printed_pages(sheet: Any) -> tuple[int, int]:
    """Pages (wide, tall) that a sheet is shrunk to; 0: as many as it takes.

    The format takes what a file leaves out for 1 (ECMA-376 part 1, 18.3.1.63).
    """
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    setup = sheet.page_setup
    return tuple(1 if pages is None else pages for pages in (setup.fitToWidth, setup.fitToHeight))


def printed_letters(sheet: Any) -> float:
    """The points of the smallest letters of a sheet that is printed one page wide; 0 where its
    columns do not stand on one page, or no scale says so.
    """
    columns = (
        sheet.print_area.replace("$", "").partition("!")[2].partition(":")[2].rstrip("0123456789")
    )
    last = column_index_from_string(columns)
    widths = [
        dimension.width
        for dimension in sheet.column_dimensions.values()
        for column in range(dimension.min, dimension.max + 1)
        if column <= last
    ]
    # A file holds widths with the five pixels beside the digits, seven pixels each.
    pixels = sum(round(width * 7) for width in widths)
    margins = sheet.page_margins
    room = (11.69 - margins.left - margins.right) * 96
    smallest = min(
        cell.font.sz
        for row in sheet.iter_rows(max_col=last)
        for cell in row
        if cell.value is not None
    )
    if sheet.sheet_properties.pageSetUpPr and sheet.sheet_properties.pageSetUpPr.fitToPage:
        assert printed_pages(sheet)[0] == 1
        return smallest * min(room / pixels, 1)
    scale = (sheet.page_setup.scale or 100) / 100
    return smallest * scale if pixels * scale <= room else 0
