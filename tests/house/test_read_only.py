"""Reading changes nothing: every table is the same before and after every GET.

Apart from sessions, and from the time at which an account last signed in. That no address writes
at a GET, whoever asks, is looked at with the table of addresses (test_addresses.py), and that none
does while its page is drawn where each is (test_csp.py); here with what may stand behind the "?".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection

from kpis.models import Indicator, Result
from strategy.models import Plan, Unit
from strategy.records.write import record_save
from tests.support.addresses import without_drawing
from tests.support.crawling import one_of_each
from tests.support.database import SESSIONS, changed, state
from tests.support.pages import DAY, HERE, enter, indicator_of, reading_routes


@pytest.fixture
def filled(plan: Plan, planner: Any, today: Callable[..., Any]) -> Plan:
    today(DAY)
    indicator = indicator_of(plan, "S3-1.1")
    indicator.unit = Unit.objects.get(name="สำนักคุ้มครองสิทธิมนุษยชน")  # the reporter's
    record_save(instance=indicator, user=None)
    one_of_each(plan, planner)
    enter(plan, "S3-3.1", 2567, 1, "1", state="draft")
    return plan


def addresses(plan: Plan) -> list[str]:
    """Pages, data, workbook, and GETs of what only a POST may do."""
    result = Result.objects.filter(state="submitted").latest("pk")
    indicator = indicator_of(plan, "S3-1.1").pk
    return [
        "/", "/login/", "/logout/", "/nothing/", "/nothing.json", "/admin/logout/",
        *[route.path + query for route in reading_routes(plan) for query in (
            "?year=2567&month=12", "?year=2570&month=12", "?year=2024",
        )],
        f"{HERE}/indicators/?text=1&strategy=1&kind=level&status=near&sort=-name",
        f"/admin/kpis/result/{result.pk}/approve/",
        f"/admin/kpis/result/{result.pk}/reopen/?reason=x&version=1",
        f"/admin/kpis/result/{result.pk}/delete/?post=yes",
        f"/admin/kpis/result/{result.pk}/change/?state=approved&_save=1",
        f"/admin/kpis/result/add/?indicator={indicator}&year=2567&month=11",
        "/admin/kpis/result/?q=1&o=-1&state__exact=draft&action=delete_selected&_selected_action=1",
        "/admin/autocomplete/?term=a&app_label=kpis&model_name=indicator&field_name=unit",
    ]  # fmt: skip


def test_no_get_changes_a_row(filled, client, planner):
    client.force_login(planner)
    paths = addresses(filled)
    before = state()
    statuses = set()
    with without_drawing():
        for path in paths:
            statuses.add(client.get(path).status_code)
            if not path.startswith("/admin/") and "year=2570" not in path:
                client.head(path)
    assert changed(before) == []
    assert 200 in statuses
    assert not [status for status in statuses if status >= 500]


@pytest.mark.parametrize("action", ["approve", "reopen"])
def test_what_only_a_post_may_do_is_not_there_for_a_get(filled, client, planner, action):
    client.force_login(planner)
    result = Result.objects.filter(state="submitted").latest("pk")
    path = f"/admin/kpis/result/{result.pk}/{action}/"
    query = {"version": result.version, "reason": "x"}
    assert client.get(path, query).status_code in (404, 405)
    assert client.head(path, query).status_code in (404, 405)


def test_a_write_would_be_seen(filled):
    """Negative control: a change, a new row and a deleted one, each in its own table."""
    before = state()
    assert {"kpis_result", "auth_user", "kpis_historicalresult"} <= before.keys()
    assert changed(before) == []
    Indicator.objects.filter(number="1.1").update(definition="x")
    Result.objects.filter(state="draft").delete()
    get_user_model().objects.create_user("new")
    assert changed(before) == [
        "auth_user", "kpis_historicalresult", "kpis_indicator", "kpis_result", "kpis_resultvalue",
    ]  # fmt: skip


def test_only_the_time_of_signing_in_is_left_out(filled, client, executive):
    before = state()
    client.force_login(executive)
    assert changed(before) == []
    get_user_model().objects.filter(pk=executive.pk).update(first_name="x")
    assert changed(before) == ["auth_user"]


def test_the_tables_are_all_looked_at(filled):
    assert set(connection.introspection.django_table_names(only_existing=True)) - SESSIONS == set(
        state()
    )
