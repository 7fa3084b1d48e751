"""What changed since last month's deadline: rebuilt from the history, late and corrected figures too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal as D
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from benchmarks.data import make_plan
from budgets.models import Disbursement, Project
from budgets.read.money import plan_money
from budgets.write.disbursements import DisbursementEntries, DisbursementEntry, disbursement_delete
from kpis.models import Result, YearTarget
from kpis.read import asof
from kpis.read.standing import plan_standing
from kpis.write.results import ResultEntries, result_approve
from kpis.write.targets import TargetEntry, target_change
from nhrc_plan.meetings.changes import Changes, known_until, plan_changes
from strategy.calendar import FiscalMonth
from strategy.models import Plan, ReportingYear
from strategy.read import deadline_days
from strategy.records.write import record_save
from tests.support.writing import entry_of, indicator_of

pytestmark = pytest.mark.django_db

#: April 2568 is looked at; March was to be reported by 10 April 2568 (2025).
AT, TODAY = FiscalMonth(2568, 7), date(2025, 5, 12)
IN_TIME, LATE = date(2025, 4, 10), date(2025, 4, 11)
CODE = "S3-1.1"  # a rate; its target for 2568 is 70


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Everything written inside is recorded as of noon, UTC, of a day."""

    @contextmanager
    def stopped(day: date, hour: int = 12) -> Iterator[None]:
        moment = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
        with monkeypatch.context() as patch:
            patch.setattr("strategy.records.model.timezone.now", lambda: moment)
            yield

    return stopped


def enter(plan: Plan, month: int, figure: str, code: str = CODE, year: int = 2568, **more: Any):
    indicator = indicator_of(plan, code)
    kept = Result.objects.filter(indicator=indicator, fiscal_year=year, month=month).first()
    version = kept.version if kept else None
    entry = entry_of(indicator, year, month, figure, expected_version=version, **more)
    return ResultEntries.record(user=None, entry=entry, today=date(2026, 10, 11))


def spend(
    plan: Plan, month: int, disbursed: str, committed: str = "0", year: int = 2568, **more: Any
) -> Disbursement:
    project = Project.objects.get(strategy__plan=plan, strategy__number=1, number=1)
    kept = Disbursement.objects.filter(project=project, fiscal_year=year, month=month).first()
    entry = DisbursementEntry(
        project, year, month, D(disbursed), D(committed),
        expected_version=kept.version if kept else None, **more,
    )  # fmt: skip
    return DisbursementEntries.record(user=None, entry=entry, today=date(2026, 10, 11))


def changes(plan: Plan, at: FiscalMonth = AT, today: date = TODAY) -> Changes:
    plan.refresh_from_db()
    days = deadline_days(plan)
    standing = plan_standing(plan, at, today)
    return plan_changes(plan, standing, plan_money(plan, at, today, days=days), days, today)


def seen(found: Changes, code: str = CODE) -> list[tuple[Any, ...]]:
    """(figure then, status then, figure now, status now) of an indicator."""
    return [
        (c.before.result, c.before.status, c.after.result, c.after.status)
        for c in found.indicators
        if c.row.code == code
    ]


def test_the_deadline_ends_at_midnight_in_bangkok():
    assert known_until(FiscalMonth(2568, 6), 10) == datetime(2025, 4, 10, 17, tzinfo=UTC)


def test_what_was_reported_in_time_did_not_change(plan, on):
    with on(IN_TIME):
        enter(plan, 6, "63")
    found = changes(plan)
    assert (found.compared, found.deadline) == (FiscalMonth(2568, 6), date(2025, 4, 10))
    assert seen(found) == []


def test_the_last_minute_counts_as_in_time_and_the_next_does_not(plan, on):
    with on(IN_TIME, hour=16):
        enter(plan, 6, "63")
    assert seen(changes(plan)) == []
    with on(IN_TIME, hour=17):
        enter(plan, 6, "64")
    assert seen(changes(plan)) == [("63", "near", "64", "near")]


def test_a_new_month_shows_beside_the_last(plan, on):
    with on(IN_TIME):
        enter(plan, 6, "63")
    with on(date(2025, 5, 9)):
        enter(plan, 7, "71")
    assert seen(changes(plan)) == [("63", "near", "71", "on_plan")]
    (line,) = [line for line in changes(plan).lines if line.code == CODE]
    assert (line.before, line.after) == ("63 (มี.ค. 2568)", "71 (เม.ย. 2568)")
    assert (changes(plan).better, changes(plan).worse) == (1, 0)


def test_a_late_figure_was_not_known(plan, on):
    with on(LATE):
        enter(plan, 6, "63")
    assert seen(changes(plan)) == [(None, "not_due", "63", "near")]


def test_a_late_figure_of_a_due_month_was_awaited(plan, on):
    indicator = indicator_of(plan, CODE)
    indicator.frequency = "month"
    record_save(instance=indicator, user=None)
    with on(date(2025, 4, 20)):
        enter(plan, 6, "63")
    # On 10 April February's report was overdue and March's was still open.
    assert seen(changes(plan)) == [(None, "awaiting", "63", "awaiting")]


def test_a_correction_shows_what_the_board_had_seen(plan, on):
    with on(IN_TIME):
        enter(plan, 6, "70")
    with on(date(2025, 4, 30)):
        enter(plan, 6, "30")
    found = changes(plan)
    assert seen(found) == [("70", "on_plan", "30", "critical")]
    assert (found.better, found.worse) == (0, 1)


def test_without_the_history_a_correction_would_go_unseen(plan, on, monkeypatch):
    """Negative control."""
    with on(IN_TIME):
        enter(plan, 6, "70")
    with on(date(2025, 4, 30)):
        enter(plan, 6, "30")
    monkeypatch.setattr(asof, "_figures_back", lambda *args: {})
    assert seen(changes(plan)) == []


def test_an_earlier_month_stands_in_where_the_last_came_late(plan, on):
    with on(date(2025, 1, 9)):
        enter(plan, 3, "60")
    with on(LATE):
        enter(plan, 6, "71")
    assert seen(changes(plan)) == [("60", "near", "71", "on_plan")]


def test_a_draft_was_not_known(plan, on):
    with on(IN_TIME):
        enter(plan, 6, "63", state="draft")
    with on(LATE):
        enter(plan, 6, "63", state="submitted")
    assert seen(changes(plan)) == [(None, "not_due", "63", "near")]


def test_where_only_approved_figures_count_approval_is_the_change(plan, planner, on):
    with on(IN_TIME):
        result = enter(plan, 6, "63")
        plan.approved_only = True
        record_save(instance=plan, user=None)
    with on(LATE):
        result_approve(user=planner, result=result, expected_version=result.version)
    assert seen(changes(plan)) == [(None, "not_due", "63", "near")]


def test_ratios_and_milestones_go_back_as_they_were(plan, on):
    with on(IN_TIME):
        enter(plan, 6, "1/3")
        enter(plan, 6, "57", code="S3-1.2")
    with on(LATE):
        enter(plan, 6, "2/3")
    assert seen(changes(plan)) == [("33.33", "critical", "66.67", "near")]


def test_a_revised_target_keeps_value_status_and_reason(plan, planner, on):
    with on(IN_TIME):
        enter(plan, 6, "63")
    target = YearTarget.objects.get(indicator=indicator_of(plan, CODE), fiscal_year=2568)
    measure = target.indicator.measures.get()
    with on(LATE):
        target_change(
            user=planner,
            target=target,
            entry=TargetEntry(kind="numeric", values={measure.pk: (D(60), None, None, None)}),
            reason="มติที่ประชุม",
        )
    found = changes(plan)
    assert [(t.row.code, t.year, t.before, t.after, t.reason) for t in found.targets] == [
        (CODE, 2568, "70", "60", "มติที่ประชุม")
    ]
    assert seen(found) == [("63", "near", "63", "on_plan")]


def test_targets_first_written_down_later_were_always_promised(plan):
    """The plan is loaded long after its years began; that revises nothing."""
    assert changes(plan).targets == ()


def test_money_goes_back_as_well(plan, on):
    with on(IN_TIME):
        spend(plan, 6, "700000", "100000")
    with on(LATE):
        spend(plan, 6, "600000", "100000", reason="แก้ไขยอด")
    with on(date(2025, 5, 9)):
        spend(plan, 7, "650000", "50000")
    found = changes(plan)
    (project,) = found.projects
    assert (project.row.code, project.before.spent, project.after.spent) == (
        "1-1",
        (6, D("700000.00"), D("100000.00")),
        (7, D("650000.00"), D("50000.00")),
    )
    assert (found.disbursed_before, found.disbursed_after) == (D("700000.00"), D("650000.00"))


def test_money_deleted_since_had_been_seen(plan, planner, on):
    with on(IN_TIME):
        row = spend(plan, 6, "700000")
    with on(LATE):
        disbursement_delete(
            user=planner, disbursement=row, reason="กรอกผิดโครงการ", expected_version=row.version
        )
    (project,) = changes(plan).projects
    assert (project.before.spent, project.after.spent) == ((6, D("700000.00"), D(0)), None)


def test_the_first_month_compares_the_last_year_with_itself(plan, on):
    with on(date(2025, 10, 10)):
        enter(plan, 12, "63")
    with on(date(2025, 10, 25)):
        enter(plan, 12, "72")
    found = changes(plan, FiscalMonth(2569, 1), date(2025, 11, 12))
    assert found.compared == FiscalMonth(2568, 12)
    assert seen(found) == [("63", "near", "72", "on_plan")]


def test_the_plans_first_month_has_nothing_before_it(plan):
    found = changes(plan, FiscalMonth(2566, 1), date(2022, 11, 12))
    assert found.compared == FiscalMonth(2566, 1)


def test_a_years_own_deadline_counts(plan, on):
    with on(date(2025, 4, 15)):
        enter(plan, 6, "63")
    assert seen(changes(plan)) != []
    record_save(
        instance=ReportingYear(agency=plan.agency, fiscal_year=2568, deadline_day=20), user=None
    )
    found = changes(plan)
    assert (found.deadline, seen(found)) == (date(2025, 4, 20), [])


def test_the_queries_do_not_grow(plan):
    """19 indicators or 60, all of them touched since."""
    counts = []
    for number, indicators in ((1, 19), (2, 60)):
        made = make_plan(number, indicators, months=8)
        days = deadline_days(made)
        standing = plan_standing(made, AT, TODAY)
        money = plan_money(made, AT, TODAY, days=days)
        with CaptureQueriesContext(connection) as captured:
            plan_changes(made, standing, money, days, date(2025, 5, 12))
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 12
