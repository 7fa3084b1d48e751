"""The reading pages of indicators: the table, and one of them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kpis.models import Indicator, Result
from kpis.pages import charts, data, tables, workbook
from kpis.pages.filters import IndicatorFilter
from kpis.read.asof import restated_after_lock
from kpis.read.indicator import IndicatorDetail, indicator_detail, results_asked_about
from kpis.read.report import last_year_rest
from kpis.read.standing import plan_standing
from kpis.read.steps import year_steps
from strategy.calendar import FiscalMonth
from strategy.closing.read import locked_since
from strategy.comments.read import Talk, open_marks, talk_about
from strategy.owners.read import owners_shown
from strategy.pages.beside import panels_beside
from strategy.pages.page import (
    PlanPage,
    as_json,
    plan_page,
    xlsx,
)
from strategy.thai import month_name


@plan_page
def indicators(request: HttpRequest, page: PlanPage) -> HttpResponse:
    standing = plan_standing(page.plan, page.at, page.today, every_year=False)
    filters = IndicatorFilter(request.GET, plan=page.plan, standing=standing)
    rows, sorting = tables.sorted_rows(filters.rows, request.GET.get("sort", ""))
    after_lock = restated_after_lock(page.plan, rows, locked_since(page.plan.agency_id))
    if page.as_data:
        return as_json(data.indicators(page.plan, page.at, rows, after_lock))
    context = {
        "page": page,
        "nav": "indicators",
        "standing": standing,
        "filters": filters,
        "rows": rows,
        "after_lock": after_lock,
        "columns": tables.sort_links(page.plan, request.GET, sorting),
        "data_query": request.GET.urlencode(),
        "scored": page.plan.is_scorecard,
        "marks": _marks(page),
    }
    return render(request, "kpis/indicators.html", context)


def _marks(page: PlanPage) -> dict[int, int]:
    """Open questions by indicator, of the year's results that the reader sees whole."""
    who = page.viewer
    if not who.signed_in:
        return {}
    rows = Result.objects.filter(
        indicator__strategy__plan=page.plan, fiscal_year=page.at.year, month__lte=page.at.month
    )
    if not who.may_read_drafts(None):
        rows = rows.filter(indicator__unit__in=who.unit_ids)
    return open_marks(rows, "indicator")


@plan_page
def indicator(request: HttpRequest, page: PlanPage, code: str) -> HttpResponse:
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
        "talk": _talk(page, shown),
        "may_report": page.viewer.may_report(shown.indicator.unit_id),
        "owners": owners_shown(page.viewer, Indicator, [shown.row.id]).get(shown.row.id),
        "beside": panels_beside(page, "indicator", [shown.row.id]),
    }
    return render(request, "kpis/indicator.html", context)


def _talk(page: PlanPage, shown: IndicatorDetail) -> Talk | None:
    """Questions about the year's results, for whom they concern."""
    if not page.viewer.may_read_drafts(shown.indicator.unit_id):
        return None
    asked = results_asked_about(shown.indicator, page.at)
    names = {month: month_name(FiscalMonth(page.at.year, month)) for month in asked}
    result = shown.result
    return talk_about(page.viewer, asked, result and result.month, names=names)


@plan_page
def steps(request: HttpRequest, page: PlanPage) -> HttpResponse:
    """What the year asks for, beside how the last one closed."""
    standing = plan_standing(page.plan, page.at, page.today)
    shown = year_steps(page.plan, standing, page.today)
    rest = last_year_rest(standing.rows, locked_since(page.plan.agency_id))
    if page.as_data:
        return as_json(data.steps(page.plan, page.at, shown, rest))
    context = {"page": page, "nav": "overview", "shown": shown, "rest": rest}
    return render(request, "kpis/steps.html", context)


@plan_page
def report(request: HttpRequest, page: PlanPage) -> HttpResponse:
    """The monthly workbook."""
    signed_in = page.viewer.signed_in
    content = workbook.monthly_report(page.plan, page.at, page.today, evidence=signed_in)
    return xlsx(content, _("Results of the month"), page.month_name, page.plan.name)
