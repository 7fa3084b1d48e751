"""The sheets of results: summary, indicators, five years, awaited reports."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from kpis.pages import rule_words
from kpis.read.duties import Duty
from kpis.read.explain import explain, explain_score
from kpis.read.report import Report
from kpis.read.rows import Cell, IndicatorRow
from kpis.rules.facts import MeasureFacts
from kpis.rules.roll_up import RollUp
from strategy.approval.after_lock import corrected_late
from strategy.models import Plan
from strategy.standing.words import counts_in_words
from strategy.thai import month_name
from strategy.workbook.book import Book
from strategy.workbook.parts import (
    Bars,
    colour_statuses,
    number_style,
    sparkline,
    stacked_bars,
)
from strategy.workbook.sheet import LINE, Area, Sheet
from strategy.workbook.styles import CHART_COLOURS

Words = list[tuple[str, str, str, int]]


def summary(book: Book, report: Report) -> Sheet:
    """Counts by status, and by strategy with mean and coverage; a native chart of them."""
    words = counts_in_words(report.standing.roll_up.counts)
    sheet = book.page(_("summary"), [34, 9, 9, 10, *[9.5] * len(words)])
    sheet.title(report.plan.name, *report.notes)
    rows = status_table(sheet, report, words)
    sheet.gap()
    stacked_bars(status_bars(sheet, words, rows), on=sheet, over=sheet.space(9))
    sheet.gap()
    scored = report.plan.is_scorecard
    sheet.paragraph(rule_words.mean_score() if scored else rule_words.mean(), "note")
    sheet.paragraph(rule_words.own_month(), "note")
    return sheet


def status_table(sheet: Sheet, report: Report, words: Words) -> tuple[int, int]:
    """Coverage, mean and counts by strategy and of the plan; gives header and last row."""
    head = [
        report.plan.strategy_label,
        _("with target"),
        _("reported"),
        mean_head(report.plan),
        *[f"{shape} {label}" for _code, shape, label, _count in words],
    ]
    first = sheet.head(head)
    scored = report.plan.is_scorecard
    sheet.comment(first, 4, rule_words.mean_score() if scored else rule_words.mean())
    mean = "four" if scored else "percent"
    styles = ["text", "whole", "whole", mean, *["whole"] * len(words)]
    for part in report.standing.strategies:
        sheet.write(_counts(f"{part.number} {part.name}", part.roll_up, words), styles)
    last = sheet.row
    sheet.write(
        _counts(_("whole plan"), report.standing.roll_up, words),
        [
            "group", "group_whole", "group_whole", "group_four" if scored else "group_number",
            *["group_whole"] * len(words),
        ],
    )  # fmt: skip
    return first, last


def mean_head(plan: Plan) -> str:
    """What the column of means is called: of the scores in a scorecard."""
    return _("mean score") if plan.is_scorecard else _("mean of expected (%)")


def mean_of(summed: RollUp) -> Decimal | None:
    """The mean that :func:`mean_head` speaks of."""
    return summed.scores.mean if summed.scores else summed.mean


def _counts(name: str, summed: RollUp, words: Words) -> list[Any]:
    counts = [summed.counts[code] for code, *_rest in words]
    return [name, summed.with_target, summed.reported, mean_of(summed), *counts]


def status_bars(sheet: Sheet, words: Words, rows: tuple[int, int]) -> Bars:
    """Indicators of each strategy by status, from the table at ``rows``."""
    columns = [
        (5 + index, CHART_COLOURS[code], shape)
        for index, (code, shape, _label, count) in enumerate(words)
        if count
    ]
    # The table's first head is what the plan calls the level.
    level = sheet.value(rows[0], 1)
    return Bars(sheet, _("Indicators by %(level)s and status") % {"level": level}, columns, rows)


def indicators(book: Book, report: Report) -> Sheet:
    """Every indicator at the month, with a row for each measure where there are several."""
    scored = report.plan.is_scorecard
    shares = [9, 35, 18, 10.5, 10.5, 10.5, 10.5, 9.5, 9.5, 13, 11]
    shares += [9, 9] if scored else [11]
    # What was done has a sheet of its own in print.
    sheet = book.page(_("indicators"), shares, [11, 11, 40])
    sheet.title(_("Indicators at the end of %(month)s") % {"month": month_name(report.at)},
                *report.notes)  # fmt: skip
    head = sheet.head(
        [
            _("code"), _("indicator"), _("responsible unit"), _("target"), _("result"),
            _("figure of"), _("achievement (%)"), _("expected"), _("of expected (%)"),
            _("status"), _("approval"), *([report.plan.score_label] if scored else []),
            _("unit of measure"), _("numerator"), _("denominator"), _("what was done"),
        ],
    )  # fmt: skip
    for column, rule in (
        (7, rule_words.achievement()),
        (8, rule_words.expected()),
        (9, rule_words.of_expected()),
        (10, rule_words.bands_in_words(report.plan)),
        *([(12, rule_words.score(report.plan))] if scored else []),
    ):
        sheet.comment(head, column, rule)
    first = sheet.row + 1
    for part in report.standing.strategies:
        summed = part.roll_up
        sheet.write(
            [
                part.number, part.name, *[None] * 6, None if scored else summed.mean,
                f"{summed.reported}/{summed.with_target}", None,
                *([mean_of(summed)] if scored else []), *[None] * 4,
            ],
            [
                *["group"] * 8, "group_number", "group_center", "group",
                *(["group_four"] if scored else []), *["group"] * 4,
            ],
        )  # fmt: skip
        for row in part.rows:
            _indicator_row(sheet, row, report.after_lock, scored=scored)
    colour_statuses(sheet, [10], first, sheet.row)
    sheet.table(head)
    return sheet


def _indicator_row(
    sheet: Sheet, row: IndicatorRow, after_lock: frozenset[int], *, scored: bool
) -> None:
    cell = row.current
    standing = cell.standing
    target, result = _numbers(cell)
    expected: Any = cell.expected
    if cell.is_milestone:
        expected = standing.expected_percent
    elif len(standing.measures) == 1:
        expected = standing.measures[0].expected
    only = row.facts.measures if len(row.facts.measures) == 1 else ()
    counted = _counted(cell, only)
    line = sheet.write(
        [
            row.code, row.name, row.unit_name or _("no unit yet"), target, result,
            cell.as_of_name, standing.achievement, expected, standing.of_expected,
            cell.words, _approval(cell, after_lock), *([cell.score] if scored else []),
            row.unit_text or None, *counted, cell.narrative,
        ],
        [
            "center", "text", "text", number_style(target), number_style(result), "center",
            "percent", number_style(expected), "percent", "center", "center",
            *(["percent"] if scored else []), "center", *map(number_style, counted), "aside",
        ],
    )  # fmt: skip
    if scored and cell.score is not None:
        sheet.comment(line, 12, "\n".join(explain_score(cell)))
    if standing.achievement is not None:
        sheet.comment(line, 7, "\n".join(explain(row, cell)))
    if len(standing.measures) < 2:
        return
    facts = {measure.id: measure for measure in row.facts.measures}
    for measure in standing.measures:
        fact = facts[measure.measure_id]
        counted = _counted(cell, (fact,))
        sheet.write(
            [
                None, f"  – {fact.label}", None, measure.target, measure.result,
                None, measure.achievement, measure.expected, measure.of_expected, None, None,
                *([None] if scored else []), fact.unit_label or None, *counted, None,
            ],
            [
                "center", "text", "text", number_style(measure.target),
                number_style(measure.result), "center", "percent",
                number_style(measure.expected), "percent", "center", "center",
                *(["percent"] if scored else []), "center", *map(number_style, counted), "aside",
            ],
        )  # fmt: skip


def _counted(cell: Cell, measures: Sequence[MeasureFacts]) -> list[Decimal | None]:
    """What the percentage of a measure was counted from; nothing where it was not."""
    for measure in measures:
        if cell.figure is not None and measure.id in cell.figure.counted:
            return [*cell.figure.counted[measure.id]]
    return [None, None]


def _approval(cell: Cell, after_lock: frozenset[int]) -> str | None:
    """Whether a figure is approved, and whether it is another than when its month was locked."""
    if cell.result is None:
        return None
    words = _("approved") if cell.approved else _("not yet approved")
    return f"{words} · {corrected_late()}" if cell.result_id in after_lock else words


def _numbers(cell: Cell) -> tuple[Any, Any]:
    """Target and result: numbers where the indicator has one measure, else as shown."""
    if len(cell.facts.measures) != 1:
        return cell.target, cell.result
    measure = cell.facts.measures[0].id
    promised = cell.promise.values.get(measure)
    value = cell.figure.values.get(measure) if cell.figure else None
    return (
        promised.value if promised else cell.promise.milestone or None,
        cell.result if value is None else value,
    )


# ---------------------------------------------------------------------------------- five years


def five_years(book: Book, report: Report) -> Sheet:
    """Every indicator as a block: result, target, achievement and status, a column for each year;
    and what was achieved as columns.
    """
    years = list(report.plan.years)
    count = len(years)
    sheet = book.page(_("five years"), [9, 36, 18, 13, *[62 / count] * count, 13])
    sheet.title(_("Results and targets by fiscal year"), *report.notes)
    head = sheet.head(
        [
            _("code"), _("indicator"), _("achieved by year"), _("what"), *map(str, years),
            _("unit of measure"),
        ]
    )  # fmt: skip
    rules = [rule_words.achievement(), rule_words.bands_in_words(report.plan)]
    sheet.comment(head, 4, "\n".join(rules))
    first = sheet.row + 1
    for part in report.standing.strategies:
        top = sheet.write([part.number, part.name, *[None] * (count + 3)], "group")
        for row in part.rows:
            # The name of a strategy stays with its first indicator.
            sheet.keep(top, _years_of(sheet, row))
            top = sheet.row + 1
    colour_statuses(sheet, range(5, 5 + count), first, sheet.row)
    sheet.freeze(first, 3)
    return sheet


def _years_of(sheet: Sheet, row: IndicatorRow) -> int:
    """The four rows of an indicator, its name and its unit beside all of them; gives the last."""
    numbers = [_numbers(cell) for cell in row.cells]
    lines: list[tuple[str, list[Any]]] = [
        (_("year’s figure"), [result for _target, result in numbers]),
        (_("target"), [target for target, _result in numbers]),
        (_("achieved (%)"), [cell.standing.achievement for cell in row.cells]),
        (_("status"), [cell.words for cell in row.cells]),
    ]
    top = sheet.row + 1
    for place, (label, values) in enumerate(lines):
        named = [row.code, row.name] if place == 0 else [None, None]
        shown = ["percent" if place == 2 else number_style(value) for value in values]
        sheet.write(
            [*named, None, label, *values, (row.unit_text or None) if place == 0 else None],
            ["center", "text", "empty", "label", *shown, "center"],
        )
    last = 4 + len(numbers)
    # Name and unit stand beside all four rows, not in the first.
    sheet.heights[top] = max(
        [LINE, *(sheet.height_of(text, "center", sheet.points[4]) for text in lines[0][1]
         if isinstance(text, str))]
    )  # fmt: skip
    for column in (1, 2, last + 1):
        sheet.merge((top, sheet.row), (column, column))
    sheet.fill_up((top, sheet.row), row.name, 2)
    sparkline(sheet, top + 2, 3, Area(top + 2, top + 2, 5, last))
    return sheet.row


# ------------------------------------------------------------------------------------ awaiting


def awaiting(book: Book, report: Report) -> Sheet:
    """Reports that are overdue or due now."""
    sheet = book.page(_("awaiting reports"), [9, 46, 28, 13, 14, 16, 22])
    sheet.title(_("Reports to come"), *report.notes)
    head = sheet.head(
        [
            _("code"), _("indicator"), _("responsible unit"), _("period"), _("due"),
            _("state"), _("figure so far"),
        ],
    )  # fmt: skip
    for duty in report.duties:
        _duty_row(sheet, duty)
    if report.duties:
        sheet.table(head)
    else:
        sheet.paragraph(_("Nothing is owed up to this month."), "note")
    return sheet


def _duty_row(sheet: Sheet, duty: Duty) -> None:
    cell = duty.row.current
    so_far = f"{cell.result} ({cell.as_of_name})" if cell.result is not None else "–"
    sheet.write(
        [
            duty.row.code, duty.row.name, duty.row.unit_name or _("no unit yet"),
            duty.period_name, duty.deadline, duty.label, so_far,
        ],
        ["center", "text", "text", "center", "date", "center", "center"],
    )  # fmt: skip
