"""What every reading page knows and how it answers: plan, month, reader; page, data or workbook."""

from __future__ import annotations

import re
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
from django.utils.http import content_disposition_header, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from strategy.access import Viewer, viewer
from strategy.approval.model import read_in_public
from strategy.calendar import FiscalMonth
from strategy.clock import today
from strategy.known.reading import as_known, known_day, read_plan
from strategy.known.words import known_name
from strategy.models import Agency, Plan
from strategy.pages.as_of import NAME as AS_OF
from strategy.pages.as_of import (
    AsOf,
    NotYetKnown,
    address_now,
    answer_not_yet,
    as_of,
    find_day,
    known_or_why,
)
from strategy.pages.current import current_agency
from strategy.pages.menu import Item, menu_of
from strategy.pages.period import NotEnded, find_month, find_plan, month_choices, month_to_return
from strategy.pages.replica import read_page
from strategy.read import due_month
from strategy.thai import month_name

_NOT_IN_A_FILE = re.compile(r'[\\/:*?"<>|]')
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Page:
    """What every reading page knows: whose page, of which plan and month, the day, the reader.

    ``plan``: the one shown, on pages of an agency the one that the menu leads to; None without
    any. ``at``: the month shown, on pages of an agency the one to go back to. ``as_of``: the
    earlier day as of which the page is read, which then is its ``today``; None: as it stands now.
    """

    agency: Agency
    plan: Plan | None
    at: FiscalMonth | None
    today: date
    viewer: Viewer
    as_data: bool
    as_of: AsOf | None = None

    @property
    def _carried(self) -> dict[str, Any]:
        """The month, and the day as of which is read."""
        day = {AS_OF: self.as_of.text} if self.as_of else {}
        return {**self._month, **day}

    @property
    def _month(self) -> dict[str, Any]:
        return {"year": self.at.year, "month": self.at.month} if self.at else {}

    @cached_property
    def query(self) -> str:
        """The month, and the day as of which is read, as pages of a plan carry them on."""
        return urlencode(self._carried)

    @property
    def agency_query(self) -> str:
        """The agency, and the same with the month to go back to, for pages of an agency."""
        return urlencode({"agency": self.agency.slug, **self._carried})

    @property
    def and_day(self) -> str:
        """The day as of which is read, at the end of a query that says the rest itself."""
        return f"&{AS_OF}={self.as_of.text}" if self.as_of else ""

    @property
    def query_now(self) -> str:
        """The month alone, for pages that show how things stand now."""
        return urlencode(self._month)

    @property
    def agency_query_now(self) -> str:
        """The agency and the month, for pages that show how things stand now."""
        return urlencode({"agency": self.agency.slug, **self._month})

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
    def month_before(self) -> FiscalMonth | None:
        """The month before, where the plan has one."""
        before = self.at.previous
        return before if before.year in self.plan.years else None

    @property
    def month_after(self) -> FiscalMonth | None:
        """The month after, where the plan has one that has ended."""
        after = self.at.next
        return after if after <= due_month(self.plan, self.today) else None

    @property
    def years(self) -> list[int]:
        return list(self.plan.years)

    @property
    def months(self) -> list[tuple[int, str]]:
        return month_choices(self.at.year)


def readable(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page that is only read: asks for sign-in, and answers in Thai where there is nothing.

    Asks for sign-in unless the setting PUBLIC_READING opens these pages; the public then reads
    approved figures alone. The view takes
    ``as_data``: whether its rows are wanted instead of the page. With ?as_of= it reads what was
    known at the end of that day; who may read it is asked of today.
    """

    @require_safe
    @never_cache
    @wraps(view)
    def wrapped(request: HttpRequest, as_data: bool = False, **found: Any) -> HttpResponse:
        public = not viewer(request.user).signed_in
        if public and not settings.PUBLIC_READING:
            return ask_to_sign_in(request, as_data)
        try:
            with read_in_public(public), as_known(find_day(request.GET, today())):
                return read_page(request, lambda: view(request, as_data=as_data, **found))
        except NotYetKnown as reason:
            if as_data or request.path.endswith(".xlsx"):
                return answer_not_found(request, str(reason), as_data)
            return answer_not_yet(request, reason)
        except Http404 as missing:
            return answer_not_found(request, str(missing), as_data)

    return wrapped


def plan_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Finds plan and month for a view; a month that is not over leads to the latest that is."""

    @readable
    @wraps(view)
    def wrapped(request: HttpRequest, slug: str, as_data: bool, **found: Any) -> HttpResponse:
        who, day = viewer(request.user), known_day() or today()
        try:
            plan = known_or_why(lambda: find_plan(slug), lambda plan: plan)
            read_plan(plan.pk)
            at = find_month(plan, request.GET, day)
            page = PlanPage(plan.agency, plan, at, day, who, as_data, as_of(request))
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
        return view(request, page_of_agency(request, as_data=as_data), **found)

    return wrapped


def page_of_agency(request: HttpRequest, *, as_data: bool = False) -> Page:
    """The page of the agency that :func:`agency_page` finds. Raises Http404."""
    who, day = viewer(request.user), known_day() or today()
    slug = request.GET.get("agency", "")
    agency, plan = known_or_why(lambda: current_agency(who, slug), lambda found: found[0])
    at = month_to_return(plan, request.GET, day) if plan else None
    return Page(agency, plan, at, day, who, as_data, as_of(request))


def staff_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page of an agency that asks for sign-in always, whatever PUBLIC_READING opens."""

    return agency_page(signed_in_only(view))


def signed_in_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Asks for sign-in always, whatever PUBLIC_READING opens; stands inside what finds the page."""

    @wraps(view)
    def wrapped(request: HttpRequest, page: Page, **found: Any) -> HttpResponse:
        if not page.viewer.signed_in:
            return ask_to_sign_in(request, page.as_data)
        return view(request, page, **found)

    return wrapped


def only_now(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For pages that speak of what is to be done now, or of the history itself: they are refused
    with a day in their address, instead of showing today under it."""

    @wraps(view)
    def wrapped(request: HttpRequest, **found: Any) -> HttpResponse:
        if request.GET.get(AS_OF, "").strip():
            message = _("This page shows how things stand now, and cannot be read as of a day.")
            return answer_not_found(request, message, bool(found.get("as_data")))
        return view(request, **found)

    return wrapped


def ask_to_sign_in(request: HttpRequest, as_data: bool) -> HttpResponse:
    """To the sign-in form, and back from there; data are refused in words."""
    if as_data:
        return as_json({"error": _("Sign in to read this.")}, status=401)
    return redirect_to_login(request.get_full_path())


def as_json(content: dict[str, Any], status: int = 200) -> JsonResponse:
    """Rows as JSON, Thai as Thai."""
    return JsonResponse(content, status=status, json_dumps_params={"ensure_ascii": False})


def xlsx(content: bytes, *words: object) -> HttpResponse:
    """A workbook to be saved under a name that its words make, in Thai for those who read Thai."""
    return saved_as(content, known_name(f"{file_words(*words)}.xlsx"), XLSX)


def saved_as(content: bytes, name: str, content_type: str) -> HttpResponse:
    """A file to be saved under a name."""
    header = content_disposition_header(True, name) or ""
    return HttpResponse(content, content_type=content_type, headers={"Content-Disposition": header})


def file_words(*words: object) -> str:
    """A file's name, made of words; what no system takes in a name becomes "-"."""
    return _NOT_IN_A_FILE.sub("-", " – ".join(" ".join(str(word).split()) for word in words))[:150]


def answer_not_found(request: HttpRequest, message: str, as_data: bool = False) -> HttpResponse:
    if as_data:
        return as_json({"error": message}, status=404)
    now = address_now(request) if AS_OF in request.GET else ""
    return render(request, "404.html", {"message": message, "now": now}, status=404)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """An address that leads nowhere."""
    if request.path.endswith(".json") or request.path.startswith("/api/"):
        return as_json({"error": _("There is nothing at this address.")}, status=404)
    return answer_not_found(request, "")
