"""The form asks for what can be asked, and begins with what is due or was entered last."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from kpis.models import Result
from strategy.models import Plan
from strategy.records.write import record_save
from tests.support.writing import OWN, TODAY, enter, indicator_of, signed_in

pytestmark = pytest.mark.django_db

ADD = reverse("admin:kpis_result_add")


@pytest.fixture(autouse=True)
def on_the_day(today: Callable[[date], date]) -> None:
    today(TODAY)


def fields(client: Any, plan: Plan, code: str, year: int, month: int = 12) -> set[str]:
    pk = indicator_of(plan, code).pk
    page = client.get(f"{ADD}?indicator={pk}&year={year}&month={month}")
    return set(page.context["adminform"].form.fields)


@pytest.mark.parametrize(
    ("code", "year", "asked"),
    [
        pytest.param("S1-3.1", 2568, True, id="cumulative"),
        pytest.param("S3-1.1", 2568, False, id="a-rate"),
        pytest.param("S3-3.1", 2568, False, id="anew-each-year"),
        pytest.param("S1-3.1", 2566, False, id="a-milestone"),
    ],
)
def test_a_falls_reason_is_asked_for_where_there_can_be_a_fall(plan, planner, code, year, asked):
    assert ("fall_reason" in fields(signed_in(planner), plan, code, year)) == asked


def test_lower_is_better_does_not_fall(plan, planner):
    indicator = indicator_of(plan, "S1-3.1")
    indicator.direction = "lower"
    record_save(instance=indicator, user=None)
    assert "fall_reason" not in fields(signed_in(planner), plan, "S1-3.1", 2568)


def test_a_reason_that_was_given_stays_in_sight(plan, planner):
    row = enter(indicator_of(plan, "S3-1.1"), 2568, 12, "60", fall_reason="ปรับวิธีนับ")
    page = signed_in(planner).get(reverse("admin:kpis_result_change", args=[row.pk]))
    assert "fall_reason" in page.context["adminform"].form.fields


def test_year_and_month_begin_with_what_is_due(plan, reporter):
    indicator_of(plan, "S3-1.1", OWN)
    form = signed_in(reporter).get(ADD).context["form"]
    duties = signed_in(reporter).get(ADD).context["duties"]
    assert duties
    assert (form["year"].value(), form["month"].value()) == (
        duties[0].period.year, duties[0].period.month,
    )  # fmt: skip


def test_without_anything_due_they_begin_with_what_was_entered_last(plan, reporter):
    """And the reporter's own indicators stand there with their last figure, a press from entry."""
    indicator = indicator_of(plan, "S3-1.1", OWN)
    for year in (2568, 2569):
        enter(indicator, year, 12, "76", user=reporter)
    client = signed_in(reporter)
    page = client.get(ADD)
    assert page.context["duties"] == []
    assert (page.context["form"]["year"].value(), page.context["form"]["month"].value()) == (
        2569,
        12,
    )
    [own] = page.context["own"]
    assert (own.row.code, own.row.current.result) == ("S3-1.1", "76")
    text = " ".join(page.content.decode().split())
    link = f"?indicator={indicator.pk}&amp;year={own.at.year}&amp;month={own.at.month}"
    assert link in text
    follow = client.get(ADD + link.replace("&amp;", "&"), follow=True)
    assert follow.context["adminform"].form.instance.month == own.at.month


def test_another_units_indicators_are_not_among_them(plan, reporter):
    indicator_of(plan, "S3-1.2", "สำนักกฎหมาย")
    Result.objects.all().delete()
    assert signed_in(reporter).get(ADD).context["own"] == []
