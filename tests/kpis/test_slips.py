"""A slip is asked about, never blocked and never silent; docs/domain.md, "Slips"."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from kpis.models import Measure, Result
from kpis.rules.entry import Value
from kpis.write.results import ResultEntries, ResultEntry, value_field
from strategy.models import Plan
from strategy.records.write import record_save
from tests.support.writing import (
    REMEDY,
    TODAY,
    address,
    enter,
    filled,
    form_errors,
    indicator_of,
    signed_in,
)

pytestmark = pytest.mark.django_db

CODE = "S3-1.1"  # a percentage


@pytest.fixture(autouse=True)
def on_the_day(today: Callable[[date], date]) -> None:
    today(TODAY)


def record(
    plan: Plan, planner: Any, code: str, figure: str, month: int = 12, **more: Any
) -> Result:
    indicator = indicator_of(plan, code)
    values = {measure.pk: Value(D(figure)) for measure in indicator.measures.all()}
    entry = ResultEntry(indicator, 2569, month, values, **REMEDY, **more)
    return ResultEntries.record(user=planner, entry=entry, today=TODAY)


def asked(plan: Plan, planner: Any, code: str, figure: str, **more: Any) -> str:
    """The question that a figure meets; "" where it is taken."""
    try:
        record(plan, planner, code, figure, **more)
    except ValidationError as refused:
        [(field, problems)] = refused.error_dict.items()
        assert field.startswith("value_") and problems[0].code == "asked"
        return problems[0].messages[0]
    return ""


@pytest.mark.parametrize(
    ("code", "last", "figure", "question"),
    [
        pytest.param(CODE, "76", "0.75", "ส.ค. 2569 อยู่ที่ 76", id="a-share-for-a-percentage"),
        pytest.param(CODE, "76", "7.6", "ส.ค. 2569 อยู่ที่ 76", id="a-tenth"),
        pytest.param(CODE, "76", "7.61", "", id="more-than-a-tenth"),
        pytest.param(CODE, "7", "70", "ส.ค. 2569 อยู่ที่ 7", id="ten-times"),
        pytest.param("S3-3.1", "1", "10", "ส.ค. 2569 อยู่ที่ 1", id="a-count-ten-times-the-last"),
        pytest.param("S3-3.1", "1", "9", "", id="nine-times"),
        pytest.param(CODE, "76", "76", "", id="the-same"),
        pytest.param(CODE, "0", "50", "", id="nothing-before"),
    ],
)
def test_what_looks_like_a_slip_is_asked_about(plan, planner, code, last, figure, question):
    enter(indicator_of(plan, code), 2569, 11, last)
    said = asked(plan, planner, code, figure)
    assert question in said and bool(said) == bool(question)


def test_a_cumulative_jump_beyond_the_years_target_is_asked_about(plan, planner):
    indicator = indicator_of(plan, "S4-3.1")
    target = indicator.targets.get(fiscal_year=2568).values.get().value

    def enters(figure: D) -> ResultEntry:
        return ResultEntry(indicator, 2568, 12, {indicator.measures.get().pk: Value(figure)})

    def question(figure: D) -> str:
        refused = ResultEntries.problems([enters(figure)], TODAY).get(0)
        return "" if refused is None else refused.messages[0]

    # A first figure may well be above what was promised, but not ten times as high.
    assert question(target + 1) == ""
    assert "เป้าหมายทั้งปี" in question(target * 10)
    enter(indicator, 2568, 6, "1")
    assert question(target + 1) == ""
    assert "เป้าหมายทั้งปี" in question(target + 2)


def test_drafts_and_the_systems_own_are_not_asked_about(plan, planner):
    enter(indicator_of(plan, CODE), 2569, 11, "76")
    assert asked(plan, planner, CODE, "0.75", state="draft") == ""
    assert record(plan, None, CODE, "0.75", month=10).slips == []


def test_a_plan_sets_the_share_and_0_asks_about_nothing(plan, planner):
    enter(indicator_of(plan, CODE), 2569, 11, "76")
    for share, figure, question in ((30, "20", True), (30, "23", False), (0, "0.75", False)):
        plan.plausible_share = D(share)
        record_save(instance=plan, user=None)
        Result.objects.filter(month=12, fiscal_year=2569).delete()
        assert bool(asked(plan, planner, CODE, figure)) == question, (share, figure)


def test_one_press_confirms_and_it_is_kept_with_the_figure_and_listed(plan, planner):
    """0.75 where 76 stood: shown again with the question, nothing lost; the same once more saves."""
    indicator = indicator_of(plan, CODE)
    enter(indicator, 2569, 11, "76")
    client = signed_in(planner)
    path = f"{reverse('admin:kpis_result_add')}?indicator={indicator.pk}&year=2569&month=12"
    name = value_field(indicator.measures.get().pk)
    page = client.post(
        path, filled(client.get(path), **{name: "๐.๗๕", "narrative": "ยังอยู่"}, **REMEDY)
    )
    assert (
        page.status_code == 200 and not Result.objects.filter(fiscal_year=2569, month=12).exists()
    )
    [question] = form_errors(page)[name]
    assert "0.75" in question and "บันทึกอีกครั้ง" in question
    form = page.context["adminform"].form
    assert (form[name].value(), form["narrative"].value()) == ("๐.๗๕", "ยังอยู่")

    # Another figure is asked about anew; what was asked about is not confirmed by it.
    other = client.post(path, filled(page, **{name: "0.5"}))
    assert (
        "0.5" in form_errors(other)[name][0]
        and not Result.objects.filter(fiscal_year=2569, month=12).exists()
    )
    assert client.post(path, filled(other)).status_code == 302
    kept = Result.objects.get(month=12, fiscal_year=2569)
    assert kept.slips == [
        {"measure": indicator.measures.get().pk, "why": "much_less", "value": "0.5", "last": "76"}
    ]
    shown = client.get(reverse("admin:kpis_result_history", args=[kept.pk])).content.decode()
    assert "0.5 (76)" in shown

    listed = client.get(reverse("admin:kpis_result_changelist") + "?asked=yes")
    assert [row.pk for row in listed.context["cl"].queryset] == [kept.pk]

    # Saved again for its words it is not asked about, and stays on the list.
    change = address(kept, "change")
    assert client.post(change, filled(client.get(change), narrative="แก้คำ")).status_code == 302
    kept.refresh_from_db()
    assert kept.narrative == "แก้คำ" and len(kept.slips) == 1
    # Corrected to what is plausible, it leaves the list.
    assert client.post(change, filled(client.get(change), **{name: "75"})).status_code == 302
    kept.refresh_from_db()
    assert kept.slips == []


def test_a_counted_share_is_asked_about_beside_its_numbers(plan, planner):
    indicator = indicator_of(plan, CODE)
    enter(indicator, 2569, 11, "76")
    pk = indicator.measures.get().pk
    entry = ResultEntry(indicator, 2569, 12, {pk: Value(None, D(1), D(30))}, **REMEDY)
    with pytest.raises(ValidationError) as refused:
        ResultEntries.record(user=planner, entry=entry, today=TODAY)
    assert set(refused.value.error_dict) == {value_field(pk, "numerator")}


def test_a_growth_rate_may_pass_100_and_fall_below_0(plan, planner):
    indicator = indicator_of(plan, CODE)
    Measure.objects.filter(indicator=indicator).update(kind="growth")
    for month, figure in ((10, "140"), (11, "120"), (12, "-12.5")):
        assert record(plan, planner, CODE, figure, month=month).pk
    client = signed_in(planner)
    row = client.get(f"/plans/{plan.slug}/indicators/{CODE}.json?year=2569&month=12").json()
    assert (row["text"]["result"], row["achievement"]) == ("-12.5", "0.00")
    with pytest.raises(ValidationError):
        record(plan, planner, "S3-1.2", "140", month=12)


def test_a_refusal_never_prints_more_than_four_decimals(plan, planner):
    """A fall of a percentage that was counted: a third is 33.3333, not twenty-eight threes."""
    indicator = indicator_of(plan, "S1-2.1")
    indicator.accrual = "cumulative"
    record_save(instance=indicator, user=None)
    pk = indicator.measures.get().pk
    for month, top in ((6, D(2)), (9, D(1))):
        entry = ResultEntry(indicator, 2569, month, {pk: Value(None, top, D(3))})
        refused = ResultEntries.problems([entry], TODAY).get(0)
        if month == 6:
            ResultEntries.record(user=None, entry=entry, today=TODAY)
    told = refused.message_dict["fall_reason"][0]
    assert "66.6667" in told and "33.3333" in told and "33333.3" not in told
    assert max(len(part) for part in told.replace(",", " ").split()) < 60
    assert "66.66666" not in told and "33.33333" not in told
