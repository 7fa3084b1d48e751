"""The rows and cells of indicators in tables. A plan has a thousand, so they are written here.

A template would look up each attribute anew wherever it stands; it takes ten times as long.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from html import escape
from typing import Protocol

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from kpis.read.rows import Cell, IndicatorRow
from strategy.approval.after_lock import corrected_late
from strategy.calendar import FiscalMonth
from strategy.drawing.geometry_small import Sparkline
from strategy.pages.page import PlanPage
from strategy.standing.words import STATUS_SHAPES, status_label
from strategy.templatetags.parts import cell as table_cell
from strategy.templatetags.parts import hurry

register = template.Library()

NOTHING = SafeString("")


class DrawnRow(Protocol):
    """An indicator and the line that its years make, None for none."""

    @property
    def row(self) -> IndicatorRow: ...

    @property
    def spark(self) -> Sparkline | None: ...


@register.simple_tag
def year_rows(rows: Iterable[DrawnRow], page: PlanPage, base: str, scored: str = "") -> SafeString:
    """Indicators with their fiscal years, a row each, as the overview's table has them.

    ``base``: the address of the table of indicators, below which each has its page; ``scored``:
    what the scores of the year looked at are called, where the plan has such. All that is text is
    escaped here, once; what repeats (signs, openings) is put together once for the table.
    """
    figures = reverse("figure", args=[page.plan.slug, "indicator", "-"]).removesuffix("-/")
    written = _Written(page.at.year, base, figures, page.and_day, scored)
    query = page.query
    return SafeString("".join([written.row(drawn.row, drawn.spark, query) for drawn in rows]))


class _Written:
    """What the rows of a table have alike."""

    def __init__(self, year: int, base: str, figures: str, and_day: str, scored: str) -> None:
        self.year = year
        self.base = escape(base)
        self.figures = escape(figures)
        self.and_day = escape(and_day)
        self.scored = escape(scored)
        self.signs: dict[str, str] = {}
        self.work = escape(_("work"))
        self.unapproved = f'<span title="{escape(_("not yet approved"))}">*</span>'
        self.all_years = escape(_("all years"))

    def row(self, row: IndicatorRow, spark: Sparkline | None, query: str) -> str:
        place = f"{self.base}{escape(row.code)}/"
        unit = f' <span class="unit">{escape(row.unit_text)}</span>' if row.unit_text else ""
        code = escape(row.code)
        cells = "".join([self.cell(cell, place, code) for cell in row.cells])
        score = ""
        if self.scored:
            figure = row.current.score
            shown = "–" if figure is None else figure
            if figure is not None:
                shown = f'<a class="why" href="{self.figures}{code}/?{escape(query)}">{shown}</a>'
            score = f'<td class="score" data-label="{self.scored}">{shown}</td>'
        return (
            f'<tr><td class="code">{escape(row.number)}</td>'
            f'<th scope="row" class="name"><a href="{place}?{escape(query)}">{escape(row.name)}</a>'
            f'{unit}</th>{cells}{score}<td class="trend">{_spark(spark)}{self.strip(row)}</td></tr>'
        )

    def cell(self, cell: Cell, place: str, code: str) -> str:
        """An indicator in one year: status, "result / target", its month, what is owed."""
        result, target, status = cell.result, cell.target, cell.status
        said = ""
        if result is not None:
            said = f" <b>{escape(result)}{self.unapproved if cell.unapproved else ''}</b>"
        if cell.is_milestone:
            words = "–" if target is None else escape(target)
            said += (
                f' <span class="t" title="{words}">/ {self.work}'
                f' <span class="visually-hidden">{words}</span></span>'
            )
        elif target is not None:
            said += f' <span class="t">/ {escape(target)}</span>'
        if cell.carried:
            said += f' <span class="at">({escape(cell.as_of_short)})</span>'
        if cell.owed:
            said += f' <span class="at">{escape(cell.outstanding or "")}</span>'
        if cell.hurries:
            said += hurry(cell)
        now = " now" if cell.year == self.year else ""
        stale = " stale" if cell.stale else ""
        return (
            f'<td class="cell{now} is-{status}{stale}" data-label="{cell.year}">'
            f'<a{self.opens(cell, place, code)}?year={cell.year}{self.and_day}">'
            f"{self.sign(status)}{said}</a></td>"
        )

    def opens(self, cell: Cell, place: str, code: str) -> str:
        """Where a cell leads: a figure to what it is made of, else to the indicator."""
        if cell.figure is None:
            return f' href="{place}'
        return f' class="why" href="{self.figures}{code}/'

    def sign(self, status: str) -> str:
        """A status by its shape, and its word for those who hear the page or ask."""
        if status not in self.signs:
            self.signs[status] = _sign(status)
        return self.signs[status]

    def strip(self, row: IndicatorRow) -> str:
        """For a phone: the years as a line of shapes, which opens them."""
        if len(row.cells) < 2:
            return ""
        shapes = [
            f'<span class="s s-{cell.status}{" now" if cell.year == self.year else ""}">'
            f"{STATUS_SHAPES[cell.status]}</span>"
            for cell in row.cells
        ]
        return (
            f'<details class="years"><summary><span class="visually-hidden">{self.all_years}</span>'
            f'<span aria-hidden="true">{"".join(shapes)}</span></summary></details>'
        )


def _sign(status: str) -> str:
    label = escape(status_label(status))
    return (
        f'<span class="s s-{status}" title="{label}" aria-hidden="true">{STATUS_SHAPES[status]}'
        f'</span><span class="visually-hidden">{label}</span>'
    )


def _spark(spark: Sparkline | None) -> str:
    if spark is None:
        return ""
    ahead = f'<polyline class="spark-ahead" points="{spark.ahead}"/>' if spark.ahead else ""
    line = f'<polyline class="spark-line" points="{spark.line}"/>' if spark.line else ""
    return (
        f'<svg class="spark" viewBox="0 0 {spark.width} {spark.height}" width="60" height="20"'
        f' aria-hidden="true" focusable="false">{ahead}{line}</svg>'
    )


@register.simple_tag
def result_cell(
    cell: Cell, at: FiscalMonth, after_lock: Collection[int] = frozenset()
) -> SafeString:
    """The figure of the year looked at, with the marks that belong to it.

    ``at``: the month of the page; a figure of another one says which. ``after_lock``: the results,
    by id, that are others than when their month was locked.
    """
    marks = NOTHING
    if cell.as_of and cell.as_of != at:
        marks += format_html(' <span class="muted small">({})</span>', cell.as_of_short)
    if cell.repeats:
        marks += format_html('<br><span class="muted small">{}</span>', _("no new result"))
    if cell.result_id in after_lock:
        marks += format_html('<br><span class="muted small">{}</span>', corrected_late())
    if cell.outstanding:
        marks += format_html('<br><span class="muted small">{}</span>', cell.outstanding)
    result = cell.result
    figure = format_html(
        "<span>{}{}{}</span>",
        "–" if result is None else result,
        "*" if cell.unapproved else "",
        marks,
    )
    return table_cell(figure, _("result"), "n chief", cell.stale)
