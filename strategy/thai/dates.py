"""Thai years, dates and month names, read and written, without Django."""

from __future__ import annotations

import re
from collections.abc import Callable
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


ENGLISH_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


#: The abbreviations of the months by their letters: people leave the full stops out.
_LETTERS = [name.replace(".", "") for name in MONTH_ABBREVIATIONS]


def _always() -> bool:
    return True


#: Whether the reader reads Thai. Whoever knows their language says so (:func:`ask_language`); on
#: its own this module speaks Thai.
_reads_thai: Callable[[], bool] = _always


def ask_language(reads_thai: Callable[[], bool]) -> None:
    """Let days and months be written for a reader: in Thai with years of the Buddhist Era, or in
    English with years of the Christian Era. Called once when the system starts."""
    global _reads_thai
    _reads_thai = reads_thai


def reads_thai() -> bool:
    """Whether what is written now is written in Thai."""
    return _reads_thai()


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

    Beside the English name of a month the year is of the Christian Era, 15 Jan 2026; and so it may
    be in figures alone, 15/01/2026, for who reads English. Years of the two eras cannot be taken
    for one another.

    ``letter``: the date of an official letter, where by custom a two-digit year stands for
    B.E. 25xx (๒๗ ก.พ. ๖๓ is 27 February 2563). Refuses with ``date_unclear``, ``date_unknown``
    (30 February), ``year_ce`` or ``year_unclear``.
    """
    cleaned = to_arabic(" ".join(without_pasted(text).split()))
    match = re.fullmatch(r"(\d{1,2}) ?([/-]) ?(\d{1,2}) ?\2 ?(\d{2}|\d{4})", cleaned, re.ASCII)
    iso = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", cleaned, re.ASCII)
    common = not reads_thai()
    if match:
        day, month, year_text = int(match[1]), int(match[3]), match[4]
    elif iso:
        day, month, year_text = int(iso[3]), int(iso[2]), iso[1]
    else:
        match = re.fullmatch(
            r"(\d{1,2}) ?([ก-๙A-Za-z.]+) ?(?:พ\.ศ\. ?)?(\d{2}|\d{4})", cleaned, re.ASCII
        )
        if not match:
            raise Refusal("date_unclear", text=text)
        day, year_text = int(match[1]), match[3]
        month, common = _named_month(match[2], text)
    if common and int(year_text) in _CE_YEARS:
        year_text = str(int(year_text) + BE_OFFSET)
    if len(year_text) == 2:
        if not letter:
            raise Refusal("year_unclear", text=year_text)
        year_text = "25" + year_text
    year = parse_year(year_text)
    try:
        return date(year - BE_OFFSET, month, day)
    except ValueError:
        raise Refusal("date_unknown", text=text) from None


def _named_month(name: str, text: str) -> tuple[int, bool]:
    """The month of the calendar that a name means, and whether the name is English."""
    letters = name.replace(".", "")
    for names, given in ((MONTH_NAMES, name), (_LETTERS, letters)):
        if given in names:
            return names.index(given) + 1, False
    found = letters.casefold()
    for month, whole in enumerate(ENGLISH_MONTHS, start=1):
        if found == whole.casefold() or len(found) in (3, 4) and whole.casefold().startswith(found):
            return month, True
    raise Refusal("date_unclear", text=text)


def _month(month: int, *, short: bool) -> str:
    """A month of the calendar as the reader calls it."""
    if not reads_thai():
        return ENGLISH_MONTHS[month - 1][:3] if short else ENGLISH_MONTHS[month - 1]
    return (MONTH_ABBREVIATIONS if short else MONTH_NAMES)[month - 1]


def month_name(month: FiscalMonth, *, short: bool = False, year: bool = True) -> str:
    """A fiscal month as users read it: กันยายน 2569, ก.ย. 2569 or ก.ย.; in English Sep 2026."""
    name = _month(month.calendar_month, short=short)
    if not year:
        return name
    return f"{name} {month.calendar_year - (0 if reads_thai() else BE_OFFSET)}"


WEEKDAYS = ("จันทร์", "อังคาร", "พุธ", "พฤหัสบดี", "ศุกร์", "เสาร์", "อาทิตย์")
ENGLISH_WEEKDAYS = (
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
)  # fmt: skip


def weekday_name(day: date) -> str:
    """The day of the week: จันทร์, Monday."""
    return (WEEKDAYS if reads_thai() else ENGLISH_WEEKDAYS)[day.weekday()]


def format_date(day: date, *, short: bool = True) -> str:
    """A day as users read it: 12 ต.ค. 2569, or 12 ตุลาคม 2569; in English 12 Oct 2026."""
    year = day.year + (BE_OFFSET if reads_thai() else 0)
    return f"{day.day} {_month(day.month, short=short)} {year}"


def address_date(day: date) -> str:
    """A day as addresses have it, with its B.E. year: 2568-11-15."""
    return f"{day.year + BE_OFFSET}-{day:%m-%d}"
