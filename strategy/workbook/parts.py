"""What the sheets of a workbook share: status words in colour, and native charts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from strategy.standing.status import ON_PLAN
from strategy.standing.words import HURRY_LABEL, STATUS_LABELS
from strategy.workbook.book import Area, Sheet, area
from strategy.workbook.styles import DARK_COLOURS, FONT, INK, STATUS_COLOURS

#: The least share of the longest bar that one character of a figure takes.
_CHARACTER = Decimal("0.035")


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


def stacked_bars(
    sheet: Sheet,
    title: str,
    columns: Sequence[tuple[int, str]],
    rows: tuple[int, int],
    *,
    over: Area,
    labels: str = "0",
) -> None:
    """A native chart of stacked bars, one for each row; drawn by the spreadsheet itself.
    None where there are no rows.

    ``columns``: (column, colour) of each part; ``rows``: the header row and the last one;
    ``over``: the cells that it covers; ``labels``: the number format inside the bars.
    """
    first, last = rows
    if first == last or not columns:
        return
    parts = {
        column: [sheet.value(row, column) or 0 for row in range(first + 1, last + 1)]
        for column, _colour in columns
    }
    # A figure that its part of the bar cannot hold is left to the table.
    longest = max(map(sum, zip(*parts.values(), strict=True)), default=0)
    least = longest * len(labels) * _CHARACTER or 1
    chart = sheet.book.workbook.add_chart({"type": "bar", "subtype": "stacked"})
    name = sheet.name
    for column, colour in columns:
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
                    "num_format": labels,
                    "font": _letters(
                        11, bold=True, color="#FFFFFF" if colour in DARK_COLOURS else INK
                    ),
                    "custom": [
                        {"delete": True} if value < least else None for value in parts[column]
                    ],
                },
            }
        )
    chart.set_title({"name": title, "name_font": _letters(15, bold=True), "overlay": False})
    chart.set_legend({"position": "bottom", "font": _letters(11)})
    # Bars lie, so the names stand on the y axis: the first row on top, the figures below.
    chart.set_y_axis({"reverse": True, "num_font": _letters(11), "crossing": "max"})
    chart.set_x_axis(
        {"num_format": "0", "num_font": _letters(11), "major_gridlines": {"visible": False}}
    )
    chart.set_size(sheet.pixels(over))
    sheet.worksheet.insert_chart(over.first_row - 1, over.first_column - 1, chart)


def _letters(size: int, **more: Any) -> dict[str, Any]:
    """Letters of a chart in the house's font."""
    return {"name": FONT, "size": size, "bold": False, **more}
