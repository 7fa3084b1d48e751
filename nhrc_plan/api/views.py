"""The page about the API, for those who write programs."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from nhrc_plan.api.answers import site
from nhrc_plan.api.describe import described
from strategy.pages.page import Page, page_of_agency


@require_safe
def description(request: HttpRequest) -> HttpResponse:
    """What the API offers and how it is asked. Open to everybody: it tells no figure."""
    info, datasets = described()
    context = {
        "page": _page(request),
        "nav": "api",
        "info": info,
        "datasets": datasets,
        "site": site(request),
    }
    return render(request, "api/api.html", context)


def _page(request: HttpRequest) -> Page | None:
    """The menu of whoever has signed in; others see the page alone."""
    try:
        found = page_of_agency(request)
    except Http404:
        return None
    return found if found.viewer.signed_in else None
