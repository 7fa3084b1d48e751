"""How the rows of ITA are laid out on their pages: each beside what it is compared with."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from integrity.ita.rows import (
    NO_SCORE,
    Indicator,
    Instrument,
    ItaYear,
    ItaYears,
    Item,
    Line,
    Score,
    moved,
)
from integrity.ita.rules import Change
from strategy.thai import format_number, format_signed


class Compared(NamedTuple):
    """A row beside that of the year before, and how far it moved."""

    now: Any
    before: Any
    change: Change | None


class InstrumentRow(NamedTuple):
    """An instrument beside that of the year before, over its parts beside theirs."""

    now: Instrument
    before: Instrument | None
    change: Change | None
    parts: list[Compared]


class Question(NamedTuple):
    """A question with its score of the year before, and its parts from the lowest."""

    row: Item
    before: Score
    parts: tuple[Any, ...]


class Weak(NamedTuple):
    """An indicator with its questions from the lowest score up."""

    instrument: str
    row: Indicator
    items: tuple[Question, ...]


def year(shown: ItaYear) -> dict[str, Any]:
    """The context of a year's page."""
    weakest = [row.weakest for row in shown.now.instruments if row.weakest]
    others = [row for row in shown.now.indicators if row.items and row not in weakest]
    return {
        "instruments": [_instrument(row, shown) for row in shown.now.instruments],
        "ranked": [_indicator(row, shown) for row in shown.ranked],
        "weakest": [_weak(row, shown) for row in weakest],
        "highlights": _highlights(shown),
        "others": [_weak(row, shown) for row in others],
    }


def _highlights(shown: ItaYear) -> list[tuple[str, Indicator, str]]:
    """(words, indicator, figure) of the ends: highest, lowest, and what moved most either way."""
    known = [row for row in shown.ranked if row.score.figure is not None]
    if not known:
        return []
    found = [
        (_("highest score"), known[0], format_number(known[0].score.figure or Decimal(0), 2)),
        (_("lowest score"), known[-1], format_number(known[-1].score.figure or Decimal(0), 2)),
    ]
    moves = [
        (move.points, row)
        for row in known
        if (move := moved(shown.indicator_before(row), row.score)) is not None
    ]
    if moves:
        points, row = max(moves, key=lambda each: each[0])
        if points > 0:
            found.append((_("rose most"), row, format_signed(points)))
        points, row = min(moves, key=lambda each: each[0])
        if points < 0:
            found.append((_("fell most"), row, format_signed(points)))
    return found


def _instrument(row: Instrument, shown: ItaYear) -> InstrumentRow:
    before = shown.instrument_before(row)
    parts = []
    for part in row.parts:
        earlier = shown.part_before(row, part)
        parts.append(Compared(part, earlier, moved(earlier, part.score)))
    change = moved(before.score if before else NO_SCORE, row.score)
    return InstrumentRow(row, before, change, parts)


def _indicator(row: Indicator, shown: ItaYear) -> Compared:
    before = shown.indicator_before(row)
    return Compared(row, before, moved(before, row.score))


def _weak(row: Indicator, shown: ItaYear) -> Weak:
    return Weak(row.instrument, row, tuple(_question(item, shown) for item in row.ranked_items))


def _question(item: Item, shown: ItaYear) -> Question:
    parts = tuple(_question(part, shown) for part in item.ranked_parts)
    return Question(item, shown.item_before(item), parts)


class Cells(NamedTuple):
    """A line of the comparison with its score beside each year."""

    line: Line
    scores: list[tuple[int, Score | None]]


class Group(NamedTuple):
    """An instrument's line over those of its indicators, each part's line before its own."""

    line: Line
    scores: list[tuple[int, Score | None]]
    lines: list[Cells]


def years(shown: ItaYears) -> dict[str, Any]:
    """The context of the comparison of years."""
    numbers = [row.year for row in shown.years]

    def cells(line: Line) -> Cells:
        return Cells(line, list(zip(numbers, line.scores, strict=True)))

    groups = []
    for line in shown.instruments:
        below = [row for row in shown.indicators if row.instrument == line.instrument]
        own = [row for row in below if not row.part]
        for part in shown.parts:
            if part.instrument == line.instrument:
                own += [part, *(row for row in below if row.part == part.part)]
        groups.append(Group(*cells(line), [cells(row) for row in own]))
    return {
        "groups": groups,
        "changes": list(shown.changes())[::-1],
        "listed": any(slug == shown.agency_slug for slug, _name in shown.agencies),
    }
