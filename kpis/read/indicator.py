"""Reading one indicator whole: its months, its trend, its changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.http import Http404
from django.utils.translation import gettext as _

from kpis.models import Indicator, Measure, Result, ResultEvidence, YearTarget
from kpis.read.asof import restated_after_lock
from kpis.read.explain import explain, explain_score
from kpis.read.figures import month_figures
from kpis.read.former import FormerYear, former_years
from kpis.read.levels import Ladder, ladder
from kpis.read.rows import Cell, IndicatorRow
from kpis.read.standing import indicator_rows
from kpis.read.words import result_text
from kpis.rules.expected import expected_values
from kpis.rules.facts import PERCENT, Figure, MeasureFacts
from kpis.rules.judging import MeasureStanding
from kpis.rules.roll_up import trend
from strategy.access import Viewer
from strategy.calendar import MONTHS, FiscalMonth
from strategy.closing.read import locked_since
from strategy.models import Plan
from strategy.records.history import Entry, history_of
from strategy.standing.status import NO_TARGET
from strategy.thai import format_number, month_name, natural_key

#: What the heading of each change, or the page itself, says already.
_KNOWN = ("indicator", "fiscal_year", "month", "is_sample")


@dataclass(frozen=True, slots=True)
class MonthRow:
    """One month of the year looked at: what was reported and what was expected by then."""

    at: FiscalMonth
    figure: Figure | None
    result: str | None
    expected: dict[int, Decimal]
    approved: bool
    #: Reported as the same as the figure before it.
    repeats: bool

    @property
    def name(self) -> str:
        return month_name(self.at, short=True)


@dataclass(frozen=True, slots=True)
class Trend:
    """Where the present pace leads: an estimate for the plan's last year."""

    measure: MeasureFacts
    year: int
    value: Decimal
    target: str | None
    #: The years that it is drawn through, with their figures.
    points: tuple[tuple[int, Decimal], ...]


@dataclass(frozen=True, slots=True)
class IndicatorDetail:
    """Everything the indicator's page shows."""

    indicator: Indicator
    row: IndicatorRow
    months: tuple[MonthRow, ...]
    result: Result | None
    #: What the result rests on; only for those who have signed in.
    evidence: tuple[ResultEvidence, ...]
    ladder: Ladder | None
    trends: tuple[Trend, ...]
    explanation: list[str]
    previous_code: str | None
    next_code: str | None
    target_history: list[Entry] | None
    result_history: list[Entry] | None
    #: The years before the plan, of the indicators that this one continues.
    former: tuple[FormerYear, ...]
    #: The results of its years whose figure is another than when their month was locked, by id.
    after_lock: frozenset[int]

    @property
    def measures(self) -> list[tuple[MeasureFacts, MeasureStanding]]:
        """Each measure with its standing, where there is more than one to look at."""
        facts = {measure.id: measure for measure in self.row.facts.measures}
        standings = self.row.current.standing.measures
        return [(facts[s.measure_id], s) for s in standings] if len(standings) > 1 else []

    @property
    def continues(self) -> FormerYear | None:
        """The last year of the indicator that this one continues, if it does."""
        return self.former[-1] if self.former else None

    @property
    def kind_text(self) -> str:
        """Kind of measure and direction in words."""
        kinds = dict.fromkeys(
            str(Measure.Kind(measure.kind).label) for measure in self.row.facts.measures
        )
        return " · ".join([*kinds, self.indicator.get_direction_display()])

    @property
    def baseline_text(self) -> str:
        """The baselines that stand, with the month from which each counts; "" where none."""
        return ", ".join(
            _("%(value)s from %(month)s")
            % {
                "value": format_number(point.value),
                "month": month_name(FiscalMonth(point.year, point.month), short=True),
            }
            for measure in self.row.facts.measures
            for point in measure.baselines
        )


def find_indicator(plan: Plan, code: str) -> tuple[Indicator, list[str]]:
    """An indicator by its code, with all codes of the plan in order; else a 404 naming them."""
    keys = sorted(
        (strategy, natural_key(number), number, pk)
        for pk, strategy, number in Indicator.objects.filter(strategy__plan=plan).values_list(
            "id", "strategy__number", "number"
        )
    )
    codes = {f"{plan.code_prefix}{strategy}-{number}": pk for strategy, _key, number, pk in keys}
    if code not in codes:
        known = ", ".join(list(codes)[:40])
        raise Http404(
            _("There is no indicator “%(code)s”. There are: %(known)s.")
            % {"code": code[:40], "known": known}
        )
    indicator = Indicator.objects.select_related("strategy__plan", "objective__issue", "unit").get(
        pk=codes[code]
    )
    return indicator, list(codes)


def indicator_detail(
    plan: Plan, code: str, at: FiscalMonth, today: date, viewer: Viewer
) -> IndicatorDetail:
    """One indicator at the end of ``at``, for this viewer."""
    indicator, codes = find_indicator(plan, code)
    own = Indicator.objects.filter(pk=indicator.pk)
    row = indicator_rows(plan, at, today, own)[0]
    figures = month_figures(plan, own, at.year)
    months = tuple(
        MonthRow(
            at=FiscalMonth(at.year, month),
            figure=figures[month].figure if month in figures else None,
            result=result_text(row.facts, figures[month].figure) if month in figures else None,
            expected=expected_values(row.facts, at.year, month),
            approved=month in figures and figures[month].approved,
            repeats=month in figures and figures[month].repeats,
        )
        for month in MONTHS
    )
    place = codes.index(code)
    result = None
    if row.current.result_id is not None:
        result = Result.objects.filter(pk=row.current.result_id).first()
    evidence: tuple[ResultEvidence, ...] = ()
    if result is not None and viewer.signed_in:
        evidence = tuple(result.evidence.all())
    former = former_years([indicator], today).get(indicator.pk, ())
    levels = None
    if plan.is_scorecard:
        levels = ladder(indicator, row.current, result.steps_done if result else ())
    return IndicatorDetail(
        indicator=indicator,
        row=row,
        months=months,
        result=result,
        evidence=evidence,
        ladder=levels,
        trends=tuple(_trends(plan, row, at, former)),
        former=former,
        explanation=_explanation(row),
        previous_code=codes[place - 1] if place else None,
        next_code=codes[place + 1] if place + 1 < len(codes) else None,
        target_history=_target_history(indicator) if viewer.signed_in else None,
        result_history=_result_history(indicator, at, viewer),
        after_lock=restated_after_lock(plan, [row], locked_since(plan.agency_id)),
    )


def results_asked_about(indicator: Indicator, at: FiscalMonth) -> dict[int, Result]:
    """The year's results up to ``at``, drafts among them, by month. One query."""
    rows = indicator.results.filter(fiscal_year=at.year, month__lte=at.month)
    return {row.month: row for row in rows.order_by("month")}


def _target_history(indicator: Indicator) -> list[Entry]:
    """Every change of a target since it was set; history is for those who have signed in."""
    entries = history_of(YearTarget, hidden=_KNOWN, indicator_id=indicator.pk)
    return [entry for entry in entries if entry.kind == "~"]


def _result_history(indicator: Indicator, at: FiscalMonth, viewer: Viewer) -> list[Entry] | None:
    """Changes of the year's results, for those who may read them; None for others."""
    if not viewer.may_read_drafts(indicator.unit_id):
        return None
    return history_of(
        Result, hidden=_KNOWN, indicator_id=indicator.pk, fiscal_year=at.year, limit=30
    )


def _explanation(row: IndicatorRow) -> list[str]:
    """How the score came about, and the achievement; a year without a target has only a score."""
    scored = explain_score(row.current)
    if scored and row.current.status == NO_TARGET:
        return scored
    return [*scored, *explain(row, row.current)]


def _trends(
    plan: Plan, row: IndicatorRow, at: FiscalMonth, former: tuple[FormerYear, ...]
) -> list[Trend]:
    """A straight line for each measure through the years that are complete by ``at``, those of
    the indicators that it continues among them."""
    found = []
    complete = [cell for cell in row.cells if _is_complete(cell, at)]
    for place, measure in enumerate(row.facts.measures):
        points = [
            (year.year, value)
            for year in former
            if year.is_complete and (value := year.value(measure, place)) is not None
        ]
        points += [
            (cell.year, cell.figure.values[measure.id])
            for cell in complete
            if cell.figure is not None and measure.id in cell.figure.values
        ]
        value = trend(points, plan.last_year, percent=measure.kind == PERCENT)
        if value is not None:
            found.append(Trend(measure, plan.last_year, value, row.cells[-1].target, tuple(points)))
    return found


def _is_complete(cell: Cell, at: FiscalMonth) -> bool:
    return FiscalMonth(cell.year, 12) <= at
