"""The reading pages of money: ask a selector, choose a template."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from budgets.detail import project_detail
from budgets.rows import PlanMoney
from budgets.selectors import plan_money
from nhrc_plan.board import data_money, money_charts, rules
from nhrc_plan.board.value import value_page
from nhrc_plan.board.views import Page, as_json, reading_page


def _is_without_projects(page: Page, money: PlanMoney) -> bool:
    """A scorecard has none: its menu leads to no page of money, and the address says so calmly."""
    return page.plan.is_scorecard and not money.rows


@reading_page
def budgets(request: HttpRequest, page: Page) -> HttpResponse:
    """A plan's money by strategy and project."""
    money = plan_money(page.plan, page.at, page.today)
    if page.as_data:
        return as_json(data_money.budgets(page.plan, money))
    if _is_without_projects(page, money):
        return render(request, "pages/no_money.html", {"page": page})
    context = {
        "page": page,
        "nav": "budgets",
        "here": "budgets",
        "money": money,
        "bar": money_charts.spending_bar(money.total),
        "chart": money_charts.by_strategy(page.plan, money),
        "notes": [rules.million_baht(), rules.money_expected(money.targets, money.targets_entered)],
    }
    return render(request, "pages/budgets.html", context)


@reading_page
def budget_units(request: HttpRequest, page: Page) -> HttpResponse:
    """The same money by unit."""
    money = plan_money(page.plan, page.at, page.today)
    if page.as_data:
        return as_json(data_money.units(page.plan, money))
    if _is_without_projects(page, money):
        return render(request, "pages/no_money.html", {"page": page})
    context = {
        "page": page,
        "nav": "budgets",
        "here": "budget_units",
        "money": money,
        "notes": [
            rules.once(),
            rules.million_baht(),
            rules.money_expected(money.targets, money.targets_entered),
        ],
    }
    return render(request, "pages/budget_units.html", context)


@reading_page
def project(request: HttpRequest, page: Page, place: str) -> HttpResponse:
    """One project; ``place``: its strategy and number, as in "1-2"."""
    shown = project_detail(
        page.plan, place, page.at, page.today, page.viewer, history=not page.as_data
    )
    if page.as_data:
        return as_json(data_money.project_page(page.plan, page.at, shown))
    first = shown.row.first_lead
    context = {
        "page": page,
        "nav": "budgets",
        "shown": shown,
        "row": shown.row,
        "year": shown.row.current,
        "bar": money_charts.spending_bar(shown.row.current),
        "chart": money_charts.months(shown),
        "may_report": page.viewer.may_report(first.id if first else None),
    }
    return render(request, "pages/project.html", context)


@reading_page
def value(request: HttpRequest, page: Page) -> HttpResponse:
    """Money beside results."""
    shown = value_page(page.plan, page.at, page.today)
    if page.as_data:
        return as_json(data_money.value(page.plan, shown))
    if _is_without_projects(page, shown.money):
        return render(request, "pages/no_money.html", {"page": page})
    context = {
        "page": page,
        "nav": "budgets",
        "here": "value",
        "shown": shown,
        "chart": money_charts.value(page.plan, shown),
        "rule": rules.corners(page.plan),
    }
    return render(request, "pages/value.html", context)
