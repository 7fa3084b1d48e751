"""Reading for those who enter results: what is theirs, what is due, what stands beside the form."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.db.models import QuerySet

from kpis.models import Indicator, Result
from kpis.read.duties import UPCOMING, Duty, year_duties
from kpis.read.figures import latest_before
from kpis.read.levels import Ladder, ladder
from kpis.read.rows import IndicatorRow
from kpis.read.standing import indicator_rows
from kpis.read.words import join_values, result_text, target_text
from kpis.rules.expected import expected_values, milestone_expected
from kpis.rules.facts import (
    MILESTONE,
    Figure,
    TargetFacts,
    falls_are_asked,
    target_in_force,
)
from strategy.access import Viewer
from strategy.approval.model import HANDED_IN
from strategy.calendar import FiscalMonth, latest_ended
from strategy.models import Plan
from strategy.pages.current import current_plan
from strategy.standing.status import round2
from strategy.thai import month_name


def reportable(viewer: Viewer) -> QuerySet[Indicator]:
    """The indicators whose results a person may enter, in the plan's order."""
    indicators = (
        Indicator.objects.filter(strategy__plan__is_draft=False)
        .select_related("strategy__plan", "unit")
        .order_by("strategy__plan", "strategy__number", "position")
    )
    if viewer.is_planner:
        return indicators
    return indicators.filter(unit__in=viewer.unit_ids)


@dataclass(frozen=True, slots=True)
class OwnIndicator:
    """An indicator of somebody's own units with its last figure, and the month to enter next."""

    row: IndicatorRow
    at: FiscalMonth

    @property
    def month_name(self) -> str:
        return month_name(self.at, short=True)


def own_list(viewer: Viewer, today: date) -> list[OwnIndicator]:
    """The indicators of a person's own units at the latest month that is over.

    As many queries as :func:`indicator_rows` takes, for each plan that runs and is theirs.
    """
    own = Indicator.objects.filter(unit__in=viewer.unit_ids)
    found = []
    at = latest_ended(today)
    plans = Plan.objects.filter(first_year__lte=at.year, last_year__gte=at.year)
    for plan in plans.filter(pk__in=own.values("strategy__plan")).order_by("name"):
        rows = indicator_rows(plan, at, today, own.filter(strategy__plan=plan))
        found += [OwnIndicator(row, at) for row in rows]
    return found


def last_entered(user_id: int | None) -> FiscalMonth | None:
    """The month that a person entered a result for last; None where they never did. One query."""
    rows = Result.history.filter(history_user_id=user_id).order_by("-history_date", "-history_id")
    last = rows.values_list("fiscal_year", "month").first() if user_id else None
    return FiscalMonth(*last) if last else None


def reporting_plans(viewer: Viewer, first: int, last: int) -> list[Plan]:
    """The plans that run in these fiscal years and in which a person may report. Two queries.

    Those that give their units an indicator; for planners those of their own agencies, else of
    the agency whose plan is at work, however many agencies there are.
    """
    plans = Plan.objects.filter(first_year__lte=last, last_year__gte=first)
    if not viewer.is_planner:
        own = Indicator.objects.filter(unit__in=viewer.unit_ids)
        return list(plans.filter(pk__in=own.values("strategy__plan")).order_by("pk"))
    agencies: Iterable[int] = viewer.agency_ids
    if not agencies:
        current = current_plan(viewer)
        agencies = [current.agency_id] if current else []
    return list(plans.filter(agency__in=agencies).order_by("pk"))


def work_list(viewer: Viewer, today: date, *, soon: int = 0) -> list[Duty]:
    """What a person owes: reports overdue or open in this and the last fiscal year.

    ``soon``: with those that will be due within so many days. As many queries as
    :func:`year_duties` takes, for each year of a plan that is theirs.
    """
    latest = latest_ended(today)
    horizon = today + timedelta(days=soon)
    duties: list[Duty] = []
    for plan in reporting_plans(viewer, latest.year - 1, latest.year):
        own = reportable(viewer).filter(strategy__plan=plan)
        for year in (latest.year - 1, latest.year):
            if year in plan.years:
                at = FiscalMonth(year, 12 if year < latest.year else latest.month)
                rows = indicator_rows(plan, at, today, own)
                duties += [
                    duty
                    for duty in year_duties(plan, year, rows, today)
                    if duty.is_owed or (duty.state == UPCOMING and duty.deadline <= horizon)
                ]
    return sorted(duties, key=lambda duty: (duty.deadline, duty.row.code))


def entry_panel(indicator: Indicator, at: FiscalMonth, today: date) -> EntryPanel:
    """Target, last value and standing of an indicator at the month that is being entered."""
    plan = indicator.strategy.plan
    row = indicator_rows(plan, at, today, Indicator.objects.filter(pk=indicator.pk))[0]
    before = last = latest_before(plan, indicator.pk, at)
    if plan.approved_only:
        before = latest_before(plan, indicator.pk, at, states=HANDED_IN)
    panel = panel_of(indicator, row, at, last)
    repeats = not panel.is_milestone and before is not None and before.year == at.year
    return replace(
        panel,
        ladder=ladder(indicator, row.current) if plan.is_scorecard else None,
        repeatable=before if repeats else None,
    )


def panel_of(
    indicator: Indicator, row: IndicatorRow, at: FiscalMonth, last: Figure | None
) -> EntryPanel:
    """The same from what was read for many; ``last``: the figure before. No query."""
    expected: str | None
    promise = target_in_force(row.facts, at.year, at.month)
    if promise.kind == MILESTONE:
        expected = f"{round2(milestone_expected(at.month, promise.due_month))}%"
    else:
        expected = join_values(list(expected_values(row.facts, at.year, at.month).values()))
    return EntryPanel(
        indicator=indicator,
        row=row,
        at=at,
        promise=promise,
        last=result_text(row.facts, last) if last else None,
        last_month=FiscalMonth(last.year, last.month) if last else None,
        expected=expected,
    )


@dataclass(frozen=True, slots=True)
class EntryPanel:
    """What stands beside the form: target, what was reported last, how the figure stands."""

    indicator: Indicator
    row: IndicatorRow
    at: FiscalMonth
    #: What is promised in the month that is entered, whatever an older figure was held against.
    promise: TargetFacts
    last: str | None
    last_month: FiscalMonth | None
    expected: str | None
    ladder: Ladder | None = None
    #: What "no new result" repeats: the last figure submitted in the same year.
    repeatable: Figure | None = None

    @property
    def repeatable_text(self) -> str:
        """That figure as shown, with its month: "57 (มิ.ย. 2569)"."""
        figure = self.repeatable
        if figure is None:
            return ""
        at = month_name(FiscalMonth(figure.year, figure.month), short=True)
        return f"{result_text(self.row.facts, figure)} ({at})"

    @property
    def target(self) -> str | None:
        return target_text(self.row.facts, self.promise)

    @property
    def is_milestone(self) -> bool:
        return self.promise.kind == MILESTONE

    @property
    def may_fall(self) -> bool:
        """Whether a lower figure than before would be a fall that has to be explained."""
        return not self.is_milestone and falls_are_asked(self.row.facts)

    @property
    def month_name(self) -> str:
        return month_name(self.at)

    @property
    def last_name(self) -> str:
        return month_name(self.last_month, short=True) if self.last_month else ""
