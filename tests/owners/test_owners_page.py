"""The page on who answers for what: silent persons, what nobody answers for, what came in time."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from integrity.models import ItaMeasure
from kpis.models import Indicator
from nhrc_plan.desk.read import my_work
from nhrc_plan.desk.rows import MONEY, RESULT
from nhrc_plan.owners.read import owners_page
from nhrc_plan.watch import findings as kinds
from nhrc_plan.watch.quality import quality
from strategy import access as roles
from strategy.access import viewer
from strategy.calendar import FiscalMonth
from strategy.models import Unit
from strategy.records.model import one_act
from strategy.records.write import record_save
from tests.support.owning import account, answers, on_day
from tests.support.writing import (
    OTHER,
    OWN,
    TODAY,
    enter,
    indicator_of,
    led_by,
    measure_of,
    progress,
    signed_in,
    spend,
)

pytestmark = [pytest.mark.django_db, pytest.mark.same]
AT = FiscalMonth(2569, 12)
LONG = date(2026, 1, 1)
#: Of the page as a whole, the session, the person and the plan among them.
CEILING = 30


@pytest.fixture(autouse=True)
def on_the_day(today):
    today(TODAY)


def shown(plan, user):
    return owners_page(plan, AT, TODAY, viewer(type(user).objects.get(pk=user.pk)))


def silent(plan, user):
    return {
        person.name: {thing.code for thing in person.things} for person in shown(plan, user).silent
    }


def monthly(plan, code, unit=OWN):
    indicator = indicator_of(plan, code, unit)
    indicator.frequency = Indicator.Frequency.MONTH
    return record_save(instance=indicator, user=None)


def page_of(plan):
    return reverse("owners", args=[plan.slug])


# ------------------------------------------------------------------------------------ silent


def test_results_money_and_measures_make_silent(plan, reporter, executive):
    answers(indicator_of(plan, "S3-1.1", OWN), reporter, since=LONG)
    project = answers(led_by(OWN), reporter, since=LONG)
    code = f"{project.strategy.number}-{project.number}"
    assert silent(plan, executive) == {"reporter": {"S3-1.1", code}}


def test_an_overdue_quarter_makes_silent(plan, person, executive, today):
    day, at = date(2023, 3, 3), FiscalMonth(2566, 5)
    today(day)
    measure = ItaMeasure.objects.filter(issue__year__fiscal_year=2566).earliest("pk")
    measure.issue.year.reporting = "quarter"
    record_save(instance=measure.issue.year, user=None)
    record_save(instance=measure, user=None, links={"units": [Unit.objects.get(name=OWN)]})
    holder = person("holder", roles.REPORTER, OWN)
    answers(measure, holder, since=date(2022, 12, 1))
    found = owners_page(plan, at, day, viewer(executive)).silent
    assert [(each.name, [t.kind for t in each.things]) for each in found] == [
        ("holder", ["measure"])
    ]


def test_whoever_reports_anything_is_not_silent_for_thirty_days(plan, reporter, executive):
    answers(indicator_of(plan, "S3-1.1", OWN), reporter, since=LONG)
    with on_day(date(2026, 9, 11)):
        enter(indicator_of(plan, "S3-1.2", OWN), 2569, 6, "50", user=reporter)
    assert silent(plan, executive) == {}
    later = owners_page(plan, AT, date(2026, 10, 12), viewer(executive)).silent
    assert [(each.name, each.last) for each in later] == [("reporter", date(2026, 9, 11))]


def test_a_draft_is_no_report(plan, reporter, executive):
    answers(indicator_of(plan, "S3-1.1", OWN), reporter, since=LONG)
    enter(indicator_of(plan, "S3-1.2", OWN), 2569, 6, "50", user=reporter, state="draft")
    assert set(silent(plan, executive)) == {"reporter"}


def test_what_a_colleague_reported_makes_nobody_silent(plan, reporter, executive):
    indicator = answers(indicator_of(plan, "S3-1.1", OWN), reporter, since=LONG)
    enter(indicator, 2569, 12, "50")
    enter(indicator, 2568, 12, "50")
    assert silent(plan, executive) == {}


def test_who_has_just_taken_over_is_not_silent(plan, reporter, person, executive):
    indicator = indicator_of(plan, "S3-1.1", OWN)
    answers(indicator, person("before", roles.REPORTER, OWN), since=LONG)
    answers(indicator, reporter, since=date(2026, 9, 11))
    assert silent(plan, executive) == {}
    answers(indicator_of(plan, "S3-1.2", OWN), reporter, since=LONG)
    assert silent(plan, executive) == {"reporter": {"S3-1.2"}}


def test_a_deputy_is_not_asked(plan, reporter, outsider, executive):
    answers(indicator_of(plan, "S3-1.1", OWN), None, deputy=reporter, since=LONG)
    assert silent(plan, executive) == {}


# --------------------------------------------------------------------------- nobody answers for


def without(plan, user):
    return {
        (thing.kind, thing.code): thing.closed
        for unit in shown(plan, user).without
        for thing in unit.things
    }


def test_what_names_nobody_or_a_closed_account(plan, reporter, person, executive):
    answers(indicator_of(plan, "S3-1.1", OWN), reporter)
    gone = person("gone", roles.REPORTER, OWN)
    answers(indicator_of(plan, "S3-1.2", OWN), gone)
    answers(indicator_of(plan, "S2-1.1", OWN), None, deputy=reporter)
    gone.is_active = False
    gone.save()
    found = without(plan, executive)
    assert ("indicator", "S3-1.1") not in found
    assert found["indicator", "S3-1.2"] == "gone"
    assert found["indicator", "S2-1.1"] == ""
    assert {kind for kind, _code in found} == {"indicator", "project"}


def test_measures_of_the_year_looked_at_alone(plan, executive):
    found = owners_page(plan, FiscalMonth(2566, 12), TODAY, viewer(executive)).without
    years = {
        thing.code.split("/")[0] for u in found for thing in u.things if thing.kind == "measure"
    }
    assert years == {"2566"}


# --------------------------------------------------------------------------------- answered


def test_the_share_of_results_month_by_month(plan, reporter, executive):
    first, second = monthly(plan, "S3-1.1"), monthly(plan, "S3-1.2", OTHER)
    with on_day(date(2026, 2, 10)):
        enter(first, 2569, 4, "50", user=reporter)
    with on_day(date(2026, 3, 11)):
        enter(first, 2569, 5, "50", user=reporter)
    enter(second, 2569, 4, "50")  # loaded: nobody kept its day
    page = shown(plan, executive)
    line = next(line for line in page.by_unit if line.label == OWN)
    assert line.months[3].answered >= 1
    results = next(line for line in page.by_kind if line.key == "indicator")
    assert tuple(results.months[3]) == (1, 1)
    assert tuple(results.months[4]) == (2, 0)
    assert tuple(results.months[0]) == (2, 0)


def test_the_share_of_money_and_of_quarters(plan, reporter, executive):
    project = led_by(OWN)
    with on_day(date(2025, 11, 10)):
        spend(project, 2569, 1, 0, user=reporter)
    with on_day(date(2025, 12, 11)):
        spend(project, 2569, 2, 0, user=reporter)
    own = next(line for line in shown(plan, executive).by_unit if line.label == OWN)
    assert [share.answered for share in own.months[:3]] == [1, 0, 0]
    measure = measure_of(2566, "2.2", OWN)
    measure.issue.year.reporting = "quarter"
    record_save(instance=measure.issue.year, user=None)
    with on_day(date(2023, 1, 10)):
        progress(measure, 1, user=reporter)
    with on_day(date(2023, 4, 11)):
        progress(measure, 2, user=reporter)
    page = owners_page(plan, FiscalMonth(2566, 12), TODAY, viewer(executive))
    quarters = next(line for line in page.by_kind if line.key == "measure")
    assert [quarters.months[month - 1].answered for month in (3, 6)] == [1, 0]
    assert quarters.months[0].due == 0


# ---------------------------------------------------------------------------------- who reads


@pytest.mark.parametrize(
    ("role", "units", "status"),
    [
        (roles.PLANNER, (), 200),
        (roles.EXECUTIVE, (), 200),
        (roles.AUDITOR, (), 200),
        (roles.REPORTER, (OWN,), 200),
        (roles.APPROVER, (OWN,), 200),
        (roles.REPORTER, (), 404),
        (roles.ADMINISTRATOR, (), 404),
        ("", (), 404),
    ],
)
def test_who_may_read_it(plan, person, role, units, status):
    client = signed_in(person("somebody", role, *units))
    for address in (page_of(plan), reverse("owners_data", args=[plan.slug])):
        assert client.get(address).status_code == status


def test_it_asks_for_sign_in_whatever_is_open(plan, client, settings):
    settings.PUBLIC_READING = True
    assert client.get(page_of(plan)).status_code == 302
    assert client.get(reverse("owners_data", args=[plan.slug])).status_code == 401


def test_who_belongs_to_a_unit_sees_what_is_of_it(plan, reporter, outsider, executive):
    answers(indicator_of(plan, "S3-1.1", OWN), reporter, since=LONG)
    answers(indicator_of(plan, "S3-1.2", OTHER), outsider, since=LONG)
    assert set(silent(plan, reporter)) == {"reporter"}
    assert set(silent(plan, outsider)) == {"outsider"}
    assert set(silent(plan, executive)) == {"reporter", "outsider"}
    assert {unit.unit for unit in shown(plan, reporter).without} <= {OWN}
    assert {line.label for line in shown(plan, reporter).by_unit} <= {OWN}
    data = signed_in(reporter).get(reverse("owners_data", args=[plan.slug])).content.decode()
    assert "outsider" not in data


def test_the_overview_counts_as_the_page_does(plan, reporter, executive, client, settings):
    answers(indicator_of(plan, "S3-1.1", OWN), reporter, since=LONG)
    for user in (executive, reporter):
        page = shown(plan, user)
        answer = signed_in(user).get(reverse("overview", args=[plan.slug]))
        counts = answer.context["owners"]
        assert (counts.silent, counts.without) == (len(page.silent), page.without_count)
        assert page_of(plan) in answer.content.decode()
    assert shown(plan, executive).silent
    settings.PUBLIC_READING = True
    answer = client.get(reverse("overview", args=[plan.slug]))
    assert answer.context["owners"] is None
    assert page_of(plan) not in answer.content.decode()


def test_a_planner_is_led_to_where_somebody_is_named(plan, planner, executive):
    indicator = indicator_of(plan, "S3-1.1", OWN)
    form = f"/admin/kpis/indicator/{indicator.pk}/change/"
    assert form in signed_in(planner).get(page_of(plan)).content.decode()
    assert form not in signed_in(executive).get(page_of(plan)).content.decode()


def test_the_page_asks_as_often_for_many_as_for_few(plan, reporter, executive, person):
    client = signed_in(executive)

    def asked():
        client.get(page_of(plan))
        with CaptureQueriesContext(connection) as captured:
            assert client.get(page_of(plan)).status_code == 200
        return len(captured)

    answers(indicator_of(plan, "S3-1.1", OWN), reporter, since=LONG)
    few = asked()
    for number, code in enumerate(("S1-1.1", "S2-1.1", "S2-1.2", "S3-1.2", "S4-1.2")):
        holder = person(f"holder{number}", roles.REPORTER, OWN)
        answers(monthly(plan, code), holder, since=LONG)
        enter(indicator_of(plan, code), 2569, 6, "1", user=holder, state="draft")
    assert len(shown(plan, executive).silent) == 6
    assert asked() == few <= CEILING


# ------------------------------------------------------------------------- quality, my work


def test_an_indicator_without_a_person_is_on_the_page_of_quality(plan, reporter, person):
    def listed():
        groups = {group.kind: group.findings for group in quality(plan, AT, TODAY).groups}
        return {each.where.split()[0]: each for each in groups[kinds.NO_PERSON]}

    indicator = indicator_of(plan, "S3-1.1", OWN)
    found = listed()["S3-1.1"]
    assert found.address == f"/admin/kpis/indicator/{indicator.pk}/change/"
    answers(indicator, reporter)
    assert "S3-1.1" not in listed()
    reporter.is_active = False
    reporter.save()
    assert "S3-1.1" in listed()


def test_my_work_marks_what_is_mine_and_shows_it_alone(plan, reporter):
    answers(indicator_of(plan, "S3-1.1", OWN), reporter)
    answers(indicator_of(plan, "S3-1.2", OWN), None, deputy=reporter)
    indicator_of(plan, "S2-1.1", OWN)
    work = my_work(viewer(reporter), TODAY)
    parts = {task.code: task.part for task in work.enter if task.kind == RESULT}
    assert (parts["S3-1.1"], parts["S3-1.2"], parts["S2-1.1"]) == ("accountable", "deputy", "")
    assert {task.code for task in work.mine.enter} == {"S3-1.1", "S3-1.2"}
    client = signed_in(reporter)
    whole, mine = client.get("/my-work/"), client.get("/my-work/?mine=1")
    assert "S2-1.1" in whole.content.decode()
    assert "S2-1.1" not in mine.content.decode()
    data = client.get("/my-work.json?mine=1").json()["enter"]
    assert {each["role"] for each in data} == {"accountable", "deputy"}


def test_a_units_month_of_money_is_mine_while_my_project_is_missing(plan, reporter):
    project = answers(led_by(OWN), reporter)
    indicator_of(plan, "S3-1.1", OWN)

    def money():
        tasks = my_work(viewer(reporter), TODAY).enter
        return [task.part for task in tasks if task.kind == MONEY]

    assert money() == ["accountable"]
    spend(project, 2569, 12, 0)
    assert money() in ([""], [])


def test_a_planner_finds_what_is_theirs_whatever_its_unit(plan, planner):
    indicator = indicator_of(plan, "S3-1.1", OWN)
    assert "S3-1.1" not in {task.code for task in my_work(viewer(planner), TODAY).enter}
    answers(indicator, planner)
    assert "S3-1.1" in {task.code for task in my_work(viewer(planner), TODAY).mine.enter}


def test_nothing_is_asked_of_who_answers_for_nothing(plan, reporter):
    indicator_of(plan, "S3-1.1", OWN)
    with one_act():
        account(reporter)
    page = signed_in(reporter).get("/my-work/").content.decode()
    assert "mine=1" not in page
