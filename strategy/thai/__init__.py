"""Thai digits, numbers, years, dates and alphabetical order, without Django.

What is unclear is refused with a :class:`Refusal`; nothing is guessed. The sentences that
users read for each refusal stand in ``strategy/messages.py``.
"""

from strategy.thai.dates import (
    MONTH_ABBREVIATIONS,
    MONTH_NAMES,
    address_date,
    ask_language,
    format_date,
    month_name,
    parse_date,
    parse_year,
    reads_thai,
    weekday_name,
)
from strategy.thai.numbers import (
    Refusal,
    format_baht,
    format_exact,
    format_million,
    format_number,
    format_signed,
    format_told,
    parse_number,
    plain,
    says_why,
    to_arabic,
    to_thai_digits,
)
from strategy.thai.sorting import compare, natural_key, sort_key

__all__ = [
    "MONTH_ABBREVIATIONS", "MONTH_NAMES", "Refusal", "address_date", "ask_language",
    "compare", "format_baht", "format_date", "format_exact", "format_million",
    "format_number", "format_signed", "format_told", "month_name", "natural_key",
    "parse_date", "parse_number", "parse_year", "plain", "reads_thai", "says_why",
    "sort_key", "to_arabic", "to_thai_digits", "weekday_name",
]  # fmt: skip
