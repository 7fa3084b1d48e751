"""The workbook of a whole plan: a sheet for each table, drop-downs, what to do with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from xlsxwriter.utility import xl_col_to_name

from nhrc_plan.drafts.columns import NUMBER, NUMBERS, WHOLE, YEAR, Column, cell_of, value_of, yes
from nhrc_plan.drafts.reading import going_label, version_label
from nhrc_plan.drafts.tables.all import TABLES
from nhrc_plan.drafts.tables.structure import UNITS
from nhrc_plan.drafts.tables.table import Scope, Table, Values
from strategy.models import Agency, Plan
from strategy.records.model import Record
from strategy.workbook.book import Book
from strategy.workbook.sheet import Sheet

#: Empty rows below the last one that have drop-downs and the look of cells to fill in.
_MORE = 200
_WIDTHS = [34, 100]


class Line(NamedTuple):
    """A row to be written. ``version``: of which row in which version; "" of a new one."""

    values: Values
    version: str = ""


Lines = Mapping[str, Sequence[Line]]


def version_text(plan: Plan, row: Record) -> str:
    """Of which plan's row, in which version, a line of the workbook was written."""
    return f"{plan.slug}:{row.pk}.{row.version}"


def plan_lines(plan: Plan) -> dict[str, list[Line]]:
    """All rows of a plan, by the code of their table. A fixed number of queries."""
    scope = Scope(plan.agency, plan)
    return {
        table.code: [
            Line(each.values, version_text(plan, each.row)) for each in table.stored(scope).values()
        ]
        for table in TABLES
    }


def empty_lines() -> dict[str, list[Line]]:
    """No rows, and what an agency and a plan begin with: for whoever has no plan yet."""
    begun: dict[str, Record] = {"agency": Agency(), "plan": Plan()}
    found = {}
    for table in TABLES:
        row = begun.get(table.code)
        held = {} if row is None else table.values(row)
        values = {name: value_of(table.column(name), value) for name, value in held.items()}
        found[table.code] = [] if row is None else [Line(values)]
    return found


def plan_workbook(lines: Lines) -> bytes:
    """The workbook of some rows: a plan's as they stand, or the beginning of another one."""
    plan, agency = lines["plan"][0].values, lines["agency"][0].values
    name = plan["name"] or str(_("The next plan"))
    book = Book(title=name, creator=agency["name"])
    _instructions(book, name)
    lists = _Lists()
    pages: list[tuple[Table, Sheet, int]] = []
    for table in TABLES:
        rows = lines[table.code]
        if table.upright:
            pages.append((table, *_upright(book, table, rows[0])))
        else:
            pages.append((table, *_table(book, table, rows)))
    units = next(page for table, page, _first in pages if table is UNITS)
    unit_rows = len(lines[UNITS.code]) + _MORE
    for table, page, first in pages:
        _drop_downs(table, page, first, lists, (units.name, unit_rows))
    lists.write(book)
    return book.save()


def _instructions(book: Book, name: str) -> None:
    page = book.sheet(str(_("How to fill in")), [6, 120])
    page.title(str(_("The plan as a workbook")), name)
    steps = [
        _("Each sheet is a part of the plan, each row one thing of it. Change cells, add rows "
          "below the last one, in whatever order."),
        _("Rows are found by what the plan itself calls them: numbers, codes such as S1-2.1, names "
          "of units. What belongs to an indicator names its code. A row under another code is "
          "another row."),
        _("Another short name on the sheet “%(plan)s” makes another plan, a draft that planners "
          "alone see. The workbook of a draft changes that draft.")
        % {"plan": next(table.name for table in TABLES if table.code == "plan")},
        _("A row that is missing here stays in the draft. To take one away, write “%(yes)s” under "
          "“%(label)s”.") % {"yes": yes(), "label": going_label()},
        _("Several names or numbers in one cell stand with “;” between them, such as 20; 15. Of "
          "lead units the first counts."),
        _("Years are those of the Buddhist Era, amounts are in baht. Numbers may be written in "
          "Arabic or Thai digits."),
        _("Persons are written by their user name. They are not made by the workbook; units and "
          "the agency are, where they are missing."),
        _("Leave the headings and the last column as they are: by it the system notices what "
          "others have changed meanwhile. In rows that you add it stays empty."),
        _("Results, payments and what came of integrity measures are not in the workbook."),
        _("Send the file under “The next plan”. You see what would change before anything does."),
    ]  # fmt: skip
    for number, step in enumerate(steps, start=1):
        page.write([number, step], ["center", "text"])


def _look(column: Column) -> str:
    """Numbers as numbers; every other cell as text, so that no spreadsheet makes a date of 3-1."""
    return "free_number" if column.kind in (NUMBER, WHOLE, YEAR) else "free_text"


def _upright(book: Book, table: Table, line: Line) -> tuple[Sheet, int]:
    page = book.sheet(table.name, _WIDTHS)
    page.title(table.name)
    first = page.row + 1
    for column in table.columns:
        value = cell_of(column, line.values[column.name])
        page.write([str(column.label), value], ["group", _look(column)])
    page.write([version_label(), line.version], ["note", "note"])
    return page, first


def _table(book: Book, table: Table, lines: Sequence[Line]) -> tuple[Sheet, int]:
    columns = table.columns
    goes = [going_label()] if table.may_go else []
    widths = [*(column.width for column in columns), *([14] * len(goes)), 30]
    page = book.sheet(table.name, widths)
    page.printed = len(widths) - 1  # which version a row has, no reader asks
    page.title(table.name)
    head = page.head([*(str(column.label) for column in columns), *goes, version_label()])
    first = page.row + 1
    looks = [*map(_look, columns), *(["free_text"] * len(goes)), "note"]
    for line in lines:
        cells = [cell_of(column, line.values[column.name]) for column in columns]
        styles = [
            "free_number" if column.kind == NUMBERS and not isinstance(cell, str) else look
            for column, cell, look in zip(columns, cells, looks, strict=False)
        ]
        page.write([*cells, *([None] * len(goes)), line.version], [*styles, *looks[len(columns) :]])
    for place, (width, look) in enumerate(zip(widths, looks, strict=True)):
        # What is typed into the rows below is read as what the column holds.
        page.worksheet.set_column(place, place, width, book.format(look))
    page.table(head)
    page.freeze(first, 2)
    return page, first


class _Lists:
    """The lists to choose from, each once, on a sheet of their own: a rule holds few letters."""

    def __init__(self) -> None:
        self.found: dict[tuple[str, ...], str] = {}
        self.name = str(_("Choices"))

    def source(self, labels: Sequence[str]) -> str:
        key = tuple(labels)
        if key not in self.found:
            letter = xl_col_to_name(len(self.found))
            self.found[key] = f"='{self.name}'!${letter}$1:${letter}${len(key)}"
        return self.found[key]

    def write(self, book: Book) -> None:
        lists = list(self.found)
        page = book.sheet(self.name, [34] * len(lists))
        for place in range(max(map(len, lists), default=0)):
            cells = [labels[place] if place < len(labels) else None for labels in lists]
            page.write(cells, "text")


def _drop_downs(
    table: Table, page: Sheet, first: int, lists: _Lists, units: tuple[str, int]
) -> None:
    """What a spreadsheet offers to choose, and refuses at once; the system looks again."""
    columns: list[Column | None] = [*table.columns]
    if table.may_go:
        columns.append(None)
    for place, column in enumerate(columns):
        if column is None:
            source = lists.source([yes()])
        elif column.of:
            source = f"='{units[0]}'!$A$4:$A${units[1] + 3}"
        elif column.labels and column.kind not in (NUMBER, NUMBERS):
            source = lists.source(column.labels)
        else:
            continue
        rule: dict[str, Any] = {
            "validate": "list",
            "source": source,
            "ignore_blank": True,
            "error_message": _("Choose from the list, or leave the cell empty."),
        }
        if table.upright:
            page.worksheet.data_validation(first - 1 + place, 1, first - 1 + place, 1, rule)
        else:
            last = page.row - 1 + _MORE
            page.worksheet.data_validation(first - 1, place, last, place, rule)
