"""Why a reported figure was refused, in sentences; the codes are those of kpis/rules/entry.py."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "percent_range": _("A percentage is from 0 to 100, not %(text)s."),
    "level_range": _("A level is from 0 (not started) to %(levels)s, not %(text)s."),
    "ratio_half": _("Write both numbers: how many of how many."),
    "ratio_zero": _("Nothing can be counted out of 0; check the second number."),
    "ratio_no_cases": _("0 of 0 is nothing to measure: tick “no cases” instead."),
    "ratio_above": _("The first number cannot be more than the second."),
    "ratio_not_both": _("Write either the percentage or the two numbers it comes from."),
}
