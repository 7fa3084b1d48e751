"""How a quarter of an integrity measure stands on a day. PURE.

Source: docs/domain.md, "ITA": a quarter's report is due on the deadline day of the month after it;
a measure reported as done owes nothing more; a year that was only ever recorded as a whole owes
no quarter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from strategy.calendar import PERIOD_ENDS, FiscalMonth, ReportingDay

QUARTERS = (1, 2, 3, 4)

#: What was reported.
NOT_STARTED, IN_PROGRESS, DONE = "not_started", "in_progress", "done"
REPORTED = (NOT_STARTED, IN_PROGRESS, DONE)
#: What a quarter without a report is: nothing is owed any more; the year has no quarterly reports;
#: its report is overdue; its report may still come in time; it runs; it has not begun.
DONE_EARLIER, NO_REPORTS = "done_earlier", "no_reports"
LATE, DUE, OPEN, AHEAD = "late", "due", "open", "ahead"
#: Every state, in the order in which counts are shown.
STATES = (DONE, IN_PROGRESS, NOT_STARTED, LATE, DUE, OPEN, AHEAD, NO_REPORTS)
#: The states in which somebody has a report to write.
OWED = (LATE, DUE, OPEN)


def first_month(year: int, quarter: int) -> FiscalMonth:
    """The fiscal month that a quarter begins with."""
    return FiscalMonth(year, 3 * quarter - 2)


def last_month(year: int, quarter: int) -> FiscalMonth:
    """The fiscal month that a quarter ends with."""
    return FiscalMonth(year, PERIOD_ENDS["quarter"][quarter - 1])


def has_begun(year: int, quarter: int, today: date) -> bool:
    return today >= first_month(year, quarter).first_day


def has_ended(year: int, quarter: int, today: date) -> bool:
    return last_month(year, quarter).has_ended(today)


def latest_quarter(year: int, today: date) -> int:
    """The latest quarter of a year that is over; its first where none is."""
    return max((q for q in QUARTERS if has_ended(year, q, today)), default=1)


@dataclass(frozen=True, slots=True)
class YearRules:
    """What holds for all measures of a fiscal year on ``today``.

    ``as_a_whole``: planners chose to report the year as a whole, so that it owes no quarter. That
    is never inferred from what is missing: a year in which nobody reported owes every one.
    """

    year: int
    today: date
    deadline_day: ReportingDay
    as_a_whole: bool

    def deadline(self, quarter: int) -> date:
        """The last day on which a quarter's report is in time."""
        return last_month(self.year, quarter).deadline(self.deadline_day)

    def state(self, quarter: int, reports: Mapping[int, str]) -> str:
        """The state of a measure's quarter; ``reports``: what was reported, by quarter."""
        if quarter in reports:
            return reports[quarter]
        earlier = [q for q in reports if q < quarter]
        if earlier and reports[max(earlier)] == DONE:
            return DONE_EARLIER
        if self.as_a_whole:
            return NO_REPORTS
        if not has_begun(self.year, quarter, self.today):
            return AHEAD
        if not has_ended(self.year, quarter, self.today):
            return OPEN
        return LATE if self.today > self.deadline(quarter) else DUE


def counted_as(state: str) -> str:
    """The state under which a measure is counted: what was done earlier is done."""
    return DONE if state == DONE_EARLIER else state
