"""Who is told what and when: tables of docs/domain.md, "Reminders", and what holds of all of them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nhrc_plan.reminders.rules import (
    AGAIN,
    LATE,
    RETURNED,
    SOON,
    Days,
    Due,
    Line,
    escalated,
    escalates_on,
    goes_out,
    is_quiet,
    own_lines,
)

OCT = [date(2026, 10, day) if day else None for day in range(32)]
NONE = frozenset()
DAYS = Days(before=7, head=5, planners=10)


@pytest.mark.parametrize(
    ("day", "holidays", "quiet"),
    [
        (OCT[9], NONE, False),  # Friday
        (OCT[10], NONE, True),  # Saturday
        (OCT[11], NONE, True),  # Sunday
        (OCT[12], NONE, False),
        (OCT[13], {OCT[13]}, True),
    ],
)
def test_nobody_is_mailed_on_a_day_off(day, holidays, quiet):
    assert is_quiet(day, holidays) is quiet


@pytest.mark.parametrize(
    ("due", "today", "standing", "since"),
    [
        (Due("a", OCT[10]), OCT[2], None, None),
        (Due("a", OCT[10]), OCT[3], SOON, OCT[3]),  # seven days before
        (Due("a", OCT[10]), OCT[10], SOON, OCT[3]),  # on the day itself
        (Due("a", OCT[10]), OCT[11], LATE, OCT[11]),
        (Due("a", OCT[10]), OCT[30], LATE, OCT[11]),
        (Due("a", None), OCT[30], None, None),  # nothing says by when
        (Due("a", None, OCT[20]), OCT[30], RETURNED, OCT[20]),
        (Due("a", OCT[10], OCT[20]), OCT[30], RETURNED, OCT[20]),  # late, but first of all returned
        (Due("a", OCT[30], OCT[1]), OCT[2], RETURNED, OCT[1]),
    ],
)
def test_what_somebody_is_told_of_their_own_work(due, today, standing, since):
    expected = [] if standing is None else [Line("a", standing, since)]
    assert own_lines([due], today, DAYS) == expected


@pytest.mark.parametrize(
    ("deadline", "after", "holidays", "since"),
    [
        (OCT[9], 1, NONE, OCT[12]),  # Friday: the next working day is Monday
        (OCT[10], 5, NONE, OCT[16]),
        (OCT[10], 5, {OCT[13]}, OCT[19]),
        (OCT[10], 5, {OCT[13], OCT[14], OCT[19]}, OCT[21]),
        (OCT[10], 10, NONE, OCT[23]),
        (OCT[12], 1, NONE, OCT[13]),
    ],
)
def test_when_it_is_told_further_up(deadline, after, holidays, since):
    assert escalates_on(deadline, after, holidays) == since
    dues = [Due("a", deadline)]
    assert escalated(dues, since - timedelta(days=1), after, holidays) == []
    assert escalated(dues, since, after, holidays) == [Line("a", LATE, since)]
    # Sending it back and forth keeps nobody from being told.
    assert escalated([Due("a", deadline, OCT[12])], since, after, holidays)


@pytest.mark.parametrize(
    ("since", "last", "today", "sent"),
    [
        ([], None, OCT[12], False),
        ([OCT[3]], None, OCT[12], True),
        ([OCT[3]], OCT[9], OCT[12], False),  # said already, and not a week ago
        ([OCT[3], OCT[10]], OCT[9], OCT[12], True),  # something is new
        ([OCT[12]], OCT[12], OCT[12], False),  # sent today
        ([OCT[3]], OCT[5], OCT[12], True),  # a week ago
        ([OCT[3]], OCT[6], OCT[12], False),
        ([OCT[10]], OCT[7], OCT[12], True),  # new on a Saturday, told on Monday
    ],
)
def test_when_a_mail_goes_out(since, last, today, sent):
    assert goes_out([Line("a", LATE, day) for day in since], last, today) is sent


days = st.dates(date(2026, 1, 1), date(2027, 12, 31))


@given(days, st.integers(1, 60), st.integers(0, 60), st.sets(days, max_size=30))
def test_later_steps_come_later_and_on_working_days(deadline, first, more, off):
    one = escalates_on(deadline, first, off)
    assert deadline < one <= escalates_on(deadline, first + more, off)
    assert not is_quiet(one, off)


@given(st.lists(days, min_size=1, max_size=5), days, st.integers(0, 40))
def test_a_mail_comes_each_week_at_least_as_long_as_there_is_something(since, last, after):
    lines = [Line(str(day), LATE, day) for day in since]
    today = last + timedelta(days=after)
    if after >= AGAIN:
        assert goes_out(lines, last, today)
    if after == 0 and max(since) <= last:
        assert not goes_out(lines, last, today)


@given(days, days)
def test_a_thing_stands_in_one_mail_of_a_person_once(deadline, today):
    assert len(own_lines([Due("a", deadline)], today, DAYS)) <= 1
