"""What is said where something is shown as it was known at the end of an earlier day."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from strategy.known.reading import known_day
from strategy.thai import format_date


def known_words(day: date) -> str:
    """That what is shown is what was known then."""
    return _("As known at the end of %(day)s") % {"day": format_date(day, short=False)}


def known_lines() -> list[str]:
    """The line for it beneath a workbook's titles; none where things are shown as they stand."""
    day = known_day()
    return [] if day is None else [known_words(day)]


def known_name(name: str) -> str:
    """A file's name with the day in it; as it is where things are shown as they stand."""
    day = known_day()
    stem, dot, ending = name.rpartition(".")
    return name if day is None else f"{stem} {format_date(day)}{dot}{ending}"
