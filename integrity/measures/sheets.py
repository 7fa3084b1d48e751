"""The sheets of integrity measures, in the layout of the agency's own table."""

from __future__ import annotations

import re
from collections.abc import Container
from itertools import zip_longest
from typing import Any

from django.utils.translation import gettext as _

from integrity.measures.rows import COLOURS, LABELS, MeasureRow, QuarterRow, YearRow
from integrity.measures.rules import LATE, NO_REPORTS, QUARTERS, REPORTED
from strategy.approval.after_lock import corrected_late
from strategy.known.words import known_lines
from strategy.language.digits import thai_digits
from strategy.thai import format_date
from strategy.workbook.book import Book
from strategy.workbook.measure import HIGHEST, lines_in, lines_of
from strategy.workbook.parts import colour_words, number_style
from strategy.workbook.sheet import LINE, Sheet
from strategy.workbook.styles import SIZE, STATUS_COLOURS

_WIDTHS = [24, 32, 20, 20, 20, 20, 16]
#: Excel makes no row higher; what is longer goes on in a further row.
_MOST_LINES = lines_in(HIGHEST, SIZE)


def workbook(shown: YearRow, quarter: int) -> bytes:
    """A year's measures as xlsx bytes: the quarters, then results, outcomes and figures."""
    book = Book(title=shown.name, creator=shown.agency, thai_digits=thai_digits())
    by_quarter(book, shown, quarter)
    results(book, shown)
    return book.save()


def notes(shown: YearRow, quarter: int) -> list[str]:
    """What the reader has to know: the quarter's counts, the day, whether these are samples."""
    counted = " · ".join(
        f"{each.shape} {each.label} {each.count}" for each in shown.counts(quarter) if each.count
    )
    lines = [
        _("Quarter %(quarter)s, as known on %(day)s: %(counts)s")
        % {"quarter": quarter, "day": format_date(shown.rules.today), "counts": counted or "–"}
    ]
    lines += known_lines()
    if shown.rules.as_a_whole:
        lines.append(_("This year is reported as a whole, so no quarter is owed."))
    if shown.has_sample:
        lines.append(_("SAMPLE DATA: the figures shown are samples, not the agency's own."))
    return lines


def by_quarter(book: Book, shown: YearRow, quarter: int) -> Sheet:
    """Issue, measure, four quarters, responsible unit."""
    sheet = book.page(_("integrity measures"), _WIDTHS)
    sheet.paragraph(shown.name, "title")
    for line in notes(shown, quarter):
        sheet.paragraph(line, "note")
    sheet.gap()
    quarter_table(sheet, shown)
    return sheet


def quarter_table(sheet: Sheet, shown: YearRow) -> None:
    """The table itself: of each measure a row of states, and beneath what was done."""
    _head(sheet)
    first = sheet.row + 1
    for issue in shown.issues:
        top = sheet.row + 1
        for place, measure in enumerate(issue.measures):
            title = issue.title if place == 0 else None
            _measure(sheet, title, measure, shown.after_lock)
        if not issue.measures:
            sheet.write([issue.title, *[None] * 6], "text")
        else:
            sheet.fill_up((top, sheet.row), issue.title, 1)
        _merge(sheet, 1, top, sheet.row)
    _colour(sheet, first, sheet.row)


def _head(sheet: Sheet) -> None:
    top = sheet.write(
        [
            _("integrity issue"), _("integrity measure"), _("progress by quarter"), None, None,
            None, _("responsible units"),
        ],
        "head",
    )  # fmt: skip
    sheet.head(["", "", *[str(quarter) for quarter in QUARTERS], ""])
    for column in (1, 2, 7):
        _merge(sheet, column, top, sheet.row)
    sheet.merge((top, top), (3, 6))
    sheet.repeat(top, sheet.row)
    rule = _("A quarter's report is due on the reporting day of the month after it. Once a measure "
             "is reported as done, the later quarters owe nothing.")  # fmt: skip
    sheet.comment(top, 3, rule)


def _measure(
    sheet: Sheet, issue: str | None, measure: MeasureRow, after_lock: Container[int | None]
) -> None:
    styles = ["prose", "prose", *["center"] * 4, "prose"]
    states = [quarter_label(quarter, after_lock) for quarter in measure.quarters]
    top = sheet.write([issue, measure.title, *states, measure.responsible], styles)
    # Issue, measure and units stand beside all rows of the measure, the states in one.
    states_only = [sheet.height_of(state, "center", sheet.points[2]) for state in states]
    sheet.heights[top] = max(LINE, *states_only)
    room = sheet.points[2]
    columns = [slices(quarter_words(quarter), room) for quarter in measure.quarters]
    for texts in list(zip_longest(*columns)) or [(None,) * 4]:
        sheet.write([None, None, *texts, None], "prose")
    for column, words in ((2, measure.title), (7, measure.responsible)):
        sheet.fill_up((top, sheet.row), words, column)
        _merge(sheet, column, top, sheet.row)


def quarter_label(quarter: QuarterRow, after_lock: Container[int | None] = ()) -> str:
    """Its state, with the words for what is not yet approved, and for what is another than when its
    month was locked."""
    late = quarter.progress_id in after_lock
    return _marked(quarter.label, unapproved=quarter.unapproved, late=late)


def _marked(label: str, *, unapproved: bool, late: bool) -> str:
    if unapproved:
        label = f"{label} ({_('not yet approved')})"
    return f"{label} ({corrected_late()})" if late else label


def quarter_words(quarter: QuarterRow) -> str:
    """What was done in a quarter, and its evidence beneath."""
    pieces = [
        f"{piece.label}: {' '.join(dict.fromkeys([piece.words, piece.url]))}".strip()
        for piece in quarter.evidence
    ]
    return "\n".join(part for part in (quarter.text, *pieces) if part)


def slices(text: str, width: float) -> list[str]:
    """A text in parts that a row can hold each in a cell so many points wide; put together again
    they are the text.
    """
    # No letter is wider than the size.
    most = max(int(width / SIZE) - 1, 1) * _MOST_LINES
    parts, held = [], ""
    for word in re.findall(r"\S+\s*|\s+", text):
        while lines_of(held + word, width, SIZE) > _MOST_LINES:
            if not held:  # one word that fills more than a row
                held, word = word[:most], word[most:]
            parts.append(held)
            held = ""
        held += word
    return [*parts, held] if held else parts


def _merge(sheet: Sheet, column: int, first: int, last: int) -> None:
    if last > first:
        sheet.merge((first, last), (column, column))


def _colour(sheet: Sheet, first: int, last: int) -> None:
    """Colour the states of the quarters; their words say the same."""
    words = {
        str(label): (*STATUS_COLOURS[COLOURS[state]], state == LATE)
        for state, label in LABELS.items()
        if state != NO_REPORTS
    }
    words |= {
        _marked(label, unapproved=unapproved, late=late): words[label]
        for label in [str(LABELS[state]) for state in REPORTED]
        for unapproved in (False, True)
        for late in (False, True)
    }
    colour_words(sheet, [3, 4, 5, 6], first, last, words)


def results(book: Book, shown: YearRow) -> Sheet:
    """What came of each measure: result, outcome and the figures in it."""
    sheet = book.page(_("results and figures"), [6, 28, 42, 38, 18, 9, 9])
    sheet.paragraph(shown.name, "title")
    for line in known_lines():
        sheet.paragraph(line, "note")
    if shown.has_sample:
        sheet.paragraph(
            _("SAMPLE DATA: the figures shown are samples, not the agency's own."), "note"
        )
    sheet.gap()
    sheet.head(
        [
            _("No."), _("integrity measure"), _("result"), _("outcome"), _("what is measured"),
            _("value"), _("unit of measure"),
        ],
    )  # fmt: skip
    for measure in shown.measures:
        columns: list[list[Any]] = [
            slices(measure.result, sheet.points[2]),
            slices(measure.outcome, sheet.points[3]),
            list(measure.figures),
        ]
        lines = list(zip_longest(*columns)) or [(None, None, None)]
        for place, (result, outcome, figure) in enumerate(lines):
            sheet.write(
                [
                    measure.place if place == 0 else None,
                    measure.text if place == 0 else None,
                    result, outcome,
                    figure.label if figure else None,
                    figure.value if figure else None,
                    figure.unit if figure else None,
                ],
                [
                    "center", "prose", "prose", "prose", "text",
                    number_style(figure.value) if figure else "text", "center",
                ],
            )  # fmt: skip
    return sheet
