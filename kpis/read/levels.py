"""How far a figure has come on an indicator's level criteria; source: docs/domain.md, "Score"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from kpis.models import Indicator, LevelCriterion
from kpis.read.rows import Cell
from kpis.rules.score import LEVELS, are_thresholds, next_level, reached_level
from strategy.thai import format_exact, format_number


@dataclass(frozen=True, slots=True)
class Criterion:
    """A level or step as it is described; ``reached``: by the figure that is shown."""

    level: int
    text: str
    threshold: Decimal | None
    reached: bool


@dataclass(frozen=True, slots=True)
class Ladder:
    """An indicator's level criteria beside a figure.

    ``at``: the level that the figure has reached, 0 for none. ``needed``: what the next level
    asks for, in words; "" at the highest, and where no level was stated or can be told.
    """

    levels: tuple[Criterion, ...]
    steps: tuple[Criterion, ...]
    score: Decimal | None
    at: int
    needed: str

    @property
    def has_thresholds(self) -> bool:
        return any(level.threshold is not None for level in self.levels)

    @property
    def thresholds(self) -> str:
        """The five thresholds for a script to score with; "" where levels are steps of work."""
        edges = [level.threshold for level in self.levels]
        if not are_thresholds(edges):
            return ""
        return " ".join(format_exact(edge).replace(",", "") for edge in edges if edge is not None)


def ladder(indicator: Indicator, cell: Cell, steps_done: Sequence[int] = ()) -> Ladder | None:
    """The levels of an indicator; None where none are described. One query."""
    rows = list(LevelCriterion.objects.filter(indicator=indicator).order_by("level"))
    levels = [row for row in rows if row.kind == LevelCriterion.Kind.LEVEL]
    if not rows:
        return None
    by_level = {row.level: row for row in levels}
    thresholds = [by_level[at].threshold if at in by_level else None for at in LEVELS]
    at = reached_level(cell.value, thresholds, is_level=cell.is_level)
    return Ladder(
        levels=tuple(
            Criterion(row.level, row.text, row.threshold, row.level <= at) for row in levels
        ),
        steps=tuple(
            Criterion(row.level, row.text, None, row.level in steps_done)
            for row in rows
            if row.kind == LevelCriterion.Kind.STEP
        ),
        score=cell.score,
        at=at,
        needed="" if cell.is_unstated else _needed(cell, thresholds, by_level, at),
    )


def _needed(
    cell: Cell,
    thresholds: Sequence[Decimal | None],
    by_level: dict[int, LevelCriterion],
    at: int,
) -> str:
    """What the next level asks for: a figure, and how far it is; or a step of work."""
    value = cell.value
    if are_thresholds(thresholds):
        following = next_level(value, [edge for edge in thresholds if edge is not None])
        if following is None:
            return ""
        level, edge = following
        if value is None:
            return _("level %(level)s needs %(figure)s") % {
                "level": level,
                "figure": format_exact(edge),
            }
        return _("level %(level)s needs %(figure)s, which is %(gap)s away") % {
            "level": level,
            "figure": format_exact(edge),
            "gap": format_number(abs(edge - value)),
        }
    if not cell.is_level:
        return ""
    above = [row for level, row in sorted(by_level.items()) if level > at]
    if not above:
        return ""
    return _("level %(level)s: %(text)s") % {"level": above[0].level, "text": above[0].text}
