"""Rules by which figures are judged are facts with a date; docs/domain.md, "What was judged"."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from budgets.models import SpendingTarget
from budgets.read.money import plan_money
from kpis.models import Baseline, Indicator, LevelCriterion, Measure, YearTarget
from kpis.read import asof
from kpis.read.restated import rules_as_known
from kpis.read.standing import plan_standing
from kpis.rules.judging import figure_score
from kpis.write.targets import EnteredPoint, TargetEntry, target_change
from nhrc_plan.meetings.changes import Changes, plan_changes
from nhrc_plan.meetings.models import MonthSummary
from nhrc_plan.meetings.read import board_report
from strategy.calendar import FiscalMonth
from strategy.models import Plan, ReportingYear
from strategy.read import deadline_days
from strategy.records.write import record_delete, record_save
from tests.support.pages import samples
from tests.support.writing import (
    address,
    enter,
    filled,
    indicator_of,
    signed_in,
)

# Days gone by are read from the history on both databases in tests/overview/test_as_of.py.
pytestmark = [pytest.mark.django_db, pytest.mark.same]

#: April 2568 is looked at; what was known of March by 10 April.
AT, TODAY = FiscalMonth(2568, 7), date(2025, 5, 12)
CODE = "S3-1.1"  # a rate; its target for 2568 is 70
BANDS = {"band_on_plan": "70", "band_near": "60", "band_at_risk": "30"}
WHY = "มติคณะกรรมการ ครั้งที่ 5"


@pytest.fixture(autouse=True)
def on_the_day(today: Callable[[date], date]) -> None:
    today(TODAY)


def changes(plan: Plan, at: FiscalMonth = AT) -> Changes:
    plan.refresh_from_db()
    days = deadline_days(plan)
    standing = plan_standing(plan, at, TODAY)
    return plan_changes(plan, standing, plan_money(plan, at, TODAY, days=days), days, TODAY)


def told(plan: Plan) -> list[tuple[str, str, str, str]]:
    lines = [line for line in changes(plan).lines if line.kind == "หลักเกณฑ์การประเมิน"]
    return [(line.code, line.before, line.after, line.status_after) for line in lines]


def changed(row: Any, user: Any, reason: str = WHY, **fields: Any) -> Any:
    row = type(row).objects.get(pk=row.pk)
    for name, value in fields.items():
        setattr(row, name, value)
    return record_save(instance=row, user=user, reason=reason)


# ------------------------------------------------------------------------------------- the bands


def test_other_bands_ask_for_a_reason_and_are_told(plan, planner):
    """100/75/50 → 70/60/30 with the reason left empty had been accepted, and told nowhere."""
    samples(plan, TODAY)
    client = signed_in(planner)
    page = client.get(address(plan, "change"))
    refused = client.post(address(plan, "change"), filled(page, **BANDS))
    assert refused.status_code == 200
    [sentence] = refused.context["adminform"].form.errors["change_reason"]
    assert "โปรดระบุเหตุผล" in sentence
    plan.refresh_from_db()
    assert plan.band_on_plan == 100 and told(plan) == []

    before = {row.code: row.current.status for row in plan_standing(plan, AT, TODAY).rows}
    accepted = client.post(address(plan, "change"), filled(page, **BANDS, change_reason=WHY))
    assert accepted.status_code == 302
    plan.refresh_from_db()
    now = {row.code: row.current.status for row in plan_standing(plan, AT, TODAY).rows}
    flips = sum(before[code] != status for code, status in now.items())
    assert flips > 0
    assert told(plan) == [("", "100/75/50", "70/60/30", f"สถานะของ {flips} ตัวชี้วัดเปลี่ยนเพราะเหตุนี้")]
    [line] = [line for line in changes(plan).lines if line.before == "100/75/50"]
    assert line.note == f"planner: {WHY}"
    for path in ("/board/", "/board.json"):
        shown = client.get(f"/plans/{plan.slug}{path}?year=2568&month=7").content.decode()
        assert WHY in shown or WHY.encode("unicode_escape").decode() in shown


def test_a_plans_other_words_ask_for_no_reason(plan, planner):
    changed(plan, planner, reason="", vision="ใหม่")
    assert told(plan) == []


def test_control_with_the_bands_of_today_nothing_would_have_changed(plan, planner, monkeypatch):
    enter(indicator_of(plan, CODE), 2568, 6, 50)
    changed(plan, planner, **{name: D(value) for name, value in BANDS.items()})
    flipped = [c.row.code for c in changes(plan).indicators if c.flipped]
    assert flipped == [CODE]
    monkeypatch.setattr(asof, "_figures_back", lambda *known: {})
    found = [(c.before.status, c.after.status) for c in changes(plan).indicators]
    assert found == [("at_risk", "on_plan")]
    real = asof.rules_as_known

    def of_today(known: Plan, *more: Any) -> Any:
        rules = real(known, *more)
        for name in Plan.judged_by:
            setattr(rules.plan, name, getattr(known, name))
        return rules

    monkeypatch.setattr(asof, "rules_as_known", of_today)
    assert changes(plan).indicators == ()


# ------------------------------------------------------------------------------ indicators, measures


@pytest.mark.parametrize(
    ("field", "value", "before", "after", "flips"),
    [
        ("direction", "lower", "ยิ่งสูงยิ่งดี", "ยิ่งต่ำยิ่งดี", 1),
        ("accrual", "cumulative", None, None, 1),
        ("weight", D("2.5"), "1", "2.5", 0),
    ],
)
def test_how_an_indicator_is_judged_asks_for_a_reason_and_is_told(
    plan, planner, field, value, before, after, flips
):
    indicator = indicator_of(plan, CODE)
    enter(indicator, 2568, 6, 68)
    with pytest.raises(ValidationError) as refused:
        changed(indicator, planner, reason=" - ", **{field: value})
    assert "change_reason" in refused.value.message_dict
    changed(indicator, planner, **{field: value})
    [(code, was, now, status)] = told(plan)
    assert (code, status) == (CODE, f"สถานะของ {flips} ตัวชี้วัดเปลี่ยนเพราะเหตุนี้")
    if before:
        assert (was, now) == (before, after)


def test_a_measure_more_voids_what_was_reported_and_says_so(plan, planner):
    indicator = indicator_of(plan, CODE)
    enter(indicator, 2568, 6, 66)
    more = Measure(indicator=indicator, position=2, label="อีกสิ่ง", kind="number")
    with pytest.raises(ValidationError):
        record_save(instance=more, user=planner)
    record_save(instance=more, user=planner, reason=WHY)
    lines = told(plan)
    assert [line[0] for line in lines] == [CODE]
    with pytest.raises(ValidationError):
        record_delete(instance=more, user=planner)
    more.refresh_from_db()
    record_delete(instance=more, user=planner, reason=WHY)
    assert [line[0] for line in told(plan)] == [CODE, CODE]


def test_a_new_indicators_measures_ask_for_none(plan, planner):
    indicator = indicator_of(plan, CODE)
    record_save(
        instance=Measure(indicator=indicator, position=2, label="อีกสิ่ง", kind="number"), user=planner
    )
    assert Measure.objects.filter(indicator=indicator).count() == 2


def test_an_indicators_form_asks_for_the_reason_of_what_changes_below_it(plan, planner):
    indicator = indicator_of(plan, CODE)
    enter(indicator, 2568, 6, 66)
    client = signed_in(planner)
    page = client.get(address(indicator, "change"))
    kind = {"measures-0-kind": "number"}
    refused = client.post(address(indicator, "change"), filled(page, **kind))
    assert "change_reason" in refused.context["adminform"].form.errors
    assert indicator.measures.get().kind == "percent"
    again = client.post(address(indicator, "change"), filled(page, **kind, change_reason=WHY))
    assert again.status_code == 302
    assert indicator.measures.get().kind == "number"


def test_planned_quarters_are_told_with_their_target(plan, planner):
    target = YearTarget.objects.get(indicator=indicator_of(plan, "S3-3.1"), fiscal_year=2568)
    measure = target.indicator.measures.get()
    value = target.values.get().value
    entry = TargetEntry("numeric", {measure.pk: EnteredPoint(value, None, D(1), None)})
    target_change(user=planner, target=target, entry=entry, reason=WHY)
    [found] = changes(plan).targets
    assert (found.before, found.after, found.reason) == ("6", "6 (–/1/–)", WHY)


@pytest.mark.parametrize(
    "row",
    [
        lambda plan: ReportingYear(agency=plan.agency, fiscal_year=2568),
        lambda plan: SpendingTarget(agency=plan.agency, fiscal_year=2568),
        lambda plan: Baseline(
            measure=indicator_of(plan, CODE).measures.get(),
            value=D(40), source="x", fiscal_year=2568, month=1,
        ),
    ],
    ids=["deadline", "spending", "baseline"],
)  # fmt: skip
def test_what_else_figures_are_judged_by_asks_as_well(plan, planner, row):
    kept = record_save(instance=row(plan), user=planner)
    [field] = {"ReportingYear": ["deadline_day"], "SpendingTarget": ["q1"], "Baseline": ["value"]}[
        type(kept).__name__
    ]
    with pytest.raises(ValidationError):
        changed(kept, planner, reason="", **{field: 12})
    assert changed(kept, planner, **{field: 12}).version == 2


# ------------------------------------------------------------------------------- a kept summary


@pytest.mark.parametrize(
    ("fields", "older"), [(BANDS, True), ({"vision": "ใหม่"}, False)], ids=["bands", "words"]
)
def test_a_kept_summary_is_older_than_the_rule(plan, planner, fields, older):
    kept = MonthSummary(plan=plan, fiscal_year=AT.year, month=AT.month, text="ข้อความ")
    record_save(instance=kept, user=planner)
    assert board_report(plan, AT, TODAY).changed_at is None
    changed(plan, planner, **fields)
    plan.refresh_from_db()
    assert (board_report(plan, AT, TODAY).changed_at is not None) == older


def test_an_indicators_rule_makes_a_kept_summary_older_too(plan, planner):
    kept = MonthSummary(plan=plan, fiscal_year=AT.year, month=AT.month, text="ข้อความ")
    record_save(instance=kept, user=planner)
    changed(Indicator.objects.get(pk=indicator_of(plan, CODE).pk), planner, accrual="per_year")
    assert board_report(plan, AT, TODAY).changed_at is not None


# ---------------------------------------------------------------------------- scales, level criteria


@pytest.fixture
def scored(plan: Plan) -> tuple[Plan, Indicator]:
    """The plan as a scorecard, its rate scored by five thresholds and reported at 85."""
    plan = changed(plan, None, kind=Plan.Kind.SCORECARD)
    indicator = indicator_of(plan, CODE)
    for level, edge in enumerate((50, 60, 70, 80, 90), start=1):
        row = LevelCriterion(indicator=indicator, level=level, text="x", threshold=D(edge))
        record_save(instance=row, user=None)
    target = YearTarget.objects.get(indicator=indicator, fiscal_year=2568)
    target_change(user=None, target=target, entry=TargetEntry("none"), reason=WHY)
    enter(indicator, 2568, 6, 85)
    return plan, indicator


def test_another_scale_is_told_and_earlier_days_keep_theirs(scored, planner):
    plan, _indicator = scored
    earlier = timezone.now()
    changed(plan, planner, scale="10/20/30/40/100")
    assert ("", "1/2/3/4/5", "10/20/30/40/100") in [line[:3] for line in told(plan)]
    rules = rules_as_known(plan, earlier, {})
    assert rules.plan.scale == "1/2/3/4/5"
    rows = plan_standing(plan, AT, TODAY).rows
    [row] = [row for row in rows if row.code == CODE]
    then = rules.on_scale(rules.facts(row.id, row.facts))
    # 85 of 80 and 90: 4.5 of 5 then, 70 of 100 now.
    assert figure_score(then, row.current.figure) == D("4.50")
    assert row.current.score == D("70.00")


def test_another_threshold_is_told_and_earlier_days_keep_theirs(scored, planner):
    plan, indicator = scored
    earlier = timezone.now()
    row = LevelCriterion.objects.get(indicator=indicator, level=5)
    with pytest.raises(ValidationError):
        changed(row, planner, reason="", threshold=D(100))
    changed(row, planner, threshold=D(100))
    assert (CODE, "90", "100") in [line[:3] for line in told(plan)]
    facts = {each.id: each.facts for each in plan_standing(plan, AT, TODAY).rows}
    rules = rules_as_known(plan, earlier, facts)
    then = rules.facts(indicator.pk, facts[indicator.pk])
    assert then.thresholds == (50, 60, 70, 80, 90)
    assert facts[indicator.pk].thresholds == (50, 60, 70, 80, 100)


def test_a_scale_of_fewer_levels_keeps_the_levels_of_earlier_days(scored, planner):
    plan, indicator = scored
    earlier = timezone.now()
    for row in LevelCriterion.objects.filter(indicator=indicator):
        record_delete(instance=row, user=planner, reason=WHY)
    plan = changed(plan, planner, scale="50/75/100")
    for level, edge in enumerate((70, 80, 90), start=1):
        row = LevelCriterion(indicator=indicator, level=level, text="x", threshold=D(edge))
        record_save(instance=row, user=planner, reason=WHY)
    [row] = [row for row in plan_standing(plan, AT, TODAY).rows if row.code == CODE]
    assert row.current.score == D("87.50")
    rules = rules_as_known(plan, earlier, {row.id: row.facts})
    then = rules.on_scale(rules.facts(row.id, row.facts))
    assert then.thresholds == (50, 60, 70, 80, 90) and len(then.scale) == 5
    assert figure_score(then, row.current.figure) == D("4.50")
    assert changes(plan).lines
