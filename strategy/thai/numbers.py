"""Thai digits, numbers, years, dates and alphabetical order, without Django.

What is unclear is refused with a :class:`Refusal`; nothing is guessed. The sentences that
users read for each refusal stand in ``strategy/messages.py``.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

_TO_ARABIC = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
_TO_THAI = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")


_NUMBER = re.compile(r"-?(?:0|[1-9]\d*|[1-9]\d{0,2}(?:,\d{3})+)(?:\.\d+)?", re.ASCII)
_MAX_INTEGER_DIGITS = 13
_MAX_DECIMALS = 4
_CENT = Decimal("0.01")
_FOUR = Decimal("0.0001")


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


#: What comes along when something is pasted: spaces that break no line or have no width.
_PASTED = " \t\r\n\u00a0\u2007\u202f\u200b\u200c\u200d\u2060\ufeff"


def without_pasted(text: str) -> str:
    """A text without the spaces around it, those of no width and without a break among them."""
    return text.strip(_PASTED)


def parse_number(text: str, *, max_decimals: int = _MAX_DECIMALS, percent: bool = False) -> Decimal:
    """A plain number in Arabic or Thai digits, with or without well-placed commas.

    Spaces around it, also those that a paste brings along, are nothing; inside they are unclear.
    ``percent``: a figure in per cent, after which the sign may stand ("75%", "75 %").

    Refuses with the codes ``number_empty``, ``number_unclear`` (letters, "1e5", "1_000", "nan",
    "1,23", invisible characters …), ``number_too_long`` and ``number_too_fine`` (more decimals
    than are kept).
    """
    cleaned = to_arabic(without_pasted(text))
    if percent and cleaned.endswith("%"):
        cleaned = without_pasted(cleaned[:-1])
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


def format_told(value: Decimal) -> str:
    """A number in a sentence: every decimal that it has, but never more than four."""
    return format_exact(value.quantize(_FOUR, ROUND_HALF_UP))


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


def plain(value: Decimal | None) -> str | None:
    """A stored number as short text, for history rows: 40.0000 is "40"."""
    if value is None:
        return None
    return format(value.normalize() + 0, "f")
