"""What is to be known of indicators before a figure of theirs is looked at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import NamedTuple

from kpis.models import Indicator, LevelCriterion
from kpis.read.standing import facts_of, with_levels
from kpis.rules.facts import IndicatorFacts
from strategy.models import Plan


class Ground(NamedTuple):
    """By indicator: its facts, its plan, and its levels and steps that are described, by kind."""

    facts: Mapping[int, IndicatorFacts]
    plans: Mapping[int, Plan]
    described: Mapping[int, Mapping[str, set[int]]]


def ground_of(ids: Collection[int], years: Collection[int]) -> Ground:
    """The ground of some indicators for figures of ``years``. Five queries; six for those of a
    scorecard."""
    indicators = Indicator.objects.filter(pk__in=ids)
    facts = facts_of(indicators, years=years)
    plan_ids = dict(indicators.order_by().values_list("pk", "strategy__plan_id"))
    found = Plan.every.in_bulk(set(plan_ids.values()))
    plans: dict[int, Plan] = {pk: found[plan] for pk, plan in plan_ids.items()}
    described: dict[int, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    if any(plan.is_scorecard for plan in found.values()):
        levels = []
        for pk, kind, level, threshold in LevelCriterion.objects.filter(
            indicator__in=ids
        ).values_list("indicator_id", "kind", "level", "threshold"):
            described[pk][kind].add(level)
            if kind == LevelCriterion.Kind.LEVEL:
                levels.append((pk, level, threshold))
        facts = with_levels(facts, plans, levels)
    return Ground(facts, plans, described)
