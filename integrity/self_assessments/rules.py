"""Points by rubric: levels → criteria → groups → parts → total. PURE: fractions, no Django.

Source: docs/domain.md, "Model organisation". A level earns a share of its criterion's points;
of alternatives exactly one counts; parts with a weight make the total.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple


class Level(NamedTuple):
    """A described level and the share of the full points that it earns."""

    level: int
    share: Fraction


class CriterionFacts(NamedTuple):
    """A criterion. Without ``levels`` assessors score it in points; ``full`` None: the group's
    full points limit those of its criteria together."""

    id: int
    full: Decimal | None
    levels: tuple[Level, ...] = ()
    alternative: str = ""


class PartFacts(NamedTuple):
    """A part with its criteria; ``weight`` in per cent of the total, None: outside it.

    ``full``: the part's points in all. They alone measure what is earned, so that every page
    divides by the same; whether the criteria come to them is for who edits the rubric.
    """

    code: str
    weight: Decimal | None
    criteria: tuple[CriterionFacts, ...]
    full: Decimal


class Chosen(NamedTuple):
    """An answer: the level chosen, or the points given."""

    level: int | None = None
    points: Decimal | None = None


class Gain(NamedTuple):
    """What a higher level of a criterion would add to the total, in points of the total."""

    criterion_id: int
    level: int
    points: Fraction


class PartScore(NamedTuple):
    """A part's points so far, out of its full points; ``missing``: criteria not answered."""

    code: str
    points: Fraction
    full: Fraction
    weight: Decimal | None
    missing: tuple[int, ...]


class Score(NamedTuple):
    """An assessment as it stands; ``gains`` from the largest to the smallest."""

    parts: tuple[PartScore, ...]
    total: Fraction
    gains: tuple[Gain, ...]

    @property
    def missing(self) -> int:
        return sum(len(part.missing) for part in self.parts if part.weight is not None)


def points(criterion: CriterionFacts, chosen: Chosen | None) -> Fraction | None:
    """What an answer earns; None where there is none."""
    if chosen is None:
        return None
    if criterion.levels:
        shares = {level.level: level.share for level in criterion.levels}
        if chosen.level is None or chosen.level not in shares:
            return None
        return _full(criterion) * shares[chosen.level]
    return None if chosen.points is None else Fraction(chosen.points)


def _full(criterion: CriterionFacts) -> Fraction:
    return Fraction() if criterion.full is None else Fraction(criterion.full)


def _slots(criteria: Iterable[CriterionFacts]) -> list[list[CriterionFacts]]:
    """The criteria that count, each by itself, alternatives together."""
    slots: dict[str, list[CriterionFacts]] = {}
    for criterion in criteria:
        slots.setdefault(criterion.alternative or f"#{criterion.id}", []).append(criterion)
    return list(slots.values())


def _counting(slot: Sequence[CriterionFacts], chosen: Mapping[int, Chosen]) -> CriterionFacts:
    """The one of some alternatives that counts: the one answered, else the first."""
    answered = [c for c in slot if points(c, chosen.get(c.id)) is not None]
    return (answered or list(slot))[0]


def score(parts: Iterable[PartFacts], chosen: Mapping[int, Chosen]) -> Score:
    """The points of an assessment; ``chosen`` by criterion id."""
    found, gains, total = [], [], Fraction()
    for part in parts:
        earned, full, missing = Fraction(), Fraction(part.full), []
        for slot in _slots(part.criteria):
            criterion = _counting(slot, chosen)
            held = points(criterion, chosen.get(criterion.id))
            if held is None:
                missing.append(criterion.id)
            earned += held or 0
        if part.weight is not None and full:
            # What a point of this part is worth in the total.
            scale = Fraction(part.weight) / full
            total += earned * scale
            gains += _gains(part.criteria, chosen, scale)
        found.append(PartScore(part.code, earned, full, part.weight, tuple(missing)))
    gains.sort(key=lambda gain: (-gain.points, gain.criterion_id, gain.level))
    return Score(tuple(found), total, tuple(gains))


def _gains(
    criteria: Iterable[CriterionFacts], chosen: Mapping[int, Chosen], scale: Fraction
) -> list[Gain]:
    """For each criterion the next level up and what it would add; alternatives count once."""
    gains = []
    for slot in _slots(criteria):
        criterion = _counting(slot, chosen)
        held = points(criterion, chosen.get(criterion.id)) or Fraction()
        for level in sorted(criterion.levels):
            reached = _full(criterion) * level.share
            if reached > held:
                gains.append(Gain(criterion.id, level.level, (reached - held) * scale))
                break
    return gains


def full_points(criteria: Iterable[CriterionFacts]) -> Fraction:
    """What some criteria come to together; alternatives count once, those without points not."""
    return sum((max(map(_full, slot)) for slot in _slots(criteria)), Fraction())


def clashing(criteria: Iterable[CriterionFacts], chosen: Mapping[int, Chosen]) -> set[str]:
    """The alternatives of which more than one is answered."""
    return {
        slot[0].alternative
        for slot in _slots(criteria)
        if sum(points(c, chosen.get(c.id)) is not None for c in slot) > 1
    }
