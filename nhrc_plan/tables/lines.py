"""A table's lines by their fields: what a match of columns makes of a grid, and what it leaves out.

Nothing of the database is asked here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from xlsxwriter.utility import xl_col_to_name

from nhrc_plan.tables.rules import Words, normal, spread
from strategy.calendar import FiscalMonth
from strategy.thai import month_name
from strategy.workbook.upload import EMPTY, Found, Grid, grid_read

MAX_ROWS, MAX_COLUMNS = 6_000, 100


class Field(NamedTuple):
    """What a column may hold. ``kind``: text, number, baht, year or month; ``words``: how such a
    column is headed, beside its label; ``figure``: a line without any says nothing; ``yearly``,
    ``monthly``: there may be one for each year, or each month; ``share``: a percentage itself;
    ``strict``: it is known by its own word alone."""

    name: str
    label: Any
    words: tuple[str, ...] = ()
    kind: str = "text"
    figure: bool = False
    yearly: bool = False
    share: bool = False
    strict: bool = False
    monthly: bool = False

    @property
    def headed(self) -> Words:
        told = dict.fromkeys(normal(word) for word in (str(self.label), *self.words))
        strict = self.strict or self.kind in ("year", "month")
        return Words(tuple(told), self.share, self.yearly, self.monthly, strict)


class Unsaid(NamedTuple):
    """What a match has yet to say: a sentence, and the question it answers; "": the columns."""

    text: str
    question: str = ""


@dataclass(frozen=True)
class Match:
    """What somebody said of a table. ``columns``: the field of each column, by its place from 0.

    ``first``, ``last``: the rows of headings, counted from 1. ``money``: baht in one of its units;
    0: not said. ``dash``: what "-" stands for, "zero" or "empty"; "": it is refused. ``hidden``:
    "take" or "leave" what is hidden; "": not said. ``strangers``: "leave" lines that belong to
    nothing known; "": each is named. ``year``, ``month``: of all lines, where no column says.
    ``series``: of columns for each month, "total" where each holds where the figure stood at its
    end, "own" where it holds what that month brought; "": not said.
    """

    sheet: str = ""
    first: int = 0
    last: int = 0
    columns: Mapping[int, str] = field(default_factory=dict)
    money: int = 0
    dash: str = ""
    hidden: str = ""
    strangers: str = ""
    year: int | None = None
    month: int | None = None
    series: str = ""

    @property
    def is_wide(self) -> bool:
        """It has columns for each month."""
        return any(":m" in name for name in self.columns.values())

    def as_json(self) -> dict[str, Any]:
        return {
            "sheet": self.sheet, "first": self.first, "last": self.last,
            "columns": {str(place): name for place, name in self.columns.items()},
            "money": self.money, "dash": self.dash, "hidden": self.hidden,
            "strangers": self.strangers, "year": self.year, "month": self.month,
            "series": self.series,
        }  # fmt: skip

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Match:
        columns = {int(place): name for place, name in kept.get("columns", {}).items()}
        return replace(cls(**{**kept, "columns": {}}), columns=columns)


class Cell(NamedTuple):
    """A cell and where it stands, such as "C7"."""

    at: str
    found: Found = EMPTY

    @property
    def text(self) -> str:
        return self.found.text


class Line(NamedTuple):
    """A row of the table: its number there, its cells by field, and all that it says."""

    number: int
    cells: Mapping[str, Cell]
    texts: tuple[str, ...]
    #: Tells lines apart that were one row with a column for each year or month.
    part: str = ""

    def cell(self, name: str) -> Cell:
        return self.cells.get(name, Cell(""))

    def text(self, name: str) -> str:
        return self.cell(name).text

    @property
    def key(self) -> str:
        return f"r{self.number}{self.part}"

    @property
    def told(self) -> str:
        return " ".join(text for text in self.texts if text)[:80]


class LeftOut(NamedTuple):
    """A row that is not taken, and why."""

    number: int
    told: str
    why: str


def table_grid(content: bytes, sheet: str) -> Grid:
    """A table of any make. Raises ValidationError where the file cannot be taken."""
    return grid_read(content, sheet, columns=MAX_COLUMNS, rows=MAX_ROWS)


def grid_texts(grid: Grid, rows: int | None = None) -> list[list[str]]:
    """The texts of a grid's cells, each on one line."""
    return [[" ".join(cell.text.split()) for cell in line] for line in grid.rows[:rows]]


def lines_of(
    grid: Grid, match: Match, kinds: Mapping[str, str]
) -> tuple[list[Line], list[LeftOut]]:
    """The rows below the headings that hold anything in a matched column, and those left out.

    ``kinds``: of each field. A text that is merged over several rows stands in each of them; a
    figure does not.
    """
    below = [area for area in grid.merged if area[0] > match.last and area[2] > area[0]]
    texts = grid_texts(grid)
    filled = spread(texts, below)
    origin = {(row, column): area for area in below for row in range(area[0], area[2] + 1)
              for column in range(area[1], area[3] + 1)}  # fmt: skip
    head = [tuple(line) for line in texts[match.first - 1 : match.last]]
    lines: list[Line] = []
    left: list[LeftOut] = []
    for number, cells in enumerate(grid.rows[match.last :], start=match.last + 1):
        told = tuple(filled[number - 1])
        taken = {
            name: _cell(cells, number, place, name, filled, origin, kinds)
            for place, name in match.columns.items()
        }
        if not any(cell.found != EMPTY for cell in taken.values()):
            # Rows without a word are no rows.
            if any(told):
                left.append(LeftOut(number, _short(told), _("nothing in the columns taken")))
        elif tuple(texts[number - 1]) in head:
            left.append(LeftOut(number, _short(told), _("the headings again")))
        elif number in grid.hidden_rows and match.hidden == "leave":
            left.append(LeftOut(number, _short(told), _("a hidden row")))
        else:
            lines.append(Line(number, taken, told))
    return lines, left


def _cell(
    cells: Sequence[Found],
    number: int,
    place: int,
    name: str,
    filled: Sequence[Sequence[str]],
    origin: Mapping[tuple[int, int], tuple[int, int, int, int]],
    kinds: Mapping[str, str],
) -> Cell:
    at = f"{xl_col_to_name(place)}{number}"
    found = cells[place] if place < len(cells) else EMPTY
    area = origin.get((number, place + 1))
    if area is not None and (number, place + 1) != (area[0], area[1]) and found == EMPTY:
        line = filled[number - 1]
        above = line[place] if place < len(line) else ""
        if kinds[name.partition(":")[0]] in ("text", "year", "month"):
            return Cell(at, Found(above))
        merged = _("The cell is merged over several rows; write the figure in each row.")
        return Cell(at, Found(above, merged))
    return Cell(at, found)


def by_period(lines: Iterable[Line]) -> list[Line]:
    """The lines with those that have a column for each year, or month, made into one for each,
    in their order."""
    found = []
    for line in lines:
        parts = {name.partition(":")[2] for name in line.cells if ":" in name}
        if not parts:
            found.append(line)
            continue
        own = {name: cell for name, cell in line.cells.items() if ":" not in name}
        for part in sorted(parts, key=lambda part: int(part.lstrip("m"))):
            of_part = {
                name.partition(":")[0]: cell
                for name, cell in line.cells.items()
                if name.endswith(f":{part}")
            }
            if part.startswith("m"):
                at = FiscalMonth(2566, int(part[1:]))
                of_part["month"] = Cell("", Found(month_name(at, year=False)))
            else:
                of_part["year"] = Cell("", Found(part))
            found.append(line._replace(cells={**own, **of_part}, part=f"-{part}"))
    return found


def _short(texts: Iterable[str]) -> str:
    return " ".join(dict.fromkeys(text for text in texts if text))[:80]
