"""Which backups are kept, and when one or its rehearsal is late: tables of cases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nhrc_plan.backups.rules import DRILL_LATE, Keep, State, kept

NOW = datetime(2026, 11, 30, 3, tzinfo=UTC)


def daily(count: int) -> list[datetime]:
    return [NOW - timedelta(days=back) for back in range(count)]


@pytest.mark.parametrize(
    ("keep", "days_back"),
    [
        (Keep(3, 0, 0), [0, 1, 2]),
        # 30 November 2026 is a Monday: the week before ends yesterday.
        (Keep(0, 3, 0), [0, 1, 8]),
        (Keep(0, 0, 3), [0, 30, 61]),
        (Keep(2, 2, 2), [0, 1, 30]),
        (Keep(0, 0, 0), [0]),
    ],
)
def test_the_newest_of_each_day_week_and_month_stays(keep, days_back):
    made = daily(400)
    assert kept(made, keep) == {made[back] for back in days_back}


def test_of_a_day_with_several_the_last_stays_and_gaps_cost_nothing():
    made = [NOW, NOW - timedelta(hours=1), NOW - timedelta(days=90), NOW - timedelta(days=200)]
    assert kept(made, Keep(2, 0, 0)) == {made[0], made[2]}


@settings(deadline=None)
@given(
    st.lists(st.integers(0, 1000).map(lambda hours: NOW - timedelta(hours=hours * 7)), min_size=1),
    st.integers(0, 9),
    st.integers(0, 9),
    st.integers(0, 9),
)
def test_thinning_twice_changes_nothing_and_the_newest_always_stays(made, days, weeks, months):
    keep = Keep(days, weeks, months)
    stay = kept(made, keep)
    assert max(made) in stay
    assert kept(stay, keep) == stay
    assert len(stay) <= max(1, days + weeks + months)


@pytest.mark.parametrize(
    ("state", "wrong"),
    [
        (State(asked=False), []),
        (State(asked=True), ["none"]),
        (State(True, NOW, NOW), []),
        (State(True, NOW - timedelta(hours=26), NOW), []),
        (State(True, NOW - timedelta(hours=27), NOW), ["late"]),
        (State(True, NOW), ["never_rehearsed"]),
        (State(True, NOW, NOW - DRILL_LATE), []),
        (State(True, NOW, NOW - DRILL_LATE - timedelta(1)), ["drill_late"]),
        (State(True, NOW - timedelta(2), NOW, failed=NOW), ["late", "drill_failed"]),
    ],
)
def test_what_needs_somebody(state, wrong):
    assert state.wrong(NOW) == wrong
