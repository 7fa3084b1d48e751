"""Two lines of the government, disbursed and used, by kind of spending (docs/domain.md, Budgets)."""

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budgets.rules.calc import (
    CURRENT,
    DISBURSED,
    INVESTMENT,
    STRAIGHT_LINE,
    UNSAID,
    USED,
    Lines,
    MoneyFacts,
    SpendingTargets,
    Spent,
    YearLines,
    judge,
    total,
)
from strategy.standing.status import AT_RISK, NEAR, ON_PLAN
from tests.support.rules import numbers

#: The government's lines of fiscal year 2566: 93 % disbursed and 100 % used at its end.
OF_2566 = Lines(
    SpendingTargets(D(32), D(52), D(75), D(93)), SpendingTargets(D(36), D(58), D(81), D(100))
)


@pytest.mark.parametrize(
    ("lines", "shown", "of_expected", "used_of_expected", "status"),
    [
        pytest.param(
            OF_2566, ("75.00", "86.00", "75.00"), "100.00", "106.17", ON_PLAN, id="disbursed-judged"
        ),
        pytest.param(
            OF_2566._replace(judged_on=USED),
            ("75.00", "86.00", "81.00"), "106.17", "106.17", ON_PLAN, id="used-judged",
        ),
        pytest.param(
            OF_2566._replace(used=None),
            ("75.00", "86.00", "75.00"), "100.00", "114.67", ON_PLAN,
            id="no-line-of-used-asks-for-what-is-to-be-disbursed",
        ),
        pytest.param(
            Lines(used=SpendingTargets(D(40), D(70), D(99), D(100)), judged_on=USED),
            ("75.00", "86.00", "99.00"), "86.87", "86.87", NEAR, id="used-judged-by-its-own-line",
        ),
        pytest.param(
            Lines(SpendingTargets(D(90), D(95), D(100), D(100))),
            ("75.00", "86.00", "100.00"), "75.00", "86.00", AT_RISK, id="used-does-not-help",
        ),
    ],
)  # fmt: skip
def test_what_is_judged_and_by_which_line(lines, shown, of_expected, used_of_expected, status):
    standing = judge(D(1000), Spent(9, D(750), D(110)), overdue_month=None, lines=lines)
    assert (
        str(standing.disbursed_percent), str(standing.used_percent),
        str(standing.expected_percent),
    ) == shown  # fmt: skip
    assert (str(standing.of_expected), str(standing.used_of_expected)) == (
        of_expected,
        used_of_expected,
    )
    assert (standing.status, standing.judged_on) == (status, lines.judged_on)
    assert standing.judged_percent == (
        standing.used_percent if lines.judged_on == USED else standing.disbursed_percent
    )


def test_a_kind_of_spending_has_lines_of_its_own_and_the_years_choice_of_what_is_judged():
    slow = Lines(SpendingTargets(D(10), D(20), D(40), D(80)))
    year = YearLines(OF_2566._replace(judged_on=USED), {INVESTMENT: slow}, entered=True)
    assert year.of(INVESTMENT) == slow._replace(judged_on=USED)
    assert year.of(CURRENT) == year.of(UNSAID) == year.all
    # Investment is judged by 40, the other kinds by 81 in the same month.
    assert judge(
        D(100), Spent(9, D(40), D(0)), overdue_month=None, lines=year.of(INVESTMENT)
    ).status == ON_PLAN  # fmt: skip
    assert judge(
        D(100), Spent(9, D(40), D(0)), overdue_month=None, lines=year.of(CURRENT)
    ).status != ON_PLAN  # fmt: skip


def test_a_sum_goes_by_the_lines_for_all_money_whatever_its_projects_go_by():
    slow = Lines(SpendingTargets(D(10), D(20), D(40), D(80)))
    spent = Spent(9, D(40), D(0))
    one = MoneyFacts(D(100), spent, judge(D(100), spent, overdue_month=None, lines=slow))
    found = total([one], month=9, lines=OF_2566)
    assert one.standing.status == ON_PLAN
    assert (str(found.standing.expected_percent), str(found.standing.of_expected)) == (
        "75.00",
        "53.33",
    )
    used = total([one], month=9, lines=OF_2566._replace(judged_on=USED))
    assert (str(used.standing.expected_percent), str(used.standing.of_expected)) == (
        "81.00",
        "49.38",
    )


amounts = numbers(0, 20_000_000, places=2)
lines_of = st.builds(
    lambda percents: SpendingTargets(*percents),
    st.lists(numbers(0, 100, places=2), min_size=4, max_size=4).map(sorted),
)


@given(
    allocated=numbers(D("0.01"), 20_000_000, places=2),
    spent=st.builds(Spent, st.integers(1, 12), amounts, amounts),
    disbursed=lines_of,
    used=lines_of,
)
def test_the_choice_of_what_is_judged_is_all_that_differs(allocated, spent, disbursed, used):
    """Judged by used is judged by disbursed, had all that is used been disbursed by its line."""
    by_used = judge(allocated, spent, overdue_month=None, lines=Lines(disbursed, used, USED))
    paid = Spent(spent.month, spent.used, D(0))
    same = judge(allocated, paid, overdue_month=None, lines=Lines(used))
    assert (by_used.status, by_used.of_expected, by_used.expected_percent) == (
        same.status,
        same.of_expected,
        same.expected_percent,
    )
    by_disbursed = judge(allocated, spent, overdue_month=None, lines=Lines(disbursed, used))
    assert by_disbursed.used_of_expected == by_used.of_expected
    assert by_disbursed == judge(
        allocated, spent, overdue_month=None, lines=Lines(disbursed, used, DISBURSED)
    )
    assert Lines().of_used == STRAIGHT_LINE
