"""Reading pages: ask a selector, choose a template. Writing happens in the admin."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kpis.pages.tables import scores
from nhrc_plan.overview import data, read, tables
from nhrc_plan.owners.people import unit_people
from nhrc_plan.owners.silence import may_read
from strategy.access import NOBODY, is_at_home, viewer
from strategy.models import Plan
from strategy.pages.beside import panels_beside
from strategy.pages.current import current_plan
from strategy.pages.neighbours import Near, neighbours
from strategy.pages.page import (
    PlanPage,
    answer_not_found,
    as_json,
    only_now,
    plan_page,
    readable,
)
from strategy.read import units_in_order


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """One's own work for those who report for a unit, else the plan at work."""
    who = viewer(request.user)
    if not who.signed_in and not settings.PUBLIC_READING:
        return redirect_to_login("/")
    if is_at_home(who):
        return redirect("my_work")
    plan = current_plan(who)
    if plan is None:
        return answer_not_found(request, _("No plan has been loaded yet. Run: manage.py bootstrap"))
    return redirect("overview", slug=plan.slug)


@only_now
@readable
def plans(request: HttpRequest, as_data: bool) -> HttpResponse:
    """Every plan of every agency."""
    found = list(
        Plan.objects.select_related("agency").order_by(
            "-is_current", "agency__name", "-first_year", "name"
        )
    )
    if as_data:
        return as_json(data.plans(found))
    context = {"plans": found, "prepares": viewer(request.user).is_planner}
    return render(request, "overview/plans.html", context)


@plan_page
def overview(request: HttpRequest, page: PlanPage) -> HttpResponse:
    # The data are the same for all who read them; what concerns people stands on the page alone.
    who = NOBODY if page.as_data else page.viewer
    shown = read.overview_page(page.plan, page.at, page.today, who)
    if page.as_data:
        return as_json(data.overview(page.plan, shown))
    context = tables.overview(page.plan, shown)
    return render(request, "overview/overview.html", {"page": page, "nav": "overview", **context})


@plan_page
def strategy(request: HttpRequest, page: PlanPage, number: int) -> HttpResponse:
    shown = read.strategy_page(page.plan, number, page.at, page.today)
    if page.as_data:
        return as_json(data.strategy(page.plan, page.at, shown))
    context = {
        "page": page,
        "nav": "overview",
        "shown": shown,
        "scores": scores(page.plan, shown.standing.rows),
        "near": neighbours(
            shown.numbers,
            number,
            lambda each: Near(
                reverse("strategy", args=[page.plan.slug, each]),
                f"{page.plan.strategy_label} {each}",
            ),
        ),
    }
    return render(request, "overview/strategy.html", context)


@plan_page
def units(request: HttpRequest, page: PlanPage) -> HttpResponse:
    summaries = read.units_page(page.plan, page.at, page.today)
    if page.as_data:
        return as_json(data.units(page.plan, page.at, summaries))
    context = {
        "page": page,
        "nav": "units",
        "units": summaries,
        "reads_owners": may_read(page.viewer, page.plan.agency_id),
    }
    return render(request, "overview/units.html", context)


@plan_page
def unit(request: HttpRequest, page: PlanPage, unit_id: int) -> HttpResponse:
    shown = read.unit_page(page.plan, unit_id, page.at, page.today)
    if page.as_data:
        return as_json(data.unit(page.plan, page.at, shown))
    context = {
        "page": page,
        "nav": "units",
        "shown": shown,
        "may_report": page.viewer.may_report(shown.unit.pk),
        "may_read_drafts": page.viewer.may_read_drafts(shown.unit.pk),
        "people": unit_people(page.viewer, shown.rows, shown.money),
        "beside": panels_beside(page, "unit", [shown.unit.pk]),
        "near": neighbours(
            units_in_order(page.plan),
            (shown.unit.pk, shown.unit.name),
            lambda each: Near(reverse("unit", args=[page.plan.slug, each[0]]), each[1]),
        ),
    }
    return render(request, "overview/unit.html", context)


@plan_page
def about(request: HttpRequest, page: PlanPage) -> HttpResponse:
    shown = read.about_page(page.plan)
    if page.as_data:
        return as_json(data.about(page.plan, page.at, shown))
    return render(request, "overview/about.html", {"page": page, "nav": "about", "shown": shown})


@plan_page
def strategy_map(request: HttpRequest, page: PlanPage) -> HttpResponse:
    shown = read.map_page(page.plan, page.at, page.today)
    if page.as_data:
        return as_json(data.strategy_map(page.plan, page.at, shown))
    return render(request, "overview/map.html", {"page": page, "nav": "map", "shown": shown})
