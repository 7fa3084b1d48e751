"""A workbook that came back, row by row: what each would do, and what is to be decided of it."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy

NEW, CHANGED, UNCHANGED = "new", "changed", "unchanged"
CONFLICT, ASKED, REFUSED = "conflict", "asked", "refused"
LABELS = {
    NEW: gettext_lazy("new"),
    CHANGED: gettext_lazy("changed"),
    UNCHANGED: gettext_lazy("unchanged"),
    CONFLICT: gettext_lazy("changed by somebody else"),
    ASKED: gettext_lazy("is it right?"),
    REFUSED: gettext_lazy("refused"),
}
#: The shapes beside them: nobody has to tell colours apart.
SHAPES = {NEW: "✚", CHANGED: "●", UNCHANGED: "–", CONFLICT: "▲", ASKED: "◆", REFUSED: "■"}
#: What is decided about a row: take the workbook's, leave what stands, or it is right as it is.
MINE, THEIRS, RIGHT = "mine", "theirs", "right"
DECISIONS = {
    MINE: gettext_lazy("take the workbook's"),
    THEIRS: gettext_lazy("leave this row as it stands"),
    RIGHT: gettext_lazy("it is right"),
}


class Difference(NamedTuple):
    """A field of a row, as it stands and as the workbook has it."""

    label: str
    before: str
    after: str


class Problem(NamedTuple):
    """What is wrong: in which cell ("C7", or "" for the row), what was read, and the sentence."""

    cell: str
    read: str
    text: str

    @property
    def told(self) -> str:
        """What was read, where the sentence does not say it itself."""
        return "" if self.read in self.text else self.read


@dataclass
class Row:
    """A row of a form, with what the workbook would do to it."""

    sheet: str
    number: int
    key: str
    name: str
    outcome: str
    differences: tuple[Difference, ...] = ()
    problems: tuple[Problem, ...] = ()
    decided: str = ""

    @property
    def label(self) -> str:
        return str(LABELS[self.outcome])

    @property
    def shape(self) -> str:
        return SHAPES[self.outcome]

    @property
    def choices(self) -> list[tuple[str, Any]]:
        """What may be decided about it."""
        may = {CONFLICT: (MINE, THEIRS), ASKED: (RIGHT, THEIRS), REFUSED: (THEIRS,)}
        return [(choice, DECISIONS[choice]) for choice in may.get(self.outcome, ())]

    @property
    def decided_label(self) -> Any:
        return DECISIONS.get(self.decided, "")

    @property
    def is_open(self) -> bool:
        """Whether something has to be decided or mended before it can be taken over."""
        return self.outcome in (CONFLICT, ASKED, REFUSED)


@dataclass
class Compared:
    """The whole workbook. ``screens``: those that take it, with what was filled in."""

    rows: list[Row] = field(default_factory=list)
    screens: list[Any] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        found = Counter(row.outcome for row in self.rows)
        return {outcome: found[outcome] for outcome in LABELS if found[outcome]}

    @property
    def told(self) -> list[tuple[Any, int]]:
        return [(LABELS[outcome], count) for outcome, count in self.counts.items()]

    @property
    def shown(self) -> list[Row]:
        """The rows that say something: those that change nothing are only counted."""
        return [row for row in self.rows if row.outcome != UNCHANGED or row.decided]

    @property
    def waits(self) -> int:
        return sum(row.is_open for row in self.rows)

    @property
    def news(self) -> int:
        return sum(row.outcome in (NEW, CHANGED) for row in self.rows)

    @property
    def may_apply(self) -> bool:
        return self.news > 0 and not self.waits

    @property
    def digest(self) -> str:
        """What would be done, in short: a preview is confirmed as it was seen, or shown afresh."""
        told = [
            [row.key, row.outcome, [list(each) for each in row.differences]]
            for row in self.rows
            if row.outcome != UNCHANGED
        ]
        text = json.dumps(told, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()
