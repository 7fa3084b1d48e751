"""My work: what one person has to enter, on one list, each thing one press from its form."""

import re
from datetime import date
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from benchmarks.data import make_plan
from integrity.models import ItaMeasure
from kpis.write.results import results_return
from nhrc_plan.desk.read import my_work
from nhrc_plan.desk.rows import CARRIED, MEASURE, MONEY, RESULT
from strategy import access as roles
from strategy.access import viewer
from strategy.models import Unit
from strategy.records.write import record_save
from tests.support.writing import (
    OTHER,
    OWN,
    TODAY,
    carry,
    enter,
    indicator_of,
    led_by,
    measure_of,
    progress,
    signed_in,
    spend,
)

pytestmark = [pytest.mark.django_db, pytest.mark.same]

HERE = "/my-work/"


@pytest.fixture(autouse=True)
def on_the_day(today):
    today(TODAY)


def work(user, day=TODAY):
    return my_work(viewer(user), day)


def named(tasks):
    return {(task.kind, task.code) for task in tasks}


def test_results_money_and_measures_stand_on_one_list(plan, reporter):
    indicator_of(plan, "S3-1.1", OWN)
    indicator_of(plan, "S3-1.2", OTHER)
    measure_of(2566, "2.2", OWN)
    found = work(reporter)
    assert (RESULT, "S3-1.1") in named(found.enter)
    assert (RESULT, "S3-1.2") not in named(found.enter)
    assert (MONEY, "") in named(found.enter)
    late = [task.state for task in found.enter]
    assert late == sorted(late, key=["late", "open"].index)


def test_what_has_been_entered_leaves_the_list_and_is_counted_as_done(plan, reporter, today):
    indicator = indicator_of(plan, "S3-1.1", OWN)
    before = [task for task in work(reporter).enter if task.code == "S3-1.1"]
    assert before and not before[0].begun
    enter(indicator, 2569, 12, "57", user=reporter, state="draft")
    drafts = [t for t in work(reporter).enter if t.code == "S3-1.1" and t.period == "ก.ย. 2569"]
    assert [task.begun for task in drafts] == [True]
    result = indicator.results.get()
    enter(
        indicator, 2569, 12, "57", user=reporter, state="submitted",
        expected_version=result.version, problems="ไม่มี", next_steps="ทำต่อ",
    )  # fmt: skip
    after = [t for t in work(reporter).enter if t.code == "S3-1.1" and t.period == "ก.ย. 2569"]
    assert after == []
    now = timezone.localdate()  # the day that the history has written down
    assert {done.kind for done in work(reporter, now).done} == {RESULT}


def test_each_thing_leads_to_its_form_with_its_period(plan, reporter):
    indicator_of(plan, "S3-1.1", OWN)
    carry(led_by(OWN), "1")
    spend(led_by(OWN), 2569, 12, "0", "1000")
    client = signed_in(reporter)
    tasks = work(reporter).enter
    assert {RESULT, CARRIED} <= {task.kind for task in tasks}
    for task in tasks:
        page = client.get(task.address)
        assert page.status_code == 200, task
        # The form itself, not the page that asks which one.
        assert 'method="post"' in page.content.decode()
    text = client.get(HERE).content.decode()
    for task in tasks:
        assert task.address.replace("&", "&amp;") in text


def test_a_quarter_of_measures_is_listed_until_it_is_reported(plan, reporter, person, today):
    day = date(2023, 3, 3)  # 2565, which is reported by quarter, is over
    today(day)
    measure = ItaMeasure.objects.filter(issue__year__fiscal_year=2565)[0]
    units = {"units": [Unit.objects.get(name=OWN)]}
    record_save(instance=measure, user=None, links=units)
    owed = [task for task in work(reporter, day).enter if task.kind == MEASURE]
    assert owed
    progress(measure, 1)
    again = [task for task in work(reporter, day).enter if task.kind == MEASURE]
    assert again != owed
    # Who approves for the unit enters nothing, and is led to no form that is refused.
    approver = person("approves", roles.APPROVER, OWN)
    assert work(approver, day).enter == ()
    client = signed_in(approver)
    links = re.findall(r'href="(/[^"#]*)', client.get(HERE).content.decode())
    asked = {
        link: client.get(unescape(link)).status_code for link in links if "/static/" not in link
    }
    assert {link: status for link, status in asked.items() if status >= 400} == {}


def test_who_lands_where_after_signing_in(plan, client, reporter, executive, planner):
    for user, address in (
        (reporter, "/my-work/"),
        (executive, f"/plans/{plan.slug}/"),
        (planner, f"/plans/{plan.slug}/"),
    ):
        client.force_login(user)
        assert client.get("/").url == address
    page = signed_in(reporter).get(f"/plans/{plan.slug}/")
    assert HERE in page.content.decode()
    assert "งานของฉัน" not in signed_in(executive).get(f"/plans/{plan.slug}/").content.decode()


@pytest.mark.parametrize("role", ["executive", "auditor"])
def test_who_enters_nothing_finds_their_questions_there(request, plan, role):
    client = signed_in(request.getfixturevalue(role))
    html = client.get(HERE).content.decode()
    assert "ไม่มีคำถามค้างอยู่" in html and "ต้องบันทึก" not in html
    assert f'href="{HERE}' in client.get(f"/plans/{plan.slug}/").content.decode()


def test_nobody_sees_it_without_signing_in(plan, client, settings):
    settings.PUBLIC_READING = True
    assert client.get(HERE).status_code == 302
    assert client.get("/my-work.json").status_code == 401


def test_a_planner_sees_what_the_units_owe(plan, planner):
    indicator_of(plan, "S3-1.1", OWN)
    found = work(planner)
    assert [unit.name for unit in found.waiting] == [OWN]
    assert found.waiting[0].late > 0
    # Their own list: what belongs to no unit.
    assert "S3-1.1" not in {task.code for task in found.enter}
    assert "S3-1.2" in {task.code for task in found.enter}


@pytest.mark.parametrize("role", [roles.EXECUTIVE, roles.AUDITOR, roles.ADMINISTRATOR])
def test_others_have_nothing_to_enter(plan, person, role):
    user = person("somebody", role)
    assert work(user).enter == ()
    assert signed_in(user).get(HERE).status_code == 200


def test_the_queries_grow_neither_with_ones_plan_nor_with_the_plans_of_others(plan, reporter):
    indicator_of(plan, "S3-1.1", OWN)

    def asked():
        with CaptureQueriesContext(connection) as captured:
            my_work(viewer(reporter), TODAY)
        return len(captured)

    few = asked()
    for number in range(3):
        make_plan(number + 1, 19, months=3)
    for code in ("S3-1.2", "S3-2.1", "S3-3.1", "S4-1.2"):
        indicator_of(plan, code, OWN)
    assert asked() <= few <= 45


def test_control_a_query_for_each_plan_of_others_would_be_seen(plan, reporter, monkeypatch):
    """NEGATIVE CONTROL: every plan's duties are asked for, as they once were."""
    from kpis.read import entry
    from strategy.models import Plan

    indicator_of(plan, "S3-1.1", OWN)
    monkeypatch.setattr(entry, "reporting_plans", lambda who, first, last: list(Plan.objects.all()))
    counts = []
    for number in range(2):
        make_plan(number + 1, 3, months=1)
        with CaptureQueriesContext(connection) as captured:
            my_work(viewer(reporter), TODAY)
        counts.append(len(captured))
    assert counts[1] > counts[0]


def test_the_page_stays_within_its_queries(plan, reporter):
    indicator_of(plan, "S3-1.1", OWN)
    client = signed_in(reporter)
    client.get(HERE)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(HERE).status_code == 200
    assert len(captured) <= 50
    assert client.get(reverse("my_work_data")).json()["enter"]


def test_what_was_returned_comes_first_with_its_comment(plan, reporter, planner):
    indicator = indicator_of(plan, "S3-1.1", OWN)
    result = enter(indicator, 2569, 6, "57", user=reporter)
    results_return(user=planner, shown={result: result.version}, comment="ตัวหารไม่ครบ")
    first = work(reporter).enter[0]
    assert (first.code, first.returned, first.period) == ("S3-1.1", "ตัวหารไม่ครบ", "มี.ค. 2569")
    assert work(reporter).returned == 1
    text = signed_in(reporter).get(HERE).content.decode()
    assert "ตัวหารไม่ครบ" in text
    screen = f"/admin/kpis/result/month/?unit={indicator.unit_id}&year=2569&month=6"
    assert "ตัวหารไม่ครบ" in signed_in(reporter).get(screen).content.decode()


def test_an_approver_begins_with_what_waits(plan, person, reporter, client):
    indicator = indicator_of(plan, "S3-1.1", OWN)
    enter(indicator, 2569, 6, "57", user=reporter)
    enter(indicator_of(plan, "S3-1.2", OTHER), 2569, 6, "57")
    approver = person("approves", roles.APPROVER, OWN)
    found = work(approver)
    assert found.to_approve == 1
    assert [(each.kind, each.oldest) for each in found.approvals] == [
        ("result", ("S3-1.1 มี.ค. 2569",))
    ]
    assert found.enter == ()
    client.force_login(approver)
    assert client.get("/").url == HERE
    page = client.get(HERE).content.decode()
    assert "/admin/kpis/result/waiting/" in page and "S3-1.2" not in page
    assert work(reporter).to_approve == 0
