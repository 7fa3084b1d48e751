"""Holidays that planners may take over: Thailand's as the package "holidays" knows them.

The package only suggests: what the cabinet adds in the course of a year comes late to it, or
never. Nothing enters the calendar that a planner has not confirmed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import holidays

from strategy.calendar import FiscalMonth
from strategy.models import Agency, Holiday
from strategy.thai import format_date, weekday_name

#: Of work in the private sector; state offices are open on it.
_NOT_OF_OFFICES = "วันแรงงาน"
_MOST_LETTERS = 200


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A day that is not in the calendar yet. ``ticked``: offices are closed on it by the cabinet's
    own rules, and it is no Saturday or Sunday, on which no deadline lies anyway."""

    day: date
    name: str
    ticked: bool

    @property
    def day_name(self) -> str:
        return f"{weekday_name(self.day)} {format_date(self.day)}"


def suggested_holidays(agency: Agency, year: int) -> list[Suggestion]:
    """The Thai holidays of a fiscal year that an agency's calendar lacks, by day. One query."""
    first, last = FiscalMonth(year, 1).first_day, FiscalMonth(year, 12).last_day
    kept = set(
        Holiday.objects.filter(agency=agency, day__range=(first, last)).values_list(
            "day", flat=True
        )
    )
    known = holidays.country_holidays(
        "TH", years=(first.year, last.year), language="th", categories=("public", "government")
    )
    return [
        Suggestion(day, _named(name), day.weekday() < 5 and _NOT_OF_OFFICES not in name)
        for day, name in sorted(known.items())
        if first <= day <= last and day not in kept
    ]


def _named(name: str) -> str:
    """A day's name; of several as many as fit."""
    parts = name.split("; ")
    while len("; ".join(parts)) > _MOST_LETTERS and len(parts) > 1:
        parts.pop()
    return "; ".join(parts)[:_MOST_LETTERS]
