"""How a figure was computed, in sentences that a pocket calculator bears out.

Each names the rule that was really used, and prints what it was used on with every decimal, or as
a fraction where the decimals do not end. Source: docs/domain.md, "Explained as computed".
"""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kpis.read.rows import Cell, IndicatorRow
from kpis.rules import expected as lines
from kpis.rules.expected import Expected, Stretch
from kpis.rules.facts import LOWER, PER_YEAR, Counted, IndicatorFacts
from kpis.rules.judging import MeasureStanding
from kpis.rules.score import are_thresholds, reached_level
from strategy.standing.status import NO_CASES, NO_TARGET
from strategy.thai import format_exact, format_number

_FOUR = Decimal("0.0001")

#: Why so much was expected, by the rule that said so.
_RULES = {
    lines.WHOLE_TARGET: gettext_lazy("a rate: the whole target in any month"),
    lines.YEAR_END: gettext_lazy("the end of the year: the whole target"),
    lines.FROM_ZERO: gettext_lazy("cumulative, with no earlier target and no baseline: from 0"),
    lines.FROM_PREVIOUS: gettext_lazy(
        "cumulative: from the previous target to this one, by months"
    ),
    lines.FROM_BASELINE: gettext_lazy("cumulative: from the baseline to the target, by months"),
    lines.PLANNED: gettext_lazy("by the figures planned for the quarters"),
    lines.NOT_ABOVE_BASELINE: gettext_lazy(
        "the target is not above the baseline, so all of it is expected"
    ),
    lines.LOWER_WITHOUT_PREVIOUS: gettext_lazy(
        "lower is better, with no earlier target and no baseline: the whole target"
    ),
}
_EACH_YEAR = gettext_lazy("starts from 0 each year: target × month ÷ 12")


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
    if not standing.measures:
        return [_of_score(cell), _rounding()]
    told = []
    for measure in standing.measures:
        told.extend(_explain_measure(row, cell, measure))
    if len(standing.measures) > 1:
        told.append(
            _(
                "Every measure has to be met, so the lowest counts: "
                "achievement %(a)s, of expected %(e)s."
            )
            % {"a": standing.achievement, "e": standing.of_expected}
        )
    told.append(_rounding())
    if standing.hurry:
        told.append(
            _("To be hurried: on plan only because whole things were expected rounded down.")
        )
    return told


def _rounding() -> str:
    return _("Rounded half up to 2 decimals, once, at the end; the status is judged on that.")


def _of_score(cell: Cell) -> str:
    """The highest level is the promise of what is scored and has no target."""
    return _(
        "Of expected = %(score)s ÷ %(top)s × 100 = %(percent)s: the highest level is promised."
    ) % {
        "score": cell.score,
        "top": format_exact(cell.facts.scale[-1]),
        "percent": cell.standing.of_expected,
    }


def _explain_milestone(cell: Cell) -> list[str]:
    assert cell.figure is not None and cell.figure.percent is not None
    standing, percent = cell.standing, format_exact(cell.figure.percent)
    line = lines.milestone_line(cell.figure.month, cell.promise.due_month)
    if line.den == 1:
        due = _("Expected by %(month)s = 100%%: the month in which it is due has come.")
        text = due % {"month": cell.as_of_name}
    else:
        text = _(
            "Expected by %(month)s = %(sum)s = %(expected)s%%: months gone ÷ months to the due one."
        ) % {
            "month": cell.as_of_name,
            "sum": f"100 × {cell.figure.month} ÷ {line.den}",
            "expected": standing.expected_percent,
        }
    return [
        _("Achievement = progress of the milestone = %(percent)s%%.") % {"percent": percent},
        text,
        _("Of expected = %(sum)s = %(percent)s.")
        % {
            "sum": f"{percent} ÷ {_goal(line, cell.figure.month)} × 100",
            "percent": standing.of_expected,
        },
        _rounding(),
    ]


def _explain_measure(row: IndicatorRow, cell: Cell, measure: MeasureStanding) -> list[str]:
    assert cell.figure is not None
    labels = {fact.id: fact.label for fact in row.facts.measures}
    label = labels.get(measure.measure_id) or ""
    prefix = f"{label}: " if label else ""
    counted = cell.figure.counted.get(measure.measure_id)
    result, month = _operand(measure.result, counted), cell.figure.month
    told = []
    if counted is not None:
        told.append(
            _("Result = %(numerator)s ÷ %(denominator)s × 100 = %(percent)s.")
            % {
                "numerator": format_exact(counted.numerator),
                "denominator": format_exact(counted.denominator),
                "percent": _cut(measure.result),
            }
        )
    reached = _("Achievement = %(sum)s = %(percent)s.") % {
        "sum": _share(result, format_exact(measure.target), row.facts),
        "percent": measure.achievement,
    }
    if measure.target == 0:
        reached = _of_nothing(
            _("Achievement = %(percent)s: the target is 0"),
            measure.achievement,
            measure.result,
            row.facts,
        )
    told += [reached, _expected(row.facts, cell, measure)]
    if measure.line.num == 0:
        told.append(
            _of_nothing(
                _("Of expected = %(percent)s: 0 was expected"),
                measure.of_expected,
                measure.result,
                row.facts,
            )
        )
    else:
        told.append(
            _("Of expected = %(sum)s = %(percent)s.")
            % {
                "sum": _share(result, _goal(measure.line, month), row.facts),
                "percent": measure.of_expected,
            }
        )
    return [prefix + line for line in told]


def _share(result: str, goal: str, facts: IndicatorFacts) -> str:
    if facts.direction == LOWER:
        return _("(2 − %(result)s ÷ %(goal)s) × 100, not below 0") % {
            "result": result,
            "goal": goal,
        }
    return f"{result} ÷ {goal} × 100"


def _of_nothing(head: str, percent: Decimal, result: Decimal, facts: IndicatorFacts) -> str:
    """Against 0 nothing is divided: met, but for what is better lower and is not 0 itself."""
    if facts.direction == LOWER and result != 0:
        end = _("%(told)s, and the result is above it.")
    elif facts.direction == LOWER:
        end = _("%(told)s, and so is the result.")
    else:
        end = _("%(told)s, which any result meets.")
    return end % {"told": head % {"percent": percent}}


def _operand(value: Decimal, counted: Counted | None) -> str:
    """A figure with all its decimals; as it was counted where they do not end."""
    if counted is None or _ends(value):
        return format_exact(value)
    top, bottom = format_exact(counted.numerator), format_exact(counted.denominator)
    return f"({top} × 100 ÷ {bottom})"


def _ends(value: Decimal) -> bool:
    return value == value.quantize(_FOUR)


def _cut(value: Decimal) -> str:
    """Up to four decimals, and a sign that there are more."""
    if _ends(value):
        return format_exact(value)
    return f"{format_exact(value.quantize(_FOUR, ROUND_DOWN))}…"


def _goal(line: Expected, month: int) -> str:
    """What was expected, to divide by."""
    if line.den == 1 or _ends(line.value) or line.stretch is None:
        return format_exact(line.value)
    return f"({_sum(line.stretch, month)})"


def _sum(stretch: Stretch, month: int) -> str:
    """A straight line between two figures, read at a month."""
    gone, span = month - stretch.start_month, stretch.end_month - stretch.start_month
    start, end = format_exact(stretch.start), format_exact(stretch.end)
    if stretch.start == 0:
        return f"{end} × {gone} ÷ {span}"
    return f"{start} + ({end} − {start}) × {gone} ÷ {span}"


def _expected(facts: IndicatorFacts, cell: Cell, measure: MeasureStanding) -> str:
    """What was expected, by which rule, and from which figures."""
    assert cell.figure is not None
    line = measure.line
    rule = _RULES[line.rule]
    if line.rule == lines.FROM_ZERO and facts.accrual == PER_YEAR:
        rule = _EACH_YEAR
    shown = format_exact(line.num) if line.den == 1 else _cut(line.value)
    if line.stretch is None:
        told = shown
    elif line.unrounded is None:
        told = f"{_sum(line.stretch, cell.figure.month)} = {shown}"
    else:
        told = f"{_sum(line.stretch, cell.figure.month)} = {_cut(line.unrounded)}"
        if line.unrounded > line.num:
            told = _("%(sum)s, whole things rounded down: %(shown)s") % {
                "sum": told,
                "shown": shown,
            }
        elif line.unrounded < line.num:
            told = _("%(sum)s, whole things rounded up: %(shown)s") % {"sum": told, "shown": shown}
    return _("Expected by %(month)s = %(expected)s (%(rule)s).") % {
        "month": cell.as_of_name,
        "expected": told,
        "rule": str(rule),
    }


def explain_score(cell: Cell) -> list[str]:
    """How the score came about; nothing where there are no level criteria."""
    if not cell.has_levels:
        return []
    if cell.is_unstated:
        return [_("The report does not say which level was reached, so there is no score.")]
    thresholds, scale = cell.facts.thresholds, cell.facts.scale
    value, score = cell.value, cell.score
    if value is None:
        return []
    if score is None:
        return [_("There is no score while not every level of the scale has a threshold.")]
    edges = [edge for edge in thresholds if edge is not None]
    level = reached_level(value, thresholds, is_level=cell.is_level, scale=scale)
    if not are_thresholds(thresholds, scale):
        if score == level:
            return [_("Score = the level reported.")]
        return [
            _("Score = %(score)s: what level %(level)s is worth.")
            % {"score": format_exact(score), "level": level}
        ]
    if level == len(scale):
        return [
            _("Score = %(score)s: the figure has reached the threshold of level %(level)s.")
            % {"score": format_exact(scale[-1]), "level": level}
        ]
    if level == 0 or value == edges[0]:
        return [
            _("Score = %(score)s: the figure is not beyond the threshold of level 1.")
            % {"score": format_exact(scale[0])}
        ]
    assert cell.figure is not None
    counted = cell.figure.counted.get(cell.facts.measures[0].id)
    rise = scale[level] - scale[level - 1]
    return [
        _("Score = %(level)s + (%(value)s − %(low)s) ÷ (%(high)s − %(low)s)%(rise)s = %(score)s.")
        % {
            "level": format_exact(scale[level - 1]),
            "value": _operand(value, counted),
            "low": format_number(edges[level - 1]),
            "high": format_number(edges[level]),
            "rise": "" if rise == 1 else f" × {format_exact(rise)}",
            "score": score,
        }
    ]
