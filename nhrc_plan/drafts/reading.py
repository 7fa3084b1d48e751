"""A plan's workbook as it was sent: sheets by their names, columns by their headings, cells read.

Nothing is asked of the database here; what is unclear in a cell is said beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from xlsxwriter.utility import xl_col_to_name

from nhrc_plan.drafts.columns import Column, value_in, yes
from nhrc_plan.drafts.tables.all import TABLES
from nhrc_plan.drafts.tables.table import Key, Table, Values
from nhrc_plan.exchange.rows import Problem
from strategy.workbook.upload import EMPTY, Found, sheets_read

MAX_ROWS = 6_000
_MAX_COLUMNS = 40
#: Rows above the headings: the title and notes.
_TOP = 12


def version_label() -> str:
    return str(_("version of the row"))


def going_label() -> str:
    return str(_("take this row away"))


class Filled(NamedTuple):
    """A row of the workbook. ``key`` None where it cannot be told; ``cells``: the place of each
    column's cell; ``version``: of which row in which version it was written."""

    number: int
    key: Key | None
    values: Values
    problems: tuple[Problem, ...]
    version: str
    goes: bool
    cells: Mapping[str, tuple[str, str]]

    def problem(self, column: str, text: str) -> Problem:
        cell, read = self.cells.get(column, ("", ""))
        return Problem(cell, read[:60], text)


@dataclass
class SheetRead:
    """A sheet with its rows; ``problem``: why it cannot be read."""

    table: Table
    rows: list[Filled] = field(default_factory=list)
    problem: str = ""


def plan_read(content: bytes) -> dict[str, SheetRead]:
    """The sheets of a workbook, by the code of their table.

    Raises ValidationError where the file as a whole cannot be taken.
    """
    read = sheets_read(content, {table.name: (_MAX_COLUMNS, MAX_ROWS) for table in TABLES})
    found = {
        table.code: _sheet(table, read.rows[table.name])
        for table in TABLES
        if table.name in read.rows
    }
    missing = [table.name for table in TABLES[:2] if table.code not in found]
    if missing:
        raise ValidationError(
            _("The workbook has no sheet “%(missing)s”. It has: %(found)s. Begin from the workbook "
              "of a plan.")
            % {"missing": ", ".join(missing), "found": ", ".join(read.names[:10])[:200]}
        )  # fmt: skip
    return found


def _text(cells: Sequence[Found], place: int) -> str:
    return " ".join(cells[place].text.split()) if place < len(cells) else ""


def _sheet(table: Table, lines: Sequence[Sequence[Found]]) -> SheetRead:
    read = SheetRead(table)
    if table.upright:
        _upright(read, lines)
        return read
    labels = {str(column.label): column.name for column in table.columns}
    for number, cells in enumerate(lines[:_TOP], start=1):
        places = {_text(cells, place): place for place in range(len(cells))}
        if str(table.columns[0].label) in places and len(places.keys() & labels.keys()) > 1:
            missing = [label for label in labels if label not in places]
            if missing:
                read.problem = _("Columns are missing: %(labels)s.") % {
                    "labels": ", ".join(missing)
                }
            else:
                read.rows = list(_rows(table, places, lines, number))
            return read
    read.problem = _("The row of headings was not found; it begins with “%(label)s”.") % {
        "label": table.columns[0].label
    }
    return read


def _rows(
    table: Table, places: Mapping[str, int], lines: Sequence[Sequence[Found]], top: int
) -> Iterator[Filled]:
    for number, cells in enumerate(lines[top:], start=top + 1):
        held = {
            column.name: cells[place]
            for column in table.columns
            if (place := places[str(column.label)]) < len(cells)
        }
        if all(cell == EMPTY for cell in held.values()):
            continue
        named = {
            column.name: f"{xl_col_to_name(places[str(column.label)])}{number}"
            for column in table.columns
        }
        version = places.get(version_label(), _MAX_COLUMNS)
        going = places.get(going_label(), _MAX_COLUMNS)
        goes = _text(cells, going).casefold() in (yes().casefold(), "yes", "ใช่")
        yield _filled(table, number, held, named, _text(cells, version), goes=goes)


def _upright(read: SheetRead, lines: Sequence[Sequence[Found]]) -> None:
    """A sheet of one row: headings in the first column, what they say in the second."""
    table = read.table
    labels = {str(column.label): column for column in table.columns}
    held: dict[str, Found] = {}
    named: dict[str, str] = {}
    version = ""
    for number, cells in enumerate(lines, start=1):
        label = _text(cells, 0)
        if label in labels:
            held[labels[label].name] = cells[1] if len(cells) > 1 else EMPTY
            named[labels[label].name] = f"B{number}"
        elif label == version_label():
            version = _text(cells, 1)
    missing = [label for label, column in labels.items() if column.name not in held]
    if missing:
        read.problem = _("Rows are missing: %(labels)s.") % {"labels": ", ".join(missing)}
    else:
        first = int(next(iter(named.values()))[1:])
        read.rows = [_filled(table, first, held, named, version, goes=False)]


def _filled(
    table: Table,
    number: int,
    held: Mapping[str, Found],
    named: Mapping[str, str],
    version: str,
    *,
    goes: bool,
) -> Filled:
    values: Values = {}
    problems: list[Problem] = []
    cells = {
        column.name: (named[column.name], held.get(column.name, EMPTY).text)
        for column in table.columns
    }
    for column in table.columns:
        try:
            values[column.name] = _value(column, held.get(column.name, EMPTY))
        except ValidationError as refused:
            place, text = cells[column.name]
            problems.append(Problem(place, text[:60], " ".join(refused.messages)))
    key = None
    if all(name in values for name in table.keys):
        try:
            key = table.key(values)
        except ValidationError as refused:
            for name, texts in refused.message_dict.items():
                place, text = cells[name]
                problems.append(Problem(place, text[:60], " ".join(texts)))
    return Filled(number, key, values, tuple(problems), version, goes, cells)


def _value(column: Column, found: Found) -> object:
    if found.problem:
        raise ValidationError(found.problem)
    return value_in(column, found.text)
