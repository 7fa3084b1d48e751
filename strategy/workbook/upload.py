"""Reading uploaded workbooks: one named sheet, within limits, as plain cells; nothing is run.

Formulas are seen as such and never as the value that a spreadsheet once worked out for them.
Whatever is wrong with a file ends in a sentence, never in an error page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any, NamedTuple, TypeVar
from zipfile import ZipFile

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from openpyxl import load_workbook

T = TypeVar("T")

#: Bytes of a file as it is sent, and of all its parts unpacked.
MAX_BYTES = 2_000_000
MAX_UNPACKED = 8_000_000
MAX_PARTS = 500


class Found(NamedTuple):
    """What a cell holds. ``text`` is its words; for a number, all its digits.

    ``problem``: why the cell cannot be read, as a sentence; "" where it can.
    """

    text: str
    problem: str = ""


EMPTY = Found("")


def sheet_rows(content: bytes, sheet: str, *, columns: int, rows: int) -> list[list[Found]]:
    """The cells of one sheet from its first row on. Raises ValidationError with what is wrong."""
    _check_package(content)
    # A file from outside can break its reader in any way; the sentence is the same for all.
    workbook = _read(lambda: load_workbook(BytesIO(content), read_only=True, data_only=False))
    try:
        if sheet not in workbook.sheetnames:
            raise ValidationError(
                _("The workbook has no sheet “%(sheet)s”. It has: %(found)s.")
                % {"sheet": sheet, "found": ", ".join(workbook.sheetnames[:10])[:200]}
            )
        return _read(lambda: _taken(workbook[sheet].iter_rows(max_col=columns), rows))
    finally:
        workbook.close()


def _taken(lines: Iterable[Sequence[Any]], rows: int) -> list[list[Found]]:
    """The cells of the rows; those beyond the limit have to be empty."""
    found: list[list[Found]] = []
    for number, line in enumerate(lines, start=1):
        if number <= rows:
            found.append([_found(cell) for cell in line])
        elif any(cell.value is not None for cell in line):
            raise ValidationError(_("The sheet has more than %(rows)s rows.") % {"rows": rows})
    return found


def _check_package(content: bytes) -> None:
    """Refuses what is no workbook, or unpacks to more than a sheet of figures ever would."""
    if len(content) > MAX_BYTES:
        raise ValidationError(
            _("The file is larger than %(limit)s MB.") % {"limit": MAX_BYTES // 1_000_000}
        )
    # A damaged list of parts fails in more ways than one.
    parts = _read(lambda: ZipFile(BytesIO(content)).infolist())
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise ValidationError(
            _("The file holds far more than a sheet of figures; it was not opened.")
        )
    if any(part.filename.lower().endswith("vbaproject.bin") for part in parts):
        raise ValidationError(
            _("The file holds macros. Save it as an Excel workbook (.xlsx), then upload it again.")
        )


def _read(read: Callable[[], T]) -> T:
    try:
        return read()
    except ValidationError:
        raise
    except Exception as error:
        raise _unreadable() from error


def _unreadable() -> ValidationError:
    return ValidationError(
        _(
            "This is no workbook that can be read. Save it as an Excel workbook (.xlsx) without "
            "a password, then upload it again."
        )
    )


def _found(cell: Any) -> Found:
    value = cell.value
    if value is None:
        return EMPTY
    if cell.data_type == "f" or not isinstance(value, (str, int, float, date)):
        return Found(
            str(value)[:200], _("This is a formula; write the number itself in its place.")
        )
    if cell.data_type == "e":
        text = str(value)
        return Found(
            text, _("The cell holds the error %(text)s; write a number.") % {"text": text[:20]}
        )
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        text = str(value)[:60]
        return Found(text, _("“%(text)s” is no number; write digits only.") % {"text": text})
    if isinstance(value, str):
        return Found(value.strip())
    # Fifteen digits are all that a spreadsheet keeps; what a float shows beyond them is dust.
    return Found(format(Decimal(f"{value:.15g}"), "f") if abs(value) < 1e15 else str(value))
