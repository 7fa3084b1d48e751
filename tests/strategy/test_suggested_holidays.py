"""Holidays of a year are suggested, and enter the calendar only when a planner has confirmed them."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from strategy.closing.suggested import suggested_holidays
from strategy.closing.write import holidays_add
from strategy.models import Holiday, ReportingYear
from strategy.records.write import record_save
from tests.support.crawling import problems
from tests.support.pages import flat
from tests.support.writing import TODAY, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(plan, planner, today):
    """The planner's browser and the address of the suggestions for 2570."""
    today(TODAY)
    return signed_in(planner), f"{reverse('admin:strategy_holiday_suggest')}?year=2570"


def test_what_the_calendar_lacks_is_listed_with_its_thai_name(plan, page):
    record_save(
        instance=Holiday(agency=plan.agency, day=date(2026, 10, 13), name="วันหยุด"), user=None
    )
    found = {row.day: row for row in suggested_holidays(plan.agency, 2570)}
    assert date(2026, 10, 13) not in found
    assert found[date(2026, 10, 23)].name == "วันปิยมหาราช"
    assert found[date(2026, 10, 23)].ticked
    # The fiscal year's: neither the September before, nor the October after.
    assert min(found) >= date(2026, 10, 1) and max(found) <= date(2027, 9, 30)
    client, path = page
    shown = client.get(path)
    html = flat(shown.content.decode())
    assert "วันปิยมหาราช" in html and "ศุกร์ 23 ต.ค. 2569" in html
    assert problems(shown) == []


@pytest.mark.parametrize(
    ("day", "ticked"),
    [
        (date(2026, 12, 5), False),  # a Saturday
        (date(2026, 12, 7), True),  # in its place
        (date(2027, 4, 13), True),
        (date(2027, 5, 1), False),  # Labour Day: offices are open, and a Saturday
        (date(2027, 5, 3), False),  # in place of Labour Day
        (date(2027, 1, 9), False),  # Children's Day
    ],
)
def test_what_offices_have_off_is_ticked(plan, day, ticked):
    found = {row.day: row.ticked for row in suggested_holidays(plan.agency, 2570)}
    assert found[day] is ticked


def test_only_what_is_ticked_enters_the_calendar_as_one_act(plan, page):
    client, path = page
    client.get(path)
    assert not Holiday.objects.exists()
    sent = {
        "agency": plan.agency_id, "year": "2570", "day": ["2026-10-23", "2026-12-10", "2026-11-11"],
    }  # fmt: skip
    answer = client.post(path, sent)
    assert answer.status_code == 302
    rows = list(Holiday.objects.order_by("day"))
    # A day that nobody suggested is none of them.
    assert [row.day for row in rows] == [date(2026, 10, 23), date(2026, 12, 10)]
    assert rows[0].name == "วันปิยมหาราช"
    (act,) = set(Holiday.history.values_list("act", flat=True))
    assert act and {row.history_user_name for row in Holiday.history.all()} == {"planner"}
    # Once more: they are there, and no longer suggested.
    again = client.post(path, sent)
    assert again.status_code == 200 and again.context["refused"]
    assert Holiday.objects.count() == 2


def test_nothing_ticked_adds_nothing_and_says_so(plan, page):
    client, path = page
    answer = client.post(path, {"agency": plan.agency_id, "year": "2570"})
    assert answer.status_code == 200 and answer.context["refused"]
    assert not any(ticked for _row, ticked in answer.context["rows"])
    assert not Holiday.objects.exists()


def test_a_day_by_which_a_deadline_has_moved_asks_for_a_reason(plan, page):
    client, path = page
    row = ReportingYear(
        agency=plan.agency, fiscal_year=2569, deadline_day=13, moves_to_working_day=True
    )
    record_save(instance=row, user=None)
    rule = {"agency": plan.agency_id, "year": "2569", "day": ["2026-08-12"]}
    # July's report was due on Thursday 13 August; with a deadline on the 12th it would have moved.
    row.deadline_day = 12
    record_save(instance=row, user=None)
    refused = client.post(path, rule)
    assert refused.status_code == 200 and refused.context["refused"]
    assert not Holiday.objects.exists()
    assert client.post(path, {**rule, "change_reason": "ลืมบันทึก"}).status_code == 302
    assert Holiday.history.get().history_change_reason == "ลืมบันทึก"


def test_all_are_added_or_none(plan, planner):
    record_save(instance=Holiday(agency=plan.agency, day=date(2026, 12, 10), name="ก"), user=None)
    days = {date(2026, 10, 23): "วันปิยมหาราช", date(2026, 12, 10): "วันรัฐธรรมนูญ"}
    with pytest.raises(ValidationError):
        holidays_add(user=planner, agency=plan.agency, days=days)
    assert Holiday.objects.count() == 1


@pytest.mark.parametrize("role", ["reporter", "auditor", "executive"])
def test_the_calendar_is_the_planners(request, plan, role, today):
    today(TODAY)
    user = request.getfixturevalue(role)
    with pytest.raises(PermissionDenied):
        holidays_add(user=user, agency=plan.agency, days={date(2026, 10, 23): "ก"})
    path = reverse("admin:strategy_holiday_suggest")
    for answer in (signed_in(user).get(path), signed_in(user).post(path, {"day": "2026-10-23"})):
        assert answer.status_code in (302, 403)
    assert not Holiday.objects.exists()


@pytest.mark.parametrize("year", ["2500", "2700", "x", "", "9" * 40])
def test_an_odd_year_ends_in_no_error(page, year):
    client, path = page
    address = f"{path.partition('?')[0]}?year={year}"
    assert client.get(address).status_code == 200
    assert client.post(address, {"year": year, "day": "2026-10-23"}).status_code == 200
