"""What waits for somebody's approval: each submitted figure with what there is to look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from kpis.models import Indicator, LevelCriterion, Result, ResultEvidence
from kpis.read.figures import Stored, stored_figures
from kpis.read.rows import Cell
from kpis.read.standing import facts_of, with_levels
from kpis.read.words import result_text
from kpis.rules.facts import IndicatorFacts, target_in_force
from kpis.rules.judging import judge
from strategy.access import Viewer
from strategy.approval.hands import Hands, hands_of
from strategy.approval.read import WaitingRow, late_flags, waiting_for
from strategy.calendar import DEFAULT_DEADLINE_DAY, FiscalMonth
from strategy.models import ReportingYear
from strategy.read import bands
from strategy.thai import month_name


@dataclass(frozen=True, kw_only=True)
class WaitingResult(WaitingRow):
    """A submitted result; ``before``: the last approved figure of an earlier month in words, None
    where there is none."""

    cell: Cell
    before: str | None


def waiting_results(who: Viewer) -> QuerySet[Any]:
    """The submitted results that a person may approve or return, oldest month first."""
    earlier = (
        Result.objects.filter(indicator=OuterRef("indicator"), state=Result.State.APPROVED)
        .filter(
            Q(fiscal_year__lt=OuterRef("fiscal_year"))
            | Q(fiscal_year=OuterRef("fiscal_year"), month__lt=OuterRef("month"))
        )
        .order_by("-fiscal_year", "-month")
        .values("pk")[:1]
    )
    rows: QuerySet[Any] = (
        waiting_for(Result, who)
        .select_related("indicator__strategy__plan", "indicator__unit")
        .prefetch_related(None)
        .annotate(
            approved_before=Subquery(earlier),
            has_evidence=Exists(ResultEvidence.objects.filter(result=OuterRef("pk"))),
        )
        .order_by(
            "fiscal_year",
            "month",
            "indicator__strategy__plan",
            "indicator__strategy__number",
            "indicator__position",
        )
    )
    return rows


def waiting_rows(results: Sequence[Result], who: Viewer) -> list[WaitingResult]:
    """Rows of :func:`waiting_results` with all that is shown of each. Seven queries."""
    hands = hands_of(Result, [result.pk for result in results])
    wanted = [pk for r in results for pk in (r.pk, r.approved_before) if pk is not None]  # type: ignore[attr-defined]
    figures = {stored.id: stored for stored in stored_figures(wanted)}
    ids = {result.indicator_id for result in results}
    plans = {r.indicator_id: r.indicator.strategy.plan for r in results}
    levels = LevelCriterion.objects.filter(indicator__in=ids, kind=LevelCriterion.Kind.LEVEL)
    facts = with_levels(
        facts_of(Indicator.objects.filter(pk__in=ids)),
        plans,
        levels.values_list("indicator_id", "level", "threshold"),
    )
    days = {
        (agency, year): day
        for agency, year, day in ReportingYear.objects.order_by().values_list(
            "agency_id", "fiscal_year", "deadline_day"
        )
    }
    rows = []
    for result in results:
        own = facts[result.indicator_id]
        before = figures.get(result.approved_before)  # type: ignore[attr-defined]
        day = days.get(
            (plans[result.indicator_id].agency_id, result.fiscal_year), DEFAULT_DEADLINE_DAY
        )
        deadline = FiscalMonth(result.fiscal_year, result.month).deadline(day)
        rows.append(
            WaitingResult(
                row=result,
                code=result.indicator.code,
                name=result.indicator.name,
                unit=str(result.indicator.unit or ""),
                period=month_name(FiscalMonth(result.fiscal_year, result.month), short=True),
                cell=_cell(result, own, figures[result.pk]),
                before=None if before is None else result_text(own, before.figure),
                before_name="" if before is None else _month(before),
                own=who.user_id in hands[result.pk].authors,
                flags=tuple(_flags(result, hands[result.pk], deadline)),
                remarks=tuple(
                    (str(label), text)
                    for label, text in (
                        (_("Problems"), result.problems),
                        (_("next steps"), result.next_steps),
                    )
                    if text
                ),
            )
        )
    return rows


def _cell(result: Result, facts: IndicatorFacts, stored: Stored) -> Cell:
    """The figure against what was expected at its own month, whatever was owed since."""
    standing = judge(
        facts,
        year=result.fiscal_year,
        month=result.month,
        figure=stored.figure,
        overdue_month=None,
        bands=bands(result.indicator.strategy.plan),
    )
    promise = target_in_force(facts, result.fiscal_year, result.month)
    return Cell(
        result.fiscal_year, standing, facts, promise, stored.figure, False, result.is_sample
    )


def _month(stored: Stored) -> str:
    return month_name(FiscalMonth(stored.figure.year, stored.figure.month), short=True)


def _flags(result: Result, hands: Hands, deadline: date) -> list[str]:
    """What an approver looks at twice."""
    flags = []
    if result.slips:
        flags.append(_("asked about and confirmed"))
    if result.fall_reason:
        flags.append(_("falls: %(reason)s") % {"reason": result.fall_reason})
    if result.repeats_last:
        flags.append(_("no new result"))
    if not result.has_evidence:  # type: ignore[attr-defined]
        flags.append(_("no evidence"))
    flags += late_flags(hands, deadline)
    if result.is_sample:
        flags.append(_("sample"))
    return flags
