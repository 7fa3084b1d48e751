"""The calendar of an agency's fiscal year: deadlines, holidays, what is locked and what is open."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from strategy import clock
from strategy.calendar import DEFAULT_REPORTING_DAY, MONTHS, FiscalMonth
from strategy.models import Agency, Holiday, MonthLock, ReportingYear, Unlocking
from strategy.read import reporting_days
from strategy.thai import format_date, month_name, weekday_name


@dataclass(frozen=True, slots=True)
class Opening:
    """A locked month opened again. ``token``: the row and its version, to end it by."""

    token: str
    unit: str
    until: str
    reason: str


@dataclass(frozen=True, slots=True)
class MonthRow:
    """A month of the calendar. ``lock_id``: None where it is not locked."""

    at: FiscalMonth
    deadline: date
    #: The day that was set, where the deadline has moved from it.
    moved_from: date | None
    holidays: Sequence[str]
    has_ended: bool
    lock_id: int | None = None
    locked: str = ""
    openings: Sequence[Opening] = ()

    @property
    def name(self) -> str:
        return month_name(self.at)

    @property
    def deadline_name(self) -> str:
        return _day_name(self.deadline)

    @property
    def moved_from_name(self) -> str:
        return "" if self.moved_from is None else _day_name(self.moved_from)


def locked_since(agency_id: int) -> dict[FiscalMonth, datetime]:
    """The months of an agency that are locked, opened again or not, each with the moment since
    when. One query."""
    rows = MonthLock.history.filter(agency_id=agency_id, history_type="+")
    found = rows.values_list("fiscal_year", "month", "history_date")
    return {FiscalMonth(year, month): when for year, month, when in found}


def _day_name(day: date) -> str:
    return f"{weekday_name(day)} {format_date(day)}"


def calendar_year(agency: Agency, year: int, today: date) -> list[MonthRow]:
    """The twelve months. Five queries at most."""
    rules = ReportingYear.objects.filter(agency=agency, fiscal_year=year)
    days = reporting_days(
        agency.pk, rules.values_list("fiscal_year", "deadline_day", "moves_to_working_day")
    )
    rule = days.get(year, DEFAULT_REPORTING_DAY)
    first, last = FiscalMonth(year, 1).first_day, FiscalMonth(year, 12).last_day
    off: dict[FiscalMonth, list[str]] = defaultdict(list)
    for holiday in Holiday.objects.filter(agency=agency, day__range=(first, last)).order_by("day"):
        off[FiscalMonth.of(holiday.day)].append(f"{_day_name(holiday.day)} {holiday.name}")
    locks = {row.month: row for row in MonthLock.objects.filter(agency=agency, fiscal_year=year)}
    locked = _locked([row.pk for row in locks.values()])
    opened = _openings([row.pk for row in locks.values()])
    found = []
    for month in MONTHS:
        at = FiscalMonth(year, month)
        set_for = at.next.first_day.replace(day=rule.day)
        due = rule.after(at)
        lock = locks.get(month)
        found.append(
            MonthRow(
                at,
                due,
                None if due == set_for else set_for,
                off[at],
                at.has_ended(today),
                *((lock.pk, locked.get(lock.pk, ""), opened[lock.pk]) if lock else ()),
            )
        )
    return found


def _locked(ids: Sequence[int]) -> dict[int, str]:
    """Since when and by whom, by lock; from the history."""
    rows = MonthLock.history.filter(id__in=ids, history_type="+")
    return {
        row.id: _("locked since %(day)s, by %(who)s")
        % {
            "day": format_date(timezone.localtime(row.history_date).date()),
            "who": row.history_user_name or _("the system"),
        }
        for row in rows
    }


def _openings(locks: Sequence[int]) -> dict[int, list[Opening]]:
    """What is open now, by lock."""
    found: dict[int, list[Opening]] = defaultdict(list)
    rows = Unlocking.objects.filter(Unlocking.in_effect(clock.now()), lock__in=locks)
    for row in rows.select_related("unit").order_by("pk"):
        until = ""
        if row.until is not None:
            moment = timezone.localtime(row.until)
            until = f"{format_date(moment.date())} {moment:%H:%M}"
        found[row.lock_id].append(
            Opening(f"{row.pk}.{row.version}", row.unit.name if row.unit else "", until, row.reason)
        )
    return found
