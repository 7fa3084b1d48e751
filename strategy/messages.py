"""The sentences that say why an input was refused and what would be right."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from strategy.thai import Refusal

SENTENCES = {
    "number_empty": _("Write a number."),
    "number_unclear": _(
        "“%(text)s” is not a clear number. Write digits only, such as 1,234.5 or ๑,๒๓๔.๕."
    ),
    "number_too_long": _("The number is too long: at most %(digits)s digits before the point."),
    "number_too_fine": _("At most %(decimals)s decimals are kept; round the number first."),
    "number_whole": _("This counts whole things: write a number without decimals, not %(text)s."),
    "number_negative": _("The number cannot be negative."),
    "amount_both": _("Write both amounts; 0 where there is none."),
    "amount_kept": _(
        "Figures are kept for this month. If they were entered by mistake, planners take them "
        "back: ask them, and do not write 0 instead."
    ),
    "percent_range": _("A percentage is from 0 to 100, not %(text)s."),
    "level_range": _("A level is from 0 (not started) to 5, not %(text)s."),
    "ratio_half": _("Write both numbers: how many of how many."),
    "ratio_zero": _("Nothing can be counted out of 0; check the second number."),
    "ratio_no_cases": _("0 of 0 is nothing to measure: tick “no cases” instead."),
    "ratio_above": _("The first number cannot be more than the second."),
    "ratio_not_both": _("Write either the percentage or the two numbers it comes from."),
    "year_unclear": _(
        "“%(text)s” is not a clear year. Write four digits of the Buddhist Era, such as 2569."
    ),
    "year_ce": _("%(year)s is a year of the Christian Era; in the Buddhist Era it is %(be)s."),
    "date_unclear": _(
        "“%(text)s” is not a clear date. Write day, month and year of the Buddhist Era, "
        "such as 15/01/2569 or 15 ม.ค. 2569."
    ),
    "date_unknown": _("“%(text)s” is not a day of the calendar."),
}


def sentence(refusal: Refusal, **more: object) -> ValidationError:
    """A refusal as a validation error with its sentence."""
    return ValidationError(
        SENTENCES[refusal.code], code=refusal.code, params={**refusal.params, **more}
    )
