"""The sheet of reports: what was done, what came of it and what it rests on, one under another.

Long texts take a row for each paragraph: a row of a spreadsheet is 409 points high at most.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from kpis.read.report import Report
from kpis.read.rows import Cell, IndicatorRow
from strategy.evidence.model import Evidence
from strategy.workbook.book import Book
from strategy.workbook.sheet import Sheet


def has_reports(report: Report) -> bool:
    """Whether any result shown says what was done, what came of it or what it rests on."""
    return any(_says(row.current) for row in report.standing.rows)


def _says(cell: Cell) -> bool:
    return bool(cell.narrative or cell.outcome or cell.evidence)


def reports(book: Book, report: Report) -> Sheet:
    """The words of every result of the month, indicator by indicator."""
    sheet = book.page(_("reports and evidence"), [17, 20, 14, 98])
    sheet.title(_("What was done, outcomes and evidence"), *report.notes)
    sheet.head([_("part"), _("letter number"), _("dated"), _("text")])
    for row in report.standing.rows:
        if _says(row.current):
            _indicator(sheet, row)
    return sheet


def _indicator(sheet: Sheet, row: IndicatorRow) -> None:
    cell = row.current
    sheet.write([row.code, None, None, row.name], "group")
    for label, text in ((_("what was done"), cell.narrative), (_("outcome"), cell.outcome)):
        for place, paragraph in enumerate(text.split("\n") if text else []):
            sheet.write([label if place == 0 else None, None, None, paragraph], "prose")
    for place, piece in enumerate(cell.evidence):
        words = "\n".join(str(part) for part in (piece.text, piece.url, piece.file) if part)
        sheet.write(
            [_("evidence") if place == 0 else None, piece.number or _kind(piece.kind), piece.dated,
             words],
            ["prose", "prose", "date", "prose"],
        )  # fmt: skip


def _kind(kind: str) -> str:
    return str(Evidence.Kind(kind).label)
