"""What is owed: the periods of a fiscal year in which each indicator is to be reported."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from kpis.models import Result
from kpis.read.rows import IndicatorRow
from kpis.rules.facts import NO_PROMISE
from strategy.approval.model import HANDED_IN
from strategy.calendar import DEFAULT_REPORTING_DAY, PERIOD_ENDS, FiscalMonth, ReportingDay
from strategy.models import Plan
from strategy.read import deadline_days
from strategy.standing.status import WAITING_APPROVAL
from strategy.thai import format_date, month_name

REPORTED = "reported"
LATE = "late"
OPEN = "open"
MISSED = "missed"
UPCOMING = "upcoming"
FINISHED = "finished"

LABELS = {
    REPORTED: _("reported"),
    LATE: _("overdue"),
    OPEN: _("to be reported now"),
    MISSED: _("left out"),
    UPCOMING: _("later"),
    FINISHED: _("finished"),
}
SHAPES = {REPORTED: "●", LATE: "○", OPEN: "◐", MISSED: "–", UPCOMING: "◌", FINISHED: "●"}


class Duty(NamedTuple):
    """One indicator's report for one period."""

    row: IndicatorRow
    period: FiscalMonth
    deadline: date
    state: str
    has_draft: bool
    #: The comment with which the period's report was returned; "" where it was not.
    returned: str = ""
    #: The plan whose indicator it is.
    plan: str = ""

    @property
    def label(self) -> str:
        return str(LABELS[self.state])

    @property
    def shape(self) -> str:
        return SHAPES[self.state]

    @property
    def period_name(self) -> str:
        return month_name(self.period, short=True)

    @property
    def deadline_name(self) -> str:
        return format_date(self.deadline)

    @property
    def is_owed(self) -> bool:
        return self.state in (LATE, OPEN)


def year_duties(plan: Plan, year: int, rows: Sequence[IndicatorRow], today: date) -> list[Duty]:
    """The duties of these indicators in a fiscal year, in order of their periods. Two queries.

    A period is reported by a figure handed in for its last month, or for a later month before the
    next period ends. One that was left out stops being owed once a later figure stands, and what
    is finished owes no further report.
    """
    counted: dict[int, set[int]] = defaultdict(set)
    drafts: dict[int, set[int]] = defaultdict(set)
    returned: dict[tuple[int, int], str] = {}
    for indicator_id, month, state, comment in (
        Result.objects.filter(indicator__in=[row.id for row in rows], fiscal_year=year)
        .order_by()
        .values_list("indicator_id", "month", "state", "returned_because")
    ):
        returned[indicator_id, month] = comment
        (counted if state in HANDED_IN else drafts)[indicator_id].add(month)
    periods = _periods(year, deadline_days(plan).get(year, DEFAULT_REPORTING_DAY))
    duties = [
        Duty(
            row,
            period,
            deadline,
            _state(counted[row.id], period, next_end, deadline, today, _finished_in(row, year)),
            period.month in drafts[row.id],
            returned.get((row.id, period.month), ""),
            plan.slug,
        )
        for row in rows
        if _promises(row, year)
        for period, next_end, deadline in periods[row.frequency]
    ]
    return sorted(duties, key=lambda duty: duty.period.month)


def owed_duties(
    rows: Sequence[IndicatorRow], at: FiscalMonth, deadline_day: ReportingDay, today: date
) -> list[Duty]:
    """What is owed of the periods up to ``at``, seen from there. No query.

    The rows, read at ``at``, know each indicator's latest figure: every period that ended after
    it is owed.
    """
    periods = _periods(at.year, deadline_day)
    duties = []
    for row in rows:
        if not _promises(row, at.year) or _finished_in(row, at.year):
            continue
        if row.current.status == WAITING_APPROVAL:
            # The unit has done its part.
            continue
        latest = row.current.month or 0
        for period, _next_end, deadline in periods[row.frequency]:
            if latest < period.month <= at.month and period.has_ended(today):
                state = LATE if today > deadline else OPEN
                duties.append(Duty(row, period, deadline, state, has_draft=False))
    return sorted(duties, key=lambda duty: duty.period.month)


def _promises(row: IndicatorRow, year: int) -> bool:
    """Whether a report is owed at all: a target, or levels that are scored."""
    target = row.facts.targets.get(year)
    return target is not None and (target.kind != NO_PROMISE or bool(row.facts.thresholds))


def _finished_in(row: IndicatorRow, year: int) -> int | None:
    """The month in which what a year promised was reported done; None where it is not."""
    cell = row.current
    return cell.month if cell.year == year and cell.is_finished else None


def _periods(
    year: int, deadline_day: ReportingDay
) -> dict[str, list[tuple[FiscalMonth, int, date]]]:
    """By frequency: each period's last month, the month in which the next one ends, deadline."""
    return {
        frequency: [
            (FiscalMonth(year, end), next_end, FiscalMonth(year, end).deadline(deadline_day))
            for end, next_end in zip(ends, [*ends[1:], 13], strict=True)
        ]
        for frequency, ends in PERIOD_ENDS.items()
    }


def _state(
    counted: set[int],
    period: FiscalMonth,
    next_end: int,
    deadline: date,
    today: date,
    finished: int | None,
) -> str:
    if period.month in counted or any(period.month < month < next_end for month in counted):
        return REPORTED
    if finished is not None and period.month > finished:
        return FINISHED
    if today > deadline:
        return MISSED if any(month >= next_end for month in counted) else LATE
    return OPEN if period.has_ended(today) else UPCOMING
