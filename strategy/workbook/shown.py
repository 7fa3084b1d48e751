"""A sheet as a reader sees it: every row as texts, to be kept and shown without the workbook."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from strategy.thai import format_date
from strategy.workbook.sheet import Sheet
from strategy.workbook.styles import STYLES
from strategy.workbook.texts import clean_text

#: What rows are, by the beginning of their first cell's style; all others are plain rows.
_KINDS = ("title", "section", "note", "head", "group", "total")


def rows_shown(sheet: Sheet) -> list[dict[str, Any]]:
    """The rows of a sheet: ``kind`` (title, note, head, group, total or row) and its ``cells``.

    Numbers are written as the sheet's formats show them; empty cells at a row's end are left out.
    """
    found = []
    for values, styles in sheet.rows:
        cells = [_shown(value, style) for value, style in zip(values, styles, strict=True)]
        while cells and not cells[-1]:
            cells.pop()
        kind = next((kind for kind in _KINDS if styles and styles[0].startswith(kind)), "row")
        kind = "title" if kind == "section" else kind
        found.append({"kind": kind, "cells": cells})
    return found


def _shown(value: Any, style: str) -> str:
    """A cell's text. A whole number in a style without a number format is written as it is."""
    if value is None:
        return ""
    if isinstance(value, date):
        return format_date(value)
    if not isinstance(value, (int, Decimal)):
        return clean_text(value)
    number = STYLES[style].number
    if number == "General":
        return str(value)
    decimals = len(number.partition(".")[2])
    return f"{value:{',' if ',' in number else ''}.{decimals}f}"
