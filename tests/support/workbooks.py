"""Reading what a workbook says, as the format says it."""

from __future__ import annotations

from typing import Any


def printed_pages(sheet: Any) -> tuple[int, int]:
    """Pages (wide, tall) that a sheet is shrunk to; 0: as many as it takes.

    The format takes what a file leaves out for 1 (ECMA-376 part 1, 18.3.1.63).
    """
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    setup = sheet.page_setup
    return tuple(1 if pages is None else pages for pages in (setup.fitToWidth, setup.fitToHeight))
