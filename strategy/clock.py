"""The one place that reads the clock: the day in Bangkok, and the moment."""

from datetime import date, datetime, time, timedelta

from django.utils import timezone


def today() -> date:
    """Today in Bangkok (settings.TIME_ZONE), whatever the server's own zone."""
    return timezone.localdate()


def now() -> datetime:
    """This moment, with its zone."""
    return timezone.now()


def end_of_day(day: date) -> datetime:
    """The moment at which a day in Bangkok is over: what is before it is of that day."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))
