"""The entry workbook: what is to be filled in of a month, with what stands beside it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from nhrc_plan.exchange.parts import Column, Line, Part, Sheet, Wanted
from nhrc_plan.exchange.subjects import PARTS
from nhrc_plan.exchange.typed import version_of
from strategy.thai import month_name
from strategy.workbook.book import Book
from strategy.workbook.sheet import Sheet as Page
from strategy.workbook.texts import cell

#: How long a text may be where its field names no limit.
_LONGEST = 4_000
_ENTRY = {
    "number": "entry_number",
    "baht": "entry",
    "text": "entry_text",
    "date": "entry_text",
    "choice": "entry_center",
    "yes": "entry_center",
}


def entry_workbook(wanted: Wanted) -> bytes:
    """A sheet of instructions, then one for each kind of figure that has rows in that month.

    Everything but the cells to fill in is locked, against slips of the hand.
    """
    whose = wanted.unit.name if wanted.unit else wanted.who.name
    title = _("Figures of %(month)s, %(whose)s") % {
        "month": month_name(wanted.at),
        "whose": whose,
    }
    book = Book(title=title, creator=wanted.plan.agency.name)
    sheets = [part.sheet(wanted) for part in PARTS]
    _instructions(book, wanted, title, [sheet for sheet in sheets if sheet.lines])
    for sheet in sheets:
        if sheet.lines:
            _figures(book, sheet, title)
    return book.save()


def yes() -> str:
    """How a cell says yes."""
    return str(_("yes"))


def _instructions(book: Book, wanted: Wanted, title: str, sheets: Sequence[Sheet]) -> None:
    page = book.sheet(str(_("How to fill in")), [6, 110])
    page.title(title, wanted.plan.name)
    steps = [
        _("Fill in the cells with a light yellow ground. Everything else is locked."),
        _("Numbers may be written in Arabic or Thai digits. Amounts of money are in baht, running "
          "totals from October to the end of the month."),
        _("A percentage is written as it is read: 75 or 75%. Instead of it the two numbers that "
          "it is counted from may be given."),
        _("Days are written as day/month/year of the Buddhist Era, such as 15/1/2569."),
        _("What is at risk or critical needs its problems and next steps before it can be handed "
          "in."),
        _("An empty cell stays as it is in the system where nothing stood there; a cell that held "
          "something and was emptied is taken for emptied."),
        _("Leave the first and the last column as they are: by them each row is found again, and "
          "by them the system notices what others have changed meanwhile."),
        _("Save the file, then upload it where it was downloaded. You see what would change "
          "before anything does."),
    ]  # fmt: skip
    for number, step in enumerate(steps, start=1):
        page.write([number, step], ["center", "text"])
    if not sheets:
        page.write([None, _("There is nothing to fill in for this month.")], ["text", "text"])
    page.lock()


def _figures(book: Book, sheet: Sheet, title: str) -> None:
    part = sheet.part
    columns = part.columns()
    page = book.sheet(part.name, [column.width for column in columns])
    page.printed = len(columns) - 1  # which version a row has, no reader asks
    page.title(f"{part.name}: {title}")
    head = page.head([column.label for column in columns])
    first = page.row + 1
    for code, line in sheet.lines.items():
        form = sheet.form(code)
        values, styles = _line(part, form, line)
        page.write([code, *values, version_of(form)], ["center", *styles, "note"])
    page.table(head)
    _checks(page, columns, first)
    page.lock()
    page.freeze(first, 4)


def _line(part: Part, form: Any, line: Line) -> tuple[list[Any], list[str]]:
    """The cells of a line between its code and its version."""
    values: list[Any] = list(line.shown)
    styles = [column.style for column in part.closed()]
    bounds = {bound.html_name: bound for each in (form, *getattr(form, "pieces", ()))
              for bound in each}  # fmt: skip
    for column, name in zip(part.open(), line.fields, strict=True):
        if not name:
            values.append(None)
            styles.append("closed")
            continue
        values.append(_value(column, bounds[name]))
        styles.append(_ENTRY[column.kind])
    return values, styles


def _value(column: Column, bound: forms.BoundField) -> Any:
    """What stands in a field, as a cell holds it."""
    initial = bound.initial
    if column.kind == "yes":
        return yes() if initial else None
    if column.kind == "choice":
        return next((label for label, value in column.choices.items() if value == initial), None)
    if isinstance(initial, (Decimal, int)):
        return initial
    return bound.value() or None


def _checks(page: Page, columns: Sequence[Column], first: int) -> None:
    """What a spreadsheet refuses at once, with a sentence; the system looks at all of it again."""
    for place, column in enumerate(columns):
        rule: dict[str, Any] = {}
        if column.kind in ("number", "baht"):
            rule = {
                "validate": "custom",
                "value": "=OR(ISNUMBER({0}),ISTEXT({0}))".format(cell(first, place + 1)),
                "error_message": _("Write a number, such as 1234.5 or ๑๒๓๔.๕."),
            }
        elif column.kind in ("choice", "yes"):
            rule = {
                "validate": "list",
                "source": list(column.choices) or [yes()],
                "error_message": _("Choose from the list, or leave the cell empty."),
            }
        elif column.kind == "text":
            most = column.longest or _LONGEST
            rule = {
                "validate": "length",
                "criteria": "<=",
                "value": most,
                "error_message": _("At most %(most)s characters.") % {"most": most},
            }
        elif column.kind == "date":
            rule = {
                "validate": "length",
                "criteria": "<=",
                "value": 40,
                "input_message": _("Day/month/year of the Buddhist Era, such as 15/1/2569."),
                "error_message": _("Day/month/year of the Buddhist Era, such as 15/1/2569."),
            }
        if rule:
            page.worksheet.data_validation(
                first - 1, place, page.row - 1, place,
                {"ignore_blank": True, "error_title": column.label[:32], **rule},
            )  # fmt: skip
