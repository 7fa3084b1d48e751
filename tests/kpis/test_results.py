"""Entering results: what is taken, what is refused and at which field (docs/domain.md)."""

from datetime import date
from decimal import Decimal as D

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from kpis.models import Baseline, Measure, Result, ResultValue, YearTarget
from kpis.rules.entry import Value
from kpis.write.results import (
    ResultEntries,
    result_approve,
    result_discard,
    result_reopen,
    value_field,
)
from kpis.write.targets import baseline_set
from strategy.calendar import FiscalMonth
from strategy.records.write import EntriesRefused, StaleVersion
from tests.support.writing import (
    OTHER,
    OWN,
    TODAY,
    address,
    differences,
    enter,
    entered,
    entry_of,
    facts,
    figures,
    filled,
    form_errors,
    indicator_of,
    signed_in,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def rate(plan):
    """S3-1.1, a percentage, reported by the unit of ``reporter``."""
    return indicator_of(plan, "S3-1.1", OWN)


@pytest.fixture
def growing(plan):
    """S1-3.1, a cumulative number of whole things."""
    return indicator_of(plan, "S1-3.1")


def places(indicator, fields):
    """Field names from short ones: value, value2, numerator, or a name as it is."""
    ids = list(indicator.measures.order_by("position").values_list("pk", flat=True))
    short = {
        "value": value_field(ids[0]),
        "value2": value_field(ids[-1]),
        "numerator": value_field(ids[0], "numerator"),
    }
    return {short.get(field, field) for field in fields.split()}


# ------------------------------------------------------------------------------------ accepted


@pytest.mark.parametrize(
    ("code", "year", "month", "given", "more", "kept"),
    [
        pytest.param("S3-1.1", 2569, 6, ["57.25"], {}, ["57.25"], id="percentage"),
        pytest.param("S3-1.1", 2569, 6, ["0"], {}, ["0"], id="zero-is-a-figure"),
        pytest.param("S3-1.1", 2569, 6, ["152/200"], {}, ["152 ÷ 200"], id="ratio-keeps-both"),
        pytest.param("S3-1.1", 2569, 6, ["0/7"], {}, ["0 ÷ 7"], id="none-of-some"),
        pytest.param("S3-1.1", 2569, 6, [], {"no_cases": True}, [], id="no-cases"),
        pytest.param("S3-1.1", 2569, 12, ["80"], {}, ["80"], id="month-just-ended"),
        pytest.param("S1-1.1", 2567, 12, ["22", "12"], {}, ["22", "12"], id="two-measures"),
        pytest.param("S4-1.1", 2567, 6, ["0"], {}, ["0"], id="level-not-started"),
        pytest.param("S4-3.1", 2567, 6, ["2"], {}, ["2"], id="year-without-target"),
        pytest.param("S1-1.1", 2566, 3, [], {"progress": "not_started"}, [], id="milestone-0"),
        pytest.param("S1-1.1", 2566, 3, [], {"progress": "in_progress", "progress_percent": D(40)}, [], id="milestone-40"),
        pytest.param("S1-1.1", 2566, 3, [], {"progress": "done"}, [], id="milestone-done"),
        pytest.param("S1-2.1", 2566, 5, [], {"progress": "done"}, [], id="as-the-baseline-without-one"),
        pytest.param("S1-1.1", 2567, 3, ["5", None], {"state": "draft"}, ["5"], id="half-a-draft"),
        pytest.param("S1-1.1", 2566, 3, [], {"state": "draft"}, [], id="empty-draft"),
    ],
)  # fmt: skip
def test_it_takes_a_result(plan, code, year, month, given, more, kept):
    saved = enter(indicator_of(plan, code), year, month, *given, narrative="done so far", **more)

    stored = entered().get()
    assert stored.pk == saved.pk
    assert (stored.indicator.code, stored.fiscal_year, stored.month) == (code, year, month)
    assert stored.state == more.get("state", "submitted")
    assert stored.no_cases == more.get("no_cases", False)
    assert stored.progress == more.get("progress", "")
    assert stored.progress_percent == more.get("progress_percent")
    assert (stored.narrative, stored.version) == ("done so far", 1)
    assert figures(stored) == kept
    assert [(row.history_type, row.version) for row in stored.history.all()] == [("+", 1)]


def test_a_year_as_the_baseline_takes_a_number_once_the_baseline_stands(plan):
    indicator = indicator_of(plan, "S1-2.1")
    baseline_set(
        user=None,
        baseline=Baseline(
            measure=indicator.measures.get(),
            value=D(45),
            source="survey",
            fiscal_year=2566,
            month=4,
        ),
    )
    enter(indicator, 2566, 3, progress="done")
    assert figures(enter(indicator, 2566, 4, "46")) == ["46"]
    with pytest.raises(ValidationError):
        enter(indicator, 2566, 3, "46", expected_version=1)


def test_a_change_replaces_the_figures_and_takes_the_next_version(rate, reporter):
    first = enter(rate, 2569, 6, "152/200", user=reporter)
    second = enter(rate, 2569, 6, "77", user=reporter, expected_version=1, reason="typing error")

    assert (second.pk, second.version) == (first.pk, 2)
    assert figures(entered().get()) == ["77"]
    assert ResultValue.objects.filter(result__in=entered()).count() == 1
    row = first.history.first()
    assert (row.history_type, row.history_change_reason) == ("~", "typing error")


def test_a_missing_target_row_is_added_as_none(plan):
    indicator = indicator_of(plan, "S3-1.1")
    indicator.targets.filter(fiscal_year=2569).delete()
    enter(indicator, 2569, 6, "57")
    assert indicator.targets.get(fiscal_year=2569).kind == YearTarget.Kind.NONE


# ------------------------------------------------------------------------------------- refused


@pytest.mark.parametrize(
    ("code", "year", "month", "given", "more", "fields"),
    [
        pytest.param("S3-1.1", 2569, 6, ["100.01"], {}, "value", id="percentage-above-100"),
        pytest.param("S3-1.1", 2569, 6, ["-1"], {}, "value", id="negative"),
        pytest.param("S3-1.1", 2569, 6, [], {}, "value", id="no-figure"),
        pytest.param("S3-1.1", 2569, 6, [Value()], {}, "value", id="empty-figure"),
        pytest.param("S3-1.1", 2569, 6, ["61/60"], {}, "numerator", id="more-than-all"),
        pytest.param("S3-1.1", 2569, 6, ["61/"], {}, "numerator", id="half-a-ratio"),
        pytest.param("S3-1.1", 2569, 6, ["0/0"], {}, "numerator", id="0-of-0-is-no-cases"),
        pytest.param("S3-1.1", 2569, 6, ["5/0"], {}, "numerator", id="some-of-0"),
        pytest.param("S3-1.1", 2569, 6, [Value(D(50), D(1), D(2))], {}, "numerator", id="both-forms"),
        pytest.param("S3-1.1", 2569, 6, ["50"], {"no_cases": True}, "no_cases", id="no-cases-with-figure"),
        pytest.param("S3-1.1", 2569, 6, ["50"], {"progress": "done"}, "__all__", id="progress-in-a-numeric-year"),
        pytest.param("S3-1.1", 2569, 6, ["50"], {"progress_percent": D(5)}, "__all__", id="progress-percent-in-a-numeric-year"),
        pytest.param("S3-3.1", 2569, 6, ["12.9"], {}, "value", id="fraction-where-whole"),
        pytest.param("S3-3.1", 2569, 6, ["1/2"], {}, "numerator", id="ratio-of-a-number"),
        pytest.param("S3-3.1", 2569, 6, [], {"no_cases": True}, "no_cases", id="no-cases-of-a-number"),
        pytest.param("S4-1.1", 2569, 6, ["6"], {}, "value", id="level-6"),
        pytest.param("S4-1.1", 2569, 6, ["2.5"], {}, "value", id="half-a-level"),
        pytest.param("S1-1.1", 2567, 6, ["5", None], {}, "value2", id="second-measure-missing"),
        pytest.param("S1-1.1", 2567, 6, ["-1", "1.5"], {}, "value value2", id="both-measures"),
        pytest.param("S1-1.1", 2567, 6, ["5", "-1"], {"state": "draft"}, "value2", id="bad-figure-in-a-draft"),
        pytest.param("S1-1.1", 2566, 6, [], {}, "progress", id="milestone-without-answer"),
        pytest.param("S1-1.1", 2566, 6, [], {"progress": "soon"}, "progress", id="milestone-odd-answer"),
        pytest.param("S1-1.1", 2566, 6, [], {"progress": "in_progress"}, "progress_percent", id="milestone-without-percent"),
        pytest.param("S1-1.1", 2566, 6, [], {"progress": "in_progress", "progress_percent": D(101)}, "progress_percent", id="milestone-101"),
        pytest.param("S1-1.1", 2566, 6, [], {"progress": "in_progress", "progress_percent": D(-1)}, "progress_percent", id="milestone-negative"),
        pytest.param("S1-1.1", 2566, 6, [], {"progress": "done", "progress_percent": D(40)}, "progress_percent", id="percent-of-what-is-done"),
        pytest.param("S1-1.1", 2566, 6, ["1", "1"], {"progress": "done"}, "__all__", id="figure-for-a-milestone"),
        pytest.param("S1-1.1", 2566, 6, [], {"progress": "done", "no_cases": True}, "__all__", id="no-cases-of-a-milestone"),
        pytest.param("S3-1.1", 2570, 1, ["50"], {}, "month", id="running-month"),
        pytest.param("S3-1.1", 2570, 12, ["50"], {}, "month", id="future-month"),
        pytest.param("S3-1.1", 2569, 13, ["50"], {}, "month", id="month-13"),
        pytest.param("S3-1.1", 2569, 0, ["50"], {}, "month", id="month-0"),
        pytest.param("S3-1.1", 2565, 12, ["50"], {}, "fiscal_year", id="year-before-the-plan"),
        pytest.param("S3-1.1", 2571, 1, ["50"], {}, "fiscal_year", id="year-after-the-plan"),
    ],
)  # fmt: skip
def test_it_refuses_at_the_field(plan, planner, code, year, month, given, more, fields):
    indicator = indicator_of(plan, code)
    entry = entry_of(indicator, year, month, *given, **more)
    before = facts()

    with pytest.raises(ValidationError) as caught:
        ResultEntries.record(user=planner, entry=entry, today=TODAY)

    assert set(caught.value.error_dict) == places(indicator, fields)
    assert (
        ResultEntries.problems([entry], TODAY)[0].error_dict.keys()
        == caught.value.error_dict.keys()
    )
    assert differences(before, facts()) == {}


def test_a_measure_of_another_indicator_is_refused(plan, planner):
    indicator, other = indicator_of(plan, "S3-1.1"), indicator_of(plan, "S3-1.2")
    values = {m.pk: Value(D(50)) for m in Measure.objects.filter(indicator__in=[indicator, other])}
    with pytest.raises(ValidationError) as caught:
        enter(indicator, 2569, 6, user=planner, values=values)
    assert set(caught.value.error_dict) == {"__all__"}


def test_a_month_that_has_a_result_is_changed_not_entered_again(rate, reporter):
    enter(rate, 2569, 6, "50")
    with pytest.raises(ValidationError) as caught:
        enter(rate, 2569, 6, "60", user=reporter)
    assert set(caught.value.error_dict) == {"month"}
    assert figures(entered().get()) == ["50"]


@pytest.mark.parametrize(
    ("day", "month", "taken"),
    [
        pytest.param(date(2026, 9, 30), 12, False, id="last-day-of-september"),
        pytest.param(date(2026, 10, 1), 12, True, id="first-of-october"),
        pytest.param(date(2026, 9, 30), 11, True, id="month-before"),
    ],
)
def test_a_month_may_be_reported_once_it_has_ended(rate, day, month, taken):
    refused = ResultEntries.problems([entry_of(rate, 2569, month, "50")], day).get(0)
    assert FiscalMonth(2569, month).has_ended(day) == taken
    assert set(refused.error_dict if refused else ()) == (set() if taken else {"month"})


# ----------------------------------------------------------------------- cumulative figures fall


@pytest.mark.parametrize(
    ("at", "figure", "refused"),
    [
        pytest.param((2569, 6), "15", False, id="between"),
        pytest.param((2569, 6), "10", False, id="as-before"),
        pytest.param((2569, 6), "20", False, id="as-after"),
        pytest.param((2569, 6), "9", True, id="below-the-month-before"),
        pytest.param((2569, 6), "21", True, id="above-a-later-month"),
        pytest.param((2569, 12), "19", True, id="latest-falls"),
        pytest.param((2568, 12), "11", True, id="last-year-above-this-one"),
        pytest.param((2568, 12), "10", False, id="last-year"),
        pytest.param((2569, 3), "21", True, id="correction-above-a-later-month"),
        pytest.param((2569, 9), "9", True, id="correction-below-an-earlier-month"),
        pytest.param((2569, 9), "10", False, id="correction"),
    ],
)
def test_a_cumulative_figure_falls_only_with_a_reason(growing, planner, at, figure, refused):
    enter(growing, 2569, 3, "10")
    enter(growing, 2569, 9, "20")
    version = 1 if at in [(2569, 3), (2569, 9)] else None
    if refused:
        with pytest.raises(ValidationError) as caught:
            enter(growing, *at, figure, user=planner, expected_version=version)
        assert set(caught.value.error_dict) == {"fall_reason"}
    enter(
        growing, *at, figure, user=planner, expected_version=version,
        fall_reason="two have left" if refused else "",
    )  # fmt: skip
    stored = entered().get(fiscal_year=at[0], month=at[1])
    assert figures(stored) == [figure]
    assert stored.fall_reason == ("two have left" if refused else "")


def test_blanks_are_no_reason_for_a_fall(growing):
    enter(growing, 2569, 3, "10")
    with pytest.raises(ValidationError) as caught:
        enter(growing, 2569, 6, "9", fall_reason="   ")
    assert set(caught.value.error_dict) == {"fall_reason"}


def test_the_second_of_two_measures_may_not_fall_either(plan):
    indicator = indicator_of(plan, "S1-1.1")
    enter(indicator, 2567, 3, "5", "3")
    with pytest.raises(ValidationError) as caught:
        enter(indicator, 2567, 6, "6", "2")
    assert set(caught.value.error_dict) == {"fall_reason"}


@pytest.mark.parametrize("code", ["S3-3.1", "S3-1.1"], ids=["per-year", "rate"])
def test_other_figures_may_fall(plan, code):
    indicator = indicator_of(plan, code)
    enter(indicator, 2569, 3, "5")
    assert figures(enter(indicator, 2569, 6, "4")) == ["4"]


def test_a_lower_is_better_figure_may_fall(growing):
    growing.direction = "lower"
    growing.save_without_historical_record()
    enter(growing, 2569, 3, "5")
    assert figures(enter(growing, 2569, 6, "4")) == ["4"]


def test_a_draft_neither_counts_nor_is_held_against_others(growing):
    enter(growing, 2569, 3, "10", state="draft")
    enter(growing, 2569, 6, "9")
    assert figures(enter(growing, 2569, 9, "8", state="draft")) == ["8"]
    with pytest.raises(ValidationError) as caught:
        enter(growing, 2569, 9, "8", expected_version=1)
    assert set(caught.value.error_dict) == {"fall_reason"}


@pytest.mark.parametrize("order", [1, -1], ids=["in-order", "reversed"])
def test_figures_of_one_batch_are_held_against_each_other(growing, order):
    entries = [entry_of(growing, 2569, 3, "10"), entry_of(growing, 2569, 6, "9")][::order]
    with pytest.raises(EntriesRefused) as caught:
        ResultEntries.record_many(user=None, entries=entries, today=TODAY)
    assert {field for error in caught.value.errors.values() for field in error.error_dict} == {
        "fall_reason"
    }


# ------------------------------------------------------------------------------- who may enter


@pytest.mark.parametrize(
    ("who", "unit", "allowed"),
    [
        ("reporter", OWN, True),
        ("reporter", OTHER, False),
        ("reporter", "", False),
        ("outsider", OWN, False),
        ("planner", OWN, True),
        ("planner", "", True),
        ("executive", OWN, False),
        ("auditor", OWN, False),
    ],
)
def test_who_may_enter_a_result(request, plan, who, unit, allowed):
    user = request.getfixturevalue(who)
    indicator = indicator_of(plan, "S3-1.1", unit)
    if allowed:
        assert enter(indicator, 2569, 6, "50", user=user).pk
    else:
        with pytest.raises(PermissionDenied):
            enter(indicator, 2569, 6, "50", user=user)
        assert not entered().exists()


def test_one_row_of_another_unit_refuses_the_batch(plan, rate, reporter):
    other = indicator_of(plan, "S3-1.2", OTHER)
    entries = [entry_of(rate, 2569, 6, "50"), entry_of(other, 2569, 6, "50")]
    with pytest.raises(PermissionDenied):
        ResultEntries.record_many(user=reporter, entries=entries, today=TODAY)
    assert not entered().exists()


# --------------------------------------------------------------------------- states of a result


def test_an_approved_figure_changes_only_after_reopening(rate, reporter, planner):
    result = enter(rate, 2569, 6, "50", user=reporter)
    result_approve(user=planner, result=result, expected_version=1)
    for user in (reporter, planner):
        with pytest.raises(ValidationError) as caught:
            enter(rate, 2569, 6, "60", user=user, expected_version=2)
        assert set(caught.value.error_dict) == {"__all__"}

    for reason in ("", "  "):
        with pytest.raises(ValidationError) as caught:
            result_reopen(user=planner, result=result, expected_version=2, reason=reason)
        assert set(caught.value.error_dict) == {"reason"}
    with pytest.raises(PermissionDenied):
        result_reopen(user=reporter, result=result, expected_version=2, reason="wrong")
    result_reopen(user=planner, result=result, expected_version=2, reason="wrong month")
    changed = enter(rate, 2569, 6, "60", user=reporter, expected_version=3)

    assert (changed.state, changed.version, figures(changed)) == ("submitted", 4, ["60"])
    assert [row.state for row in result.history.order_by("history_id")] == [
        "submitted", "approved", "submitted", "submitted",
    ]  # fmt: skip


@pytest.mark.parametrize("who", ["reporter", "outsider", "executive", "auditor"])
def test_only_planners_approve(request, rate, who):
    result = enter(rate, 2569, 6, "50")
    with pytest.raises(PermissionDenied):
        result_approve(user=request.getfixturevalue(who), result=result, expected_version=1)
    assert entered().get().state == "submitted"


@pytest.mark.parametrize(
    ("state", "version"),
    [("draft", 1), ("approved", 1), ("submitted", 2)],
    ids=["draft", "already-approved", "changed-since"],
)
def test_only_the_submitted_figure_that_was_seen_is_approved(rate, planner, state, version):
    result = enter(rate, 2569, 6, "50", state=state)
    with pytest.raises(StaleVersion):
        result_approve(user=planner, result=result, expected_version=version)
    assert (entered().get().state, entered().get().version) == (state, 1)


@pytest.mark.parametrize("state", ["approved", "confirmed"])
@pytest.mark.parametrize("version", [None, 1], ids=["new", "changed"])
def test_nobody_approves_by_entering(rate, reporter, state, version):
    """docs/trust.md, 4: the state of an entry is draft or submitted; approval has its own way."""
    if version:
        enter(rate, 2569, 6, "40")
    with pytest.raises((ValidationError, PermissionDenied)):
        enter(rate, 2569, 6, "50", user=reporter, state=state, expected_version=version)


def test_a_counted_figure_is_not_taken_back_into_a_draft(rate, reporter):
    enter(rate, 2569, 6, "50", user=reporter)
    with pytest.raises(ValidationError):
        enter(rate, 2569, 6, "50", user=reporter, state="draft", expected_version=1)
    assert entered().get().state == "submitted"


def test_a_draft_can_be_thrown_away(rate, reporter):
    draft = enter(rate, 2569, 6, "50", user=reporter, state="draft")
    result_discard(user=reporter, result=draft, expected_version=1)
    assert not entered().exists()
    last = Result.history.first()
    assert (last.history_type, last.history_user_id) == ("-", reporter.pk)
    assert [item["value"] for item in last.details["values"]] == ["50"]


@pytest.mark.parametrize(
    ("who", "state", "version", "error"),
    [
        pytest.param("reporter", "submitted", 1, ValidationError, id="counted"),
        pytest.param("planner", "approved", 1, ValidationError, id="approved"),
        pytest.param("outsider", "draft", 1, PermissionDenied, id="of-another-unit"),
        pytest.param("executive", "draft", 1, PermissionDenied, id="by-a-reader"),
        pytest.param("reporter", "draft", 2, StaleVersion, id="changed-since"),
    ],
)
def test_what_cannot_be_thrown_away(request, rate, who, state, version, error):
    result = enter(rate, 2569, 6, "50", state=state)
    with pytest.raises(error) as caught:
        result_discard(user=request.getfixturevalue(who), result=result, expected_version=version)
    assert caught.type is error
    assert figures(entered().get()) == ["50"]


# ------------------------------------------------------------------------------------- at once


def many(plan, count, version=None, start="50"):
    """Entries of percentages and whole numbers, spread over indicators and months of 2569."""
    codes = ["S3-1.1", "S3-1.2", "S3-2.1", "S4-1.2", "S4-1.3", "S4-2.1", "S1-2.1"]
    indicators = [indicator_of(plan, code) for code in codes]
    return [
        entry_of(indicators[i % 7], 2569, i // 7 + 1, D(start) + i % 7, expected_version=version)
        for i in range(count)
    ]


def test_many_results_at_once(plan, planner):
    saved = ResultEntries.record_many(
        user=planner, entries=many(plan, 70), today=TODAY, reason="import"
    )
    assert [(r.indicator_id, r.fiscal_year, r.month) for r in saved] == [
        e.key for e in many(plan, 70)
    ]
    assert (entered().count(), ResultValue.objects.filter(result__in=entered()).count()) == (70, 70)
    rows = Result.history.filter(history_user_name="planner", history_change_reason="import")
    assert sorted(row.details["values"][0]["value"] for row in rows) == sorted(
        f"{50 + i % 7}" for i in range(70)
    )


@pytest.mark.parametrize("version", [None, 1], ids=["new", "changed"])
def test_a_bad_last_row_changes_nothing_and_is_named(plan, planner, version):
    if version:
        ResultEntries.record_many(user=None, entries=many(plan, 70), today=TODAY)
    entries = many(plan, 70, version, start="60")
    bad = entries[-1]
    entries[-1] = entry_of(bad.indicator, 2569, bad.month, "101", expected_version=version)
    before = facts()

    with pytest.raises(EntriesRefused) as caught:
        ResultEntries.record_many(user=planner, entries=entries, today=TODAY)

    assert {place: set(e.error_dict) for place, e in caught.value.errors.items()} == {
        69: places(bad.indicator, "value")
    }
    assert differences(before, facts()) == {}


def test_every_bad_row_is_named(plan):
    entries = many(plan, 20)
    for place in (3, 11):
        entries[place] = entry_of(entries[place].indicator, 2570, 6, "50")
    with pytest.raises(EntriesRefused) as caught:
        ResultEntries.record_many(user=None, entries=entries, today=TODAY)
    assert set(caught.value.errors) == {3, 11}


@pytest.mark.parametrize("version", [None, 1], ids=["new", "changed"])
def test_the_same_result_twice_in_a_batch_is_named(plan, version):
    if version:
        ResultEntries.record_many(user=None, entries=many(plan, 20), today=TODAY)
    entries = many(plan, 20, version)
    entries.append(entries[4])
    before = facts()
    with pytest.raises(EntriesRefused) as caught:
        ResultEntries.record_many(user=None, entries=entries, today=TODAY)
    assert 20 in caught.value.errors
    assert differences(before, facts()) == {}


def test_a_stale_row_changes_nothing_and_is_named(plan, planner):
    ResultEntries.record_many(user=None, entries=many(plan, 20), today=TODAY)
    entries = many(plan, 20, 1, start="60")
    stale = entries[13]
    enter(stale.indicator, 2569, stale.month, "99", expected_version=1)
    before = facts()

    with pytest.raises(StaleVersion) as caught:
        ResultEntries.record_many(user=planner, entries=entries, today=TODAY)

    assert differences(before, facts()) == {}
    named = caught.value.instance
    assert (named.indicator_id, named.fiscal_year, named.month) == stale.key


# One of them reads what the results rest on, for their history rows.
QUERIES_NEW = 17  # three of them ask whether the month is locked, on PostgreSQL
QUERIES_CHANGE = 21  # five of them ask whether the month is locked, on PostgreSQL
# SQLite takes 999 parameters in one statement, and so some 38 history rows; a longer batch is
# split, by both databases, and takes a few statements more for each part.


@pytest.mark.parametrize("count", [1, 40])
def test_entering_takes_as_many_queries_for_many_rows_as_for_one(
    plan, planner, django_assert_max_num_queries, count
):
    entries = many(plan, count)
    ResultEntries.record_many(
        user=planner, entries=[entry_of(entries[0].indicator, 2568, 1, "50")], today=TODAY
    )
    with django_assert_max_num_queries(QUERIES_NEW):
        ResultEntries.record_many(user=planner, entries=entries, today=TODAY)


@pytest.mark.parametrize("count", [1, 40])
def test_changing_takes_as_many_queries_for_many_rows_as_for_one(
    plan, planner, django_assert_max_num_queries, count
):
    ResultEntries.record_many(user=planner, entries=many(plan, count), today=TODAY)
    entries = many(plan, count, 1, start="60")
    with django_assert_max_num_queries(QUERIES_CHANGE):
        ResultEntries.record_many(user=planner, entries=entries, today=TODAY)


# -------------------------------------------------------------------------------- by the form


@pytest.fixture
def form(rate, reporter, today):
    """The form of S3-1.1 for 2569/6: a browser of the reporter, its address, and the figure's field."""
    today(TODAY)
    client = signed_in(reporter)
    path = f"{address(Result, 'add')}?indicator={rate.pk}&year=2569&month=6"
    return client, path, value_field(rate.measures.get().pk)


@pytest.mark.parametrize(("button", "state"), [("_save", "submitted"), ("_draft", "draft")])
def test_the_form_saves_thai_digits(form, reporter, button, state):
    client, path, field = form
    data = filled(client.get(path), **{field: "๕๗.๒๕", "narrative": "ทำแล้ว", button: "1"})
    response = client.post(path, data)
    result = entered().get()
    assert response.status_code == 302
    assert (result.state, figures(result), result.narrative) == (state, ["57.25"], "ทำแล้ว")
    assert (result.fiscal_year, result.month) == (2569, 6)
    assert result.history.get().history_user_id == reporter.pk


@pytest.mark.parametrize("typed", ["abc", "NaN", "inf", "1e400", "1_000", "101", "-1", ""])
def test_the_form_refuses_beside_the_field_and_keeps_what_was_typed(form, typed):
    client, path, field = form
    data = filled(client.get(path), **{field: typed, "narrative": "kept", "_save": "1"})
    response = client.post(path, data)
    assert response.status_code == 200
    assert set(form_errors(response)) == {field}
    shown = response.context["adminform"].form
    assert (shown[field].value(), shown["narrative"].value()) == (typed, "kept")
    assert not entered().exists()


def test_the_form_does_not_take_a_counted_figure_back(form, rate):
    client, _path, field = form
    result = enter(rate, 2569, 6, "50")
    change = address(result, "change")
    client.post(change, filled(client.get(change), **{field: "51", "_draft": "1"}))
    result.refresh_from_db()
    assert (result.state, figures(result)) == ("submitted", ["51"])


def test_saving_a_form_without_a_change_writes_nothing(form, rate):
    client, _path, _field = form
    change = address(enter(rate, 2569, 6, "50"), "change")
    before = facts()
    assert client.post(change, filled(client.get(change), _save="1")).status_code == 302
    assert differences(before, facts()) == {}


def test_a_figure_of_four_decimals_outlives_a_change_of_another_field(form, rate):
    client, _path, field = form
    result = enter(rate, 2569, 6, "57.1249")
    change = address(result, "change")
    page = client.get(change)
    assert page.context["adminform"].form[field].value() == "57.1249"
    client.post(change, filled(page, narrative="เขียนเพิ่ม", _save="1"))
    result.refresh_from_db()
    assert (figures(result), result.narrative) == (["57.1249"], "เขียนเพิ่ม")


def test_a_month_that_was_entered_meanwhile_is_not_replaced_and_nothing_typed_is_lost(form, rate):
    client, path, field = form
    data = filled(client.get(path), **{field: "60", "narrative": "typed", "_save": "1"})
    first = enter(rate, 2569, 6, "50")
    response = client.post(path, data)
    shown = response.context["adminform"].form
    assert shown.non_field_errors()
    assert (shown[field].value(), shown["narrative"].value()) == ("60", "typed")
    assert figures(entered().get()) == ["50"]
    assert client.get(path).url == address(first, "change")


@pytest.mark.parametrize("typed", ["75%", "๗๕ %", "\u00a075\u200b"])
def test_what_is_clear_is_taken(form, typed):
    client, path, field = form
    answer = client.post(path, filled(client.get(path), **{field: typed, "_save": "1"}))
    assert answer.status_code == 302
    assert figures(entered().get()) == ["75"]


def test_a_month_entered_between_check_and_save_is_no_error_page(form, rate, monkeypatch):
    """Two people press the button at the same moment: the second one is told, not shown a 500."""
    client, path, field = form
    data = filled(client.get(path), **{field: "60", "_save": "1"})
    from kpis.admin import results as result_admin

    panel, record, tried = result_admin.entry_panel, ResultEntries.record, []

    def then_somebody_saves(*args):
        enter(rate, 2569, 6, "50")
        return panel(*args)

    def counted(**more):
        tried.extend(value.value for value in more["entry"].values.values())
        return record(**more)

    monkeypatch.setattr(result_admin, "entry_panel", then_somebody_saves)
    monkeypatch.setattr(ResultEntries, "problems", lambda *args: {})
    monkeypatch.setattr(ResultEntries, "record", counted)
    response = client.post(path, data)
    assert response.status_code == 200
    assert tried == [50, 60]  # the other one's, and the whole POST once
    shown = response.context["adminform"].form
    assert shown[field].value() == "60"
    assert any("exists" in text or "มี" in text for text in shown.non_field_errors())
    assert response.context["panel"].indicator == rate
    assert figures(entered().get()) == ["50"]
