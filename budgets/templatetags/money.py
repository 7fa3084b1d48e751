"""Words of money in templates."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext as _

from budgets.rules.calc import USED, MoneyStanding

register = template.Library()


@register.filter
def against_expected(standing: MoneyStanding) -> str:
    """What is judged beside what was expected: "disbursed 4.37%, expected 8.33"; "" without."""
    if standing.judged_percent is None:
        return ""
    said = (
        _("used %(percent)s%%, expected %(expected)s")
        if standing.judged_on == USED
        else _("disbursed %(percent)s%%, expected %(expected)s")
    )
    return said % {"percent": standing.judged_percent, "expected": standing.expected_percent}
