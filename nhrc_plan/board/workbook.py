"""The workbooks of a month: the same rows as the pages, laid out for the meeting and for print.

One builder: a workbook is a list of sheets, each a function that takes the book and the report.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from integrity.ita_rows import ItaYear
from nhrc_plan.board import sheets_board, sheets_ita, sheets_money, sheets_results
from nhrc_plan.board.meeting import Report, board_report, month_report
from strategy.fiscal import FiscalMonth
from strategy.models import Plan
from strategy.xlsx import Book, Sheet

#: The results of a month.
MONTHLY: tuple[Callable[[Book, Any], Sheet], ...] = (
    sheets_results.summary,
    sheets_results.indicators,
    sheets_results.five_years,
    sheets_results.awaiting,
)

#: The whole pack of a board meeting, after its cover.
BOARD: tuple[Callable[[Book, Any], Sheet], ...] = (
    sheets_board.one_page,
    sheets_board.strategies,
    sheets_results.indicators,
    sheets_results.five_years,
    sheets_money.projects,
    sheets_money.project_list,
    sheets_money.project_years,
    sheets_board.integrity,
    sheets_money.awaiting,
    sheets_board.changed,
    sheets_board.notes,
)


def monthly_report(plan: Plan, at: FiscalMonth, today: date) -> bytes:
    """The workbook of a month's results as xlsx bytes."""
    book = Book()
    _build(book, month_report(plan, at, today), MONTHLY)
    return book.save()


def board_pack(plan: Plan, at: FiscalMonth, today: date) -> bytes:
    """The board's workbook of a month as xlsx bytes."""
    report = board_report(plan, at, today)
    book = Book()
    cover = sheets_board.cover(book, report)
    sheets = _build(book, report, BOARD)
    sheets_board.contents(cover, [sheet.worksheet.title for sheet in sheets])
    cover.print_setup((_("page"), _("of")), footer=plan.name)
    return book.save()


#: An ITA assessment.
ITA: tuple[Callable[[Book, Any], Sheet], ...] = (sheets_ita.scores, sheets_ita.recommendations)


def ita_report(shown: ItaYear) -> bytes:
    """The workbook of an ITA assessment as xlsx bytes."""
    book = Book()
    for build in ITA:
        build(book, shown).print_setup((_("page"), _("of")), footer=shown.agency_name)
    return book.save()


def _build(
    book: Book, report: Report, builders: Sequence[Callable[[Book, Any], Sheet]]
) -> list[Sheet]:
    sheets = [build(book, report) for build in builders]
    for sheet in sheets:
        sheet.print_setup((_("page"), _("of")), footer=report.plan.name)
    return sheets
