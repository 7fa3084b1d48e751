"""The page that a board meeting reads from top to bottom, and the workbook of the same."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from nhrc_plan.meetings import data, workbook
from nhrc_plan.meetings.read import board_report
from nhrc_plan.meetings.tables import board_context
from strategy.pages.page import PlanPage, as_json, plan_page, signed_in_only, xlsx


@plan_page
@signed_in_only
def board(request: HttpRequest, page: PlanPage) -> HttpResponse:
    report = board_report(page.plan, page.at, page.today)
    if page.as_data:
        return as_json(data.board(report))
    context = {
        "page": page,
        "nav": "board",
        "report": report,
        **board_context(report),
    }
    return render(request, "meetings/board.html", context)


@plan_page
@signed_in_only
def board_pack(request: HttpRequest, page: PlanPage) -> HttpResponse:
    """The board pack as a workbook."""
    content = workbook.board_pack(page.plan, page.at, page.today, evidence=True)
    return xlsx(content, _("Board meeting"), page.month_name, page.plan.name)
