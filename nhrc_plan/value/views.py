"""The page that sets money beside results."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from budgets.pages.views import is_without_projects
from nhrc_plan.value import charts, data, rule_words
from nhrc_plan.value.read import value_page
from strategy.pages.page import PlanPage, as_json, plan_page


@plan_page
def value(request: HttpRequest, page: PlanPage) -> HttpResponse:
    """Money beside results."""
    shown = value_page(page.plan, page.at, page.today)
    if page.as_data:
        return as_json(data.value(page.plan, shown))
    if is_without_projects(page, shown.money):
        return render(request, "budgets/no_money.html", {"page": page})
    context = {
        "page": page,
        "nav": "budgets",
        "here": "value",
        "shown": shown,
        "chart": charts.value(page.plan, shown),
        "rule": rule_words.corners(page.plan),
    }
    return render(request, "value/value.html", context)
