"""The summary that planners keep with a month: of which months, and what is said of its age."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D
from html import unescape
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from benchmarks.data import make_plan, make_projects
from budgets.models import ProjectBudget, SpendingTarget
from kpis.models import Result, YearTarget
from kpis.write.results import result_approve
from nhrc_plan.meetings.models import MonthSummary
from nhrc_plan.meetings.read import board_report
from strategy.calendar import FiscalMonth
from strategy.models import Plan, Unit
from strategy.records.write import record_delete, record_save
from tests.support.writing import (
    OWN,
    SCORECARD,
    TODAY,
    address,
    enter,
    filled,
    form_errors,
    indicator_of,
    led_by,
    shown,
    signed_in,
    spend,
    transfer,
)

pytestmark = [pytest.mark.django_db, pytest.mark.same]

AT = FiscalMonth(2569, 11)
ADD = reverse("admin:board_monthsummary_add")
QUERY = "?plan=nhrc-2566-2570&year=2569&month=11"
SINCE = "หลังจากเขียนบทสรุปนี้"


@pytest.fixture(autouse=True)
def on_the_day(today):
    today(TODAY)


@pytest.fixture
def client(planner) -> Any:
    return signed_in(planner)


def keep(plan: Plan, at: FiscalMonth = AT, text: str = "ข้อความของเรา") -> MonthSummary:
    kept = MonthSummary(plan=plan, fiscal_year=at.year, month=at.month, text=text)
    record_save(instance=kept, user=None)
    return kept


def changed(plan: Plan) -> bool:
    return board_report(plan, AT, TODAY).changed_at is not None


# --------------------------------------------------------------------------------- its age


def record_of(plan: Plan, what: str) -> Any:
    """Enter something of a kind that a month shows, or change it."""
    project = led_by(OWN)
    indicator = indicator_of(plan, "S3-1.1", OWN)
    budget = ProjectBudget.objects.get(project=project, fiscal_year=2569)
    if what == "result":
        return enter(indicator, 2569, 9, 57)
    if what == "disbursement":
        return spend(project, 2569, 11, 100)
    if what == "target":
        row = YearTarget.objects.get(indicator=indicator, fiscal_year=2569)
    elif what == "budget":
        budget.approved_amount = D(5)
        row = budget
    elif what == "transfer":
        row = transfer(project, 2569, 100)
    else:
        quarters = {"q1": D(20), "q2": D(50), "q3": D(75), "q4": D(100)}
        row = SpendingTarget(agency=plan.agency, fiscal_year=2569, **quarters)
    return record_save(instance=row, user=None)


KINDS = ["result", "disbursement", "target", "budget", "transfer", "spending target"]


@pytest.mark.parametrize("what", KINDS)
def test_what_is_entered_after_the_text_was_written_is_said(plan, what):
    keep(plan)
    assert not changed(plan)
    record_of(plan, what)
    assert changed(plan)


@pytest.mark.parametrize("what", KINDS)
def test_what_was_there_when_it_was_written_is_not(plan, what):
    record_of(plan, what)
    keep(plan)
    assert not changed(plan)


@pytest.mark.parametrize("what", ["result", "disbursement", "transfer", "spending target"])
def test_what_is_taken_back_is_said_as_well(plan, what):
    row = record_of(plan, what)
    keep(plan)
    record_delete(instance=row, user=None)
    assert changed(plan)


def test_what_the_month_does_not_show_changes_nothing(plan):
    keep(plan)
    indicator = indicator_of(plan, "S3-1.1", OWN)
    enter(indicator, 2569, 10, 57, state=Result.State.DRAFT)
    enter(indicator, 2569, 12, 57)
    spend(led_by(OWN), 2569, 12, 100)
    later = ProjectBudget.objects.filter(fiscal_year=2570).first()
    record_save(instance=later, user=None)
    other = Plan.objects.get(slug=SCORECARD)
    record_save(
        instance=YearTarget.objects.filter(indicator__strategy__plan=other).first(), user=None
    )
    assert not changed(plan)


def test_an_approval_changes_no_figure_but_where_only_approved_ones_count(plan, planner):
    result = enter(indicator_of(plan, "S3-1.1", OWN), 2569, 9, 57)
    keep(plan)
    result_approve(user=planner, result=result, expected_version=result.version)
    assert not changed(plan)
    plan.approved_only = True
    record_save(instance=plan, user=None)
    assert changed(plan)


def test_another_text_answers_for_the_figures_and_another_unit_does_not(plan):
    kept = keep(plan)
    record_of(plan, "result")
    kept.unit = Unit.objects.get(name=OWN)
    record_save(instance=kept, user=None)
    assert changed(plan)
    kept.text = "ข้อความใหม่"
    record_save(instance=kept, user=None)
    assert not changed(plan)


def test_page_data_and_workbook_say_it(plan, client):
    here = f"/plans/{plan.slug}/board"
    free = client.get(f"{here}.json{QUERY}").json()
    assert (free["summary_kept_at"], free["figures_changed_at"]) == (None, None)
    keep(plan)

    def told() -> tuple[str, dict[str, Any], str]:
        book = load_workbook(BytesIO(client.get(f"{here}.xlsx{QUERY}").content))
        cells = [str(row[0].value) for row in book["สรุป"].iter_rows()]
        return (
            unescape(client.get(f"{here}/{QUERY}").content.decode()),
            client.get(f"{here}.json{QUERY}").json(),
            "\n".join(cells),
        )

    page, found, sheet = told()
    assert "เขียนเมื่อ" in page and "เขียนเมื่อ" in sheet
    assert found["summary_kept_at"] and found["figures_changed_at"] is None
    assert SINCE not in page and SINCE not in sheet
    record_of(plan, "result")
    page, found, sheet = told()
    assert SINCE in page and SINCE in sheet
    assert found["figures_changed_at"] >= found["summary_kept_at"]


def test_it_asks_four_times_more_whatever_there_is(plan):
    asked = []
    for number, size in ((1, 4), (2, 20)):
        made = make_plan(number, size, months=8)
        make_projects(made, size, months=8)
        for wanted in (False, True):
            if wanted:
                keep(made, FiscalMonth(2568, 7))
            with CaptureQueriesContext(connection) as captured:
                board_report(made, FiscalMonth(2568, 7), TODAY)
            asked.append(len(captured))
    assert asked == [asked[0], asked[0] + 4] * 2


# ------------------------------------------------------------------------------ which months


@pytest.mark.parametrize(
    ("year", "month"), [(2570, 1), (2570, 12), (2565, 12), (2571, 1)]
)  # fmt: skip
def test_only_a_month_of_the_plan_that_has_ended_is_summed_up(plan, client, year, month):
    typed = {"plan": plan.pk, "fiscal_year": year, "month": month, "text": "ข้อความ"}
    answer = client.post(ADD, filled(client.get(ADD), **typed))
    assert form_errors(answer) == {
        "month": ["บทสรุปทำได้เฉพาะเดือนของแผนที่สิ้นสุดแล้ว คือ ตุลาคม 2565 ถึง กันยายน 2569"]
    }
    assert shown(answer)["text"] == "ข้อความ"
    assert not MonthSummary.objects.exists()


@pytest.mark.parametrize(("year", "month"), [(2566, 1), (2569, 12)])
def test_the_first_and_the_latest_month_can_be(plan, client, year, month):
    typed = {"plan": plan.pk, "fiscal_year": year, "month": month, "text": "ข้อความ"}
    assert client.post(ADD, filled(client.get(ADD), **typed)).status_code == 302
    assert MonthSummary.objects.get().month == month


def test_before_the_plan_begins_there_is_none(plan, client, today):
    today(date(2022, 10, 31))
    typed = {"plan": plan.pk, "fiscal_year": 2566, "month": 1, "text": "ข้อความ"}
    answer = client.post(ADD, filled(client.get(ADD), **typed))
    assert "ยังไม่มีเดือนใดของแผนนี้ที่สิ้นสุด" in form_errors(answer)["month"][0]


def test_a_kept_one_is_not_moved_to_such_a_month(plan, client):
    kept = keep(plan)
    path = address(kept, "change")
    answer = client.post(path, filled(client.get(path), fiscal_year="2570"))
    assert "month" in form_errors(answer)


# -------------------------------------------------------------------------- one for each month


def test_the_add_form_of_a_month_that_has_one_leads_to_it(plan, client, auditor):
    assert client.get(ADD + QUERY).status_code == 200
    kept = keep(plan)
    answer = client.get(ADD + QUERY)
    assert answer.status_code == 302 and answer.url == address(kept, "change")
    assert "มีบทสรุปของเดือนสิงหาคม 2569 อยู่แล้ว" in client.get(answer.url).content.decode()
    assert client.get(ADD + QUERY.replace("=11", "=10")).status_code == 200
    assert signed_in(auditor).get(ADD + QUERY).status_code == 403


def test_the_second_planner_keeps_what_they_typed_and_finds_the_first_ones(plan, client):
    data = filled(client.get(ADD + QUERY), text="ของผู้ที่สอง")
    kept = keep(plan, text="ของผู้แรก")
    answer = client.post(ADD + QUERY, data)
    assert answer.status_code == 200
    assert shown(answer)["text"] == "ของผู้ที่สอง"
    [error] = form_errors(answer)["month"]
    assert len(form_errors(answer)) == 1
    assert f'<a href="{address(kept, "change")}"' in error
    assert error in answer.content.decode()
    assert MonthSummary.objects.get().text == "ของผู้แรก"


def test_todays_draft_stands_below_the_text_to_compare(plan, client):
    kept = keep(plan)
    record_of(plan, "result")
    page = client.get(address(kept, "change"))
    draft = board_report(plan, AT, TODAY).draft
    html = unescape(page.content.decode())
    assert all(part in html for part in draft.split("\n\n"))
    assert shown(page)["text"] == "ข้อความของเรา"
    assert not [name for name in shown(page) if "draft" in name]
    assert html.index("ข้อความของเรา") < html.index(draft.split("\n\n")[0])
    # A form for a new one begins with the draft itself.
    assert "ร่างจากตัวเลขวันนี้" not in client.get(ADD).content.decode()
