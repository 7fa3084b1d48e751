"""Which backups are kept, and when one, or its rehearsal, is late. Pure: no file, no clock."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice

#: A restore that was last rehearsed longer ago than that is late: a weekly timer may fail thrice.
DRILL_LATE = timedelta(days=28)


@dataclass(frozen=True)
class Keep:
    """Of so many days, weeks (Monday to Sunday) and months, counted among those that have one,
    the newest backup each. The newest of all is always kept."""

    days: int
    weeks: int
    months: int


#: In which day, week or month a day lies; the same for two days of the same one.
_SPANS: Sequence[Callable[[date], object]] = (
    lambda day: day,
    lambda day: day.isocalendar()[:2],
    lambda day: (day.year, day.month),
)


def kept(made: Iterable[datetime], keep: Keep) -> set[datetime]:
    """Those of the moments ``made`` whose backups stay. Days are those of the moments' own zone."""
    newest_first = sorted(made, reverse=True)
    stay = set(newest_first[:1])
    for span, count in zip(_SPANS, (keep.days, keep.weeks, keep.months), strict=True):
        # dict: the first of each span, in order, which is the newest of it.
        of_span: dict[object, datetime] = {}
        for moment in newest_first:
            of_span.setdefault(span(moment.date()), moment)
        stay.update(islice(of_span.values(), count))
    return stay


@dataclass(frozen=True)
class State:
    """How this installation's backups stand. Moments carry their zone; None: there is none."""

    #: Whether there is a folder for them at all (BACKUP_DIR).
    asked: bool
    newest: datetime | None = None
    #: When a restore was last rehearsed with success, and when the last one failed after that.
    rehearsed: datetime | None = None
    failed: datetime | None = None
    late_after: timedelta = timedelta(hours=26)

    def could_lose(self, now: datetime) -> timedelta | None:
        """What would be lost if the machine burnt now: all since the newest backup."""
        return now - self.newest if self.newest else None

    def wrong(self, now: datetime) -> list[str]:
        """What needs somebody, as codes: none, late, never_rehearsed, drill_failed, drill_late."""
        if not self.asked:
            return []
        if self.newest is None:
            return ["none"]
        found = ["late"] if now - self.newest > self.late_after else []
        if self.failed is not None:
            found.append("drill_failed")
        elif self.rehearsed is None:
            found.append("never_rehearsed")
        elif now - self.rehearsed > DRILL_LATE:
            found.append("drill_late")
        return found
