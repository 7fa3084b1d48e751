"""Texts as a workbook can hold them, and cells as it names them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

#: What XML forbids, and so a workbook cannot hold.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\]")
_LONGEST = 32_767  # characters that a cell can hold
#: Of a number format: digits (D: Thai, 1: Arabic), calendar (07: Buddhist Era), language (Thai). Of
#: a number without a calendar, which LibreOffice would not understand.
_THAI_DIGITS, _THAI_DAY, _ARABIC_DAY = "[$-D00041E]", "[$-D07041E]", "[$-107041E]"
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


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


def in_thai_digits_format(look: str, decimals: int = 0) -> str:
    """A number's format that shows it in Thai digits.

    ``decimals``: of a number without a format of its own, which stands as it is.
    """
    if look == "@":
        return look
    if look == "General":
        look = f"0.{'0' * decimals}" if decimals else "0"
    if look.startswith(_ARABIC_DAY):
        return f"{_THAI_DAY}{look.removeprefix(_ARABIC_DAY)}"
    return f"{_THAI_DIGITS}{look}"


def decimals_of(value: Decimal | int) -> int:
    """With how many decimals a number stands as it is."""
    exponent = Decimal(value).normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def starts_formula(text: str) -> bool:
    """Whether a spreadsheet could take a text for a formula."""
    return text.startswith(_FORMULA_STARTS)


def sheet_name(title: str) -> str:
    """A title as a sheet can be called."""
    return _NOT_IN_A_NAME.sub(" ", clean_text(title))[:31]


def cell(row: int, column: int) -> str:
    """A cell as a spreadsheet names it: "C3"."""
    return f"{xl_col_to_name(column - 1)}{row}"


def area(first: int, last: int, columns: Sequence[int]) -> str:
    """Rows of several columns as a spreadsheet names them: "C3:C9 F3:F9"."""
    letters = [xl_col_to_name(column - 1) for column in columns]
    return " ".join(f"{letter}{first}:{letter}{last}" for letter in letters)
