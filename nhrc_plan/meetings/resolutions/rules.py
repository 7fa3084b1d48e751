"""When a resolution is late, who is to hear of it, and what was kept on time of what was promised.

PURE: no Django, no clock. Source: docs/domain.md, "Resolutions".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from strategy.calendar import FiscalMonth

OPEN, ANSWERED, CLOSED, CANCELLED = "open", "answered", "closed", "cancelled"
#: States in which something is still to be done about a resolution.
UNSETTLED = (OPEN, ANSWERED)

ANSWER, ASKED_AGAIN, POSTPONED, CLOSING, CANCELLING = (
    "answer",
    "asked_again",
    "postponed",
    "closing",
    "cancelling",
)


class Move(NamedTuple):
    """What a step needs and what it leads to: the states before it, and the one after."""

    of: tuple[str, ...]
    to: str


MOVES = {
    ANSWER: Move((OPEN,), ANSWERED),
    ASKED_AGAIN: Move((ANSWERED, CLOSED, CANCELLED), OPEN),
    POSTPONED: Move((OPEN,), OPEN),
    CLOSING: Move((ANSWERED,), CLOSED),
    CANCELLING: Move((OPEN, ANSWERED), CANCELLED),
}


@dataclass(frozen=True, slots=True)
class Levels:
    """From how many working days late on the unit, the planners and the board hear of it."""

    unit: int = 1
    planner: int = 5
    board: int = 10

    def of(self, late: int) -> int:
        """0 (in time) to 3 (the board) for so many working days late."""
        return sum(late >= days for days in (self.unit, self.planner, self.board))


def days_late(due: date, today: date, holidays: Iterable[date] = ()) -> int:
    """The working days after ``due`` up to ``today``, both of them gone by; 0: it is in time."""
    if today <= due:
        return 0
    weeks, left = divmod((today - due).days, 7)
    days = 5 * weeks + sum((due + timedelta(days=n)).weekday() < 5 for n in range(1, left + 1))
    return days - sum(due < off <= today and off.weekday() < 5 for off in set(holidays))


def is_kept(
    promised: date, answered_on: date | None, today: date, holidays: Iterable[date] = ()
) -> bool | None:
    """Whether a promise was kept on time; None: it is still to be seen.

    ``promised``: the first date; ``answered_on``: the day of the answer that stands.
    """
    late = days_late(promised, today if answered_on is None else answered_on, holidays)
    if answered_on is None:
        return False if late else None
    return not late


class Promise(NamedTuple):
    """A resolution as its unit's promise. ``kept`` None: it is still to be seen."""

    unit: str
    first_due: date
    kept: bool | None


class Kept(NamedTuple):
    """How many promises were kept on time, of how many that are decided."""

    kept: int = 0
    promised: int = 0

    @property
    def percent(self) -> Decimal | None:
        """In per cent, with two decimals; None where nothing was promised."""
        if not self.promised:
            return None
        exact = Decimal(100 * self.kept) / self.promised
        return exact.quantize(Decimal("0.01"), ROUND_HALF_UP)

    def plus(self, kept: bool) -> Kept:
        return Kept(self.kept + kept, self.promised + 1)


def kept_by_unit(promises: Iterable[Promise]) -> dict[tuple[str, int, int], Kept]:
    """What was kept by unit, fiscal year and quarter of the first date."""
    found: dict[tuple[str, int, int], Kept] = {}
    for promise in promises:
        if promise.kept is not None:
            month = FiscalMonth.of(promise.first_due)
            key = (promise.unit, month.year, month.quarter)
            found[key] = found.get(key, Kept()).plus(promise.kept)
    return found
