"""The counted figures of indicators as pages read them: the latest of a year, or month by month."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.db.models import OuterRef, Q, QuerySet, Subquery

from kpis.models import Indicator, Result, ResultEvidence, YearTarget
from kpis.read.words import progress_percent
from kpis.rules.facts import Counted, Figure
from strategy.approval import model as approval
from strategy.calendar import FiscalMonth
from strategy.evidence.entry import EvidenceEntry, entry_of
from strategy.models import Plan


def counted_states(plan: Plan) -> tuple[str, ...]:
    """The states in which a result counts; drafts never do."""
    return approval.counted_states(approved_only=plan.approved_only)


class Stored(NamedTuple):
    """A counted result as read: its figure and what the pages mark on it."""

    id: int
    indicator_id: int
    figure: Figure
    approved: bool
    sample: bool
    narrative: str
    outcome: str = ""
    evidence: tuple[EvidenceEntry, ...] = ()
    #: Reported as the same as the figure before it.
    repeats: bool = False
    problems: str = ""
    next_steps: str = ""


def waiting_figures(
    plan: Plan, at: FiscalMonth, indicators: QuerySet[Indicator], years: Q
) -> dict[int, dict[int, Stored]]:
    """Each indicator's latest figure that waits for approval and does not count before.

    One query; none where a plan counts what is submitted.
    """
    if not approval.goes_by_approved(approved_only=plan.approved_only):
        return {}
    submitted = [Result.State.SUBMITTED]
    return latest_figures(plan, at, indicators, years, narratives=False, states=submitted)


def latest_figures(
    plan: Plan,
    at: FiscalMonth,
    indicators: QuerySet[Indicator],
    years: Q,
    *,
    narratives: bool,
    states: Sequence[str] | None = None,
) -> dict[int, dict[int, Stored]]:
    """Each indicator's latest counted figure up to ``at`` in each of ``years``. One query.

    ``states``: those to look for, where it is not those that count.

    Found from the year targets, of which every indicator has one a year, so that the work grows
    with what is shown and not with the months behind it.
    """
    latest = (
        Result.objects.filter(
            indicator=OuterRef("indicator"),
            fiscal_year=OuterRef("fiscal_year"),
            state__in=counted_states(plan) if states is None else states,
        )
        .filter(Q(fiscal_year__lt=at.year) | Q(month__lte=at.month))
        .order_by("-month")
        .values("id")[:1]
    )
    shown = (
        YearTarget.objects.filter(years, indicator__in=indicators.order_by().values("id"))
        .order_by()
        .values_list(Subquery(latest))
    )
    return _by_year(Result.objects.filter(id__in=shown).order_by(), narratives=narratives)


def month_figures(plan: Plan, indicator: QuerySet[Indicator], year: int) -> dict[int, Stored]:
    """One indicator's counted figures of a fiscal year by month. One query."""
    results = Result.objects.filter(
        indicator__in=indicator, fiscal_year=year, state__in=counted_states(plan)
    )
    return {stored.figure.month: stored for stored in _stored(results.order_by("month"))}


def latest_before(
    plan: Plan, indicator_id: int, at: FiscalMonth, *, states: Sequence[str] | None = None
) -> Figure | None:
    """The last counted figure of an indicator before a month, in any year. Two queries.

    ``states``: those to look for, where it is not those that count.
    """
    earlier = Result.objects.filter(
        Q(fiscal_year__lt=at.year) | Q(fiscal_year=at.year, month__lt=at.month),
        indicator=indicator_id,
        state__in=counted_states(plan) if states is None else states,
    ).order_by("-fiscal_year", "-month")
    last = earlier.values_list("pk", flat=True).first()
    if last is None:
        return None
    return _stored(Result.objects.filter(pk=last).order_by())[0].figure


def stored_figures(results: Iterable[int]) -> list[Stored]:
    """The figures of results by their ids, in whatever state. One query."""
    return _stored(Result.objects.filter(pk__in=list(results)).order_by())


def _by_year(
    results: QuerySet[Result], *, narratives: bool = False
) -> dict[int, dict[int, Stored]]:
    """Figures by indicator and year; of several in a year the last one read stays."""
    found: dict[int, dict[int, Stored]] = defaultdict(dict)
    for stored in _stored(results, narratives=narratives):
        found[stored.indicator_id][stored.figure.year] = stored
    return found


def _stored(results: QuerySet[Result], *, narratives: bool = False) -> list[Stored]:
    """Results with their values, in the query's order. One query."""
    columns = [
        "id", "indicator_id", "fiscal_year", "month", "state", "no_cases", "progress",
        "progress_percent", "is_sample", "repeats_last", "values__measure_id", "values__value",
        "values__numerator", "values__denominator",
    ]  # fmt: skip
    if narratives:
        columns += ["narrative", "outcome", "problems", "next_steps"]
    found: dict[int, Stored] = {}
    for row in results.values_list(*columns, named=True):
        measure, value = row.values__measure_id, row.values__value
        counted = {}
        if value is None and measure is not None:
            counted[measure] = Counted(row.values__numerator, row.values__denominator)
            value = counted[measure].percent
        known = found.get(row.id)
        if known is not None:
            # A further measure of the same result.
            figure = known.figure
            found[row.id] = known._replace(
                figure=figure._replace(
                    values={**figure.values, measure: value}, counted={**figure.counted, **counted}
                )
            )
            continue
        progress = row.progress
        found[row.id] = Stored(
            id=row.id,
            indicator_id=row.indicator_id,
            figure=Figure(
                row.fiscal_year,
                row.month,
                {} if measure is None else {measure: value},
                progress_percent(progress, row.progress_percent) if progress else None,
                row.no_cases,
                counted,
            ),
            approved=row.state == Result.State.APPROVED,
            sample=row.is_sample,
            narrative=row.narrative if narratives else "",
            outcome=row.outcome if narratives else "",
            repeats=row.repeats_last,
            problems=row.problems if narratives else "",
            next_steps=row.next_steps if narratives else "",
        )
    return list(found.values())


def _add_evidence(figures: dict[int, dict[int, Stored]], year: int) -> None:
    """Give the figures of one year what they rest on. One query."""
    owners = {by_year[year].id: by_year for by_year in figures.values() if year in by_year}
    found: dict[int, list[EvidenceEntry]] = defaultdict(list)
    pieces = ResultEvidence.objects.filter(result__in=owners).order_by("result", "position", "pk")
    for piece in pieces:
        found[piece.result_id].append(entry_of(piece))
    for result_id, entries in found.items():
        by_year = owners[result_id]
        by_year[year] = by_year[year]._replace(evidence=tuple(entries))
