"""Where the small drawings stand: a sparkline, parts of a whole, a bar that fills. PURE.

As in ``geometry.py``: figures come as Decimal and leave as pixels, words leave unchanged.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from strategy.drawing.geometry import GAP, NORMAL, Rect, Value, Xy, _polyline, _px
from strategy.drawing.scale import text_width


@dataclass(frozen=True, slots=True)
class Sparkline:
    """``line`` joins the results, ``ahead`` runs on to later targets; polylines, or ""."""

    width: int
    height: int
    line: str
    ahead: str


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a whole; ``text`` is its count, "" where the segment is too narrow for it."""

    code: str
    label: str
    count: int
    x: float
    width: float
    text: str
    text_x: float


@dataclass(frozen=True, slots=True)
class SegmentBar:
    width: int
    height: int
    segments: tuple[Segment, ...]

    @property
    def values(self) -> tuple[Value, ...]:
        return tuple(
            Value(f"{part.label} {part.count}", Rect(part.x, 0.0, part.width, float(self.height)))
            for part in self.segments
        )


@dataclass(frozen=True, slots=True)
class Progress:
    """A bar filled for ``bar_width`` of ``width``; ``tick_x`` is the place expected by now."""

    width: int
    height: int
    bar_width: float
    tick_x: float | None


def sparkline(
    values: Sequence[Decimal | None],
    targets: Sequence[Decimal | None],
    width: int = 60,
    height: int = 20,
) -> Sparkline | None:
    """Results by year, and the targets of the years after the last result. Both lists start at
    the same year. None where there is nothing to draw."""
    done = [(i, v) for i, v in enumerate(values) if v is not None]
    last = done[-1][0] if done else -1
    later = [(i, v) for i, v in enumerate(targets) if v is not None and i > last]
    if not done and not later:
        return None
    low, high = min(v for _, v in done + later), max(v for _, v in done + later)
    pad = 3
    step = (width - 2 * pad) / max(1, len(values) - 1, len(targets) - 1)

    def place(year: tuple[int, Decimal]) -> Xy:
        up = float((year[1] - low) / (high - low)) if high > low else 0.5
        return _px(pad + year[0] * step), _px(height - pad - up * (height - 2 * pad))

    ahead = done[-1:] + later if later else []
    return Sparkline(width, height, _polyline([*map(place, done)]), _polyline([*map(place, ahead)]))


def segments(
    counts: Sequence[tuple[str, str, int]], width: int = 340, height: int = 22
) -> SegmentBar:
    """Parts of a whole as (status code, label, count), in the order given; zeros are left out.
    The edges are rounded, not the widths, so that the widths sum to ``width``."""
    total = sum(count for _, _, count in counts)
    parts: list[Segment] = []
    before = 0
    for code, label, count in counts:
        x, end = (_px(width * edge / max(1, total)) for edge in (before, before + count))
        before += count
        fits = end - x >= max(16, text_width(str(count), NORMAL) + GAP)
        text, middle = str(count) if fits else "", _px((x + end) / 2)
        if count:
            parts.append(Segment(code, label, count, x, _px(end - x), text, middle))
    return SegmentBar(width, height, tuple(parts))


def progress(
    value: Decimal | None,
    expected: Decimal | None,
    maximum: Decimal | None,
    width: int = 340,
    height: int = 14,
) -> Progress:
    """A value out of ``maximum`` (the same unit), and where it should be by now. Without a
    value, or without a maximum above 0, the bar is empty; beyond the maximum it is full."""

    def along(part: Decimal | None) -> float | None:
        if part is None or not maximum or maximum < 0:
            return None
        return _px(width * min(1.0, max(0.0, float(part / maximum))))

    tick = along(expected)
    inside = None if tick is None else min(max(tick, 1), width - 1)  # half the tick's thickness
    return Progress(width, height, along(value) or 0, inside)
