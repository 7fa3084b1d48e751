"""The sentences that say why an input was refused and what would be right.

Those of numbers, years and dates stand here; each app adds its own when the system starts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from strategy.thai import Refusal

_SENTENCES: dict[str, Any] = {
    "number_empty": _("Write a number."),
    "number_unclear": _(
        "“%(text)s” is not a clear number. Write digits only, such as 1,234.5 or ๑,๒๓๔.๕."
    ),
    "number_too_long": _("The number is too long: at most %(digits)s digits before the point."),
    "number_too_fine": _("At most %(decimals)s decimals are kept; round the number first."),
    "number_whole": _("This counts whole things: write a number without decimals, not %(text)s."),
    "number_negative": _("The number cannot be negative."),
    "year_unclear": _(
        "“%(text)s” is not a clear year. Write four digits of the Buddhist Era, such as 2569."
    ),
    "year_ce": _("%(year)s is a year of the Christian Era; in the Buddhist Era it is %(be)s."),
    "date_unclear": _(
        "“%(text)s” is not a clear date. Write day, month and year of the Buddhist Era, "
        "such as 15/01/2569 or 15 ม.ค. 2569."
    ),
    "scale_levels": _(
        "A scale has %(fewest)s to %(most)s levels, written like 50/75/100; here are %(count)s."
    ),
    "scale_rising": _(
        "Each level is worth more than 0 and more than the level before, such as 50/75/100."
    ),
    "date_unknown": _("“%(text)s” is not a day of the calendar."),
}


def add_sentences(sentences: Mapping[str, Any]) -> None:
    """Let an app's refusals be said: lazy texts by code. Raises ValueError where one is taken."""
    for code, text in sentences.items():
        if _SENTENCES.setdefault(code, text) is not text:
            raise ValueError(f"a sentence for {code} is there already")


def said(refusal: Refusal, **more: object) -> str:
    """A refusal in words; ``more`` takes the place of its own parameters."""
    return str(_SENTENCES[refusal.code]) % {**refusal.params, **more}


def sentence(refusal: Refusal, **more: object) -> ValidationError:
    """A refusal as a validation error with its sentence."""
    return ValidationError(
        _SENTENCES[refusal.code], code=refusal.code, params={**refusal.params, **more}
    )
