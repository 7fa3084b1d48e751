"""The rules by which the data are looked at twice: tables of cases, and properties."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nhrc_plan.watch.rules import (
    OTHER_SUM,
    PARTLY_SET,
    easier_years,
    falls,
    is_forgotten,
    late_approval,
    odd_weights,
)

START = datetime(2024, 1, 1, tzinfo=UTC)
numbers = st.integers(-50, 50).map(Decimal)


def numbered(*values: str) -> list[Decimal]:
    return [Decimal(value) for value in values]


@pytest.mark.parametrize(
    ("values", "at"),
    [
        pytest.param("1 2 3", [], id="rises"),
        pytest.param("2 2", [], id="stands"),
        pytest.param("3 2 2 1", [2, 4], id="falls-twice"),
        pytest.param("5", [], id="one"),
    ],
)
def test_falls(values: str, at: list[int]) -> None:
    totals = {(2567, month): Decimal(value) for month, value in enumerate(values.split(), start=1)}
    assert [step.later[1] for step in falls(totals)] == at


@given(st.dictionaries(st.tuples(st.integers(2560, 2570), st.integers(1, 12)), numbers))
def test_without_falls_totals_are_in_order(totals: dict[tuple[int, int], Decimal]) -> None:
    ordered = [totals[month] for month in sorted(totals)]
    assert (falls(totals) == []) is (ordered == sorted(ordered))


@pytest.mark.parametrize(
    ("targets", "lower", "found"),
    [
        ({2566: 60, 2567: 65, 2568: 64}, False, [(2567, 2568)]),
        ({2566: 60, 2568: 50}, False, [(2566, 2568)]),
        ({2566: 60, 2567: 65}, True, [(2566, 2567)]),
        ({2566: 60, 2567: 60}, True, []),
        ({}, False, []),
    ],
)
def test_easier_years(targets: dict[int, int], lower: bool, found: list[tuple[int, int]]) -> None:
    held = {year: Decimal(value) for year, value in targets.items()}
    assert easier_years(held, lower_is_better=lower) == found


@given(st.dictionaries(st.integers(2560, 2570), numbers, min_size=2))
def test_the_two_directions_mirror_one_another(targets: dict[int, Decimal]) -> None:
    mirrored = {year: -value for year, value in targets.items()}
    higher = easier_years(targets, lower_is_better=False)
    assert higher == easier_years(mirrored, lower_is_better=True)


@pytest.mark.parametrize(("days", "forgotten"), [(0, False), (30, False), (31, True)])
def test_a_forgotten_draft(days: int, forgotten: bool) -> None:
    assert is_forgotten(START, START + timedelta(days=days)) is forgotten


@pytest.mark.parametrize(
    ("steps", "days"),
    [
        pytest.param("submitted:0 approved:31", 31, id="late"),
        pytest.param("submitted:0 approved:30", None, id="in-time"),
        pytest.param("draft:0 submitted:40 approved:50", None, id="counts-from-handing-in"),
        pytest.param(
            "submitted:0 submitted:35 approved:40", 40, id="a-correction-does-not-restart"
        ),
        pytest.param("submitted:0 approved:40 submitted:41 approved:45", None, id="reopened"),
        pytest.param("submitted:0 approved:5 approved:60", None, id="touched-after-approval"),
        pytest.param("submitted:0 draft:10 submitted:20 approved:45", None, id="taken-back"),
        pytest.param("approved:0", None, id="approved-as-entered"),
        pytest.param("submitted:0 approved:40 submitted:50", None, id="waits-again"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_a_late_approval(steps: str, days: int | None) -> None:
    taken = [
        (START + timedelta(days=int(day)), state)
        for state, day in (step.split(":") for step in steps.split())
    ]
    found = late_approval(taken)
    assert (found and found.days) == days


@pytest.mark.parametrize(
    ("weights", "odd"),
    [
        ("1 1 1", None), ("", None), ("1", None), ("40 60", None), ("33.34 33.33 33.33", None),
        ("40 50", OTHER_SUM), ("2 3", OTHER_SUM), ("50 1 1", PARTLY_SET), ("99 1", None),
    ],
)  # fmt: skip
def test_odd_weights(weights: str, odd: str | None) -> None:
    assert odd_weights(numbered(*weights.split())) == odd
