"""Reading for those who enter results: what is theirs, what is due, what stands beside the form."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet

from kpis import calc
from kpis.duties import Duty, year_duties
from kpis.entry_forms import EntryPanel
from kpis.levels import ladder
from kpis.models import Indicator
from kpis.rows import join_values, result_text
from kpis.selectors import indicator_rows, latest_before
from strategy.fiscal import FiscalMonth, latest_ended
from strategy.models import Plan
from strategy.roles import Viewer
from strategy.status import round2


def reportable(viewer: Viewer) -> QuerySet[Indicator]:
    """The indicators whose results a person may enter, in the plan's order."""
    indicators = Indicator.objects.select_related("strategy__plan", "unit").order_by(
        "strategy__plan", "strategy__number", "position"
    )
    if viewer.is_planner:
        return indicators
    return indicators.filter(unit__in=viewer.unit_ids)


def work_list(viewer: Viewer, today: date) -> list[Duty]:
    """What a person owes: reports overdue or open in this and the last fiscal year."""
    latest = latest_ended(today)
    duties: list[Duty] = []
    for plan in Plan.objects.filter(first_year__lte=latest.year, last_year__gte=latest.year - 1):
        own = reportable(viewer).filter(strategy__plan=plan)
        for year in (latest.year - 1, latest.year):
            if year in plan.years:
                at = FiscalMonth(year, 12 if year < latest.year else latest.month)
                rows = indicator_rows(plan, at, today, own)
                duties += [d for d in year_duties(plan, year, rows, today) if d.is_owed]
    return sorted(duties, key=lambda duty: (duty.deadline, duty.row.code))


def entry_panel(indicator: Indicator, at: FiscalMonth, today: date) -> EntryPanel:
    """Target, last value and standing of an indicator at the month that is being entered."""
    plan = indicator.strategy.plan
    row = indicator_rows(plan, at, today, Indicator.objects.filter(pk=indicator.pk))[0]
    last = latest_before(plan, indicator.pk, at)
    if row.current.is_milestone:
        target = row.facts.targets[at.year]
        expected = f"{round2(calc.milestone_expected(at.month, target.due_month))}%"
    else:
        expected = join_values(list(calc.expected_values(row.facts, at.year, at.month).values()))
    levels = None
    if plan.is_scorecard:
        levels = ladder(indicator, row.current)
    return EntryPanel(
        indicator=indicator,
        row=row,
        at=at,
        last=result_text(row.facts, last) if last else None,
        last_month=FiscalMonth(last.year, last.month) if last else None,
        expected=expected,
        ladder=levels,
    )
