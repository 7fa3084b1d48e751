"""Reading uploaded files: named sheets, or a table of any make, within limits, as plain cells.

Nothing is run.

The file is read by a process of its own (apart.py). Formulas are seen as such and never as the
value that a spreadsheet once worked out for them. Whatever is wrong with a file ends in a
sentence, never in an error page.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

#: Bytes of a file as it is sent, and of all its parts unpacked.
MAX_BYTES = 2_000_000
MAX_UNPACKED = 12_000_000
MAX_PARTS = 500
#: Seconds to wait for the reader on a busy machine; its own limit is of work done.
_PATIENCE = 60

_READER = Path(__file__).with_name("apart.py")


class Found(NamedTuple):
    """What a cell holds. ``text`` is its words; for a number, all its digits; for a date, the day
    as people here write it.

    ``problem``: why the cell cannot be read, as a sentence; "" where it can.
    """

    text: str
    problem: str = ""


EMPTY = Found("")


class Grid(NamedTuple):
    """A table of any make: a sheet of a workbook, or a text parted by commas, semicolons or tabs.

    ``names``, ``hidden``: the sheets there are, and those that are hidden; ``sheet``: the one that
    was read; ``rows``: its cells, from the first row on. ``merged``: areas as (first row, first
    column, last row, last column), these and the hidden rows and columns counted from 1.
    ``filtered``: a filter is on. ``source``: "xlsx", or how the text was encoded.
    """

    names: tuple[str, ...]
    hidden: frozenset[str]
    sheet: str
    rows: list[list[Found]]
    merged: tuple[tuple[int, int, int, int], ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    filtered: bool = False
    source: str = "xlsx"


class Sheets(NamedTuple):
    """What was asked for of a workbook. ``names``: the sheets there are; ``rows``: the cells of
    those that were asked for and are there, from the first row on."""

    names: tuple[str, ...]
    rows: Mapping[str, list[list[Found]]]


def sheet_rows(content: bytes, sheet: str, *, columns: int, rows: int) -> list[list[Found]]:
    """The cells of one sheet from its first row on. Raises ValidationError with what is wrong."""
    found = sheets_read(content, {sheet: (columns, rows)})
    if sheet not in found.rows:
        raise ValidationError(
            _("The workbook has no sheet “%(sheet)s”. It has: %(found)s.")
            % {"sheet": sheet, "found": ", ".join(found.names[:10])[:200]}
        )
    return found.rows[sheet]


def sheets_read(content: bytes, wanted: Mapping[str, tuple[int, int]]) -> Sheets:
    """The cells of some sheets, each with at most so many columns and rows.

    Columns beyond are not looked at; a row beyond that holds anything is refused. Raises
    ValidationError with what is wrong with the file as a whole.
    """
    answer = _asked(content, {"sheets": dict(wanted)})
    return Sheets(
        tuple(answer["names"]), {name: _cells_of(lines) for name, lines in answer["sheets"].items()}
    )


def grid_read(content: bytes, sheet: str, *, columns: int, rows: int) -> Grid:
    """A table of any make; ``sheet`` "": the first that is not hidden.

    Anything beyond so many columns or rows is refused. Raises ValidationError with what is wrong
    with the file as a whole.
    """
    answer = _asked(content, {"table": [sheet, columns, rows]})
    width = max((place for line in answer["rows"] for place, cell in enumerate(line, 1) if cell),
                default=0)  # fmt: skip
    return Grid(
        names=tuple(answer["names"]),
        hidden=frozenset(answer["hidden"]),
        sheet=answer["sheet"],
        rows=_cells_of([line[:width] for line in answer["rows"]]),
        merged=tuple((first, left, last, right) for first, left, last, right in answer["merged"]),
        hidden_rows=frozenset(answer["hidden_rows"]),
        hidden_columns=frozenset(answer["hidden_columns"]),
        filtered=answer["filtered"],
        source=answer["source"],
    )


def _asked(content: bytes, asked: Mapping[str, Any]) -> dict[str, Any]:
    """What the reader answers. Raises ValidationError where the file cannot be taken."""
    if len(content) > MAX_BYTES:
        raise ValidationError(
            _("The file is larger than %(limit)s MB.") % {"limit": MAX_BYTES // 1_000_000}
        )
    answer = _apart(content, {**asked, "unpacked": MAX_UNPACKED, "parts": MAX_PARTS})
    if "refused" in answer:
        raise ValidationError(_file_sentence(answer["refused"], answer["about"]))
    return answer


def _cells_of(lines: Sequence[Sequence[Any]]) -> list[list[Found]]:
    return [[_cell(cell) for cell in line] for line in lines]


def _apart(content: bytes, asked: Mapping[str, Any]) -> dict[str, Any]:
    """What the reader answers; that the file cannot be read, where the reader does not survive."""
    lost: dict[str, Any] = {"refused": "unreadable", "about": {}}
    try:
        # No environment: the reader has no business with the service's settings.
        done = subprocess.run(  # noqa: S603 - our own module, and the file comes by its input
            [sys.executable, "-P", str(_READER)],
            input=json.dumps(asked).encode() + b"\n" + content,
            capture_output=True,
            timeout=_PATIENCE,
            env={},
            check=True,
        )
        answer: dict[str, Any] = json.loads(done.stdout)
    except (subprocess.SubprocessError, ValueError):
        return lost
    return answer


def _file_sentence(code: str, about: Mapping[str, Any]) -> str:
    """What is wrong with a file as a whole."""
    return {
        "too_much": _("The file holds far more than a sheet of figures; it was not opened."),
        "macros": _(
            "The file holds macros. Save it as an Excel workbook (.xlsx), then upload it again."
        ),
        "rows": _("The sheet has more than %(rows)s rows."),
        "columns": _(
            "The sheet has more than %(columns)s columns. Keep those that are needed, then upload "
            "it again."
        ),
        "no_sheet": _("The workbook has no sheet “%(sheet)s”."),
        "password": _("The file has a password. Save it without one, then upload it again."),
        "old_excel": _(
            "This is a workbook of old Excel (.xls). Save it as an Excel workbook (.xlsx), then "
            "upload it again."
        ),
        "no_table": _(
            "This is neither a workbook (.xlsx) nor a table as text (.csv). Save the table as one "
            "of them, then upload it again."
        ),
        "encoding": _(
            "The letters of this text cannot be read. Save it as “CSV UTF-8”, then upload it again."
        ),
        "unreadable": _(
            "This is no workbook that can be read. Save it as an Excel workbook (.xlsx) without "
            "a password, then upload it again."
        ),
    }[code] % dict(about)


def _cell(cell: Any) -> Found:
    if cell is None:
        return EMPTY
    if isinstance(cell, str):
        return Found(cell)
    text, code = cell
    return Found(text, _cell_sentence(code, text))


def _cell_sentence(code: str, text: str) -> str:
    """Why a cell cannot be read."""
    return {
        "formula": _("This is a formula; write the number itself in its place."),
        "error": _("The cell holds the error %(text)s; write a number."),
        "no_number": _("“%(text)s” is no number; write digits only."),
        "moment": _("“%(text)s” is a day with a time; write the day alone."),
    }[code] % {"text": text}
