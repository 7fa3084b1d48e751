"""Scores 1 to 5 by thresholds (docs/domain.md, "Score")."""

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpis.rules.score import are_thresholds, next_level, reached_level, score, score_of

D12 = [D(75), D(80), D(85), D(90), D(100)]
D21 = [D(70), D(75), D(80), D(85), D(90)]
FALLING = [D(10), D(8), D(6), D(4), D(2)]


@pytest.mark.parametrize(
    ("result", "thresholds", "expected"),
    [
        ("84.21", D12, "2.84"),  # the worked example
        ("100", D21, "5.00"),
        ("90", D21, "5.00"),
        ("89.99", D21, "5.00"),  # 4.998, half up
        ("0", D12, "1.00"),
        ("75", D12, "1.00"),
        ("77.5", D12, "1.50"),
        ("95", D12, "4.50"),
        ("12", FALLING, "1.00"),
        ("7", FALLING, "2.50"),
        ("1", FALLING, "5.00"),
    ],
)
def test_score(result, thresholds, expected):
    assert str(score(D(result), thresholds)) == expected


@pytest.mark.parametrize(
    "thresholds",
    [[], D12[:4], [D(1), D(1), D(2), D(3), D(4)], [D(1), D(3), D(2), D(4), D(5)], [None, *D12[1:]]],
)
def test_what_is_no_scale_is_refused(thresholds):
    assert not are_thresholds(thresholds)
    with pytest.raises(ValueError):
        score(D(1), thresholds)


@pytest.mark.parametrize(
    ("result", "thresholds", "expected"),
    [
        ("84.21", D12, (3, D(85))),
        ("10", D12, (1, D(75))),
        (None, D12, (1, D(75))),
        ("100", D12, None),
        ("7", FALLING, (3, D(6))),
    ],
)
def test_what_the_next_level_needs(result, thresholds, expected):
    assert next_level(None if result is None else D(result), thresholds) == expected


@given(st.decimals(0, 120, places=2), st.decimals(0, 120, places=2))
def test_more_never_scores_less(one, other):
    low, high = sorted((one, other))
    assert score(low, D12) <= score(high, D12)
    assert score(low, FALLING) >= score(high, FALLING)


@pytest.mark.parametrize(
    ("result", "thresholds", "is_level", "reached", "scored"),
    [
        ("84.21", [None] * 5, False, 0, None),  # a percentage beside steps of work says no level
        ("4", [None] * 5, True, 4, "4.00"),
        ("84.21", D12, False, 2, "2.84"),
        ("84.21", D12, True, 2, "2.84"),
        ("10", D12, False, 0, "1.00"),
        (None, [None] * 5, True, 0, None),
    ],
)
def test_a_level_is_reached_only_where_one_can_be_told(
    result, thresholds, is_level, reached, scored
):
    value = None if result is None else D(result)
    assert reached_level(value, thresholds, is_level=is_level) == reached
    found = score_of(value, is_level=is_level, thresholds=thresholds)
    assert found == (None if scored is None else D(scored))
