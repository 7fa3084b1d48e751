"""What every reading page knows and how it answers: plan, month, reader; page, data or workbook."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property, wraps
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

from strategy.access import Viewer, viewer
from strategy.calendar import FiscalMonth
from strategy.clock import today
from strategy.models import Agency, Plan
from strategy.pages.current import current_agency
from strategy.pages.menu import Item, menu_of
from strategy.pages.period import NotEnded, find_month, find_plan, month_choices, month_to_return
from strategy.thai import month_name

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Page:
    """What every reading page knows: whose page, of which plan and month, the day, the reader.

    ``plan``: the one shown, on pages of an agency the one that the menu leads to; None without
    any. ``at``: the month shown, on pages of an agency the one to go back to.
    """

    agency: Agency
    plan: Plan | None
    at: FiscalMonth | None
    today: date
    viewer: Viewer
    as_data: bool

    @cached_property
    def query(self) -> str:
        """The month as it is carried from page to page of a plan."""
        return urlencode({"year": self.at.year, "month": self.at.month}) if self.at else ""

    @property
    def agency_query(self) -> str:
        """The agency, and the month to go back to, as they are carried to pages of an agency."""
        carried: dict[str, Any] = {"agency": self.agency.slug}
        if self.at is not None:
            carried |= {"year": self.at.year, "month": self.at.month}
        return urlencode(carried)

    @property
    def menu(self) -> list[Item]:
        return menu_of(self)


@dataclass(frozen=True)
class PlanPage(Page):
    """A page of a plan at the end of a month."""

    plan: Plan
    at: FiscalMonth

    @property
    def month_name(self) -> str:
        return month_name(self.at)

    @property
    def years(self) -> list[int]:
        return list(self.plan.years)

    @property
    def months(self) -> list[tuple[int, str]]:
        return month_choices(self.at.year)


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
            return answer_not_found(request, str(missing), as_data)

    return wrapped


def plan_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Finds plan and month for a view; a month that is not over leads to the latest that is."""

    @readable
    @wraps(view)
    def wrapped(request: HttpRequest, slug: str, as_data: bool, **found: Any) -> HttpResponse:
        try:
            plan = find_plan(slug)
            day = today()
            at = find_month(plan, request.GET, day)
            page = PlanPage(plan.agency, plan, at, day, viewer(request.user), as_data)
            return view(request, page, **found)
        except NotEnded as not_ended:
            if as_data or request.path.endswith(".xlsx"):
                return answer_not_found(request, str(not_ended), as_data)
            messages.info(request, not_ended.shown)
            query = request.GET.copy()
            query["year"], query["month"] = str(not_ended.latest.year), str(not_ended.latest.month)
            return redirect(f"{request.path}?{query.urlencode()}")

    return wrapped


def agency_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Finds the agency for a view: by ?agency=, else the reader's own, else that of the plan at
    work. One query, two at most."""

    @readable
    @wraps(view)
    def wrapped(request: HttpRequest, as_data: bool, **found: Any) -> HttpResponse:
        who, day = viewer(request.user), today()
        agency, plan = current_agency(who, request.GET.get("agency", ""))
        at = month_to_return(plan, request.GET, day) if plan else None
        return view(request, Page(agency, plan, at, day, who, as_data), **found)

    return wrapped


def staff_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page of an agency that asks for sign-in always, whatever PUBLIC_READING opens."""

    @agency_page
    @wraps(view)
    def wrapped(request: HttpRequest, page: Page, **found: Any) -> HttpResponse:
        if not page.viewer.signed_in:
            return ask_to_sign_in(request, page.as_data)
        return view(request, page, **found)

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


def answer_not_found(request: HttpRequest, message: str, as_data: bool = False) -> HttpResponse:
    if as_data:
        return as_json({"error": message}, status=404)
    return render(request, "404.html", {"message": message}, status=404)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """An address that leads nowhere."""
    return answer_not_found(request, "", request.path.endswith(".json"))
