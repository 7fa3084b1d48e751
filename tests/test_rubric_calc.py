"""Points by rubric: shares of levels, alternatives, weights, what would bring most."""

from decimal import Decimal as D
from fractions import Fraction

import pytest

from integrity.calc import round2
from integrity.rubric import Chosen, CriterionFacts, Level, PartFacts, clashing, points, score

THIRDS = tuple(Level(level, Fraction(level, 3)) for level in (1, 2, 3))
A = PartFacts(
    "A",
    D(70),
    (
        CriterionFacts(1, D(60), THIRDS),
        CriterionFacts(2, D(40), THIRDS, "3.3"),
        CriterionFacts(3, D(40), THIRDS, "3.3"),
    ),
)
B = PartFacts(
    "B",
    D(30),
    (
        CriterionFacts(4, D(90), THIRDS),
        CriterionFacts(5, D(10), (Level(1, Fraction()), *THIRDS[1:])),
    ),
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
