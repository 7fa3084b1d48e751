"""Many indicators, and many years (docs/domain.md, "Roll-up" and "Trend")."""

from decimal import Decimal as D
from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kpis.rules.facts import RATE
from kpis.rules.roll_up import roll_up, trend
from strategy.standing.status import STATUSES
from tests.support.rules import NO_CASES, half_up, indicator, milestone, numbers, share, stand

# ------------------------------------------------------------------------------------------ roll-up


def standing(result, target="100", *, overdue=None):
    """An indicator looked at in month 12 whose figure, if any, is of month 6."""
    return stand(indicator(RATE, {2567: target}), 2567, 6, result, at=12, overdue=overdue)


AWAITING = standing(None, overdue=12)
OLD_FIGURE = standing("90", overdue=12)
NOT_DUE = standing(None)
WITHOUT_CASES = standing(NO_CASES)
WITHOUT_TARGET = standing("90", "-")


@pytest.mark.parametrize(
    ("members", "mean", "reported", "with_target"),
    [
        pytest.param([], None, 0, 0, id="empty"),
        pytest.param([(standing("80"), 1)], "80.00", 1, 1, id="one"),
        pytest.param([(standing("80"), 1), (standing("50"), 1)], "65.00", 2, 2, id="two"),
        pytest.param(
            [(standing("300"), 1), (standing("50"), 1)], "75.00", 2, 2, id="each-capped-at-100"
        ),
        pytest.param([(standing("110"), 1)], "100.00", 1, 1, id="one-capped"),
        pytest.param([(standing("80"), 3), (standing("50"), 1)], "72.50", 2, 2, id="weights"),
        pytest.param(
            [(standing("80"), "0.5"), (standing("50"), "1.5")],
            "57.50",
            2,
            2,
            id="fractional-weights",
        ),
        pytest.param([(standing("80"), 0), (standing("50"), 1)], "50.00", 2, 2, id="weight-0"),
        pytest.param([(standing("80"), 0)], None, 1, 1, id="weight-0-only"),
        pytest.param([(standing("80"), 1), (AWAITING, 1)], "80.00", 1, 2, id="awaiting"),
        pytest.param([(standing("80"), 1), (OLD_FIGURE, 1)], "80.00", 1, 2, id="older-figure"),
        pytest.param([(standing("80"), 1), (NOT_DUE, 1)], "80.00", 1, 2, id="not-due"),
        pytest.param([(standing("80"), 1), (WITHOUT_CASES, 5)], "80.00", 2, 2, id="no-cases"),
        pytest.param([(standing("80"), 1), (WITHOUT_TARGET, 5)], "80.00", 1, 1, id="no-target"),
        pytest.param([(AWAITING, 1), (NOT_DUE, 1)], None, 0, 2, id="nothing-reported"),
        pytest.param([(WITHOUT_CASES, 1)], None, 1, 1, id="only-no-cases"),
        pytest.param([(WITHOUT_TARGET, 1)], None, 0, 0, id="only-no-target"),
        pytest.param(
            [(standing("40%", milestone()), 1), (standing("50"), 1)], "65.00", 2, 2, id="milestone"
        ),
        pytest.param(
            [(standing("33.33"), 1), (standing("33.34"), 1)], "33.34", 2, 2, id="half-up-from-odd"
        ),
        pytest.param(
            [(standing("33.34"), 1), (standing("33.35"), 1)], "33.35", 2, 2, id="half-up-from-even"
        ),
        pytest.param(
            [(standing("2", "3"), 1), (standing("0"), 1)],
            "33.33",
            2,
            2,
            id="rounded-only-at-the-end",
        ),
        pytest.param(
            [(standing("50.0049"), 1), (standing("50.0051"), 1)],
            "50.01",
            2,
            2,
            id="mean-of-unrounded",
        ),
    ],
)
def test_mean_and_coverage(members, mean, reported, with_target):
    got = roll_up((member, D(weight)) for member, weight in members)
    assert (str(got.mean) if got.mean is not None else None) == mean
    assert (got.reported, got.with_target, got.total) == (reported, with_target, len(members))


def test_counts_by_status():
    members = [
        standing("100"), standing("90"), standing("75"), standing("50"), standing("10"),
        AWAITING, OLD_FIGURE, NOT_DUE, WITHOUT_TARGET, WITHOUT_CASES,
    ]  # fmt: skip
    assert roll_up((member, D(1)) for member in members).counts == {
        "on_plan": 1,
        "near": 1,
        "at_risk": 1,
        "critical": 2,
        "awaiting": 2,
        "waiting_approval": 0,
        "not_due": 1,
        "no_target": 1,
        "no_cases": 1,
    }


def test_every_status_is_counted_even_at_0():
    assert roll_up([]).counts == dict.fromkeys(STATUSES, 0)


def _mean(rows):
    return roll_up((standing(result, target), weight) for result, target, weight in rows).mean


THIRDS = [("2", "15", D(1))] * 3
NONE_YET = [("0", "5", D(1))] * 3


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([*THIRDS, ("1", "100", D(1)), *NONE_YET, ("0", "5", D(1))], id="41-of-8"),
        pytest.param([*THIRDS, ("90", "100", D(1)), ("1", "100", D(1)), *NONE_YET], id="131-of-8"),
        pytest.param([("90", "100", D(1)), *THIRDS, ("1", "100", D(1)), *NONE_YET], id="131-mixed"),
    ],
)
def test_thirds_add_up_to_a_whole_before_the_mean_is_rounded(rows):
    """Three times 13.33… is 40: the mean is a half cent exactly, and half goes up, in any order."""
    exact = sum(share(result, target, "higher") for result, target, _ in rows) / len(rows)
    assert _mean(rows) == half_up(exact)


members = st.lists(
    st.tuples(
        numbers(0, 300, 2), numbers(1, 200, 2), st.integers(1, 500).map(lambda n: D(n) / 100)
    ),
    min_size=1,
    max_size=12,
)


@given(members)
@example([("1", "3", D(1)), ("2", "3", D(1)), ("0.02", "100", D(2))])
def test_mean_is_exact_capped_and_rounded_once(rows):
    total = sum(min(share(r, t, "higher"), Fraction(100)) * Fraction(w) for r, t, w in rows)
    mean = _mean(rows)
    assert mean == half_up(total / sum(Fraction(w) for *_, w in rows))
    assert 0 <= mean <= 100


@given(members, st.randoms(use_true_random=False))
@example([("90", "100", D(1)), ("1", "100", D(1)), *THIRDS, *NONE_YET], None)
def test_roll_up_does_not_depend_on_order(rows, random):
    shuffled = rows[::-1] if random is None else random.sample(rows, len(rows))
    pairs = [(standing(r, t), w) for r, t, w in rows]
    others = [(standing(r, t), w) for r, t, w in shuffled]
    assert roll_up(pairs) == roll_up(others)


def test_roll_up_of_every_kind_does_not_depend_on_order():
    kinds = [standing("80"), AWAITING, NOT_DUE, WITHOUT_CASES, WITHOUT_TARGET]
    pairs = [(kind, D(weight)) for weight, kind in enumerate(kinds, 1)]
    assert len({str(roll_up(order)) for order in permutations(pairs)}) == 1


# -------------------------------------------------------------------------------------------- trend


@pytest.mark.parametrize(
    ("points", "at", "percent", "value"),
    [
        pytest.param(
            [(2566, 57), (2567, 63), (2568, 71), (2569, 76)],
            2570,
            True,
            "83.0",
            id="worked-example",
        ),
        pytest.param([], 2570, False, None, id="no-year"),
        pytest.param([(2566, 57)], 2570, False, None, id="one-year"),
        pytest.param([(2566, 57), (2567, 63)], 2570, True, "81.0", id="two-years"),
        pytest.param([(2566, 57), (2568, 63)], 2570, False, "69.0", id="gap-of-a-year"),
        pytest.param([(2568, 63), (2566, 57)], 2570, False, "69.0", id="any-order"),
        pytest.param([(2566, 5), (2567, 5), (2568, 5)], 2570, False, "5.0", id="level"),
        pytest.param([(2566, 0), (2567, 1), (2568, 1)], 2570, False, "2.2", id="not-a-line"),
        pytest.param([(2566, 60), (2567, 80)], 2570, True, "100.0", id="percent-not-above-100"),
        pytest.param([(2566, 60), (2567, 80)], 2570, False, "140.0", id="number-above-100"),
        pytest.param([(2566, 60), (2567, 40)], 2570, True, "0.0", id="percent-not-below-0"),
        pytest.param([(2566, 60), (2567, 40)], 2570, False, "-20.0", id="number-below-0"),
        pytest.param([(2566, "0.05"), (2567, "0.05")], 2570, False, "0.1", id="half-up-from-even"),
        pytest.param([(2566, "0.15"), (2567, "0.15")], 2570, False, "0.2", id="half-up-from-odd"),
        pytest.param([(2566, "0.049"), (2567, "0.049")], 2570, False, "0.0", id="below-half"),
        pytest.param([(2568, 10), (2570, 20)], 2570, False, "20.0", id="last-year-itself"),
    ],
)
def test_trend(points, at, percent, value):
    got = trend([(year, D(figure)) for year, figure in points], at, percent=percent)
    assert (None if got is None else str(got)) == value


years = st.lists(st.integers(2560, 2580), min_size=2, max_size=8, unique=True)


@given(years, st.integers(-999, 999), st.integers(-99, 99), st.integers(2560, 2590))
def test_trend_is_exact_on_a_straight_line(held, start, slope, at):
    def line(year):
        return D(start + slope * (year - 2566)).scaleb(-1)

    assert trend([(year, line(year)) for year in held], at) == line(at)


@given(
    st.dictionaries(st.integers(2560, 2580), numbers(0, 100), min_size=2), st.integers(2560, 2590)
)
def test_trend_of_a_percentage_is_the_least_squares_kept_within_0_and_100(points, at):
    middle = Fraction(sum(points), len(points))
    mean = sum(Fraction(value) for value in points.values()) / len(points)
    slope = sum((year - middle) * (Fraction(value) - mean) for year, value in points.items()) / sum(
        (year - middle) ** 2 for year in points
    )
    exact = min(max(mean + slope * (at - middle), Fraction(0)), Fraction(100))
    got = trend(list(points.items()), at, percent=True)
    assert got == D(int(exact * 10 + Fraction(1, 2))) / 10
    assert 0 <= got <= 100


@given(st.dictionaries(st.integers(2560, 2580), numbers(0, 1000), min_size=2), st.randoms())
def test_trend_does_not_depend_on_order(points, random):
    rows = list(points.items())
    assert trend(rows, 2580) == trend(random.sample(rows, len(rows)), 2580)
