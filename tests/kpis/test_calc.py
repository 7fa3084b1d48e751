"""Achievement, expected by now and status of one indicator.

The rules are those of docs/domain.md, "When a figure is due", "Achievement" and "Expected by now,
and status", with its worked examples; each table is named after the rule it checks.
"""

from datetime import date
from decimal import Decimal as D
from fractions import Fraction

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from kpis.rules.expected import expected_values, milestone_expected
from kpis.rules.facts import (
    CUMULATIVE,
    LEVEL,
    LOWER,
    MILESTONE,
    NUMERIC,
    PER_YEAR,
    PERCENT,
    RATE,
    BaselinePoint,
    IndicatorFacts,
    MeasureFacts,
    in_force,
    target_in_force,
)
from kpis.rules.judging import Outstanding, achievement, outstanding
from strategy.calendar import FiscalMonth, deadline_passed
from strategy.standing.status import AT_RISK, CRITICAL, NEAR, ON_PLAN, Bands, round2, status_of
from tests.support.rules import (
    HIGHER,
    NO_CASES,
    baseline,
    equals_baseline,
    half_up,
    indicator,
    milestone,
    numbers,
    numeric,
    share,
    stand,
    targets,
)

# ----------------------------------------------------------------------------------------- builders


def shown(value):
    return None if value is None else str(value)


# --------------------------------------------------------------------------------- worked examples

WORKED = [
    pytest.param(
        indicator(CUMULATIVE, {2567: ("20", "15")}, whole=True),
        (2567, 12, ("22", "12")),
        ("near", "80.00", "80.00", ["110.00", "80.00"], ["20", "15"]),
        id="two-measures-month-12",
    ),
    pytest.param(
        indicator(CUMULATIVE, {2567: ("20", "15")}, whole=True),
        (2567, 3, ("5", "3")),
        ("on_plan", "100.00", "20.00", ["25.00", "20.00"], ["5", "3"]),
        id="two-measures-month-3",
    ),
    pytest.param(
        indicator(RATE, {2566: "60"}, kind=PERCENT),
        (2566, 12, "57"),
        ("near", "95.00", "95.00", ["95.00"], ["60"]),
        id="rate",
    ),
    pytest.param(
        indicator(PER_YEAR, {2566: "4"}, whole=True),
        (2566, 3, "1"),
        ("on_plan", "100.00", "25.00", ["25.00"], ["1"]),
        id="carried-figure-at-its-own-month",
    ),
    pytest.param(
        indicator(CUMULATIVE, {2566: "1", 2567: "2"}, kind=LEVEL),
        (2567, 6, "1"),
        ("on_plan", "100.00", "50.00", ["50.00"], ["1"]),
        id="level-month-6",
    ),
    pytest.param(
        indicator(CUMULATIVE, {2566: "1", 2567: "2"}, kind=LEVEL),
        (2567, 12, "1"),
        ("critical", "50.00", "50.00", ["50.00"], ["2"]),
        id="level-month-12",
    ),
    pytest.param(
        indicator(CUMULATIVE, {2566: "2", 2567: "-", 2568: "3"}, whole=True),
        (2567, 12, "2"),
        ("no_target", None, None, [], []),
        id="cumulative-with-a-gap",
    ),
    pytest.param(
        indicator(CUMULATIVE, {2566: "2", 2567: "-", 2568: "3"}, whole=True),
        (2568, 6, "2"),
        ("on_plan", "100.00", "66.67", ["66.67"], ["2"]),
        id="cumulative-after-the-gap",
    ),
    pytest.param(
        indicator(CUMULATIVE, {2568: "100", 2569: "-"}, kind=PERCENT),
        (2568, 12, "80"),
        ("near", "80.00", "80.00", ["80.00"], ["100"]),
        id="unmet",
    ),
    pytest.param(
        indicator(CUMULATIVE, {2568: "100", 2569: "-"}, kind=PERCENT),
        (2569, 12, None),
        ("no_target", None, None, [], []),
        id="then-no-target",
    ),
    pytest.param(
        indicator(RATE, {2566: milestone()}, kind=PERCENT),
        (2566, 5, "40%"),
        ("near", "96.00", "40.00", [], []),
        id="milestone",
    ),
    *(
        pytest.param(
            indicator(RATE, {2566: "5"}, LOWER),
            (2566, 12, result),
            (status, share, share, [share], ["5"]),
            id=f"lower-is-better-{result}",
        )
        for result, share, status in [
            ("4", "120.00", "on_plan"),
            ("6", "80.00", "near"),
            ("12", "0.00", "critical"),
        ]
    ),
]


@pytest.mark.parametrize(("facts", "given_", "answer"), WORKED)
def test_worked_example(facts, given_, answer):
    got = stand(facts, *given_)
    assert (
        got.status,
        shown(got.of_expected),
        shown(got.achievement),
        [str(measure.achievement) for measure in got.measures],
        [format(measure.expected.normalize(), "f") for measure in got.measures],
    ) == answer


def test_worked_example_milestone_expected():
    facts = indicator(RATE, {2566: milestone()})
    assert str(stand(facts, 2566, 5, "40%").expected_percent) == "41.67"


def test_worked_example_outstanding():
    facts = indicator(CUMULATIVE, {2568: "100", 2569: "-"})
    assert outstanding(facts, 2569, {1: D(80)}) == Outstanding(2568, (D(80),), (D(100),))


# ------------------------------------------------------------------------------------- achievement


@pytest.mark.parametrize(
    ("direction", "result", "target", "percent"),
    [
        pytest.param(HIGHER, "57", "60", "95.00", id="higher"),
        pytest.param(HIGHER, "60", "60", "100.00", id="higher-reached"),
        pytest.param(HIGHER, "110", "100", "110.00", id="higher-not-capped"),
        pytest.param(HIGHER, "0", "60", "0.00", id="higher-nothing-yet"),
        pytest.param(HIGHER, "0", "0", "100.00", id="higher-target-0"),
        pytest.param(HIGHER, "7", "0", "100.00", id="higher-target-0-with-a-result"),
        pytest.param(LOWER, "4", "5", "120.00", id="lower-not-capped"),
        pytest.param(LOWER, "5", "5", "100.00", id="lower-reached"),
        pytest.param(LOWER, "6", "5", "80.00", id="lower-missed"),
        pytest.param(LOWER, "0", "5", "200.00", id="lower-none"),
        pytest.param(LOWER, "10", "5", "0.00", id="lower-twice-the-target"),
        pytest.param(LOWER, "12", "5", "0.00", id="lower-not-below-0"),
        pytest.param(LOWER, "0", "0", "100.00", id="lower-target-0-met"),
        pytest.param(LOWER, "1", "0", "0.00", id="lower-target-0-missed"),
        pytest.param(LOWER, "0.0001", "0", "0.00", id="lower-target-0-missed-by-little"),
        pytest.param(HIGHER, "1", "3", "33.33", id="round-down"),
        pytest.param(HIGHER, "2", "3", "66.67", id="round-up"),
        pytest.param(HIGHER, "0.005", "100", "0.01", id="half-up-from-0"),
        pytest.param(HIGHER, "0.125", "100", "0.13", id="half-up-from-even"),
        pytest.param(HIGHER, "0.135", "100", "0.14", id="half-up-from-odd"),
        pytest.param(HIGHER, "74.995", "100", "75.00", id="half-up-across-75"),
        pytest.param(HIGHER, "0.1249", "100", "0.12", id="below-half"),
        pytest.param(LOWER, "199.875", "100", "0.13", id="lower-half-up"),
    ],
)
def test_achievement(direction, result, target, percent):
    assert str(achievement(D(result), D(target), direction)) == percent


@pytest.mark.parametrize(
    ("value", "rounded"),
    [("0.004999", "0.00"), ("0.005", "0.01"), ("1.015", "1.02"), ("1.025", "1.03"), ("7", "7.00")],
)
def test_rounding_is_half_up(value, rounded):
    assert str(round2(D(value))) == rounded


@pytest.mark.parametrize(
    ("targets", "results", "each", "lowest"),
    [
        pytest.param(("20", "15"), ("22", "12"), ["110.00", "80.00"], "80.00", id="second"),
        pytest.param(("20", "15"), ("10", "15"), ["50.00", "100.00"], "50.00", id="first"),
        pytest.param(("20", "15"), ("22", "30"), ["110.00", "200.00"], "110.00", id="not-capped"),
        pytest.param(("20", "15"), ("20", "0"), ["100.00", "0.00"], "0.00", id="nothing-of-one"),
        pytest.param(("0", "15"), ("0", "12"), ["100.00", "80.00"], "80.00", id="target-0-of-one"),
        pytest.param(
            ("3", "3", "3"), ("3", "1", "2"), ["100.00", "33.33", "66.67"], "33.33", id="3"
        ),
    ],
)
def test_several_measures_the_lowest_counts(targets, results, each, lowest):
    got = stand(indicator(PER_YEAR, {2567: targets}), 2567, 12, results)
    assert [str(measure.achievement) for measure in got.measures] == each
    assert (str(got.achievement), str(got.of_expected)) == (lowest, lowest)
    assert [(m.target, m.result) for m in got.measures] == [
        (D(target), D(result)) for target, result in zip(targets, results, strict=True)
    ]


def test_lowest_of_expected_may_be_another_measure_than_the_lowest_achievement():
    facts = indicator(CUMULATIVE, {2566: ("10", "0"), 2567: ("20", "20")})
    got = stand(facts, 2567, 6, ("12", "10"))
    assert [(str(m.achievement), str(m.of_expected)) for m in got.measures] == [
        ("60.00", "80.00"),
        ("50.00", "100.00"),
    ]
    assert (str(got.achievement), str(got.of_expected), got.status) == ("50.00", "80.00", "near")


@pytest.mark.parametrize(
    ("percent", "month", "due", "achieved", "of_expected", "status"),
    [
        pytest.param("0%", 5, None, "0.00", "0.00", "critical", id="not-started"),
        pytest.param("40%", 5, None, "40.00", "96.00", "near", id="in-progress"),
        pytest.param("50%", 6, None, "50.00", "100.00", "on_plan", id="as-expected"),
        pytest.param("100%", 5, None, "100.00", "240.00", "on_plan", id="done-early"),
        pytest.param("100%", 12, None, "100.00", "100.00", "on_plan", id="done"),
        pytest.param("75%", 12, None, "75.00", "75.00", "at_risk", id="year-end"),
        pytest.param("50%", 3, 6, "50.00", "100.00", "on_plan", id="due-month-halfway"),
        pytest.param("50%", 6, 6, "50.00", "50.00", "critical", id="due-month"),
        pytest.param("80%", 9, 6, "80.00", "80.00", "near", id="after-the-due-month"),
        pytest.param("100%", 1, 1, "100.00", "100.00", "on_plan", id="due-in-month-1"),
    ],
)
@pytest.mark.parametrize("accrual", [RATE, PER_YEAR, CUMULATIVE])
@pytest.mark.parametrize("direction", [HIGHER, LOWER])
def test_milestone_whatever_the_accrual_and_direction(
    accrual, direction, percent, month, due, achieved, of_expected, status
):
    got = stand(indicator(accrual, {2566: milestone(due)}, direction), 2566, month, percent)
    assert (str(got.achievement), str(got.of_expected), got.status) == (
        achieved,
        of_expected,
        status,
    )


@pytest.mark.parametrize(
    ("month", "due", "percent"),
    [
        (1, None, "8.33"),
        (5, None, "41.67"),
        (6, None, "50.00"),
        (11, None, "91.67"),
        (12, None, "100.00"),
        (1, 6, "16.67"),
        (5, 6, "83.33"),
        (6, 6, "100.00"),
        (7, 6, "100.00"),
        (12, 6, "100.00"),
        (1, 1, "100.00"),
        (11, 12, "91.67"),
    ],
)
def test_milestone_expected(month, due, percent):
    assert str(round2(milestone_expected(month, due))) == percent


# ------------------------------------------------------------------------------------- the baseline

POINTS = (baseline(2568, 1, "62"), baseline(2566, 7, "60"))


@pytest.mark.parametrize(
    ("year", "month", "value"),
    [
        pytest.param(2566, 6, None, id="month-before"),
        pytest.param(2566, 7, "60", id="own-month"),
        pytest.param(2567, 1, "60", id="later-year-earlier-month"),
        pytest.param(2567, 12, "60", id="month-before-the-next"),
        pytest.param(2568, 1, "62", id="the-next"),
        pytest.param(2570, 12, "62", id="years-later"),
    ],
)
@pytest.mark.parametrize("points", [POINTS, POINTS[::-1]], ids=["late-first", "early-first"])
def test_baseline_in_force(points, year, month, value):
    assert in_force(points, year, month) == (None if value is None else D(value))


@pytest.mark.parametrize(
    ("month", "result", "status", "of_expected"),
    [
        pytest.param(6, "40%", "near", "80.00", id="milestone-before-the-baseline"),
        pytest.param(6, "60", "not_due", None, id="number-before-says-nothing-of-the-milestone"),
        pytest.param(7, "60", "on_plan", "100.00", id="number-from-its-month"),
        pytest.param(7, "45", "at_risk", "75.00", id="number-below-the-baseline"),
        pytest.param(7, "40%", "not_due", None, id="progress-says-nothing-of-the-number"),
        pytest.param(12, "57", "near", "95.00", id="number-at-year-end"),
    ],
)
@pytest.mark.parametrize("accrual", [RATE, CUMULATIVE])
def test_equal_to_the_baseline(accrual, month, result, status, of_expected):
    facts = indicator(accrual, {2566: equals_baseline()}, baselines=POINTS)
    got = stand(facts, 2566, month, result)
    assert (got.status, shown(got.of_expected)) == (status, of_expected)
    assert got.has_target


def test_equal_to_the_baseline_is_judged_at_the_month_of_its_figure():
    facts = indicator(RATE, {2566: equals_baseline()}, baselines=POINTS)
    got = stand(facts, 2566, 6, "50%", at=9)
    assert (got.status, str(got.of_expected)) == ("on_plan", "100.00")


@pytest.mark.parametrize(
    ("year", "month", "kind", "value"),
    [
        pytest.param(2566, 6, MILESTONE, None, id="before"),
        pytest.param(2566, 7, NUMERIC, "60", id="from-its-month"),
        pytest.param(2568, 1, NUMERIC, "62", id="a-new-one"),
        pytest.param(2569, 1, "none", None, id="year-without-target"),
    ],
)
def test_target_in_force(year, month, kind, value):
    targets = {2566: equals_baseline(4), 2568: equals_baseline(), 2569: "-"}
    target = target_in_force(indicator(RATE, targets, baselines=POINTS), year, month)
    assert target.kind == kind
    assert [point.value for point in target.values.values()] == ([D(value)] if value else [])


def test_equal_to_the_baseline_keeps_its_due_month_while_a_milestone():
    facts = indicator(RATE, {2566: equals_baseline(4)}, baselines=POINTS)
    assert str(stand(facts, 2566, 4, "50%").of_expected) == "50.00"


def test_equal_to_the_baseline_waits_for_every_measure():
    measures = (MeasureFacts(1, baselines=POINTS), MeasureFacts(2))
    facts = IndicatorFacts(RATE, measures, {2566: equals_baseline()})
    assert target_in_force(facts, 2566, 12).kind == MILESTONE


# ----------------------------------------------------------------------------------- expected by now

PLANNED = ("100", "10", "40", "70")
QUARTERS_2_ONLY = ("100", None, "30", None)
MIDYEAR = (baseline(2567, 5, "40"),)


@pytest.mark.parametrize(
    ("facts", "month", "expected"),
    [
        # A share measured at a moment.
        pytest.param(indicator(RATE, {2567: "60"}), 1, "60.00", id="rate-month-1"),
        pytest.param(indicator(RATE, {2567: "60"}), 12, "60.00", id="rate-month-12"),
        pytest.param(
            indicator(RATE, {2566: "50", 2567: "60"}), 6, "60.00", id="rate-with-previous"
        ),
        pytest.param(
            indicator(RATE, {2567: numeric(PLANNED)}), 3, "100.00", id="rate-ignores-planned"
        ),
        pytest.param(indicator(RATE, {2567: "5"}, LOWER), 2, "5.00", id="rate-lower"),
        # Starts from 0 each year.
        pytest.param(indicator(PER_YEAR, {2567: "4"}), 1, "0.33", id="per-year-month-1"),
        pytest.param(indicator(PER_YEAR, {2567: "4"}), 5, "1.67", id="per-year-month-5"),
        pytest.param(indicator(PER_YEAR, {2567: "4"}), 12, "4.00", id="per-year-month-12"),
        pytest.param(
            indicator(PER_YEAR, {2566: "3", 2567: "4"}), 6, "2.00", id="per-year-without-previous"
        ),
        pytest.param(
            indicator(PER_YEAR, {2567: "4"}, baselines=POINTS), 6, "2.00", id="per-year-no-baseline"
        ),
        pytest.param(indicator(PER_YEAR, {2567: "6"}, LOWER), 6, "3.00", id="per-year-lower"),
        # From the previous target.
        pytest.param(indicator(CUMULATIVE, {2567: "60"}), 1, "5.00", id="cumulative-from-0"),
        pytest.param(
            indicator(CUMULATIVE, {2566: "50", 2567: "60"}), 6, "55.00", id="cumulative-previous"
        ),
        pytest.param(
            indicator(CUMULATIVE, {2566: "50", 2567: "60"}), 12, "60.00", id="cumulative-month-12"
        ),
        pytest.param(
            indicator(CUMULATIVE, {2564: "10", 2565: "30", 2566: "-", 2567: "60"}),
            6,
            "45.00",
            id="previous-is-the-latest-numeric-across-a-gap",
        ),
        pytest.param(
            indicator(CUMULATIVE, {2565: "30", 2566: milestone(), 2567: "60"}),
            6,
            "45.00",
            id="previous-across-a-milestone",
        ),
        pytest.param(
            indicator(CUMULATIVE, {2567: "60", 2568: "90"}),
            6,
            "30.00",
            id="later-years-do-not-count",
        ),
        pytest.param(
            indicator(CUMULATIVE, {2566: "70", 2567: "60"}), 6, "65.00", id="cumulative-falling"
        ),
        pytest.param(
            indicator(CUMULATIVE, {2566: "60", 2567: "60"}), 1, "60.00", id="cumulative-same-again"
        ),
        # From the baseline.
        pytest.param(
            indicator(CUMULATIVE, {2567: "100"}, baselines=POINTS), 6, "80.00", id="from-baseline"
        ),
        pytest.param(
            indicator(CUMULATIVE, {2567: "100"}, baselines=MIDYEAR),
            4,
            "33.33",
            id="month-before-the-baseline-stands",
        ),
        pytest.param(
            indicator(CUMULATIVE, {2567: "100"}, baselines=MIDYEAR),
            5,
            "65.00",
            id="month-from-which-the-baseline-stands",
        ),
        pytest.param(
            indicator(CUMULATIVE, {2566: "50", 2567: "100"}, baselines=MIDYEAR),
            6,
            "75.00",
            id="previous-target-before-baseline",
        ),
        pytest.param(
            indicator(CUMULATIVE, {2567: "60"}, baselines=POINTS),
            1,
            "60.00",
            id="target-as-baseline",
        ),
        pytest.param(
            indicator(CUMULATIVE, {2567: "55"}, baselines=POINTS),
            1,
            "55.00",
            id="target-below-baseline",
        ),
        pytest.param(
            indicator(CUMULATIVE, {2566: "40", 2567: "55"}, baselines=POINTS),
            1,
            "55.00",
            id="target-below-baseline-with-previous",
        ),
        pytest.param(
            indicator(CUMULATIVE, {2566: "40", 2567: "60"}, baselines=POINTS),
            1,
            "60.00",
            id="target-as-baseline-with-previous",
        ),
        pytest.param(
            indicator(CUMULATIVE, {2567: "40"}, baselines=MIDYEAR),
            4,
            "13.33",
            id="target-as-baseline-before-it-stands",
        ),
        # Lower is better.
        pytest.param(
            indicator(CUMULATIVE, {2567: "5"}, LOWER), 1, "5.00", id="lower-without-previous"
        ),
        pytest.param(
            indicator(CUMULATIVE, {2566: "11", 2567: "5"}, LOWER),
            6,
            "8.00",
            id="lower-with-previous",
        ),
        pytest.param(
            indicator(CUMULATIVE, {2567: "30"}, LOWER, baselines=POINTS),
            6,
            "45.00",
            id="lower-with-baseline",
        ),
        pytest.param(
            indicator(CUMULATIVE, {2567: "72"}, LOWER, baselines=POINTS),
            6,
            "66.00",
            id="lower-target-above-baseline-keeps-the-line",
        ),
        # Whole things and levels.
        pytest.param(
            indicator(CUMULATIVE, {2567: "15"}, whole=True), 3, "3.00", id="whole-rounds-down"
        ),
        pytest.param(
            indicator(CUMULATIVE, {2567: "12"}, whole=True), 3, "3.00", id="whole-on-the-line"
        ),
        pytest.param(
            indicator(CUMULATIVE, {2567: "4"}, whole=True), 11, "3.00", id="whole-just-below"
        ),
        pytest.param(indicator(PER_YEAR, {2567: "4"}, whole=True), 2, "0.00", id="whole-expects-0"),
        pytest.param(
            indicator(CUMULATIVE, {2566: "1", 2567: "2"}, kind=LEVEL),
            11,
            "1.00",
            id="level-month-11",
        ),
        pytest.param(
            indicator(CUMULATIVE, {2566: "11", 2567: "4"}, LOWER, whole=True),
            6,
            "8.00",
            id="whole-lower-rounds-up",
        ),
        # Planned figures by quarter.
        *(
            pytest.param(
                indicator(CUMULATIVE, {2567: numeric(PLANNED)}), month, value, id=f"planned-{month}"
            )
            for month, value in [
                (1, "3.33"),
                (2, "6.67"),
                (3, "10.00"),
                (4, "20.00"),
                (6, "40.00"),
                (7, "50.00"),
                (9, "70.00"),
                (10, "80.00"),
                (12, "100.00"),
            ]
        ),  # fmt: skip
        *(
            pytest.param(
                indicator(CUMULATIVE, {2567: numeric(QUARTERS_2_ONLY)}),
                month,
                value,
                id=f"planned-second-quarter-only-{month}",
            )
            for month, value in [
                (3, "15.00"),
                (6, "30.00"),
                (7, "41.67"),
                (9, "65.00"),
                (12, "100.00"),
            ]
        ),  # fmt: skip
        pytest.param(
            indicator(CUMULATIVE, {2566: "4", 2567: numeric(PLANNED)}),
            1,
            "6.00",
            id="planned-from-previous",
        ),
        pytest.param(
            indicator(CUMULATIVE, {2567: numeric(PLANNED)}, baselines=(baseline(2560, 1, "4"),)),
            2,
            "8.00",
            id="planned-from-baseline",
        ),
        pytest.param(
            indicator(PER_YEAR, {2566: "4", 2567: numeric(PLANNED)}),
            1,
            "3.33",
            id="planned-per-year-from-0",
        ),
        pytest.param(
            indicator(CUMULATIVE, {2567: numeric(("15", "0", "0", "0"))}),
            9,
            "0.00",
            id="planned-late",
        ),
        pytest.param(
            indicator(CUMULATIVE, {2567: numeric(("15", "0", "0", "0"))}),
            10,
            "5.00",
            id="planned-0-is-a-figure",
        ),
        pytest.param(
            indicator(CUMULATIVE, {2567: numeric(("55", "20", "30", "40"))}, baselines=POINTS),
            3,
            "20.00",
            id="planned-also-where-target-is-below-baseline",
        ),
        pytest.param(
            indicator(CUMULATIVE, {2567: numeric(("5", "8", "7", "6"))}, LOWER),
            6,
            "7.00",
            id="planned-lower-without-previous",
        ),
        pytest.param(
            indicator(PER_YEAR, {2567: numeric(("10", "2", "5", "7"))}, whole=True),
            5,
            "4.00",
            id="planned-whole",
        ),
    ],
)
def test_expected(facts, month, expected):
    assert {
        pk: str(round2(value)) for pk, value in expected_values(facts, 2567, month).items()
    } == {1: expected}


@pytest.mark.parametrize("target", ["-", milestone(), equals_baseline()], ids=lambda t: str(t)[:30])
def test_nothing_numeric_is_expected_without_a_number(target):
    assert expected_values(indicator(CUMULATIVE, {2567: target}), 2567, 6) == {}


def test_each_measure_has_its_own_baseline():
    measures = (MeasureFacts(1, baselines=(baseline(2560, 1, "6"),)), MeasureFacts(2))
    facts = IndicatorFacts(CUMULATIVE, measures, {2567: numeric("12", "12")})
    assert expected_values(facts, 2567, 6) == {1: D(9), 2: D(6)}


# ------------------------------------------------------------------------------------------- status


@pytest.mark.parametrize(
    ("of_expected", "status"),
    [
        ("250.00", "on_plan"),
        ("100.00", "on_plan"),
        ("99.99", "near"),
        ("75.01", "near"),
        ("75.00", "at_risk"),
        ("74.99", "at_risk"),
        ("50.01", "at_risk"),
        ("50.00", "critical"),
        ("0.00", "critical"),
    ],
)
def test_status_bands(of_expected, status):
    assert status_of(D(of_expected)) == status


@pytest.mark.parametrize(
    ("of_expected", "status"),
    [
        ("95.00", "on_plan"),
        ("94.99", "near"),
        ("80.00", "at_risk"),
        ("80.01", "near"),
        ("60.00", "critical"),
    ],
)
def test_status_bands_of_the_plan(of_expected, status):
    bands = Bands(D(95), D(80), D(60))
    got = stand(indicator(RATE, {2567: "100"}), 2567, 6, of_expected, bands=bands)
    assert got.status == status == status_of(D(of_expected), bands)


@pytest.mark.parametrize(
    ("result", "of_expected", "status"),
    [
        pytest.param("100", "100.00", "on_plan", id="100"),
        pytest.param("99.995", "100.00", "on_plan", id="99.995-is-shown-as-100"),
        pytest.param("99.9949", "99.99", "near", id="just-below"),
        pytest.param("75.005", "75.01", "near", id="75.005-is-shown-above-75"),
        pytest.param("75.0049", "75.00", "at_risk", id="75.0049-is-shown-as-75"),
        pytest.param("75", "75.00", "at_risk", id="75"),
        pytest.param("74.995", "75.00", "at_risk", id="74.995-is-shown-as-75"),
        pytest.param("50.005", "50.01", "at_risk", id="50.005-is-shown-above-50"),
        pytest.param("50.0049", "50.00", "critical", id="50.0049-is-shown-as-50"),
        pytest.param("50", "50.00", "critical", id="50"),
    ],
)
def test_status_is_judged_on_what_is_shown(result, of_expected, status):
    got = stand(indicator(RATE, {2567: "100"}), 2567, 12, result)
    assert (str(got.of_expected), got.status) == (of_expected, status)


def test_milestone_is_judged_on_what_is_shown():
    got = stand(indicator(RATE, {2567: milestone()}), 2567, 12, "75.0049%")
    assert (str(got.of_expected), got.status) == ("75.00", "at_risk")


@pytest.mark.parametrize(
    ("facts", "month", "result", "of_expected", "status"),
    [
        pytest.param(
            indicator(PER_YEAR, {2567: "4"}, whole=True), 2, "0", "100.00", "on_plan", id="whole"
        ),
        pytest.param(
            indicator(PER_YEAR, {2567: "4"}, whole=True), 3, "0", "0.00", "critical", id="expects-1"
        ),
        pytest.param(
            indicator(PER_YEAR, {2567: "4"}),
            2,
            "0",
            "0.00",
            "critical",
            id="not-whole-expects-more",
        ),
        pytest.param(
            indicator(CUMULATIVE, {2567: numeric(("9", "0", None, None))}),
            3,
            "0",
            "100.00",
            "on_plan",
            id="planned-0",
        ),
        pytest.param(indicator(RATE, {2567: "0"}), 6, "0", "100.00", "on_plan", id="target-0"),
        pytest.param(
            indicator(PER_YEAR, {2567: "5"}, LOWER, whole=True),
            2,
            "3",
            "0.00",
            "critical",
            id="lower-whole-expects-1",
        ),
        pytest.param(
            indicator(RATE, {2567: "0"}, LOWER),
            12,
            "0",
            "100.00",
            "on_plan",
            id="lower-target-0-met",
        ),
        pytest.param(
            indicator(RATE, {2567: "0"}, LOWER),
            12,
            "1",
            "0.00",
            "critical",
            id="lower-target-0-missed",
        ),
        # Our reading: where 0 is the target itself, 0 expected is judged as target 0 is.
        pytest.param(
            indicator(RATE, {2567: "0"}, LOWER),
            3,
            "1",
            "0.00",
            "critical",
            id="lower-target-0-missed-before-year-end",
        ),
    ],
)
def test_expected_0(facts, month, result, of_expected, status):
    got = stand(facts, 2567, month, result)
    assert (str(got.of_expected), got.status) == (of_expected, status)


@pytest.mark.parametrize(
    ("facts", "month", "result", "of_expected"),
    [
        pytest.param(
            indicator(CUMULATIVE, {2566: "11", 2567: "5"}, LOWER), 6, "8", "100.00", id="on"
        ),
        pytest.param(
            indicator(CUMULATIVE, {2566: "11", 2567: "5"}, LOWER), 6, "6", "125.00", id="better"
        ),
        pytest.param(
            indicator(CUMULATIVE, {2566: "11", 2567: "5"}, LOWER), 6, "10", "75.00", id="worse"
        ),
        pytest.param(
            indicator(CUMULATIVE, {2566: "11", 2567: "5"}, LOWER), 6, "17", "0.00", id="not-below-0"
        ),
    ],
)
def test_of_expected_where_lower_is_better(facts, month, result, of_expected):
    assert str(stand(facts, 2567, month, result).of_expected) == of_expected


# ----------------------------------------------------------------- due, awaiting, no cases, no target


@pytest.mark.parametrize(
    ("frequency", "today", "at", "recorded", "status", "counts"),
    [
        pytest.param("quarter", (2027, 1, 10), 3, None, "not_due", False, id="deadline-day"),
        pytest.param("quarter", (2027, 1, 11), 3, None, "awaiting", False, id="day-after"),
        pytest.param("quarter", (2027, 1, 11), 3, 2, "awaiting", False, id="figure-of-month-2"),
        pytest.param("quarter", (2027, 1, 10), 3, 2, "on_plan", True, id="month-2-in-time"),
        pytest.param("quarter", (2027, 1, 11), 3, 3, "on_plan", True, id="figure-of-month-3"),
        pytest.param("quarter", (2027, 4, 10), 6, 3, "on_plan", True, id="q2-deadline-day"),
        pytest.param("quarter", (2027, 4, 11), 6, 3, "awaiting", False, id="older-figure"),
        pytest.param("quarter", (2027, 5, 20), 7, 7, "on_plan", True, id="later-figure-answers"),
        pytest.param("year", (2026, 12, 11), 2, None, "not_due", False, id="yearly-nothing-yet"),
        pytest.param("year", (2027, 9, 1), 11, 3, "on_plan", True, id="yearly-carried"),
        pytest.param("year", (2027, 10, 10), 12, 3, "on_plan", True, id="yearly-deadline-day"),
        pytest.param("year", (2027, 10, 11), 12, 3, "awaiting", False, id="yearly-overdue"),
        pytest.param("year", (2027, 10, 11), 12, 12, "on_plan", True, id="yearly-reported"),
        pytest.param("month", (2026, 11, 11), 1, None, "awaiting", False, id="monthly-overdue"),
    ],
)
def test_due_and_awaiting(frequency, today, at, recorded, status, counts):
    facts = indicator(RATE, {2570: "60"})
    got = stand(
        facts,
        2570,
        recorded or at,
        "60" if recorded else None,
        at=at,
        overdue=deadline_passed(frequency, FiscalMonth(2570, at), date(*today)),
    )
    assert (got.status, got.counts, got.has_target) == (status, counts, True)
    assert (got.of_expected is not None) == counts


@pytest.mark.parametrize(
    ("target", "result", "overdue", "status", "has_target", "counts"),
    [
        pytest.param("60", NO_CASES, None, "no_cases", True, True, id="no-cases"),
        pytest.param("60", NO_CASES, 6, "no_cases", True, True, id="no-cases-of-the-due-month"),
        pytest.param("60", NO_CASES, 9, "awaiting", True, False, id="no-cases-too-old"),
        pytest.param("-", "57", None, "no_target", False, False, id="dash-with-a-result"),
        pytest.param("-", None, None, "no_target", False, False, id="dash-without-a-result"),
        pytest.param("-", None, 12, "no_target", False, False, id="dash-is-never-overdue"),
        pytest.param("-", NO_CASES, None, "no_target", False, False, id="dash-without-cases"),
        pytest.param(milestone(), None, None, "not_due", True, False, id="milestone-not-due"),
        pytest.param(milestone(), None, 6, "awaiting", True, False, id="milestone-awaiting"),
        pytest.param(milestone(), "30%", 9, "awaiting", True, False, id="milestone-too-old"),
    ],
)
def test_nothing_to_judge(target, result, overdue, status, has_target, counts):
    got = stand(indicator(RATE, {2567: target}), 2567, 6, result, at=12, overdue=overdue)
    assert (got.status, got.has_target, got.counts) == (status, has_target, counts)
    assert (got.achievement, got.of_expected, got.measures) == (None, None, ())


@pytest.mark.parametrize(("overdue", "status"), [(None, "not_due"), (6, "awaiting")])
def test_figure_of_one_of_two_measures_is_not_judged(overdue, status):
    got = stand(indicator(RATE, {2567: ("20", "15")}), 2567, 6, "20", overdue=overdue)
    assert (got.status, got.counts) == (status, False)


def test_year_outside_the_plan_has_no_target():
    assert stand(indicator(RATE, {2567: "60"}), 2568, 6, "60").status == "no_target"


@pytest.mark.parametrize("at", [3, 4, 5, 11, 12])
def test_old_figure_is_never_measured_against_a_later_expectation(at):
    got = stand(indicator(PER_YEAR, {2566: "4"}), 2566, 3, "1", at=at)
    assert (got.status, str(got.of_expected), str(got.achievement)) == (
        "on_plan",
        "100.00",
        "25.00",
    )


# -------------------------------------------------------------------------------------- outstanding

OWED = {2566: "40", 2567: "100", 2568: "-"}


@pytest.mark.parametrize(
    ("accrual", "direction", "targets", "latest", "owed"),
    [
        pytest.param(CUMULATIVE, HIGHER, OWED, ["80"], (2567, ["80"], ["100"]), id="not-reached"),
        pytest.param(CUMULATIVE, HIGHER, OWED, ["99.99"], (2567, ["99.99"], ["100"]), id="nearly"),
        pytest.param(CUMULATIVE, HIGHER, OWED, ["100"], None, id="until-reached"),
        pytest.param(CUMULATIVE, HIGHER, OWED, ["120"], None, id="passed"),
        pytest.param(CUMULATIVE, HIGHER, OWED, [], (2567, [None], ["100"]), id="never-reported"),
        pytest.param(
            CUMULATIVE,
            HIGHER,
            {2567: "100", 2568: "-", 2569: "-"},
            ["80"],
            (2567, ["80"], ["100"]),
            id="through-every-later-dash",
        ),
        pytest.param(
            CUMULATIVE, HIGHER, {2567: "100", 2568: "100"}, ["80"], None, id="promised-anew"
        ),
        pytest.param(CUMULATIVE, HIGHER, {2567: milestone(), 2568: "-"}, [], None, id="milestone"),
        pytest.param(CUMULATIVE, HIGHER, {2568: "-", 2569: "100"}, [], None, id="later-target"),
        pytest.param(
            CUMULATIVE,
            HIGHER,
            {2567: ("20", "15"), 2568: "-"},
            ["22", "12"],
            (2567, ["22", "12"], ["20", "15"]),
            id="one-of-two-measures",
        ),
        pytest.param(
            CUMULATIVE,
            HIGHER,
            {2567: ("20", "15"), 2568: "-"},
            ["20", "15"],
            None,
            id="both-measures",
        ),
        pytest.param(CUMULATIVE, LOWER, OWED, ["101"], (2567, ["101"], ["100"]), id="lower-above"),
        pytest.param(CUMULATIVE, LOWER, OWED, ["100"], None, id="lower-reached"),
        pytest.param(RATE, HIGHER, OWED, ["80"], None, id="a-rate-owes-nothing"),
        pytest.param(PER_YEAR, HIGHER, OWED, ["80"], None, id="a-yearly-count-owes-nothing"),
    ],
)
def test_outstanding(accrual, direction, targets, latest, owed):
    facts = indicator(accrual, targets, direction)
    year = 2569 if targets.get(2569) == "-" else 2568
    got = outstanding(facts, year, {pk: D(value) for pk, value in enumerate(latest, 1)})
    if owed is None:
        assert got is None
    else:
        at, results, goals = owed
        assert got == Outstanding(
            at,
            tuple(None if value is None else D(value) for value in results),
            tuple(D(value) for value in goals),
        )


# --------------------------------------------------------------------------------------- properties

amounts = numbers(0, 100_000)
every_month = st.integers(1, 12)
directions = st.sampled_from([HIGHER, LOWER])
accruals = st.sampled_from([RATE, PER_YEAR, CUMULATIVE])


@given(amounts, st.one_of(targets, st.just(D(0))), directions)
@example(D("0.0001"), D(80000), HIGHER)
@example(D("9999999999999"), D("0.0001"), HIGHER)
@example(D("9999999999999.9999"), D("9999999999999.9998"), LOWER)
def test_achievement_is_exact_and_rounded_once(result, target, direction):
    assert achievement(result, target, direction) == half_up(share(result, target, direction))


@given(amounts, amounts, targets, directions)
def test_achievement_is_monotone_in_the_result(one, other, target, direction):
    low, high = sorted([one, other])
    if direction == LOWER:
        low, high = high, low
    assert achievement(low, target, direction) <= achievement(high, target, direction)


@st.composite
def whole_plans(draw, rising=False):
    """An indicator of one measure with a target in 2567, its previous and its planned figures."""
    whole = draw(st.booleans())
    amount = numbers(0, 500, 0 if whole else 4)
    previous, q1, q2, q3, target = (
        sorted(draw(st.lists(amount, min_size=5, max_size=5)))
        if rising
        else draw(st.tuples(*[amount] * 5))
    )
    planned = [value if draw(st.booleans()) else None for value in (q1, q2, q3)]
    years = {2567: numeric((target, *planned))}
    if draw(st.booleans()):
        years[2566] = previous
    points = ()
    if draw(st.booleans()):
        points = (BaselinePoint(2560, 1, previous if rising else draw(amount)),)
    direction = HIGHER if rising else draw(directions)
    return indicator(draw(accruals), years, direction, whole=whole, baselines=points), target


@given(whole_plans())
def test_expected_at_year_end_is_the_target(plan):
    facts, target = plan
    assert expected_values(facts, 2567, 12) == {1: target}


@given(whole_plans(), amounts)
def test_of_expected_at_year_end_is_the_achievement(plan, result):
    facts, target = plan
    got = stand(facts, 2567, 12, result)
    assert got.of_expected == got.achievement == achievement(result, target, facts.direction)


@given(whole_plans(rising=True))
def test_expected_never_falls_where_the_plan_rises(plan):
    line = [expected_values(plan[0], 2567, month)[1] for month in range(1, 13)]
    assert line == sorted(line)


@given(amounts, targets, amounts, every_month, st.booleans())
def test_of_expected_is_exact_and_rounded_once(previous, target, result, month, whole):
    assume(not whole or target == int(target) and previous == int(previous))
    facts = indicator(CUMULATIVE, {2566: previous, 2567: target}, whole=whole)
    start, goal = Fraction(previous), Fraction(target)
    line = start + (goal - start) * month / 12
    if whole:
        line = Fraction(int(line))
    got = stand(facts, 2567, month, result)
    assert got.of_expected == half_up(share(result, line, HIGHER))
    assert got.status == status_of(got.of_expected)


@given(numbers(0, 100), every_month, st.one_of(st.none(), every_month))
def test_milestone_is_exact_and_rounded_once(percent, month, due):
    got = stand(indicator(RATE, {2567: milestone(due)}), 2567, month, f"{percent}%")
    line = min(Fraction(100), Fraction(100 * month, due or 12))
    assert got.of_expected == half_up(share(percent, line, HIGHER))
    assert got.expected_percent == half_up(line)


@given(numbers(0, 200, 2), numbers(0, 200, 2))
def test_status_never_worsens_as_of_expected_rises(one, other):
    order = [CRITICAL, AT_RISK, NEAR, ON_PLAN]
    low, high = sorted([one, other])
    assert order.index(status_of(low)) <= order.index(status_of(high))


@given(st.lists(st.tuples(amounts, targets), min_size=1, max_size=4), directions)
def test_an_indicator_is_as_good_as_its_worst_measure(pairs, direction):
    facts = indicator(RATE, {2567: tuple(target for _, target in pairs)}, direction)
    got = stand(facts, 2567, 7, tuple(result for result, _ in pairs))
    assert got.of_expected == min(half_up(share(r, t, direction)) for r, t in pairs)
