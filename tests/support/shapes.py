"""Boxes of drawn things, and whether they meet."""

from __future__ import annotations

from strategy.drawing import scale as scales


def box(text, size, anchor):
    """Where a text is seen: left, top, right, bottom, as near as widths can be estimated."""
    width = scales.text_width(text.text, size)
    left = text.x - {"start": 0, "middle": width / 2, "end": width}[anchor]
    return left, text.y - size, left + width, text.y + size * 0.35


def rect_box(rect):
    return rect.x, rect.y, rect.x + rect.width, rect.y + rect.height


def meet(one, other):
    slack = 0.05  # coordinates are rounded
    return (
        one[0] + slack < other[2]
        and other[0] + slack < one[2]
        and one[1] + slack < other[3]
        and other[1] + slack < one[3]
    )


def inside(each, width, height):
    return each[0] >= 0 and each[1] >= 0 and each[2] <= width and each[3] <= height
