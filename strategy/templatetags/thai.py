"""Thai dates and numbers in templates. Django's own date filter would print the C.E. year."""

from datetime import date, datetime
from decimal import Decimal

from django import template
from django.utils import timezone

from strategy import thai

register = template.Library()


@register.filter
def thai_date(day: date | None) -> str:
    """12 ต.ค. 2569"""
    if day is None:
        return ""
    if isinstance(day, datetime):
        day = timezone.localtime(day).date()
    return thai.format_date(day)


@register.filter
def thai_datetime(moment: datetime | None) -> str:
    """12 ต.ค. 2569 10:24, in Bangkok"""
    if moment is None:
        return ""
    local = timezone.localtime(moment)
    return f"{thai.format_date(local.date())} {local:%H:%M}"


@register.filter
def number(value: Decimal | None) -> str:
    """Commas and at most two decimals; a dash where there is nothing."""
    return "–" if value is None else thai.format_number(value)


@register.filter
def baht(value: Decimal | None) -> str:
    """Baht, whole or with both decimals; a dash where there is nothing."""
    return "–" if value is None else thai.format_baht(value)


@register.filter
def million(value: Decimal | None) -> str:
    """Baht as million baht with two decimals; a dash where there is nothing."""
    return thai.format_million(value)


@register.filter
def signed(value: Decimal | str | None) -> str:
    """A change with its sign: +4.97, −0.78; a dash where there is nothing.

    Nothing may come as "" too: what a template makes of an attribute of None.
    """
    return thai.format_signed(value if isinstance(value, Decimal) else None)
