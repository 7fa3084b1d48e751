"""The pages of ITA: ask a selector, choose a template."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from integrity.ita import charts, data, tables
from integrity.ita.read import ita_year, ita_years
from integrity.ita.scores import TOTAL, figure_names, score_figures, with_evidence
from integrity.ita.sheets import computed_rule, ita_report
from strategy.comments.read import talk_about
from strategy.pages.neighbours import Near, neighbours
from strategy.pages.page import Page, agency_page, as_json, xlsx


@agency_page
def years(request: HttpRequest, page: Page) -> HttpResponse:
    """An agency's assessments side by side."""
    shown = ita_years(page.agency)
    if page.as_data:
        return as_json(data.years(shown))
    context = {
        "page": page,
        "nav": "integrity",
        "here": "ita_years",
        "shown": shown,
        "chart": charts.totals(shown),
        "rule": computed_rule(parts=bool(shown.parts)),
        "weights_source": shown.years[-1].weights_source if shown.years else "",
        **tables.years(shown),
    }
    return render(request, "integrity/ita/ita_years.html", context)


@agency_page
def year(request: HttpRequest, page: Page, year: int) -> HttpResponse:
    """One assessment: what it says, where it is weak, what it advises."""
    shown = ita_year(page.agency, year, drafts=page.viewer.may_read_drafts(None))
    figures = score_figures(shown.now.id) if page.viewer.signed_in else {}
    if page.as_data:
        return as_json(data.year(shown, figures))
    context = {
        "page": page,
        "nav": "integrity",
        "here": "ita",
        "shown": shown,
        "now": shown.now,
        "radar": charts.radar(shown),
        "bars": charts.bars(shown),
        "rule": computed_rule(parts=shown.now.has_parts),
        **tables.year(shown),
        "evidence": with_evidence(figures),
        "figures": figures,
        "talk": talk_about(page.viewer, figures, TOTAL, names=figure_names(figures)),
        "near": neighbours(
            sorted(shown.years),
            year,
            lambda each: Near(reverse("ita", args=[each]), str(each)),
        ),
        "may_plan": page.viewer.is_planner and request.user.is_staff,
    }
    return render(request, "integrity/ita/ita.html", context)


@agency_page
def ita_workbook(request: HttpRequest, page: Page, year: int) -> HttpResponse:
    """The same as a workbook."""
    shown = ita_year(page.agency, year, drafts=page.viewer.may_read_drafts(None))
    content = ita_report(shown)
    return xlsx(content, _("ITA %(year)s") % {"year": year}, page.agency.name)
