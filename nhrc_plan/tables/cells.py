"""What the cells of a table say: figures, money, years and months, or what is wrong with them.

The same reader as that of forms and of the entry workbook: what is unclear is refused. Each row
of docs/cells.md is a case of tests/tables/test_cells.py.
"""

from __future__ import annotations

import re
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from nhrc_plan.tables.lines import Cell, Line, Match
from strategy.calendar import FiscalMonth
from strategy.messages import said
from strategy.thai import (
    MONTH_ABBREVIATIONS,
    MONTH_NAMES,
    Refusal,
    format_exact,
    parse_date,
    parse_number,
    parse_year,
    to_arabic,
)

_DASHES = ("-", "–", "—")
#: Decimals of an amount in its own unit: a satang is 8 of a million baht.
_FINE = 8
_NAMES = {
    **{name: place for place, name in enumerate(MONTH_NAMES, start=1)},
    **{name.replace(".", ""): place for place, name in enumerate(MONTH_ABBREVIATIONS, start=1)},
    **{name: place for place, name in enumerate(
        ("january", "february", "march", "april", "may", "june", "july", "august", "september",
         "october", "november", "december"), start=1)},
}  # fmt: skip
_BEFORE_YEAR = re.compile(r"^(?:ปีงบประมาณ|ปี)?\s*(?:พ\.?\s*ศ\.?)?\s*(?=\d)", re.ASCII)


class Unclear(Exception):
    """A cell cannot be read; ``cell`` and the sentence."""

    def __init__(self, cell: Cell, text: str) -> None:
        super().__init__(text)
        self.cell, self.text = cell, text


def plain_text(cell: Cell) -> str:
    """The words of a cell. Raises Unclear."""
    if cell.found.problem:
        raise Unclear(cell, cell.found.problem)
    return cell.text.strip()


def figure(cell: Cell, match: Match, *, percent: bool = False) -> Decimal | None:
    """A number; None where nothing stands there. Raises Unclear."""
    text = _figure_text(cell, match)
    return None if not text else _number(cell, text, percent=percent)


def baht(cell: Cell, match: Match) -> Decimal | None:
    """An amount in baht, in the unit that was chosen for the table; None where nothing stands."""
    text = _figure_text(cell, match)
    if not text:
        return None
    amount = _number(cell, text, decimals=_FINE) * match.money
    if amount != amount.quantize(Decimal("0.01")):
        raise Unclear(
            cell,
            _("In baht this is %(amount)s, with more than two decimals; round it first.")
            % {"amount": format_exact(amount)},
        )
    return amount.quantize(Decimal("0.01")) if amount.as_tuple().exponent else amount


def _figure_text(cell: Cell, match: Match) -> str:
    text = plain_text(cell)
    if text in _DASHES and match.dash:
        return "0" if match.dash == "zero" else ""
    if text in _DASHES:
        raise Unclear(
            cell,
            _("A dash may mean nothing or zero. Say above the columns what it stands for here, or "
              "write the number."),
        )  # fmt: skip
    if text.startswith("(") and text.endswith(")"):
        raise Unclear(cell, _("A number in brackets is not read; write it with a minus, −1,234."))
    return text


def _number(cell: Cell, text: str, *, percent: bool = False, decimals: int = 4) -> Decimal:
    try:
        return parse_number(text, max_decimals=decimals, percent=percent)
    except Refusal as refusal:
        raise _unclear(cell, refusal) from None


def _unclear(cell: Cell, refusal: Refusal) -> Unclear:
    """A refusal of what a cell says, with no more of it than a sentence holds."""
    short = {"text": str(refusal.params["text"])[:60]} if "text" in refusal.params else {}
    return Unclear(cell, said(refusal, **short))


def fiscal_year(cell: Cell) -> int | None:
    """A fiscal year of the Buddhist Era; None where nothing stands there. Raises Unclear."""
    text = _BEFORE_YEAR.sub("", to_arabic(plain_text(cell)))
    if not text:
        return None
    try:
        return parse_year(text)
    except Refusal as refusal:
        raise _unclear(cell, refusal) from None


def month_of(line: Line, match: Match) -> tuple[int, int]:
    """The fiscal year and month of a line: from its columns, else as chosen. Raises Unclear."""
    year = fiscal_year(line.cell("year"))
    cell = line.cell("month")
    month = match.month
    text = plain_text(cell)
    if text:
        own, month = _month_read(cell, text)
        if year is not None and own is not None and own != year:
            raise Unclear(
                cell,
                _("“%(text)s” lies in fiscal year %(own)s, not in %(year)s.")
                % {"text": text[:60], "own": own, "year": year},
            )
        year = own if year is None else year
    elif "month" in line.cells:
        raise Unclear(cell, _("Write the month."))
    year = match.year if year is None else year
    if year is None or not month:
        raise Unclear(cell, _("Say of which fiscal year and month it is."))
    return year, month


def _month_read(cell: Cell, text: str) -> tuple[int | None, int]:
    """A month by its name, with its year where that stands there, or by a day of it."""
    words = to_arabic(text).replace(".", "").casefold().split()
    place = _NAMES.get(words[0] if words else "")
    if place is not None and len(words) <= 2:
        month = (place + 2) % 12 + 1
        if len(words) == 1:
            return None, month
        calendar_year = fiscal_year(Cell(cell.at, cell.found._replace(text=words[1]))) or 0
        return calendar_year + (1 if place >= 10 else 0), month
    try:
        at = FiscalMonth.of(parse_date(text))
    except Refusal as refusal:
        if refusal.code != "date_unclear":
            raise _unclear(cell, refusal) from None
        raise Unclear(
            cell,
            _("“%(text)s” is not a clear month. Write its name, such as มีนาคม or มี.ค. 2569, or a "
              "day of it.") % {"text": text[:60]},
        ) from None  # fmt: skip
    return at.year, at.month


def year_of(line: Line, match: Match) -> int:
    """The fiscal year of a line: from its column, else as chosen. Raises Unclear."""
    cell = line.cell("year")
    year = fiscal_year(cell)
    if year is None and "year" in line.cells:
        raise Unclear(cell, _("Write the fiscal year."))
    year = match.year if year is None else year
    if year is None:
        raise Unclear(cell, _("Say of which fiscal year it is."))
    return year


def messages_of(refused: ValidationError) -> list[tuple[str, str, str]]:
    """A refusal as (field, sentence, code), one for each reason."""
    if not hasattr(refused, "error_dict"):
        return [("", text, getattr(refused, "code", "") or "") for text in refused.messages]
    return [
        (name, text, error.code or "")
        for name, errors in refused.error_dict.items()
        for error in errors
        for text in error.messages
    ]
