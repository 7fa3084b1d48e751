"""Reading pages: ask a selector, choose a template. Writing happens in the admin."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kpis.detail import indicator_detail
from kpis.filters import IndicatorFilter
from kpis.selectors import plan_standing
from nhrc_plan.board import charts, data, selectors, tables, workbook
from nhrc_plan.board.period import NotEnded, find_month, find_plan, month_choices
from strategy.clock import today
from strategy.fiscal import FiscalMonth
from strategy.models import Plan
from strategy.roles import Viewer, viewer
from strategy.thai import month_name

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Page:
    """What every reading page knows: the plan, the month, the day and the reader."""

    plan: Plan
    at: FiscalMonth
    today: date
    viewer: Viewer
    as_data: bool

    @property
    def month_name(self) -> str:
        return month_name(self.at)

    @property
    def years(self) -> list[int]:
        return list(self.plan.years)

    @property
    def months(self) -> list[tuple[int, str]]:
        return month_choices(self.at.year)

    @property
    def query(self) -> str:
        """The month as it is carried from page to page."""
        return f"year={self.at.year}&month={self.at.month}"


def readable(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page that is only read: asks for sign-in, and answers in Thai where there is nothing.

    Asks for sign-in unless the setting PUBLIC_READING opens these pages. The view takes
    ``as_data``: whether its rows are wanted instead of the page.
    """

    @require_safe
    @never_cache
    @wraps(view)
    def wrapped(request: HttpRequest, as_data: bool = False, **found: Any) -> HttpResponse:
        if not viewer(request.user).signed_in and not settings.PUBLIC_READING:
            return ask_to_sign_in(request, as_data)
        try:
            return view(request, as_data=as_data, **found)
        except Http404 as missing:
            return _not_found(request, str(missing), as_data)

    return wrapped


def reading_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Finds plan and month for a view; a month that is not over leads to the latest that is."""

    @readable
    @wraps(view)
    def wrapped(request: HttpRequest, slug: str, as_data: bool, **found: Any) -> HttpResponse:
        try:
            plan = find_plan(slug)
            day = today()
            at = find_month(plan, request.GET, day)
            return view(request, Page(plan, at, day, viewer(request.user), as_data), **found)
        except NotEnded as not_ended:
            if as_data or request.path.endswith(".xlsx"):
                return _not_found(request, str(not_ended), as_data)
            messages.info(request, not_ended.shown)
            latest = {"year": not_ended.latest.year, "month": not_ended.latest.month}
            return redirect(f"{request.path}?{urlencode({**request.GET.dict(), **latest})}")

    return wrapped


def ask_to_sign_in(request: HttpRequest, as_data: bool) -> HttpResponse:
    """To the sign-in form, and back from there; data are refused in words."""
    if as_data:
        return as_json({"error": _("Sign in to read this.")}, status=401)
    return redirect_to_login(request.get_full_path())


def as_json(content: dict[str, Any], status: int = 200) -> JsonResponse:
    """Rows as JSON, Thai as Thai."""
    return JsonResponse(content, status=status, json_dumps_params={"ensure_ascii": False})


def xlsx(content: bytes, name: str) -> HttpResponse:
    """A workbook to be saved under a name."""
    return HttpResponse(
        content,
        content_type=XLSX,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _not_found(request: HttpRequest, message: str, as_data: bool = False) -> HttpResponse:
    if as_data:
        return as_json({"error": message}, status=404)
    return render(request, "404.html", {"message": message}, status=404)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """An address that leads nowhere."""
    return _not_found(request, "", request.path.endswith(".json"))


def _current_plan(who: Viewer) -> Plan | None:
    """The current plan of the person's own agency, else the one entered first."""
    plans = Plan.objects.filter(is_current=True).order_by("pk")
    own = plans.filter(agency__units__in=who.unit_ids).first() if who.unit_ids else None
    return own or plans.first() or Plan.objects.order_by("pk").first()


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    who = viewer(request.user)
    if not who.signed_in and not settings.PUBLIC_READING:
        return redirect_to_login("/")
    plan = _current_plan(who)
    if plan is None:
        return _not_found(request, _("No plan has been loaded yet. Run: manage.py bootstrap"))
    return redirect("overview", slug=plan.slug)


@readable
def plans(request: HttpRequest, as_data: bool) -> HttpResponse:
    """Every plan of every agency."""
    found = list(
        Plan.objects.select_related("agency").order_by(
            "-is_current", "agency__name", "-first_year", "name"
        )
    )
    if as_data:
        return as_json({"plans": [data.plan(plan) for plan in found]})
    return render(request, "pages/plans.html", {"plans": found})


@reading_page
def overview(request: HttpRequest, page: Page) -> HttpResponse:
    shown = selectors.overview_page(page.plan, page.at, page.today)
    if page.as_data:
        return as_json(data.overview(page.plan, shown))
    context = tables.overview(page.plan, shown)
    return render(request, "pages/overview.html", {"page": page, "nav": "overview", **context})


@reading_page
def strategy(request: HttpRequest, page: Page, number: int) -> HttpResponse:
    shown = selectors.strategy_page(page.plan, number, page.at, page.today)
    if page.as_data:
        return as_json(data.strategy(page.plan, page.at, shown))
    context = {
        "page": page,
        "nav": "overview",
        "shown": shown,
        "scores": tables.scores(page.plan, shown.standing.rows),
    }
    return render(request, "pages/strategy.html", context)


@reading_page
def indicators(request: HttpRequest, page: Page) -> HttpResponse:
    standing = plan_standing(page.plan, page.at, page.today, every_year=False)
    filters = IndicatorFilter(request.GET, plan=page.plan, standing=standing)
    rows, sorting = tables.sorted_rows(filters.rows, request.GET.get("sort", ""))
    if page.as_data:
        return as_json(data.indicators(page.plan, page.at, rows))
    context = {
        "page": page,
        "nav": "indicators",
        "standing": standing,
        "filters": filters,
        "rows": rows,
        "columns": tables.sort_links(request.GET, sorting),
        "data_query": request.GET.urlencode(),
        "scored": page.plan.is_scorecard,
    }
    return render(request, "pages/indicators.html", context)


@reading_page
def indicator(request: HttpRequest, page: Page, code: str) -> HttpResponse:
    shown = indicator_detail(page.plan, code, page.at, page.today, page.viewer)
    if page.as_data:
        return as_json(data.indicator_page(page.plan, page.at, shown))
    context = {
        "page": page,
        "nav": "indicators",
        "shown": shown,
        "row": shown.row,
        "cell": shown.row.current,
        "charts": charts.indicator_charts(page.plan, shown),
        "may_report": page.viewer.may_report(shown.indicator.unit_id),
    }
    return render(request, "pages/indicator.html", context)


@reading_page
def units(request: HttpRequest, page: Page) -> HttpResponse:
    summaries = selectors.units_page(page.plan, page.at, page.today)
    if page.as_data:
        return as_json(data.units(page.plan, page.at, summaries))
    return render(request, "pages/units.html", {"page": page, "nav": "units", "units": summaries})


@reading_page
def unit(request: HttpRequest, page: Page, unit_id: int) -> HttpResponse:
    shown = selectors.unit_page(page.plan, unit_id, page.at, page.today)
    if page.as_data:
        return as_json(data.unit(page.plan, page.at, shown))
    context = {
        "page": page,
        "nav": "units",
        "shown": shown,
        "may_report": page.viewer.may_report(shown.unit.pk),
        "may_read_drafts": page.viewer.may_read_drafts(shown.unit.pk),
    }
    return render(request, "pages/unit.html", context)


@reading_page
def strategy_map(request: HttpRequest, page: Page) -> HttpResponse:
    shown = selectors.map_page(page.plan, page.at, page.today)
    if page.as_data:
        return as_json(data.strategy_map(page.plan, page.at, shown))
    return render(request, "pages/map.html", {"page": page, "nav": "map", "shown": shown})


@reading_page
def report(request: HttpRequest, page: Page) -> HttpResponse:
    """The monthly workbook."""
    signed_in = page.viewer.signed_in
    content = workbook.monthly_report(page.plan, page.at, page.today, evidence=signed_in)
    return xlsx(content, f"{page.plan.slug}-{page.at.year}-{page.at.month:02}.xlsx")
