"""The reading pages of money: ask a selector, choose a template."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from budgets.models import Disbursement, Project
from budgets.pages import charts, data, rule_words
from budgets.read.carried import by_year
from budgets.read.figures import with_evidence
from budgets.read.money import plan_money
from budgets.read.project import project_detail, project_places
from budgets.read.rows import PlanMoney
from strategy.calendar import FiscalMonth
from strategy.comments.read import open_marks, talk_about
from strategy.owners.read import owners_shown
from strategy.pages.beside import panels_beside
from strategy.pages.neighbours import Near, neighbours
from strategy.pages.page import PlanPage, as_json, plan_page
from strategy.thai import month_name


def is_without_projects(page: PlanPage, money: PlanMoney) -> bool:
    """A scorecard has none: its menu leads to no page of money, and the address says so calmly."""
    return page.plan.is_scorecard and not money.office.rows


@plan_page
def budgets(request: HttpRequest, page: PlanPage) -> HttpResponse:
    """A plan's money by strategy and project."""
    money = plan_money(page.plan, page.at, page.today)
    if page.as_data:
        return as_json(data.budgets(page.plan, money))
    if is_without_projects(page, money):
        return render(request, "budgets/no_money.html", {"page": page})
    context = {
        "page": page,
        "nav": "budgets",
        "here": "budgets",
        "money": money,
        "after_lock": money.after_lock,
        "marks": _marks(page),
        "bar": charts.spending_bar(money.total),
        "chart": charts.by_strategy(page.plan, money),
        "carried": by_year(money.carried),
        "notes": [
            rule_words.million_baht(),
            rule_words.money_expected(money.lines),
        ],
    }
    return render(request, "budgets/budgets.html", context)


def _marks(page: PlanPage) -> dict[int, int]:
    """Open questions by project, of the year's months that the reader sees whole."""
    who = page.viewer
    if not who.signed_in:
        return {}
    rows = Disbursement.objects.filter(
        project__strategy__plan=page.plan, fiscal_year=page.at.year, month__lte=page.at.month
    )
    if not who.may_read_drafts(None):
        rows = rows.filter(Disbursement.of_units(who.unit_ids))
    return open_marks(rows, "project")


@plan_page
def budget_units(request: HttpRequest, page: PlanPage) -> HttpResponse:
    """The same money by unit."""
    money = plan_money(page.plan, page.at, page.today)
    if page.as_data:
        return as_json(data.units(page.plan, money))
    if is_without_projects(page, money):
        return render(request, "budgets/no_money.html", {"page": page})
    context = {
        "page": page,
        "nav": "budgets",
        "here": "budget_units",
        "money": money,
        "after_lock": money.months_after_lock,
        "notes": [
            rule_words.once(),
            rule_words.million_baht(),
            rule_words.money_expected(money.lines),
        ],
    }
    return render(request, "budgets/budget_units.html", context)


@plan_page
def project(request: HttpRequest, page: PlanPage, place: str) -> HttpResponse:
    """One project; ``place``: its strategy and number, as in "1-2"."""
    shown = project_detail(
        page.plan, place, page.at, page.today, page.viewer, history=not page.as_data
    )
    figures = with_evidence(shown.held) if page.viewer.signed_in else {}
    if page.as_data:
        return as_json(data.project_page(page.plan, page.at, shown, figures))
    first = shown.row.first_lead
    context = {
        "page": page,
        "nav": "budgets",
        "shown": shown,
        "row": shown.row,
        "after_lock": shown.after_lock,
        "year": shown.row.current,
        "bar": charts.spending_bar(shown.row.current),
        "chart": charts.months(shown),
        "months": [(month, figures.get(month.at.month)) for month in shown.entered],
        "talk": talk_about(
            page.viewer,
            figures,
            names={month: month_name(FiscalMonth(page.at.year, month)) for month in figures},
            seen_whole=page.viewer.may_read_drafts(first.id if first else None),
        ),
        "may_report": page.viewer.may_report(first.id if first else None),
        "owners": owners_shown(page.viewer, Project, [shown.row.id]).get(shown.row.id),
        "beside": panels_beside(page, "project", [shown.row.id]),
        "near": neighbours(
            project_places(page.plan),
            shown.row.code,
            lambda code: Near(reverse("project", args=[page.plan.slug, code]), code),
        ),
    }
    return render(request, "budgets/project.html", context)
