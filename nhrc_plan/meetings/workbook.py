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
from nhrc_plan.meetings.read import BoardReport, board_report
from strategy.calendar import FiscalMonth
from strategy.models import Plan
from strategy.workbook.build import Builder, add_sheets, when


def board_sheets(report: BoardReport) -> list[Builder]:
    """The whole pack of a board meeting, after its cover."""
    money = report.has_money
    return [
        sheets.one_page,
        *when(money, sheets.strategies),
        result_sheets.indicators,
        *when(len(report.plan.years) > 1, result_sheets.five_years),
        *when(sheets_reports.has_reports(report), sheets_reports.reports),
        *when(
            money,
            money_sheets.projects,
            money_sheets.project_list,
            money_sheets.project_years,
            *when(money and bool(report.money.carried), money_sheets.carried_over),
            sheets.integrity,
        ),
        sheets.awaiting if money else result_sheets.awaiting,
        sheets.changed,
        sheets.notes,
    ]


def board_pack(plan: Plan, at: FiscalMonth, today: date, *, evidence: bool = True) -> bytes:
    """The board's workbook of a month as xlsx bytes."""
    report = board_report(plan, at, today, evidence=evidence)
    book = plan_book(report, _("Report to the board on the plan's progress"))
    cover = sheets.cover(book, report)
    added = add_sheets(book, report, board_sheets(report), footer=plan.name)
    sheets.contents(cover, [sheet.name for sheet in added])
    cover.print_setup((_("page"), _("of")), footer=plan.name)
    return book.save()
