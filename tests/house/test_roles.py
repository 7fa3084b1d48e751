"""What a role sees and does in the admin (docs/trust.md, promise 6).

Which pages it opens at all stands in the table of addresses (test_addresses.py).
"""

import re

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.urls import reverse

from budgets.models import (
    BudgetTransfer,
    CarriedPayment,
    Disbursement,
    Project,
    ProjectBudget,
    SpendingTarget,
)
from integrity.models import (
    ItaAssessment,
    ItaIndicator,
    ItaInstrument,
    ItaMeasure,
    MeasureYear,
    QuarterProgress,
)
from kpis.models import Baseline, Indicator, Result, YearTarget
from kpis.write.results import value_field
from strategy import access as roles
from strategy.models import (
    Agency,
    Unit,
)
from strategy.records.write import record_save
from tests.support.writing import (
    OTHER,
    OWN,
    REMEDY,
    TODAY,
    address,
    differences,
    enter,
    entered,
    facts,
    figures,
    filled,
    indicator_of,
    signed_in,
)

pytestmark = pytest.mark.django_db
User = get_user_model()


def test_somebody_whose_account_is_off_is_nobody(plan, person):
    user = person("gone", roles.PLANNER, is_active=False)
    assert signed_in(user).get(address(Agency, "changelist")).status_code == 302
    assert roles.viewer(user).roles == frozenset()


# ----------------------------------------------------------------------------------- own results


@pytest.fixture
def two(plan, today):
    """A result of the reporter's unit, and one of another unit."""
    today(TODAY)
    own = enter(indicator_of(plan, "S3-1.1", OWN), 2569, 6, "50")
    other = enter(indicator_of(plan, "S3-1.2", OTHER), 2569, 6, "77", state="draft")
    return own, other


def test_the_list_shows_only_the_own_units_results(two, reporter, outsider, planner):
    # A planner sees those published of the scorecard too.
    everything = list(Result.objects.all())
    for user, rows in ((reporter, [two[0]]), (outsider, [two[1]]), (planner, everything)):
        listed = signed_in(user).get(address(Result, "changelist")).context["cl"].result_list
        assert {row.pk for row in listed} == {row.pk for row in rows}


def test_a_reporter_without_a_unit_sees_no_result(two, person):
    own, _other = two
    own.indicator.unit = None
    record_save(instance=own.indicator, user=None)
    client = signed_in(person("new", roles.REPORTER))
    assert not client.get(address(Result, "changelist")).context["cl"].result_list
    assert client.get(address(own, "change")).status_code == 404


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("page", ["change", "history", "delete", "approve", "reopen"])
def test_another_units_result_is_not_there(two, reporter, page, method):
    own, other = two
    client = signed_in(reporter)
    before = facts()
    path = address(own, page).replace(f"/{own.pk}/", f"/{other.pk}/")
    data = {"post": "yes", "version": "1", "reason": "x", "narrative": "forged"}
    assert getattr(client, method)(path, data).status_code == 404
    assert differences(before, facts()) == {}


def test_another_units_result_is_not_found_by_searching(two, reporter):
    client = signed_in(reporter)
    for query in (
        "?q=S3",
        f"?indicator__unit__id__exact={two[1].indicator.unit_id}",
        f"?indicator__unit__id__exact={two[1].indicator.unit_id}&state__exact=draft",
    ):
        listed = client.get(address(Result, "changelist") + query).context["cl"].result_list
        assert two[1].pk not in {row.pk for row in listed}


def test_filters_of_a_reporter_name_no_other_draft(two, reporter):
    """Nor does the page name the other figure anywhere."""
    assert "77" not in re.sub(
        r"<[^>]+>", "", signed_in(reporter).get(address(Result, "changelist")).content.decode()
    )


def test_the_chooser_offers_only_own_indicators(plan, two, reporter, planner):
    offered = {
        user: signed_in(user)
        .get(address(Result, "add"))
        .context["form"]
        .fields["indicator"]
        .queryset
        for user in (reporter, planner)
    }
    assert {row.code for row in offered[reporter]} == {"S3-1.1"}
    assert len(offered[planner]) == 19 + 15
    duties = signed_in(reporter).get(address(Result, "add")).context["duties"]
    assert {duty.row.code for duty in duties} == {"S3-1.1"}


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_forged_indicator_is_refused(plan, two, reporter, method):
    """Another unit's, and one that has no unit yet."""
    client = signed_in(reporter)
    before = facts()
    for indicator in (two[1].indicator, indicator_of(plan, "S1-1.1")):
        field = value_field(indicator.measures.first().pk)
        path = f"{address(Result, 'add')}?indicator={indicator.pk}&year=2569&month=3"
        answer = getattr(client, method)(path, {field: "50", "_save": "1"})
        assert answer.status_code == 200
        assert "indicator" in answer.context["form"].errors
        assert "panel" not in answer.context
    assert differences(before, facts()) == {}


def test_a_posted_indicator_does_not_replace_the_chosen_one(plan, two, reporter):
    own, other = two
    client = signed_in(reporter)
    path = f"{address(Result, 'add')}?indicator={own.indicator_id}&year=2569&month=3"
    field = value_field(own.indicator.measures.get().pk)
    data = filled(client.get(path), **{
        field: "50", "indicator": other.indicator_id, "fiscal_year": 2568, "month": 1,
        "state": "approved", "is_sample": "on", "_save": "1", **REMEDY,
    })  # fmt: skip
    assert client.post(path, data).status_code == 302
    saved = entered().latest("pk")
    assert (saved.indicator_id, saved.fiscal_year, saved.month) == (own.indicator_id, 2569, 3)
    assert (saved.state, saved.is_sample) == ("submitted", False)


def test_a_reporter_who_leaves_a_unit_loses_its_results(two, reporter):
    own, _other = two
    assert signed_in(reporter).get(address(own, "change")).status_code == 200
    reporter.memberships.all().delete()
    assert signed_in(reporter).get(address(own, "change")).status_code == 404


# ------------------------------------------------------------------------------ approve and reopen


@pytest.mark.parametrize(
    ("who", "status", "state"),
    [
        ("planner", 302, "approved"),
        ("reporter", 403, "submitted"),
        ("outsider", 404, "submitted"),
        ("auditor", 403, "submitted"),
        ("executive", 302, "submitted"),
    ],
)
def test_planners_approve(request, two, who, status, state):
    own, _other = two
    client = signed_in(request.getfixturevalue(who))
    path = reverse("admin:kpis_result_approve", args=[own.pk])
    assert client.get(path).status_code in (404, 302)
    assert client.post(path, {"version": "1"}).status_code == status
    own.refresh_from_db()
    assert own.state == state


def test_administrators_do_not_approve(two, person):
    client = signed_in(person("boss", roles.ADMINISTRATOR))
    path = reverse("admin:kpis_result_approve", args=[two[0].pk])
    assert client.post(path, {"version": "1"}).status_code in (403, 404)
    assert entered().get(pk=two[0].pk).state == "submitted"


@pytest.mark.parametrize("version", ["", "0", "2", "x", "1e0"])
def test_only_what_was_seen_is_approved(two, planner, version):
    path = reverse("admin:kpis_result_approve", args=[two[0].pk])
    answer = signed_in(planner).post(path, {"version": version}, follow=True)
    assert [message.level_tag for message in answer.context["messages"]] == ["error"]
    assert entered().get(pk=two[0].pk).state == "submitted"


@pytest.mark.parametrize(
    ("who", "reason", "state"),
    [
        ("planner", "", "approved"),
        ("planner", "   ", "approved"),
        ("planner", "wrong month", "submitted"),
        ("reporter", "wrong month", "approved"),
        ("outsider", "wrong month", "approved"),
        ("auditor", "wrong month", "approved"),
    ],
)
def test_reopening_asks_for_a_reason_and_a_planner(request, plan, today, who, reason, state):
    today(TODAY)
    result = enter(indicator_of(plan, "S3-1.1", OWN), 2569, 6, "50", state="approved")
    path = reverse("admin:kpis_result_reopen", args=[result.pk])
    signed_in(request.getfixturevalue(who)).post(path, {"version": "1", "reason": reason})
    result.refresh_from_db()
    assert result.state == state
    if state == "submitted":
        assert result.history.first().history_change_reason == reason


@pytest.mark.parametrize("who", ["planner", "reporter"])
def test_an_approved_figure_has_no_form(request, plan, today, who):
    today(TODAY)
    result = enter(indicator_of(plan, "S3-1.1", OWN), 2569, 6, "50", state="approved")
    client = signed_in(request.getfixturevalue(who))
    field = value_field(result.indicator.measures.get().pk)
    path = address(result, "change")
    page = client.get(path)
    assert page.status_code == 200
    assert field not in filled(page)
    data = {field: "99", "narrative": "forged", "expected_version": "1", "_save": "1"}
    assert client.post(path, data).status_code == 403
    assert client.post(address(result, "delete"), {"post": "yes"}).status_code == 403
    result.refresh_from_db()
    assert (figures(result), result.narrative) == (["50"], "")


@pytest.mark.parametrize(
    ("state", "status"), [("draft", 302), ("submitted", 403), ("approved", 403)]
)
@pytest.mark.parametrize("who", ["planner", "reporter"])
def test_only_drafts_are_deleted(request, plan, today, who, state, status):
    today(TODAY)
    result = enter(indicator_of(plan, "S3-1.1", OWN), 2569, 6, "50", state=state)
    client = signed_in(request.getfixturevalue(who))
    data = {"post": "yes", "expected_version": "1"}
    assert client.post(address(result, "delete"), data).status_code == status
    assert entered().exists() == (status == 403)


# ----------------------------------------------------------------------------------- accounts


@pytest.fixture
def boss(person):
    return person("boss", roles.ADMINISTRATOR)


FORGED = {"is_superuser": "on", "is_staff": "on", "user_permissions": ["1", "2", "3"]}


def test_an_administrator_makes_no_superuser(boss):
    client = signed_in(boss)
    add = reverse("admin:auth_user_add")
    page = client.get(add)
    assert "is_superuser" not in page.content.decode()
    assert client.post(add, filled(page, username="new", **FORGED)).status_code == 302
    for user in (User.objects.get(username="new"), boss):
        path = reverse("admin:auth_user_change", args=[user.pk])
        page = client.get(path)
        assert "is_superuser" not in page.content.decode()
        sent = filled(page, first_name="อื่น", **FORGED)
        assert client.post(path, sent).status_code == 302
        user.refresh_from_db()
        # What opens the admin is the role, not what was sent.
        assert (user.is_staff, user.is_superuser) == (user == boss, False)
        assert not user.user_permissions.exists()


@pytest.mark.parametrize("page", ["change", "delete", "history"])
def test_an_administrator_does_not_reach_a_superuser(boss, page):
    root = User.objects.create_superuser("root", password="for-tests-only")
    path = reverse(f"admin:auth_user_{page}", args=[root.pk])
    client = signed_in(boss)
    data = {
        "password1": "taken-over-2569",
        "password2": "taken-over-2569",
        "username": "x",
        "post": "yes",
    }
    for answer in (client.get(path), client.post(path, data)):
        assert answer.status_code in (302, 403, 404)
        assert answer.status_code != 302 or answer.url == reverse("admin:index")
    assert User.objects.get(pk=root.pk).check_password("for-tests-only")
    listed = client.get(reverse("admin:auth_user_changelist")).context["cl"].result_list
    assert root.pk not in {user.pk for user in listed}


def test_a_superuser_may_make_another(db, person):
    root = User.objects.create_superuser("root", password="for-tests-only")
    user = person("somebody")
    client = signed_in(root)
    path = reverse("admin:auth_user_change", args=[user.pk])
    assert client.post(path, filled(client.get(path), is_superuser="on")).status_code == 302
    user.refresh_from_db()
    assert user.is_superuser


def test_an_administrator_sees_no_way_to_enter_figures(plan, boss, today):
    today(TODAY)
    text = signed_in(boss).get(reverse("admin:index")).content.decode()
    for model in (
        Result, YearTarget, Indicator, Baseline, Project, ProjectBudget, BudgetTransfer,
        Disbursement, CarriedPayment, SpendingTarget, ItaAssessment, ItaInstrument, ItaIndicator,
        MeasureYear, ItaMeasure, QuarterProgress,
    ):  # fmt: skip
        assert address(model, "add") not in text
        assert address(model, "changelist") not in text
    assert reverse("admin:auth_user_changelist") in text


def test_nobody_changes_what_a_role_may_do(boss, plan):
    """Whoever could add a permission to a group could enter figures."""
    assert Group not in admin.site._registry
    client = signed_in(boss)
    group = Group.objects.get(name=roles.ADMINISTRATOR)
    held = set(group.permissions.all())
    for path in (f"/admin/auth/group/{group.pk}/change/", "/admin/auth/group/add/"):
        assert client.post(path, {"name": group.name, "permissions": ["1"]}).status_code == 404
    assert set(group.permissions.all()) == held


# ------------------------------------------------------------------------------------ the roles


def test_the_roles_hold_what_they_should(db):
    """Rights by role, for the models and for approval."""
    held = {
        role: set(Group.objects.get(name=role).permissions.values_list("codename", flat=True))
        for role in roles.ROLES
    }
    assert held[roles.EXECUTIVE] == set()
    assert held[roles.REPORTER] == {
        f"{verb}_{model}"
        for verb in ("add", "change", "view", "export")
        for model in (
            "result",
            "disbursement",
            "carriedpayment",
            "quarterprogress",
            "selfassessment",
        )
    }
    assert "approve_result" in held[roles.PLANNER]
    assert held[roles.APPROVER] == {
        f"{verb}_{model}"
        for verb in ("approve", "view", "export")
        for model in (
            "result",
            "disbursement",
            "carriedpayment",
            "quarterprogress",
            "selfassessment",
        )
    }
    assert not [name for name in held[roles.PLANNER] if "membership" in name or "user" in name]
    assert all(name.startswith("view_") for name in held[roles.AUDITOR])
    figures_ = ("result", "target", "disbursement", "budget")
    assert not [name for name in held[roles.ADMINISTRATOR] if any(f in name for f in figures_)]
    assert "delete_logentry" not in set.union(*held.values())
    assert not [name for names in held.values() for name in names if "historical" in name]


@pytest.mark.parametrize(
    ("role", "unit", "reports", "reads_drafts"),
    [
        (roles.PLANNER, "", True, True),
        (roles.REPORTER, OWN, True, True),
        (roles.REPORTER, OTHER, False, False),
        (roles.REPORTER, "", False, False),
        (roles.APPROVER, OWN, False, True),
        (roles.APPROVER, OTHER, False, False),
        (roles.EXECUTIVE, "", False, True),
        (roles.AUDITOR, "", False, True),
        (roles.ADMINISTRATOR, "", False, False),
        ("", "", False, False),
    ],
)
def test_a_viewer(person, role, unit, reports, reads_drafts):
    who = roles.viewer(person("somebody", role, *([unit] if unit else [])))
    pk = Unit.objects.get(name=OWN).pk
    assert (who.may_report(pk), who.may_read_drafts(pk)) == (reports, reads_drafts)
    assert who.may_report(None) == (role == roles.PLANNER)
