"""The order of a Thai dictionary, and of numbers in texts, without Django."""

from __future__ import annotations

import re

from strategy.thai.numbers import (
    to_arabic,
)

_LEADING_VOWEL = re.compile(r"([เ-ไ])([ก-ฮ])")


_SECONDARY = frozenset("็่้๊๋์ํ๎")


def sort_key(text: str) -> tuple[str, tuple[tuple[int, str], ...], str]:
    """A key by which texts sort in Thai dictionary order.

    A leading vowel sorts after the consonant it is spoken after; tone marks and their kin count
    only between words that are otherwise the same. Latin letters sort without regard to case.
    """
    swapped = _LEADING_VOWEL.sub(r"\2\1", text.casefold())
    primary: list[str] = []
    marks: list[tuple[int, str]] = []
    for char in swapped:
        if char in _SECONDARY:
            marks.append((len(primary), char))
        else:
            primary.append(char)
    return "".join(primary), tuple(marks), text


def compare(one: str, other: str) -> int:
    """-1, 0 or 1 as ``one`` sorts before, with or after ``other``."""
    first, second = sort_key(one), sort_key(other)
    return (first > second) - (first < second)


def natural_key(number: str) -> tuple[int, ...]:
    """Sorts numbering such as 1.2 before 1.10; parts that are not digits count as 0."""
    return tuple(int(part) if part.isdecimal() else 0 for part in to_arabic(number).split("."))
