"""What a figure has to come with, and the answer that nothing is new (docs/domain.md)."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from kpis.models import Result, YearTarget
from kpis.rules.entry import status_to_explain
from kpis.rules.facts import NUMERIC, Figure, IndicatorFacts, MeasureFacts, TargetFacts, TargetPoint
from kpis.write.results import value_field
from strategy.standing.status import AT_RISK, CRITICAL, Bands
from tests.support.writing import (
    OWN,
    REMEDY,
    TODAY,
    address,
    enter,
    entered,
    figures,
    filled,
    form_errors,
    indicator_of,
    signed_in,
)

BARE = {"problems": "", "next_steps": ""}


@pytest.fixture
def rate(plan, today):
    """A percentage of the reporter's unit; 80 is promised for 2569."""
    today(TODAY)
    return indicator_of(plan, "S3-1.1", OWN)


# ------------------------------------------------------------------------- cause and remedy, rule


def facts(target):
    promise = TargetFacts(NUMERIC, {1: TargetPoint(D(target))})
    return IndicatorFacts("rate", (MeasureFacts(1),), {2569: promise})


@pytest.mark.parametrize(
    ("result", "status"),
    [
        ("100", None),
        ("76", None),
        ("75", AT_RISK),
        ("51", AT_RISK),
        ("50", CRITICAL),
        ("0", CRITICAL),
    ],
)
def test_at_risk_and_critical_ask_for_cause_and_remedy(result, status):
    assert status_to_explain(facts(100), Figure(2569, 6, {1: D(result)})) == status


def test_the_plan_s_own_bands_decide_and_what_is_not_judged_asks_nothing():
    figure = Figure(2569, 6, {1: D(60)})
    assert status_to_explain(facts(100), figure, Bands(D(90), D(55), D(30))) is None
    assert status_to_explain(facts(100), Figure(2568, 6, {1: D(0)})) is None
    assert status_to_explain(facts(100), Figure(2569, 6, no_cases=True)) is None


@given(target=st.integers(1, 1000), low=st.integers(0, 1000), more=st.integers(0, 1000))
def test_a_better_figure_never_asks_for_more(target, low, more):
    worse, better = (
        status_to_explain(facts(target), Figure(2569, 6, {1: D(number)})) is not None
        for number in (low, low + more)
    )
    assert worse or not better


# -------------------------------------------------------------------------- cause and remedy, entry


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("figure", "words", "refused"),
    [
        ("10", {}, set()),
        ("10", BARE, {"problems", "next_steps"}),
        ("10", {"problems": " - "}, {"problems"}),
        ("10", {"next_steps": ""}, {"next_steps"}),
        ("10", {**BARE, "state": "draft"}, set()),
        ("95", BARE, set()),
    ],
    ids=["both", "neither", "no-word", "no-next-step", "a-draft", "on-plan"],
)
def test_a_red_figure_is_submitted_with_cause_and_remedy(rate, reporter, figure, words, refused):
    try:
        enter(rate, 2569, 6, figure, user=reporter, **words)
    except ValidationError as error:
        assert set(error.error_dict) == refused and "วิกฤต" in str(error)
    else:
        assert not refused


@pytest.mark.django_db
def test_a_milestone_asks_as_well_and_the_system_is_not_asked(plan, planner, today):
    today(TODAY)
    indicator = indicator_of(plan, "S3-1.1")
    YearTarget.objects.filter(indicator=indicator, fiscal_year=2569).update(
        kind="milestone", milestone="ทำแผน", due_month=6
    )
    late = {"progress": "not_started", **BARE}
    with pytest.raises(ValidationError) as caught:
        enter(indicator, 2569, 6, user=planner, **late)
    assert set(caught.value.error_dict) == {"problems", "next_steps"}
    assert enter(indicator, 2569, 6, **late).state == "submitted"


@pytest.mark.django_db
def test_the_form_says_it_beside_both_fields_and_a_confirmed_slip_is_not_asked_again(
    rate, reporter
):
    enter(rate, 2569, 5, "80")
    client, name = signed_in(reporter), value_field(rate.measures.get().pk)
    path = f"{address(Result, 'add')}?indicator={rate.pk}&year=2569&month=6"
    asked = client.post(path, filled(client.get(path), **{name: "5"}))
    assert set(form_errors(asked)) == {name, "problems", "next_steps"}
    again = client.post(path, filled(asked))
    assert set(form_errors(again)) == {"problems", "next_steps"}
    assert client.post(path, filled(again, **REMEDY)).status_code == 302
    assert [slip["value"] for slip in entered().get(month=6).slips] == ["5"]


@pytest.mark.django_db
def test_the_board_shows_cause_and_remedy_beside_the_indicator(rate, plan, executive):
    enter(rate, 2569, 12, "10", **REMEDY)
    page = signed_in(executive).get(f"/plans/{plan.slug}/board/?year=2569&month=12")
    for words in REMEDY.values():
        assert words in page.content.decode()


# ------------------------------------------------------------------------------- no new result


@pytest.mark.django_db
@pytest.mark.parametrize("figure", ["85", "45/50"])
def test_one_press_repeats_the_last_figure_and_is_recorded_as_such(rate, reporter, plan, figure):
    enter(rate, 2569, 5, figure)
    client = signed_in(reporter)
    path = f"{address(Result, 'add')}?indicator={rate.pk}&year=2569&month=6"
    page = client.get(path)
    assert 'name="_repeat"' in page.content.decode()
    assert client.post(path, filled(page, _repeat="1", narrative="รอข้อมูล")).status_code == 302
    kept = entered().get(month=6)
    assert (figures(kept), kept.repeats_last, kept.narrative) == (
        figures(entered().get(month=5)), True, "รอข้อมูล",
    )  # fmt: skip

    row = client.get(f"/plans/{plan.slug}/indicators/S3-1.1.json?year=2569&month=6").json()
    assert row["repeats_last"] and [each["repeats_last"] for each in row["months"]][4:6] == [
        False, True,
    ]  # fmt: skip

    # Words may be mended; another figure is a new one.
    change = address(kept, "change")
    assert 'name="_repeat"' not in client.get(change).content.decode()
    client.post(change, filled(client.get(change), narrative="แก้คำ"))
    assert entered().get(month=6).repeats_last
    name = value_field(rate.measures.get().pk)
    part = name.replace("value", "numerator") if "/" in figure else name
    client.post(change, filled(client.get(change), **{part: "46"}, **REMEDY))
    assert not entered().get(month=6).repeats_last


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("earlier", "figure", "taken"),
    [
        ((2569, 5, "85"), "85", True),
        ((2569, 5, "85"), "86", False),
        ((2568, 12, "85"), "85", False),
        ((2569, 7, "85"), "85", False),
    ],
    ids=["the-same", "another-figure", "of-another-year", "of-a-later-month"],
)
def test_nothing_new_repeats_the_last_figure_of_the_year_and_no_other(
    rate, reporter, earlier, figure, taken
):
    year, month, before = earlier
    enter(rate, year, month, before)
    form = signed_in(reporter).get(
        f"{address(Result, 'add')}?indicator={rate.pk}&year=2569&month=6"
    )
    assert ('name="_repeat"' in form.content.decode()) == ((year, month) == (2569, 5))
    if taken:
        assert enter(rate, 2569, 6, figure, user=reporter, repeats_last=True).repeats_last
        return
    with pytest.raises(ValidationError) as caught:
        enter(rate, 2569, 6, figure, user=reporter, repeats_last=True)
    assert set(caught.value.error_dict) == {"__all__"}


@pytest.mark.django_db
def test_what_is_not_submitted_is_not_repeated(rate, reporter):
    enter(rate, 2569, 5, "85", state="draft")
    with pytest.raises(ValidationError):
        enter(rate, 2569, 6, "85", user=reporter, repeats_last=True)
