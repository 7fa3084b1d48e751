"""The page that a board meeting reads from top to bottom, and the workbook of the same."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from nhrc_plan.board import data_board, workbook
from nhrc_plan.board.board_page import board_context
from nhrc_plan.board.meeting import board_report
from nhrc_plan.board.views import Page, as_json, reading_page, xlsx


@reading_page
def board(request: HttpRequest, page: Page) -> HttpResponse:
    report = board_report(page.plan, page.at, page.today)
    if page.as_data:
        return as_json(data_board.board(report))
    context = {"page": page, "nav": "board", "report": report, **board_context(report)}
    return render(request, "pages/board.html", context)


@reading_page
def board_pack(request: HttpRequest, page: Page) -> HttpResponse:
    """The board pack as a workbook."""
    signed_in = page.viewer.signed_in
    content = workbook.board_pack(page.plan, page.at, page.today, evidence=signed_in)
    return xlsx(content, f"{page.plan.slug}-board-{page.at.year}-{page.at.month:02}.xlsx")
