"""The Thai fiscal calendar and due reports (docs/domain.md, "Calendar", "When a figure is due")."""

from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from strategy.calendar import (
    PERIOD_ENDS,
    FiscalMonth,
    deadline_passed,
    latest_ended,
    next_due,
)

days = st.dates(date(1900, 1, 1), date(2150, 12, 31))
months = st.builds(FiscalMonth, st.integers(2450, 2690), st.integers(1, 12))
frequencies = st.sampled_from(sorted(PERIOD_ENDS))


@pytest.mark.parametrize(
    ("day", "year", "month", "quarter"),
    [
        pytest.param(date(2026, 9, 30), 2569, 12, 4, id="30-sep-is-the-last-day"),
        pytest.param(date(2026, 10, 1), 2570, 1, 1, id="1-oct-is-the-first-day"),
        pytest.param(date(2026, 10, 31), 2570, 1, 1, id="31-oct"),
        pytest.param(date(2026, 12, 31), 2570, 3, 1, id="31-dec-ends-q1"),
        pytest.param(date(2027, 1, 1), 2570, 4, 2, id="1-jan-begins-q2"),
        pytest.param(date(2024, 2, 29), 2567, 5, 2, id="leap-day"),
        pytest.param(date(2027, 3, 31), 2570, 6, 2, id="31-mar-ends-q2"),
        pytest.param(date(2027, 4, 1), 2570, 7, 3, id="1-apr-begins-q3"),
        pytest.param(date(2027, 6, 30), 2570, 9, 3, id="30-jun-ends-q3"),
        pytest.param(date(2027, 7, 1), 2570, 10, 4, id="1-jul-begins-q4"),
    ],
)
def test_month_of_a_day(day, year, month, quarter):
    at = FiscalMonth.of(day)
    assert (at.year, at.month, at.quarter) == (year, month, quarter)


@pytest.mark.parametrize(
    ("at", "first", "last", "calendar"),
    [
        pytest.param(
            FiscalMonth(2567, 1), date(2023, 10, 1), date(2023, 10, 31), (2566, 10), id="october"
        ),
        pytest.param(
            FiscalMonth(2567, 3), date(2023, 12, 1), date(2023, 12, 31), (2566, 12), id="december"
        ),
        pytest.param(
            FiscalMonth(2567, 4), date(2024, 1, 1), date(2024, 1, 31), (2567, 1), id="january"
        ),
        pytest.param(
            FiscalMonth(2567, 5), date(2024, 2, 1), date(2024, 2, 29), (2567, 2), id="leap-february"
        ),
        pytest.param(
            FiscalMonth(2566, 5), date(2023, 2, 1), date(2023, 2, 28), (2566, 2), id="february"
        ),
        pytest.param(
            FiscalMonth(2567, 12), date(2024, 9, 1), date(2024, 9, 30), (2567, 9), id="september"
        ),
    ],
)
def test_days_and_calendar_month(at, first, last, calendar):
    assert (at.first_day, at.last_day) == (first, last)
    assert (at.calendar_year, at.calendar_month) == calendar


@pytest.mark.parametrize("month", [0, 13, -1])
def test_there_is_no_other_month(month):
    with pytest.raises(ValueError):
        FiscalMonth(2567, month)


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        pytest.param(FiscalMonth(2566, 12), FiscalMonth(2567, 1), id="across-the-year"),
        pytest.param(FiscalMonth(2567, 3), FiscalMonth(2567, 4), id="across-new-year"),
        pytest.param(FiscalMonth(2567, 11), FiscalMonth(2567, 12), id="within-the-year"),
    ],
)
def test_neighbours(earlier, later):
    assert earlier.next == later
    assert later.previous == earlier
    assert earlier < later


@pytest.mark.parametrize(
    ("frequency", "ends"),
    [
        ("month", (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)),
        ("quarter", (3, 6, 9, 12)),
        ("half_year", (6, 12)),
        ("year", (12,)),
    ],
)
def test_period_ends(frequency, ends):
    assert PERIOD_ENDS[frequency] == ends


@pytest.mark.parametrize(
    ("today", "ended"),
    [
        pytest.param(date(2026, 9, 29), False, id="day-before-the-last"),
        pytest.param(date(2026, 9, 30), False, id="last-day"),
        pytest.param(date(2026, 10, 1), True, id="next-day"),
    ],
)
def test_a_month_has_ended(today, ended):
    assert FiscalMonth(2569, 12).has_ended(today) is ended


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        pytest.param(date(2026, 9, 30), FiscalMonth(2569, 11), id="last-day-is-not-over"),
        pytest.param(date(2026, 10, 1), FiscalMonth(2569, 12), id="first-day-of-the-year"),
        pytest.param(date(2026, 10, 31), FiscalMonth(2569, 12), id="last-day-of-october"),
        pytest.param(date(2026, 11, 1), FiscalMonth(2570, 1), id="first-day-of-november"),
        pytest.param(date(2027, 1, 15), FiscalMonth(2570, 3), id="january"),
    ],
)
def test_latest_ended(today, expected):
    assert latest_ended(today) == expected


@pytest.mark.parametrize(
    ("at", "day", "deadline"),
    [
        pytest.param(FiscalMonth(2569, 12), None, date(2026, 10, 10), id="year-end-by-default"),
        pytest.param(FiscalMonth(2570, 3), None, date(2027, 1, 10), id="q1-by-default"),
        pytest.param(FiscalMonth(2570, 1), None, date(2026, 11, 10), id="october-by-default"),
        pytest.param(FiscalMonth(2570, 6), 15, date(2027, 4, 15), id="edited"),
        pytest.param(FiscalMonth(2570, 4), 28, date(2027, 2, 28), id="edited-february"),
    ],
)
def test_deadline(at, day, deadline):
    assert (at.deadline() if day is None else at.deadline(day)) == deadline


@pytest.mark.parametrize(
    ("frequency", "upto", "today", "overdue"),
    [
        pytest.param("quarter", 3, date(2027, 1, 9), None, id="q1-day-before"),
        pytest.param("quarter", 3, date(2027, 1, 10), None, id="q1-deadline-day-is-in-time"),
        pytest.param("quarter", 3, date(2027, 1, 11), 3, id="q1-day-after"),
        pytest.param("quarter", 2, date(2027, 1, 11), None, id="q1-not-looked-at-yet"),
        pytest.param("quarter", 5, date(2027, 3, 31), 3, id="between-quarters"),
        pytest.param("quarter", 6, date(2027, 4, 10), 3, id="q2-deadline-day-leaves-q1"),
        pytest.param("quarter", 6, date(2027, 4, 11), 6, id="q2-day-after"),
        pytest.param("quarter", 6, date(2030, 1, 1), 6, id="looking-back-at-month-6"),
        pytest.param("month", 1, date(2026, 11, 10), None, id="month-1-deadline-day"),
        pytest.param("month", 1, date(2026, 11, 11), 1, id="month-1-day-after"),
        pytest.param("month", 8, date(2027, 6, 10), 7, id="month-8-deadline-day-leaves-7"),
        pytest.param("half_year", 5, date(2030, 1, 1), None, id="half-year-month-5"),
        pytest.param("half_year", 6, date(2027, 4, 11), 6, id="half-year-day-after"),
        pytest.param("year", 11, date(2030, 1, 1), None, id="year-month-11"),
        pytest.param("year", 12, date(2027, 10, 10), None, id="year-deadline-day"),
        pytest.param("year", 12, date(2027, 10, 11), 12, id="year-day-after"),
    ],
)
def test_overdue_period(frequency, upto, today, overdue):
    assert deadline_passed(frequency, FiscalMonth(2570, upto), today) == overdue


@pytest.mark.parametrize(
    ("today", "overdue"),
    [
        pytest.param(date(2027, 1, 11), None, id="after-the-10th"),
        pytest.param(date(2027, 1, 20), None, id="edited-day"),
        pytest.param(date(2027, 1, 21), 3, id="after-the-edited-day"),
    ],
)
def test_edited_deadline(today, overdue):
    assert deadline_passed("quarter", FiscalMonth(2570, 3), today, 20) == overdue


@pytest.mark.parametrize(
    ("frequency", "today", "due"),
    [
        pytest.param("month", date(2026, 10, 1), FiscalMonth(2569, 12), id="month-in-october"),
        pytest.param("month", date(2026, 11, 1), FiscalMonth(2570, 1), id="month-in-november"),
        pytest.param("quarter", date(2026, 9, 30), FiscalMonth(2569, 9), id="q4-last-day"),
        pytest.param("quarter", date(2026, 10, 1), FiscalMonth(2569, 12), id="q4-ended"),
        pytest.param("quarter", date(2026, 12, 31), FiscalMonth(2569, 12), id="q1-last-day"),
        pytest.param("quarter", date(2027, 1, 1), FiscalMonth(2570, 3), id="q1-ended"),
        pytest.param("half_year", date(2027, 3, 31), FiscalMonth(2569, 12), id="half-last-day"),
        pytest.param("half_year", date(2027, 4, 1), FiscalMonth(2570, 6), id="half-ended"),
        pytest.param("year", date(2027, 9, 30), FiscalMonth(2569, 12), id="year-last-day"),
        pytest.param("year", date(2027, 10, 1), FiscalMonth(2570, 12), id="year-ended"),
    ],
)
def test_next_due(frequency, today, due):
    assert next_due(frequency, today) == due


@given(days)
@example(date(2026, 9, 30))
@example(date(2026, 10, 1))
def test_every_day_lies_in_exactly_one_month_and_quarter(day):
    at = FiscalMonth.of(day)
    near = [at.previous.previous, at.previous, at, at.next, at.next.next]
    assert [m for m in near if m.first_day <= day <= m.last_day] == [at]
    quarters = [q for q in range(1, 5) if at.month in range(3 * q - 2, 3 * q + 1)]
    assert quarters == [at.quarter]


@given(days)
def test_the_day_after_is_in_the_same_month_or_the_next(day):
    at, after = FiscalMonth.of(day), FiscalMonth.of(day + timedelta(days=1))
    assert after == (at.next if day == at.last_day else at)


@given(months)
def test_months_follow_without_gap_or_overlap(at):
    assert at.last_day + timedelta(days=1) == at.next.first_day
    assert at.next.previous == at == at.previous.next
    assert at.previous < at < at.next
    assert FiscalMonth.of(at.first_day) == FiscalMonth.of(at.last_day) == at


@given(days)
def test_latest_ended_is_the_last_that_has_ended(today):
    ended = latest_ended(today)
    assert ended.has_ended(today)
    assert not ended.next.has_ended(today)


@given(frequencies, days)
def test_next_due_has_ended_and_none_later_has(frequency, today):
    due = next_due(frequency, today)
    assert due.has_ended(today)
    assert due.month in PERIOD_ENDS[frequency]
    later = due.next
    while later.month not in PERIOD_ENDS[frequency]:
        later = later.next
    assert not later.has_ended(today)


@given(frequencies, months, days, st.integers(1, 28))
def test_overdue_is_the_last_period_past_its_deadline(frequency, upto, today, deadline_day):
    past = [
        month
        for month in PERIOD_ENDS[frequency]
        if month <= upto.month and FiscalMonth(upto.year, month).deadline(deadline_day) < today
    ]
    assert deadline_passed(frequency, upto, today, deadline_day) == (past[-1] if past else None)
