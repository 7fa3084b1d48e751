"""Figures that look like slips: asked about, never blocked; docs/domain.md, "Slips"."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from kpis.models import Result
from kpis.rules.entry import Before, looks_like_slip
from kpis.rules.facts import target_in_force
from strategy.calendar import FiscalMonth
from strategy.thai import format_number, month_name

if TYPE_CHECKING:
    from kpis.write.checks import EntryContext, ResultEntry


class Slip(NamedTuple):
    """A figure that is asked about: why, and what it was held against."""

    why: str
    value: Decimal
    last: Decimal
    #: The month of the last figure; None where it is held against the year's target.
    month: FiscalMonth | None


def slips_of(entry: ResultEntry, context: EntryContext) -> dict[int, Slip]:
    """The figures of an entry that look like slips, by measure id; confirmed or not.

    A figure that stands already, and is saved again for another reason, is not asked about.
    """
    facts = context.facts[entry.indicator.pk]
    share = context.plans[entry.indicator.pk].plausible_share
    at = (entry.fiscal_year, entry.month)
    timeline = context.timelines[entry.indicator.pk]
    earlier = [key for key in sorted(timeline) if key < at]
    target = target_in_force(facts, *at)
    kept = context.kept.get(entry.key)
    stands = context.stands.get(entry.key, {})
    found = {}
    for measure in facts.measures:
        typed = entry.values.get(measure.id)
        amount = None if typed is None else typed.amount
        counted = kept is not None and kept.state not in Result.UNSENT
        if amount is None or (counted and stands.get(measure.id) == typed):
            continue
        last = next((key for key in reversed(earlier) if measure.id in timeline[key]), None)
        point = target.values.get(measure.id)
        before = Before(
            None if last is None else timeline[last][measure.id],
            last is not None and last[0] == entry.fiscal_year,
            None if point is None else point.value,
        )
        why = looks_like_slip(amount, before, kind=measure.kind, accrual=facts.accrual, share=share)
        if why == "beyond_target" and before.target is not None:
            found[measure.id] = Slip(why, amount, before.target, None)
        elif why and last is not None and before.last is not None:
            found[measure.id] = Slip(why, amount, before.last, FiscalMonth(*last))
    return found


def slip_question(slip: Slip) -> ValidationError:
    """What is asked, beside the figure's field."""
    return ValidationError(_sentence(slip), code="asked")


def _sentence(slip: Slip) -> str:
    if slip.month is None:
        return _(
            "Is %(value)s right? It rises by more than the whole target of the year, %(last)s. If "
            "it is right, save once more to confirm it."
        ) % {"value": format_number(slip.value), "last": format_number(slip.last)}
    return _(
        "Is %(value)s right? %(month)s stands at %(last)s. If it is right, save once more to "
        "confirm it."
    ) % {
        "value": format_number(slip.value),
        "month": month_name(slip.month, short=True),
        "last": format_number(slip.last),
    }
