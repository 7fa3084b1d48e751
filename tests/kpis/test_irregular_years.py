"""What the numbers say when a year does not run as planned.

Finished early, waiting for approval, on plan by rounding alone, lower is better in whole things,
rates of growth, scores in place of targets, slips. Source: docs/domain.md, with its examples.
"""

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpis.rules.entry import Before, check_number, looks_like_slip
from kpis.rules.expected import (
    FROM_BASELINE,
    FROM_PREVIOUS,
    FROM_ZERO,
    LOWER_WITHOUT_PREVIOUS,
    NOT_ABOVE_BASELINE,
    PLANNED,
    WHOLE_TARGET,
    YEAR_END,
    Stretch,
    expected,
)
from kpis.rules.facts import (
    CUMULATIVE,
    GROWTH,
    LEVEL,
    LOWER,
    NUMBER,
    PER_YEAR,
    PERCENT,
    RATE,
    Figure,
    IndicatorFacts,
    MeasureFacts,
    TargetFacts,
    milestone_reports_kept,
    target_in_force,
)
from kpis.rules.judging import judge
from kpis.rules.score import mean_score, score, score_of
from strategy.thai import Refusal
from tests.support.rules import (
    baseline,
    equals_baseline,
    figure,
    indicator,
    milestone,
    numbers,
    stand,
)

# --------------------------------------------------------- lower is better, whole things, 5 a year

AT_MOST_5 = indicator(PER_YEAR, {2567: "5"}, LOWER, whole=True)


@pytest.mark.parametrize(
    ("month", "result", "expects", "of_expected"),
    [
        (2, "0", "1", "200.00"),
        (2, "1", "1", "100.00"),
        (2, "2", "1", "0.00"),
        (2, "100", "1", "0.00"),
        (3, "2", "2", "100.00"),
    ],
)
def test_whole_things_lower_is_better_round_the_line_up(month, result, expects, of_expected):
    got = stand(AT_MOST_5, 2567, month, result)
    assert (str(got.measures[0].expected), str(got.of_expected)) == (expects, of_expected)


@given(month=st.integers(1, 12), more=st.integers(0, 50), target=st.integers(0, 60))
def test_more_of_what_should_be_less_is_never_better(month, more, target):
    facts = indicator(PER_YEAR, {2567: str(target)}, LOWER, whole=True)
    one = stand(facts, 2567, month, "3")
    other = stand(facts, 2567, month, str(3 + more))
    assert other.of_expected <= one.of_expected


# ------------------------------------------------------------------------------------ finished early

LEVELS_UP = indicator(CUMULATIVE, {2566: "1", 2567: "2"}, kind=LEVEL)


@pytest.mark.parametrize(
    ("facts", "month", "result", "status", "counts"),
    [
        pytest.param(indicator(RATE, {2566: milestone()}), 10, "100%", "on_plan", True, id="done"),
        pytest.param(indicator(RATE, {2566: milestone()}), 10, "90%", "awaiting", False, id="90%"),
        pytest.param(indicator(CUMULATIVE, {2566: "20"}), 9, "20", "on_plan", True, id="at-target"),
        pytest.param(indicator(CUMULATIVE, {2566: "20"}), 9, "23", "on_plan", True, id="above"),
        pytest.param(indicator(CUMULATIVE, {2566: "20"}), 9, "19", "awaiting", False, id="short"),
        pytest.param(
            indicator(CUMULATIVE, {2566: ("20", "15")}), 9, ("22", "14"), "awaiting", False,
            id="one-measure-short",
        ),
        pytest.param(indicator(RATE, {2566: "60"}), 9, "60", "awaiting", False, id="a-rate"),
        pytest.param(indicator(PER_YEAR, {2566: "4"}), 9, "4", "awaiting", False, id="per-year"),
        pytest.param(
            indicator(CUMULATIVE, {2566: "20"}, LOWER), 9, "20", "awaiting", False, id="lower",
        ),
    ],
)  # fmt: skip
def test_what_is_finished_stays_finished(facts, month, result, status, counts):
    got = stand(facts, 2566, month, result, at=12, overdue=12)
    assert (got.status, got.counts) == (status, counts)


def test_a_correction_takes_finished_back():
    facts = indicator(CUMULATIVE, {2566: "20"})
    assert stand(facts, 2566, 9, "20", at=12, overdue=12).status == "on_plan"
    assert stand(facts, 2566, 10, "18", at=12, overdue=12).status == "awaiting"


# --------------------------------------------------------------------------------- waiting for approval


@pytest.mark.parametrize(
    ("counted", "submitted", "overdue", "status"),
    [
        pytest.param(None, (6, "57"), 6, "waiting_approval", id="nothing-approved-yet"),
        pytest.param(None, (6, "57"), None, "waiting_approval", id="before-any-deadline"),
        pytest.param((3, "57"), (6, "57"), 6, "waiting_approval", id="older-one-approved"),
        pytest.param((3, "60"), (6, "57"), 3, "on_plan", id="current-one-approved"),
        pytest.param(None, (3, "57"), 6, "awaiting", id="what-waits-is-old-itself"),
        pytest.param(None, None, 6, "awaiting", id="nothing-submitted"),
        pytest.param(None, (6, "40%"), 6, "awaiting", id="what-waits-answers-another-promise"),
    ],
)
def test_what_waits_for_approval_is_not_awaited_of_the_unit(counted, submitted, overdue, status):
    got = judge(
        indicator(RATE, {2566: "60"}),
        year=2566,
        month=6,
        figure=figure(2566, *counted) if counted else None,
        overdue_month=overdue,
        waiting=figure(2566, *submitted) if submitted else None,
    )
    assert got.status == status
    assert got.counts is (status == "on_plan")


def test_a_milestone_reported_done_waits_however_long_ago_that_was():
    got = judge(
        indicator(RATE, {2566: milestone()}),
        year=2566,
        month=12,
        figure=None,
        overdue_month=12,
        waiting=figure(2566, 10, "100%"),
    )
    assert got.status == "waiting_approval"


# ------------------------------------------------------------------------------------------- hurry


@pytest.mark.parametrize("month", range(1, 13))
def test_a_level_is_not_green_for_eleven_months_and_critical_in_the_twelfth(month):
    got = stand(LEVELS_UP, 2567, month, "1")
    assert (got.status, got.hurry) == (
        ("critical", False) if month == 12 else ("on_plan", month >= 9)
    )


@pytest.mark.parametrize(
    ("facts", "month", "result", "hurry"),
    [
        pytest.param(indicator(PER_YEAR, {2567: "4"}, whole=True), 10, "3", True, id="3-of-3.33"),
        pytest.param(indicator(PER_YEAR, {2567: "4"}, whole=True), 9, "3", False, id="3-of-3"),
        pytest.param(indicator(PER_YEAR, {2567: "4"}, whole=True), 10, "4", False, id="ahead"),
        pytest.param(indicator(PER_YEAR, {2567: "4"}), 10, "4", False, id="no-whole-things"),
        pytest.param(indicator(PER_YEAR, {2567: "4"}, whole=True), 10, "2", False, id="near"),
        pytest.param(AT_MOST_5, 10, "5", False, id="rounded-up-asks-less-in-the-end-too"),
        pytest.param(indicator(RATE, {2567: "4"}, whole=True), 10, "4", False, id="rate"),
    ],
)
def test_hurry(facts, month, result, hurry):
    assert stand(facts, 2567, month, result).hurry is hurry


def test_an_old_figure_hurries_when_it_is_looked_at_late_in_the_year():
    assert not stand(LEVELS_UP, 2567, 6, "1", at=8).hurry
    assert stand(LEVELS_UP, 2567, 6, "1", at=10).hurry


# --------------------------------------------------------------------------- baseline and milestone


def test_the_promise_is_that_of_the_month_being_entered():
    """S1-2.1: 50 % in month 6; the baseline 42 stands from month 8; month 9 asks for a number."""
    facts = indicator(RATE, {2566: equals_baseline()}, baselines=(baseline(2566, 8, "42"),))
    assert target_in_force(facts, 2566, 6).kind == "milestone"
    entered = target_in_force(facts, 2566, 9)
    assert (entered.kind, entered.values[1].value) == ("numeric", D("42"))
    assert str(stand(facts, 2566, 6, "50%", at=9).of_expected) == "100.00"
    assert str(stand(facts, 2566, 9, "42").of_expected) == "100.00"


@pytest.mark.parametrize(
    ("promise", "month", "reported", "kept"),
    [
        pytest.param(equals_baseline(), 8, [6], None, id="after-the-report"),
        pytest.param(equals_baseline(), 6, [6], 6, id="in-its-month"),
        pytest.param(equals_baseline(), 8, [6, 12], 12, id="a-later-one"),
        pytest.param(equals_baseline(), 1, [3, 9], 9, id="the-last-one-is-named"),
        pytest.param(equals_baseline(), 8, [], None, id="no-report"),
        pytest.param(milestone(), 8, [12], None, id="another-milestone"),
    ],
)
def test_a_baseline_begins_after_the_milestone_reports_of_its_year(promise, month, reported, kept):
    facts = indicator(RATE, {2566: promise})
    assert milestone_reports_kept(facts, 2566, month, reported) == kept


# ------------------------------------------------------------------------- how it was expected, told


@pytest.mark.parametrize(
    ("facts", "month", "rule", "stretch"),
    [
        (indicator(RATE, {2567: "60"}), 3, WHOLE_TARGET, None),
        (indicator(PER_YEAR, {2567: "24"}), 12, YEAR_END, None),
        (indicator(PER_YEAR, {2567: "24"}), 8, FROM_ZERO, Stretch(D(0), 0, D(24), 12)),
        (
            indicator(CUMULATIVE, {2566: "2", 2567: "3"}), 6,
            FROM_PREVIOUS, Stretch(D(2), 0, D(3), 12),
        ),
        (
            indicator(CUMULATIVE, {2567: "8"}, baselines=(baseline(2566, 1, "5"),)), 6,
            FROM_BASELINE, Stretch(D(5), 0, D(8), 12),
        ),
        (indicator(CUMULATIVE, {2567: "8"}), 6, FROM_ZERO, Stretch(D(0), 0, D(8), 12)),
        (
            indicator(CUMULATIVE, {2567: "5"}, baselines=(baseline(2566, 1, "5"),)), 6,
            NOT_ABOVE_BASELINE, None,
        ),
        (indicator(CUMULATIVE, {2567: "5"}, LOWER), 6, LOWER_WITHOUT_PREVIOUS, None),
    ],
)  # fmt: skip
def test_the_rule_that_was_used_is_named(facts, month, rule, stretch):
    line = expected(facts, facts.measures[0], facts.targets[2567], 2567, month)
    assert (line.rule, line.stretch) == (rule, stretch)


def test_planned_quarters_are_the_rule_where_they_were_used():
    """24 a year, 6 planned by quarter 2, month 8: 12 = 6 + (24 − 6) × 2 ÷ 6; 9 is 75 per cent."""
    facts = indicator(PER_YEAR, {2567: (("24", None, "6", None),)})
    got = stand(facts, 2567, 8, "9")
    line = got.measures[0].line
    assert (line.rule, line.stretch) == (PLANNED, Stretch(D(6), 6, D(24), 12))
    assert (str(line.value), str(got.of_expected), got.status) == ("12", "75.00", "at_risk")


@given(
    st.sampled_from([RATE, PER_YEAR, CUMULATIVE]),
    st.integers(1, 11),
    numbers(0, 500),
    numbers(0, 500),
    st.booleans(),
)
def test_what_is_told_of_a_stretch_gives_the_expected_figure(accrual, month, before, goal, whole):
    facts = indicator(accrual, {2566: str(before), 2567: str(goal)}, whole=whole)
    line = expected(facts, facts.measures[0], facts.targets[2567], 2567, month)
    if line.stretch is not None:
        start, start_month, end, end_month = line.stretch
        span = end_month - start_month
        told = (start * span + (end - start) * (month - start_month)) / span
        assert (told if line.unrounded is None else line.unrounded) == told
        assert line.value <= told if whole else line.value == told


# ------------------------------------------------------------------------------------ rates of growth


@pytest.mark.parametrize(
    ("result", "of_expected", "status"),
    [("12.5", "125.00", "on_plan"), ("120", "1200.00", "on_plan"), ("0", "0.00", "critical"),
     ("-5", "0.00", "critical"), ("9", "90.00", "near")],
)  # fmt: skip
def test_growth_may_pass_100_and_fall_below_0(result, of_expected, status):
    check_number(D(result), kind=GROWTH, whole=False)
    got = stand(indicator(RATE, {2567: "10"}, kind=GROWTH), 2567, 12, result)
    assert (str(got.of_expected), got.status) == (of_expected, status)


@pytest.mark.parametrize("kind", [NUMBER, PERCENT, LEVEL])
def test_nothing_else_may_be_negative(kind):
    with pytest.raises(Refusal) as refused:
        check_number(D("-1"), kind=kind, whole=False)
    assert refused.value.code == "number_negative"


# ------------------------------------------------------------------------- scored in place of a target

THRESHOLDS = tuple(map(D, ("75", "80", "85", "90", "100")))


def scored(thresholds, kind=PERCENT, targets=None, scale=None):
    facts = IndicatorFacts(RATE, (MeasureFacts(1, kind),), targets or {}, thresholds=thresholds)
    return facts if scale is None else facts._replace(scale=scale)


@pytest.mark.parametrize(
    ("facts", "result", "of_expected", "status"),
    [
        pytest.param(scored(THRESHOLDS), "84.21", "56.80", "at_risk", id="D1-2"),
        pytest.param(scored(THRESHOLDS), "100", "100.00", "on_plan", id="level-5"),
        pytest.param(scored((None,) * 5, LEVEL), "5", "100.00", "on_plan", id="steps-done"),
        pytest.param(scored((None,) * 5, LEVEL), "0", "0.00", "critical", id="not-started"),
        pytest.param(
            scored(THRESHOLDS, targets={2563: TargetFacts()}), "84.21", "56.80", "at_risk",
            id="a-year-without-target",
        ),
    ],
)  # fmt: skip
def test_level_5_is_the_promise_of_what_is_scored(facts, result, of_expected, status):
    got = stand(facts, 2563, 12, result, overdue=12)
    assert (str(got.of_expected), got.status, got.has_target) == (of_expected, status, True)


def test_a_target_of_its_own_comes_before_the_score():
    facts = scored(THRESHOLDS, targets=indicator(RATE, {2563: "80"}).targets)
    assert str(stand(facts, 2563, 12, "84.21").of_expected) == "105.26"


def test_a_scored_indicator_owes_its_report_like_any_other():
    assert stand(scored(THRESHOLDS), 2563, 12, None, overdue=12).status == "awaiting"
    assert stand(scored(THRESHOLDS), 2563, 6, None).status == "not_due"
    unstated = Figure(2563, 12)
    got = judge(scored((None,) * 5, LEVEL), year=2563, month=12, figure=unstated, overdue_month=12)
    assert (got.status, got.counts) == ("awaiting", False)


THREE_STEPS = (D(50), D(75), D(100))


@pytest.mark.parametrize(
    ("result", "worth"),
    [("60", "50.00"), ("70", "50.00"), ("75", "62.50"), ("80", "75.00"), ("85", "87.50"),
     ("90", "100.00"), ("95", "100.00")],
)  # fmt: skip
def test_a_scale_of_three_steps(result, worth):
    assert str(score(D(result), [D(70), D(80), D(90)], THREE_STEPS)) == worth


def test_a_level_reported_is_worth_what_the_scale_says():
    levels = [score_of(D(n), is_level=True, thresholds=(None,) * 3, scale=THREE_STEPS)
              for n in range(4)]  # fmt: skip
    assert list(map(str, levels)) == ["0.00", "50.00", "75.00", "100.00"]
    assert score_of(D(4), is_level=True, thresholds=(None,) * 3, scale=THREE_STEPS) is None
    facts = scored((None,) * 3, LEVEL, scale=THREE_STEPS)
    assert str(stand(facts, 2567, 12, "2").of_expected) == "75.00"


@pytest.mark.parametrize(
    ("scores", "mean", "scored_", "described"),
    [
        ([("2.84", "1"), ("5.00", "1"), (None, "1")], "3.9200", 2, 3),
        ([("2.84", "2"), ("5.00", "1")], "3.5600", 2, 2),
        ([("1.00", "1"), ("1.00", "1"), ("2.00", "1")], "1.3333", 3, 3),
        ([(None, "1")], None, 0, 1),
        ([], None, 0, 0),
    ],
)
def test_mean_of_scores(scores, mean, scored_, described):
    got = mean_score([(None if s is None else D(s), D(w)) for s, w in scores])
    assert (got.mean if got.mean is None else str(got.mean), got.scored, got.described) == (
        mean, scored_, described
    )  # fmt: skip


@given(st.lists(st.tuples(numbers(1, 5, 2), numbers(1, 9, 2)), min_size=1, max_size=8))
def test_a_mean_of_scores_lies_among_them_whatever_their_order(pairs):
    got = mean_score(pairs)
    assert got == mean_score(reversed(pairs))
    assert min(s for s, _w in pairs) - D("0.0001") <= got.mean <= max(s for s, _ in pairs) + 1


# -------------------------------------------------------------------------------------------- slips


@pytest.mark.parametrize(
    ("kind", "accrual", "last", "same_year", "target", "value", "question"),
    [
        pytest.param(PERCENT, RATE, "76", True, "80", "0.75", "much_less", id="a-share-as-fraction"),
        pytest.param(NUMBER, RATE, "76", True, "80", "7600", "much_more", id="two-noughts"),
        pytest.param(NUMBER, PER_YEAR, "3", True, "40", "30", "much_more", id="ten-times"),
        pytest.param(NUMBER, PER_YEAR, "3", True, "40", "29", "", id="less-than-ten-times"),
        pytest.param(NUMBER, PER_YEAR, "30", False, "40", "2", "", id="a-count-begins-anew"),
        pytest.param(NUMBER, PER_YEAR, "30", True, "40", "2", "much_less", id="within-the-year"),
        pytest.param(NUMBER, CUMULATIVE, "20", False, "25", "46", "beyond_target", id="jump"),
        pytest.param(NUMBER, CUMULATIVE, "20", False, "25", "45", "", id="the-whole-target"),
        pytest.param(NUMBER, CUMULATIVE, None, False, "20", "22", "", id="first-above-target"),
        pytest.param(NUMBER, CUMULATIVE, None, False, "20", "199", "", id="first-far-above"),
        pytest.param(NUMBER, CUMULATIVE, None, False, "20", "200", "beyond_target", id="first-ten-times"),
        pytest.param(NUMBER, CUMULATIVE, None, False, "20", "20", "", id="first-at-target"),
        pytest.param(PERCENT, RATE, None, False, "80", "0.75", "", id="nothing-to-compare"),
        pytest.param(PERCENT, RATE, "0", True, "80", "75", "", id="after-nothing"),
        pytest.param(PERCENT, RATE, "76", True, "80", "0", "much_less", id="to-nothing"),
        pytest.param(LEVEL, CUMULATIVE, "5", True, "5", "0", "", id="levels-are-few"),
        pytest.param(GROWTH, RATE, "12", True, "10", "-3", "", id="growth-turns"),
        pytest.param(NUMBER, RATE, "76", True, None, "76", "", id="the-same"),
    ],
)  # fmt: skip
def test_a_slip_is_asked_about(kind, accrual, last, same_year, target, value, question):
    before = Before(
        None if last is None else D(last), same_year, None if target is None else D(target)
    )
    assert looks_like_slip(D(value), before, kind=kind, accrual=accrual) == question


def test_the_share_is_the_plans():
    before = Before(D(76), True, D(80))
    assert looks_like_slip(D(20), before, kind=PERCENT, accrual=RATE, share=D(30)) == "much_less"
    assert looks_like_slip(D("0.1"), before, kind=PERCENT, accrual=RATE, share=D(0)) == ""


@given(numbers(0, 1000), numbers(0, 1000))
def test_what_is_within_the_share_is_never_asked_about(last, value):
    asked = looks_like_slip(value, Before(last, True, None), kind=NUMBER, accrual=RATE)
    if last > 0 and last / 10 < value < last * 10:
        assert asked == ""
