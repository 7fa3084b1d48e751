"""The columns of a plan's workbook: how a value stands in a cell, and how a cell is read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.utils.functional import lazystr
from django.utils.translation import gettext as _

from strategy.language.months import MONTH_CHOICES
from strategy.messages import sentence
from strategy.thai import Refusal, format_exact, parse_number, parse_year

#: What stands between several names or numbers in one cell: no spreadsheet takes it for a date.
BETWEEN = "; "
_APART = re.compile(r"[;\n]")

TEXT, NUMBER, WHOLE, YEAR, YES = "text", "number", "whole", "year", "yes"
CHOICE, MONTH, TEXTS, NUMBERS = "choice", "month", "texts", "numbers"

_MONTHS = {str(month): name for month, name in MONTH_CHOICES}


class Column(NamedTuple):
    """A column. ``choices``: label by value; ``empty``: what an empty cell means; ``of``: the
    table whose first column gives the names to choose from; ``ordered``: whether the order of
    several names in a cell says something."""

    name: str
    label: Any
    kind: str = TEXT
    width: float = 14
    choices: Mapping[str, Any] = {}
    needed: bool = False
    empty: Any = None
    of: str = ""
    ordered: bool = False

    @property
    def labels(self) -> list[str]:
        """What may be chosen, as people read it."""
        if self.kind == YES:
            return [yes()]
        named = _MONTHS if self.kind == MONTH else self.choices
        return [str(label) for label in named.values()]


def yes() -> str:
    """How a cell says yes."""
    return str(_("yes"))


def choices_of(pairs: Iterable[tuple[Any, Any]]) -> dict[str, Any]:
    """The choices of a field, for :class:`Column`."""
    return {str(value): lazystr(label) for value, label in pairs}


def clean(text: str) -> str:
    """A text as it is kept: lines ended alike, nothing around it."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def nothing(column: Column) -> Any:
    """What an empty cell means."""
    if column.empty is not None:
        return column.empty
    return {
        TEXT: "", CHOICE: "", YES: False, TEXTS: (), NUMBERS: ()
    }.get(column.kind)  # fmt: skip


def value_in(column: Column, text: str) -> Any:
    """What a cell says. Raises ValidationError with the sentence that says what would be right."""
    text = clean(text)
    if not text:
        if column.needed and column.empty is None:
            raise ValidationError(_("The cell is empty; it has to say: %(what)s.")
                                  % {"what": column.label})  # fmt: skip
        return nothing(column)
    try:
        return _READ[column.kind](column, text)
    except Refusal as refusal:
        raise sentence(refusal, text=text[:60]) from None


def _whole(column: Column, text: str) -> int:
    number = parse_number(text)
    if number != number.to_integral_value():
        raise Refusal("number_whole", text=text[:60])
    if number < 0:
        raise Refusal("number_negative")
    return int(number)


def _chosen(column: Column, text: str) -> Any:
    named = _MONTHS if column.kind == MONTH else column.choices
    wanted = text.casefold()
    for value, label in named.items():
        if wanted in (str(label).casefold(), value.casefold()):
            return int(value) if column.kind == MONTH else value
    raise ValidationError(_("Choose one of: %(choices)s.") % {"choices": ", ".join(column.labels)})


def _said_yes(column: Column, text: str) -> bool:
    if text.casefold() not in (yes().casefold(), "yes", "ใช่"):
        raise ValidationError(
            _("Write “%(yes)s”, or leave the cell empty.") % {"yes": yes()}
        )  # fmt: skip
    return True


def _parts(text: str) -> list[str]:
    return [part.strip() for part in _APART.split(text) if part.strip()]


_READ: Mapping[str, Any] = {
    TEXT: lambda column, text: text,
    NUMBER: lambda column, text: parse_number(text).normalize() + 0,
    WHOLE: _whole,
    YEAR: lambda column, text: parse_year(text),
    YES: _said_yes,
    CHOICE: _chosen,
    MONTH: _chosen,
    TEXTS: lambda column, text: _names(column, _parts(text)),
    NUMBERS: lambda column, text: tuple(
        None if part in ("-", "–") else parse_number(part).normalize() + 0 for part in _parts(text)
    ),
}


def _names(column: Column, names: Iterable[Any]) -> tuple[str, ...]:
    texts = map(str, names)
    return tuple(texts if column.ordered else sorted(texts))


def value_of(column: Column, stored: Any) -> Any:
    """A stored value as :func:`value_in` would give it, so that the two can be compared."""
    if stored is None:
        return nothing(column) if column.kind in (TEXT, CHOICE, TEXTS, NUMBERS) else None
    if column.kind == TEXT:
        return clean(str(stored))
    if column.kind == NUMBER:
        return stored.normalize() + 0
    if column.kind == NUMBERS:
        numbers = tuple(None if each is None else each.normalize() + 0 for each in stored)
        return numbers if any(each is not None for each in numbers) else ()
    if column.kind == TEXTS:
        return _names(column, stored)
    return stored


def cell_of(column: Column, value: Any) -> Any:
    """How a value stands in a cell: numbers as numbers, everything else as text."""
    if value is None or value == () or value is False:
        return None
    if column.kind == YES:
        return yes()
    if column.kind in (CHOICE, MONTH):
        named = _MONTHS if column.kind == MONTH else column.choices
        return str(named[str(value)]) if value != "" else None
    if column.kind == TEXTS:
        return BETWEEN.join(value)
    if column.kind == NUMBERS:
        if len(value) == 1:
            return value[0]
        return BETWEEN.join("-" if each is None else format_exact(each) for each in value)
    return value or None if column.kind == TEXT else value


def told(column: Column, value: Any) -> str:
    """A value as people read it in a preview; "–" for nothing."""
    cell = cell_of(column, value)
    if cell is None:
        return "–"
    if isinstance(cell, Decimal):
        return format_exact(cell)
    return str(cell)
