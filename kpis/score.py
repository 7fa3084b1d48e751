"""Scores from 1 to 5 by five level criteria. PURE. Source: docs/domain.md, "Score"."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from strategy.status import round2_fraction

LEVELS = range(1, 6)
_CENT = Decimal("0.01")


def are_thresholds(thresholds: Sequence[Decimal | None]) -> bool:
    """Whether these are five numbers that rise, or fall for what is better lower."""
    known = [edge for edge in thresholds if edge is not None]
    if len(known) != len(LEVELS) or len(thresholds) != len(LEVELS):
        return False
    pairs = list(zip(known, known[1:], strict=False))
    return all(low < high for low, high in pairs) or all(low > high for low, high in pairs)


def score(result: Decimal, thresholds: Sequence[Decimal]) -> Decimal:
    """The score of ``result``: i plus the way from t(i) to t(i+1); 1 to 5, two decimals.

    At or past t5 it is 5, before t1 it is 1. Falling thresholds score what is better lower.
    """
    if not are_thresholds(thresholds):
        raise ValueError("a score needs five thresholds that rise or fall")
    sign = 1 if thresholds[0] < thresholds[-1] else -1
    edges = [Fraction(edge) * sign for edge in thresholds]
    reached = Fraction(result) * sign
    if reached <= edges[0]:
        return Decimal("1.00")
    for level, (low, high) in enumerate(zip(edges, edges[1:], strict=False), start=1):
        if reached < high:
            exact = level + (reached - low) / (high - low)
            return round2_fraction(exact)
    return Decimal("5.00")


def score_of(
    result: Decimal | None, *, is_level: bool, thresholds: Sequence[Decimal | None]
) -> Decimal | None:
    """The score of an indicator with level criteria; None without them, or without a figure.

    Five thresholds make it; with steps of work as levels (``is_level``) it is the level reported.
    """
    if result is None or not thresholds:
        return None
    if are_thresholds(thresholds):
        return score(result, [edge for edge in thresholds if edge is not None])
    return result.quantize(_CENT) if is_level else None


def reached_level(
    result: Decimal | None, thresholds: Sequence[Decimal | None], *, is_level: bool
) -> int:
    """The highest level that a figure has reached; 0 for none.

    A level reported (``is_level``) is its own. Any other figure needs thresholds to reach one.
    """
    if result is None:
        return 0
    if not are_thresholds(thresholds):
        return int(result) if is_level else 0
    needed = next_level(result, [edge for edge in thresholds if edge is not None])
    return LEVELS[-1] if needed is None else needed[0] - 1


def next_level(result: Decimal | None, thresholds: Sequence[Decimal]) -> tuple[int, Decimal] | None:
    """The next level above ``result`` and the figure it needs; None at level 5."""
    rising = thresholds[0] < thresholds[-1]
    for level, edge in zip(LEVELS, thresholds, strict=True):
        if result is None or (result < edge if rising else result > edge):
            return level, edge
    return None
