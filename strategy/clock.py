"""The one place that reads the clock: the day in Bangkok."""

from datetime import date

from django.utils import timezone


def today() -> date:
    """Today in Bangkok (settings.TIME_ZONE), whatever the server's own zone."""
    return timezone.localdate()
