"""The rules by which indicators were judged as known at an earlier moment, and who changed them.

Bands, the scale of scores, direction, accrual, weight, measures, baselines and level criteria are
facts with a date, as targets are.
Source: docs/domain.md, "What was judged stays judged".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Value

from kpis.models import Baseline, Indicator, LevelCriterion, Measure
from kpis.rules.facts import BaselinePoint, IndicatorFacts, MeasureFacts
from strategy.models import Plan
from strategy.records.model import Record
from strategy.records.restated import Restatement, changed_since, restatements


@dataclass(frozen=True, slots=True)
class RulesKnown:
    """The rules as they were known: what is another now, by what it belongs to."""

    #: The plan with its bands and its scale, and what it counted.
    plan: Plan
    #: Accrual and direction by indicator.
    indicators: Mapping[int, tuple[str, str]]
    #: Measures by indicator, baselines among them.
    measures: Mapping[int, tuple[MeasureFacts, ...]]
    #: Thresholds of the levels by indicator.
    thresholds: Mapping[int, tuple[Decimal | None, ...]]
    changes: tuple[Restatement, ...]

    def facts(self, indicator_id: int, now: IndicatorFacts) -> IndicatorFacts:
        """An indicator by its own rules of that day, and on that day's scale where its levels were
        those of another."""
        if indicator_id in self.indicators:
            accrual, direction = self.indicators[indicator_id]
            now = now._replace(accrual=accrual, direction=direction)
        if indicator_id in self.measures:
            now = now._replace(measures=self.measures[indicator_id])
        if indicator_id not in self.thresholds:
            return now
        then = now._replace(thresholds=self.thresholds[indicator_id])
        return then if len(self.plan.worths) == len(now.scale) else self.on_scale(then)

    def on_scale(self, now: IndicatorFacts) -> IndicatorFacts:
        """An indicator on the plan's scale of that day."""
        scale = self.plan.worths
        edges = now.thresholds and (*now.thresholds, *[None] * len(scale))[: len(scale)]
        return now._replace(thresholds=edges, scale=scale)


def rules_as_known(plan: Plan, until: datetime, facts: Mapping[int, IndicatorFacts]) -> RulesKnown:
    """The plan's rules as known at ``until``; ``facts``: its indicators as they stand now.

    One query, and two or three more for each kind of thing that has changed since.
    """
    histories = {
        Plan: Plan.history.filter(id=plan.pk),
        Indicator: Indicator.history.filter(strategy__plan=plan),
        Measure: Measure.history.filter(indicator__strategy__plan=plan),
        Baseline: Baseline.history.filter(measure__indicator__strategy__plan=plan),
        LevelCriterion: LevelCriterion.history.filter(indicator__strategy__plan=plan),
    }
    names = [
        rows.filter(history_date__gte=until)
        .order_by()
        .values_list(Value(model.__name__), flat=True)
        for model, rows in histories.items()
    ]
    touched = set(names[0].union(*names[1:]))

    def changed(model: type[Record]) -> tuple[dict[int, Any], list[Any]]:
        return changed_since(histories[model], until) if model.__name__ in touched else ({}, [])

    planned, plans = changed(Plan)
    kept, indicators = changed(Indicator)
    was, measures = changed(Measure)
    stood, baselines = changed(Baseline)
    described, levels = changed(LevelCriterion)
    then = copy(plan)
    if plan.pk in planned:
        for name in Plan.judged_by:
            setattr(then, name, getattr(planned[plan.pk], name))
    # What the plan's own entry brought along has always held.
    new = {row.id for row in indicators if row.history_type == "+"}
    owners = {pk: owner for owner, own in facts.items() for pk in _ids(own)}
    owners |= {row.id: row.indicator_id for row in measures}
    told = [
        row
        for row in measures
        if row.history_type != "+" or row.history_user_id or row.indicator_id not in new
    ]
    added = {row.id for row in told if row.history_type == "+"}
    was = {pk: row for pk, row in was.items() if pk not in added}
    stood = {pk: row for pk, row in stood.items() if row.history_date < until}
    described = {
        pk: row
        for pk, row in described.items()
        if row.history_date < until or (row.indicator_id in new and not row.history_user_id)
    }
    return RulesKnown(
        then,
        {pk: (row.accrual, row.direction) for pk, row in kept.items()},
        _measures_back(facts, was, added, told, stood, baselines, owners),
        _levels_back(len(then.worths), described, levels, new),
        (
            *restatements(Plan, planned, plans, lambda row: None, titled=False),
            *restatements(Indicator, kept, indicators, lambda row: row.id),
            *restatements(Measure, was, told, lambda row: row.indicator_id, whole=True),
            *restatements(
                Baseline, stood, baselines, lambda row: owners.get(row.measure_id), whole=True
            ),
            *restatements(
                LevelCriterion,
                described,
                [row for row in levels if row.history_type != "+" or row.id not in described],
                lambda row: row.indicator_id,
                whole=True,
            ),
        ),
    )


def _ids(facts: IndicatorFacts) -> list[int]:
    return [measure.id for measure in facts.measures]


def _measures_back(
    facts: Mapping[int, IndicatorFacts],
    was: Mapping[int, Any],
    added: Container[int],
    told: Iterable[Any],
    stood: Mapping[int, Any],
    baselines: Iterable[Any],
    owners: Mapping[int, int],
) -> dict[int, tuple[MeasureFacts, ...]]:
    """The measures as they were, of the indicators whose measures or baselines changed."""
    changed_points = {row.id for row in baselines}
    touched = {row.indicator_id for row in told}
    touched |= {owners[row.measure_id] for row in baselines if row.measure_id in owners}
    points: dict[int, list[BaselinePoint]] = defaultdict(list)
    if changed_points:
        kept = Baseline.objects.filter(measure__indicator__in=touched).exclude(
            pk__in=changed_points
        )
        for row in [*kept, *stood.values()]:
            points[row.measure_id].append(BaselinePoint(row.fiscal_year, row.month, row.value))
    found = {}
    for owner in touched:
        measures = (
            {measure.id: measure for measure in facts[owner].measures} if owner in facts else {}
        )
        for pk, row in was.items():
            if row.indicator_id == owner:
                now = measures.get(pk, MeasureFacts(pk, label=row.label, unit_label=row.unit_label))
                measures[pk] = now._replace(kind=row.kind, whole=row.whole)
        if changed_points:
            measures = {
                pk: row._replace(baselines=tuple(points.get(pk, ())))
                for pk, row in measures.items()
            }
        found[owner] = tuple(row for pk, row in measures.items() if pk not in added)
    return found


def _levels_back(
    last: int, described: Mapping[int, Any], since: Iterable[Any], new: Container[int]
) -> dict[int, tuple[Decimal | None, ...]]:
    """The thresholds up to level ``last`` as they were, of the indicators whose levels changed.

    ``described``: the criteria changed since as they stood then. ``new``: indicators entered
    since, so that all of their criteria are among them. One query, where others are.
    """
    changed, touched = {row.id for row in since}, {row.indicator_id for row in since}
    older = [owner for owner in touched if owner not in new]
    kept: Iterable[LevelCriterion] = ()
    if older:
        kept = LevelCriterion.objects.filter(indicator__in=older).exclude(pk__in=changed)
    found: dict[int, dict[int, Decimal | None]] = {owner: {} for owner in touched}
    for row in [*kept, *described.values()]:
        if row.kind == LevelCriterion.Kind.LEVEL:
            found[row.indicator_id][row.level] = row.threshold
    return {
        owner: tuple(edges.get(level) for level in range(1, last + 1)) if edges else ()
        for owner, edges in found.items()
    }
