"""The page of what is disclosed in a year, and the catalogue of the open data."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from nhrc_plan.api.answers import site
from nhrc_plan.disclosure import catalogue, data
from nhrc_plan.disclosure.read import items_of, years_of
from strategy.calendar import FiscalMonth
from strategy.pages.page import Page, agency_page, as_json


@agency_page
def disclosure(request: HttpRequest, page: Page, year: int | None = None) -> HttpResponse:
    """A year's items with their addresses; to those who prepare them with what they lack.

    The public is told of what is published alone.
    """
    # Items stand as they are; a day's figures are told where their addresses lead.
    page = replace(page, as_of=None)
    public = not page.viewer.signed_in
    years = years_of(page.agency, published=public)
    shown = year or next(iter(years), FiscalMonth.of(page.today).year)
    rows = items_of(page.agency, shown, page.today, published=public)
    if page.as_data:
        return as_json(data.disclosure(page.agency, shown, years, rows))
    context = {
        "page": page,
        "nav": "disclosure",
        "year": shown,
        "years": years,
        "rows": rows,
        "public": public,
        "may_enter": page.viewer.is_planner and page.viewer.is_staff,
        "site": site(request),
    }
    return render(request, "disclosure/disclosure.html", context)


@agency_page
def catalogue_dcat(request: HttpRequest, page: Page) -> HttpResponse:
    """The catalogue as DCAT."""
    answer = as_json(catalogue.dcat(page.agency, site(request)))
    answer["Content-Type"] = "application/ld+json"
    return answer


@agency_page
def catalogue_government(request: HttpRequest, page: Page) -> HttpResponse:
    """The catalogue in the fields of the government's own."""
    return as_json(catalogue.government(page.agency, site(request)))
