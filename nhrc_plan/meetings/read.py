"""The month as a board meeting reads it: one assembly for the page, its data and the workbook."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from budgets.read.asof import money_changed
from budgets.read.money import plan_money
from budgets.read.rows import PlanMoney
from integrity.measures.month import MeasuresAt, measures_at
from kpis.read.asof import figures_changed, restated_after_lock
from kpis.read.report import Report, YearRest, last_year_rest, month_duties
from kpis.read.standing import plan_standing
from nhrc_plan.meetings import summary
from nhrc_plan.meetings.changes import Changes, plan_changes
from nhrc_plan.meetings.minute.lines import Minute, minute
from nhrc_plan.meetings.models import MonthSummary
from nhrc_plan.meetings.resolutions.read import month_resolutions
from nhrc_plan.meetings.resolutions.rows import Resolutions
from nhrc_plan.value.beside import BesideLine, beside_lines
from strategy.calendar import FiscalMonth
from strategy.closing.read import locked_since
from strategy.models import Plan
from strategy.read import deadline_days


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
    #: What the last year has left undone, until it is closed; None where nothing is.
    rest: YearRest | None
    #: The months of the year up to this one whose reports were due and that are not locked.
    open_months: tuple[FiscalMonth, ...]

    @cached_property
    def minute(self) -> Minute:
        """The three lines that it begins with."""
        return minute(self)

    #: Those of the month's meetings and of earlier ones, settled or not.
    resolutions: Resolutions

    @property
    def summary(self) -> str:
        return self.kept.text if self.kept else self.draft

    @property
    def turn(self) -> str:
        """Said once, in the first month of a year: how the year before closed; "" in any other."""
        return summary.turn(self.standing)

    @property
    def has_sample(self) -> bool:
        made_up = any(row.sample for row in self.resolutions.rows)
        return made_up or self.standing.has_sample or self.money.has_sample

    @property
    def has_money(self) -> bool:
        """A scorecard has no projects: its pack says nothing of money."""
        return bool(self.money.office.rows) or not self.plan.is_scorecard


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
    resolutions = month_resolutions(plan, at, today)
    changes = plan_changes(plan, standing, money, days, today, resolutions)
    kept = (
        MonthSummary.objects.filter(plan=plan, fiscal_year=at.year, month=at.month)
        .select_related("unit")
        .first()
    )
    kept_at = _written_at(kept) if kept else None
    locked = locked_since(plan.agency_id)
    ended = (FiscalMonth(at.year, month) for month in range(1, at.month + 1))
    return BoardReport(
        plan=plan,
        at=at,
        today=today,
        standing=standing,
        money=money,
        lines=lines,
        changes=changes,
        duties=month_duties(standing, today),
        after_lock=restated_after_lock(plan, standing.rows, locked),
        kept=kept,
        kept_at=kept_at,
        changed_at=_changed_at(plan, at, kept_at) if kept_at else None,
        draft=summary.draft(plan, standing, money, lines, changes),
        integrity=measures_at(plan.agency_id, at, today, evidence=evidence),
        rest=last_year_rest(standing.rows, locked),
        open_months=tuple(
            month
            for month in ended
            if month not in locked and month.deadline(standing.deadline_day) < today
        ),
        resolutions=resolutions,
    )


def _written_at(kept: MonthSummary) -> datetime | None:
    """When a summary's text became what it is; to name another unit leaves that alone."""
    rows = kept.history.order_by("-history_date", "-history_id").values_list("history_date", "text")
    written = None
    for day, text in rows:
        if text != kept.text:
            break
        written = day
    return written


def _changed_at(plan: Plan, at: FiscalMonth, since: datetime) -> datetime | None:
    """When figures that a month shows last changed after ``since``; None: they have not."""
    found = (figures_changed(plan, at, since), money_changed(plan, at, since))
    return max(filter(None, found), default=None)
