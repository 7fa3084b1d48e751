"""What a table looks like, and what its columns are likely to be; matches that were kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from nhrc_plan.tables.kinds.base import TableKind
from nhrc_plan.tables.lines import Match, grid_texts
from nhrc_plan.tables.models import TableMatch
from nhrc_plan.tables.months import months_headed
from nhrc_plan.tables.rules import (
    Head,
    find_columns,
    find_head,
    find_month,
    find_unit,
    headings,
)
from strategy.calendar import BE_OFFSET, FiscalMonth
from strategy.models import Plan
from strategy.thai import MONTH_ABBREVIATIONS, MONTH_NAMES
from strategy.workbook.upload import Grid

_MONTHS = {
    name.replace(".", ""): number
    for names in (MONTH_NAMES, MONTH_ABBREVIATIONS)
    for number, name in enumerate(names, start=1)
}
#: Rows below the headings that are shown.
SHOWN = 8


@dataclass(frozen=True)
class Look:
    """A table as it is shown before its columns are matched. ``labels``: of each column, all its
    headings in one; ``kept``: the match of an earlier table that fits it."""

    grid: Grid
    head: Head
    labels: tuple[str, ...]
    match: Match
    kept: TableMatch | None

    @property
    def above(self) -> list[tuple[int, list[str]]]:
        """The first rows, down to the headings, with their numbers."""
        texts = grid_texts(self.grid, self.head.last or SHOWN)
        return [(number, line) for number, line in enumerate(texts, start=1) if any(line)][-SHOWN:]

    @property
    def below(self) -> list[tuple[int, bool, list[str]]]:
        """The first rows that hold anything below the headings: number, hidden, texts."""
        texts = grid_texts(self.grid, self.head.last + 4 * SHOWN)
        width = len(self.labels)
        found = [
            (number, number in self.grid.hidden_rows, [*line, *[""] * width][:width])
            for number, line in enumerate(texts, start=1)
            if number > self.head.last and any(line)
        ]
        return found[:SHOWN]

    @property
    def hides_rows(self) -> bool:
        return any(number > self.head.last for number in self.grid.hidden_rows)


def table_look(
    kind: TableKind, plan: Plan, grid: Grid, told: Match, first: int = 0, last: int = 0
) -> Look:
    """Look at a table: by what was said of it, else by what is likely.

    ``told``: what was said of it before; ``first``, ``last``: the rows of headings, where somebody
    names others.
    """
    texts = grid_texts(grid, 80)
    words = {word for each in kind.fields for word in each.headed.words}
    if 1 <= first <= last <= len(grid.rows) and last - first < 6:
        head = Head(first, last)
    elif told.first and told.sheet == grid.sheet:
        head = Head(told.first, told.last)
    else:
        head = find_head(texts, grid.merged, words)
    heads = headings(grid_texts(grid, max(head.last, 80)), grid.merged, head)
    labels = _labels(heads)
    if told.columns and (told.sheet, told.first, told.last) == (grid.sheet, *head):
        return Look(grid, head, labels, told, None)
    match = replace(told, sheet=grid.sheet, first=head.first, last=head.last)
    kept = _kept(kind, plan, labels)
    if kept is not None:
        columns = {
            place: kept.headings[label]
            for place, label in enumerate(labels)
            if label in kept.headings
        }
        match = replace(match, columns=columns, money=kept.money, dash=kept.dash,
                        strangers=kept.strangers)  # fmt: skip
    else:
        fields = {each.name: each.headed for each in kind.fields}
        months = months_headed(heads, plan.years)
        columns = find_columns(heads, fields, plan.years, months)
        told_above = [text for line in texts[: head.last] for text in line]
        money = find_unit(told_above) if kind.counts_money else 0
        match = replace(match, columns=columns, money=money or match.money)
        if match.is_wide:
            named = {each.year for each in months.values()}
            match = replace(match, year=named.pop() or match.year)
    if not told.columns:
        match = _told_month(texts[: head.last], match, plan)
    return Look(grid, head, labels, match, kept)


def _told_month(above: Sequence[Sequence[str]], match: Match, plan: Plan) -> Match:
    """With the year and month that the table's own title names, where it names one."""
    found = find_month([text for line in above for text in line], _MONTHS)
    if found is None or match.is_wide:
        return match
    month, year = found
    at = FiscalMonth.of(date(year - BE_OFFSET, month, 1))
    return replace(match, year=at.year, month=at.month) if at.year in plan.years else match


def _labels(heads: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """A label for each column; the second of two alike is numbered."""
    found: list[str] = []
    for parts in heads:
        label = " / ".join(parts)
        same = sum(each == label or each.startswith(f"{label} #") for each in found)
        found.append(f"{label} #{same + 1}" if same and label else label)
    return tuple(found)


def _kept(kind: TableKind, plan: Plan, labels: Sequence[str]) -> TableMatch | None:
    """The match of an earlier table whose headings are all there, the one with most of them."""
    own = TableMatch.objects.filter(agency=plan.agency_id, kind=kind.code)
    fits = [match for match in own if match.headings and match.headings.keys() <= set(labels)]
    return max(fits, key=lambda match: (len(match.headings), match.pk), default=None)
