"""What a reported figure may be (docs/domain.md, "Achievement")."""

from decimal import Decimal as D
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpis.rules.entry import Value, check_number, check_ratio
from kpis.rules.facts import LEVEL, PERCENT
from strategy.standing.timeline import Fall, find_fall
from strategy.thai import Refusal

NUMBER = "number"


@pytest.mark.parametrize(
    ("kind", "whole", "value", "code"),
    [
        pytest.param(NUMBER, False, "0", None, id="zero"),
        pytest.param(NUMBER, False, "12.9", None, id="fraction"),
        pytest.param(NUMBER, False, "1000000", None, id="large"),
        pytest.param(NUMBER, False, "-0.01", "number_negative", id="negative"),
        pytest.param(NUMBER, True, "12", None, id="whole"),
        pytest.param(NUMBER, True, "12.00", None, id="whole-written-with-decimals"),
        pytest.param(NUMBER, True, "12.9", "number_whole", id="fraction-where-whole"),
        pytest.param(NUMBER, True, "-1", "number_negative", id="negative-whole"),
        pytest.param(PERCENT, False, "0", None, id="percent-0"),
        pytest.param(PERCENT, False, "57.25", None, id="percent"),
        pytest.param(PERCENT, False, "100", None, id="percent-100"),
        pytest.param(PERCENT, False, "100.01", "percent_range", id="percent-above"),
        pytest.param(PERCENT, False, "-0.01", "number_negative", id="percent-below"),
        pytest.param(PERCENT, True, "57.5", "number_whole", id="whole-percent"),
        pytest.param(LEVEL, False, "0", None, id="level-0-not-started"),
        pytest.param(LEVEL, False, "5", None, id="level-5"),
        pytest.param(LEVEL, False, "6", "level_range", id="level-6"),
        pytest.param(LEVEL, False, "-1", "number_negative", id="level-below"),
        pytest.param(LEVEL, False, "2.5", "number_whole", id="level-between"),
    ],
)
def test_figure_of_a_measure(kind, whole, value, code):
    if code is None:
        check_number(D(value), kind=kind, whole=whole)
    else:
        with pytest.raises(Refusal) as caught:
            check_number(D(value), kind=kind, whole=whole)
        assert caught.value.code == code


@pytest.mark.parametrize(
    ("numerator", "denominator", "code"),
    [
        pytest.param("57", "60", None, id="share"),
        pytest.param("0", "60", None, id="none-of-some"),
        pytest.param("60", "60", None, id="all"),
        pytest.param("0", "0", "ratio_no_cases", id="0-of-0"),
        pytest.param("1", "0", "ratio_zero", id="some-of-0"),
        pytest.param("61", "60", "ratio_above", id="more-than-all"),
        pytest.param("-1", "60", "number_negative", id="negative-numerator"),
        pytest.param("1", "-60", "number_negative", id="negative-denominator"),
        pytest.param(None, "60", "ratio_half", id="no-numerator"),
        pytest.param("57", None, "ratio_half", id="no-denominator"),
    ],
)
def test_numerator_and_denominator(numerator, denominator, code):
    pair = [None if part is None else D(part) for part in (numerator, denominator)]
    if code is None:
        check_ratio(*pair)
    else:
        with pytest.raises(Refusal) as caught:
            check_ratio(*pair)
        assert caught.value.code == code


@pytest.mark.parametrize(
    ("value", "is_ratio", "amount"),
    [
        pytest.param(Value(D("57.5")), False, D("57.5"), id="value"),
        pytest.param(Value(D(0)), False, D(0), id="zero"),
        pytest.param(Value(None, D(3), D(8)), True, D("37.5"), id="ratio"),
        pytest.param(Value(None, D(0), D(8)), True, D(0), id="none-of-some"),
        pytest.param(Value(None, D(0), D(0)), True, None, id="0-of-0"),
        pytest.param(Value(None, D(3), None), True, None, id="no-denominator"),
        pytest.param(Value(None, None, D(8)), True, None, id="no-numerator"),
        pytest.param(Value(), False, None, id="nothing"),
    ],
)
def test_amount(value, is_ratio, amount):
    assert (value.is_ratio, value.amount) == (is_ratio, amount)


HELD = [((2567, 12), {1: D(8)}), ((2568, 3), {1: D(10)}), ((2568, 9), {1: D(20)})]


@pytest.mark.parametrize(
    ("at", "value", "fall"),
    [
        pytest.param((2568, 6), 15, None, id="between"),
        pytest.param((2568, 6), 10, None, id="as-the-earlier"),
        pytest.param((2568, 6), 20, None, id="as-the-later"),
        pytest.param(
            (2568, 6), 9, Fall(1, (2568, 3), D(10), (2568, 6), D(9)), id="below-the-earlier"
        ),
        pytest.param(
            (2568, 6), 21, Fall(1, (2568, 6), D(21), (2568, 9), D(20)), id="above-the-later"
        ),
        pytest.param(
            (2568, 1), 7, Fall(1, (2567, 12), D(8), (2568, 1), D(7)), id="below-last-year"
        ),
        pytest.param((2569, 1), 19, Fall(1, (2568, 9), D(20), (2569, 1), D(19)), id="latest-falls"),
        pytest.param((2567, 1), 1, None, id="first"),
        pytest.param((2568, 3), 9, None, id="its-own-old-figure-is-no-neighbour"),
    ],
)
@pytest.mark.parametrize("others", list(permutations(HELD)), ids=range(6))
def test_cumulative_figure_that_falls(others, at, value, fall):
    assert find_fall(at, {1: D(value)}, others) == fall


@pytest.mark.parametrize(
    ("values", "others", "measure"),
    [
        pytest.param({1: 5, 2: 4}, [((2567, 3), {1: 5, 2: 5})], 2, id="second-measure"),
        pytest.param({1: 4}, [((2567, 3), {2: 5})], None, id="other-measure-is-no-neighbour"),
        pytest.param({1: 4}, [((2567, 3), {1: 5}), ((2567, 4), {})], 1, id="empty-month-between"),
        pytest.param({}, [((2567, 3), {1: 5})], None, id="nothing-entered"),
        pytest.param({1: 4}, [], None, id="nothing-held"),
    ],
)
def test_fall_is_found_per_measure(values, others, measure):
    fall = find_fall(
        (2567, 6),
        {key: D(value) for key, value in values.items()},
        [(at, {key: D(value) for key, value in held.items()}) for at, held in others],
    )
    assert (fall and fall.what) == measure


@given(st.lists(st.integers(0, 9), min_size=1, max_size=6), st.data())
def test_a_rising_series_never_falls(series, data):
    held = [((2567, month), {1: D(value)}) for month, value in enumerate(sorted(series), 1)]
    at, values = data.draw(st.sampled_from(held))
    assert find_fall(at, values, held) is None
