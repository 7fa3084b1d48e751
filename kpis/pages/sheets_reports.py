"""The sheet of reports: what was done, what came of it and what it rests on, one under another.

Long texts take a row for each paragraph: a row of a spreadsheet is 409 points high at most.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from kpis.read.report import Report
from kpis.read.rows import IndicatorRow
from strategy.evidence.model import Evidence
from strategy.workbook.book import Book, Sheet


def has_reports(report: Report) -> bool:
    """Whether any result shown has an outcome or evidence; else the indicators' sheet says all."""
    return any(row.current.outcome or row.current.evidence for row in report.standing.rows)


def reports(book: Book, report: Report) -> Sheet:
    """The words of every result of the month, indicator by indicator."""
    sheet = book.sheet(_("reports and evidence"), [20, 26, 18, 110])
    sheet.title(_("What was done, outcomes and evidence"), *report.notes)
    sheet.head([_("part"), _("letter number"), _("dated"), _("text")], 32)
    for row in report.standing.rows:
        cell = row.current
        if cell.narrative or cell.outcome or cell.evidence:
            _indicator(sheet, row)
    return sheet


def _indicator(sheet: Sheet, row: IndicatorRow) -> None:
    cell = row.current
    sheet.write([row.code, None, None, row.name], "group")
    for label, text in ((_("what was done"), cell.narrative), (_("outcome"), cell.outcome)):
        for place, paragraph in enumerate(text.split("\n") if text else []):
            sheet.write([label if place == 0 else None, None, None, paragraph], "text")
    for place, piece in enumerate(cell.evidence):
        words = "\n".join(str(part) for part in (piece.text, piece.url, piece.file) if part)
        sheet.write(
            [_("evidence") if place == 0 else None, piece.number or _kind(piece.kind), piece.dated,
             words],
            ["text", "text", "date", "text"],
        )  # fmt: skip


def _kind(kind: str) -> str:
    return str(Evidence.Kind(kind).label)
