"""Where the drawings of money stand: stacked bars, and points in four corners. PURE.

As in ``geometry.py``: figures come as Decimal and leave as pixels, words leave unchanged, no text
is below 11 px and no two texts meet: where the size asked for cannot hold them, it grows.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from strategy.drawing.geometry import GAP, LINE, NORMAL, SMALL, WIDE, Rect, Text, Value
from strategy.drawing.scale import nice_scale, text_width, tick_text

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

    @property
    def values(self) -> tuple[Value, ...]:
        """Each bar with the line of words above it."""
        pitch = self.bottom / max(1, len(self.bars))
        return tuple(
            Value(
                f"{bar.label.text}: {bar.said.text}",
                Rect(0.0, _px(index * pitch), float(self.width), _px(pitch - GAP)),
            )
            for index, bar in enumerate(self.bars)
        )


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
