"""Calendars of due dates: behind a secret that can be renewed, scoped, and well formed."""

import logging
import re
from datetime import date, datetime

import icalendar
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from benchmarks.data import make_plan
from kpis.write.results import results_return
from nhrc_plan.reminders.feeds import DueDate, Feed, calendar_text
from nhrc_plan.reminders.models import CalendarFeed
from nhrc_plan.reminders.write import feed_renew, secret_hash
from strategy import access as roles
from strategy.access import NOBODY
from strategy.models import Holiday, ReportingYear, Unit
from strategy.records.write import record_save
from tests.support.racing import split, together
from tests.support.writing import OTHER, OWN, enter, indicator_of, signed_in

pytestmark = pytest.mark.django_db

#: In fiscal year 2570, month 5: four months of it are over.
DAY = date(2027, 2, 3)
NEW = "/my-work/calendar/new/"


@pytest.fixture(autouse=True)
def on_the_day(today, settings):
    settings.SITE_URL = "https://plan.example.org"
    today(DAY)


@pytest.fixture
def owing(plan, reporter):
    """An indicator of the reporter that is reported every month, and one of another unit."""
    indicator = indicator_of(plan, "S3-1.1", OWN)
    indicator.frequency = "month"
    record_save(instance=indicator, user=None)
    indicator_of(plan, "S3-1.2", OTHER)
    return indicator


def made(user, address=NEW, version=0):
    """The path that a press shows."""
    page = signed_in(user).post(address, {"expected_version": version}).content.decode()
    return re.search(r'value="https://plan\.example\.org(/calendar/[^"]+\.ics)"', page)[1]


def events(path):
    """By their id; fetched as calendar programs do, by nobody in particular."""
    answer = Client().get(path)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    found = icalendar.Calendar.from_ical(answer.content)
    return {str(event["uid"]): event for event in found.walk("VEVENT")}


def test_a_person_subscribes_to_their_own_due_dates(owing, reporter):
    found = events(made(reporter))
    told = {
        (str(e["summary"]), e.decoded("dtstart"))
        for e in found.values()
        if "S3-1.1" in str(e["summary"])
    }
    assert (f"ครบกำหนด: S3-1.1 {owing.name} (ม.ค. 2570)", date(2027, 2, 10)) in told
    # To the end of the fiscal year, and what is late.
    assert {day.month for _summary, day in told if day > DAY} == {2, 3, 4, 5, 6, 7, 8, 9, 10}
    assert any(day < DAY for _summary, day in told)
    assert not any("S3-1.2" in str(event) for event in found.values())
    # Months of money to come as well.
    assert any(str(e["summary"]).startswith("ครบกำหนด: ผลการเบิกจ่าย") for e in found.values())


def test_events_are_of_whole_days_and_lead_to_the_form(owing, reporter):
    for event in events(made(reporter)).values():
        first, last = event.decoded("dtstart"), event.decoded("dtend")
        assert type(first) is date and (last - first).days == 1
        assert not isinstance(first, datetime)
        address = str(event["url"]).removeprefix("https://plan.example.org")
        if first <= DAY:  # the form of a month to come opens when it is over
            assert signed_in(reporter).get(address).status_code == 200
    text = Client().get(made(reporter, version=1)).content.decode()
    assert "DTSTART;VALUE=DATE:20270210" in text and "X-WR-TIMEZONE:Asia/Bangkok" in text


def test_deadlines_are_those_of_the_calendar(owing, plan, reporter):
    rules = ReportingYear(
        agency=plan.agency, fiscal_year=2570, deadline_day=12, moves_to_working_day=True
    )
    record_save(instance=rules, user=None)
    holiday = Holiday(agency=plan.agency, day=date(2027, 2, 12), name="วันหยุด")
    record_save(instance=holiday, user=None)
    days = {
        e.decoded("dtstart")
        for e in events(made(reporter)).values()
        if "ม.ค. 2570" in str(e["summary"])
    }
    assert days == {date(2027, 2, 15)}  # Friday is off, then comes a weekend


def test_an_event_keeps_its_id_from_day_to_day(owing, reporter, planner, today):
    path = made(reporter)
    before = events(path)
    today(date(2027, 2, 12))
    after = events(path)
    same = {uid for uid in before if "S3-1.1" in str(before[uid]["summary"])}
    assert same <= set(after)
    # A result that was returned is the same thing, still due.
    result = enter(owing, 2569, 12, "57", user=reporter, state="submitted")
    assert len(set(events(path)) & same) < len(same)
    results_return(user=planner, shown={result: result.version}, comment="ตัวหารไม่ครบ")
    assert same & set(events(path)) == same & set(after)
    assert "ตัวหารไม่ครบ" not in Client().get(path).content.decode()


def test_a_unit_has_a_calendar_for_those_who_have_its_address(owing, reporter, outsider, planner):
    unit = Unit.objects.get(name=OWN)
    new = reverse("unit_calendar_new", args=[unit.pk])
    assert signed_in(outsider).post(new).status_code == 404
    path = made(reporter, new)
    own = {str(e["summary"]) for e in events(made(reporter)).values()}
    assert {str(e["summary"]) for e in events(path).values()} == own
    # A planner renews it: the address before is gone.
    again = made(planner, new, version=1)
    assert Client().get(path).status_code == 404
    assert events(again)


def test_a_new_address_ends_the_one_before(owing, reporter):
    first = made(reporter)
    second = made(reporter, version=1)
    assert first != second
    assert Client().get(first).status_code == 404
    assert Client().get(second).status_code == 200


def test_a_closed_account_ends_it(owing, reporter):
    path = made(reporter)
    reporter.is_active = False
    reporter.save()
    assert Client().get(path).status_code == 404
    reporter.delete()
    assert not CalendarFeed.objects.exists()


def test_it_holds_what_the_person_may_see_now(owing, reporter):
    path = made(reporter)
    reporter.memberships.all().delete()
    assert events(path) == {}


@pytest.mark.parametrize("secret", ["x", "a" * 43, "๑" * 43, "%00", "a" * 5000])
def test_a_wrong_secret_opens_nothing(owing, reporter, secret):
    made(reporter)
    assert Client().get(f"/calendar/{secret}.ics").status_code == 404


def test_only_a_hash_is_kept_and_the_log_names_no_secret(owing, reporter, caplog):
    path = made(reporter)
    secret = path.removeprefix("/calendar/").removesuffix(".ics")
    row = CalendarFeed.objects.get()
    assert row.secret_hash == secret_hash(secret)
    kept = str(list(CalendarFeed.objects.values())) + str(list(CalendarFeed.history.values()))
    assert secret not in kept
    # A closed account's secret is refused, and such refusals are logged with their address.
    reporter.is_active = False
    reporter.save()
    (handler,) = [each for each in logging.getLogger().handlers if each.filters][:1]
    (guard,) = handler.filters
    handler.removeFilter(guard)
    try:
        Client().get(path)
    finally:
        handler.addFilter(guard)
    Client().get(path)
    said = [r.getMessage() for r in caplog.records if "/calendar/" in r.getMessage()]
    # Control: without the filter the framework writes it down.
    assert said == [f"Not Found: {path}", "Not Found: /calendar/….ics"]


def test_somebody_who_was_slower_ends_nobodys_address(owing, reporter, planner):
    unit = Unit.objects.get(name=OWN)
    new = reverse("unit_calendar_new", args=[unit.pk])
    path = made(reporter, new)
    client = signed_in(planner)
    for version in ("0", "", "x", "7"):
        answer = client.post(new, {"expected_version": version}, follow=True)
        assert "ระหว่างนี้มีผู้อื่นสร้างที่อยู่ใหม่แล้ว" in answer.content.decode()
    assert Client().get(path).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_of_two_presses_at_once_one_makes_the_address(plan, reporter):
    from strategy.records.write import StaleVersion

    found = together(*[lambda: feed_renew(user=reporter)] * 4)
    assert split(found, StaleVersion) == (1, 3)
    (secret,) = [each for each in found if isinstance(each, str)]
    assert CalendarFeed.objects.get().secret_hash == secret_hash(secret)
    again = together(*[lambda: feed_renew(user=reporter, expected_version=1)] * 4)
    assert split(again, StaleVersion) == (1, 3)


@pytest.mark.parametrize("role", [roles.EXECUTIVE, roles.AUDITOR, roles.ADMINISTRATOR])
def test_who_reports_nothing_has_no_calendar(plan, person, role):
    client = signed_in(person("somebody", role))
    assert client.get("/my-work/calendar/").status_code == 404
    assert client.post(NEW).status_code == 404
    assert not CalendarFeed.objects.exists()


def test_nobody_makes_one_without_signing_in(plan, client):
    for address in ("/my-work/calendar/", "/units/1/calendar/"):
        assert client.get(address).status_code == 302
    assert client.post(NEW).status_code == 302
    assert client.get(NEW).status_code == 405


def test_the_pages_lead_to_it(owing, plan, reporter, executive):
    unit = Unit.objects.get(name=OWN)
    assert "/my-work/calendar/" in signed_in(reporter).get("/my-work/").content.decode()
    page = f"/plans/{plan.slug}/units/{unit.pk}/"
    assert f"/units/{unit.pk}/calendar/" in signed_in(reporter).get(page).content.decode()
    assert f"/units/{unit.pk}/calendar/" not in signed_in(executive).get(page).content.decode()


def test_a_calendar_takes_a_fixed_number_of_queries(owing, plan, reporter):
    path = made(reporter)

    def asked():
        with CaptureQueriesContext(connection) as captured:
            assert Client().get(path).status_code == 200
        return len(captured)

    few = asked()
    for number in range(2):
        make_plan(number + 1, 19, months=3)
    for code in ("S3-1.2", "S3-2.1", "S3-3.1"):
        indicator_of(plan, code, OWN)
    assert asked() <= few <= 60


AWKWARD = "ก" * 60 + '; , \\ " :\r\nEND:VCALENDAR\r\nX-EVIL:1 ' + "ข" * 60


def test_awkward_words_stay_words_and_lines_stay_short():
    due = DueDate("k", DAY, AWKWARD, AWKWARD, "/x/?a=1&b=2")
    content = calendar_text(Feed("p1", AWKWARD, NOBODY), [due], DAY, "https://plan.example.org")
    lines = content.split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    for line in lines:
        line.decode()  # no letter is cut in two
    assert b"\nX-EVIL" not in content and content.count(b"END:VCALENDAR\r\n") == 1
    (event,) = icalendar.Calendar.from_ical(content).walk("VEVENT")
    assert str(event["summary"]) == f"ครบกำหนด: {AWKWARD}".replace("\r\n", "\n")
