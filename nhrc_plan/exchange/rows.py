"""A file that came in, row by row: what each would do, and what is to be decided of it."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy

NEW, CHANGED, UNCHANGED = "new", "changed", "unchanged"
GONE, CONFLICT, ASKED, REFUSED = "gone", "conflict", "asked", "refused"
LEFT = "left"
LABELS = {
    NEW: gettext_lazy("new"),
    CHANGED: gettext_lazy("changed"),
    GONE: gettext_lazy("taken away"),
    UNCHANGED: gettext_lazy("unchanged"),
    CONFLICT: gettext_lazy("changed by somebody else"),
    ASKED: gettext_lazy("is it right?"),
    REFUSED: gettext_lazy("refused"),
    LEFT: gettext_lazy("not taken"),
}
#: The shapes beside them: nobody has to tell colours apart.
SHAPES = {
    NEW: "✚", CHANGED: "●", GONE: "✖", UNCHANGED: "–", CONFLICT: "▲", ASKED: "◆", REFUSED: "■",
    LEFT: "○",
}  # fmt: skip
#: The outcomes that write something, and those about which something is to be decided first.
NEWS = (NEW, CHANGED, GONE)
OPEN = (CONFLICT, ASKED, REFUSED)
#: What is decided about a row: take the file's, leave what stands, or it is right as it is.
MINE, THEIRS, RIGHT = "mine", "theirs", "right"
DECISIONS = {
    MINE: gettext_lazy("take what is brought in"),
    THEIRS: gettext_lazy("leave this row as it stands"),
    RIGHT: gettext_lazy("it is right"),
}


class Difference(NamedTuple):
    """A field of a row, as it stands and as the file has it."""

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
    """A row, with what the file would do to it. ``number``: its place in ``sheet``."""

    sheet: str
    number: int
    key: str
    name: str
    outcome: str
    differences: tuple[Difference, ...] = ()
    problems: tuple[Problem, ...] = ()
    decided: str = ""

    def packed(self) -> list[Any]:
        """As it is kept."""
        return [
            self.sheet, self.number, self.key, self.name, self.outcome,
            [list(each) for each in self.differences], [list(each) for each in self.problems],
            self.decided,
        ]  # fmt: skip

    @classmethod
    def unpacked(cls, kept: Sequence[Any]) -> Row:
        sheet, number, key, name, outcome, differences, problems, decided = kept
        return cls(
            sheet, number, key, name, outcome,
            tuple(Difference(*each) for each in differences),
            tuple(Problem(*each) for each in problems), decided,
        )  # fmt: skip

    @property
    def label(self) -> str:
        return str(LABELS[self.outcome])

    @property
    def shape(self) -> str:
        return SHAPES[self.outcome]

    @property
    def choices(self) -> list[tuple[str, Any]]:
        """What may be decided about it: as it is posted, and in words."""
        may = {CONFLICT: (MINE, THEIRS), ASKED: (RIGHT, THEIRS), REFUSED: (THEIRS,)}
        return [(self.posts(choice), DECISIONS[choice]) for choice in may.get(self.outcome, ())]

    def posts(self, choice: str) -> str:
        """A decision about this row as it is posted and kept: with a mark of what stands, which
        it would replace."""
        if choice == THEIRS:
            return choice
        stands = json.dumps([[each.label, each.before] for each in self.differences])
        return f"{choice}.{hashlib.sha256(stands.encode()).hexdigest()[:12]}"

    @property
    def is_silent(self) -> bool:
        """There is nothing to look at: no problem, nothing to choose, nothing chosen."""
        return not (self.problems or self.choices or self.decided)

    @property
    def decided_posts(self) -> str:
        return self.posts(self.decided) if self.decided else ""

    @property
    def decided_label(self) -> Any:
        return DECISIONS.get(self.decided, "")

    @property
    def is_open(self) -> bool:
        """Whether something has to be decided or mended before it can be taken over."""
        return self.outcome in OPEN

    @property
    def says_something(self) -> bool:
        return self.outcome != UNCHANGED or bool(self.decided)


def posted_choices(post: Mapping[str, Any]) -> dict[str, str]:
    """What a page sent about rows, by their keys: decisions as ``Row.posts`` writes them."""
    found = {
        name.removeprefix("row_"): str(text)
        for name, text in post.items()
        if name.startswith("row_")
    }
    return {key: found[key] for key in choices_of(found)}


def choices_of(posted: Mapping[str, str]) -> dict[str, str]:
    """Decisions as they were posted, without the marks of what they were made about."""
    found = {key: text.partition(".")[0] for key, text in posted.items()}
    return {key: choice for key, choice in found.items() if choice in DECISIONS}


def outlived(rows: Iterable[Row], posted: Mapping[str, str]) -> set[str]:
    """The keys of rows of which something was decided when something else stood there.

    To take the file's row or to call it right is an answer to what was shown beside it; once that
    has changed, the row is asked about again (docs/trust.md, promise 2). To leave what stands
    replaces nothing.
    """
    return {
        row.key
        for row in rows
        if row.decided in (MINE, RIGHT) and posted.get(row.key) != row.decided_posts
    }


class Tally:
    """Counts rows as they come, and tells in short what they would do."""

    def __init__(self) -> None:
        self.found: Counter[str] = Counter()
        self._digest = hashlib.sha256()

    def add(self, row: Row) -> None:
        self.found[row.outcome] += 1
        if row.outcome != UNCHANGED:
            told = [row.key, row.outcome, [list(each) for each in row.differences]]
            self._digest.update(json.dumps(told, ensure_ascii=False).encode())

    @property
    def digest(self) -> str:
        """A preview is confirmed as it was seen, or shown afresh."""
        return self._digest.hexdigest()

    @property
    def counts(self) -> dict[str, int]:
        return {outcome: self.found[outcome] for outcome in LABELS if self.found[outcome]}


@dataclass
class Compared:
    """A preview: ``rows`` are those that say something, the ones to look at first."""

    digest: str
    counts: Mapping[str, int]
    rows: list[Row] = field(default_factory=list)

    @property
    def told(self) -> list[tuple[str, Any, int]]:
        """The outcomes there are: code, label and how many rows."""
        return [(name, LABELS[name], self.counts[name]) for name in LABELS if name in self.counts]

    @property
    def shown(self) -> list[Row]:
        return self.rows

    @property
    def waits(self) -> int:
        return sum(self.counts.get(outcome, 0) for outcome in OPEN)

    @property
    def news(self) -> int:
        return sum(self.counts.get(outcome, 0) for outcome in NEWS)

    @property
    def may_apply(self) -> bool:
        return self.news > 0 and not self.waits
