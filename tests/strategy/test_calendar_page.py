"""The calendar of a year in the admin: deadlines, holidays, locking and opening months."""

from datetime import date

import pytest
from django.urls import reverse

from strategy import access as roles
from strategy.models import Holiday, MonthLock, ReportingYear, Unit, Unlocking
from strategy.records.write import record_save
from tests.support.pages import flat
from tests.support.writing import OWN, TODAY, address, filled, form_errors, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(plan, planner, today):
    """The planner's browser and the calendar's address for 2569."""
    today(TODAY)
    return signed_in(planner), f"{reverse('admin:strategy_monthlock_calendar')}?year=2569"


def test_the_twelve_months_stand_with_deadline_weekday_and_holidays(plan, page):
    client, path = page
    row = ReportingYear(agency=plan.agency, fiscal_year=2569, moves_to_working_day=True)
    record_save(instance=row, user=None)
    for day, name in ((date(2026, 9, 24), "วันมหิดล"), (date(2026, 10, 12), "วันหยุดพิเศษ")):
        record_save(instance=Holiday(agency=plan.agency, day=day, name=name), user=None)
    answer = client.get(path)
    rows = answer.context["rows"]
    assert [row.at.month for row in rows] == list(range(1, 13))
    assert rows[11].deadline_name == "อังคาร 13 ต.ค. 2569"
    assert rows[11].moved_from_name == "เสาร์ 10 ต.ค. 2569"
    assert rows[11].holidays == ["พฤหัสบดี 24 ก.ย. 2569 วันมหิดล"]
    assert rows[0].moved_from is None
    assert "อังคาร 13 ต.ค. 2569" in flat(answer.content.decode())


def test_reading_takes_the_same_queries_however_much_is_locked(
    plan, page, django_assert_max_num_queries
):
    client, path = page
    for month in range(1, 13):
        lock = MonthLock(agency=plan.agency, fiscal_year=2569, month=month)
        record_save(instance=lock, user=None)
        record_save(instance=Unlocking(lock=lock, reason="แก้ตัวเลข"), user=None)
    with django_assert_max_num_queries(16):
        client.get(path)


def test_a_month_is_locked_opened_for_a_unit_and_locked_again(plan, page, planner):
    client, path = page
    sent = {"agency": plan.agency_id, "year": "2569"}
    client.post(path, {**sent, "lock": "12"})
    lock = MonthLock.objects.get(agency=plan.agency, fiscal_year=2569, month=12)
    assert lock.history.get().history_user_name == "planner"
    assert "planner" in client.get(path).context["rows"][11].locked
    form = client.get(f"{address(Unlocking, 'add')}?lock={lock.pk}")
    unit = Unit.objects.get(name=OWN)
    typed = filled(form, unit=unit.pk, reason="พบเอกสารเพิ่ม", until="31 ธ.ค. 2599")
    assert client.post(address(Unlocking, "add"), typed).status_code == 302
    (opening,) = client.get(path).context["rows"][11].openings
    assert (opening.unit, opening.until) == (OWN, "1 ม.ค. 2600 00:00")
    client.post(path, {**sent, "end": opening.token})
    assert client.get(path).context["rows"][11].openings == []
    ended = Unlocking.objects.get()
    assert [row.history_type for row in ended.history.all()] == ["~", "+"]


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"reason": ""}, "reason"),
        ({"reason": "-"}, "reason"),
        ({"until": "1 ม.ค. 2569"}, "until"),
        ({"lock": ""}, "lock"),
    ],
)
def test_an_opening_that_says_too_little_is_refused_beside_its_field(plan, page, typed, wrong):
    client, _path = page
    lock = MonthLock(agency=plan.agency, fiscal_year=2569, month=12)
    record_save(instance=lock, user=None)
    form = client.get(f"{address(Unlocking, 'add')}?lock={lock.pk}")
    sent = {"reason": "พบเอกสารเพิ่ม", **typed}
    answer = client.post(address(Unlocking, "add"), filled(form, **sent))
    assert set(form_errors(answer)) == {wrong}
    assert not Unlocking.objects.exists()


def test_a_month_that_runs_or_is_locked_already_is_not_locked(plan, page):
    client, path = page
    for year, month in (("2570", "1"), ("2569", "12"), ("2569", "12")):
        sent = {"agency": plan.agency_id, "year": year, "lock": month}
        answer = client.post(path, sent, follow=True)
        assert [str(each) for each in answer.context["messages"]]
    assert MonthLock.objects.count() == 1


@pytest.mark.parametrize("sent", [{}, {"lock": "13"}, {"end": "x"}, {"end": "7.1"}])
def test_what_no_page_sends_is_refused(plan, page, sent):
    client, path = page
    about = {"agency": plan.agency_id, "year": "2569"}
    assert client.post(path, {**about, **sent}).status_code == 404
    assert client.post(path, {"agency": "x", "year": "2026", **sent}).status_code == 200
    assert not MonthLock.objects.exists()


@pytest.mark.parametrize(
    ("role", "reads", "writes"),
    [
        (roles.PLANNER, 200, 302),
        (roles.AUDITOR, 200, 403),
        (roles.REPORTER, 403, 403),
        (roles.ADMINISTRATOR, 403, 403),
        (roles.EXECUTIVE, 302, 302),
    ],
)
def test_who_may(plan, page, person, role, reads, writes):
    client = signed_in(person("somebody", role, *([OWN] if role == roles.REPORTER else [])))
    sent = {"agency": plan.agency_id, "year": "2569", "lock": "12"}
    assert client.get(page[1]).status_code == reads
    assert client.post(page[1], sent).status_code == writes
    assert MonthLock.objects.exists() == (role == roles.PLANNER)
