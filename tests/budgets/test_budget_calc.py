"""Allocated, disbursed, used and expected; status, totals and quadrants (docs/domain.md, "Budgets").

Each table is named after the rule it checks; the worked examples of that heading are among its
cases. Amounts are baht.
"""

from decimal import Decimal as D
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budgets.rules.calc import (
    MONEY_ONLY,
    NEITHER,
    RESULT_ONLY,
    STRAIGHT_LINE,
    TOGETHER,
    Budget,
    Lines,
    MoneyFacts,
    MoneyStanding,
    SpendingTargets,
    Spent,
    expected_amount,
    expected_percent,
    judge,
    quadrant,
    total,
)
from strategy.calendar import MONTHS
from strategy.standing.status import (
    AT_RISK,
    AWAITING,
    CRITICAL,
    NEAR,
    NO_BUDGET,
    NOT_DUE,
    ON_PLAN,
    STATUSES,
    Bands,
    status_of,
)
from tests.support.rules import half_up, numbers

# ----------------------------------------------------------------------------------------- builders


def maybe(text):
    return None if text is None else D(text)


def spent(month, disbursed, committed="0"):
    return Spent(month, D(disbursed), D(committed))


def by_quarter(*percents):
    return SpendingTargets(*map(D, percents))


#: Targets such as a government sets: ahead of the straight line in the first quarter.
GOVERNMENT = by_quarter(32, 50, 75, 100)
LATE_START = by_quarter(0, 40, 70, 100)


def stand(allocated, figure=None, *, overdue=None, **rules):
    return judge(maybe(allocated), figure, overdue_month=overdue, **rules)


def project(allocated, figure=None, *, overdue=None, **rules):
    """A project of a total, judged as a selector would."""
    standing = stand(allocated, figure, overdue=overdue, **rules)
    return MoneyFacts(maybe(allocated), figure, standing)


def percents(standing):
    """Disbursed, used and expected per cent, as people read them; None where there is none."""
    shown = (standing.disbursed_percent, standing.used_percent, standing.expected_percent)
    return tuple(None if percent is None else str(percent) for percent in shown)


# ---------------------------------------------------------------------------------------- allocated


@pytest.mark.parametrize(
    ("plan", "approved", "transferred", "allocated"),
    [
        pytest.param("1500000", None, "0", "1500000", id="the-plan's"),
        pytest.param("1500000", "1200000", "0", "1200000", id="approved-replaces-the-plan's"),
        pytest.param("1500000", "1800000", "0", "1800000", id="approved-above-the-plan's"),
        pytest.param("1500000", "0", "0", "0", id="approved-nothing"),
        pytest.param(None, None, "0", None, id="a-dash"),
        pytest.param(None, "300000", "0", "300000", id="a-dash-approved-after-all"),
        pytest.param("1500000", None, "250000.25", "1750000.25", id="moved-in"),
        pytest.param("1500000", None, "-500000", "1000000", id="moved-out"),
        pytest.param("1500000", "1200000", "-200000", "1000000", id="moved-out-of-the-approved"),
        pytest.param("1500000", None, "-1500000", "0", id="all-moved-out"),
        pytest.param(None, None, "400000", "400000", id="a-dash-gains"),
        pytest.param("0", None, "0", "0", id="a-zero-is-no-dash"),
    ],
)
def test_allocated(plan, approved, transferred, allocated):
    budget = Budget(maybe(plan), maybe(approved), D(transferred))
    assert budget.allocated == maybe(allocated)


def test_used_is_paid_and_bound_together():
    assert spent(3, "400000.50", "99999.50").used == D("500000.00")


# ----------------------------------------------------------------------------------------- expected


@pytest.mark.parametrize(
    ("targets", "by_month"),
    [
        pytest.param(
            STRAIGHT_LINE,
            "8.33 16.67 25.00 33.33 41.67 50.00 58.33 66.67 75.00 83.33 91.67 100.00",
            id="straight-line",
        ),
        pytest.param(
            GOVERNMENT,
            "10.67 21.33 32.00 38.00 44.00 50.00 58.33 66.67 75.00 83.33 91.67 100.00",
            id="32-50-75-100",
        ),
        pytest.param(
            LATE_START,
            "0.00 0.00 0.00 13.33 26.67 40.00 50.00 60.00 70.00 80.00 90.00 100.00",
            id="nothing-in-quarter-1",
        ),
        pytest.param(
            by_quarter("30.55", "30.55", "70", "95"),
            "10.18 20.37 30.55 30.55 30.55 30.55 43.70 56.85 70.00 78.33 86.67 95.00",
            id="not-all-by-the-end",
        ),
    ],
)
def test_expected_by_month(targets, by_month):
    assert " ".join(str(expected_percent(month, targets)) for month in MONTHS) == by_month


def test_the_straight_line_is_what_holds_until_targets_are_entered():
    assert by_quarter(25, 50, 75, 100) == STRAIGHT_LINE
    assert expected_percent(5) == expected_percent(5, STRAIGHT_LINE)
    assert stand("100", spent(5, "40")) == stand("100", spent(5, "40"), lines=Lines(STRAIGHT_LINE))


@pytest.mark.parametrize(
    ("allocated", "month", "targets", "expected"),
    [
        pytest.param(None, 6, STRAIGHT_LINE, None, id="a-dash"),
        pytest.param("0", 6, STRAIGHT_LINE, None, id="nothing-allocated"),
        pytest.param("1500000", 1, STRAIGHT_LINE, "125000.00", id="a-twelfth"),
        pytest.param("1000000", 1, STRAIGHT_LINE, "83333.33", id="to-the-satang"),
        pytest.param("1000000", 2, STRAIGHT_LINE, "166666.67", id="rounded-half-up"),
        pytest.param("8000000", 1, GOVERNMENT, "853333.33", id="by-the-government's-target"),
        pytest.param("8000000", 3, GOVERNMENT, "2560000.00", id="a-quarter's-end"),
        pytest.param("8000000", 3, LATE_START, "0.00", id="nothing-expected-yet"),
    ],
)
def test_expected_amount(allocated, month, targets, expected):
    found = expected_amount(maybe(allocated), month, targets)
    assert (None if found is None else str(found)) == expected


# ------------------------------------------------------------------------------------------- status


@pytest.mark.parametrize("allocated", [None, "0"], ids=["a-dash", "nothing-allocated"])
@pytest.mark.parametrize("figure", [None, spent(6, "100")], ids=["nothing-spent", "spent"])
@pytest.mark.parametrize("overdue", [None, 12], ids=["in-time", "overdue"])
def test_a_year_without_money_has_no_status(allocated, figure, overdue):
    assert stand(allocated, figure, overdue=overdue) == MoneyStanding(NO_BUDGET)


@pytest.mark.parametrize(
    ("figure", "overdue", "status", "counts", "shown"),
    [
        pytest.param(None, None, NOT_DUE, False, (None, None, None), id="nothing-owed-yet"),
        pytest.param(None, 1, AWAITING, False, (None, None, None), id="never-reported"),
        pytest.param(
            spent(4, "40", "10"),
            5,
            AWAITING,
            False,
            ("40.00", "50.00", "33.33"),
            id="older-than-the-overdue-month",
        ),
        pytest.param(
            spent(5, "40", "10"), 5, NEAR, True, ("40.00", "50.00", "41.67"), id="the-overdue-month"
        ),
        pytest.param(
            spent(6, "40", "10"), 5, NEAR, True, ("40.00", "50.00", "50.00"), id="newer"
        ),
        pytest.param(
            spent(4, "40", "10"), None, ON_PLAN, True, ("40.00", "50.00", "33.33"), id="none-overdue"
        ),
    ],
)  # fmt: skip
def test_awaiting_and_not_due(figure, overdue, status, counts, shown):
    standing = stand("100", figure, overdue=overdue)
    assert (standing.status, standing.counts, percents(standing)) == (status, counts, shown)
    assert (standing.of_expected is None) == (standing.used_of_expected is None) == (not counts)


@pytest.mark.parametrize(
    ("allocated", "figure", "targets", "shown", "of_expected", "used_of_expected", "status"),
    [
        pytest.param(
            "1500000", spent(5, "500000", "250000"), STRAIGHT_LINE,
            ("33.33", "50.00", "41.67"), "80.00", "120.00", NEAR, id="on-a-straight-line",
        ),
        pytest.param(
            "8000000", spent(3, "2000000", "560000"), GOVERNMENT,
            ("25.00", "32.00", "32.00"), "78.13", "100.00", NEAR, id="by-the-government's-targets",
        ),
        pytest.param(
            "8000000", spent(3, "2000000", "560000"), STRAIGHT_LINE,
            ("25.00", "32.00", "25.00"), "100.00", "128.00", ON_PLAN, id="the-same-without-them",
        ),
        pytest.param(
            "500000", spent(12, "362000"), STRAIGHT_LINE,
            ("72.40", "72.40", "100.00"), "72.40", "72.40", AT_RISK, id="at-the-year's-end",
        ),
        pytest.param(
            "500000", spent(12, "520000", "5000"), STRAIGHT_LINE,
            ("104.00", "105.00", "100.00"), "104.00", "105.00", ON_PLAN, id="above-what-there-is",
        ),
        pytest.param(
            "500000", spent(1, "0", "100000"), STRAIGHT_LINE,
            ("0.00", "20.00", "8.33"), "0.00", "240.00", CRITICAL, id="bound-is-not-paid",
        ),
        pytest.param(
            "300000", spent(1, "25000"), STRAIGHT_LINE,
            ("8.33", "8.33", "8.33"), "100.00", "100.00", ON_PLAN, id="exact-not-from-8.33",
        ),
        pytest.param(
            "500000", spent(3, "0"), LATE_START,
            ("0.00", "0.00", "0.00"), "100.00", "100.00", ON_PLAN, id="nothing-expected-is-met",
        ),
        pytest.param(
            "500000", spent(2, "90000", "10000"), LATE_START,
            ("18.00", "20.00", "0.00"), "100.00", "100.00", ON_PLAN, id="nor-passed",
        ),
    ],
)  # fmt: skip
def test_judged(allocated, figure, targets, shown, of_expected, used_of_expected, status):
    standing = stand(allocated, figure, lines=Lines(targets))
    assert percents(standing) == shown
    assert str(standing.of_expected) == of_expected
    assert str(standing.used_of_expected) == used_of_expected
    assert standing.status == status


def test_a_figure_is_judged_at_its_own_month():
    """What is looked at later does not make an earlier figure worse."""
    of_month_3 = stand("1200000", spent(3, "300000"), overdue=3)
    assert (of_month_3.status, str(of_month_3.of_expected)) == (ON_PLAN, "100.00")
    of_month_5 = stand("1200000", spent(5, "300000"), overdue=3)
    assert (of_month_5.status, str(of_month_5.of_expected)) == (AT_RISK, "60.00")


@pytest.mark.parametrize(
    ("disbursed", "of_expected", "status"),
    [
        pytest.param("99994.99", "99.99", NEAR, id="99.99499"),
        pytest.param("99995.00", "100.00", ON_PLAN, id="99.995-rounds-to-100"),
        pytest.param("100000.00", "100.00", ON_PLAN, id="100"),
        pytest.param("75005.00", "75.01", NEAR, id="75.005-rounds-above-75"),
        pytest.param("75004.99", "75.00", AT_RISK, id="75.00499-is-shown-as-75"),
        pytest.param("75000.00", "75.00", AT_RISK, id="75"),
        pytest.param("74995.00", "75.00", AT_RISK, id="74.995-rounds-to-75"),
        pytest.param("50005.00", "50.01", AT_RISK, id="50.005-rounds-above-50"),
        pytest.param("50004.99", "50.00", CRITICAL, id="50.00499-is-shown-as-50"),
        pytest.param("50000.00", "50.00", CRITICAL, id="50"),
        pytest.param("0.00", "0.00", CRITICAL, id="0"),
    ],
)
def test_the_status_is_that_of_the_percentage_as_shown(disbursed, of_expected, status):
    """100,000 baht, at the year's end: one baht is 0.001 per cent."""
    standing = stand("100000", spent(12, disbursed))
    assert (str(standing.of_expected), standing.status) == (of_expected, status)


def test_a_plan_may_set_its_own_bands():
    bands = Bands(D(95), D(80), D(60))
    found = [stand("100", spent(12, paid), bands=bands).status for paid in (95, 94, 80, 61, 60, 50)]
    assert found == [ON_PLAN, NEAR, AT_RISK, AT_RISK, CRITICAL, CRITICAL]


# ------------------------------------------------------------------------------------------- totals


def summed(*projects, month=6, **rules):
    return total(projects, month=month, **rules)


def test_a_total_of_nothing():
    nothing = summed()
    assert nothing[:5] == (0, 0, 0, 0, 0)
    assert nothing.standing == MoneyStanding(NO_BUDGET)
    assert set(nothing.counts) == {*STATUSES, NO_BUDGET} and not any(nothing.counts.values())


def test_a_total_is_of_money_and_not_a_mean_of_percentages():
    small, large = project("1000", spent(12, "1000")), project("9000", spent(12, "4500", "900"))
    both = summed(small, large, month=12)
    assert (both.allocated, both.disbursed, both.committed, both.used) == (10000, 5500, 900, 6400)
    assert percents(both.standing) == ("55.00", "64.00", "100.00")
    assert (str(both.standing.of_expected), both.standing.status) == ("55.00", AT_RISK)
    assert str(both.standing.used_of_expected) == "64.00"
    assert {status: n for status, n in both.counts.items() if n} == {ON_PLAN: 1, CRITICAL: 1}


def test_one_basis_in_a_row_percent_expected_and_status_are_of_all_the_money():
    """The board of FY 2570, month 1 (docs/domain.md): 1.18 of 27 million, 14 of them unreported."""
    four = summed(
        project("6", spent(1, "0.5")), project("7", spent(1, "0.68")), project("14"), month=1
    )
    assert percents(four.standing) == ("4.37", "4.37", "8.33")
    assert (str(four.standing.of_expected), four.standing.status) == ("52.44", AT_RISK)
    assert (four.reported, four.with_allocation, four.is_incomplete) == (2, 3, True)


def test_a_month_is_incomplete_until_its_deadline_has_passed():
    parts = project("10", spent(6, "5")), project("10", overdue=6)
    assert summed(*parts, month=6).is_incomplete
    assert summed(*parts, month=6, overdue_month=5).is_incomplete
    assert not summed(*parts, month=6, overdue_month=6).is_incomplete
    assert not summed(project("10", spent(6, "5")), month=6).is_incomplete


def test_a_partial_report_is_held_against_all_that_is_allocated():
    """One of three projects has reported: 20 of the 120 baht expected of the three."""
    partial = summed(
        project("80", spent(6, "20")), project("80", overdue=6), project("80"), month=6
    )
    assert (partial.reported, partial.with_allocation) == (1, 3)
    assert (partial.allocated, partial.disbursed) == (240, 20)
    assert percents(partial.standing) == ("8.33", "8.33", "50.00")
    assert str(partial.standing.of_expected) == "16.67"
    assert (partial.counts[CRITICAL], partial.counts[AWAITING], partial.counts[NOT_DUE]) == (1, 1, 1)  # fmt: skip
    assert partial.standing.counts


def test_an_older_figure_counts_until_a_newer_one_comes_in():
    stale = project("100", spent(4, "40", "5"), overdue=5)
    found = summed(stale, project("100", spent(5, "10"), overdue=5), month=5)
    assert (found.disbursed, found.committed, found.reported) == (50, 5, 1)
    assert percents(found.standing) == ("25.00", "27.50", "41.67")
    assert str(found.standing.of_expected) == "60.00"  # 50 of 83.33


def test_a_total_is_held_against_the_month_looked_at():
    found = summed(project("100", spent(3, "25")), project("100", spent(6, "50")), month=6)
    assert (str(found.standing.of_expected), found.standing.status) == ("75.00", AT_RISK)
    assert percents(found.standing) == ("37.50", "37.50", "50.00")


def test_money_spent_where_none_was_set_aside_is_in_the_sum():
    """It was paid; it does not make a project that is to be judged."""
    found = summed(project("100", spent(12, "80")), project(None, spent(12, "15", "5")), month=12)
    assert (found.allocated, found.disbursed, found.committed) == (100, 95, 5)
    assert (found.with_allocation, found.reported) == (1, 1)
    assert percents(found.standing) == ("95.00", "100.00", "100.00")
    assert (str(found.standing.of_expected), found.standing.status) == ("95.00", NEAR)
    alone = summed(project(None, spent(12, "15")), month=12)
    assert (alone.disbursed, alone.standing) == (15, MoneyStanding(NO_BUDGET))


@pytest.mark.parametrize(
    ("projects", "status", "shown"),
    [
        pytest.param([project("100")], NOT_DUE, (None, None, "50.00"), id="nothing-owed-yet"),
        pytest.param(
            [project("100"), project("100", overdue=6)],
            AWAITING,
            (None, None, "50.00"),
            id="one-overdue",
        ),
        pytest.param(
            [project("100", overdue=6), project(None)],
            AWAITING,
            (None, None, "50.00"),
            id="beside-a-dash",
        ),
    ],
)
def test_a_total_without_any_figure_is_not_judged(projects, status, shown):
    found = summed(*projects, month=6)
    assert (found.standing.status, found.standing.counts, found.reported) == (status, False, 0)
    assert percents(found.standing) == shown
    assert found.standing.of_expected is found.standing.used_of_expected is None


def test_a_total_of_which_nothing_is_expected_yet_is_met():
    found = summed(
        project("100", spent(3, "0"), lines=Lines(LATE_START)), month=3, lines=Lines(LATE_START)
    )
    assert (found.standing.status, str(found.standing.of_expected)) == (ON_PLAN, "100.00")
    assert percents(found.standing) == ("0.00", "0.00", "0.00")


def test_a_total_follows_the_targets_and_bands_it_is_given():
    projects = [project("100", spent(3, "25"))]
    assert summed(*projects, month=3).standing.status == ON_PLAN
    government = summed(*projects, month=3, lines=Lines(GOVERNMENT)).standing
    assert (str(government.of_expected), government.status) == ("78.13", NEAR)
    strict = summed(*projects, month=3, lines=Lines(GOVERNMENT), bands=Bands(D(100), D(80), D(60)))
    assert strict.standing.status == AT_RISK


# ---------------------------------------------------------------------------------------- quadrants


@pytest.mark.parametrize(
    ("money", "result", "corner"),
    [
        pytest.param("75.01", "75.01", TOGETHER, id="both-just-above"),
        pytest.param("75.01", "75.00", MONEY_ONLY, id="result-exactly-75"),
        pytest.param("75.00", "75.01", RESULT_ONLY, id="money-exactly-75"),
        pytest.param("75.00", "75.00", NEITHER, id="both-exactly-75"),
        pytest.param("140", "100", TOGETHER, id="more-money-than-expected"),
        pytest.param("100", "0", MONEY_ONLY, id="money-spent-little-result"),
        pytest.param("0", "100", RESULT_ONLY, id="result-without-spending"),
        pytest.param("0", "0", NEITHER, id="nothing-at-all"),
        pytest.param(None, "80", None, id="money-not-known"),
        pytest.param("80", None, None, id="result-not-known"),
        pytest.param(None, None, None, id="neither-known"),
    ],
)
def test_quadrant(money, result, corner):
    assert quadrant(maybe(money), maybe(result)) == corner


def test_a_quadrant_divides_at_the_band_of_the_plan():
    bands = Bands(D(95), D(80), D(60))
    assert quadrant(D("80.01"), D(80), bands) == MONEY_ONLY
    assert quadrant(D("80.01"), D(80)) == TOGETHER


# --------------------------------------------------------------------------------------- properties

amounts = numbers(0, 20_000_000, places=2)
budgets = numbers(D("0.01"), 20_000_000, places=2)
months = st.integers(1, 12)
figures = st.builds(Spent, months, amounts, amounts)
rising = st.lists(numbers(0, 100, places=2), min_size=4, max_size=4).map(sorted)
targets = rising.map(lambda percents: SpendingTargets(*percents))
overdue_months = st.none() | months
rules = st.tuples(targets, overdue_months)


def exactly_expected(month, by_quarter):
    """The reference for the line: per cent expected by the end of ``month``, as a Fraction."""
    points = [Fraction(0), *map(Fraction, by_quarter)]
    quarter, step = divmod(month, 3)
    if step == 0:
        return points[quarter]
    return points[quarter] + (points[quarter + 1] - points[quarter]) * step / 3


@st.composite
def years(draw, size=6):
    """The projects of one fiscal year, all judged by the same rules; and these rules."""
    target, overdue = draw(rules)
    found = [
        MoneyFacts(
            allocated, figure, judge(allocated, figure, overdue_month=overdue, lines=Lines(target))
        )
        for allocated, figure in draw(
            st.lists(st.tuples(st.none() | amounts, st.none() | figures), max_size=size)
        )
    ]
    return found, target


@given(month=months, targets=targets)
def test_the_line_runs_through_the_quarters(month, targets):
    assert expected_percent(month, targets) == half_up(exactly_expected(month, targets))


@given(targets=targets)
def test_expected_never_falls_from_month_to_month(targets):
    line = [expected_percent(month, targets) for month in MONTHS]
    assert line == sorted(line)
    assert line[2::3] == list(targets)


@given(month=months, lower=rising, other=rising, allocated=budgets)
def test_expected_never_falls_when_the_quarters_targets_rise(month, lower, other, allocated):
    raised = SpendingTargets(*map(max, lower, other))
    lower = SpendingTargets(*lower)
    assert expected_percent(month, raised) >= expected_percent(month, lower)
    assert expected_amount(allocated, month, raised) >= expected_amount(allocated, month, lower)


@given(allocated=budgets, figure=figures, targets=targets)
def test_percentages_are_exact_and_rounded_once(allocated, figure, targets):
    standing = judge(allocated, figure, overdue_month=None, lines=Lines(targets))
    expected = exactly_expected(figure.month, targets) * Fraction(allocated) / 100
    paid, used = Fraction(figure.disbursed), Fraction(figure.used)
    assert standing.disbursed_percent == half_up(paid * 100 / Fraction(allocated))
    assert standing.used_percent == half_up(used * 100 / Fraction(allocated))
    assert standing.of_expected == (half_up(paid * 100 / expected) if expected else 100)
    assert standing.used_of_expected == (half_up(used * 100 / expected) if expected else 100)


@given(allocated=budgets, figure=figures, more=amounts, rules=rules)
def test_more_disbursed_never_lowers_a_percentage(allocated, figure, more, rules):
    targets, overdue = rules
    richer = figure._replace(disbursed=figure.disbursed + more)
    one, other = (
        judge(allocated, held, overdue_month=overdue, lines=Lines(targets))
        for held in (figure, richer)
    )
    assert other.disbursed_percent >= one.disbursed_percent
    assert other.used_percent >= one.used_percent
    assert one.counts == other.counts
    if one.counts:
        assert other.of_expected >= one.of_expected
        assert STATUSES.index(other.status) <= STATUSES.index(one.status)


@given(allocated=budgets, figure=figures, targets=targets)
def test_what_is_bound_never_touches_the_status(allocated, figure, targets):
    bare = figure._replace(committed=D(0))
    one, other = (
        judge(allocated, held, overdue_month=None, lines=Lines(targets)) for held in (figure, bare)
    )
    assert (one.status, one.of_expected) == (other.status, other.of_expected)


@given(year=years(), month=months, random=st.randoms(use_true_random=False))
def test_the_order_of_projects_does_not_matter(year, month, random):
    projects, targets = year
    shuffled = random.sample(projects, len(projects))
    assert total(shuffled, month=month, lines=Lines(targets)) == total(
        projects, month=month, lines=Lines(targets)
    )


@given(year=years(), month=months, data=st.data())
def test_the_parts_of_a_total_come_to_the_whole(year, month, data):
    """However the projects are told apart: by strategy, by first lead unit."""
    projects, targets = year
    sides = data.draw(st.lists(st.integers(0, 2), min_size=len(projects), max_size=len(projects)))
    parts = [
        total(
            [held for held, side in zip(projects, sides, strict=True) if side == wanted],
            month=month,
            lines=Lines(targets),
        )
        for wanted in range(3)
    ]
    whole = total(projects, month=month, lines=Lines(targets))
    for name in ("allocated", "disbursed", "committed", "used", "with_allocation", "reported"):
        assert sum(getattr(part, name) for part in parts) == getattr(whole, name), name
    for status in (*STATUSES, NO_BUDGET):
        assert sum(part.counts[status] for part in parts) == whole.counts[status]
    assert sum(whole.counts.values()) == len(projects)
    assert whole.reported <= whole.with_allocation <= len(projects)


@given(allocated=budgets, figure=figures, rules=rules)
def test_a_total_of_one_reported_project_is_that_project(allocated, figure, rules):
    targets, _overdue = rules
    alone = judge(allocated, figure, overdue_month=None, lines=Lines(targets))
    held = MoneyFacts(allocated, figure, alone)
    assert total([held], month=figure.month, lines=Lines(targets)).standing == alone


@given(parts=st.lists(st.tuples(budgets, figures), min_size=1, max_size=6))
def test_a_total_lies_between_its_worst_and_its_best_project(parts):
    parts = [(allocated, figure._replace(month=12)) for allocated, figure in parts]
    projects = [
        MoneyFacts(allocated, figure, judge(allocated, figure, overdue_month=None))
        for allocated, figure in parts
    ]
    each = [held.standing.of_expected for held in projects]
    assert min(each) <= total(projects, month=12).standing.of_expected <= max(each)


@given(money=numbers(0, 200, places=2), result=numbers(0, 200, places=2))
def test_a_quadrant_agrees_with_the_words_for_a_status(money, result):
    """Whatever stands near or on plan counts as come along; money and results alike."""
    corners = {
        (True, True): TOGETHER,
        (True, False): MONEY_ONLY,
        (False, True): RESULT_ONLY,
        (False, False): NEITHER,
    }
    along = tuple(status_of(side) in (ON_PLAN, NEAR) for side in (money, result))
    assert quadrant(money, result) == corners[along]
