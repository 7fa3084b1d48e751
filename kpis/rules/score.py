"""Scores by level criteria, on the plan's scale, and their mean.

PURE. Source: docs/domain.md, "Score".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import NamedTuple

from kpis.rules.facts import ONE_TO_FIVE
from strategy.standing.status import round2_fraction
from strategy.standing.worths import MOST

#: The levels that a scale can have at most.
LEVELS = range(1, MOST + 1)
_CENT = Decimal("0.01")
_FOUR = Decimal("0.0001")


def are_thresholds(
    thresholds: Sequence[Decimal | None], scale: Sequence[Decimal] = ONE_TO_FIVE
) -> bool:
    """Whether these are a number for each level that rise, or fall for what is better lower."""
    known = [edge for edge in thresholds if edge is not None]
    if len(known) != len(scale) or len(thresholds) != len(scale):
        return False
    pairs = list(zip(known, known[1:], strict=False))
    return all(low < high for low, high in pairs) or all(low > high for low, high in pairs)


def score(
    result: Decimal, thresholds: Sequence[Decimal], scale: Sequence[Decimal] = ONE_TO_FIVE
) -> Decimal:
    """The score of ``result``, two decimals: in proportion between two thresholds.

    At or past the last one it is the scale's highest value, before the first its lowest. Falling
    thresholds score what is better lower.
    """
    if not are_thresholds(thresholds, scale):
        raise ValueError("a score needs a threshold for each level, and they rise or fall")
    sign = 1 if thresholds[0] < thresholds[-1] else -1
    edges = [Fraction(edge) * sign for edge in thresholds]
    worth = [Fraction(value) for value in scale]
    reached = Fraction(result) * sign
    if reached <= edges[0]:
        return scale[0].quantize(_CENT)
    for place in range(1, len(edges)):
        if reached < edges[place]:
            way = (reached - edges[place - 1]) / (edges[place] - edges[place - 1])
            return round2_fraction(worth[place - 1] + way * (worth[place] - worth[place - 1]))
    return scale[-1].quantize(_CENT)


def score_of(
    result: Decimal | None,
    *,
    is_level: bool,
    thresholds: Sequence[Decimal | None],
    scale: Sequence[Decimal] = ONE_TO_FIVE,
) -> Decimal | None:
    """The score of an indicator with level criteria; None without them, or without a figure.

    Thresholds make it; with steps of work as levels (``is_level``) it is what the level reported
    is worth, 0 for one that has not been started.
    """
    if result is None or not thresholds:
        return None
    if are_thresholds(thresholds, scale):
        return score(result, [edge for edge in thresholds if edge is not None], scale)
    if not is_level or not 0 <= result <= len(scale):
        return None
    level = int(result)
    return (scale[level - 1] if level else Decimal(0)).quantize(_CENT)


def reached_level(
    result: Decimal | None,
    thresholds: Sequence[Decimal | None],
    *,
    is_level: bool,
    scale: Sequence[Decimal] = ONE_TO_FIVE,
) -> int:
    """The highest level that a figure has reached; 0 for none.

    A level reported (``is_level``) is its own. Any other figure needs thresholds to reach one.
    """
    if result is None:
        return 0
    if not are_thresholds(thresholds, scale):
        return int(result) if is_level else 0
    needed = next_level(result, [edge for edge in thresholds if edge is not None])
    return len(scale) if needed is None else needed[0] - 1


def next_level(result: Decimal | None, thresholds: Sequence[Decimal]) -> tuple[int, Decimal] | None:
    """The next level above ``result`` and the figure it needs; None at the highest."""
    rising = thresholds[0] < thresholds[-1]
    for level, edge in enumerate(thresholds, start=1):
        if result is None or (result < edge if rising else result > edge):
            return level, edge
    return None


class ScoreMean(NamedTuple):
    """The weighted mean of scores, four decimals, and of how many indicators it speaks.

    ``described``: the indicators with level criteria, ``scored`` those with a current score.
    """

    mean: Decimal | None
    scored: int
    described: int


def mean_score(scores: Iterable[tuple[Decimal | None, Decimal]]) -> ScoreMean:
    """Σ weight × score ÷ Σ weight over (score, weight); None stands for no current score."""
    total = weights = Decimal(0)
    scored = described = 0
    for value, weight in scores:
        described += 1
        if value is not None:
            scored += 1
            total += value * weight
            weights += weight
    mean = (total / weights).quantize(_FOUR, ROUND_HALF_UP) if weights else None
    return ScoreMean(mean, scored, described)
