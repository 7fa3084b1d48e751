"""What the sheets of a workbook share: status words in colour, and native charts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from strategy.standing.status import ON_PLAN
from strategy.standing.words import HURRY_LABEL, STATUS_LABELS
from strategy.workbook.sheet import Area, Sheet
from strategy.workbook.styles import BRAND, DARK_COLOURS, FONT, INK, STATUS_COLOURS
from strategy.workbook.texts import area, cell

#: The least share of the longest bar that one character of a figure takes.
_CHARACTER = Decimal("0.03")
#: Letters of charts; as those of cells they are shrunk with the page.
_CHART_SIZE = 12


def number_style(value: Any) -> str:
    """The style that shows a figure: whole, with decimals, or centred where it is none."""
    if not isinstance(value, (int, Decimal)):
        return "center"
    return "whole" if value == int(value) else "percent"


def colour_statuses(sheet: Sheet, columns: Iterable[int], first: int, last: int) -> None:
    """Colour columns of status words."""
    words = {str(STATUS_LABELS[code]): (*pair, True) for code, pair in STATUS_COLOURS.items()}
    words[f"{STATUS_LABELS[ON_PLAN]} · {HURRY_LABEL}"] = words[str(STATUS_LABELS[ON_PLAN])]
    colour_words(sheet, list(columns), first, last, words)


def colour_words(
    sheet: Sheet,
    columns: Sequence[int],
    first: int,
    last: int,
    words: Mapping[str, tuple[str, str, bool]],
) -> None:
    """Colour the cells of some columns by the word they hold: (fill, font colour, bold)."""
    if last < first:
        return
    cells = area(first, last, columns)
    for word, (fill, color, bold) in words.items():
        look = sheet.book.workbook.add_format({"bg_color": fill, "font_color": color, "bold": bold})
        sheet.worksheet.conditional_format(
            first - 1, columns[0] - 1, last - 1, columns[0] - 1,
            {
                "type": "cell", "criteria": "==", "value": f'"{word}"', "format": look,
                "multi_range": cells,
            },
        )  # fmt: skip


class Bars(NamedTuple):
    """What a chart shows of a table: a bar for each row, a part for each of some columns.

    ``columns``: (column, colour, shape) of each part; the shape stands before the figure inside
    the bar, so that parts are told apart in grey print. ``rows``: the header row and the last
    one. ``labels``: the number format inside the bars.
    """

    sheet: Sheet
    title: str
    columns: Sequence[tuple[int, str, str]]
    rows: tuple[int, int]
    labels: str = "0"


def stacked_bars(bars: Bars, *, on: Sheet, over: Area) -> None:
    """A native chart of stacked bars over cells; drawn by the spreadsheet itself. None where there
    are no rows.
    """
    sheet, title, columns, rows, labels = bars
    first, last = rows
    if first == last or not columns:
        return
    parts = {
        column: [sheet.value(row, column) or 0 for row in range(first + 1, last + 1)]
        for column, _colour, _shape in columns
    }
    # A figure that its part of the bar cannot hold is left to the table.
    longest = max(map(sum, zip(*parts.values(), strict=True)), default=0)
    least = longest * (len(labels) + 2 * bool(columns[0][2])) * _CHARACTER or 1
    chart = sheet.book.workbook.add_chart({"type": "bar", "subtype": "stacked"})
    name = sheet.name
    for column, colour, shape in columns:
        chart.add_series(
            {
                "name": [name, first - 1, column - 1],
                "categories": [name, first, 0, last - 1, 0],
                "values": [name, first, column - 1, last - 1, column - 1],
                "fill": {"color": colour},
                "border": {"color": "#FFFFFF", "width": 0.25},
                "gap": 60,
                "data_labels": {
                    "value": True,
                    "num_format": f'"{shape} "{labels}' if shape else labels,
                    "font": _letters(
                        _CHART_SIZE, bold=True, color="#FFFFFF" if colour in DARK_COLOURS else INK
                    ),
                    "custom": [
                        {"delete": True} if value < least else None for value in parts[column]
                    ],
                },
            }
        )
    chart.set_title(
        {"name": title, "name_font": _letters(_CHART_SIZE + 2, bold=True), "overlay": False}
    )
    chart.set_legend({"position": "right", "font": _letters(_CHART_SIZE)})
    # Bars lie, so the names stand on the y axis: the first row on top, the figures below.
    chart.set_y_axis(
        {"reverse": True, "num_font": _letters(_CHART_SIZE), "crossing": "max", "interval_unit": 1}
    )
    chart.set_x_axis(
        {
            "num_format": "0",
            "num_font": _letters(_CHART_SIZE),
            "major_gridlines": {"visible": False},
        }
    )
    chart.set_size(on.pixels(over))
    on.worksheet.insert_chart(
        over.first_row - 1, over.first_column - 1, chart, {"description": title}
    )


def sparkline(sheet: Sheet, row: int, column: int, cells: Area) -> None:
    """A column for each of some cells of a row, from 0 to 100 at least; none where fewer than two
    hold a figure.
    """
    held = [
        sheet.value(cells.first_row, place)
        for place in range(cells.first_column, cells.last_column + 1)
    ]
    figures = [value for value in held if isinstance(value, (int, Decimal))]
    if len(figures) > 1:
        first = cell(cells.first_row, cells.first_column)
        last = cell(cells.last_row, cells.last_column)
        name = sheet.name.replace("'", "''")
        sheet.worksheet.add_sparkline(
            row - 1, column - 1,
            {
                "range": f"'{name}'!{first}:{last}", "type": "column", "series_color": BRAND,
                "min": 0, "max": max(100, float(max(figures))),
            },
        )  # fmt: skip


def _letters(size: int, **more: Any) -> dict[str, Any]:
    """Letters of a chart in the house's font."""
    return {"name": FONT, "size": size, "bold": False, **more}
