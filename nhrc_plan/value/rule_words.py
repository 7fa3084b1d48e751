"""The rule of money beside results in a sentence."""

from __future__ import annotations

from django.utils.translation import gettext as _

from strategy.models import Plan
from strategy.thai import format_number


def corners(plan: Plan) -> str:
    return _(
        "Money beside results: a side counts as come along above %(near)s per cent of what was "
        "expected by now – used money (disbursed and committed) against the expected "
        "disbursement, results by their mean."
    ) % {"near": format_number(plan.band_near)}
