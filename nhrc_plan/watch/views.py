"""The pages by which planners and auditors keep watch: the log, the quality of the data."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from nhrc_plan.watch import data, sheets
from nhrc_plan.watch.forms import LogForm
from nhrc_plan.watch.log import IN_A_FILE, LogPage, Place, log_page
from nhrc_plan.watch.quality import quality as plan_quality
from strategy.pages.page import (
    XLSX,
    Page,
    PlanPage,
    as_json,
    ask_to_sign_in,
    file_words,
    only_now,
    plan_page,
    saved_as,
    staff_page,
)
from strategy.records.model import recorded_models
from strategy.thai import format_date

View = Callable[..., HttpResponse]


def for_watchers(view: View) -> View:
    """Lets planners and auditors in; for others who have signed in there is no such page.

    Stands inside what finds the page, and asks for sign-in whatever PUBLIC_READING opens.
    """

    @wraps(view)
    def wrapped(request: HttpRequest, page: Page, **found: Any) -> HttpResponse:
        if not page.viewer.signed_in:
            return ask_to_sign_in(request, page.as_data)
        if not page.viewer.keeps_watch:
            raise Http404(_("This page is for planners and auditors."))
        return view(request, page, **found)

    return wrapped


@only_now
@staff_page
@for_watchers
def history(request: HttpRequest, page: Page) -> HttpResponse:
    """Who changed what, when, from what to what, and why."""
    form = LogForm(request.GET, accounts=page.viewer.reads_accounts)
    after = Place.read(request.GET.get("after", ""))
    shown = None
    if form.is_valid():
        shown = log_page(form.wanted, after, linked=_linked(request))
    if page.as_data:
        if shown is None:
            raise Http404(_said(form))
        return as_json(data.log(page.agency.slug, shown))
    context = {
        "page": page,
        "nav": "watch",
        "here": "history",
        "form": form,
        "shown": shown or LogPage((), 0, None),
        "refused": shown is None,
        "act": form.cleaned_data.get("act"),
        "paged": after is not None,
        "query": _query(request, "after"),
        "in_a_file": IN_A_FILE,
    }
    return render(request, "watch/history.html", context)


@only_now
@staff_page
@for_watchers
def history_file(request: HttpRequest, page: Page, ending: str) -> HttpResponse:
    """What the filters leave, as a file."""
    form = LogForm(request.GET, accounts=page.viewer.reads_accounts)
    if not form.is_valid():
        raise Http404(_said(form))
    content = sheets.log_file(form.wanted, ending)
    kind = XLSX if ending == "xlsx" else "text/csv; charset=utf-8"
    words = file_words(_("History"), page.agency.name, format_date(page.today))
    return saved_as(content, f"{words}.{ending}", kind)


#: Lines of a kind that the page shows; the data hold all.
SHOWN = 100


@only_now
@plan_page
@for_watchers
def quality(request: HttpRequest, page: PlanPage) -> HttpResponse:
    """What there is to look at in a plan's data, by kind, each with where it is mended."""
    shown = plan_quality(page.plan, page.at, page.today)
    if page.as_data:
        return as_json(data.quality(page.plan, page.at, shown))
    context = {
        "page": page,
        "nav": "watch",
        "here": "quality",
        "shown": shown,
        "limit": SHOWN,
        "data_query": request.GET.urlencode(),
    }
    return render(request, "watch/quality.html", context)


def _linked(request: HttpRequest) -> set[type]:
    """The models whose rows the reader may open in the admin."""
    return {
        model
        for model in recorded_models()
        if admin.site.is_registered(model)
        and request.user.has_perm(f"{model._meta.app_label}.view_{model._meta.model_name}")
    }


def _said(form: LogForm) -> str:
    """Why filters were refused, in one line."""
    return " ".join(str(error) for errors in form.errors.values() for error in errors)


def _query(request: HttpRequest, *without: str) -> str:
    """The address's filters, as links carry them on."""
    query = request.GET.copy()
    for name in without:
        query.pop(name, None)
    return query.urlencode()
