"""The pages of ITA: ask a selector, choose a template."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from integrity.ita_selectors import ita_year, ita_years
from nhrc_plan.board import data_ita, ita_charts, ita_tables, workbook
from nhrc_plan.board.integrity_page import IntegrityPage, integrity_page
from nhrc_plan.board.sheets_ita import computed_rule
from nhrc_plan.board.views import as_json, xlsx


@integrity_page
def years(request: HttpRequest, page: IntegrityPage) -> HttpResponse:
    """An agency's assessments side by side."""
    shown = ita_years(page.agency)
    if page.as_data:
        return as_json(data_ita.years(shown))
    context = {
        "page": page,
        "nav": "integrity",
        "here": "ita_years",
        "shown": shown,
        "chart": ita_charts.totals(shown),
        "rule": computed_rule(),
        "weights_source": shown.years[-1].weights_source if shown.years else "",
        **ita_tables.years(shown),
    }
    return render(request, "pages/ita_years.html", context)


@integrity_page
def year(request: HttpRequest, page: IntegrityPage, year: int) -> HttpResponse:
    """One assessment: what it says, where it is weak, what it advises."""
    shown = ita_year(page.agency, year)
    if page.as_data:
        return as_json(data_ita.year(shown))
    context = {
        "page": page,
        "nav": "integrity",
        "here": "ita",
        "shown": shown,
        "now": shown.now,
        "radar": ita_charts.radar(shown),
        "bars": ita_charts.bars(shown),
        "rule": computed_rule(),
        **ita_tables.year(shown),
        "may_plan": page.viewer.is_planner and request.user.is_staff,
    }
    return render(request, "pages/ita.html", context)


@integrity_page
def ita_workbook(request: HttpRequest, page: IntegrityPage, year: int) -> HttpResponse:
    """The same as a workbook."""
    content = workbook.ita_report(ita_year(page.agency, year))
    return xlsx(content, f"ita-{page.agency.slug}-{year}.xlsx")
