"""The one place that reads the clock: the day in Bangkok, and the moment."""

from datetime import date, datetime

from django.utils import timezone


def today() -> date:
    """Today in Bangkok (settings.TIME_ZONE), whatever the server's own zone."""
    return timezone.localdate()


def now() -> datetime:
    """This moment, with its zone."""
    return timezone.now()
