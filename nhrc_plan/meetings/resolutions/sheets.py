"""The sheet of resolutions in the board's pack."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from nhrc_plan.meetings.resolutions.rows import KeptLine, ResolutionRow, kept_lines
from nhrc_plan.meetings.resolutions.rule_words import kept_on_time, lateness
from strategy.workbook.book import Book
from strategy.workbook.sheet import Sheet

if TYPE_CHECKING:
    from nhrc_plan.meetings.read import BoardReport


def resolutions(book: Book, report: BoardReport) -> Sheet:
    """What is still to be answered or closed, and beneath it what units kept on time."""
    found = report.resolutions
    sheet = book.page(_("resolutions"), [10, 32, 20, 16, 11, 11, 9.5, 13, 11, 23])
    sheet.title(_("Resolutions that are not settled"), *report.notes, lateness())
    head = sheet.head(
        [
            _("number"), _("what was resolved"), _("about"), _("responsible unit"),
            _("first due date"), _("due date"), _("postponed (times)"), _("status"),
            _("escalated to"), _("answer"),
        ],
    )  # fmt: skip
    for row in found.unsettled:
        sheet.write(
            [
                row.code, row.text, row.about, row.unit, row.first_due_name, row.due_name,
                row.postponed, f"{row.shape} {row.label}", row.level_name or "–", answer_of(row),
            ],
            [
                "center", "text", "text", "text", "center", "center", "center", "center", "center",
                "text",
            ],
        )  # fmt: skip
    if found.unsettled:
        sheet.table(head)
    else:
        sheet.paragraph(_("Every resolution is settled."), "note")
    _kept(sheet, kept_lines(found.rows, report.at.year), report.at.year)
    return sheet


def answer_of(row: ResolutionRow) -> str:
    """The answer that stands, or what is still asked for."""
    if row.answer:
        return row.answer.text
    return f"{_('asked again')}: {row.comment}" if row.comment else ""


def _kept(sheet: Sheet, lines: Sequence[KeptLine], year: int) -> None:
    title = _("Kept on time ÷ promised, fiscal year %(year)s") % {"year": year}
    sheet.section(title, kept_on_time())
    if not lines:
        sheet.paragraph(_("Nothing that was promised for this year is decided yet."), "note")
        return
    quarters = [_("Quarter %(quarter)s") % {"quarter": number} for number in (1, 2, 3, 4)]
    head = [_("No."), _("unit"), *quarters, _("whole year"), _("in per cent")]
    sheet.write(head, "head")
    for number, line in enumerate(lines, start=1):
        each = [
            f"{one.kept}/{one.promised}" if one.promised else "–"
            for one in (*line.quarters, line.whole)
        ]
        sheet.write(
            [number, line.unit, *each, line.whole.percent],
            ["center", "text", *["center"] * 5, "percent"],
        )
