"""The reading pages of indicators: the table, and one of them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from kpis.pages import charts, data, tables, workbook
from kpis.pages.filters import IndicatorFilter
from kpis.read.indicator import indicator_detail
from kpis.read.standing import plan_standing
from strategy.pages.beside import panels_beside
from strategy.pages.page import (
    PlanPage,
    as_json,
    plan_page,
    xlsx,
)


@plan_page
def indicators(request: HttpRequest, page: PlanPage) -> HttpResponse:
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
        "columns": tables.sort_links(page.plan, request.GET, sorting),
        "data_query": request.GET.urlencode(),
        "scored": page.plan.is_scorecard,
    }
    return render(request, "kpis/indicators.html", context)


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
        "may_report": page.viewer.may_report(shown.indicator.unit_id),
        "beside": panels_beside(page, "indicator", [shown.row.id]),
    }
    return render(request, "kpis/indicator.html", context)


@plan_page
def report(request: HttpRequest, page: PlanPage) -> HttpResponse:
    """The monthly workbook."""
    signed_in = page.viewer.signed_in
    content = workbook.monthly_report(page.plan, page.at, page.today, evidence=signed_in)
    return xlsx(content, f"{page.plan.slug}-{page.at.year}-{page.at.month:02}.xlsx")
