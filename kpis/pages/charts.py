"""From rows to drawings: which figures go into which chart, and its words."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from kpis.read.indicator import IndicatorDetail
from kpis.read.rows import IndicatorRow
from kpis.rules.facts import RATE, MeasureFacts
from strategy.drawing import geometry, geometry_small
from strategy.drawing.drawing import Drawing, Table
from strategy.drawing.geometry_small import SegmentBar, Sparkline
from strategy.models import Plan
from strategy.standing.words import STATUS_SHAPES, counts_in_words
from strategy.thai import format_number, month_name


@dataclass(frozen=True, slots=True)
class IndicatorCharts:
    years: list[Drawing]
    months: list[Drawing]


def _shown(value: Decimal | None) -> str:
    return "–" if value is None else format_number(value)


def status_bar(counts: dict[str, int]) -> SegmentBar:
    """How many indicators are in each status."""
    return geometry_small.segments(
        [(code, label, count) for code, _shape, label, count in counts_in_words(counts)]
    )


def sparkline(row: IndicatorRow) -> Sparkline | None:
    """Yearly results of the first measure, with the targets still ahead."""
    if not row.facts.measures or len(row.cells) < 2:
        return None
    measure = row.facts.measures[0].id
    points = [cell.promise.values.get(measure) for cell in row.cells]
    targets = [point.value if point else None for point in points]
    values = [cell.figure.values.get(measure) if cell.figure else None for cell in row.cells]
    return geometry_small.sparkline(values, targets)


def indicator_charts(plan: Plan, shown: IndicatorDetail) -> IndicatorCharts:
    """One chart of years and one of months for each measure.

    A plan of one year has nothing to set side by side, and a single month makes no line.
    """
    measures = shown.row.facts.measures
    many_years = len(plan.years) + len(shown.former) > 1
    months = sum(month.figure is not None for month in shown.months)
    return IndicatorCharts(
        years=[_years(shown, place) for place in range(len(measures))] if many_years else [],
        months=[
            drawing
            for measure in measures
            if (many_years or months > 1) and (drawing := _months(shown, measure)) is not None
        ],
    )


def _suffix(measure: MeasureFacts) -> str:
    return f" – {measure.label}" if measure.label else ""


def _years(shown: IndicatorDetail, place: int) -> Drawing:
    """The plan's years, and before them those of the indicators that this one continues."""
    measure, points, table = shown.row.facts.measures[place], [], []
    years = [
        (former.cell, former.value(measure, place), former.target(measure, place))
        for former in shown.former
    ]
    for cell in shown.row.cells:
        promised = cell.promise.values.get(measure.id)
        result = cell.figure.values.get(measure.id) if cell.figure else None
        years.append((cell, result, promised.value if promised else None))
    for cell, result, goal in years:
        points.append(
            geometry.YearPoint(
                label=str(cell.year),
                result=result,
                target=goal,
                result_text=format_number(result) if result is not None else "",
                target_text=format_number(goal) if goal is not None else "",
                glyph=STATUS_SHAPES[cell.status],
            )
        )
        table.append(
            [
                str(cell.year),
                cell.result or "–" if cell.is_milestone else _shown(result),
                cell.target or "–" if cell.is_milestone else _shown(goal),
                "–" if cell.standing.achievement is None else str(cell.standing.achievement),
                f"{cell.shape} {cell.words}",
            ]
        )
    return Drawing(
        id=f"years-{measure.id}",
        title=_("Result against target by year") + _suffix(measure),
        desc=_("Bars show each fiscal year's result, gold lines its target; figures in the table."),
        template="charts/_year_bars.html",
        key="charts/_key.html",
        wide=geometry.year_bars(points, geometry.WIDE),
        narrow=geometry.year_bars(points, geometry.NARROW),
        table=Table(
            caption=_("Result and target by fiscal year, in %(unit)s")
            % {"unit": measure.unit_label or measure.label},
            headers=[
                _("fiscal year"), _("result"), _("target"), _("achievement (%)"), _("status"),
            ],
            rows=table,
        ),
    )  # fmt: skip


def _months(shown: IndicatorDetail, measure: MeasureFacts) -> Drawing | None:
    """The months of the year looked at; None in the year of a milestone."""
    if shown.row.current.is_milestone:
        return None
    points, expected, table = [], [], []
    for month in shown.months:
        value = month.figure.values.get(measure.id) if month.figure else None
        name = month_name(month.at, short=True, year=False)
        points.append(geometry.MonthPoint(name, value, _shown(value)))
        expected.append(month.expected.get(measure.id))
        reported = month.result or "–" if month.figure and month.figure.no_cases else _shown(value)
        table.append([month.name, reported, _shown(expected[-1])])
    wanted = [value for value in expected if value is not None]
    is_rate = shown.indicator.accrual == RATE
    text = ""
    if wanted:
        words = (
            _("expected %(value)s every month (rate)")
            if is_rate
            else _("expected %(value)s at year's end")
        )
        text = words % {"value": format_number(wanted[-1])}
    at = shown.row.current.year
    return Drawing(
        id=f"months-{measure.id}",
        title=_("By month, fiscal year %(year)s") % {"year": at} + _suffix(measure),
        desc=_("The blue line joins the monthly results, the gold line is what was expected."),
        template="charts/_month_line.html",
        wide=geometry.month_line(points, expected, text, not is_rate, geometry.WIDE),
        narrow=geometry.month_line(points, expected, text, not is_rate, geometry.NARROW),
        table=Table(
            caption=_("Result and expected figure by month, in %(unit)s")
            % {"unit": measure.unit_label or measure.label},
            headers=[_("month"), _("result"), _("expected")],
            rows=table,
        ),
    )
