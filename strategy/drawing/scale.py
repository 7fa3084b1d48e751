"""Round axes and the width of words, for every drawing. PURE: no Django, no clock."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal


@dataclass(frozen=True, slots=True)
class Scale:
    """An axis; ``ticks`` ascend, from ``low`` on."""

    low: Decimal
    high: Decimal
    ticks: tuple[Decimal, ...]


def nice_scale(
    low: Decimal | None, high: Decimal | None, ticks: int = 5, zero: bool = True
) -> Scale:
    """A scale around ``low`` … ``high`` with about ``ticks`` round ticks (steps of 1, 2, 2.5 or
    5 × a power of ten; whole steps for whole figures). ``zero`` draws 0 in, as bars need; else
    as much room is left below the figures as they take up, so that small moves look small.
    Without any figure: 0 … 1 with the single tick 0."""
    ends = [end for end in (low, high) if end is not None]
    if not ends:
        return Scale(Decimal(0), Decimal(1), (Decimal(0),))
    bottom, top = _zero_spread(ends) if zero else _near_spread(ends)
    step = _nice_step((top - bottom) / max(1, ticks - 1), all(end % 1 == 0 for end in ends))
    first = int((bottom / step).to_integral_value(ROUND_FLOOR))
    last = int((top / step).to_integral_value(ROUND_CEILING))
    marks = tuple(index * step for index in range(first, last + 1))
    return Scale(marks[0], marks[-1], marks)


def _zero_spread(ends: list[Decimal]) -> tuple[Decimal, Decimal]:
    low, high = min(*ends, Decimal(0)), max(*ends, Decimal(0))
    return low, high if high > low else Decimal(1)


def _near_spread(ends: list[Decimal]) -> tuple[Decimal, Decimal]:
    """The figures and as much room below them, at least a tenth of their size; not below 0
    for figures that are not."""
    low, high = min(ends), max(ends)
    room = max(high - low, max(abs(low), abs(high)) / 10)
    bottom = low - room if low < 0 else max(low - room, Decimal(0))
    return bottom, high if high > bottom else Decimal(1)


def _nice_step(least: Decimal, whole: bool) -> Decimal:
    power = Decimal(1).scaleb(least.adjusted())
    step = next(s for f in ("1", "2", "2.5", "5", "10") if (s := power * Decimal(f)) >= least)
    if whole and step % 1:
        return Decimal(5) if step > 1 else Decimal(1)
    return step


def tick_text(value: Decimal) -> str:
    """A figure of an axis: "1,000", "0.25"."""
    return f"{value.normalize():,f}"


def text_width(text: str, size: float) -> float:
    """About how wide a text runs in semibold Sarabun (measured, rounded up), in pixels."""
    return size * sum(map(_char_width, text))


def _char_width(char: str) -> float:
    if unicodedata.category(char) == "Mn":  # Thai vowels and tones above and below
        return 0
    for width, chars in ((0.31, " .,:;'|!ijl"), (0.46, "/()-[]เโไใ"), (0.57, "0123456789")):
        if char in chars:
            return width
    return 1 if char in "ฌญฒณ@MmW%∅◆◌○…—" or char > "\u2e80" else 0.65
