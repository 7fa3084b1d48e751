"""From rows of ITA to drawings: which scores go into which chart, and its words."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from integrity.ita.rows import ItaYear, ItaYears, moved
from strategy.drawing import geometry, geometry_ita, geometry_money
from strategy.drawing.drawing import Drawing, Table
from strategy.drawing.geometry_ita import RadarAxis
from strategy.drawing.geometry_money import Part, StackRow
from strategy.thai import format_number, format_signed

#: Wide enough for the names of indicators on either side of the radar.
RADAR_WIDE = 480


def score(value: Decimal | None) -> str:
    """A score with two decimals; a dash where there is none."""
    return "–" if value is None else format_number(value, 2)


def _has_scores(shown: ItaYear) -> bool:
    """Whether any indicator of the year has a score yet."""
    return any(row.score.figure is not None for row in shown.now.indicators)


def _in_parts(shown: ItaYear) -> dict[int, str]:
    """The place of its part behind an indicator that is in one: its name would be too long."""
    return {
        row.id: f" ({place})"
        for instrument in shown.now.instruments
        for place, part in enumerate(instrument.parts, start=1)
        for row in instrument.indicators
        if row.part == part.label
    }


def radar(shown: ItaYear) -> Drawing | None:
    """The indicators around a centre, this year and the year before; None without any score."""
    rows = shown.now.indicators
    if not _has_scores(shown):
        return None
    named, numbered = [], []
    places = _in_parts(shown)
    for row in rows:
        figures = (row.score.figure, shown.indicator_before(row).figure)
        part = places.get(row.id, "")
        name = f"{row.number}. {row.name}{part}"
        said = f"{name}: {score(figures[0])} ({shown.now.year - 1}: {score(figures[1])})"
        named.append(RadarAxis(name, *figures, said))
        numbered.append(RadarAxis(f"{row.number}{part}", *figures, said))
    wide = geometry_ita.radar(named, RADAR_WIDE)
    return Drawing(
        id="ita-radar",
        title=_("The indicators at a glance, %(year)s") % {"year": shown.now.year},
        desc=_(
            "One axis for each indicator, from %(low)s at the centre to 100 at the rim; figures in "
            "the table."
        )
        % {"low": format_number(wide.low)},
        template="charts/_radar.html",
        key="charts/_ita_key.html",
        wide=wide,
        narrow=geometry_ita.radar(numbered, geometry.NARROW),
        table=_table(shown),
    )


def bars(shown: ItaYear) -> Drawing | None:
    """The same scores as bars from the highest down, the year before as marks."""
    rows, places = [], _in_parts(shown)
    for row in shown.ranked:
        figure = row.score.figure
        before = shown.indicator_before(row).figure
        parts = () if figure is None else (Part("score", figure, ""),)
        said = score(figure) if before is None else f"{score(figure)} ({score(before)})"
        named = f"{row.number}. {row.name}{places.get(row.id, '')}"
        rows.append(StackRow(named, said, parts, before))
    if not _has_scores(shown):
        return None
    return Drawing(
        id="ita-bars",
        title=_("From the highest score to the lowest"),
        desc=_("Bars show this year's scores, gold marks those of the year before, in brackets."),
        template="charts/_stacked_bars.html",
        key="charts/_ita_bar_key.html",
        wide=geometry_money.stacked_bars(rows, geometry.WIDE),
        narrow=geometry_money.stacked_bars(rows, geometry.NARROW),
        table=_table(shown),
    )


def _table(shown: ItaYear) -> Table:
    rows = []
    for row in shown.ranked:
        before = shown.indicator_before(row)
        move = moved(before, row.score)
        rows.append(
            [
                row.title,
                score(row.score.figure),
                score(before.figure),
                format_signed(move.points if move else None),
            ]
        )
    return Table(
        caption=_("Scores of the indicators"),
        headers=[
            _("indicator"), str(shown.now.year),
            str(shown.now.year - 1), _("change"),
        ],
        rows=rows,
    )  # fmt: skip


def totals(shown: ItaYears) -> Drawing | None:
    """The total of each year."""
    points, table = [], []
    for row in shown.years:
        figure = row.total.figure
        points.append(
            geometry.YearPoint(
                str(row.year), figure, None, score(figure) if figure else "", "", "–"
            )
        )
        table.append([str(row.year), score(row.total.published), score(row.total.computed)])
    if not points:
        return None
    return Drawing(
        id="ita-totals",
        title=_("Total score by year"),
        desc=_("One bar for each year; figures in the table."),
        template="charts/_year_bars.html",
        wide=geometry.year_bars(points, geometry.WIDE),
        narrow=geometry.year_bars(points, geometry.NARROW),
        table=Table(
            caption=_("Total score by fiscal year"),
            headers=[_("fiscal year"), _("published"), _("computed")],
            rows=table,
        ),
    )
