"""The monthly workbook: the same rows as the pages, laid out for the meeting and for print.

One builder: a report is a list of sheets, each a function that takes the book and the report.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from openpyxl.chart import BarChart, Reference
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText
from openpyxl.drawing.text import CharacterProperties, Paragraph, ParagraphProperties
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter

from kpis.duties import owed_duties
from kpis.rows import Cell, IndicatorRow, PlanStanding
from kpis.selectors import plan_standing
from strategy.fiscal import FiscalMonth
from strategy.models import Plan
from strategy.status import AT_RISK, AWAITING, CRITICAL, NEAR, NO_CASES, NO_TARGET, NOT_DUE, ON_PLAN
from strategy.status_words import STATUS_LABELS, counts_in_words
from strategy.thai import month_name
from strategy.xlsx import Book, Sheet

#: Fill and font of each status; the words say the same.
_STATUS_COLOURS = {
    ON_PLAN: ("DDF1E5", "125C36"),
    NEAR: ("FBF0CF", "6F4F00"),
    AT_RISK: ("FCE3CE", "8A4107"),
    CRITICAL: ("FADAD7", "8F1E17"),
    AWAITING: ("FFFFFF", "14213D"),
    NOT_DUE: ("F1F3F7", "5B667A"),
    NO_TARGET: ("F1F3F7", "5B667A"),
    NO_CASES: ("F1F3F7", "5B667A"),
}
_CHART_COLOURS = {
    ON_PLAN: "1A7F4B",
    NEAR: "B58100",
    AT_RISK: "C65D0A",
    CRITICAL: "B3261E",
    AWAITING: "5B667A",
    NOT_DUE: "9AA4B5",
    NO_TARGET: "DFE3EA",
    NO_CASES: "C3CAD6",
}

_DARK = {ON_PLAN, AT_RISK, CRITICAL, AWAITING}


@dataclass(frozen=True, slots=True)
class Report:
    """What every sheet speaks of."""

    plan: Plan
    at: FiscalMonth
    today: date
    standing: PlanStanding

    @property
    def notes(self) -> list[str]:
        """Which month, and what the reader has to know about the figures."""
        lines = [
            _("Fiscal year %(year)s, as at the end of %(month)s")
            % {"year": self.at.year, "month": month_name(self.at)}
        ]
        if self.standing.has_sample:
            lines.append(_("SAMPLE DATA: the results shown are samples, not the agency's own."))
        return lines


def monthly_report(plan: Plan, at: FiscalMonth, today: date) -> bytes:
    """The workbook of a month as xlsx bytes."""
    report = Report(plan, at, today, plan_standing(plan, at, today, narratives=True))
    book = Book()
    for build in (_summary, _indicators, _five_years, _awaiting):
        sheet = build(book, report)
        sheet.print_setup((_("page"), _("of")), footer=plan.name)
    return book.save()


def _number_style(value: Any) -> str:
    if not isinstance(value, (int, Decimal)):
        return "center"
    return "whole" if value == int(value) else "percent"


def _colour_statuses(sheet: Sheet, columns: Iterable[int], first: int, last: int) -> None:
    """Colour columns of status words."""
    if last < first:
        return
    letters = [get_column_letter(column) for column in columns]
    cells = " ".join(f"{letter}{first}:{letter}{last}" for letter in letters)
    for code, (fill, font) in _STATUS_COLOURS.items():
        sheet.worksheet.conditional_formatting.add(
            cells,
            CellIsRule(
                operator="equal",
                formula=[f'"{STATUS_LABELS[code]}"'],
                fill=PatternFill("solid", bgColor=fill),
                font=Font(color=font, bold=True),
            ),
        )


# ------------------------------------------------------------------------------------ summary


def _summary(book: Book, report: Report) -> Sheet:
    """Counts by status, and by strategy with mean and coverage; a native chart of them."""
    standing = report.standing
    words = counts_in_words(standing.roll_up.counts)
    sheet = book.sheet(_("summary"), [46, 11, 11, 11, *[12.5] * len(words)])
    sheet.title(report.plan.name, *report.notes)
    head = [
        report.plan.strategy_label,
        _("with target"),
        _("reported"),
        _("mean of expected (%)"),
        *[f"{shape} {label}" for _code, shape, label, _count in words],
    ]
    first = sheet.head(head, 66)
    styles = ["text", "whole", "whole", "percent", *["whole"] * len(words)]
    for part in standing.strategies:
        summed = part.roll_up
        counts = [summed.counts[code] for code, *_rest in words]
        sheet.write(
            [f"{part.number} {part.name}", summed.with_target, summed.reported, summed.mean,
             *counts],
            styles,
        )  # fmt: skip
    last = sheet.row
    summed = standing.roll_up
    sheet.write(
        [_("whole plan"), summed.with_target, summed.reported, summed.mean,
         *[count for *_rest, count in words]],
        ["group", "group_whole", "group_whole", "group_number", *["group_whole"] * len(words)],
    )  # fmt: skip
    if last > first:
        _status_chart(sheet, report, words, first, last)
    sheet.row += 19
    sheet.write(
        [
            _(
                "The mean is over indicators with a current figure and a target, each capped "
                "at 100 and weighted; it is always to be read with its coverage."
            )
        ],
        "note",
    )
    sheet.write([_("Status compares a figure with what was expected by the end of its own month.")],
                "note")  # fmt: skip
    return sheet


def _status_chart(
    sheet: Sheet, report: Report, words: list[tuple[str, str, str, int]], first: int, last: int
) -> None:
    """Indicators of each strategy by status, stacked; drawn by the spreadsheet itself."""
    chart = BarChart()
    chart.type, chart.grouping, chart.overlap = "bar", "stacked", 100
    chart.title = _("Indicators by strategy and status")
    chart.height, chart.width = 9.2, 25
    chart.gapWidth = 60
    for index, (code, _shape, _label, count) in enumerate(words):
        if not count:
            continue
        column = 5 + index
        data = Reference(sheet.worksheet, min_col=column, min_row=first, max_row=last)
        chart.add_data(data, titles_from_data=True)
        series = chart.series[-1]
        series.graphicalProperties = GraphicalProperties(solidFill=_CHART_COLOURS[code])
        series.graphicalProperties.line.solidFill = "FFFFFF"
        series.dLbls = _count_labels("FFFFFF" if code in _DARK else "14213D")
    chart.set_categories(Reference(sheet.worksheet, min_col=1, min_row=first + 1, max_row=last))
    chart.legend.position = "b"
    # Unset, these hide the axes in Excel.
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.x_axis.scaling.orientation = "maxMin"
    chart.y_axis.crosses = "max"
    chart.y_axis.majorGridlines = None
    chart.y_axis.majorUnit = 1
    chart.y_axis.number_format = "0"
    sheet.worksheet.add_chart(chart, f"A{sheet.row + 2}")


def _count_labels(colour: str) -> DataLabelList:
    """Counts inside the bars, none where the count is 0."""
    labels = DataLabelList()
    labels.showVal = True
    labels.showSerName = labels.showCatName = labels.showLegendKey = labels.showPercent = False
    labels.numFmt = "0;;;"
    text = CharacterProperties(b=True, sz=1100, solidFill=colour)
    labels.txPr = RichText(p=[Paragraph(pPr=ParagraphProperties(defRPr=text), endParaRPr=text)])
    return labels


# --------------------------------------------------------------------------------- indicators


def _indicators(book: Book, report: Report) -> Sheet:
    """Every indicator at the month, with a row for each measure where there are several."""
    sheet = book.sheet(_("indicators"), [9, 46, 26, 13, 13, 11, 11, 11, 11, 17, 13, 44])
    sheet.title(_("Indicators at the end of %(month)s") % {"month": month_name(report.at)},
                *report.notes)  # fmt: skip
    sheet.head(
        [
            _("code"), _("indicator"), _("responsible unit"), _("target"), _("result"),
            _("figure of"), _("achievement (%)"), _("expected"), _("of expected (%)"),
            _("status"), _("approval"), _("what was done"),
        ],
        48,
    )  # fmt: skip
    first = sheet.row + 1
    for part in report.standing.strategies:
        sheet.write(
            [part.number, part.name, *[None] * 6, part.roll_up.mean,
             f"{part.roll_up.reported}/{part.roll_up.with_target}", None, None],
            ["group", "group", *["group"] * 6, "group_number", "group", "group", "group"],
        )  # fmt: skip
        for row in part.rows:
            _indicator_row(sheet, row)
    _colour_statuses(sheet, [10], first, sheet.row)
    return sheet


def _indicator_row(sheet: Sheet, row: IndicatorRow) -> None:
    cell = row.current
    standing = cell.standing
    target, result = _numbers(cell)
    expected: Any = cell.expected
    if cell.is_milestone:
        expected = standing.expected_percent
    elif len(standing.measures) == 1:
        expected = standing.measures[0].expected
    sheet.write(
        [
            row.code, row.name, row.unit_name or _("no unit yet"), target, result,
            cell.as_of_name, standing.achievement, expected, standing.of_expected,
            cell.label, _approval(cell), cell.narrative,
        ],
        [
            "center", "text", "text", _number_style(target), _number_style(result), "center",
            "percent", _number_style(expected), "percent", "center", "center", "text",
        ],
    )  # fmt: skip
    if len(standing.measures) < 2:
        return
    labels = {measure.id: measure.label for measure in row.facts.measures}
    for measure in standing.measures:
        sheet.write(
            [
                None, f"  – {labels[measure.measure_id]}", None, measure.target, measure.result,
                None, measure.achievement, measure.expected, measure.of_expected, None, None, None,
            ],
            [
                "center", "text", "text", _number_style(measure.target),
                _number_style(measure.result), "center", "percent",
                _number_style(measure.expected), "percent", "center", "center", "text",
            ],
        )  # fmt: skip


def _approval(cell: Cell) -> str | None:
    if cell.result is None:
        return None
    return _("approved") if cell.approved else _("not yet approved")


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


def _five_years(book: Book, report: Report) -> Sheet:
    """Result, target, achievement and status of every year."""
    years = list(report.plan.years)
    words = {code: str(label) for code, label in STATUS_LABELS.items()}
    sheet = book.sheet(_("five years"), [9, 46, *[9.5, 9.5, 9.5, 14] * len(years)])
    sheet.title(_("Results and targets by fiscal year"), *report.notes)
    head = [_("code"), _("indicator")]
    for year in years:
        named = {"year": year}
        head += [
            _("result %(year)s") % named,
            _("target %(year)s") % named,
            _("achieved %(year)s (%%)") % named,
            _("status %(year)s") % named,
        ]
    sheet.head(head, 66)
    first = sheet.row + 1
    for part in report.standing.strategies:
        sheet.write([part.number, part.name, *[None] * (4 * len(years))], "group")
        for row in part.rows:
            values: list[Any] = [row.code, row.name]
            styles = ["center", "text"]
            for cell in row.cells:
                target, result = _numbers(cell)
                values += [result, target, cell.standing.achievement, words[cell.status]]
                styles += [_number_style(result), _number_style(target), "percent", "center"]
            sheet.write(values, styles)
    _colour_statuses(sheet, range(6, 6 + 4 * len(years), 4), first, sheet.row)
    sheet.worksheet.freeze_panes = sheet.worksheet.cell(first, 3)
    return sheet


# ------------------------------------------------------------------------------------ awaiting


def _awaiting(book: Book, report: Report) -> Sheet:
    """Reports that are overdue or due now."""
    sheet = book.sheet(_("awaiting reports"), [9, 56, 36, 16, 18, 18, 24])
    sheet.title(_("Reports to come"), *report.notes)
    sheet.head(
        [
            _("code"), _("indicator"), _("responsible unit"), _("period"), _("due"),
            _("state"), _("figure so far"),
        ],
        32,
    )  # fmt: skip
    standing = report.standing
    duties = owed_duties(standing.rows, report.at, standing.deadline_day, report.today)
    for duty in duties:
        cell = duty.row.current
        so_far = f"{cell.result} ({cell.as_of_name})" if cell.result is not None else "–"
        sheet.write(
            [
                duty.row.code, duty.row.name, duty.row.unit_name or _("no unit yet"),
                duty.period_name, duty.deadline, duty.label, so_far,
            ],
            ["center", "text", "text", "center", "date", "center", "center"],
        )  # fmt: skip
    if not duties:
        sheet.write([_("Nothing is owed up to this month.")], "note")
    return sheet
