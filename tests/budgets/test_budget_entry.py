"""What may be entered as disbursed and committed (docs/domain.md, "Budgets")."""

from datetime import date
from decimal import Decimal as D
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budgets.rules.calc import Spent
from budgets.rules.entry import DISBURSED, USED, check_amount, is_above, overdrawn, spending_fall
from strategy.messages import sentence
from strategy.standing.timeline import Fall, find_fall
from strategy.thai import Refusal
from tests.support.rules import numbers

YEAR = 2569


def spent(month, disbursed, committed="0"):
    return Spent(month, D(disbursed), D(committed))


# ------------------------------------------------------------------------------------- one amount


@pytest.mark.parametrize(
    ("value", "code"),
    [
        pytest.param("0", None, id="zero"),
        pytest.param("0.01", None, id="a-satang"),
        pytest.param("1250000.50", None, id="baht-and-satang"),
        pytest.param("1250000.5000", None, id="zeros-behind"),
        pytest.param("9999999999999.99", None, id="the-most-that-can-be-written"),
        pytest.param("-0.01", "number_negative", id="negative"),
        pytest.param("-0.001", "number_negative", id="negative-and-fine"),
        pytest.param("0.005", "number_too_fine", id="half-a-satang"),
        pytest.param("100.999", "number_too_fine", id="three-decimals"),
    ],
)
def test_amount(value, code):
    if code is None:
        check_amount(D(value))
    else:
        with pytest.raises(Refusal) as caught:
            check_amount(D(value))
        assert caught.value.code == code
        assert sentence(caught.value).messages  # it has one, with all its words filled in


@pytest.mark.parametrize(
    ("disbursed", "committed", "allocated", "above"),
    [
        pytest.param("600", "400", "1000", False, id="all-of-it"),
        pytest.param("600", "400.01", "1000", True, id="a-satang-more"),
        pytest.param("1000.01", "0", "1000", True, id="paid-alone"),
        pytest.param("0", "1000.01", "1000", True, id="bound-alone"),
        pytest.param("0", "0", "1000", False, id="nothing"),
        pytest.param("0", "0", None, False, id="nothing-in-a-year-without-money"),
        pytest.param("0.01", "0", None, True, id="something-in-a-year-without-money"),
        pytest.param("0.01", "0", "0", True, id="something-of-zero"),
    ],
)
def test_above_what_is_allocated(disbursed, committed, allocated, above):
    figure = spent(6, disbursed, committed)
    assert is_above(figure, None if allocated is None else D(allocated)) is above


# ----------------------------------------------------------------------------------- running totals


HELD = [spent(3, "100", "50"), spent(6, "200", "80"), spent(9, "300", "20")]  # used 150, 280, 320


def fall(what, earlier, earlier_value, later, later_value):
    return Fall(what, (YEAR, earlier), D(earlier_value), (YEAR, later), D(later_value))


@pytest.mark.parametrize(
    ("entered", "expected"),
    [
        pytest.param(spent(7, "250", "50"), None, id="between"),
        pytest.param(spent(7, "200", "80"), None, id="as-before"),
        pytest.param(spent(7, "300", "20"), None, id="as-after"),
        pytest.param(spent(7, "280", "0"), None, id="bound-money-was-paid"),
        pytest.param(spent(1, "0", "0"), None, id="first"),
        pytest.param(spent(12, "320", "0"), None, id="last"),
        pytest.param(
            spent(7, "199", "100"), fall(DISBURSED, 6, "200", 7, "199"), id="paid-falls"
        ),
        pytest.param(
            spent(7, "301", "0"), fall(DISBURSED, 7, "301", 9, "300"), id="paid-above-the-later"
        ),
        pytest.param(spent(7, "250", "29"), fall(USED, 6, "280", 7, "279"), id="used-falls"),
        pytest.param(
            spent(7, "250", "71"), fall(USED, 7, "321", 9, "320"), id="used-above-the-later"
        ),
        pytest.param(
            spent(7, "150", "0"), fall(DISBURSED, 6, "200", 7, "150"), id="both-paid-is-named"
        ),
        pytest.param(
            spent(12, "0", "0"), fall(DISBURSED, 9, "300", 12, "0"), id="back-to-nothing"
        ),
        pytest.param(spent(6, "120", "40"), None, id="its-own-old-figure-is-no-neighbour"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("others", list(permutations(HELD)), ids=range(6))
def test_totals_that_fall(others, entered, expected):
    assert spending_fall(YEAR, entered, others) == expected


def test_a_first_figure_cannot_fall():
    assert spending_fall(YEAR, spent(5, "0"), []) is None


#: Months of two fiscal years, as the running totals of something that goes on.
ACROSS = [((2568, 12), {"a": D(8), "b": D(1)}), ((2569, 2), {"b": D(3)}), ((2569, 4), {"a": D(9)})]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param({"a": D(8), "b": D(3)}, None, id="none"),
        pytest.param(
            {"a": D(7), "b": D(3)}, Fall("a", (2568, 12), D(8), (2569, 3), D(7)), id="last-year's"
        ),
        pytest.param(
            {"a": D(8), "b": D(2)}, Fall("b", (2569, 2), D(3), (2569, 3), D(2)), id="its-own-line"
        ),
        pytest.param(
            {"a": D(10)}, Fall("a", (2569, 3), D(10), (2569, 4), D(9)), id="the-next-that-counts-it"
        ),
        pytest.param({"b": D(99)}, None, id="nothing-after-it"),
        pytest.param({"c": D(0)}, None, id="never-counted-before"),
        pytest.param({}, None, id="nothing-counted"),
    ],
)
@pytest.mark.parametrize("others", list(permutations(ACROSS)), ids=range(6))
def test_each_thing_counted_has_its_own_line(others, values, expected):
    assert find_fall((2569, 3), values, others) == expected


# ----------------------------------------------------------------------------- what is taken away


@pytest.mark.parametrize(
    ("base", "transfers", "expected"),
    [
        pytest.param("100", [], None, id="none"),
        pytest.param("100", [(5, "-100")], None, id="all-of-it"),
        pytest.param("100", [(5, "-100.01")], (5, "-0.01"), id="more-than-there-is"),
        pytest.param("100", [(5, "50"), (9, "-150")], None, id="what-came-in-first"),
        pytest.param("100", [(5, "-150"), (9, "50")], (5, "-50"), id="what-comes-later-is-too-late"),
        pytest.param("100", [(5, "-150"), (5, "50")], None, id="on-one-day-together"),
        pytest.param(None, [(5, "10")], None, id="a-dash-gains"),
        pytest.param(None, [(5, "-10")], (5, "-10"), id="a-dash-has-nothing-to-give"),
    ],
)  # fmt: skip
def test_more_taken_than_there_is(base, transfers, expected):
    moved = [(date(2026, 1, day), D(amount)) for day, amount in transfers]
    for order in permutations(moved):
        found = overdrawn(None if base is None else D(base), order)
        assert found == (expected and (date(2026, 1, expected[0]), D(expected[1])))


# --------------------------------------------------------------------------------------- properties

amounts = numbers(0, 1000, places=2)
figures = st.builds(Spent, st.integers(1, 12), amounts, amounts)


@st.composite
def timelines(draw):
    """Any figures, at most one for a month, in any order."""
    months = draw(st.permutations(range(1, 13)))[: draw(st.integers(0, 12))]
    return [Spent(month, draw(amounts), draw(amounts)) for month in months]


@given(entered=figures, others=timelines())
def test_a_fall_is_one_and_is_found_where_there_is_one(entered, others):
    found = spending_fall(YEAR, entered, others)
    around = [held for held in others if held.month != entered.month]
    before = max((h for h in around if h.month < entered.month), default=None)
    after = min((h for h in around if h.month > entered.month), default=None)
    line = [held for held in (before, entered, after) if held is not None]
    paid, used = [held.disbursed for held in line], [held.used for held in line]
    assert (found is None) == (paid == sorted(paid) and used == sorted(used))
    if found is not None:
        assert found.earlier < found.later and found.earlier_value > found.later_value
        assert (YEAR, entered.month) in (found.earlier, found.later)


@given(
    steps=st.lists(st.tuples(amounts, amounts), min_size=1, max_size=12),
    place=st.integers(0, 11),
    random=st.randoms(use_true_random=False),
)
def test_totals_that_rise_are_never_asked_about(steps, place, random):
    """Whichever month is entered last, and in whatever order the others are read."""
    paid = used = D(0)
    line = []
    for month, (more_paid, more_bound) in enumerate(steps, start=1):
        paid, used = paid + more_paid, max(used, paid + more_paid) + more_bound
        line.append(Spent(month, paid, used - paid))
    entered = line[place % len(line)]
    assert spending_fall(YEAR, entered, random.sample(line, len(line))) is None
