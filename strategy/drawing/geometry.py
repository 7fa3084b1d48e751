"""Where the bars, lines and words of the charts stand. PURE: figures in, coordinates out.

Figures come as Decimal and leave as floats only as coordinates: pixels of the drawing's viewBox
from its top left corner, rounded to 2 places. Words (labels, figures as text) come from the
caller and leave unchanged. The templates in ``templates/charts`` do no arithmetic.

No text is below 11 px, and no two texts meet: where the width asked for cannot hold them, they
shrink, then stack, and at last the drawing becomes wider.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from strategy.drawing.scale import (
    Scale,
    nice_scale,
    text_width,
    tick_text,
)

WIDE, NARROW = 480, 300  # widths of the two drawings of a chart, see charts.css
BROAD = 900  # that of a third one, for a panel as wide as the page
SMALL, NORMAL = 11, 13  # text sizes
LINE = 1.35  # height of a line of Thai text, in text sizes
GAP = 6.0  # free space between a text and its neighbour
RADIUS = 4.5  # a monthly result's circle with its outline
MARK = 3.0  # thickness of a target mark

Xy = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Text:
    """A word at (x, y). The template says how it is anchored; y is its baseline, except for a
    tick, where it is the grid line that the word is centred on."""

    text: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Rect:
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Value:
    """A figure of a drawing for whoever comes to it by key, by pointer or by ear: what it says, and
    the place that is its own."""

    text: str
    area: Rect


@dataclass(frozen=True, slots=True)
class Frame:
    """The drawing (``width`` × ``height``), the plot within it, and its axis."""

    width: int
    height: int
    left: float
    right: float
    top: float
    bottom: float
    scale: Scale

    def y(self, value: Decimal) -> float:
        """The height of a value in the plot."""
        low, high = self.scale.low, self.scale.high
        return _px(self.bottom - float((value - low) / (high - low)) * (self.bottom - self.top))

    @property
    def ticks(self) -> tuple[Text, ...]:
        x = _px(self.left - GAP)
        return tuple(Text(tick_text(tick), x, self.y(tick)) for tick in self.scale.ticks)


@dataclass(frozen=True, slots=True)
class YearPoint:
    """A fiscal year: figures, and the texts that stand for them. ``glyph`` fills in for a result
    that is not there ("◌" not due, "○" awaited, "–" no target)."""

    label: str
    result: Decimal | None = None
    target: Decimal | None = None
    result_text: str = ""
    target_text: str = ""
    glyph: str = ""


@dataclass(frozen=True, slots=True)
class YearBar:
    """One year drawn. ``target`` follows ``result`` on its line, or stands at a place of its own
    below it where ``stacked``."""

    label: Text
    bar: Rect | None
    mark: Rect | None
    result: Text
    target: Text
    size: int
    stacked: bool


@dataclass(frozen=True, slots=True)
class YearBars:
    frame: Frame
    bars: tuple[YearBar, ...]

    @property
    def values(self) -> tuple[Value, ...]:
        """Each year, with all of its slot."""
        slot = (self.frame.right - self.frame.left) / max(1, len(self.bars))
        return tuple(
            Value(
                f"{bar.label.text}: {' '.join(filter(None, (bar.result.text, bar.target.text)))}",
                Rect(_px(bar.label.x - slot / 2), 0.0, _px(slot), float(self.frame.height)),
            )
            for bar in self.bars
        )


@dataclass(frozen=True, slots=True)
class MonthPoint:
    """A fiscal month: its short name and its result, None where there is none; ``text``: the result
    as it is said."""

    label: str
    value: Decimal | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class MonthLine:
    """``line`` (of results) and ``expected`` are polylines "x,y x,y", "" where there is none;
    ``values`` stand with the points."""

    frame: Frame
    labels: tuple[Text, ...]
    line: str
    points: tuple[Xy, ...]
    expected: str
    expected_label: Text | None
    values: tuple[Value, ...] = ()


def _px(value: float) -> float:
    return round(value, 2)


def _polyline(points: Sequence[Xy]) -> str:
    """The points in order; a single one becomes a short level line, which can be seen."""
    if len(points) == 1:
        points = [(_px(points[0][0] + dx), points[0][1]) for dx in (-2, 2)]
    return " ".join(f"{x},{y}" for x, y in points)


def _frame(
    figures: Sequence[Decimal | None], zero: bool, size: Xy, need: float, top: float
) -> Frame:
    """The frame for these figures: ``size`` asked for, ``need`` the least width of the plot."""
    known = [figure for figure in figures if figure is not None]
    scale = nice_scale(min(known, default=None), max(known, default=None), zero=zero)
    left = _px(max(text_width(tick_text(tick), SMALL) for tick in scale.ticks) + 2 * GAP)
    width, height = math.ceil(max(size[0], left + max(need, 1) + GAP)), math.ceil(size[1])
    bottom = _px(height - NORMAL * LINE - GAP)
    return Frame(width, height, left, width - GAP, _px(top), bottom, scale)


def year_bars(points: Sequence[YearPoint], width: int = WIDE, height: int = 240) -> YearBars:
    """Result against target by fiscal year, in the order given. All years share one layout of
    their labels; each keeps to its own slot, above its bar and its mark."""
    figures = [figure for point in points for figure in (point.result, point.target)]
    count = max(1, len(points))
    plain = _frame(figures, True, (width, height), 0, 0)
    size, stacked = _label_layout(points, (plain.right - plain.left) / count)
    need = count * (_label_width(points, size, stacked) + GAP)
    frame = _frame(figures, True, (width, height), need, size * LINE * (1 + stacked) + GAP)
    slot = (frame.right - frame.left) / count
    centres = (frame.left + slot * (i + 0.5) for i in range(count))
    bars = (
        _year_bar(point, frame, x, min(slot * 0.24, 32), size, stacked)
        for point, x in zip(points, centres, strict=False)
    )
    return YearBars(frame, tuple(bars))


def _label_layout(points: Sequence[YearPoint], slot: float) -> tuple[int, bool]:
    """The largest text size that fits the slot, on one line if possible, else stacked."""
    layouts = [(size, stacked) for stacked in (False, True) for size in (NORMAL, 12, SMALL)]
    fits = (each for each in layouts if _label_width(points, *each) + GAP <= slot)
    return next(fits, layouts[-1])


def _label_width(points: Sequence[YearPoint], size: int, stacked: bool) -> float:
    widths = [text_width(point.label, NORMAL) for point in points]
    for point in points:
        lines = _label_lines(point)
        widths += [text_width(line, size) for line in (lines if stacked else [" ".join(lines)])]
    return max(widths, default=0)


def _label_lines(point: YearPoint) -> tuple[str, str]:
    result = point.glyph if point.result is None else point.result_text
    return result, f"/ {point.target_text}" if point.target_text else ""


def _year_bar(
    point: YearPoint, frame: Frame, x: float, half: float, size: int, stacked: bool
) -> YearBar:
    """A year around ``x``, its bar ``half`` wide to either side."""
    zero = frame.y(Decimal(0))
    bar = mark = None
    if point.result is not None:
        end = frame.y(point.result)
        bar = Rect(_px(x - half), min(end, zero), _px(2 * half), _px(abs(end - zero)))
    if point.target is not None:
        y = _px(frame.y(point.target) - MARK / 2)
        mark = Rect(_px(x - half * 1.4), y, _px(half * 2.8), MARK)
    base = min([rect.y for rect in (bar, mark) if rect], default=zero) - GAP
    result, target = _label_lines(point)
    stacked = stacked and bool(result and target)
    label = Text(point.label, _px(x), _px(frame.height - GAP))
    upper = Text(result, _px(x), _px(base - stacked * size * LINE))
    return YearBar(label, bar, mark, upper, Text(target, _px(x), _px(base)), size, stacked)


def month_line(
    points: Sequence[MonthPoint],
    expected: Sequence[Decimal | None] = (),
    expected_text: str = "",
    zero: bool = True,
    width: int = WIDE,
    height: int = 240,
) -> MonthLine:
    """Results by month and the line they were expected to reach, which ``expected_text`` names.
    ``expected`` is empty or has one value for each point (ValueError otherwise). ``zero`` starts
    the axis at 0, unless all of it stands in the upper half, as what is counted on from earlier
    years does; leave it out for rates. Months without a figure are passed over."""
    values = [point.value for point in points]
    wanted = expected or [None] * len(points)
    drawn = [value for value in (*values, *wanted) if value is not None]
    zero = zero and not (drawn and min(drawn) * 2 > max(drawn))
    need, top = text_width(expected_text, SMALL), SMALL * LINE + GAP + RADIUS
    frame = _frame([*values, *wanted], zero, (width, height), need, top)
    slot = (frame.right - frame.left) / max(1, len(points))
    xs = [_px(frame.left + slot * (i + 0.5)) for i in range(len(points))]
    course = [(x, frame.y(v)) for x, v in zip(xs, wanted, strict=True) if v is not None]
    if len({y for _, y in course}) == 1:  # flat: from edge to edge, even of a single month
        (left, y), (right, _) = course[0], course[-1]
        course = [(_px(left - slot / 2), y), (_px(right + slot / 2), y)]
    results = [(x, frame.y(v)) for x, v in zip(xs, values, strict=True) if v is not None]
    named = course and expected_text
    label = _course_label(expected_text, frame, course, results) if named else None
    labels = _month_labels(points, xs, slot, frame.height)
    said = tuple(
        Value(
            f"{point.label}: {point.text}",
            Rect(_px(x - slot / 2), frame.top, _px(slot), _px(frame.bottom - frame.top)),
        )
        for point, x in zip(points, xs, strict=True)
        if point.value is not None
    )
    line, way = _polyline(results), _polyline(course)
    return MonthLine(frame, labels, line, tuple(results), way, label, said)


def _month_labels(
    points: Sequence[MonthPoint], xs: list[float], slot: float, height: int
) -> tuple[Text, ...]:
    """The months' names; where they would meet, every second (third …) from the last one back."""
    widest = max((text_width(point.label, SMALL) for point in points), default=0)
    step = math.ceil((widest + 2) / slot)
    labels = [Text(p.label, x, _px(height - GAP)) for p, x in zip(points, xs, strict=True)]
    return tuple(labels[::-step][::-1])


def _course_label(text: str, frame: Frame, course: list[Xy], results: list[Xy]) -> Text:
    """The name of the expected line, right-aligned at its end: below or above it and the results
    there, whichever is nearer, or else in the band over the plot that is kept free for it."""
    width, high = text_width(text, SMALL), SMALL * LINE
    right = min(frame.right, max(course[-1][0], frame.left + width))
    highest, lowest = _reach(course, right - width, right)
    top, bottom = _reach(results, right - width - RADIUS, right + RADIUS)
    below = max(lowest, bottom + RADIUS) + GAP
    above = min(highest, top - RADIUS) - GAP / 2 - high
    places = [y for y in (below, above) if 0 <= y <= frame.bottom - high]
    end = course[-1][1] - high / 2
    return Text(text, _px(right), _px(min(places, key=lambda y: abs(y - end), default=0) + SMALL))


def _reach(line: list[Xy], left: float, right: float) -> Xy:
    """The highest and lowest y of a line between two x; (inf, -inf) where it is not there."""
    ys = [y for x, y in line if left <= x <= right]
    for (x1, y1), (x2, y2) in zip(line, line[1:], strict=False):
        ys += [y1 + (y2 - y1) * (x - x1) / (x2 - x1) for x in (left, right) if x1 <= x <= x2]
    return min(ys, default=math.inf), max(ys, default=-math.inf)
