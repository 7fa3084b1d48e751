"""Figures, targets and what is owed of them in words, as pages, JSON and workbooks print them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType

from django.utils.translation import gettext as _

from kpis.models import Result
from kpis.rules.facts import LEVEL, NUMERIC, ZERO, Figure, IndicatorFacts, TargetFacts
from kpis.rules.judging import MeasureStanding, Outstanding
from strategy.standing.status import HUNDRED
from strategy.thai import format_exact, format_number


def join_values(values: Sequence[Decimal | None]) -> str | None:
    """Several measures as one text, "22/12"; None without a single figure."""
    return _joined([None if value is None else format_number(value) for value in values])


def _joined(texts: Sequence[str | None]) -> str | None:
    if all(text is None for text in texts):
        return None
    return "/".join("–" if text is None else text for text in texts)


def told_apart(measure: MeasureStanding) -> str | None:
    """A result with as many decimals as tell it from what it falls short of; None if two do."""
    for goal in (measure.target, measure.expected):
        if measure.result == goal or format_number(measure.result) != format_number(goal):
            continue
        for places in range(3, 13):
            step = Decimal(1).scaleb(-places)
            shown = measure.result.quantize(step, ROUND_HALF_UP)
            if shown != goal.quantize(step, ROUND_HALF_UP):
                return format_exact(shown)
    return None


def target_text(facts: IndicatorFacts, target: TargetFacts) -> str | None:
    """A year's target as shown: "20/15", a milestone's words, None for "-"."""
    if target.kind == NUMERIC:
        return join_values(
            [target.values[m.id].value for m in facts.measures if m.id in target.values]
        )
    return target.milestone or None


def progress_text(percent: Decimal) -> str:
    """Progress of a milestone in words."""
    if percent == 0:
        return _("not started")
    if percent == 100:
        return _("done")
    return f"{format_number(percent)}%"


def result_text(
    facts: IndicatorFacts, figure: Figure, told: Mapping[int, str] = MappingProxyType({})
) -> str | None:
    """A figure as shown. ``told``: measures, by id, that are to be shown in other words."""
    if figure.no_cases:
        return _("no cases")
    if figure.percent is not None:
        return progress_text(figure.percent)
    if figure.is_unstated:
        return unstated_text(facts)
    if not told:
        return join_values([figure.values.get(m.id) for m in facts.measures])
    values = figure.values
    return _joined(
        [
            told.get(m.id) or (format_number(values[m.id]) if m.id in values else None)
            for m in facts.measures
        ]
    )


def unstated_text(facts: IndicatorFacts) -> str:
    """That a published report gives no figure."""
    if all(measure.kind == LEVEL for measure in facts.measures):
        return _("level not stated")
    return _("figure not stated")


def outstanding_text(owed: Outstanding) -> str:
    """What is still owed of an earlier year: "ค้าง 80/100 (2568)"."""
    pairs = ", ".join(
        f"{'–' if result is None else format_number(result)}/{format_number(goal)}"
        for result, goal in zip(owed.results, owed.targets, strict=True)
    )
    return _("outstanding %(figures)s (%(year)s)") % {"figures": pairs, "year": owed.year}


def progress_percent(progress: str, percent: Decimal | None) -> Decimal | None:
    """Progress as reported to per cent: not started 0, done 100."""
    if progress == Result.Progress.NOT_STARTED:
        return ZERO
    if progress == Result.Progress.DONE:
        return HUNDRED
    return percent if progress == Result.Progress.IN_PROGRESS else None
