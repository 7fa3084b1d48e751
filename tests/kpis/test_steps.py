"""A promised step beside the steps that were taken before: docs/domain.md, "The next plan"."""

from __future__ import annotations

from decimal import Decimal as D
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpis.rules.steps import ambition, steps_taken

#: The worked example of docs/domain.md.
PAST = {2566: D(60), 2567: D(64), 2568: D(65), 2569: D(70)}


@pytest.mark.parametrize(
    ("past", "before", "after", "lower", "told"),
    [
        # 2569 closed at 70: 76 in 2571 is +3 a year; +4 and +5 were as much, +1 was not.
        (PAST, (2569, D(70)), (2571, D(76)), False, ("3.00", 3, 2, "67")),
        (PAST, (2571, D(76)), (2572, D(82)), False, ("6.00", 3, 0, "0")),
        (PAST, (2569, D(70)), (2571, D(70)), False, ("0.00", 3, 3, "100")),
        (PAST, (2569, D(70)), (2571, D(68)), False, ("-1.00", 3, 3, "100")),
        # Lower is better: 9 after 12 asks for 3 less; it fell by 2 and rose by 1.
        ({2567: D(13), 2568: D(11), 2569: D(12)}, (2569, D(12)), (2570, D(9)), True,
         ("3.00", 2, 0, "0")),
        ({2567: D(13), 2568: D(11), 2569: D(12)}, (2569, D(12)), (2570, D(13)), True,
         ("-1.00", 2, 2, "100")),
        # A year without a figure is shared out: 10 in two years is 5 a year.
        ({2566: D(10), 2568: D(20)}, (2568, D(20)), (2569, D(25)), False, ("5.00", 1, 1, "100")),
        # A step that is a third is compared exactly, and shown with two decimals.
        ({2566: D(0), 2569: D(1)}, (2569, D(1)), (2572, D(2)), False, ("0.33", 1, 1, "100")),
        # One closing figure makes no step.
        ({2569: D(70)}, (2569, D(70)), (2570, D(71)), False, ("1.00", 0, 0, None)),
        ({}, (2571, D(1)), (2572, D(2)), False, ("1.00", 0, 0, None)),
    ],
)  # fmt: skip
def test_a_step_is_held_against_the_steps_before(past, before, after, lower, told):
    found = ambition(past, before, after, lower_is_better=lower)
    share = None if found.share is None else str(found.share)
    assert (str(found.step), found.steps, found.reached, share) == told


figures = st.dictionaries(
    st.integers(2560, 2575), st.integers(0, 500).map(D), min_size=1, max_size=8
)


@given(figures, st.integers(-50, 50), st.booleans())
def test_asking_for_more_was_never_reached_more_often(past, step, lower):
    """And turning every sign and the direction round changes nothing."""
    last = (max(past), past[max(past)])
    sign = -1 if lower else 1

    def asked(more: int):
        return ambition(
            past, last, (last[0] + 1, last[1] + sign * (step + more)), lower_is_better=lower
        )

    less, more = asked(0), asked(1)
    assert 0 <= more.reached <= less.reached <= less.steps == len(past) - 1
    turned = {year: -value for year, value in past.items()}
    assert steps_taken(turned, lower_is_better=not lower) == steps_taken(
        past, lower_is_better=lower
    )
    assert all(isinstance(each, Fraction) for each in steps_taken(past))
