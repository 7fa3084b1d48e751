"""The workbooks of a month: the same rows as the pages, laid out for the meeting and for print.

One builder: a workbook is a list of sheets, each a function that takes the book and the report.
"""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from budgets.pages import sheets as money_sheets
from kpis.pages import sheets as result_sheets
from kpis.pages import sheets_reports
from kpis.pages.workbook import plan_book
from nhrc_plan.meetings import sheets
from nhrc_plan.meetings.front import draw, first_page
from nhrc_plan.meetings.read import BoardReport, board_report
from nhrc_plan.meetings.resolutions.sheets import resolutions
from strategy.calendar import FiscalMonth
from strategy.drawing.qr import qr_png
from strategy.models import Plan
from strategy.workbook.book import Book
from strategy.workbook.build import Builder, when
from strategy.workbook.sheet import Sheet
from strategy.workbook.texts import clean_text


def board_sheets(report: BoardReport) -> list[Builder]:
    """The pack of a board meeting after its first page and its summary."""
    money = report.has_money
    return [
        *when(sheets.has_decisions(report), sheets.decisions),
        sheets.changed,
        result_sheets.indicators,
        *when(len(report.plan.years) > 1, result_sheets.five_years),
        *when(sheets_reports.has_reports(report), sheets_reports.reports),
        *when(money, money_sheets.project_list, money_sheets.project_years),
        *when(money and report.integrity.year is not None, sheets.integrity),
        *when(sheets.has_awaiting(report), sheets.awaiting if money else result_sheets.awaiting),
        *when(bool(report.resolutions.rows), resolutions),
        sheets.notes,
    ]


def board_book(report: BoardReport) -> tuple[Book, list[Sheet]]:
    """The board's workbook of a month and its sheets, the first page first; not yet bound."""
    book = plan_book(report, _("Report to the board on the plan's progress"))
    front = first_page(book, report)
    summary, bars = sheets.summary(book, report)
    added = [summary, *(build(book, report) for build in board_sheets(report))]
    draw(front, bars, [sheet.name for sheet in added])
    return book, [front, *added]


#: Inches across of the QR code at the foot of every page, and on the first one.
_FOOT, _COVER = 0.7, 0.85


def bound(book: Book, pages: list[Sheet], footer: str, qr: str = "") -> bytes:
    """The workbook as xlsx bytes, ``footer`` at the foot of every page.

    ``qr``: what a QR code says at the foot of every printed page and in the corner of the first.
    """
    book.footer = clean_text(footer)
    if qr:
        book.stamp = qr_png(qr, _FOOT)
        pages[0].image(1, len(pages[0].widths), qr_png(qr, _COVER), footer)
    return book.save()


def board_pack(plan: Plan, at: FiscalMonth, today: date, *, evidence: bool = True) -> bytes:
    """The board's workbook of a month as xlsx bytes."""
    return bound(*board_book(board_report(plan, at, today, evidence=evidence)), plan.name)
