"""When somebody is silent, and what was answered in time: the tables of docs/domain.md."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nhrc_plan.owners.answered import Share
from nhrc_plan.owners.rules import HandedIn, in_time, is_silent, theirs_since

TODAY = date(2026, 10, 11)
LONG = date(2026, 1, 1)
ME, OTHER = 1, 2


@pytest.mark.parametrize(
    ("steps", "last", "silent"),
    [
        ([(LONG, ME)], None, True),
        ([(LONG, ME)], date(2026, 9, 10), True),
        ([(LONG, ME)], date(2026, 9, 11), False),
        ([(date(2026, 9, 11), ME)], None, False),
        ([(date(2026, 9, 10), ME)], None, True),
        ([(LONG, ME), (date(2026, 8, 1), OTHER), (date(2026, 10, 1), ME)], None, False),
        # Nothing is overdue: nothing is asked.
        ([], None, False),
        # Written again by whomever, it stays theirs.
        ([(LONG, ME), (date(2026, 10, 1), ME)], None, True),
        ([(LONG, ME), (date(2026, 10, 1), None)], None, False),
    ],
)
def test_who_is_silent(steps, last, silent):
    assert is_silent(TODAY, theirs_since(steps, ME), last) is silent


DUE = date(2026, 1, 10)


@pytest.mark.parametrize(
    ("handed_in", "answered"),
    [
        ([HandedIn(3, DUE)], True),
        ([HandedIn(3, DUE + timedelta(days=1))], False),
        ([HandedIn(3, DUE - timedelta(days=1)), HandedIn(3, DUE + timedelta(days=10))], True),
        ([HandedIn(4, date(2026, 1, 8))], True),
        ([HandedIn(2, date(2026, 1, 8))], False),
        ([HandedIn(6, date(2026, 1, 8))], False),
        ([], False),
        ([HandedIn(3, None)], None),
        ([HandedIn(3, None), HandedIn(4, DUE)], True),
    ],
)
def test_what_was_answered_in_time(handed_in, answered):
    assert in_time(handed_in, 3, 6, DUE) is answered


def test_a_share_of_nothing_is_none():
    assert Share(0, 0).percent is None
    assert str(Share(3, 2).percent) == "66.67"


days = st.dates(date(2025, 1, 1), TODAY)


@given(since=days, last=st.none() | days, later=st.integers(0, 400))
def test_who_is_silent_stays_so_until_something_happens(since, last, later):
    if is_silent(TODAY, since, last):
        assert is_silent(TODAY + timedelta(days=later), since, last)


steps_of_a_thing = st.lists(st.tuples(days, st.sampled_from([ME, OTHER, None])), max_size=8)


@given(steps_of_a_thing)
def test_a_thing_is_theirs_only_where_the_last_step_says_so(steps):
    since = theirs_since(steps, ME)
    assert (since is not None) == (bool(steps) and steps[-1][1] == ME)
