"""Resolutions as pages, data and workbooks show them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from nhrc_plan.meetings.resolutions import rules
from nhrc_plan.meetings.resolutions.models import Resolution, ResolutionStep
from nhrc_plan.meetings.resolutions.rules import Kept
from strategy.thai import format_date, natural_key, sort_key

#: Those due within so many days are shown to the board before they are late.
SOON = 30

_SHAPES = {rules.OPEN: "◐", rules.ANSWERED: "◔", rules.CLOSED: "●", rules.CANCELLED: "–"}
#: Their colours are those of the statuses that mean the same.
_COLOURS = {
    rules.OPEN: "not_due",
    rules.ANSWERED: "waiting_approval",
    rules.CLOSED: "on_plan",
    rules.CANCELLED: "no_target",
}
#: Shape and colour of lateness, by its level.
_LATE = {0: ("○", "awaiting"), 1: ("▲", "near"), 2: ("◆", "at_risk"), 3: ("■", "critical")}
LEVELS = {
    1: gettext_lazy("the unit"),
    2: gettext_lazy("the planners"),
    3: gettext_lazy("the board"),
}


def state_name(state: str) -> str:
    """A state in words."""
    return str(Resolution.State(state).label)


def state_label(state: str) -> str:
    """A state as shape and word."""
    return f"{_SHAPES[state]} {state_name(state)}"


class Step(NamedTuple):
    """Something that was said or decided. ``who``: "" where names are not shown."""

    kind: str
    text: str
    who: str
    when: datetime
    due_from: date | None
    due_to: date | None

    @property
    def label(self) -> str:
        return str(ResolutionStep.Kind(self.kind).label)


class Subject(NamedTuple):
    """What a resolution is about. ``kind``: indicator, project or measure."""

    kind: str
    code: str
    name: str
    address: str


@dataclass(frozen=True)
class ResolutionRow:
    """A resolution on a day, with everything that was done about it, the oldest first.

    ``late``: working days; 0 where it is in time, answered or settled. ``person``: "" where none
    is named, or names are not shown.
    """

    id: int
    plan_slug: str
    code: str
    number: str
    meeting_id: int
    meeting_number: str
    held_on: date
    text: str
    subject: Subject | None
    unit_id: int
    unit: str
    person: str
    first_due_on: date
    due_on: date
    state: str
    late: int
    level: int
    kept: bool | None
    steps: tuple[Step, ...]
    sample: bool

    @property
    def is_settled(self) -> bool:
        return self.state not in rules.UNSETTLED

    @property
    def postponed(self) -> int:
        """How often it was postponed."""
        return sum(step.kind == rules.POSTPONED for step in self.steps)

    @property
    def answer(self) -> Step | None:
        """The answer that stands; None where there is none, or it was sent back."""
        return _standing_answer(self.steps)

    @property
    def comment(self) -> str:
        """What was said when it was asked again, while that waits for an answer."""
        asked = [step for step in self.steps if step.kind == rules.ASKED_AGAIN]
        return asked[-1].text if asked and self.state == rules.OPEN else ""

    @property
    def about(self) -> str:
        """What it is about, in short."""
        return f"{self.subject.code} {self.subject.name}" if self.subject else _("the whole plan")

    @property
    def level_name(self) -> str:
        """Who is to hear of its lateness; "" while it is in time."""
        return str(LEVELS[self.level]) if self.level else ""

    @property
    def colour(self) -> str:
        return _LATE[self.level][1] if self.late else _COLOURS[self.state]

    @property
    def shape(self) -> str:
        return _LATE[self.level][0] if self.late else _SHAPES[self.state]

    @property
    def label(self) -> str:
        """Its state, or by how much it is late."""
        if not self.late:
            return state_name(self.state)
        return ngettext(
            "late by %(count)s working day", "late by %(count)s working days", self.late
        ) % {"count": self.late}

    @property
    def due_name(self) -> str:
        return format_date(self.due_on)

    @property
    def first_due_name(self) -> str:
        return format_date(self.first_due_on)

    @property
    def postponed_name(self) -> str:
        """How often it was postponed, and from which day; "" where it was not."""
        if not self.postponed:
            return ""
        told = ngettext(
            "postponed %(count)s time, first due %(day)s",
            "postponed %(count)s times, first due %(day)s",
            self.postponed,
        )
        return told % {"count": self.postponed, "day": self.first_due_name}

    def is_urgent(self, today: date) -> bool:
        """Late, or due within the next weeks and not answered."""
        return self.state == rules.OPEN and (
            bool(self.late) or self.due_on <= today + timedelta(days=SOON)
        )


def _standing_answer(steps: Sequence[Step]) -> Step | None:
    for step in reversed(steps):
        if step.kind == rules.ASKED_AGAIN:
            return None
        if step.kind == rules.ANSWER:
            return step
    return None


def order(row: ResolutionRow) -> tuple[Any, ...]:
    """What is due first comes first."""
    return row.due_on, row.held_on, natural_key(row.number)


class KeptLine(NamedTuple):
    """What a unit kept on time of what it promised: by quarter of a year, and in all of it."""

    unit: str
    quarters: tuple[Kept, ...]
    whole: Kept


def kept_lines(rows: Iterable[ResolutionRow], year: int) -> list[KeptLine]:
    """A line for each unit that promised something in a fiscal year; all together come last."""
    found = rules.kept_by_unit(
        rules.Promise(row.unit, row.first_due_on, row.kept)
        for row in rows
        if row.state != rules.CANCELLED
    )
    of_year = {(unit, quarter): kept for (unit, y, quarter), kept in found.items() if y == year}
    units = sorted({unit for unit, _quarter in of_year}, key=sort_key)
    lines = [_line(unit, [of_year.get((unit, q), Kept()) for q in (1, 2, 3, 4)]) for unit in units]
    if len(lines) > 1:
        sums = [_sum(line.quarters[place] for line in lines) for place in range(4)]
        lines.append(_line(_("all units"), sums))
    return lines


def _line(unit: str, quarters: Sequence[Kept]) -> KeptLine:
    return KeptLine(unit, tuple(quarters), _sum(quarters))


def _sum(each: Iterable[Kept]) -> Kept:
    both = list(each)
    return Kept(sum(one.kept for one in both), sum(one.promised for one in both))


class ResolutionChange(NamedTuple):
    """A resolution about which something was done since a moment, and how it stood then."""

    row: ResolutionRow
    state_then: str
    due_then: date
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Resolutions:
    """Resolutions on a day, in the order in which they are due."""

    rows: tuple[ResolutionRow, ...]
    today: date

    @cached_property
    def unsettled(self) -> list[ResolutionRow]:
        """What comes back on every pack: it is to be answered, or to be closed."""
        return [row for row in self.rows if not row.is_settled]

    @cached_property
    def urgent(self) -> list[ResolutionRow]:
        """Those late, and those due within the next weeks; those most late first."""
        rows = [row for row in self.unsettled if row.is_urgent(self.today)]
        return sorted(rows, key=lambda row: (-row.level, order(row)))

    @property
    def late(self) -> int:
        return sum(bool(row.late) for row in self.unsettled)

    @property
    def answered(self) -> int:
        return sum(row.state == rules.ANSWERED for row in self.unsettled)

    def changed_since(self, moment: datetime) -> Iterator[ResolutionChange]:
        """About which something was answered, decided or postponed since."""
        for row in self.rows:
            since = tuple(step for step in row.steps if step.when >= moment)
            if since:
                before = row.steps[: len(row.steps) - len(since)]
                moved = [step.due_from for step in since if step.due_from]
                yield ResolutionChange(
                    row,
                    rules.MOVES[before[-1].kind].to if before else rules.OPEN,
                    moved[0] if moved else row.due_on,
                    since,
                )
