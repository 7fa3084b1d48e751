"""What one person has to do, row by row, as page and data show it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from django.utils.translation import gettext_lazy

from kpis.read.duties import LATE, OPEN, UPCOMING
from nhrc_plan.desk.questions import Asked
from nhrc_plan.meetings.resolutions.rows import ResolutionRow
from strategy.owners.read import part_name
from strategy.thai import format_date

#: So many days ahead something is said to come soon.
SOON = 45
#: So many of what waits for approval are named.
OLDEST = 5

RESULT, MONEY, CARRIED, MEASURE = "result", "money", "carried", "measure"
RESOLUTION, ITA, ASSESSMENT = "resolution", "ita", "assessment"
KINDS = {
    RESULT: gettext_lazy("result of an indicator"),
    MONEY: gettext_lazy("disbursement"),
    CARRIED: gettext_lazy("money carried over"),
    MEASURE: gettext_lazy("integrity measures"),
    RESOLUTION: gettext_lazy("resolution"),
    ITA: gettext_lazy("ITA assessment"),
    ASSESSMENT: gettext_lazy("self-assessment"),
}
STATES = {
    LATE: gettext_lazy("overdue"),
    OPEN: gettext_lazy("to be reported now"),
    UPCOMING: gettext_lazy("later"),
}
SHAPES = {LATE: "○", OPEN: "◐", UPCOMING: "◌"}


class Task(NamedTuple):
    """One thing to enter. ``deadline`` None: there is none.

    ``key``: what it is, of which period; the same from day to day. ``address``: where it is
    entered, with its period; ``shown_at``: where everybody signed in reads of it.
    """

    kind: str
    state: str
    code: str
    name: str
    unit: str
    period: str
    deadline: date | None
    target: str | None
    last: str | None
    address: str
    shown_at: str
    key: str
    unit_id: int | None = None
    #: It has been begun: a draft stands, or some of many are entered.
    begun: bool = False
    #: The comment with which it was returned to be mended; "" where it was not.
    returned: str = ""
    #: The day on which it was returned.
    returned_on: date | None = None
    #: What the person is for it, or for some of it; "" where a colleague answers for it.
    part: str = ""

    @property
    def part_name(self) -> str:
        return part_name(self.part)

    @property
    def kind_name(self) -> str:
        return str(KINDS[self.kind])

    @property
    def label(self) -> str:
        return str(STATES[self.state])

    @property
    def shape(self) -> str:
        return SHAPES[self.state]

    @property
    def deadline_name(self) -> str:
        return format_date(self.deadline) if self.deadline else ""


class Approvals(NamedTuple):
    """What of a kind waits for a person to approve or return it: how much, the oldest by name.

    ``address``: where it is looked at and approved.
    """

    kind: str
    rows: int
    oldest: tuple[str, ...]
    address: str

    @property
    def kind_name(self) -> str:
        return str(KINDS[self.kind])

    @property
    def more(self) -> int:
        """How many are not named."""
        return self.rows - len(self.oldest)


class UnitWaiting(NamedTuple):
    """What a unit still owes, as planners see it."""

    unit_id: int | None
    name: str
    late: int
    owed: int


class Done(NamedTuple):
    """How much of a kind a person has written this month."""

    kind: str
    rows: int

    @property
    def kind_name(self) -> str:
        return str(KINDS[self.kind])


@dataclass(frozen=True)
class MyWork:
    """One person's work on a day: what to enter, what was returned to be mended among it, what to
    approve, what they are asked, what comes soon, what was done this month.

    ``waiting``: for planners, what the units owe; their own list is then what belongs to no unit,
    and to their own ones.
    """

    enter: tuple[Task, ...]
    soon: tuple[Task, ...]
    #: What waits for this person's approval, kind by kind.
    approvals: tuple[Approvals, ...]
    waiting: tuple[UnitWaiting, ...]
    done: tuple[Done, ...]
    #: Questions that wait for this person: asked about what they enter, or their own, answered.
    questions: tuple[Asked, ...] = ()
    #: How many things they are accountable or deputy for at all.
    answers_for: int = 0
    #: For planners: answered resolutions that they may close, whoever answered.
    to_close: tuple[ResolutionRow, ...] = ()

    @property
    def mine(self) -> MyWork:
        """Of what is to be entered, what the person is accountable or deputy for."""
        return replace(
            self,
            enter=tuple(task for task in self.enter if task.part),
            soon=tuple(task for task in self.soon if task.part),
        )

    @property
    def to_approve(self) -> int:
        return sum(each.rows for each in self.approvals)

    @property
    def returned(self) -> int:
        return sum(bool(task.returned) for task in self.enter)

    @property
    def late(self) -> int:
        return sum(task.state == LATE for task in self.enter)
