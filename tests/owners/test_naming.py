"""One accountable person and a deputy: who can be named, where it shows, to whom."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from budgets.models import Project, ProjectLead
from integrity.models import ItaMeasure
from kpis.models import Indicator
from strategy import access as roles
from strategy.access import viewer
from strategy.models import Membership, Unit
from strategy.owners.model import OWNERS, owned_models
from strategy.people.write import people_recorded
from strategy.records.history import history_of
from strategy.records.write import record_save
from tests.support.owning import account, answers
from tests.support.writing import (
    OTHER,
    OWN,
    TODAY,
    address,
    filled,
    form_errors,
    indicator_of,
    led_by,
    measure_of,
    signed_in,
)

pytestmark = [pytest.mark.django_db, pytest.mark.same]
KINDS = ["indicator", "project", "measure"]


@pytest.fixture
def thing(plan, today):
    """Something of the reporter's unit, by its kind."""
    today(TODAY)

    def made(kind):
        if kind == "indicator":
            return indicator_of(plan, "S3-1.1", OWN)
        return led_by(OWN) if kind == "project" else measure_of(2566, "2.2", OWN)

    return made


def saved(client, row, **typed):
    path = address(row, "change")
    return client.post(path, filled(client.get(path), **typed))


def people_of(row):
    row = type(row)._base_manager.get(pk=row.pk)
    return row.accountable_id, row.deputy_id


def test_the_three_kinds_of_things_and_their_empty_beginning(plan):
    assert set(owned_models()) == {Indicator, Project, ItaMeasure}
    for model in owned_models():
        assert model.objects.count() == model.objects.filter(accountable=None, deputy=None).count()


@pytest.mark.parametrize("kind", KINDS)
def test_a_planner_names_both_and_the_history_tells_their_names(
    thing, planner, reporter, person, kind
):
    row, second = thing(kind), person("second", roles.REPORTER, OWN)
    reporter.first_name = "สมหญิง"
    reporter.save()
    client = signed_in(planner)
    answer = saved(
        client, row, accountable=account(reporter).pk, deputy=account(second).pk,
        change_reason="มอบหมายงาน",
    )  # fmt: skip
    assert answer.status_code == 302, form_errors(answer)
    assert people_of(row) == (account(reporter).pk, account(second).pk)
    entry = history_of(type(row), id=row.pk)[0]
    told = {change.field: change.after for change in entry.changes}
    assert set(told.values()) == {"สมหญิง", "second"}
    assert (entry.who, entry.reason) == ("planner", "มอบหมายงาน")
    # The name stays when the account goes by another one.
    reporter.first_name = "อื่น"
    reporter.save()
    assert "สมหญิง" in str(history_of(type(row), id=row.pk)[0].changes)


@pytest.mark.parametrize("kind", KINDS)
def test_who_cannot_report_for_the_unit_is_refused_beside_the_field(
    thing, planner, outsider, person, kind
):
    row = thing(kind)
    approver = person("approves", roles.APPROVER, OWN)
    for user in (outsider, approver):
        answer = saved(signed_in(planner), row, accountable=account(user).pk)
        (problem,) = form_errors(answer)["accountable"]
        assert user.username in problem and OWN in problem
    answer = saved(signed_in(planner), row, deputy=account(outsider).pk)
    assert "deputy" in form_errors(answer)
    assert people_of(row) == (None, None)


def test_planners_answer_for_anything_and_alone_where_there_is_no_unit(
    plan, planner, reporter, today
):
    today(TODAY)
    bare = indicator_of(plan, "S1-1.1")
    assert bare.unit is None
    answer = saved(signed_in(planner), bare, accountable=account(reporter).pk)
    assert "reporter" in form_errors(answer)["accountable"][0]
    assert saved(signed_in(planner), bare, accountable=account(planner).pk).status_code == 302
    assert people_of(bare) == (account(planner).pk, None)


@pytest.mark.parametrize("kind", KINDS)
def test_the_deputy_is_somebody_else(thing, planner, reporter, kind):
    row, pk = thing(kind), account(reporter).pk
    answer = saved(signed_in(planner), row, accountable=pk, deputy=pk)
    assert len(form_errors(answer)["deputy"]) == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        type(row).objects.filter(pk=row.pk).update(accountable=pk, deputy=pk)
    assert people_of(row) == (None, None)


def test_choices_are_open_accounts_of_the_agency(thing, planner, reporter, person, settings):
    row = thing("indicator")
    closed = person("closed", roles.REPORTER, OWN, is_active=False)
    stranger = person("stranger", roles.REPORTER)
    free = person("free", roles.PLANNER)
    record_save(
        instance=Membership(user=stranger, unit=Unit.objects.get(name="กรมคุ้มครองสิทธิและเสรีภาพ"))
        if Unit.objects.filter(name="กรมคุ้มครองสิทธิและเสรีภาพ").exists()
        else Membership(user=stranger, unit=_foreign_unit()),
        user=None,
    )
    people_recorded()
    client = signed_in(planner)
    page = client.get(address(row, "change"))
    offered = {each.user for each in page.context["adminform"].form.fields["accountable"].queryset}
    assert {planner, reporter, free} <= offered
    assert not offered & {closed, stranger}
    for user in (closed, stranger):
        answer = saved(client, row, accountable=account(user).pk)
        assert form_errors(answer)["accountable"]
    assert people_of(row) == (None, None)


def _foreign_unit():
    from strategy.models import Agency

    agency = Agency(slug="elsewhere", name="หน่วยงานอื่น")
    record_save(instance=agency, user=None)
    return record_save(instance=Unit(agency=agency, name="สำนักอื่น"), user=None)


def test_a_change_of_the_unit_asks_again_and_other_changes_do_not(thing, planner, reporter, today):
    row = thing("indicator")
    answers(row, reporter)
    client = signed_in(planner)
    answer = saved(client, row, unit=Unit.objects.get(name=OTHER).pk)
    assert OTHER in form_errors(answer)["accountable"][0]
    # Nothing of it was written.
    assert Indicator.objects.get(pk=row.pk).unit.name == OWN
    reporter.groups.clear()
    assert saved(client, row, definition="นิยาม").status_code == 302
    assert people_of(row) == (account(reporter).pk, None)


def test_the_first_lead_that_is_entered_with_it_counts(thing, planner, reporter, outsider):
    project = thing("project")
    lead = project.leads.get(position=1)
    place = list(project.leads.order_by("position")).index(lead)
    other = Unit.objects.get(name=OTHER).pk
    ProjectLead.objects.filter(project=project).exclude(pk=lead.pk).delete()
    client = signed_in(planner)
    answer = saved(
        client, project, **{f"leads-{place}-unit": other, "accountable": account(outsider).pk}
    )
    assert answer.status_code == 302, form_errors(answer)
    answer = saved(client, project, accountable=account(reporter).pk)
    assert OTHER in form_errors(answer)["accountable"][0]


def test_nobody_gains_a_right_by_being_named(thing, reporter, outsider):
    row = thing("indicator")
    before = viewer(type(outsider).objects.get(pk=outsider.pk))
    answers(row, outsider)
    who = viewer(type(outsider).objects.get(pk=outsider.pk))
    assert who == before
    assert not who.may_report(row.unit_id)


@pytest.mark.parametrize("kind", KINDS)
def test_lists_filters_and_exports_name_them(thing, planner, reporter, kind):
    row = answers(thing(kind), reporter)
    reporter.first_name = "สมหญิง"
    reporter.save()
    client = signed_in(planner)
    path = address(type(row), "changelist")
    assert "สมหญิง" in client.get(path).content.decode()
    for asked, there in ((account(reporter).pk, True), ("none", False)):
        rows = client.get(f"{path}?accountable={asked}").context["cl"].result_list
        assert (row.pk in {each.pk for each in rows}) is there
    assert not client.get(f"{path}?accountable=999").context["cl"].result_list
    data = filled(client.get(address(type(row), "export")), format="1")
    assert "สมหญิง" in client.post(address(type(row), "export"), data).content.decode()


def test_pages_name_them_to_who_has_signed_in_and_to_nobody_else(
    thing, plan, reporter, executive, client, settings
):
    settings.PUBLIC_READING = True
    for kind in KINDS:
        answers(thing(kind), reporter)
    reporter.first_name = "สมหญิง"
    reporter.save()
    project = led_by(OWN)
    unit = Unit.objects.get(name=OWN).pk
    pages = [
        reverse("indicator", args=[plan.slug, "S3-1.1"]),
        reverse("project", args=[plan.slug, f"{project.strategy.number}-{project.number}"]),
        reverse("measure_year", args=[2566]),
        reverse("unit", args=[plan.slug, unit]),
    ]
    inside = signed_in(executive)
    for page in pages:
        assert "สมหญิง" in inside.get(page).content.decode(), page
        assert "สมหญิง" not in client.get(page).content.decode(), page
        for reader in (inside, client):
            data = reader.get(page.removesuffix("/") + ".json")
            assert data.status_code == 200
            assert "สมหญิง" not in data.content.decode()
    for name in ("overview", "board", "indicators", "units"):
        assert "สมหญิง" not in client.get(reverse(name, args=[plan.slug])).content.decode()


def test_a_year_of_measures_that_begins_takes_over_whose_account_is_open(thing, reporter, person):
    from integrity.measures.write import measure_year_begin

    gone = person("gone", roles.REPORTER, OWN)
    row = answers(thing("measure"), reporter, deputy=gone)
    gone.is_active = False
    gone.save()
    year = measure_year_begin(
        user=None, source=row.issue.year, fiscal_year=2572, title="", reason=""
    )
    copied = ItaMeasure.objects.get(issue__year=year, number="2.2")
    assert people_of(copied) == (account(reporter).pk, None)


def test_the_fields_are_offered_in_each_form(thing, planner):
    for kind in KINDS:
        form = signed_in(planner).get(address(thing(kind), "change")).context["adminform"].form
        assert set(OWNERS) <= set(form.fields)
