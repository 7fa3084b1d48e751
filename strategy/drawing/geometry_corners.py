"""Where points in four corners stand: money beside results. PURE: figures in, coordinates out."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from strategy.drawing.geometry import GAP, SMALL, WIDE, Rect, Text, Value, Xy
from strategy.drawing.geometry_money import (
    ASIDE,
    BEYOND,
    FARTHEST,
    HALF,
    PILL,
    ZERO,
    _line,
    _px,
)
from strategy.drawing.scale import Scale, nice_scale, text_width, tick_text


@dataclass(frozen=True, slots=True)
class CornerPoint:
    """Something that stands at (x, y), both in per cent. ``kind`` tells its look, ``said`` all of
    it in words."""

    label: str
    x: Decimal
    y: Decimal
    kind: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True)
class CornerWords:
    """What the four corners and the two axes are called."""

    top_left: str
    top_right: str
    bottom_left: str
    bottom_right: str
    across: str
    up: str


@dataclass(frozen=True, slots=True)
class Spot:
    """A point drawn: a dot where it stands, and its label in a pill, over the dot or, where that
    would hide another, near it and tied to it by a line (``tied``)."""

    kind: str
    x: float
    y: float
    pill: Rect
    text: Text
    tied: bool
    said: str = ""

    @property
    def pill_x(self) -> float:
        return _px(self.pill.x + self.pill.width / 2)

    @property
    def pill_y(self) -> float:
        return _px(self.pill.y + self.pill.height / 2)


@dataclass(frozen=True, slots=True)
class Corners:
    """``plot`` is the whole field, ``low_right`` its corner right of and below the bands."""

    width: int
    height: int
    plot: Rect
    low_right: Rect
    band_x: float
    band_y: float
    columns: tuple[Text, ...]
    rows: tuple[Text, ...]
    words: tuple[Text, ...]
    ends: tuple[Text, ...]
    across: Text
    up: Text
    spots: tuple[Spot, ...]

    @property
    def values(self) -> tuple[Value, ...]:
        return tuple(Value(spot.said or spot.text.text, spot.pill) for spot in self.spots)

    @property
    def has_beyond(self) -> bool:
        """Whether a point lies farther than the field and stands at its edge, with a sign."""
        return any(spot.text.text.endswith(BEYOND) for spot in self.spots)

    @property
    def plot_right(self) -> float:
        return _px(self.plot.x + self.plot.width)

    @property
    def plot_bottom(self) -> float:
        return _px(self.plot.y + self.plot.height)


def corners(
    points: Sequence[CornerPoint],
    band: Decimal,
    words: CornerWords,
    width: int = WIDE,
    height: int = 360,
) -> Corners:
    """Points by two percentages, and the ``band`` above which each counts as high.

    The field reaches from 0 (from 50 where nothing lies below) to 100 at least, across to
    :data:`FARTHEST` at most: what lies beyond stands at the edge, its label followed by "›".
    Labels hide neither one another nor another point's place.
    """
    while True:
        drawn = _corners(points, band, words, width, height)
        if drawn is not None:
            return drawn
        width, height = width + 60, height + 60


def _corners(
    points: Sequence[CornerPoint], band: Decimal, words: CornerWords, width: int, height: int
) -> Corners | None:
    """The drawing at this size; None where it cannot hold every label."""
    labels = [point.label + (BEYOND if point.x > FARTHEST else "") for point in points]
    pills = [max(PILL + 2, text_width(label, SMALL) + 1.5 * GAP) for label in labels]
    xs = _axis([min(point.x, FARTHEST) for point in points], band)
    ys = _axis([point.y for point in points], band)
    pad_x, pad_y = max(pills, default=PILL) + GAP, PILL + GAP
    small = _line(SMALL)
    left = _px(max(text_width(tick_text(tick), SMALL) for tick in ys.ticks) + GAP)
    single = [
        text_width(word, SMALL)
        for word in (words.top_left, words.top_right, words.bottom_left, words.bottom_right)
    ]
    need = max(*single, text_width(words.across, SMALL), text_width(words.up, SMALL), 4 * pad_x)
    width = math.ceil(max(width, left + need + GAP))
    right = width - GAP
    room = right - left - 2 * GAP
    # Two corners share a line where both find room on it.
    above = 1 if single[0] + single[1] <= room else 2
    below = 1 if single[2] + single[3] <= room else 2
    top = _px((1 + above) * small + GAP)
    bottom = max(height - ((2 + below) * small + 2 * GAP), top + 4 * pad_y)
    plot = Rect(left, top, _px(right - left), _px(bottom - top))

    def at(x: Decimal, y: Decimal) -> Xy:
        along = float((x - xs.low) / (xs.high - xs.low))
        up = float((y - ys.low) / (ys.high - ys.low))
        return (
            _px(plot.x + pad_x + along * (plot.width - 2 * pad_x)),
            _px(bottom - pad_y - up * (plot.height - 2 * pad_y)),
        )

    places = [at(min(max(p.x, xs.low), FARTHEST), max(p.y, ys.low)) for p in points]
    band_x, band_y = at(band, band)
    named = list(zip(points, labels, pills, places, strict=True))
    spots = _placed(named, plot, (band_x, band_y))
    if spots is None:
        return None
    left_y, right_y = bottom + 2 * small, bottom + (1 + below) * small
    return Corners(
        width=width,
        height=math.ceil(bottom + (2 + below) * small + GAP),
        plot=plot,
        low_right=Rect(band_x, band_y, _px(right - band_x), _px(bottom - band_y)),
        band_x=band_x,
        band_y=band_y,
        columns=tuple(_columns(xs.ticks, lambda tick: at(tick, ys.low)[0], bottom + small)),
        rows=tuple(Text(tick_text(t), _px(left - GAP / 2), at(xs.low, t)[1]) for t in ys.ticks),
        words=(
            Text(words.top_left, left, _px(top - GAP / 2 - (above - 1) * small)),
            Text(words.bottom_left, left, _px(left_y)),
        ),
        ends=(
            Text(words.top_right, _px(right), _px(top - GAP / 2)),
            Text(words.bottom_right, _px(right), _px(right_y)),
        ),
        across=Text(words.across, _px((left + right) / 2), _px(right_y + small)),
        up=Text(words.up, 0.0, float(SMALL)),
        spots=spots,
    )


def _axis(figures: Sequence[Decimal], band: Decimal) -> Scale:
    """From 0, or from 50 where all lies above, to 100 at least."""
    scale = nice_scale(ZERO, max([Decimal(100), band, *figures]))
    low = HALF if min([band, *figures]) > HALF else ZERO
    return Scale(low, scale.high, tuple(tick for tick in scale.ticks if tick >= low))


def _columns(ticks: Sequence[Decimal], x: Callable[[Decimal], float], y: float) -> Iterator[Text]:
    """The figures under the field; one that would meet the one before it is left out."""
    free = -math.inf
    for tick in ticks:
        half = text_width(tick_text(tick), SMALL) / 2
        if x(tick) - half >= free:
            yield Text(tick_text(tick), x(tick), _px(y))
            free = x(tick) + half + GAP


def _placed(
    points: list[tuple[CornerPoint, str, float, Xy]], plot: Rect, band: Xy
) -> tuple[Spot, ...] | None:
    """Each label near its point; None where one finds no room."""
    dots = [place for *_, place in points]
    spots: list[Spot] = []
    for index, (point, label, wide, place) in enumerate(points):
        others = dots[:index] + dots[index + 1 :]
        pill = _free_pill(wide, place, others, [spot.pill for spot in spots], plot, band)
        if pill is None:
            return None
        middle = _px(pill.x + pill.width / 2)
        text = Text(label, middle, _px(pill.y + PILL / 2 + SMALL * 0.36))
        tied = not _hides(pill, place)
        spots.append(Spot(point.kind, *place, pill, text, tied, point.said))
    return tuple(spots)


def _free_pill(
    wide: float, place: Xy, others: list[Xy], taken: list[Rect], plot: Rect, band: Xy
) -> Rect | None:
    """A label's place: on its point or, where that would hide another point or label, as near to
    it as it hides none, in the point's own corner if there is room not much farther."""
    astray: Rect | None = None
    enough = math.inf
    for dx, dy in _around(plot.width + plot.height):
        if math.hypot(dx, dy) > enough:
            break
        x, y = place[0] + dx, place[1] + dy
        pill = Rect(_px(x - wide / 2), _px(y - PILL / 2), _px(wide), PILL)
        aside = bool(dx or dy)
        hidden = [place, *others] if aside else others
        if (
            _within(pill, plot)
            and not any(_meet(pill, other) for other in taken)
            and not any(_hides(pill, dot) for dot in hidden)
        ):
            if not aside or _in_corner(pill, place, band):
                return pill
            if astray is None:
                astray, enough = pill, math.hypot(dx, dy) + ASIDE
    return astray


def _in_corner(pill: Rect, place: Xy, band: Xy) -> bool:
    """Whether the bands leave the whole label on the side of its point."""
    right, below = place[0] > band[0], place[1] >= band[1]
    return (pill.x > band[0] if right else pill.x + pill.width <= band[0]) and (
        pill.y >= band[1] if below else pill.y + pill.height < band[1]
    )


def _around(reach: float) -> Iterator[Xy]:
    """Ways to step aside, nearest first: rings of more and more directions."""
    yield 0.0, 0.0
    ring = 1
    while ring * PILL / 2 <= reach:
        for turn in range(8 * ring):
            angle = math.tau * turn / (8 * ring)
            yield ring * PILL / 2 * math.cos(angle), ring * PILL / 2 * math.sin(angle)
        ring += 1


def _within(inner: Rect, outer: Rect) -> bool:
    return (
        inner.x >= outer.x
        and inner.y >= outer.y
        and inner.x + inner.width <= outer.x + outer.width
        and inner.y + inner.height <= outer.y + outer.height
    )


def _meet(one: Rect, other: Rect, apart: float = 2.0) -> bool:
    return (
        one.x < other.x + other.width + apart
        and other.x < one.x + one.width + apart
        and one.y < other.y + other.height + apart
        and other.y < one.y + one.height + apart
    )


def _hides(pill: Rect, dot: Xy, apart: float = 4.0) -> bool:
    """Whether a label lies over a dot, or so near that it looks like it."""
    return (
        pill.x - apart < dot[0] < pill.x + pill.width + apart
        and pill.y - apart < dot[1] < pill.y + pill.height + apart
    )
