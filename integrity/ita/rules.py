"""ITA scores up the tree: parts → items → indicators (→ parts) → instruments → total.

Pure: no Django, no clock, no float; fractions, so that nothing is rounded before it is shown.
Source: docs/domain.md, "ITA".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import NamedTuple

from strategy.standing.status import round2_fraction

_CENT = Decimal("0.01")

#: A computed score further from the published one than this is flagged.
TOLERANCE = Decimal("0.01")


class Node(NamedTuple):
    """A scored thing. ``published`` as the source has it, 0–100, or None.

    ``rest``: the score of the parts that are not listed singly; ``size``: how many parts there
    are in all. ``complete`` off: the source lists only some of the parts, so that nothing can be
    computed from them.
    """

    published: Decimal | None = None
    parts: tuple[Node, ...] = ()
    rest: Decimal | None = None
    size: int | None = None
    complete: bool = True


def computed(node: Node) -> Fraction | None:
    """The mean of a node's parts; None where it has none or not all of them are known."""
    if not node.complete or (not node.parts and node.rest is None):
        return None
    values = [value(part) for part in node.parts]
    known = [score for score in values if score is not None]
    if len(known) < len(values):
        return None
    if node.rest is None:
        if node.size is not None and node.size != len(known):
            return None
        return _mean(known)
    if not node.parts:
        return Fraction(node.rest)
    if node.size is None or node.size < len(known):
        return None
    return (sum(known, Fraction()) + Fraction(node.rest) * (node.size - len(known))) / node.size


def value(node: Node) -> Fraction | None:
    """What a node counts for further up: computed where it can be, else as published."""
    return counted(computed(node), node.published)


def counted(computed: Fraction | None, published: Decimal | None) -> Fraction | None:
    """What a score counts for further up: as computed where it can be, else as published."""
    if computed is None and published is not None:
        return Fraction(published)
    return computed


def _mean(scores: Sequence[Fraction]) -> Fraction | None:
    return sum(scores, Fraction()) / len(scores) if scores else None


def mean(nodes: Iterable[Node]) -> Fraction | None:
    """The mean of several nodes (an instrument's indicators); None unless all are known."""
    scores = [value(node) for node in nodes]
    known = [score for score in scores if score is not None]
    return _mean(known) if len(known) == len(scores) else None


def instrument(
    indicators: Iterable[Node], parts: Sequence[tuple[Fraction | None, Decimal]] = ()
) -> Fraction | None:
    """An instrument's score: the mean of its indicators, or of its ``parts`` by their weights.

    ``parts`` as (what the part counts for, weight), ``indicators`` those that are in none of
    them. Where there are both, nothing says what the latter count for: None.
    """
    outside = tuple(indicators)
    if not parts:
        return mean(outside)
    return None if outside else total(parts)


def total(instruments: Iterable[tuple[Fraction | None, Decimal]]) -> Fraction | None:
    """The weighted total of (instrument's score, weight) pairs; None unless all are known."""
    pairs = list(instruments)
    weights = sum((Fraction(weight) for _score, weight in pairs), Fraction())
    if not weights:
        return None
    summed = Fraction()
    for score, weight in pairs:
        if score is None:
            return None
        summed += score * Fraction(weight)
    return summed / weights


def round2(score: Fraction | None) -> Decimal | None:
    """A score as shown: half up to two decimals."""
    return None if score is None else round2_fraction(score)


def differs(score: Fraction | None, published: Decimal | None) -> bool:
    """Whether a computed score, as shown, is further from the published one than 0.01."""
    shown = round2(score)
    if shown is None or published is None:
        return False
    return abs(shown - published) > TOLERANCE


class Grade(NamedTuple):
    """A grade of a year's scale: the least total, and the least of each instrument, if any."""

    label: str
    at_least: Decimal
    each_at_least: Decimal | None = None


def grade(
    score: Decimal | None, scale: Iterable[Grade], instruments: Sequence[Decimal | None] = ()
) -> str:
    """The grade of a total as shown: the highest whose edges it reaches; "" without a total.

    ``instruments``: their scores as shown. While one is not known, a grade that asks for a least
    score of each cannot be told, and neither can what lies below it: "".
    """
    if score is None:
        return ""
    for step in sorted(scale, key=lambda step: step.at_least, reverse=True):
        if score < step.at_least:
            continue
        if step.each_at_least is None:
            return step.label
        known = [held for held in instruments if held is not None]
        if any(held < step.each_at_least for held in known):
            continue
        return step.label if known and len(known) == len(instruments) else ""
    return ""


class Change(NamedTuple):
    """From one year to the next: points, and per cent of the earlier score; rounded."""

    points: Decimal
    percent: Decimal | None


def change(before: Decimal | None, after: Decimal | None) -> Change | None:
    """How far a score moved; None unless both years have one."""
    if before is None or after is None:
        return None
    points = after - before
    percent = None
    if before:
        percent = (points * 100 / before).quantize(_CENT, ROUND_HALF_UP)
    return Change(points.quantize(_CENT, ROUND_HALF_UP), percent)
