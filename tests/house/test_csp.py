"""Every answer carries a strict content policy, and no page holds what that policy forbids, with
markup in every column of the database that takes any text.

The admin's addresses come from its registry: a model registered later is looked at as well.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import count
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from budgets.models import BudgetTransfer, CarriedPayment, Disbursement
from integrity.models import ItaItem, QuarterProgress
from kpis.models import Result
from nhrc_plan.api.models import ApiKey
from nhrc_plan.meetings.resolutions.models import Resolution
from nhrc_plan.overview import read as selectors
from strategy.models import Comment, Membership, MonthLock, Plan, Unlocking
from strategy.records.write import record_save
from tests.support.crawling import (
    MARKUP,
    Forbidden,
    admin_addresses,
    example,
    fill_texts,
    one_of_each,
    problems,
)
from tests.support.database import changed, state
from tests.support.pages import DAY, HERE, enter, indicator_of, reading_routes, samples
from tests.support.sweep import part

pytestmark = pytest.mark.looks

# ---------------------------------------------------------------------- what there is to look at


@pytest.fixture
def root(person: Callable[..., Any]) -> Any:
    return person("root", is_superuser=True, is_staff=True)


@pytest.fixture
def filled(plan: Plan, root: Any, today: Callable[[date], date]) -> Plan:
    today(DAY)
    one_of_each(plan, root)
    filled = fill_texts(MARKUP)
    assert len(filled) > 100, filled
    return plan


def faults(client: Any, addresses: Any, statuses: tuple[int, ...] = (200,)) -> dict[str, list[str]]:
    """The problems of each address; none where all is well. Every answer has such a status."""
    found = {}
    for address in addresses:
        response = client.get(address)
        wrong = problems(response)
        if response.status_code not in statuses:
            wrong.append(f"status {response.status_code}")
        if wrong:
            found[address] = wrong
    return found


# ---------------------------------------------------------------------------------- the pages


def test_reading_pages(filled, client, executive, planner):
    samples(filled)
    addresses = ["/", *[route.path + "?year=2567&month=12" for route in reading_routes(filled)]]
    addresses += [f"{HERE}/indicators/S1-2.1/?year=2567", f"{HERE}/indicators/?text=<script>"]
    before = state()
    assert faults(client, addresses, (302, 401)) == {}
    for reader in (executive, planner):
        client.force_login(reader)
        assert faults(client, addresses, (200, 302)) == {}
    assert changed(before) == []


def test_public_pages(filled, client, settings):
    settings.PUBLIC_READING = True
    samples(filled)
    routes = [route for route in reading_routes(filled) if not route.name.startswith("my_work")]
    addresses = ["/api/", *[route.path + "?year=2567&month=12" for route in routes]]
    before = state()
    assert faults(client, addresses, (200, 302, 401, 404)) == {}
    assert changed(before) == []


def test_every_page_of_the_admin(filled, client, root):
    """A counted result cannot be deleted, and who is signed in has no business signing in.

    A month's money, and a measure's quarter, are changed on the screen of their unit.
    """
    client.force_login(root)
    addresses = list(admin_addresses())
    assert len(addresses) > 80
    forbidden = {
        reverse("admin:auth_user_delete", args=[root.pk]),  # nobody's own account
        reverse("admin:kpis_result_delete", args=[example(Result).pk]),
        # Locks and openings are closed in turn, never taken away.
        reverse("admin:strategy_monthlock_delete", args=[example(MonthLock).pk]),
        reverse("admin:strategy_unlocking_delete", args=[example(Unlocking).pk]),
    }
    elsewhere = {
        # Who may come in is led there.
        reverse("admin:login"),
        reverse("admin:budgets_disbursement_change", args=[example(Disbursement).pk]),
        reverse("admin:budgets_carriedpayment_change", args=[example(CarriedPayment).pk]),
        reverse("admin:integrity_quarterprogress_change", args=[example(QuarterProgress).pk]),
    }
    # Transfers are entered with their budget; their own list is for reading.
    # So are memberships: with the person.
    # Questions are asked where their figure stands, and withdrawn there.
    for model in (BudgetTransfer, Membership, Comment):
        row, info = example(model), f"admin:{model._meta.app_label}_{model._meta.model_name}_"
        forbidden |= {reverse(f"{info}add"), reverse(f"{info}delete", args=[row.pk])}
    # A key is withdrawn.
    forbidden.add(reverse("admin:api_apikey_delete", args=[example(ApiKey).pk]))
    # A resolution about which something was done is settled, never deleted.
    forbidden.add(reverse("admin:board_resolution_delete", args=[example(Resolution).pk]))
    before = state()
    assert faults(client, set(addresses) - forbidden - elsewhere) == {}
    assert faults(client, forbidden, (403,)) == {}
    assert faults(client, elsewhere, (302,)) == {}
    assert changed(before) == []


def test_histories_and_exports_as_planner(filled, client, planner):
    """Planners may not see everything. Their pages that hold a form: test_every_form.py."""
    client.force_login(planner)
    addresses = [each for each in admin_addresses() if each.endswith(("/history/", "/export/"))]
    assert len(addresses) > 60
    before = state()
    assert faults(client, addresses, (200, 302, 403, 404)) == {}
    assert changed(before) == []


OTHERS = ["reporter", "auditor", "executive"]


@pytest.mark.parametrize("role", OTHERS)
def test_every_page_of_the_admin_for_others(filled, client, request, role):
    client.force_login(request.getfixturevalue(role))
    before = state()
    # Each address by one of the three in turn; in a sweep by all.
    addresses = part(admin_addresses(), 3, OTHERS.index(role))
    assert faults(client, addresses, (200, 302, 403, 404)) == {}
    assert changed(before) == []


def test_the_forms_of_a_result(filled, client, planner):
    """Choosing, entering a number, a milestone and a ratio; draft, submitted, approved."""
    client.force_login(planner)
    add = reverse("admin:kpis_result_add")
    Result.objects.filter(month=11).delete()
    addresses = [add, f"{add}?indicator=", f"{add}?indicator=9999&year=2024&month=x"]
    for code, year, month in (("S1-1.1", 2567, 11), ("S1-3.1", 2566, 11), ("S3-1.1", 2567, 11)):
        pk = indicator_of(filled, code).pk
        addresses.append(f"{add}?indicator={pk}&year={year}&month={month}")
    for kind in ("draft", "submitted", "approved"):
        row = enter(filled, "S3-3.1", 2567, {"draft": 1, "submitted": 2, "approved": 4}[kind], "3",
                    state=kind, fall_reason="ตามจริง")  # fmt: skip
        addresses.append(reverse("admin:kpis_result_change", args=[row.pk]))
        addresses.append(reverse("admin:kpis_result_delete", args=[row.pk]))
        addresses.append(reverse("admin:kpis_result_history", args=[row.pk]))
    assert faults(client, addresses, (200, 403)) == {}


def test_the_screen_of_a_months_money(filled, client, planner):
    """Choosing, entering, refused, changed by somebody else, deleted."""
    client.force_login(planner)
    add = reverse("admin:budgets_disbursement_add")
    row = example(Disbursement)
    unit = row.project.leads.get(position=1).unit_id
    sheet = f"{add}?unit={unit}&year=2567&month=10"
    addresses = [
        add, sheet, f"{add}?unit={unit}", f"{add}?unit=none", f"{add}?unit=<script>&year=x&month=99",
        reverse("admin:budgets_disbursement_delete", args=[row.pk]),
        reverse("admin:budgets_disbursement_history", args=[row.pk]),
    ]  # fmt: skip
    assert faults(client, addresses) == {}
    assert "&lt;script&gt;z" in client.get(sheet).content.decode()
    paid = example(CarriedPayment)
    pay = reverse("admin:budgets_carriedpayment_add")
    addresses = [
        pay, f"{pay}?unit={unit}&year=2567&month=3", f"{pay}?unit=<script>&year=x&month=99",
        reverse("admin:budgets_carriedpayment_delete", args=[paid.pk]),
        reverse("admin:budgets_carriedpayment_history", args=[paid.pk]),
    ]  # fmt: skip
    assert faults(client, addresses) == {}
    assert "&lt;script&gt;z" in client.get(addresses[1]).content.decode()
    nasty = {"note": "</textarea><script>", "disbursed": '"><script>', "committed": "-1"}
    data = {f"p{row.project_id}-{name}": text for name, text in nasty.items()}
    response = client.post(sheet, {**data, "change_reason": '"><script>'})
    assert (response.status_code, problems(response)) == (200, [])
    assert "<script>" not in response.content.decode()


def test_the_screens_of_a_measures_quarter(filled, client, planner):
    """Choosing, reporting, refused, deleted; the result of a year; a year begun anew."""
    client.force_login(planner)
    add = reverse("admin:integrity_quarterprogress_add")
    row = example(QuarterProgress)
    measure = row.measure
    sheet = f"{add}?unit={measure.units.first().pk}&year=2566&quarter=2"
    outcome = reverse("admin:integrity_quarterprogress_outcome", args=[measure.pk])
    begin = reverse("admin:integrity_measureyear_begin", args=[measure.issue.year_id])
    addresses = [
        add, sheet, f"{add}?unit=<script>&year=x&quarter=9", outcome, begin,
        reverse("admin:integrity_quarterprogress_delete", args=[row.pk]),
        reverse("admin:integrity_quarterprogress_history", args=[row.pk]),
    ]  # fmt: skip
    assert faults(client, addresses) == {}
    assert "&lt;script&gt;z" in client.get(sheet).content.decode()
    nasty = '"></textarea><script>'
    names = ("state", "text", "version", "evidence-0-number", "evidence-0-dated", "evidence-0-url")
    data = {f"m{measure.pk}-{name}": nasty for name in names}
    posts = {
        sheet: {**data, "change_reason": nasty},
        outcome: {"result": nasty, "figure-0-value": nasty},
        begin: {"fiscal_year": nasty},
    }
    for path, sent in posts.items():
        response = client.post(path, sent)
        assert (response.status_code, problems(response)) == (200, []), path
        assert "<script>" not in response.content.decode(), path


def test_the_pages_of_ita_scores(filled, client, planner):
    """One sheet, refused and not; an upload that is no workbook; another year."""
    client.force_login(planner)
    nasty = "<script>alert(1)</script>"
    item = ItaItem.objects.get(code="i27")
    item.text = nasty
    record_save(instance=item, user=planner)
    assessment = item.indicator.instrument.assessment
    pages = {
        name: reverse(f"admin:integrity_itaassessment_{name}", args=[assessment.pk])
        for name in ("scores", "begin", "workbook", "upload", "confirm")
    }
    assert faults(client, [pages[name] for name in ("scores", "begin", "workbook")]) == {}
    workbook = client.get(pages["workbook"]).content
    for address, data in (
        (pages["scores"], {f"Q{item.pk}": '"><script>', "change_reason": nasty}),
        (pages["begin"], {"agency": "<", "fiscal_year": nasty}),
        (pages["upload"], {"workbook": SimpleUploadedFile("<b>.xlsx", b"<script>")}),
        (pages["upload"], {"workbook": SimpleUploadedFile("x.xlsx", workbook)}),
    ):
        response = client.post(address, data)
        assert (response.status_code, problems(response)) == (200, []), address
        assert "<script>" not in response.content.decode()
    assert problems(client.post(pages["confirm"], {"payload": nasty}, follow=True)) == []


def test_forms_that_are_refused(filled, client, root):
    """A form sent empty comes back with its errors; a deletion that is refused says why."""
    client.force_login(root)
    for model in admin.site._registry:
        if model is AccessAttempt:  # a list, and no form
            continue
        info = f"{model._meta.app_label}_{model._meta.model_name}"
        for address in (
            reverse(f"admin:{info}_add"),
            reverse(f"admin:{info}_change", args=[example(model).pk]),
        ):
            response = client.post(address, {"name": "", "_save": "1"})
            assert response.status_code in (200, 302, 403), address
            assert problems(response) == [], address
    response = client.post(reverse("admin:password_change"), {"old_password": "x"})
    assert (response.status_code, problems(response)) == (200, [])
    response = client.post(reverse("login"), {"username": "x", "password": "y"})
    assert problems(response) == []
    plan = reverse("admin:strategy_plan_delete", args=[filled.pk])
    assert problems(client.post(plan, {"post": "yes"}, follow=True)) == []


def test_exports_carry_the_policy(filled, client, root):
    client.force_login(root)
    turn = count()
    for model, registered in admin.site._registry.items():
        if hasattr(registered, "get_export_formats"):
            info = f"{model._meta.app_label}_{model._meta.model_name}"
            # Each list in one of its formats, in turn; every format of each: test_exports.py.
            for number in part(range(len(registered.get_export_formats())), 4, next(turn)):
                sent = {"resource": "0", "format": str(number)}
                response = client.post(reverse(f"admin:{info}_export"), sent)
                assert response.status_code == 200, info
                assert "attachment" in response.get("Content-Disposition", ""), info
                assert problems(response) == [], info


# ----------------------------------------------------------------------- where something is wrong


def test_pages_of_what_is_not_there(filled, client, executive, planner):
    addresses = [
        "/nothing/", "/nothing.json", "/plans/none/", "/plans/none.json", f"{HERE}/units/0/",
        f"{HERE}/indicators/<script>/", f"{HERE}/?year=<script>", f"{HERE}.json?month=99",
        f"{HERE}/report.xlsx?year=2024", "/admin/kpis/result/999999/change/", "/admin/nothing/",
    ]  # fmt: skip
    for reader in (executive, planner):
        client.force_login(reader)
        assert faults(client, addresses, (404, 302)) == {}


def test_pages_that_are_forbidden(filled, client, reporter):
    client.force_login(reporter)
    addresses = ["/admin/strategy/plan/", "/admin/strategy/plan/add/", "/admin/kpis/indicator/"]
    assert faults(client, addresses, (403,)) == {}


def test_a_form_whose_token_is_missing(db, executive):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(executive)
    for address in ("/logout/", "/login/"):
        response = strict.post(address, {"username": "x", "password": "y"})
        assert (response.status_code, problems(response)) == (403, []), address


def test_wrong_methods(filled, client, executive):
    client.force_login(executive)
    for address in ("/", f"{HERE}/", "/logout/"):
        response = client.put(address)
        assert (response.status_code, problems(response)) == (405, []), address


def test_the_page_of_a_breakdown(filled, client, executive, monkeypatch):
    client.force_login(executive)
    client.raise_request_exception = False

    def broken(*args: Any, **kwargs: Any) -> Any:
        raise RuntimeError("broken")

    monkeypatch.setattr(selectors, "plan_standing", broken)
    response = client.get(f"{HERE}/")
    assert (response.status_code, problems(response)) == (500, [])
    assert "broken" not in response.content.decode()


def test_sign_in_and_sign_out(db, client, executive):
    addresses = ["/login/", "/admin/login/", "/admin/", "/login/?next=javascript:alert(1)"]
    assert faults(client, addresses, (200, 302)) == {}
    assert client.get("/login/").status_code == 200
    client.force_login(executive)
    response = client.post("/logout/")
    assert (response.status_code, problems(response)) == (302, [])


# ----------------------------------------------------------------------------- negative controls


@pytest.mark.parametrize(
    "html",
    [
        "<style>b{}</style>",
        "<script>x()</script>",
        '<script type="application/json">{}</script>',
        '<p style="color:red">',
        '<p onclick="x()">',
        "<svg onload=x()/>",
        '<a href=" javascript:x()">',
        '<script src="https://example.org/x.js"></script>',
        '<img src="//example.org/x.png">',
    ],
)
def test_what_the_policy_forbids_would_be_seen(html):
    assert Forbidden(f"<p>{html}").found


@pytest.mark.parametrize(
    "html",
    ['<script src="/x.js"></script>', '<a href="https://nhrc.or.th">', '<p class="style onclick">'],
)
def test_what_it_allows_is_let_through(html):
    assert Forbidden(html).found == []


def test_a_looser_policy_would_be_seen(plan, client, executive, settings):
    client.force_login(executive)
    policy = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    for name, sources in (
        ("style-src", ["'self'", "'unsafe-inline'"]),
        ("script-src", ["*"]),
        ("frame-ancestors", ["'self'"]),
        ("default-src", ["'self'"]),
    ):
        settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": {**policy, name: sources}}
        assert problems(client.get(f"{HERE}/")) != [], name
