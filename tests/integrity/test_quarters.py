"""How a quarter of an integrity measure stands on a day (docs/domain.md, ITA): rules as tables."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrity.measures import rules as quarters
from integrity.measures.rules import (
    AHEAD,
    DONE,
    DONE_EARLIER,
    DUE,
    IN_PROGRESS,
    LATE,
    NO_REPORTS,
    NOT_STARTED,
    OPEN,
    QUARTERS,
    REPORTED,
    YearRules,
)

#: Fiscal year 2569 runs from 1 October 2568 (2025) to 30 September 2569 (2026).
YEAR = 2569


def states(day, reports=(), *, as_a_whole=False, deadline_day=10):
    """The four states of a measure."""
    reports = dict(reports)
    rules = YearRules(YEAR, day, deadline_day, as_a_whole)
    return [rules.state(quarter, reports) for quarter in QUARTERS]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2025, 9, 30), [AHEAD, AHEAD, AHEAD, AHEAD]),
        (date(2025, 10, 1), [OPEN, AHEAD, AHEAD, AHEAD]),
        (date(2025, 12, 31), [OPEN, AHEAD, AHEAD, AHEAD]),
        (date(2026, 1, 1), [DUE, OPEN, AHEAD, AHEAD]),
        (date(2026, 1, 10), [DUE, OPEN, AHEAD, AHEAD]),
        (date(2026, 1, 11), [LATE, OPEN, AHEAD, AHEAD]),
        (date(2026, 4, 10), [LATE, DUE, OPEN, AHEAD]),
        (date(2026, 4, 11), [LATE, LATE, OPEN, AHEAD]),
        (date(2026, 7, 1), [LATE, LATE, DUE, OPEN]),
        (date(2026, 9, 30), [LATE, LATE, LATE, OPEN]),
        (date(2026, 10, 10), [LATE, LATE, LATE, DUE]),
        (date(2026, 10, 11), [LATE, LATE, LATE, LATE]),
        (date(2030, 1, 1), [LATE, LATE, LATE, LATE]),
    ],
)
def test_a_quarter_without_a_report_stands_as_the_calendar_says(day, expected):
    assert states(day) == expected


def test_the_agencys_own_deadline_day_moves_the_last_day_in_time():
    assert states(date(2026, 1, 15), deadline_day=15)[0] == DUE
    assert states(date(2026, 1, 16), deadline_day=15)[0] == LATE


@pytest.mark.parametrize(
    ("reports", "expected"),
    [
        ({1: NOT_STARTED}, [NOT_STARTED, LATE, DUE, OPEN]),
        ({1: IN_PROGRESS, 2: IN_PROGRESS}, [IN_PROGRESS, IN_PROGRESS, DUE, OPEN]),
        ({2: DONE}, [LATE, DONE, DONE_EARLIER, DONE_EARLIER]),
        ({1: DONE}, [DONE, DONE_EARLIER, DONE_EARLIER, DONE_EARLIER]),
        ({1: DONE, 3: DONE}, [DONE, DONE_EARLIER, DONE, DONE_EARLIER]),
        # What was called done and then taken up again is owed again.
        ({1: DONE, 2: IN_PROGRESS}, [DONE, IN_PROGRESS, DUE, OPEN]),
    ],
)
def test_what_was_reported_decides_what_is_still_owed(reports, expected):
    assert states(date(2026, 7, 5), reports) == expected


@pytest.mark.parametrize("day", [date(2026, 7, 5), date(2026, 10, 11), date(2030, 1, 1)])
def test_a_year_reported_as_a_whole_owes_no_quarter(day):
    assert states(day, as_a_whole=True) == [NO_REPORTS] * 4
    assert states(day, {2: DONE}, as_a_whole=True)[1] == DONE


@pytest.mark.parametrize("day", [date(2026, 10, 11), date(2027, 3, 1), date(2030, 1, 1)])
def test_a_year_in_which_nobody_reported_owes_every_quarter_for_ever(day):
    """Overdue marks never vanish because a deadline passed."""
    assert states(day) == [LATE] * 4


@pytest.mark.parametrize(
    ("day", "quarter"),
    [
        (date(2025, 10, 1), 1),
        (date(2025, 12, 31), 1),
        (date(2026, 1, 1), 1),
        (date(2026, 3, 31), 1),
        (date(2026, 4, 1), 2),
        (date(2026, 9, 30), 3),
        (date(2026, 10, 1), 4),
        (date(2030, 1, 1), 4),
        (date(2020, 1, 1), 1),
    ],
)
def test_the_latest_quarter_that_is_over(day, quarter):
    assert quarters.latest_quarter(YEAR, day) == quarter


ORDER = [AHEAD, OPEN, DUE, LATE]
days = st.dates(date(2024, 1, 1), date(2028, 12, 31))
reported = st.dictionaries(st.sampled_from(QUARTERS), st.sampled_from(REPORTED), max_size=4)


@given(days, days, reported, st.integers(1, 28))
def test_time_only_moves_a_quarter_towards_its_deadline(one, other, reports, deadline_day):
    """Without a report a quarter goes from ahead to late and never back; a report stays one."""
    early, late = (states(day, reports, deadline_day=deadline_day) for day in sorted((one, other)))
    for quarter, before, after in zip(QUARTERS, early, late, strict=True):
        if quarter in reports:
            assert before == after == reports[quarter]
        elif before == DONE_EARLIER:
            assert after == DONE_EARLIER
        else:
            assert ORDER.index(before) <= ORDER.index(after)


@given(days, reported, st.integers(1, 28))
def test_of_two_quarters_the_later_one_is_never_more_overdue(day, reports, deadline_day):
    found = states(day, reports, deadline_day=deadline_day)
    ranks = [ORDER.index(state) for state in found if state in ORDER]
    assert ranks == sorted(ranks, reverse=True)


@given(days, st.sampled_from(QUARTERS))
def test_late_begins_the_day_after_the_deadline(day, quarter):
    rules = YearRules(YEAR, day, 10, False)
    assert (rules.state(quarter, {}) == LATE) == (day > rules.deadline(quarter))
    eve = YearRules(YEAR, rules.deadline(quarter), 10, False)
    assert eve.state(quarter, {}) == DUE
    morning = rules.deadline(quarter) + timedelta(days=1)
    after = YearRules(YEAR, morning, 10, False)
    assert after.state(quarter, {}) == LATE
