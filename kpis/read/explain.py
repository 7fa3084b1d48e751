"""How a figure was computed, in sentences: the rule, its inputs, the rounding."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kpis.read.rows import Cell, IndicatorRow
from kpis.rules.facts import CUMULATIVE, LEVEL, LOWER, PER_YEAR, RATE
from kpis.rules.judging import MeasureStanding
from kpis.rules.score import LEVELS, are_thresholds, reached_level
from strategy.standing.status import NO_CASES, NO_TARGET
from strategy.thai import format_number

_RULES = {
    RATE: gettext_lazy("a rate: the whole target in any month"),
    PER_YEAR: gettext_lazy("starts from 0 each year: target × month ÷ 12"),
    CUMULATIVE: gettext_lazy("cumulative: from the previous target to this one, by months"),
}


def explain(row: IndicatorRow, cell: Cell) -> list[str]:
    """What the cell's achievement and "of expected" are made of, one sentence a step."""
    standing = cell.standing
    if standing.status == NO_TARGET:
        return [_("There is no target this year, so nothing is computed.")]
    if standing.status == NO_CASES:
        return [_("There was nothing to measure: reported, but outside every average.")]
    if not standing.counts:
        return [_("There is no current figure, so nothing is computed.")]
    if cell.is_milestone:
        return _explain_milestone(cell)
    lines = []
    for measure in standing.measures:
        lines.extend(_explain_measure(row, cell, measure))
    if len(standing.measures) > 1:
        lines.append(
            _(
                "Every measure has to be met, so the lowest counts: "
                "achievement %(a)s, of expected %(e)s."
            )
            % {"a": standing.achievement, "e": standing.of_expected}
        )
    lines.append(_rounding())
    return lines


def _rounding() -> str:
    return _("Rounded half up to 2 decimals, once, at the end; the status is judged on that.")


def _explain_milestone(cell: Cell) -> list[str]:
    standing = cell.standing
    return [
        _("Achievement = progress of the milestone = %(percent)s%%.")
        % {"percent": standing.achievement},
        _("Expected by %(month)s = %(expected)s%%: 100 × months gone ÷ months to the due month.")
        % {"month": cell.as_of_name, "expected": standing.expected_percent},
        _("Of expected = %(percent)s ÷ %(expected)s × 100 = %(result)s.")
        % {
            "percent": standing.achievement,
            "expected": standing.expected_percent,
            "result": standing.of_expected,
        },
        _rounding(),
    ]


def _explain_measure(row: IndicatorRow, cell: Cell, measure: MeasureStanding) -> list[str]:
    assert measure.target is not None and measure.result is not None
    assert measure.expected is not None
    labels = {fact.id: fact.label for fact in row.facts.measures}
    label = labels.get(measure.measure_id) or ""
    prefix = f"{label}: " if label else ""
    return [
        prefix
        + _("Achievement = %(sum)s = %(percent)s.")
        % {
            "sum": _division(measure.result, measure.target, row.facts.direction),
            "percent": measure.achievement,
        },
        prefix + _expected(row, cell, measure.expected),
        prefix
        + _("Of expected = %(sum)s = %(percent)s.")
        % {
            "sum": _division(measure.result, measure.expected, row.facts.direction),
            "percent": measure.of_expected,
        },
    ]


def _division(result: Decimal, goal: Decimal, direction: str) -> str:
    if goal == 0:
        return _("target 0")
    top, bottom = format_number(result), format_number(goal)
    if direction == LOWER:
        return f"(2 − {top} ÷ {bottom}) × 100"
    return f"{top} ÷ {bottom} × 100"


def _expected(row: IndicatorRow, cell: Cell, expected: Decimal) -> str:
    text = _("Expected by %(month)s = %(expected)s (%(rule)s).") % {
        "month": cell.as_of_name,
        "expected": format_number(expected),
        "rule": str(_RULES[row.facts.accrual]),
    }
    if any(measure.whole or measure.kind == LEVEL for measure in row.facts.measures):
        text += " " + _("Whole things are expected rounded down.")
    return text


def explain_score(cell: Cell) -> list[str]:
    """How the score came about; nothing where there are no level criteria."""
    if not cell.has_levels:
        return []
    if cell.is_unstated:
        return [_("The report does not say which level was reached, so there is no score.")]
    thresholds, value, score = cell.facts.thresholds, cell.value, cell.score
    if value is None or score is None:
        return []
    edges = [edge for edge in thresholds if edge is not None]
    if not are_thresholds(thresholds):
        return [_("Score = the level reported.")]
    level = reached_level(value, thresholds, is_level=cell.is_level)
    if level == LEVELS[-1]:
        return [_("Score = 5: the figure has reached the threshold of level 5.")]
    if level == 0 or value == edges[0]:
        return [_("Score = 1: the figure is not beyond the threshold of level 1.")]
    low, high = edges[level - 1], edges[level]
    return [
        _("Score = %(level)s + (%(value)s − %(low)s) ÷ (%(high)s − %(low)s) = %(score)s.")
        % {
            "level": level,
            "value": format_number(value),
            "low": format_number(low),
            "high": format_number(high),
            "score": score,
        }
    ]
