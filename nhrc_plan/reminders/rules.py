"""Who is told what by mail, and when; pure. Source: docs/domain.md, "Reminders"."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from strategy.calendar import is_working_day

#: Kinds of mail: one's own work, what waits for approval, what a unit owes for too long.
OWN, APPROVAL, HEAD, PLANNERS = "own", "approval", "head", "planners"
#: Those that whoever gets them may switch off. What is late for long is told all the same.
STOPPABLE = frozenset({OWN, APPROVAL})

#: How a thing stands in a mail.
LATE, RETURNED, SOON, WAITING = "late", "returned", "soon", "waiting"
STANDINGS = (LATE, RETURNED, SOON, WAITING)

#: After so many days a mail is sent again although nothing is new in it.
AGAIN = 7


def stopped(kind: str, off: bool) -> bool:
    """Whether a mail is kept from somebody who has (``off``) switched reminders off, or not."""
    return off and kind in STOPPABLE


@dataclass(frozen=True, slots=True)
class Days:
    """An agency's days: ``before`` a deadline (of the calendar) its people are reminded; ``head``
    and ``planners``, working days late, the unit's head and the planners are told."""

    before: int = 7
    head: int = 5
    planners: int = 10


class Due(NamedTuple):
    """A thing that somebody owes: by when; since when it is returned to them, None: it is not."""

    key: str
    deadline: date | None
    returned_on: date | None = None


class Line(NamedTuple):
    """A thing in a mail: how it stands, and since which day that is so."""

    key: str
    standing: str
    since: date


def is_quiet(today: date, holidays: Container[date]) -> bool:
    """Whether nobody is mailed on a day: a weekend or a holiday."""
    return not is_working_day(today, holidays)


def escalates_on(deadline: date, after: int, holidays: Container[date]) -> date:
    """The day on which something is so many working days late."""
    day = deadline
    while after:
        day += timedelta(days=1)
        after -= is_working_day(day, holidays)
    return day


def own_lines(dues: Iterable[Due], today: date, days: Days) -> list[Line]:
    """Of what a person owes, what is overdue, returned to them, or due within so many days.

    What was returned is told as returned, however late it is. What has no deadline is not told.
    """
    found = []
    for due in dues:
        if due.returned_on is not None:
            found.append(Line(due.key, RETURNED, due.returned_on))
        elif due.deadline is None:
            continue
        elif today > due.deadline:
            found.append(Line(due.key, LATE, due.deadline + timedelta(days=1)))
        elif today >= (begins := due.deadline - timedelta(days=days.before)):
            found.append(Line(due.key, SOON, begins))
    return found


def escalated(
    dues: Iterable[Due], today: date, after: int, holidays: Container[date]
) -> list[Line]:
    """Of what is owed, what is so many working days late or more, returned or not."""
    found = []
    for due in dues:
        if due.deadline is not None and today > due.deadline:
            since = escalates_on(due.deadline, after, holidays)
            if today >= since:
                found.append(Line(due.key, LATE, since))
    return found


def goes_out(lines: Sequence[Line], last: date | None, today: date) -> bool:
    """Whether a mail with these lines is sent on ``today``, a working day.

    Where something is new since the last one that was sent, or that is a week ago. ``last``: its
    day, None where there was none.
    """
    if not lines:
        return False
    if last is None or today - last >= timedelta(days=AGAIN):
        return True
    return any(line.since > last for line in lines)
