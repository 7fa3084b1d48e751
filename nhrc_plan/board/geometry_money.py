"""Where the drawings of money stand: stacked bars, and points in four corners. PURE.

As in ``geometry.py``: figures come as Decimal and leave as pixels, words leave unchanged, no text
is below 11 px and no two texts meet: where the size asked for cannot hold them, it grows.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from nhrc_plan.board.geometry import (
    GAP,
    LINE,
    NORMAL,
    SMALL,
    WIDE,
    Rect,
    Scale,
    Text,
    Xy,
    nice_scale,
    text_width,
    tick_text,
)

BAR = 20.0  # height of a stacked bar
PILL = 18.0  # height of a point's label in the four corners
ASIDE = 60.0  # how much farther a label goes to stay in its point's corner
HALF = Decimal(50)  # where an axis of the four corners starts if nothing lies below
FARTHEST = Decimal(200)  # per cent; what lies beyond is drawn at the edge, with a sign
BEYOND = "›"

ZERO = Decimal(0)


def _px(value: float) -> float:
    return round(value, 2)


def _line(size: int) -> float:
    return size * LINE


# ------------------------------------------------------------------------------------ stacked bars


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a bar: its code (for colour), its figure, and the text for it."""

    code: str
    value: Decimal
    text: str


@dataclass(frozen=True, slots=True)
class StackRow:
    """A bar to be drawn: its name, what is said at its end, its parts in order, and the figure
    at which a mark stands (None: no mark)."""

    label: str
    said: str
    parts: tuple[Part, ...]
    mark: Decimal | None = None


@dataclass(frozen=True, slots=True)
class StackPart:
    """A part drawn; ``text`` is "" where the part is too narrow for it."""

    code: str
    rect: Rect
    text: str
    text_x: float


@dataclass(frozen=True, slots=True)
class StackBar:
    """``label`` starts at the left, ``said`` ends at the right, both above the bar."""

    label: Text
    said: Text
    parts: tuple[StackPart, ...]
    mark: Rect | None
    text_y: float


@dataclass(frozen=True, slots=True)
class StackedBars:
    """Bars beneath one another over a common axis; ``grid`` are the x of its upright lines."""

    width: int
    height: int
    top: float
    bottom: float
    grid: tuple[float, ...]
    ticks: tuple[Text, ...]
    bars: tuple[StackBar, ...]

    @property
    def has_mark(self) -> bool:
        return any(bar.mark for bar in self.bars)


def stacked_bars(rows: Sequence[StackRow], width: int = WIDE) -> StackedBars:
    """One bar a row, in the order given. Parts of 0 and below are left out."""
    high = max((max(_length(row), row.mark or ZERO) for row in rows), default=ZERO)
    scale = nice_scale(ZERO, high)
    names = [tick_text(tick) for tick in scale.ticks]
    ends = (text_width(names[0], SMALL) / 2, text_width(names[-1], SMALL) / 2)
    heads = (_label_width(row.label) + GAP + _label_width(row.said) + ends[1] for row in rows)
    width = math.ceil(max([width, *heads, sum(ends) + GAP]))
    left, right = ends[0], width - ends[1]
    across = (right - left) / float(scale.high)

    def x(value: Decimal) -> float:
        return _px(left + float(value) * across)

    pitch = _line(NORMAL) + GAP / 2 + BAR + 2 * GAP
    bars = tuple(
        _stack_bar(row, x, left, right, index * pitch + _line(NORMAL))
        for index, row in enumerate(rows)
    )
    bottom = _px(pitch * len(rows))
    height = math.ceil(bottom + _line(SMALL) + GAP)
    grid = tuple(x(tick) for tick in scale.ticks)
    widest = max(text_width(name, SMALL) for name in names)
    step = math.ceil((widest + GAP) / max(1.0, (right - left) / max(1, len(names) - 1)))
    ticks = [Text(name, at, _px(height - GAP)) for name, at in zip(names, grid, strict=True)]
    return StackedBars(width, height, 0.0, bottom, grid, tuple(ticks[::step]), bars)


def _length(row: StackRow) -> Decimal:
    return sum((max(part.value, ZERO) for part in row.parts), ZERO)


def _label_width(text: str) -> float:
    return text_width(text, NORMAL)


def _stack_bar(
    row: StackRow, x: Callable[[Decimal], float], left: float, right: float, head: float
) -> StackBar:
    """A bar whose words stand on the line that ends at ``head``."""
    y = _px(head + GAP / 2)
    parts: list[StackPart] = []
    before = ZERO
    for part in row.parts:
        if part.value <= 0:
            continue
        start, end = x(before), x(before + part.value)
        before += part.value
        fits = end - start >= text_width(part.text, SMALL) + GAP
        parts.append(
            StackPart(
                part.code,
                Rect(start, y, _px(end - start), BAR),
                part.text if fits else "",
                _px((start + end) / 2),
            )
        )
    mark = None
    if row.mark is not None:
        mark = Rect(_px(x(max(row.mark, ZERO)) - 1.5), _px(y - 3), 3.0, BAR + 6)
    base = _px(head - SMALL * 0.3)
    return StackBar(
        label=Text(row.label, 0.0, base),
        said=Text(row.said, _px(right), base),
        parts=tuple(parts),
        mark=mark,
        text_y=_px(y + BAR / 2),
    )


# ------------------------------------------------------------------------------------ four corners


@dataclass(frozen=True, slots=True)
class CornerPoint:
    """Something that stands at (x, y), both in per cent. ``kind`` tells its look."""

    label: str
    x: Decimal
    y: Decimal
    kind: str = ""


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
        spots.append(Spot(point.kind, *place, pill, text, tied=not _hides(pill, place)))
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
