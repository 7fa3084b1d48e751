"""The workbook of a month of results."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from kpis.pages import sheets, sheets_reports
from kpis.read.report import Report, month_report
from strategy.calendar import FiscalMonth
from strategy.language.digits import thai_digits
from strategy.models import Plan
from strategy.workbook.book import Book
from strategy.workbook.build import Builder, when


def monthly_sheets(report: Report) -> list[Builder]:
    """The results of a month."""
    return [
        sheets.summary,
        sheets.indicators,
        *when(len(report.plan.years) > 1, sheets.five_years),
        *when(sheets_reports.has_reports(report), sheets_reports.reports),
        sheets.awaiting,
    ]


def monthly_report(plan: Plan, at: FiscalMonth, today: date, *, evidence: bool = True) -> bytes:
    """The workbook of a month's results as xlsx bytes."""
    report = month_report(plan, at, today, evidence=evidence)
    book = plan_book(report, _("Results of the month"))
    for build in monthly_sheets(report):
        build(book, report)
    return book.save()


def plan_book(report: Report, what: str) -> Book:
    """A plan's workbook of a month; the file's properties name both."""
    title = f"{what} – {report.plan.name} – {report.month_name}"
    return Book(
        title=title,
        creator=report.plan.agency.name,
        footer=report.plan.name,
        thai_digits=thai_digits(),
    )
