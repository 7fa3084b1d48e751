"""The first page of a board's pack: what a decision needs, on one page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from nhrc_plan.meetings.read import BoardReport
from nhrc_plan.meetings.sheets import troubled_rows
from strategy.thai import format_date
from strategy.workbook import paper
from strategy.workbook.book import Book
from strategy.workbook.measure import cut
from strategy.workbook.parts import Bars, colour_statuses, stacked_bars
from strategy.workbook.sheet import LINE, Sheet
from strategy.workbook.styles import SIZE

#: Decisions on the left; a narrow column between; resolutions on the right.
_WIDTHS = [45, 12, 14, 2, 17, 42, 20]
_LEFT, _BETWEEN, _RIGHT = 3, 4, 3
_ROWS = 4


def first_page(book: Book, report: BoardReport) -> Sheet:
    """The three lines, decisions and resolutions due; the charts are drawn below them
    (:func:`draw`).
    """
    sheet = book.page(_("first page"), _WIDTHS)
    # The last column is left for the code of a frozen pack.
    across = len(_WIDTHS) - 1
    title = _("Report to the board for %(month)s") % {"month": report.month_name}
    sheet.paragraph(title, "title", columns=across)
    by = [_("prepared by"), prepared_by(report)]
    known = [_("as known on"), format_date(report.today, short=False)]
    words = [report.plan.name, " ".join(by), " ".join(known)]
    sheet.paragraph(" · ".join(words), "note", columns=across)
    sheet.paragraph(" · ".join(report.notes), "note", columns=across)
    sheet.gap()
    for line in report.minute.lines:
        sheet.write(
            [line.question, line.answer, *[None] * 5], ["group", *["text"] * 6], spans=[(2, 7)]
        )
    sheet.gap()
    _decisions_and_resolutions(sheet, report)
    sheet.pages_tall = 1
    return sheet


def prepared_by(report: BoardReport) -> str:
    """The unit that planners named with the summary; else the agency."""
    if report.kept is not None and report.kept.unit is not None:
        return report.kept.unit.name
    return report.plan.agency.name


def draw(sheet: Sheet, bars: Sequence[Bars], titles: Sequence[str]) -> None:
    """The charts beside one another on what is left of the page, and beneath them what else the
    pack holds.
    """
    words = _("In this pack: %(sheets)s") % {
        "sheets": " · ".join(f"{place} {title}" for place, title in enumerate(titles, start=2))
    }
    below = sheet.height_of(words, "note_across", sum(sheet.points))
    left = paper.height_on_page(sheet.widths) - sheet.used - below
    # One tall row; Excel makes none higher than 409 points, and a chart takes 140 to be read.
    sheet.gap()
    over = sheet.space(1)
    sheet.heights[sheet.row] = min(max(left - 2 * sheet.heights[sheet.row - 1], 140.0), 400.0)
    halves = (over._replace(last_column=_LEFT), over._replace(first_column=_BETWEEN + 1))
    for each, half in zip(bars, halves if len(bars) > 1 else [over], strict=False):
        stacked_bars(each, on=sheet, over=half)
    sheet.paragraph(words, "note")


def _decisions_and_resolutions(sheet: Sheet, report: BoardReport) -> None:
    left = _decisions(sheet, report)
    right = _resolutions(sheet, report)
    sheet.write(
        [
            _("Needing a decision"), _("of expected (%)"), _("status"), None,
            _("number"), _("resolutions late or soon due"), _("due date"),
        ],
        [*["head"] * _LEFT, "empty", *["head"] * _RIGHT],
    )  # fmt: skip
    first = sheet.row + 1
    for place in range(max(len(left), len(right))):
        one = left[place] if place < len(left) else [None] * _LEFT
        other = right[place] if place < len(right) else [None] * _RIGHT
        sheet.write(
            [*one, None, *other],
            ["text", "percent", "center", "empty", "center", "text", "center"],
            LINE,
        )
    colour_statuses(sheet, [3], first, sheet.row)


def _decisions(sheet: Sheet, report: BoardReport) -> list[list[Any]]:
    """Indicators at risk or critical, then projects above their allocation; four rows at most."""
    rows: list[list[Any]] = [
        [f"{row.code} {row.name}", row.current.standing.of_expected, row.current.words]
        for row in troubled_rows(report)
    ]
    rows += [
        [_("project %(name)s") % {"name": f"{row.code} {row.name}"}, None, _("above allocation")]
        for row in report.money.overspent
    ]
    return _first(sheet, rows, 0, _("No indicator is at risk or critical."))


def _resolutions(sheet: Sheet, report: BoardReport) -> list[list[Any]]:
    """What is late or due within the next weeks; four rows at most."""
    rows: list[list[Any]] = [
        [row.code, f"{row.text} ({row.unit})", f"{row.shape} {row.due_name}"]
        for row in report.resolutions.urgent
    ]
    return _first(sheet, rows, 1, _("No resolution is late or soon due."))


def _first(sheet: Sheet, rows: list[list[Any]], words: int, nothing: str) -> list[list[Any]]:
    """As many rows as there is room for, the words of each on one line; how many more there are."""
    if not rows:
        return [[None] * words + [nothing] + [None] * (2 - words)]
    shown = rows if len(rows) <= _ROWS else rows[: _ROWS - 1]
    width = sheet.points[words + (_BETWEEN if words else 0)]
    for row in shown:
        row[words] = cut(str(row[words]), width, SIZE)
        if words:
            row[0] = cut(str(row[0]), sheet.points[_BETWEEN], SIZE)
    if len(rows) > len(shown):
        more = _("and %(count)s more, inside") % {"count": len(rows) - len(shown)}
        shown = [*shown, [None] * words + [more] + [None] * (2 - words)]
    return shown
