"""Explanations borne out by a calculator: what is printed computes to what is shown.

docs/domain.md, "Explained as computed": the rule that was really used, operands with every decimal
or as a fraction, and more decimals where a result would read like the target that it misses.
"""

from __future__ import annotations

import ast
import re
from decimal import Decimal as D
from fractions import Fraction
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpis.read.explain import explain, explain_score
from kpis.read.rows import Cell
from kpis.rules.facts import (
    CUMULATIVE,
    LOWER,
    PER_YEAR,
    RATE,
    Counted,
    Figure,
    IndicatorFacts,
    MeasureFacts,
    target_in_force,
)
from kpis.rules.judging import judge
from tests.support.languages import in_english
from tests.support.rules import (
    HIGHER,
    baseline,
    figure,
    half_up,
    indicator,
    milestone,
    numbers,
    numeric,
    targets,
)

YEAR = 2567
SUM = re.compile(
    r"= ((?:[\d,.()+−÷× ]|\(2 − )+[÷×](?:[\d,.()+−÷× ])+?)(?:, not below 0)? = ([\d,.−…]+)%?"
)


def calculated(text):
    """What a calculator makes of a printed sum, as a Fraction."""
    plain = text.replace(",", "").replace("−", "-").replace("×", "*").replace("÷", "/")

    def value(node):
        if isinstance(node, ast.Constant):
            return Fraction(str(node.value))
        if isinstance(node, ast.UnaryOp):
            return -value(node.operand)
        left, right = value(node.left), value(node.right)
        return {
            ast.Add: lambda: left + right, ast.Sub: lambda: left - right,
            ast.Mult: lambda: left * right, ast.Div: lambda: left / right,
        }[type(node.op)]()  # fmt: skip

    return value(ast.parse(plain.strip(), mode="eval").body)


def cell_of(facts, found, **more):
    standing = judge(facts, year=YEAR, month=found.month, figure=found, overdue_month=None, **more)
    promise = target_in_force(facts, YEAR, found.month)
    return Cell(YEAR, standing, facts, promise, found, True, False)


def told(facts, found):
    with in_english():
        return explain(SimpleNamespace(facts=facts), cell_of(facts, found))


def borne_out(lines):
    """Every printed sum computes to what stands behind it; gives how many there were."""
    count = 0
    for line in lines:
        for printed, shown in SUM.findall(line):
            exact = calculated(printed)
            if "not below 0" in line:
                exact = max(exact, Fraction(0))
            shown = shown.replace(",", "").rstrip(".%")
            if shown.endswith("…"):
                cut = Fraction(shown.rstrip("…"))
                assert cut <= exact < cut + Fraction(1, 10_000), line
            elif re.fullmatch(r"\d+\.\d\d", shown):
                assert half_up(exact) == D(shown), line
            else:
                assert exact == Fraction(shown), line
            count += 1
    return count


EARLIER = {2566: "2", YEAR: "8"}
CASES = [
    (
        indicator(RATE, {YEAR: "80"}, kind="percent"), 12, "79.995",
        ["Achievement = 79.995 ÷ 80 × 100 = 99.99.", "= 80 (a rate: the whole target in any month)"],
    ),
    (
        indicator(PER_YEAR, {YEAR: "10"}), 5, "4",
        ["= 10 × 5 ÷ 12 = 4.1666… (starts from 0 each year: target × month ÷ 12)",
         "Of expected = 4 ÷ (10 × 5 ÷ 12) × 100 = 96.00."],
    ),
    (
        indicator(PER_YEAR, {YEAR: numeric(("24", None, "6"))}), 8, "9",
        ["= 6 + (24 − 6) × 2 ÷ 6 = 12 (by the figures planned for the quarters)",
         "Of expected = 9 ÷ 12 × 100 = 75.00."],
    ),
    (
        indicator(CUMULATIVE, EARLIER), 6, "5",
        ["= 2 + (8 − 2) × 6 ÷ 12 = 5 (cumulative: from the previous target to this one, by months)"],
    ),
    (
        indicator(CUMULATIVE, {YEAR: "9"}, baselines=(baseline(2566, 1, "3"),)), 4, "4",
        ["= 3 + (9 − 3) × 4 ÷ 12 = 5 (cumulative: from the baseline to the target, by months)",
         "Of expected = 4 ÷ 5 × 100 = 80.00."],
    ),
    (
        indicator(CUMULATIVE, {YEAR: "9"}), 4, "4",
        ["= 9 × 4 ÷ 12 = 3 (cumulative, with no earlier target and no baseline: from 0)"],
    ),
    (
        indicator(CUMULATIVE, {YEAR: "5"}, baselines=(baseline(2566, 1, "5"),)), 4, "4",
        ["= 5 (the target is not above the baseline, so all of it is expected)"],
    ),
    (
        indicator(CUMULATIVE, {YEAR: "5"}, LOWER), 4, "6",
        ["= 5 (lower is better, with no earlier target and no baseline: the whole target)",
         "Of expected = (2 − 6 ÷ 5) × 100, not below 0 = 80.00."],
    ),
    (
        indicator(PER_YEAR, {YEAR: "20"}, whole=True), 3, "5",
        ["= 20 × 3 ÷ 12 = 5 (starts from 0"],
    ),
    (
        indicator(PER_YEAR, {YEAR: "15"}, whole=True), 3, "3",
        ["= 15 × 3 ÷ 12 = 3.75, whole things rounded down: 3 (starts from 0"],
    ),
    (
        indicator(PER_YEAR, {YEAR: "5"}, LOWER, whole=True), 2, "1",
        ["= 5 × 2 ÷ 12 = 0.8333…, whole things rounded up: 1 (starts from 0"],
    ),
    (
        indicator(PER_YEAR, {YEAR: "3"}, whole=True), 2, "0",
        ["whole things rounded down: 0", "Of expected = 100.00: 0 was expected, which any result meets."],
    ),
    (
        indicator(RATE, {YEAR: "0"}, LOWER), 2, "1",
        ["Achievement = 0.00: the target is 0, and the result is above it."],
    ),
    (
        indicator(RATE, {YEAR: "0"}, LOWER), 2, "0",
        ["Achievement = 100.00: the target is 0, and so is the result."],
    ),
    (
        indicator(PER_YEAR, {YEAR: "6"}), 12, "3",
        ["= 6 (the end of the year: the whole target)"],
    ),
    (
        indicator(RATE, {YEAR: milestone()}), 5, "40%",
        ["= 100 × 5 ÷ 12 = 41.67%", "Of expected = 40 ÷ (100 × 5 ÷ 12) × 100 = 96.00."],
    ),
    (
        indicator(RATE, {YEAR: milestone(6)}), 8, "40%",
        ["= 100%: the month in which it is due has come.", "Of expected = 40 ÷ 100 × 100 = 40.00."],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("facts", "month", "result", "parts"), CASES)
def test_the_rule_that_was_used_is_named_with_its_operands(facts, month, result, parts):
    lines = told(facts, figure(YEAR, month, result))
    for part in parts:
        assert any(part in line for line in lines), lines
    borne_out(lines)


def test_a_percentage_that_was_counted_says_of_what():
    facts = indicator(RATE, {YEAR: "80"}, kind="percent")
    third = Counted(D(1), D(3))
    found = Figure(YEAR, 12, {1: third.percent}, counted={1: third})
    lines = told(facts, found)
    assert "Result = 1 ÷ 3 × 100 = 33.3333…." in lines
    assert "Achievement = (1 × 100 ÷ 3) ÷ 80 × 100 = 41.67." in lines
    assert borne_out(lines) >= 3
    even = Counted(D(45), D(60))
    lines = told(facts, Figure(YEAR, 12, {1: even.percent}, counted={1: even}))
    assert "Result = 45 ÷ 60 × 100 = 75." in lines
    assert "Achievement = 75 ÷ 80 × 100 = 93.75." in lines


@given(
    st.sampled_from([RATE, PER_YEAR, CUMULATIVE]),
    st.sampled_from([HIGHER, LOWER]),
    targets,
    targets,
    st.one_of(st.none(), targets),
    st.integers(1, 12),
    numbers(0, 100_000),
    st.booleans(),
)
def test_whatever_is_computed_a_calculator_agrees(
    accrual, direction, before, target, planned, month, result, whole
):
    year_target = numeric((str(target), None, planned and str(planned)))
    facts = indicator(accrual, {2566: str(before), YEAR: year_target}, direction, whole=whole)
    lines = told(facts, figure(YEAR, month, str(result)))
    assert borne_out(lines) >= 1


def test_control_a_rounded_operand_would_be_seen():
    """What the law named: 79.995 printed as 80 beside 99.99."""
    with pytest.raises(AssertionError):
        borne_out(["Achievement = 80 ÷ 80 × 100 = 99.99."])


@pytest.mark.parametrize(
    ("result", "target", "shown"),
    [
        ("79.995", "80", "79.995"),
        ("80", "80", "80"),
        ("79.5", "80", "79.5"),
        ("80.004", "80", "80"),
    ],
)
def test_a_result_that_misses_its_target_does_not_read_like_it(result, target, shown):
    facts = indicator(RATE, {YEAR: target})
    assert cell_of(facts, figure(YEAR, 12, result)).result == shown


def test_more_decimals_where_four_do_not_tell():
    pair = Counted(D("79993"), D("100000"))
    facts = indicator(RATE, {YEAR: "79.9936"}, kind="percent")
    found = Figure(YEAR, 12, {1: pair.percent}, counted={1: pair})
    cell = cell_of(facts, found)
    assert (cell.result, cell.target, cell.standing.of_expected) == ("79.99", "79.99", D("100.00"))
    short = Figure(YEAR, 12, {1: D("79.985")})
    assert cell_of(facts, short).result == "79.985"


def test_scores_are_explained_with_every_decimal():
    edges = tuple(map(D, ("75", "80", "85", "90", "100")))
    facts = IndicatorFacts(RATE, (MeasureFacts(1, "percent"),), {}, HIGHER, edges)
    pair = Counted(D(16), D(19))
    cell = cell_of(facts, Figure(YEAR, 12, {1: pair.percent}, counted={1: pair}))
    with in_english():
        [line] = explain_score(cell)
        lines = explain(SimpleNamespace(facts=facts), cell)
    assert line == "Score = 2 + ((16 × 100 ÷ 19) − 80) ÷ (85 − 80) = 2.84."
    assert lines[0] == "Of expected = 2.84 ÷ 5 × 100 = 56.80: the highest level is promised."
    assert borne_out([line, *lines]) == 2
