"""Where the radar of scores stands. PURE: figures in, coordinates out, as in ``geometry.py``."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from strategy.drawing.geometry import GAP, LINE, SMALL, Rect, Text, Value, Xy
from strategy.drawing.scale import text_width, tick_text

HUNDRED = Decimal(100)
STEP = Decimal(10)
RADIUS = 140.0  # of the outermost ring, at most
FEWEST = 3  # axes that span a surface


@dataclass(frozen=True, slots=True)
class RadarAxis:
    """An axis: its name, and the scores on it of this year and of the year before; ``said``: all of
    it in words."""

    label: str
    now: Decimal | None
    before: Decimal | None = None
    said: str = ""


@dataclass(frozen=True, slots=True)
class Word:
    """A text at (x, y) with its SVG anchor: start, middle or end."""

    text: str
    x: float
    y: float
    anchor: str


@dataclass(frozen=True, slots=True)
class Radar:
    """``rings`` and ``now``, ``before`` are polygons "x,y x,y"; "" where fewer than all are known.

    ``spokes`` are the outer ends of the axes; ``points`` and ``points_before`` stand on them.
    """

    width: int
    height: int
    centre: Xy
    low: Decimal
    rings: tuple[str, ...]
    ticks: tuple[Text, ...]
    spokes: tuple[Xy, ...]
    labels: tuple[Word, ...]
    now: str
    before: str
    points: tuple[Xy, ...]
    points_before: tuple[Xy, ...]
    values: tuple[Value, ...] = ()


def radar(axes: Sequence[RadarAxis], width: int) -> Radar:
    """Scores of 0 to 100 around a centre that stands at a round score below the lowest of them.

    An axis without a score has no point, and the polygon is then left open to nobody's guess: it
    is not drawn. Labels keep clear of the rings; the drawing grows for long ones.
    """
    known = [score for axis in axes for score in (axis.now, axis.before) if score is not None]
    low = radar_low(known)
    room = max((text_width(axis.label, SMALL) for axis in axes), default=0)
    rim = min(RADIUS, width / 2 - 5 * GAP)  # a narrow drawing has a smaller radar
    aside = rim + 2 * GAP
    width = math.ceil(max(width, 2 * (aside + room)))
    above = aside + SMALL * LINE
    centre = (_px(width / 2), _px(above))
    count = max(len(axes), 1)

    def at(index: int, reach: float) -> Xy:
        angle = 2 * math.pi * index / count - math.pi / 2
        return _px(centre[0] + reach * math.cos(angle)), _px(centre[1] + reach * math.sin(angle))

    def reach(score: Decimal) -> float:
        return rim * float((score - low) / (HUNDRED - low))

    levels = [low + STEP * n for n in range(1, int((HUNDRED - low) / STEP) + 1)]
    rings = tuple(_polygon([at(i, reach(level)) for i in range(count)]) for level in levels)
    ticks = tuple(
        Text(tick_text(level), _px(centre[0] - GAP), _px(centre[1] - reach(level)))
        for level in (low, *levels)
    )
    labels = tuple(_label(axis.label, at(i, aside), centre, aside) for i, axis in enumerate(axes))
    drawn, polygons = [], []
    for name in ("now", "before"):
        scores = [getattr(axis, name) for axis in axes]
        points = [at(i, reach(score)) for i, score in enumerate(scores) if score is not None]
        drawn.append(tuple(points))
        whole = len(points) == len(axes) >= FEWEST
        polygons.append(_polygon(points) if whole else "")
    return Radar(
        width=width,
        height=math.ceil(2 * above),
        centre=centre,
        low=low,
        rings=rings if len(axes) >= FEWEST else (),
        ticks=ticks,
        spokes=tuple(at(i, rim) for i in range(len(axes))),
        labels=labels,
        now=polygons[0],
        before=polygons[1],
        points=drawn[0],
        points_before=drawn[1],
        values=tuple(
            Value(axis.said or axis.label, _around(at(i, rim if score is None else reach(score))))
            for i, axis in enumerate(axes)
            for score in (axis.now if axis.now is not None else axis.before,)
        ),
    )


def _around(place: Xy) -> Rect:
    """The place of a point, large enough to be met."""
    side = 4 * GAP
    return Rect(_px(place[0] - side / 2), _px(place[1] - side / 2), side, side)


def radar_low(scores: Sequence[Decimal]) -> Decimal:
    """The score at the centre: a ten, at least a ten below the lowest score and 0 at least."""
    lowest = min(scores, default=HUNDRED)
    tens = (lowest / STEP).to_integral_value(ROUND_FLOOR) * STEP - STEP
    return max(tens, Decimal(0))


def _label(text: str, place: Xy, centre: Xy, aside: float) -> Word:
    """A label beyond its axis' end, on the side where it leads away from the centre."""
    x, y = place
    across = x - centre[0]
    anchor = "middle" if abs(across) < 1 else "start" if across > 0 else "end"
    below = (y - centre[1]) / aside  # -1 at the top, 1 at the bottom
    return Word(text, x, _px(y + SMALL * (0.35 + 0.35 * below)), anchor)


def _polygon(points: Sequence[Xy]) -> str:
    return " ".join(f"{x},{y}" for x, y in points)


def _px(value: float) -> float:
    return round(value, 2)
