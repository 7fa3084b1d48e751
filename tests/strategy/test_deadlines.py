"""By when a month is reported, where deadlines move to working days (docs/domain.md, "When a
figure is due")."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from kpis.read.standing import plan_standing
from strategy.calendar import FiscalMonth, ReportingDay, is_working_day
from strategy.models import Holiday, ReportingYear
from strategy.read import deadline_days
from strategy.records.write import record_delete, record_save

DAYS = st.integers(1, 28)
MONTHS = st.builds(FiscalMonth, st.integers(2560, 2580), st.integers(1, 12))


def oct_(*days):
    return frozenset(date(2026, 10, day) for day in days)


@pytest.mark.parametrize(
    ("month", "day", "holidays", "due"),
    [
        ((2569, 12), 10, None, date(2026, 10, 10)),
        ((2569, 12), 10, oct_(), date(2026, 10, 12)),
        ((2569, 12), 10, oct_(12), date(2026, 10, 13)),
        ((2569, 12), 10, oct_(12, 13), date(2026, 10, 14)),
        ((2570, 1), 10, None, date(2026, 11, 10)),
        ((2570, 1), 10, oct_(), date(2026, 11, 10)),
        ((2570, 2), 10, None, date(2026, 12, 10)),
        ((2570, 2), 10, frozenset({date(2026, 12, 10)}), date(2026, 12, 11)),
        (
            (2570, 3),
            28,
            frozenset({date(2027, 1, 28), date(2027, 1, 29)}),
            date(2027, 2, 1),
        ),
    ],
)
def test_a_deadline_moves_to_the_next_working_day_where_that_was_chosen(month, day, holidays, due):
    assert FiscalMonth(*month).deadline(ReportingDay(day, holidays)) == due


@given(MONTHS, DAYS, st.sets(st.integers(0, 60)))
def test_it_is_a_working_day_and_never_before_the_day_set(month, day, off):
    """The holidays are some of the days after the month's end."""
    holidays = frozenset(month.last_day + timedelta(days=each) for each in off)
    due = month.deadline(ReportingDay(day, holidays))
    asked = month.deadline(day)
    assert is_working_day(due, holidays)
    assert due >= asked
    between = [asked + timedelta(days=each) for each in range((due - asked).days)]
    assert not any(is_working_day(each, holidays) for each in between)
    # A later month is never due earlier, nor a later day of the same.
    assert month.next.deadline(ReportingDay(day, holidays)) >= due
    if day < 28:
        assert month.deadline(ReportingDay(day + 1, holidays)) >= due


# ----------------------------------------------------------------------------- as it is stored


@pytest.fixture
def moving(plan):
    row = ReportingYear(agency=plan.agency, fiscal_year=2569, moves_to_working_day=True)
    return record_save(instance=row, user=None)


def holiday(plan, day, user=None, reason=""):
    row = Holiday(agency=plan.agency, day=day, name="วันหยุด")
    return record_save(instance=row, user=user, reason=reason)


def test_without_the_choice_holidays_change_nothing_and_are_not_read(
    plan, django_assert_num_queries
):
    record_save(instance=ReportingYear(agency=plan.agency, fiscal_year=2569), user=None)
    holiday(plan, date(2026, 10, 12))
    with django_assert_num_queries(1):
        days = deadline_days(plan)
    assert FiscalMonth(2569, 12).deadline(days[2569]) == date(2026, 10, 10)


def test_the_choice_and_the_holidays_decide_what_is_overdue(
    plan, moving, django_assert_num_queries
):
    holiday(plan, date(2026, 10, 12))
    with django_assert_num_queries(2):
        days = deadline_days(plan)
    assert FiscalMonth(2569, 12).deadline(days[2569]) == date(2026, 10, 13)
    at = FiscalMonth(2569, 12)
    by = [plan_standing(plan, at, date(2026, 10, day)).roll_up.counts for day in (13, 14)]
    assert by[0]["awaiting"] == 0
    assert by[1]["awaiting"] > 0


@pytest.mark.parametrize(
    ("day", "today_", "asks"),
    [
        (date(2026, 10, 12), date(2026, 11, 1), True),  # moved a deadline that has passed
        (date(2026, 10, 12), date(2026, 10, 11), False),  # is still to come
        (date(2026, 10, 13), date(2026, 11, 1), False),  # moves none
        (date(2026, 10, 10), date(2026, 11, 1), False),  # a Saturday as it is
    ],
)
def test_a_holiday_that_moves_a_passed_deadline_asks_for_a_reason(
    plan, moving, planner, today, day, today_, asks
):
    today(today_)
    if asks:
        with pytest.raises(ValidationError) as refused:
            holiday(plan, day, planner)
        assert set(refused.value.error_dict) == {"change_reason"}
    row = holiday(plan, day, planner, "ประกาศสำนักนายกรัฐมนตรี" if asks else "")
    if asks:
        with pytest.raises(ValidationError):
            record_delete(instance=Holiday.objects.get(), user=planner)
    record_delete(instance=row, user=planner, reason="ยกเลิกประกาศ" if asks else "")


def test_the_choice_itself_asks_for_a_reason(moving, planner):
    moving.moves_to_working_day = False
    with pytest.raises(ValidationError):
        record_save(instance=moving, user=planner)
    record_save(instance=moving, user=planner, reason="ตามมติ")
