"""The Thai fiscal calendar, without Django and without a clock.

Fiscal year Y (Buddhist Era) runs from 1 October of Y-1 to 30 September of Y; its months are
numbered 1 (ต.ค.) to 12 (ก.ย.). B.E. = C.E. + 543. Source: docs/domain.md, "Calendar".
"""

from __future__ import annotations

import calendar
from collections.abc import Container
from dataclasses import dataclass
from datetime import date, timedelta

BE_OFFSET = 543
MONTHS = range(1, 13)

#: The months of a fiscal year in which a reporting period ends, by frequency.
PERIOD_ENDS: dict[str, tuple[int, ...]] = {
    "month": tuple(MONTHS),
    "quarter": (3, 6, 9, 12),
    "half_year": (6, 12),
    "year": (12,),
}

DEFAULT_DEADLINE_DAY = 10


@dataclass(frozen=True, slots=True)
class ReportingDay:
    """By when the report of a month is in: on a day of the month after it.

    ``holidays``: those of the agency, where a deadline moves to the next working day; None where
    it stays on its day whatever that is.
    """

    day: int = DEFAULT_DEADLINE_DAY
    holidays: frozenset[date] | None = None

    def after(self, month: FiscalMonth) -> date:
        """The deadline of a fiscal month. Source: docs/domain.md, "When a figure is due"."""
        due = month.next.first_day.replace(day=self.day)
        while self.holidays is not None and not is_working_day(due, self.holidays):
            due += timedelta(days=1)
        return due


def is_working_day(day: date, holidays: Container[date]) -> bool:
    """Neither Saturday, Sunday nor a holiday."""
    return day.weekday() < 5 and day not in holidays


#: Where planners have set nothing.
DEFAULT_REPORTING_DAY = ReportingDay()


@dataclass(frozen=True, slots=True, order=True)
class FiscalMonth:
    """One month of a fiscal year: ``year`` in B.E., ``month`` 1 = October … 12 = September."""

    year: int
    month: int

    def __post_init__(self) -> None:
        if not 1 <= self.month <= 12:
            raise ValueError(f"a fiscal month is 1 to 12, not {self.month}")

    @classmethod
    def of(cls, day: date) -> FiscalMonth:
        """The fiscal month that a day falls in."""
        if day.month >= 10:
            return cls(day.year + BE_OFFSET + 1, day.month - 9)
        return cls(day.year + BE_OFFSET, day.month + 3)

    @property
    def quarter(self) -> int:
        """1 to 4; quarters end in months 3, 6, 9 and 12."""
        return (self.month + 2) // 3

    @property
    def calendar_month(self) -> int:
        """1 = January … 12 = December."""
        return self.month + 9 if self.month <= 3 else self.month - 3

    @property
    def calendar_year(self) -> int:
        """The B.E. calendar year: October 2566 belongs to fiscal year 2567."""
        return self.year - 1 if self.month <= 3 else self.year

    @property
    def first_day(self) -> date:
        return date(self.calendar_year - BE_OFFSET, self.calendar_month, 1)

    @property
    def last_day(self) -> date:
        first = self.first_day
        return first.replace(day=calendar.monthrange(first.year, first.month)[1])

    @property
    def next(self) -> FiscalMonth:
        return (
            FiscalMonth(self.year + 1, 1)
            if self.month == 12
            else FiscalMonth(self.year, self.month + 1)
        )

    @property
    def previous(self) -> FiscalMonth:
        return (
            FiscalMonth(self.year - 1, 12)
            if self.month == 1
            else FiscalMonth(self.year, self.month - 1)
        )

    def has_ended(self, today: date) -> bool:
        return today > self.last_day

    def deadline(self, day: int | ReportingDay = DEFAULT_REPORTING_DAY) -> date:
        """The last day on which a report for a period ending this month is in time."""
        return (day if isinstance(day, ReportingDay) else ReportingDay(day)).after(self)


def latest_ended(today: date) -> FiscalMonth:
    """The last fiscal month that is over on ``today``."""
    return FiscalMonth.of(today.replace(day=1) - timedelta(days=1))


def deadline_passed(
    frequency: str,
    upto: FiscalMonth,
    today: date,
    deadline_day: int | ReportingDay = DEFAULT_REPORTING_DAY,
) -> int | None:
    """The last period of ``upto``'s fiscal year that is overdue on ``today``.

    Looks at periods that end at or before ``upto`` and whose deadline has passed; gives the
    month in which that period ends, or None where nothing is overdue yet.
    """
    for month in reversed(PERIOD_ENDS[frequency]):
        if month <= upto.month and today > FiscalMonth(upto.year, month).deadline(deadline_day):
            return month
    return None


def next_due(frequency: str, today: date) -> FiscalMonth:
    """The period that a reporter is asked for on ``today``: the last one that has ended.

    Where no period of this frequency has ended in the running fiscal year, that is the last
    period of the year before.
    """
    ended = latest_ended(today)
    months = [m for m in PERIOD_ENDS[frequency] if m <= ended.month]
    return FiscalMonth(ended.year, months[-1]) if months else FiscalMonth(ended.year - 1, 12)
