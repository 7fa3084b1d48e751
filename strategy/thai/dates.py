"""Thai years, dates and month names, read and written, without Django."""

from __future__ import annotations

import re
from datetime import date

from strategy.calendar import BE_OFFSET, FiscalMonth
from strategy.thai.numbers import Refusal, to_arabic, without_pasted

MONTH_NAMES = (
    "มกราคม", "กุมภาพันธ์", "มีนาคม", "เมษายน", "พฤษภาคม", "มิถุนายน",
    "กรกฎาคม", "สิงหาคม", "กันยายน", "ตุลาคม", "พฤศจิกายน", "ธันวาคม",
)  # fmt: skip


MONTH_ABBREVIATIONS = (
    "ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.",
    "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค.",
)  # fmt: skip


#: The abbreviations of the months by their letters: people leave the full stops out.
_LETTERS = [name.replace(".", "") for name in MONTH_ABBREVIATIONS]

#: Years that can only be meant as C.E. or as B.E.; what lies outside both is refused.
_CE_YEARS = range(1900, 2200)


_BE_YEARS = range(2400, 2700)


def parse_year(text: str) -> int:
    """A four-digit B.E. year in Arabic or Thai digits.

    Refuses with ``year_ce`` (naming the B.E. year it would be) or ``year_unclear``.
    """
    cleaned = to_arabic(without_pasted(text))
    if not re.fullmatch(r"\d{4}", cleaned, re.ASCII):
        raise Refusal("year_unclear", text=text)
    year = int(cleaned)
    if year in _CE_YEARS:
        raise Refusal("year_ce", year=year, be=year + BE_OFFSET)
    if year not in _BE_YEARS:
        raise Refusal("year_unclear", text=text)
    return year


def parse_date(text: str, *, letter: bool = False) -> date:
    """A date with a B.E. year: 15/01/2569, 15 ม.ค. 2569, 15 มค 2569, ๑๕ มกราคม ๒๕๖๙, 2569-01-15.

    ``letter``: the date of an official letter, where by custom a two-digit year stands for
    B.E. 25xx (๒๗ ก.พ. ๖๓ is 27 February 2563). Refuses with ``date_unclear``, ``date_unknown``
    (30 February), ``year_ce`` or ``year_unclear``.
    """
    cleaned = to_arabic(" ".join(without_pasted(text).split()))
    match = re.fullmatch(r"(\d{1,2}) ?([/-]) ?(\d{1,2}) ?\2 ?(\d{2}|\d{4})", cleaned, re.ASCII)
    iso = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", cleaned, re.ASCII)
    if match:
        day, month, year_text = int(match[1]), int(match[3]), match[4]
    elif iso:
        day, month, year_text = int(iso[3]), int(iso[2]), iso[1]
    else:
        match = re.fullmatch(r"(\d{1,2}) ?([ก-๙.]+) ?(?:พ\.ศ\. ?)?(\d{2}|\d{4})", cleaned, re.ASCII)
        if not match:
            raise Refusal("date_unclear", text=text)
        if match[2] in MONTH_NAMES:
            place = MONTH_NAMES.index(match[2])
        elif (letters := match[2].replace(".", "")) in _LETTERS:
            place = _LETTERS.index(letters)
        else:
            raise Refusal("date_unclear", text=text)
        day, month, year_text = int(match[1]), place + 1, match[3]
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


WEEKDAYS = ("จันทร์", "อังคาร", "พุธ", "พฤหัสบดี", "ศุกร์", "เสาร์", "อาทิตย์")


def weekday_name(day: date) -> str:
    """The day of the week: จันทร์."""
    return WEEKDAYS[day.weekday()]


def format_date(day: date, *, short: bool = True) -> str:
    """A day in the Buddhist Era: 12 ต.ค. 2569, or 12 ตุลาคม 2569."""
    names = MONTH_ABBREVIATIONS if short else MONTH_NAMES
    return f"{day.day} {names[day.month - 1]} {day.year + BE_OFFSET}"


def address_date(day: date) -> str:
    """A day as addresses have it, with its B.E. year: 2568-11-15."""
    return f"{day.year + BE_OFFSET}-{day:%m-%d}"
