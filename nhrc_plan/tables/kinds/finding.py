"""What a line belongs to: found by code, else by name; what is only similar is asked about."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any, Generic, NamedTuple, TypeVar

from django.utils.translation import gettext as _

from nhrc_plan.exchange.rows import Problem
from nhrc_plan.tables.cells import plain_text
from nhrc_plan.tables.lines import Cell, Line
from nhrc_plan.tables.rules import normal

T = TypeVar("T")
#: Lines that belong to nothing known for which something similar is looked for.
_LOOKED_UP = 200


class Known(NamedTuple, Generic[T]):
    """What a line may belong to: the codes and the name by which people know it."""

    thing: T
    codes: tuple[str, ...]
    name: str


class Found(NamedTuple, Generic[T]):
    """What a line belongs to; ``problem``: why to nothing; ``asked``: whether it really does."""

    thing: T | None = None
    problem: Problem | None = None
    asked: Problem | None = None


class Finder(Generic[T]):
    """Finds what lines belong to: by code, else by name, letter for letter but for blanks."""

    def __init__(self, known: Iterable[Known[T]], unknown: Any) -> None:
        """``unknown``: said of a line that belongs to nothing, with %(told)s."""
        self.unknown = unknown
        self.by_code: dict[str, Known[T]] = {}
        self.by_name: dict[str, list[Known[T]]] = {}
        self.looked_up = 0
        for each in known:
            for code in each.codes:
                self.by_code.setdefault(_code(code), each)
            self.by_name.setdefault(normal(each.name), []).append(each)

    def knows(self, line: Line) -> bool:
        """Whether a line belongs to something, without a doubt."""
        code, name = line.text("code"), line.text("name")
        return bool(_code(code) in self.by_code or (name and normal(name) in self.by_name))

    def find(self, line: Line) -> Found[T]:
        """What a line belongs to. Raises Unclear."""
        code, name = plain_text(line.cell("code")), plain_text(line.cell("name"))
        coded = self.by_code.get(_code(code)) if code else None
        named = self.by_name.get(normal(name), []) if name else []
        cell = line.cell("code" if code and not name else "name")
        if coded is not None:
            if named and coded not in named:
                return Found(problem=problem_of(line.cell("name"), _(
                    "The code is that of “%(coded)s”, the name another one's. Correct one of them.")
                    % {"coded": coded.name}))  # fmt: skip
            return Found(coded.thing)
        if len(named) == 1:
            return Found(named[0].thing)
        if named:
            return Found(
                problem=problem_of(cell, _("There are several of this name; write the code."))
            )
        near = self._near(normal(name)) if name else None
        if near is not None:
            asked = _("Is this “%(name)s”?") % {"name": near.name}
            return Found(near.thing, asked=problem_of(cell, asked))
        told = name or code or line.told
        return Found(problem=problem_of(cell, str(self.unknown) % {"told": told[:80]}))

    def _near(self, name: str) -> Known[T] | None:
        if self.looked_up >= _LOOKED_UP:
            return None
        self.looked_up += 1
        close = get_close_matches(name, self.by_name, n=2, cutoff=0.9)
        hits = self.by_name[close[0]] if len(close) == 1 else []
        return hits[0] if len(hits) == 1 else None


def _code(text: str) -> str:
    return "".join(text.split()).casefold()


def problem_of(cell: Cell, text: str) -> Problem:
    """What is wrong with a cell, with what was read there."""
    return Problem(cell.at, cell.text[:60], text)
