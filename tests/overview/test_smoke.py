"""One request for every page: what `make quick` knows of them."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from strategy.models import Plan
from tests.support.pages import AT, DAY, reading_routes, samples


def test_every_reading_page_answers_with_its_heading(
    plan: Plan, planner: Any, client: Any, today: Any
) -> None:
    today(DAY)
    samples(plan)
    client.force_login(planner)
    seen = 0
    for route in reading_routes(plan):
        answer = client.get(route.path + AT)
        assert answer.status_code == 200, route.path
        if answer["Content-Type"].startswith("text/html"):
            assert "<h1" in answer.content.decode(), route.path
            seen += 1
    assert seen > 15


def test_the_desk_opens(planner: Any, client: Any) -> None:
    client.force_login(planner)
    for name in (
        "index",
        "kpis_result_add",
        "budgets_disbursement_add",
        "kpis_indicator_changelist",
    ):
        assert client.get(reverse(f"admin:{name}")).status_code == 200
