"""How much room a text takes in a cell. Pure: a text, a width and a size in, lines and points out.

A workbook that was never opened holds no heights, and neither Excel nor LibreOffice grows a row
whose height is set; so what a text needs is worked out here. Widths are those of Laksaman, in
hundredths of the size: it stands in for TH Sarabun New where that is missing, and is half as wide
again, so that what fits in it fits in both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

#: Hundredths of the size, by what is as wide.
_WIDTHS = {
    0: "\u0e31\u0e34\u0e35\u0e36\u0e37\u0e38\u0e39\u0e3a\u0e47\u0e48\u0e49\u0e4a\u0e4b\u0e4c\u0e4d"
    "\u0e4e\u200b",
    25: "!',.:;·Iijl|`\"()[]",
    32: "เๅf -r{}โt",
    41: "ใไJ/\\*?s",
    50: "งาำรgkxz",
    55: "ธวcyฐavะEFLS_จ$0123456789Y–",
    69: "ฑU๐๑๒๓๔๕๖๗๘๙ฆฎฏนบปภฦหทษพฟฬมๆ…OQw",
    84: "ฌญฒณ@MW%m",
    90: "●▲◆■○◌◔∅Ø☑☐→",
}
_WIDTH = {ord(sign): width for width, signs in _WIDTHS.items() for sign in signs}
_OTHER = 61
_WIDEST = max(_WIDTHS)
_BOLD = 1.08
#: What a word that does not fit any more leaves empty at the end of a line, on average: this many
#: hundredths of the size, in a narrow cell this share of it.
_LEFT_OVER = 60
_LEFT_SHARE = 0.15
#: From line to line, as a part of the size: the font has room for two storeys above a letter and
#: one below. LibreOffice takes this much, Excel somewhat less.
_PITCH = 1.65
#: Points above and below the lines of a cell.
_AROUND = 3.0
#: Points left and right of them.
_BESIDE = 5.0
#: Excel makes no row higher.
HIGHEST = 409.0
_WORDS = re.compile(r"\s+|[^\s]+")


@lru_cache(maxsize=16_384)
def text_width(text: str) -> int:
    """The width of a text on one line, in hundredths of its size."""
    return sum(_WIDTH.get(ord(sign), _OTHER) for sign in text)


def lines_of(text: str, width: float, size: float, *, bold: bool = False) -> int:
    """The lines that a wrapped text takes in a cell ``width`` points wide, in ``size`` points.

    Names and words come again and again in a workbook, so the answers are kept.
    """
    room = round(max(width - _BESIDE, 1) * 100 / (size * (_BOLD if bold else 1)))
    if len(text) * _WIDEST <= room and "\n" not in text:
        return 1  # the rule, and known without looking at each letter
    return _lines(text, room)


@lru_cache(maxsize=16_384)
def _lines(text: str, room: int) -> int:
    return sum(_lines_of_one(line, room) for line in text.split("\n"))


def _lines_of_one(line: str, room: int) -> int:
    """Lines of a text without breaks, ``room`` hundredths of the size wide.

    Latin words are torn only where they are longer than a line. Thai has no spaces between its
    words, so a line of it ends up to a word early.
    """
    if text_width(line) <= room:
        return 1
    lines, used = 1, 0
    for word in _WORDS.findall(line):
        width = text_width(word)
        if used + width <= room:
            used += width
        elif word.isspace():
            used = room
        elif word.isascii() and width <= room:
            lines, used = lines + 1, width
        else:
            each = room - min(_LEFT_OVER, int(room * _LEFT_SHARE))
            if room - used < 2 * _LEFT_OVER and used:
                lines, used = lines + 1, 0
            lines += max(-(-(used + width) // each) - 1, 0)
            used = (used + width) % each or each
    return lines


def cut(text: str, width: float, size: float) -> str:
    """A text as far as it goes on one line of a cell; what is left out is marked by "…"."""
    if lines_of(text, width, size) == 1:
        return text
    room = (width - _BESIDE) * 100 / size - text_width("…")
    end = len(text)
    while end and text_width(text[:end]) > room:
        end -= 1
    while end and _WIDTH.get(ord(text[end : end + 1] or " "), _OTHER) == 0:
        end -= 1  # no letter without the vowel or tone mark that belongs to it
    return text[:end].rstrip() + "…"


def characters_for(texts: Iterable[str], size: float) -> float:
    """How wide a column of some texts should be, in characters: the longest on one line where it
    is short, on a few where it is long.
    """
    longest = max(map(text_width, texts), default=0) * size / 100 + 2 * _BESIDE
    return min(max(round(longest / 5.25, 1), 9.0), 36.0)


def row_height(lines: int, size: float) -> float:
    """The points that a row of so many lines needs: whole pixels, four to three points."""
    points = lines * size * _PITCH + _AROUND
    return min(-(-points // 0.75) * 0.75, HIGHEST)


def lines_in(height: float, size: float) -> int:
    """How many lines a row of a height holds."""
    return max(int((height - _AROUND) / (size * _PITCH)), 1)


def pixels_of(width: float) -> int:
    """A column's width in characters as pixels: 7 a character and 5 beside them."""
    return int(width * 7 + 0.5) + 5


def points_of(width: float) -> float:
    """A column's width in characters as points: three to four pixels."""
    return pixels_of(width) * 0.75
