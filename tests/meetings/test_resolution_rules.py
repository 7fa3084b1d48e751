"""When a resolution is late, who hears of it, what was kept (docs/domain.md, "Resolutions")."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nhrc_plan.meetings.resolutions.rules import (
    Kept,
    Levels,
    Promise,
    days_late,
    is_kept,
    kept_by_unit,
)
from strategy.calendar import is_working_day


def october(day: int) -> date:
    return date(2026, 10, day)


FRIDAY = october(9)
OFF = (october(12), october(13))


@pytest.mark.parametrize(
    ("due", "today", "off", "late"),
    [
        pytest.param(FRIDAY, october(8), (), 0, id="not-yet-due"),
        pytest.param(FRIDAY, FRIDAY, (), 0, id="on-the-day"),
        pytest.param(FRIDAY, october(11), (), 0, id="over-a-weekend"),
        pytest.param(FRIDAY, october(12), (), 1, id="monday"),
        pytest.param(FRIDAY, october(13), OFF, 0, id="holidays"),
        pytest.param(FRIDAY, october(14), OFF, 1, id="after-holidays"),
        pytest.param(FRIDAY, october(14), (*OFF, OFF[0]), 1, id="a-holiday-twice"),
        pytest.param(FRIDAY, october(13), (october(10),), 2, id="a-holiday-on-saturday"),
        pytest.param(october(10), october(12), (), 1, id="due-on-a-saturday"),
        pytest.param(FRIDAY, october(23), (), 10, id="two-weeks"),
    ],
)
def test_late_in_working_days(due, today, off, late):
    assert days_late(due, today, off) == late


@pytest.mark.parametrize(
    ("late", "level"), [(0, 0), (1, 1), (4, 1), (5, 2), (9, 2), (10, 3), (400, 3)]
)
def test_who_hears_of_it(late, level):
    assert Levels().of(late) == level


def test_other_days_for_a_plan():
    assert [Levels(3, 4, 5).of(late) for late in range(2, 7)] == [0, 1, 2, 3, 3]


@pytest.mark.parametrize(
    ("answered", "today", "kept"),
    [
        pytest.param(FRIDAY, october(30), True, id="on-the-day"),
        pytest.param(october(11), october(30), True, id="no-working-day-late"),
        pytest.param(october(12), october(30), False, id="a-day-late"),
        pytest.param(None, october(11), None, id="still-to-be-seen"),
        pytest.param(None, october(12), False, id="no-answer"),
    ],
)
def test_kept_on_time(answered, today, kept):
    assert is_kept(FRIDAY, answered, today) is kept


def test_by_unit_and_quarter_of_the_first_date():
    found = kept_by_unit(
        [
            Promise("ก", FRIDAY, True),
            Promise("ก", FRIDAY, False),
            Promise("ก", date(2026, 9, 30), False),
            Promise("ก", FRIDAY, None),
            Promise("ข", date(2027, 1, 4), False),
        ]
    )
    assert found == {
        ("ก", 2570, 1): Kept(1, 2), ("ก", 2569, 4): Kept(0, 1), ("ข", 2570, 2): Kept(0, 1),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("kept", "promised", "percent"),
    [(0, 0, None), (1, 3, "33.33"), (2, 3, "66.67"), (1, 8, "12.50"), (5, 5, "100.00")],
)
def test_a_share_is_rounded_half_up(kept, promised, percent):
    expected = None if percent is None else Decimal(percent)
    assert Kept(kept, promised).percent == expected


# ---------------------------------------------------------------------------------- properties

DAYS = st.dates(date(2025, 1, 1), date(2027, 12, 31))
HOLIDAYS = st.lists(DAYS, max_size=8)


@given(DAYS, DAYS, HOLIDAYS)
def test_lateness_is_a_count_of_working_days(due, today, off):
    """Counted day by day it is the same."""
    after = (due + timedelta(days=n) for n in range(1, (today - due).days + 1))
    assert days_late(due, today, off) == sum(is_working_day(day, off) for day in after)


@given(DAYS, DAYS, HOLIDAYS, DAYS)
def test_a_day_more_makes_nothing_less_late_and_a_holiday_nothing_later(due, today, off, day):
    late = days_late(due, today, off)
    assert days_late(due, today + timedelta(days=1), off) - late in (0, 1)
    assert days_late(due, today, [*off, day]) <= late
    assert Levels().of(late) <= Levels().of(late + 1)


@given(st.lists(st.tuples(st.sampled_from("กขค"), DAYS, st.none() | DAYS)), DAYS, HOLIDAYS)
def test_every_promise_that_is_decided_counts_once(rows, today, off):
    promises = [
        Promise(unit, due, is_kept(due, answered, today, off)) for unit, due, answered in rows
    ]
    found = kept_by_unit(promises)
    decided = [promise for promise in promises if promise.kept is not None]
    assert sum(kept.promised for kept in found.values()) == len(decided)
    assert sum(kept.kept for kept in found.values()) == sum(bool(p.kept) for p in decided)
    assert all(0 <= kept.kept <= kept.promised for kept in found.values())
    # What is late counts, and never as kept.
    for promise, (_unit, due, answered) in zip(promises, rows, strict=True):
        if answered is None:
            assert promise.kept is (False if days_late(due, today, off) else None)
