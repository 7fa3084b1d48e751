"""How a table of any make is understood: its headings, its columns, its totals. Pure.

Texts in, guesses out. Source: docs/domain.md, "Tables that people have". A guess only fills in
what a person then sees and may change.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import NamedTuple

from strategy.thai import to_arabic

#: Spaces, marks, tone marks and what has no width: two texts that differ by them are the same.
_DROPPED = re.compile(
    r"[\s\u200b-\u200d\u2060\ufeff\u00a0\u0e47-\u0e4e,:;_/()\[\]{}*#\"'“”‘’|]"
    r"|(?<!\d)[.\-–—]|[.\-–—](?!\d)",
    re.ASCII,
)
_NUMBER = re.compile(r"[-(]?[\d,]*\.?\d+\)?%?", re.ASCII)
_YEAR = re.compile(r"(?<!\d)(25\d\d)(?!\d)", re.ASCII)
#: How alike a heading and a word have to be.
ALIKE = 0.72
_SAME = 0.93
#: Rows in which headings are looked for, and the most of them one above the other.
SEARCHED, STOREYS = 40, 4

_SHARES = ("ร้อยละ", "%", "percent", "คงเหลือ", "balance", "remaining")


@lru_cache(maxsize=20_000)
def normal(text: str) -> str:
    """A text by its letters alone: no spaces, tone marks or punctuation, Arabic digits."""
    return _DROPPED.sub("", to_arabic(" ".join(text.split()).replace("ํา", "ำ"))).casefold()


@lru_cache(maxsize=20_000)
def alike(one: str, other: str) -> float:
    """How alike two normalised texts are, from 0 to 1."""
    if not one or not other:
        return 0.0
    if one == other:
        return 1.0
    short, long = sorted((one, other), key=len)
    if len(short) >= 4 and short in long:
        return 0.6 + 0.39 * len(short) / len(long)
    match = SequenceMatcher(None, one, other)
    return match.ratio() if match.quick_ratio() >= ALIKE else 0.0


_TOTALS = frozenset(map(normal, (
    "รวม", "ยอดรวม", "ผลรวม", "total", "grand total", "subtotal", "sum", "เฉลี่ย", "ร้อยละ",
)))  # fmt: skip
_TOTAL_STARTS = tuple(map(normal, (
    "รวมทั้ง", "รวมเป็น", "รวมเงิน", "รวมงบ", "รวมโครงการ", "รวมยุทธศาสตร์", "รวมภาพ", "ยอดรวม",
    "รวมสำนัก", "รวมหน่วย", "รวมรายจ่าย", "รวมแผน", "คะแนนเฉลี่ย", "grand total", "total",
    "subtotal",
)))  # fmt: skip
#: A unit of money, not as the end of another word: "ผูกพัน (บาท)" counts baht.
_UNIT = re.compile(
    r"(?:(?<![ก-๛])|(?<=หน่วย)|(?<=เป็น))(ล้าน|พัน)?\s*บาท|(million|thousand)?\s*baht", re.IGNORECASE
)
_SIZES = {"ล้าน": 1_000_000, "million": 1_000_000, "พัน": 1_000, "thousand": 1_000, "": 1}


def is_number(text: str) -> bool:
    """Whether a cell holds a number, or a dash that stands for one."""
    text = to_arabic(text.strip())
    return text in ("-", "–") or bool(_NUMBER.fullmatch(text))


def _is_figure(text: str) -> bool:
    """Whether a cell holds a number that is no year: years are headings as well."""
    return is_number(text) and not _YEAR.fullmatch(to_arabic(text.strip()))


# -------------------------------------------------------------------------------------- headings

Area = tuple[int, int, int, int]


class Head(NamedTuple):
    """The rows of headings, counted from 1; 0 and 0 where none was found."""

    first: int
    last: int


def spread(rows: Sequence[Sequence[str]], merged: Collection[Area]) -> list[list[str]]:
    """The texts with those of merged areas in each of their cells."""
    found = [list(line) for line in rows]
    for first, left, last, right in merged:
        if first > len(found) or left > len(found[first - 1]):
            continue
        text = found[first - 1][left - 1]
        for row in range(first, min(last, len(found)) + 1):
            line = found[row - 1]
            line.extend([""] * (right - len(line)))
            line[left - 1 : right] = [text] * (right - left + 1)
    return found


def find_head(
    rows: Sequence[Sequence[str]], merged: Collection[Area], words: Collection[str]
) -> Head:
    """The rows that hold the headings, one or several above one another.

    ``words``: normalised words of the columns that are looked for. The row that knows most of
    them, or else has most texts and no number, is one; those above that reach over several of its
    columns, and those below that it reaches down into, belong to it.
    """
    best, found = 0.0, 0
    for number, line in enumerate(rows[:SEARCHED], start=1):
        score = _head_score(line, words)
        if score > best:
            best, found = score, number
    if not found:
        return Head(0, 0)
    first = last = found
    while last - first + 1 < STOREYS and _reaches_down(rows, merged, first, last):
        last += 1
    while first > 1 and last - first + 1 < STOREYS and _reaches_over(rows, merged, first):
        first -= 1
    return Head(first, last)


def _head_score(line: Sequence[str], words: Collection[str]) -> float:
    texts = [text for text in line if text.strip()]
    if len(texts) < 2:
        return 0.0
    numbers = sum(map(_is_figure, texts))
    hits = 0
    for text in {normal(text) for text in texts if len(text) < 80}:
        hits += any(alike(text, word) >= 0.8 for word in words)
    return max(hits * 3 + min(len(texts), 10) * 0.5 - numbers * 2, 0.0)


def _reaches_down(
    rows: Sequence[Sequence[str]], merged: Collection[Area], first: int, last: int
) -> bool:
    """Whether the row below the headings is one of them."""
    if last >= len(rows):
        return False
    if any(first <= area[0] <= last < area[2] for area in merged):
        return True
    below = rows[last]
    texts = [place for place, text in enumerate(below) if text.strip()]
    if not texts or any(_is_figure(below[place]) for place in texts):
        return False
    wide = {column for area in merged if area[0] == last and area[3] > area[1]
            for column in range(area[1] - 1, area[3])}  # fmt: skip
    above = rows[last - 1]
    empty = {place for place in texts if place >= len(above) or not above[place].strip()}
    # Every text below stands under a heading that reaches over it, or over a gap beside it.
    begun = {place - 1 for place in empty}
    return len(texts) > 1 and set(texts) <= wide | empty | begun


def _reaches_over(rows: Sequence[Sequence[str]], merged: Collection[Area], first: int) -> bool:
    """Whether the row above the headings is one of them."""
    above = rows[first - 2]
    texts = [place for place, text in enumerate(above) if text.strip()]
    if any(area[0] < first <= area[2] for area in merged):
        return True
    if len(texts) < 2 or any(_is_figure(above[place]) for place in texts):
        return False
    # It has areas that reach over several columns, or texts over gaps of the row below.
    below = rows[first - 1]
    wide = any(area[0] == first - 1 and area[3] > area[1] for area in merged)
    own = {place for area in merged if area[0] == first for place in range(area[1] - 1, area[3])}
    gaps = [place for place in texts if place >= len(below) or not below[place].strip()]
    return wide or any(place not in own for place in gaps)


def headings(
    rows: Sequence[Sequence[str]], merged: Collection[Area], head: Head
) -> list[tuple[str, ...]]:
    """Each column's headings from above to below, those that reach over it among them."""
    if not head.first:
        return []
    told = spread(rows[: head.last], [area for area in merged if area[0] >= head.first])
    lines = [list(line) for line in told[head.first - 1 :]]
    width = max((len(line) for line in rows), default=0)
    for number, line in enumerate(lines):
        line.extend([""] * (width - len(line)))
        if number < len(lines) - 1:
            _fill_gaps(line, lines[number + 1])
    found = []
    for place in range(width):
        parts = [" ".join(line[place].split()) for line in lines]
        found.append(tuple(dict.fromkeys(part for part in parts if part)))
    return found


def _fill_gaps(line: list[str], below: Sequence[str]) -> None:
    """A heading above reaches over the columns to its right that have one below and none of
    their own: that is how a merged heading looks in a text file."""
    last = ""
    for place, text in enumerate(line):
        if text.strip():
            last = text
        elif last and place < len(below) and below[place].strip():
            line[place] = last
        else:
            last = ""


# --------------------------------------------------------------------------------------- columns


@dataclass(frozen=True, slots=True)
class Words:
    """How a column of a field is headed. ``words``: normalised; ``share``: it is a percentage or
    a rest itself; ``yearly``, ``monthly``: there may be one for each year, or each month of one;
    ``strict``: by its own word alone."""

    words: tuple[str, ...]
    share: bool = False
    yearly: bool = False
    monthly: bool = False
    strict: bool = False


def find_columns(
    heads: Sequence[Sequence[str]],
    fields: Mapping[str, Words],
    years: Collection[int] = (),
    months: Mapping[int, Month] | None = None,
) -> dict[int, str]:
    """Which field each column is likely to be, by its place from 0; "name:2569" of a year,
    "name:m3" of a month. ``months``: the columns below the name of one (months.py)."""
    scored: list[tuple[float, int, str]] = []
    for place, parts in enumerate(heads):
        if months and place in months:
            scored.extend(_monthly_scores(place, months[place], fields))
            continue
        for name, field in fields.items():
            scored.extend(_column_scores(place, parts, name, field, years))
    found: dict[int, str] = {}
    for _score, place, name in sorted(scored, key=lambda each: (-each[0], each[1])):
        if place not in found and name not in found.values():
            found[place] = name
    bare = {name for name in found.values() if ":" not in name}
    # A table with a column for each year, or month, has none besides, and the other way round.
    yearly = {name.partition(":")[0] for name in found.values() if ":" in name}
    both = bare & yearly
    return {place: name for place, name in sorted(found.items()) if name not in both}


class Month(NamedTuple):
    """A month that a heading names: of the fiscal year, 1 (October) to 12; ``year``: the fiscal
    year, where the headings say it; ``rest``: what they say besides, normalised."""

    month: int
    year: int | None
    rest: str


def _monthly_scores(
    place: int, month: Month, fields: Mapping[str, Words]
) -> list[tuple[float, int, str]]:
    """The fields that a column below a month is likely to hold."""
    monthly = [name for name, field in fields.items() if field.monthly]
    if not month.rest:
        # Nothing but months: they are of the one field that is told by month first of all.
        return [(0.75, place, f"{name}:m{month.month}") for name in monthly[:1]]
    likely = {
        name: max((alike(month.rest, word) for word in fields[name].words), default=0.0)
        for name in monthly
    }
    return [
        (score, place, f"{name}:m{month.month}") for name, score in likely.items() if score >= ALIKE
    ]


def _column_scores(
    place: int, parts: Sequence[str], name: str, field: Words, years: Collection[int]
) -> list[tuple[float, int, str]]:
    if not parts:
        return []
    whole, own = normal("".join(parts)), normal(parts[-1])
    share = any(normal(word) in own or word in parts[-1] for word in _SHARES)
    if share and not field.share:
        return []
    named = _YEAR.findall(to_arabic(" ".join(parts)))
    # "ผลผลิต/กิจกรรม/โครงการ" names several things, of which each row is one.
    several = {normal(part) for part in parts[-1].split("/")}
    texts = {own, whole, normal(_YEAR.sub("", to_arabic(parts[-1]))), *several}
    score = max(alike(text, word) for text in texts if text for word in field.words)
    if field.yearly and len(named) == 1 and int(named[0]) in years:
        above = normal("".join(parts)).replace(named[0], "")
        likely = max((alike(above, word) for word in field.words), default=0.0)
        if likely >= ALIKE or not re.sub("ปีงบประมาณ|ปี|พศ|fy|year", "", above):
            return [(max(likely, 0.75), place, f"{name}:{named[0]}")]
        return []
    if field.strict and named:
        return []
    if score < (_SAME if field.strict else ALIKE):
        return []
    # Of several alike, the one below "all together".
    whole_of = len(parts) > 1 and any(word in normal(parts[0]) for word in ("รวม", "total"))
    return [(score + 0.02 * whole_of, place, name)]


# ------------------------------------------------------------------------------------------ rows


def is_total(texts: Sequence[str]) -> bool:
    """Whether a row that belongs to nothing known is a sum of others."""
    for text in texts:
        if not text.strip() or is_number(text):
            continue
        told = normal(text)
        return told in _TOTALS or told.startswith(_TOTAL_STARTS)
    return False


def is_numbering(texts: Sequence[str]) -> bool:
    """Whether a row numbers the columns: (1) (2) (3) …"""
    told = [normal(text) for text in texts if text.strip()]
    if len(told) < 3 or not all(re.match(r"\d{1,2}(?!\d)", text, re.ASCII) for text in told):
        return False
    numbers = [int(re.match(r"\d{1,2}", text, re.ASCII)[0]) for text in told]  # type: ignore[index]
    return numbers == list(range(numbers[0], numbers[0] + len(numbers))) and numbers[0] <= 2


def find_month(texts: Sequence[str], names: Mapping[str, int]) -> tuple[int, int] | None:
    """Of which month and year, as people write both, a table says that it is: (month, year) of
    the calendar; None where it does not say, or says several. ``names``: of the months."""
    pattern = re.compile(rf"({'|'.join(names)})\s*(?:พศ\s*)?(25\d\d)(?!\d)", re.ASCII)
    found = {
        (names[name], int(year))
        for text in texts
        for name, year in pattern.findall(to_arabic(text).replace(".", ""))
    }
    return found.pop() if len(found) == 1 else None


def find_unit(texts: Sequence[str]) -> int:
    """In which unit of money a table says that it is: 1, 1,000 or 1,000,000 baht; 0: it does
    not say, or says several."""
    found = {
        _SIZES[(thai or english).lower()] for text in texts for thai, english in _UNIT.findall(text)
    }
    return found.pop() if len(found) == 1 else 0
