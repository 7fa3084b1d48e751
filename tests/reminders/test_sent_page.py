"""The page of what was sent, and the number beside the menu's "My work"."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kpis.write.results import results_return
from nhrc_plan.reminders.models import Reminder
from nhrc_plan.reminders.sent import ON_A_PAGE
from strategy import access as roles
from strategy.records.write import record_save
from tests.support.writing import OWN, TODAY, enter, indicator_of, signed_in

pytestmark = pytest.mark.django_db

HERE = "/reminders/"


@pytest.fixture(autouse=True)
def on_the_day(today):
    today(TODAY)


def mailed(user, day=TODAY, kind="own", state="sent", **more):
    row = Reminder(
        recipient_id=user.pk,
        recipient_name=user.username,
        day=day,
        kind=kind,
        lines=3,
        state=state,
        moment=timezone.now(),
        **more,
    )
    return record_save(instance=row, user=None)


def seen(user, query=""):
    answer = signed_in(user).get(f"/reminders.json{query}")
    assert answer.status_code == 200
    return [(row["who"], row["mail"], row["outcome"]) for row in answer.json()["reminders"]]


@pytest.fixture
def some(plan, reporter, planner):
    mailed(reporter, kind="own")
    mailed(reporter, kind="approval", state="failed", why="connection")
    mailed(planner, kind="planners", day=date(2026, 9, 1))


def test_planners_and_auditors_see_all_others_their_own(some, reporter, planner, auditor, outsider):
    for user in (planner, auditor):
        assert len(seen(user)) == 3
    assert {who for who, _kind, _state in seen(reporter)} == {"reporter"}
    assert seen(outsider) == []
    assert seen(reporter, "?who=planner") == seen(reporter)


def test_it_says_when_to_whom_what_and_what_came_of_it(some, planner):
    text = signed_in(planner).get(HERE).content.decode()
    for word in ("reporter", "งานของตน", "ส่งแล้ว", "ส่งไม่สำเร็จ: ติดต่อเครื่องส่งอีเมลไม่ได้", "3 ฉบับ"):
        assert word in text


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("?who=report", 2),
        ("?who=nobody", 0),
        ("?kind=planners", 1),
        ("?state=failed", 1),
        ("?first=01/10/2569", 2),
        ("?last=01/10/2569", 1),
        ("?first=11/10/2569&last=11/10/2569&kind=own", 1),
    ],
)
def test_its_filters(some, planner, query, rows):
    assert len(seen(planner, query)) == rows


def test_a_filter_that_is_wrong_says_how_it_is_written(some, planner):
    client = signed_in(planner)
    page = client.get(f"{HERE}?first=2026")
    assert page.status_code == 200 and "errorlist" in page.content.decode()
    assert client.get("/reminders.json?kind=x").status_code == 404
    assert client.get("/reminders.json?before=x").status_code == 200
    refused = client.get(f"{HERE}?first=02/10/2569&last=01/10/2569").content.decode()
    assert "errorlist" in refused


def test_older_ones_are_a_page_away(plan, planner):
    for number in range(ON_A_PAGE + 2):
        mailed(planner, day=date.fromordinal(TODAY.toordinal() - number))
    client = signed_in(planner)
    first = client.get("/reminders.json").json()
    assert (first["count"], len(first["reminders"])) == (ON_A_PAGE + 2, ON_A_PAGE)
    second = client.get(f"/reminders.json?before={first['older']}").json()
    assert (len(second["reminders"]), second["older"]) == (2, None)
    assert f"before={first['older']}" in client.get(HERE).content.decode()


def test_nothing_sent_is_said_so(plan, reporter):
    assert "ยังไม่เคยส่ง" in signed_in(reporter).get(HERE).content.decode()


def test_others_are_not_let_in(plan, client, executive, settings):
    settings.PUBLIC_READING = True
    assert client.get(HERE).status_code == 302
    assert signed_in(executive).get(HERE).status_code == 404


def test_its_queries_are_as_many_for_one_as_for_a_hundred(plan, planner):
    client = signed_in(planner)
    mailed(planner, day=date(2026, 1, 1))

    def asked():
        with CaptureQueriesContext(connection) as captured:
            client.get(HERE)
        return len(captured)

    asked()
    few = asked()
    for number in range(50):
        mailed(planner, day=date.fromordinal(TODAY.toordinal() - number))
    assert asked() == few <= 8


# ------------------------------------------------------------------------- the number in the menu


def count(user):
    return signed_in(user).get("/my-work/count.json").json()


def test_the_number_counts_what_is_late_returned_or_waits(plan, reporter, planner, person):
    indicator = indicator_of(plan, "S3-1.1", OWN)
    enter(indicator, 2568, 12, "57", state="approved")
    approver = person("approves", roles.APPROVER, OWN)
    late = count(reporter)["pressing"]
    result = enter(indicator, 2569, 6, "57", user=reporter)
    told = count(approver)
    assert told["pressing"] == 1
    assert told["text"] == {"label": "มี 1 เรื่องที่เกินกำหนด ถูกส่งกลับ หรือรอท่านอนุมัติ"}
    results_return(user=planner, shown={result: result.version}, comment="ตัวหารไม่ครบ")
    assert count(approver)["pressing"] == 0
    assert count(reporter)["pressing"] == late + 1


def test_pages_ask_nothing_for_it(plan, reporter, executive):
    page = f"/plans/{plan.slug}/"
    assert 'data-count="/my-work/count.json"' in signed_in(reporter).get(page).content.decode()
    assert "data-count" not in signed_in(executive).get(page).content.decode()
    told = count(executive)
    assert (told["pressing"], told["text"]) == (0, {"label": None})


def test_nobody_asks_without_signing_in(plan, client, settings):
    settings.PUBLIC_READING = True
    assert client.get("/my-work/count.json").status_code == 401


def test_the_number_takes_no_more_queries_than_the_page(plan, reporter):
    indicator_of(plan, "S3-1.1", OWN)
    client = signed_in(reporter)
    client.get("/my-work/count.json")
    with CaptureQueriesContext(connection) as captured:
        client.get("/my-work/count.json")
    assert len(captured) <= 42


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_number_stands_beside_the_menu_and_is_said(plan, reporter, planner, browse):
    result = enter(indicator_of(plan, "S3-1.1", OWN), 2569, 6, "57", user=reporter)
    results_return(user=planner, shown={result: result.version}, comment="ตัวหารไม่ครบ")
    page = browse(reporter)
    page.goto("/my-work/")
    page.wait_for_selector("nav .pressing")
    assert page.text_content("nav .pressing").isdigit()
    assert "ถูกส่งกลับ" in page.text_content("nav [role=status]")
    assert page.wrong == []
