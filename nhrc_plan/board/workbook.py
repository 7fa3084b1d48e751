"""The workbooks of a month: the same rows as the pages, laid out for the meeting and for print.

One builder: a workbook is a list of sheets, each a function that takes the book and the report.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from integrity.ita_rows import ItaYear
from nhrc_plan.board import (
    sheets_board,
    sheets_ita,
    sheets_money,
    sheets_reports,
    sheets_results,
)
from nhrc_plan.board.meeting import BoardReport, Report, board_report, month_report
from strategy.fiscal import FiscalMonth
from strategy.models import Plan
from strategy.xlsx import Book, Sheet

Builder = Callable[[Book, Any], Sheet]


def monthly_sheets(report: Report) -> list[Builder]:
    """The results of a month."""
    return [
        sheets_results.summary,
        sheets_results.indicators,
        *_if(len(report.plan.years) > 1, sheets_results.five_years),
        *_if(sheets_reports.has_reports(report), sheets_reports.reports),
        sheets_results.awaiting,
    ]


def board_sheets(report: BoardReport) -> list[Builder]:
    """The whole pack of a board meeting, after its cover."""
    money = report.has_money
    return [
        sheets_board.one_page,
        *_if(money, sheets_board.strategies),
        sheets_results.indicators,
        *_if(len(report.plan.years) > 1, sheets_results.five_years),
        *_if(sheets_reports.has_reports(report), sheets_reports.reports),
        *_if(
            money,
            sheets_money.projects,
            sheets_money.project_list,
            sheets_money.project_years,
            sheets_board.integrity,
        ),
        sheets_money.awaiting if money else sheets_results.awaiting,
        sheets_board.changed,
        sheets_board.notes,
    ]


def _if(condition: bool, *builders: Builder) -> tuple[Builder, ...]:
    return builders if condition else ()


def monthly_report(plan: Plan, at: FiscalMonth, today: date, *, evidence: bool = True) -> bytes:
    """The workbook of a month's results as xlsx bytes."""
    report = month_report(plan, at, today, evidence=evidence)
    book = _book(report, _("Results of the month"))
    _build(book, report, monthly_sheets(report))
    return book.save()


def board_pack(plan: Plan, at: FiscalMonth, today: date, *, evidence: bool = True) -> bytes:
    """The board's workbook of a month as xlsx bytes."""
    report = board_report(plan, at, today, evidence=evidence)
    book = _book(report, _("Report to the board on the plan's progress"))
    cover = sheets_board.cover(book, report)
    sheets = _build(book, report, board_sheets(report))
    sheets_board.contents(cover, [sheet.worksheet.title for sheet in sheets])
    cover.print_setup((_("page"), _("of")), footer=plan.name)
    return book.save()


#: An ITA assessment.
ITA: tuple[Builder, ...] = (sheets_ita.scores, sheets_ita.recommendations)


def ita_report(shown: ItaYear) -> bytes:
    """The workbook of an ITA assessment as xlsx bytes."""
    title = _("ITA scores of fiscal year %(year)s, %(agency)s") % {
        "year": shown.now.year,
        "agency": shown.agency_name,
    }
    book = Book(title=title, creator=shown.agency_name)
    for build in ITA:
        build(book, shown).print_setup((_("page"), _("of")), footer=shown.agency_name)
    return book.save()


def _book(report: Report, what: str) -> Book:
    """A plan's workbook of a month; the file's properties name both."""
    title = f"{what} – {report.plan.name} – {report.month_name}"
    return Book(title=title, creator=report.plan.agency.name)


def _build(book: Book, report: Report, builders: Sequence[Builder]) -> list[Sheet]:
    sheets = [build(book, report) for build in builders]
    for sheet in sheets:
        sheet.print_setup((_("page"), _("of")), footer=report.plan.name)
    return sheets
