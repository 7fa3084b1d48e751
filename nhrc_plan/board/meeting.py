"""The month as a board meeting reads it: one assembly for the page, its data and the workbook."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from itertools import takewhile

from django.utils.translation import gettext as _

from budgets.asof import money_changed
from budgets.rows import PlanMoney
from budgets.selectors import plan_money
from kpis.asof import figures_changed
from kpis.duties import Duty, owed_duties
from kpis.rows import PlanStanding
from kpis.selectors import plan_standing
from nhrc_plan.board import summary
from nhrc_plan.board.beside import BesideLine, beside_lines
from nhrc_plan.board.changes import Changes, plan_changes
from nhrc_plan.board.meeting_measures import MeasuresAt, measures_at
from nhrc_plan.board.models import MonthSummary
from strategy.fiscal import FiscalMonth
from strategy.models import Plan
from strategy.selectors import deadline_days
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
        if self.has_sample:
            lines.append(_("SAMPLE DATA: the figures shown are samples, not the agency's own."))
        return lines


@dataclass(frozen=True)
class BoardReport(Report):
    """Everything that a month's pack shows."""

    money: PlanMoney
    lines: list[BesideLine]
    changes: Changes
    #: The summary that planners kept with the month; None while there is only the draft.
    kept: MonthSummary | None
    #: When its text was written, and when figures that the month shows last changed after that.
    kept_at: datetime | None
    changed_at: datetime | None
    draft: str
    integrity: MeasuresAt

    @property
    def summary(self) -> str:
        return self.kept.text if self.kept else self.draft

    @property
    def has_sample(self) -> bool:
        return self.standing.has_sample or self.money.has_sample

    @property
    def has_money(self) -> bool:
        """A scorecard has no projects: its pack says nothing of money."""
        return bool(self.money.rows) or not self.plan.is_scorecard


def month_report(plan: Plan, at: FiscalMonth, today: date, *, evidence: bool = True) -> Report:
    """The results of a month as known on ``today``. Seven queries.

    ``evidence``: with what the results rest on, which is for those who have signed in.
    """
    standing = plan_standing(plan, at, today, narratives=True, evidence=evidence)
    return Report(plan, at, today, standing, _duties(standing, today))


def _duties(standing: PlanStanding, today: date) -> tuple[Duty, ...]:
    return tuple(owed_duties(standing.rows, standing.at, standing.deadline_day, today))


def board_report(
    plan: Plan, at: FiscalMonth, today: date, *, evidence: bool = False
) -> BoardReport:
    """The pack of a month as known on ``today``. A fixed number of queries; three more where
    planners kept a summary.
    """
    days = deadline_days(plan)
    standing = plan_standing(plan, at, today, narratives=True, evidence=evidence, days=days)
    money = plan_money(plan, at, today, days=days)
    lines = beside_lines(standing, money)
    changes = plan_changes(plan, standing, money, days)
    kept = (
        MonthSummary.objects.filter(plan=plan, fiscal_year=at.year, month=at.month)
        .select_related("unit")
        .first()
    )
    kept_at = _written_at(kept) if kept else None
    return BoardReport(
        plan=plan,
        at=at,
        today=today,
        standing=standing,
        money=money,
        lines=lines,
        changes=changes,
        duties=_duties(standing, today),
        kept=kept,
        kept_at=kept_at,
        changed_at=_changed_at(plan, at, kept_at) if kept_at else None,
        draft=summary.draft(plan, standing, money, lines, changes),
        integrity=measures_at(plan.agency_id, at, today, evidence=evidence),
    )


def _written_at(kept: MonthSummary) -> datetime | None:
    """When a summary's text became what it is; to name another unit leaves that alone."""
    rows = kept.history.order_by("-history_date", "-history_id").values_list("history_date", "text")
    same = [day for day, _text in takewhile(lambda row: row[1] == kept.text, rows)]
    return same[-1] if same else None


def _changed_at(plan: Plan, at: FiscalMonth, since: datetime) -> datetime | None:
    """When figures that a month shows last changed after ``since``; None: they have not."""
    found = (figures_changed(plan, at, since), money_changed(plan, at, since))
    return max(filter(None, found), default=None)
