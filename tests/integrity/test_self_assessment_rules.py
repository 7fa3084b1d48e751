"""Points by rubric: shares of levels, alternatives, weights, what would bring most."""

from decimal import Decimal as D
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrity.ita.rules import round2
from integrity.self_assessments.rules import (
    Chosen,
    CriterionFacts,
    Level,
    PartFacts,
    clashing,
    full_points,
    points,
    score,
)

THIRDS = tuple(Level(level, Fraction(level, 3)) for level in (1, 2, 3))
A = PartFacts(
    "A",
    D(70),
    (
        CriterionFacts(1, D(60), THIRDS),
        CriterionFacts(2, D(40), THIRDS, "3.3"),
        CriterionFacts(3, D(40), THIRDS, "3.3"),
    ),
    D(100),
)
B = PartFacts(
    "B",
    D(30),
    (
        CriterionFacts(4, D(90), THIRDS),
        CriterionFacts(5, D(10), (Level(1, Fraction()), *THIRDS[1:])),
    ),
    D(100),
)
S = PartFacts("S", None, (CriterionFacts(6, None), CriterionFacts(7, None)), full=D(40))


@pytest.mark.parametrize(
    ("levels", "total", "missing"),
    [
        ({}, "0", 4),
        ({1: 3, 2: 3, 4: 3, 5: 3}, "100", 0),
        ({1: 3, 3: 3, 4: 3, 5: 3}, "100", 0),
        ({1: 3}, "42", 3),
        ({4: 1}, "9", 3),
        ({5: 1}, "0", 3),
        ({1: 1, 2: 2}, "32.67", 2),
    ],
)
def test_the_total(levels, total, missing):
    found = score([A, B, S], {pk: Chosen(level) for pk, level in levels.items()})
    assert round2(found.total) == D(total)
    assert found.missing == missing


def test_a_level_that_is_not_there_earns_nothing():
    only = CriterionFacts(1, D(5), (THIRDS[0], THIRDS[2]))
    assert points(only, Chosen(2)) is None
    assert points(only, Chosen(3)) == 5
    assert points(only, None) is None


def test_the_site_visit_stands_apart():
    found = score([A, B, S], {6: Chosen(points=D(20)), 7: Chosen(points=D("12.5"))})
    assert (found.total, found.parts[2].points, found.parts[2].full) == (0, D("32.5"), 40)


def test_both_alternatives_are_seen():
    chosen = {2: Chosen(1), 3: Chosen(1)}
    assert clashing(A.criteria, chosen) == {"3.3"}
    assert clashing(A.criteria, {2: Chosen(1)}) == set()


def test_what_brings_most_comes_first():
    found = score([A, B], {1: Chosen(2), 2: Chosen(3), 4: Chosen(1), 5: Chosen(3)})
    assert [(gain.criterion_id, gain.level, gain.points) for gain in found.gains] == [
        (1, 3, 14),
        (4, 2, 9),
    ]


def test_alternatives_are_offered_once():
    found = score([A], {})
    assert [gain.criterion_id for gain in found.gains] == [1, 2]


@pytest.mark.parametrize(
    ("criteria", "full", "chosen", "total", "gains"),
    [
        # Criteria that come to more than their part: what a page multiplies is what counts.
        (A.criteria + (CriterionFacts(9, D(10), THIRDS),), 100,
         {1: Chosen(3), 2: Chosen(3), 9: Chosen(3)}, "110", []),
        (A.criteria + (CriterionFacts(9, D(10), THIRDS),), 100,
         {1: Chosen(3), 2: Chosen(3), 9: Chosen(1)}, "103.33", [(9, Fraction(10, 3))]),
        # A criterion with levels beside one that assessors give points.
        ((CriterionFacts(1, D(50), THIRDS), CriterionFacts(2, None)), 100,
         {1: Chosen(3), 2: Chosen(points=D(50))}, "100", []),
        ((CriterionFacts(1, D(50), THIRDS), CriterionFacts(2, None)), 100,
         {1: Chosen(2)}, "33.33", [(1, Fraction(50, 3))]),
        # A part of another size, and one without points.
        ((CriterionFacts(1, D(20), THIRDS),), 40, {1: Chosen(3)}, "50", []),
        ((CriterionFacts(1, D(0), THIRDS),), 0, {1: Chosen(3)}, "0", []),
    ],
)  # fmt: skip
def test_a_parts_own_full_points_measure_what_is_earned(criteria, full, chosen, total, gains):
    found = score([PartFacts("A", D(100), criteria, D(full))], chosen)
    assert round2(found.total) == D(total)
    assert [(gain.criterion_id, gain.points) for gain in found.gains] == gains


@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 3)), min_size=1, max_size=6),
    st.integers(1, 200),
    st.integers(0, 100),
)
def test_the_total_is_what_the_formula_says(rows, full, weight):
    """Whatever the criteria come to, points ÷ full × weight make the total, gains included."""
    criteria = tuple(CriterionFacts(pk, D(row[0]), THIRDS) for pk, row in enumerate(rows))
    part = PartFacts("A", D(weight), criteria, D(full))
    chosen = {pk: Chosen(row[1] or None) for pk, row in enumerate(rows)}
    found = score([part], chosen)
    assert found.total == found.parts[0].points / found.parts[0].full * weight
    assert found.parts[0].full == full
    for gain in found.gains:
        after = score([part], {**chosen, gain.criterion_id: Chosen(gain.level)})
        assert after.total - found.total == gain.points


def test_alternatives_come_to_their_points_once():
    assert full_points(A.criteria) == 100
    assert full_points(S.criteria) == 0
