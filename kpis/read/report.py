"""The results of a month: what every sheet of its workbook speaks of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.utils.translation import gettext as _

from kpis.read.duties import Duty, owed_duties
from kpis.read.rows import PlanStanding
from kpis.read.standing import plan_standing
from strategy.calendar import FiscalMonth
from strategy.known.words import known_lines
from strategy.models import Plan
from strategy.thai import month_name


@dataclass(frozen=True)
class Report:
    """What every sheet of a month speaks of."""

    plan: Plan
    at: FiscalMonth
    today: date
    standing: PlanStanding
    duties: tuple[Duty, ...]

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
    """The results of a month as known on ``today``. Seven queries.

    ``evidence``: with what the results rest on, which is for those who have signed in.
    """
    standing = plan_standing(plan, at, today, narratives=True, evidence=evidence)
    return Report(plan, at, today, standing, month_duties(standing, today))


def month_duties(standing: PlanStanding, today: date) -> tuple[Duty, ...]:
    return tuple(owed_duties(standing.rows, standing.at, standing.deadline_day, today))
