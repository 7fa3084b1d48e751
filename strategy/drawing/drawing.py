"""A chart as a template draws it: geometry wide and narrow, words, and its figures as a table."""

from __future__ import annotations

from dataclasses import dataclass

from strategy.drawing.geometry import MonthLine, YearBars
from strategy.drawing.geometry_corners import Corners
from strategy.drawing.geometry_ita import Radar
from strategy.drawing.geometry_money import StackedBars


@dataclass(frozen=True, slots=True)
class Table:
    """A chart's figures as a table."""

    caption: str
    headers: list[str]
    rows: list[list[str]]


@dataclass(frozen=True, slots=True)
class Drawing:
    """One chart, drawn wide and narrow, with its title, description and table.

    ``template`` draws it; ``key`` is the template that says what its colours mean. ``broad``, where
    it is given, is for a panel as wide as the page.
    """

    id: str
    title: str
    desc: str
    template: str
    wide: YearBars | MonthLine | StackedBars | Corners | Radar
    narrow: YearBars | MonthLine | StackedBars | Corners | Radar
    table: Table
    key: str = ""
    broad: StackedBars | None = None
