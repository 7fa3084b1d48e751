"""What the sheets of a workbook share: colours of statuses, styles of figures, charts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from openpyxl.chart import BarChart, Reference
from openpyxl.chart.label import DataLabel, DataLabelList
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText
from openpyxl.chart.title import Title, title_maker
from openpyxl.drawing.text import CharacterProperties, Paragraph, ParagraphProperties
from openpyxl.drawing.text import Font as Typeface
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter

from strategy.status import (
    AT_RISK,
    AWAITING,
    CRITICAL,
    NEAR,
    NO_CASES,
    NO_TARGET,
    NOT_DUE,
    ON_PLAN,
)
from strategy.status_words import STATUS_LABELS
from strategy.xlsx import FONT, Sheet

#: Fill and font of each status; the words say the same.
STATUS_COLOURS = {
    ON_PLAN: ("DDF1E5", "125C36"),
    NEAR: ("FBF0CF", "6F4F00"),
    AT_RISK: ("FCE3CE", "8A4107"),
    CRITICAL: ("FADAD7", "8F1E17"),
    AWAITING: ("FFFFFF", "14213D"),
    NOT_DUE: ("F1F3F7", "5B667A"),
    NO_TARGET: ("F1F3F7", "5B667A"),
    NO_CASES: ("F1F3F7", "5B667A"),
}
CHART_COLOURS = {
    ON_PLAN: "1A7F4B",
    NEAR: "B58100",
    AT_RISK: "C65D0A",
    CRITICAL: "B3261E",
    AWAITING: "5B667A",
    NOT_DUE: "9AA4B5",
    NO_TARGET: "DFE3EA",
    NO_CASES: "C3CAD6",
}

#: As the pages draw them (tokens.css: brand, brand-mid, brand-light), dark to light for grey print.
DISBURSED, COMMITTED, LEFT = "1D3A6E", "8EA3C8", "DDE4F0"
#: On these a label is white.
DARK_COLOURS = {
    DISBURSED,
    *(CHART_COLOURS[code] for code in (ON_PLAN, AT_RISK, CRITICAL, AWAITING)),
}


#: The least share of the longest bar that one character of a figure takes.
_CHARACTER = Decimal("0.035")


def number_style(value: Any) -> str:
    if not isinstance(value, (int, Decimal)):
        return "center"
    return "whole" if value == int(value) else "percent"


def colour_statuses(sheet: Sheet, columns: Iterable[int], first: int, last: int) -> None:
    """Colour columns of status words."""
    if last < first:
        return
    letters = [get_column_letter(column) for column in columns]
    cells = " ".join(f"{letter}{first}:{letter}{last}" for letter in letters)
    for code, (fill, font) in STATUS_COLOURS.items():
        sheet.worksheet.conditional_formatting.add(
            cells,
            CellIsRule(
                operator="equal",
                formula=[f'"{STATUS_LABELS[code]}"'],
                fill=PatternFill("solid", bgColor=fill),
                font=Font(color=font, bold=True),
            ),
        )


def stacked_bars(
    sheet: Sheet,
    title: str,
    columns: Sequence[tuple[int, str]],
    rows: tuple[int, int],
    *,
    anchor: str,
    labels: str = "0",
    size: tuple[float, float] = (25, 9.2),
) -> None:
    """A native chart of stacked bars, one for each row; drawn by the spreadsheet itself.

    ``columns``: (column, colour) of each part; ``rows``: the header row and the last one;
    ``labels``: the number format inside the bars; ``size`` in centimetres.
    """
    first, last = rows
    cells = sheet.worksheet.cell
    parts = {
        column: [cells(row, column).value or 0 for row in range(first + 1, last + 1)]
        for column, _colour in columns
    }
    # A figure that its part of the bar cannot hold is left to the table.
    longest = max(map(sum, zip(*parts.values(), strict=True)), default=0)
    least = longest * len(labels) * _CHARACTER or 1
    chart = BarChart()
    chart.type, chart.grouping, chart.overlap = "bar", "stacked", 100
    chart.title = _heading(title)
    chart.width, chart.height = size
    chart.gapWidth = 60
    for column, colour in columns:
        data = Reference(sheet.worksheet, min_col=column, min_row=first, max_row=last)
        chart.add_data(data, titles_from_data=True)
        series = chart.series[-1]
        series.graphicalProperties = GraphicalProperties(solidFill=colour)
        series.graphicalProperties.line.solidFill = "FFFFFF"
        series.graphicalProperties.line.width = 3175
        series.dLbls = _labels("FFFFFF" if colour in DARK_COLOURS else "14213D", labels)
        series.dLbls.dLbl = [
            _no_label(place) for place, value in enumerate(parts[column]) if value < least
        ]
    chart.set_categories(Reference(sheet.worksheet, min_col=1, min_row=first + 1, max_row=last))
    chart.legend.position = "b"
    chart.legend.txPr = chart.x_axis.txPr = chart.y_axis.txPr = _words(_letters(1100))
    # Unset, these hide the axes in Excel.
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.x_axis.scaling.orientation = "maxMin"
    chart.y_axis.crosses = "max"
    chart.y_axis.majorGridlines = None
    chart.y_axis.number_format = "0"
    sheet.worksheet.add_chart(chart, anchor)


def _no_label(place: int) -> DataLabel:
    """No figure inside one bar of a series."""
    return DataLabel(
        idx=place,
        showVal=False,
        showSerName=False,
        showCatName=False,
        showLegendKey=False,
        showPercent=False,
    )


def _labels(colour: str, number_format: str) -> DataLabelList:
    """Figures inside the bars."""
    labels = DataLabelList()
    labels.showVal = True
    labels.showSerName = labels.showCatName = labels.showLegendKey = labels.showPercent = False
    labels.numFmt = number_format
    labels.txPr = _words(_letters(1100, b=True, solidFill=colour))
    return labels


def _letters(size: int, **more: Any) -> CharacterProperties:
    """Letters of a chart in the house's font; ``cs`` is the one that Thai is set in. ``size`` in
    hundredths of a point."""
    face = Typeface(typeface=FONT)
    return CharacterProperties(sz=size, latin=face, cs=face, **more)


def _words(letters: CharacterProperties) -> RichText:
    return RichText(
        p=[Paragraph(pPr=ParagraphProperties(defRPr=letters), endParaRPr=letters)],
    )


def _heading(text: str) -> Title:
    """A chart's title, above the drawing."""
    title: Title = title_maker(text)
    letters = _letters(1500, b=True)
    for paragraph in title.tx.rich.p:
        paragraph.pPr = ParagraphProperties(defRPr=letters)
        for run in paragraph.r:
            run.rPr = letters
    title.overlay = False
    return title
