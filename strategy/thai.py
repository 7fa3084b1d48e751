"""Thai digits, numbers, years, dates and alphabetical order, without Django.

What is unclear is refused with a :class:`Refusal`; nothing is guessed. The sentences that
users read for each refusal stand in ``strategy/messages.py``.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from strategy.fiscal import BE_OFFSET, FiscalMonth

MONTH_NAMES = (
    "มกราคม", "กุมภาพันธ์", "มีนาคม", "เมษายน", "พฤษภาคม", "มิถุนายน",
    "กรกฎาคม", "สิงหาคม", "กันยายน", "ตุลาคม", "พฤศจิกายน", "ธันวาคม",
)  # fmt: skip
MONTH_ABBREVIATIONS = (
    "ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.",
    "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค.",
)  # fmt: skip

_TO_ARABIC = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
_TO_THAI = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")

#: Years that can only be meant as C.E. or as B.E.; what lies outside both is refused.
_CE_YEARS = range(1900, 2200)
_BE_YEARS = range(2400, 2700)

_NUMBER = re.compile(r"-?(?:0|[1-9]\d*|[1-9]\d{0,2}(?:,\d{3})+)(?:\.\d+)?", re.ASCII)
_MAX_INTEGER_DIGITS = 13
_MAX_DECIMALS = 4
_CENT = Decimal("0.01")


class Refusal(ValueError):
    """Input that is not understood. ``code`` names the sentence, ``params`` fill it."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params


def says_why(text: str) -> bool:
    """Whether a reason holds a word; "-" and "." give none."""
    return any(letter.isalpha() for letter in text)


def to_arabic(text: str) -> str:
    """Thai digits to Arabic ones; every other character stays."""
    return text.translate(_TO_ARABIC)


def to_thai_digits(text: str) -> str:
    """Arabic digits to Thai ones; every other character stays."""
    return text.translate(_TO_THAI)


def parse_number(text: str, *, max_decimals: int = _MAX_DECIMALS) -> Decimal:
    """A plain number in Arabic or Thai digits, with or without well-placed commas.

    Refuses with the codes ``number_empty``, ``number_unclear`` (letters, "1e5", "1_000", "nan",
    "1,23", invisible characters …), ``number_too_long`` and ``number_too_fine`` (more decimals
    than are kept).
    """
    cleaned = to_arabic(text.strip(" \t\r\n"))
    if not cleaned:
        raise Refusal("number_empty")
    if not _NUMBER.fullmatch(cleaned):
        raise Refusal("number_unclear", text=text)
    plain = cleaned.replace(",", "")
    integer, _, decimals = plain.lstrip("-").partition(".")
    if len(integer) > _MAX_INTEGER_DIGITS:
        raise Refusal("number_too_long", digits=_MAX_INTEGER_DIGITS)
    if len(decimals.rstrip("0")) > max_decimals:
        raise Refusal("number_too_fine", decimals=max_decimals)
    return Decimal(plain) + 0  # "-0" is 0


@lru_cache(maxsize=4096)
def format_number(value: Decimal, decimals: int | None = None) -> str:
    """A number as users read it: commas, and at most two decimals without trailing zeros.

    ``decimals`` asks for exactly so many. Rounds half up.
    """
    if decimals is None:
        if value == value.to_integral_value():
            return f"{int(value):,}"
        text = f"{value.quantize(_CENT, ROUND_HALF_UP) + 0:,}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return f"{value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP) + 0:,}"


def format_exact(value: Decimal) -> str:
    """A number with commas and every decimal that it has: 57.1250 is "57.125".

    For what is typed into and read back, where a rounded figure would replace the stored one.
    """
    return f"{value.normalize() + 0:,f}"


def format_baht(baht: Decimal) -> str:
    """An amount in baht, exact like the others, whole or with satang: 1,000,000, 200,000.50."""
    whole, point, satang = format_exact(baht).partition(".")
    return f"{whole}.{satang.ljust(2, '0')}" if point else whole


def format_signed(value: Decimal | None) -> str:
    """A change with two decimals and its sign, a true minus; a dash where there is none."""
    if value is None:
        return "–"
    text = format_number(abs(value), 2)
    return text if not value else f"+{text}" if value > 0 else f"−{text}"


def format_million(baht: Decimal | None) -> str:
    """Baht as million baht with two decimals; a dash where there is nothing."""
    return "–" if baht is None else format_number(baht / 1_000_000, 2)


def parse_year(text: str) -> int:
    """A four-digit B.E. year in Arabic or Thai digits.

    Refuses with ``year_ce`` (naming the B.E. year it would be) or ``year_unclear``.
    """
    cleaned = to_arabic(text.strip(" \t\r\n"))
    if not re.fullmatch(r"\d{4}", cleaned, re.ASCII):
        raise Refusal("year_unclear", text=text)
    year = int(cleaned)
    if year in _CE_YEARS:
        raise Refusal("year_ce", year=year, be=year + BE_OFFSET)
    if year not in _BE_YEARS:
        raise Refusal("year_unclear", text=text)
    return year


def parse_date(text: str, *, letter: bool = False) -> date:
    """A date written day first with a B.E. year: 15/01/2569, 15 ม.ค. 2569, ๑๕ มกราคม ๒๕๖๙.

    ``letter``: the date of an official letter, where by custom a two-digit year stands for
    B.E. 25xx (๒๗ ก.พ. ๖๓ is 27 February 2563). Refuses with ``date_unclear``, ``date_unknown``
    (30 February), ``year_ce`` or ``year_unclear``.
    """
    cleaned = to_arabic(" ".join(text.split()))
    match = re.fullmatch(r"(\d{1,2}) ?([/-]) ?(\d{1,2}) ?\2 ?(\d{2}|\d{4})", cleaned, re.ASCII)
    if match:
        day, month, year_text = int(match[1]), int(match[3]), match[4]
    else:
        match = re.fullmatch(r"(\d{1,2}) ?([ก-๙.]+) ?(?:พ\.ศ\. ?)?(\d{2}|\d{4})", cleaned, re.ASCII)
        if not match:
            raise Refusal("date_unclear", text=text)
        names = MONTH_NAMES if match[2] in MONTH_NAMES else MONTH_ABBREVIATIONS
        if match[2] not in names:
            raise Refusal("date_unclear", text=text)
        day, month, year_text = int(match[1]), names.index(match[2]) + 1, match[3]
    if len(year_text) == 2:
        if not letter:
            raise Refusal("year_unclear", text=year_text)
        year_text = "25" + year_text
    year = parse_year(year_text)
    try:
        return date(year - BE_OFFSET, month, day)
    except ValueError:
        raise Refusal("date_unknown", text=text) from None


def month_name(month: FiscalMonth, *, short: bool = False, year: bool = True) -> str:
    """A fiscal month as users read it: กันยายน 2569, ก.ย. 2569 or ก.ย."""
    names = MONTH_ABBREVIATIONS if short else MONTH_NAMES
    name = names[month.calendar_month - 1]
    return f"{name} {month.calendar_year}" if year else name


def format_date(day: date, *, short: bool = True) -> str:
    """A day in the Buddhist Era: 12 ต.ค. 2569, or 12 ตุลาคม 2569."""
    names = MONTH_ABBREVIATIONS if short else MONTH_NAMES
    return f"{day.day} {names[day.month - 1]} {day.year + BE_OFFSET}"


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
