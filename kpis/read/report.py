"""The results of a month: what every sheet of it speaks of; what the last year has left."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.utils.translation import gettext as _

from kpis.read.asof import restated_after_lock
from kpis.read.duties import Duty, owed_duties
from kpis.read.rows import IndicatorRow, PlanStanding
from kpis.read.standing import plan_standing
from strategy.calendar import FiscalMonth
from strategy.closing.read import locked_since
from strategy.known.words import known_lines
from strategy.models import Plan
from strategy.standing.status import AWAITING, CRITICAL, WAITING_APPROVAL
from strategy.thai import month_name


@dataclass(frozen=True)
class Report:
    """What every sheet of a month speaks of."""

    plan: Plan
    at: FiscalMonth
    today: date
    standing: PlanStanding
    duties: tuple[Duty, ...]
    #: The results shown whose figure is another than when their month was locked, by id.
    after_lock: frozenset[int]

    @property
    def month_name(self) -> str:
        return month_name(self.at)

    @property
    def has_sample(self) -> bool:
        return self.standing.has_sample

    @cached_property
    def notes(self) -> list[str]:
        """Which month, and what the reader has to know about the figures."""
        lines = [
            _("Fiscal year %(year)s, as at the end of %(month)s")
            % {"year": self.at.year, "month": self.month_name}
        ]
        lines += known_lines()
        if self.has_sample:
            lines.append(_("SAMPLE DATA: the figures shown are samples, not the agency's own."))
        return lines


def month_report(plan: Plan, at: FiscalMonth, today: date, *, evidence: bool = True) -> Report:
    """The results of a month as known on ``today``. Eight queries, and two more where
    figures of locked months were written since.

    ``evidence``: with what the results rest on, which is for those who have signed in.
    """
    standing = plan_standing(plan, at, today, narratives=True, evidence=evidence)
    after_lock = restated_after_lock(plan, standing.rows, locked_since(plan.agency_id))
    return Report(plan, at, today, standing, month_duties(standing, today), after_lock)


def month_duties(standing: PlanStanding, today: date) -> tuple[Duty, ...]:
    return tuple(owed_duties(standing.rows, standing.at, standing.deadline_day, today))


@dataclass(frozen=True)
class YearRest:
    """What is left of a fiscal year: never reported, closed critical, not yet approved."""

    year: int
    unreported: tuple[IndicatorRow, ...]
    critical: tuple[IndicatorRow, ...]
    unapproved: tuple[IndicatorRow, ...]

    @property
    def last_month(self) -> FiscalMonth:
        return FiscalMonth(self.year, 12)

    @property
    def count(self) -> int:
        """How many indicators it concerns, each once."""
        parts = (self.unreported, self.critical, self.unapproved)
        return len({row.id for part in parts for row in part})


def last_year_rest(rows: Sequence[IndicatorRow], closed: Container[FiscalMonth]) -> YearRest | None:
    """What is left of the year before the one looked at; None once it is closed, or all is done.

    Source: docs/domain.md, "Last year's close". ``closed``: the months that are locked.
    """
    year = rows[0].current.year - 1 if rows else 0
    if not rows or year < rows[0].cells[0].year or FiscalMonth(year, 12) in closed:
        return None
    place = year - rows[0].cells[0].year

    def where(wanted: Sequence[str] = (), *, unapproved: bool = False) -> tuple[IndicatorRow, ...]:
        return tuple(
            row
            for row in rows
            if row.cells[place].status in wanted or (unapproved and row.cells[place].unapproved)
        )

    rest = YearRest(
        year,
        unreported=where((AWAITING,)),
        critical=where((CRITICAL,)),
        unapproved=where((WAITING_APPROVAL,), unapproved=True),
    )
    return rest if rest.count else None
