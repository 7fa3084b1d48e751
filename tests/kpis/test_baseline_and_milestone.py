"""A year that begins as a milestone and goes on as a number: what is entered in which month.

docs/domain.md, "When a figure is due": form, panel and check take the promise of the month that is
entered; a baseline begins after the milestone reports of its year.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from kpis.models import Baseline, Indicator, Result
from kpis.rules.entry import Value
from kpis.write.results import ResultEntries, ResultEntry, value_field
from kpis.write.targets import baseline_set
from strategy.models import Plan
from tests.support.writing import TODAY, indicator_of

CODE, YEAR = "S1-2.1", 2566


@pytest.fixture
def indicator(plan: Plan, today: Any) -> Indicator:
    today(TODAY)
    return indicator_of(plan, CODE)


def progress(indicator: Indicator, month: int, percent: str = "") -> Result:
    kind = "in_progress" if percent else "done"
    entry = ResultEntry(
        indicator, YEAR, month, progress=kind, progress_percent=D(percent) if percent else None
    )
    return ResultEntries.record(user=None, entry=entry, today=TODAY)


def begins(indicator: Indicator, month: int, year: int = YEAR) -> Baseline:
    return baseline_set(
        user=None,
        baseline=Baseline(
            measure=indicator.measures.get(), value=D(42), source="x", fiscal_year=year, month=month
        ),
    )


def test_the_form_asks_for_what_its_own_month_promises(indicator, planner, client):
    """The dead end: progress in month 6, a baseline from month 8, the open entry of month 9."""
    progress(indicator, 6, "50")
    begins(indicator, 8)
    client.force_login(planner)
    address = reverse("admin:kpis_result_add") + f"?indicator={indicator.pk}&year={YEAR}&month=9"
    page = client.get(address)
    field = value_field(indicator.measures.get().pk)
    assert field in page.context["adminform"].form.fields
    assert page.context["panel"].target == "42"
    answer = client.post(address, {field: "42", "_save": "1", "narrative": ""})
    assert answer.status_code == 302, page.context["adminform"].form.errors
    kept = Result.objects.get(indicator=indicator, fiscal_year=YEAR, month=9)
    assert [row.value for row in kept.values.all()] == [D(42)]


def test_before_the_baseline_the_month_still_asks_for_progress(indicator, planner, client):
    begins(indicator, 8)
    client.force_login(planner)
    address = reverse("admin:kpis_result_add") + f"?indicator={indicator.pk}&year={YEAR}&month=7"
    form = client.get(address).context["adminform"].form
    assert "progress" in form.fields
    assert value_field(indicator.measures.get().pk) not in form.fields


@pytest.mark.parametrize(
    ("reported", "month", "named", "offered"),
    [
        (6, 6, "มีนาคม 2566", "เมษายน 2566"),
        (6, 1, "มีนาคม 2566", "เมษายน 2566"),
        (12, 8, "กันยายน 2566", "ตุลาคม 2566"),
    ],
)
def test_a_baseline_does_not_void_a_milestone_report(
    indicator, planner, client, reported, month, named, offered
):
    progress(indicator, reported)
    with pytest.raises(ValidationError) as refused:
        begins(indicator, month)
    [told] = refused.value.message_dict["month"]
    assert named in told and told.index(named) < told.index(offered)
    client.force_login(planner)
    page = client.post(
        reverse("admin:kpis_baseline_add"),
        {"measure": indicator.measures.get().pk, "value": "42", "source": "x",
         "fiscal_year": YEAR, "month": month},
    )  # fmt: skip
    assert page.context["adminform"].form.errors["month"] == [told]
    assert not Baseline.objects.exists()
    # The month that is offered can begin it, and the report stays what it was.
    after = date(2023, 10, 1) if offered.startswith("ตุลาคม") else None
    assert begins(indicator, 1 if after else reported + 1, YEAR + 1 if after else YEAR).pk


def test_a_number_is_no_milestone_report(indicator):
    """Control: figures under a baseline that stands void nothing."""
    begins(indicator, 3)
    entry = ResultEntry(indicator, YEAR, 6, {indicator.measures.get().pk: Value(D(40))})
    ResultEntries.record(user=None, entry=entry, today=TODAY)
    baseline = Baseline.objects.get()
    baseline.month = 2
    assert baseline_set(user=None, baseline=baseline).month == 2
