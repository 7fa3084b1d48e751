"""The months of a fiscal year to choose from, in the language of whoever reads them."""

from __future__ import annotations

from django.utils.functional import lazy

from strategy.calendar import MONTHS, FiscalMonth
from strategy.thai import month_name


def _name_of(month: int) -> str:
    return month_name(FiscalMonth(2566, month), year=False)


#: (1 to 12, its name), from October.
MONTH_CHOICES = [(month, lazy(_name_of, str)(month)) for month in MONTHS]
