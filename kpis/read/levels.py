"""How far a figure has come on an indicator's level criteria; source: docs/domain.md, "Score"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from kpis.models import Indicator, LevelCriterion
from kpis.read.rows import Cell
from kpis.rules.facts import ONE_TO_FIVE
from kpis.rules.score import are_thresholds, next_level, reached_level
from strategy.thai import format_exact, format_number, plain


@dataclass(frozen=True, slots=True)
class Criterion:
    """A level or step as it is described; ``reached``: by the figure that is shown."""

    level: int
    text: str
    threshold: Decimal | None
    reached: bool
    #: What reaching it scores; None for a step.
    worth: Decimal | None = None


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
    #: What reaching each level of the plan's scale is worth.
    scale: tuple[Decimal, ...] = ONE_TO_FIVE

    @property
    def top(self) -> Decimal:
        return self.scale[-1]

    @property
    def has_worths(self) -> bool:
        """Some level is worth something else than its own number."""
        return any(row.worth != row.level for row in self.levels)

    @property
    def has_thresholds(self) -> bool:
        return any(level.threshold is not None for level in self.levels)

    @property
    def thresholds(self) -> str:
        """The thresholds for a script to score with; "" where levels are steps of work."""
        edges = [level.threshold for level in self.levels]
        if not are_thresholds(edges, self.scale):
            return ""
        return " ".join(str(plain(edge)) for edge in edges)

    @property
    def worths(self) -> str:
        """What the levels are worth, for the same script."""
        return " ".join(str(plain(worth)) for worth in self.scale)


def ladder(indicator: Indicator, cell: Cell, steps_done: Sequence[int] = ()) -> Ladder | None:
    """The levels of an indicator; None where none are described. One query."""
    scale = cell.facts.scale
    own = LevelCriterion.objects.filter(indicator=indicator, level__lte=len(scale))
    rows = list(own.order_by("level"))
    levels = [row for row in rows if row.kind == LevelCriterion.Kind.LEVEL]
    if not rows:
        return None
    by_level = {row.level: row for row in levels}
    thresholds = [
        by_level[at].threshold if at in by_level else None for at in range(1, len(scale) + 1)
    ]
    at = reached_level(cell.value, thresholds, is_level=cell.is_level, scale=scale)
    return Ladder(
        levels=tuple(
            Criterion(row.level, row.text, row.threshold, row.level <= at, scale[row.level - 1])
            for row in levels
        ),
        steps=tuple(
            Criterion(row.level, row.text, None, row.level in steps_done)
            for row in rows
            if row.kind == LevelCriterion.Kind.STEP
        ),
        score=cell.score,
        at=at,
        needed="" if cell.is_unstated else _needed(cell, thresholds, by_level, at),
        scale=scale,
    )


def _needed(
    cell: Cell,
    thresholds: Sequence[Decimal | None],
    by_level: dict[int, LevelCriterion],
    at: int,
) -> str:
    """What the next level asks for: a figure, and how far it is; or a step of work."""
    value = cell.value
    if are_thresholds(thresholds, cell.facts.scale):
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
