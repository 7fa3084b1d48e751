"""ITA scores up the tree, from the published scores of the fixture (docs/domain.md, "ITA")."""

import json
from decimal import Decimal as D
from fractions import Fraction

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from integrity.ita.rules import (
    Change,
    Grade,
    Node,
    change,
    computed,
    differs,
    grade,
    mean,
    round2,
    total,
    value,
)

ITA = json.loads((settings.BASE_DIR / "fixtures/integrity/ita.json").read_text(encoding="utf-8"))
SCALE = [
    Grade(label, D(edge))
    for label, edge in zip(
        ["AA", "A", "B", "C", "D", "E", "F"], (95, 85, 75, 65, 55, 50, 0), strict=True
    )
]


def node(source):
    parts = [*source.get("items", []), *source.get("parts", [])]
    number = {
        name: None if source.get(name) is None else D(source[name])
        for name in ("published", "rest_score")
    }
    return Node(
        number["published"],
        tuple(node(part) for part in parts),
        number["rest_score"],
        source.get("item_count") if "rest_score" in source else None,
        source.get("complete", True),
    )


def instruments(year):
    (found,) = [a for a in ITA["assessments"] if a["agency"] == "nhrc" and a["fiscal_year"] == year]
    return {
        part["code"]: (
            {item["number"]: node(item) for item in part["indicators"]},
            D(part["weight"]),
        )
        for part in found["instruments"]
    }


@pytest.mark.parametrize(
    ("year", "computed_total", "published"), [(2564, "93.28", "93.28"), (2563, "94.07", "94.06")]
)
def test_the_totals_come_out(year, computed_total, published):
    found = total((mean(own.values()), weight) for own, weight in instruments(year).values())
    assert str(round2(found)) == computed_total
    assert not differs(found, D(published))
    assert grade(round2(found), SCALE) == "A"


@pytest.mark.parametrize(
    ("code", "number", "score"), [("IIT", 5, "81.02"), ("EIT", 8, "93.10"), ("OIT", 9, "97.78")]
)
def test_indicators_come_out_of_their_items(code, number, score):
    indicator = instruments(2564)[code][0][number]
    assert str(round2(computed(indicator))) == score == str(indicator.published)


def test_what_is_listed_in_part_is_taken_as_published():
    indicator = instruments(2563)["IIT"][0][5]
    assert indicator.parts and computed(indicator) is None
    assert value(indicator) == Fraction(D("76.05"))
    # Negative control: taken for complete, its single item would stand for all.
    assert round2(computed(indicator._replace(complete=True))) == D("71.15")


@pytest.mark.parametrize(
    ("parts", "rest", "size", "expected"),
    [
        (["0"], "100", 9, "88.89"),
        ([], "100", None, "100.00"),
        ([], None, None, None),
        (["50"], "100", None, None),
        (["50", "60"], None, None, "55.00"),
        (["50", "60"], None, 3, None),
        (["50", None], None, None, None),
    ],
)
def test_a_mean_needs_all_its_parts(parts, rest, size, expected):
    nodes = tuple(Node(None if part is None else D(part)) for part in parts)
    found = round2(computed(Node(None, nodes, None if rest is None else D(rest), size)))
    assert (None if found is None else str(found)) == expected


@pytest.mark.parametrize(
    ("score", "expected"),
    [("95", "AA"), ("94.99", "A"), ("85", "A"), ("50", "E"), ("49.99", "F"), ("0", "F")],
)
def test_grades_begin_at_their_edge(score, expected):
    assert grade(D(score), SCALE) == expected


#: As later years have it: a grade may ask for a least score of each instrument.
LATER = [
    Grade("excellent", D(95), D(85)),
    Grade("very good", D(85), D(75)),
    Grade("good", D(75)),
    Grade("short", D(0)),
]


@pytest.mark.parametrize(
    ("total_", "instruments", "expected"),
    [
        pytest.param("96", ("97", "95", "96"), "excellent", id="all-of-them"),
        pytest.param("96", ("85", "99", "99"), "excellent", id="at-the-edge"),
        pytest.param("96", ("84.99", "99", "99"), "very good", id="one-short-of-the-highest"),
        pytest.param("96", ("74.99", "99", "99"), "good", id="short-of-the-second-too"),
        pytest.param("80", ("10", "99", "99"), "good", id="a-grade-that-asks-for-none"),
        pytest.param("96", ("97", None, "96"), "", id="one-not-known"),
        pytest.param("96", ("84", None, "96"), "", id="one-short-one-not-known"),
        pytest.param("96", (), "", id="none-known"),
        pytest.param("70", (None,), "short", id="not-asked-for"),
    ],
)
def test_a_grade_may_ask_for_a_least_score_of_each_instrument(total_, instruments, expected):
    known = [None if text is None else D(text) for text in instruments]
    assert grade(D(total_), LATER, known) == expected


def test_no_total_has_no_grade():
    assert grade(None, SCALE) == "" and total([]) is None
    assert total([(None, D(30)), (Fraction(1), D(70))]) is None


def test_the_change_is_rounded_and_not_cut():
    assert change(D("94.06"), D("93.28")) == Change(D("-0.78"), D("-0.83"))
    assert change(None, D(1)) is None
    assert change(D(0), D(5)) == Change(D("5.00"), None)


def test_a_difference_above_a_hundredth_is_flagged():
    assert differs(Fraction(D("94.08")), D("94.06"))
    assert not differs(Fraction(D("94.07")), D("94.06"))
    assert not differs(None, D("94.06"))


@given(st.lists(st.decimals(0, 100, places=2), min_size=1, max_size=8))
def test_a_mean_lies_between_its_parts_in_any_order(scores):
    nodes = [Node(score) for score in scores]
    found = mean(nodes)
    assert min(scores) <= found <= max(scores)
    assert found == mean(reversed(nodes))
