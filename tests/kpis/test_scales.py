"""Scales other than 1 to 5 as data of a plan (docs/domain.md, "Score")."""

from __future__ import annotations

from decimal import Decimal as D
from io import BytesIO
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from kpis.models import Indicator, LevelCriterion, Measure, Result
from kpis.read.explain import explain_score
from kpis.read.standing import plan_standing
from kpis.rules.entry import check_number
from kpis.rules.facts import LEVEL, PERCENT, RATE, Figure, IndicatorFacts, MeasureFacts
from kpis.rules.judging import judge
from kpis.rules.score import are_thresholds, score, score_of
from strategy.calendar import FiscalMonth
from strategy.models import Plan
from strategy.records.write import record_delete, record_save
from strategy.standing.worths import MOST, ONE_TO_FIVE, read_scale, write_scale
from strategy.thai import Refusal
from tests.support.writing import (
    SCORECARD,
    address,
    filled,
    form_errors,
    indicator_of,
    signed_in,
)

pytestmark = [pytest.mark.django_db, pytest.mark.same]

THREE = "50/75/100"
STEPS = read_scale(THREE)
EDGES = (D(70), D(80), D(90))
AT = FiscalMonth(2563, 12)
WHY = "เกณฑ์การประเมินปีงบประมาณ 2563"


# ----------------------------------------------------------------------------------------- the rule


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("1/2/3/4/5", ONE_TO_FIVE),
        ("50/75/100", "50/75/100"),
        (" ๕๐ / ๗๕ / ๑๐๐ ", "50/75/100"),
        ("0.50/1.0/1,000", "0.5/1/1000"),
        ("/".join(map(str, range(1, MOST + 1))), "1/2/3/4/5/6/7/8/9/10"),
    ],
)
def test_a_scale_is_read_and_kept_in_one_way(typed, kept):
    assert write_scale(read_scale(typed)) == kept


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "number_empty"),
        ("100", "scale_levels"),
        ("/".join(map(str, range(1, MOST + 2))), "scale_levels"),
        ("50/50/100", "scale_rising"),
        ("100/75/50", "scale_rising"),
        ("0/50/100", "scale_rising"),
        ("-1/50/100", "scale_rising"),
        ("50//100", "number_empty"),
        ("50,75,100", "number_unclear"),
        ("50/75.125/100", "number_too_fine"),
        ("ครึ่ง/เต็ม", "number_unclear"),
    ],
)
def test_what_is_no_scale_is_refused(typed, code):
    with pytest.raises(Refusal) as refused:
        read_scale(typed)
    assert refused.value.code == code


@given(st.lists(st.decimals("0.01", 10_000, places=2), min_size=2, max_size=MOST, unique=True))
def test_every_rising_scale_comes_back_as_it_was(worths):
    scale = tuple(sorted(worths))
    assert read_scale(write_scale(scale)) == scale


@pytest.mark.parametrize(
    ("result", "scored", "of_expected", "status"),
    [
        ("85", "87.50", "87.50", "near"),
        ("60", "50.00", "50.00", "critical"),
        ("70", "50.00", "50.00", "critical"),
        ("80", "75.00", "75.00", "at_risk"),
        ("90", "100.00", "100.00", "on_plan"),
        ("99", "100.00", "100.00", "on_plan"),
    ],
)
def test_three_steps_of_50_75_and_100(result, scored, of_expected, status):
    facts = IndicatorFacts(RATE, (MeasureFacts(1, PERCENT),), {}, thresholds=EDGES, scale=STEPS)
    standing = judge(
        facts, year=2563, month=12, figure=Figure(2563, 12, {1: D(result)}), overdue_month=None
    )
    assert score(D(result), EDGES, STEPS) == D(scored)
    assert (standing.of_expected, standing.status) == (D(of_expected), status)


@pytest.mark.parametrize(
    ("level", "scored"), [("0", "0.00"), ("1", "50.00"), ("2", "75.00"), ("3", "100.00")]
)
def test_a_step_of_work_is_worth_what_the_scale_says(level, scored):
    assert score_of(D(level), is_level=True, thresholds=(None,) * 3, scale=STEPS) == D(scored)


@given(
    st.lists(st.decimals("0.01", 100, places=2), min_size=2, max_size=MOST, unique=True),
    st.data(),
)
def test_a_score_lies_within_its_scale_and_never_falls(worths, data):
    scale = tuple(sorted(worths))
    edges = data.draw(
        st.lists(st.integers(0, 1000), min_size=len(scale), max_size=len(scale), unique=True)
    )
    thresholds = [D(edge) for edge in sorted(edges)]
    assert are_thresholds(thresholds, scale)
    one, other = sorted(data.draw(st.tuples(st.integers(0, 1000), st.integers(0, 1000))))
    low, high = score(D(one), thresholds, scale), score(D(other), thresholds, scale)
    assert scale[0] <= low <= high <= scale[-1]


@pytest.mark.parametrize(("level", "levels", "taken"), [("3", 3, True), ("4", 3, False),
                                                        ("5", 5, True), ("6", 6, True)])  # fmt: skip
def test_a_level_is_at_most_the_last_of_the_scale(level, levels, taken):
    try:
        check_number(D(level), kind=LEVEL, whole=True, levels=levels)
    except Refusal as refusal:
        assert not taken and refusal.params["levels"] == levels
    else:
        assert taken


# ------------------------------------------------------------------------------- a plan on its scale


@pytest.fixture
def scorecard(db: None) -> Plan:
    return Plan.objects.get(slug=SCORECARD)


def described(indicator: Indicator, thresholds: Any) -> None:
    """An indicator's levels anew: a threshold for each, or None for a step of work."""
    for place, edge in enumerate(thresholds, start=1):
        row = LevelCriterion(indicator=indicator, level=place, text=f"ระดับ {place}")
        row.threshold = edge
        record_save(instance=row, user=None)


@pytest.fixture
def three(scorecard: Plan, planner: Any) -> Plan:
    """The scorecard on three steps: D1-2 by thresholds, D2-1 by steps of work."""
    LevelCriterion.objects.filter(indicator__strategy__plan=scorecard).delete()
    scorecard.scale = THREE
    record_save(instance=scorecard, user=planner, reason=WHY)
    described(indicator_of(scorecard, "D1-2"), EDGES)
    described(indicator_of(scorecard, "D1-1"), (None,) * 3)
    return scorecard


def cells(plan: Plan) -> dict[str, Any]:
    plan.refresh_from_db()
    return {row.code: row.current for row in plan_standing(plan, AT, AT.last_day).rows}


def test_scores_are_on_the_plans_scale(three):
    cell = cells(three)["D1-2"]  # 84.21: 75 + (84.21 − 80) ÷ 10 × 25
    assert (cell.score, cell.standing.of_expected, cell.status) == (D("85.53"), D("85.53"), "near")
    assert cell.facts.scale == STEPS
    [sentence] = explain_score(cell)
    assert "75 + ((16 × 100 ÷ 19) − 80) ÷ (90 − 80) × 25 = 85.53" in sentence


def test_pages_data_and_workbook_speak_of_the_plans_scale(three, planner):
    client = signed_in(planner)
    query = "?year=2563&month=12"
    here = f"/plans/{three.slug}"
    for path in ("/", "/indicators/", "/strategies/1/", "/indicators/D1-2/", "/board/"):
        page = client.get(f"{here}{path}{query}").content.decode()
        assert page and "1–5" not in page and "(1 ถึง 5" not in page, path
    assert "50–100" in client.get(f"{here}/indicators/{query}").content.decode()
    data = client.get(f"{here}/indicators/D1-2.json{query}").json()
    assert data["score"] == "85.53"
    assert [(row["level"], row["worth"]) for row in data["levels"]["criteria"]] == [
        (1, "50"), (2, "75"), (3, "100"),
    ]  # fmt: skip
    book = load_workbook(BytesIO(client.get(f"{here}/board.xlsx{query}").content))
    texts = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row]
    assert any("50–100" in str(text) for text in texts)
    assert not any("1–5" in str(text) for text in texts)


def test_the_form_offers_the_levels_with_what_they_are_worth(three, planner, today):
    today(AT.last_day.replace(year=AT.last_day.year + 1))
    indicator = indicator_of(three, "D1-1")
    result = Result.objects.get(indicator=indicator)
    page = signed_in(planner).get(address(result, "change"))
    panel = page.context["panel"]
    assert [row.worth for row in panel.ladder.levels] == list(STEPS)
    assert panel.ladder.worths == "50 75 100" and panel.ladder.has_worths


# -------------------------------------------------------------------------------- changing the scale


def test_another_scale_asks_for_a_reason(scorecard, planner):
    LevelCriterion.objects.filter(indicator__strategy__plan=scorecard).delete()
    client = signed_in(planner)
    path = address(scorecard, "change")
    page = client.post(path, filled(client.get(path), scale="๕๐/๗๕/๑๐๐"))
    assert set(page.context["adminform"].form.errors) == {"change_reason"}
    data = filled(client.get(path), scale="๕๐/๗๕/๑๐๐", change_reason=WHY)
    assert client.post(path, data).status_code == 302
    scorecard.refresh_from_db()
    assert scorecard.scale == THREE
    last = scorecard.history.first()
    assert (last.scale, last.history_change_reason) == (THREE, WHY)


@pytest.mark.parametrize("typed", ["100/50", "5", "ก/ข", "1/2/3/4/5/6/7/8/9/10/11"])
def test_what_is_no_scale_is_refused_beside_its_field(scorecard, planner, typed):
    client = signed_in(planner)
    path = address(scorecard, "change")
    page = client.post(path, filled(client.get(path), scale=typed, change_reason=WHY))
    assert page.status_code == 200 and set(page.context["adminform"].form.errors) == {"scale"}


def test_a_scale_does_not_end_below_a_level_that_is_described(scorecard, planner):
    scorecard.scale = THREE
    with pytest.raises(ValidationError) as refused:
        record_save(instance=scorecard, user=planner, reason=WHY)
    [sentence] = refused.value.message_dict["scale"]
    assert "D1-2" in sentence and "3" in sentence
    scorecard.scale = "10/20/30/40/50"
    record_save(instance=scorecard, user=planner, reason=WHY)
    assert cells(scorecard)["D1-2"].score == D("28.42")  # ten times 2.842


def test_no_level_above_the_scale_is_described(three, planner):
    indicator = indicator_of(three, "D1-1")
    with pytest.raises(ValidationError) as refused:
        record_save(instance=LevelCriterion(indicator=indicator, level=4, text="x"), user=None)
    assert set(refused.value.message_dict) == {"level"}
    client = signed_in(planner)
    path = address(indicator, "change")
    page = client.get(path)
    formset = next(
        inline.formset for inline in page.context["inline_admin_formsets"]
        if inline.formset.model is LevelCriterion
    )  # fmt: skip
    offered = [value for value, _label in formset.forms[0].fields["level"].widget.choices]
    assert offered[-1] == 3
    name = formset.forms[0].add_prefix("level")
    refused_page = client.post(path, filled(page, **{name: "4"}, change_reason=WHY))
    assert name in form_errors(refused_page)


def test_a_longer_scale_waits_for_its_thresholds(scorecard, planner):
    """Five thresholds say nothing of six levels: there is no score until the sixth is entered."""
    scorecard.scale = "1/2/3/4/5/6"
    record_save(instance=scorecard, user=planner, reason=WHY)
    cell = cells(scorecard)["D1-2"]
    assert cell.score is None and len(explain_score(cell)) == 1
    indicator = indicator_of(scorecard, "D1-2")
    row = LevelCriterion(indicator=indicator, level=6, text="x", threshold=D(110))
    record_save(instance=row, user=planner, reason=WHY)
    assert cells(scorecard)["D1-2"].score == D("2.84")


def test_levels_of_a_strategic_plan_stay_as_they_are(plan):
    assert plan.scale == ONE_TO_FIVE
    measure = Measure.objects.filter(indicator__strategy__plan=plan, kind="level").first()
    assert measure is not None and len(measure.indicator.strategy.plan.worths) == 5


def test_a_criterion_can_be_taken_out(three, planner):
    row = LevelCriterion.objects.filter(indicator=indicator_of(three, "D1-1"), level=3).get()
    record_delete(instance=row, user=planner, reason=WHY)
    assert not LevelCriterion.objects.filter(pk=row.pk).exists()
