"""What may be entered as disbursed and committed. PURE: refusals as codes of the ground floor.

Source: docs/domain.md, "Budgets": refused are negative amounts; a running total that falls, and
more than is allocated, ask for a reason. What is allocated may not become negative.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from budgets.rules.calc import ZERO, Spent
from strategy.standing.status import round2
from strategy.standing.timeline import Fall, find_fall
from strategy.thai import Refusal

DISBURSED = "disbursed"
USED = "used"


def check_amount(value: Decimal) -> None:
    """Raises Refusal where an amount is negative or finer than a satang."""
    if value < 0:
        raise Refusal("number_negative")
    if value != round2(value):
        raise Refusal("number_too_fine", decimals=2)


def is_above(spent: Spent, allocated: Decimal | None) -> bool:
    """Whether disbursed and committed together pass what is allocated."""
    return spent.used > (allocated or ZERO)


def overdrawn(
    base: Decimal | None, transfers: Iterable[tuple[date, Decimal]]
) -> tuple[date, Decimal] | None:
    """When more is taken from a project's year than it has, and what would then be allocated.

    ``base``: the approved amount, else the plan's. Transfers count from the day of their document,
    all of one day together. None where what is allocated is never negative.
    """
    allocated = base or ZERO
    moved: dict[date, Decimal] = defaultdict(lambda: ZERO)
    for day, amount in transfers:
        moved[day] += amount
    for day in sorted(moved):
        allocated += moved[day]
        if allocated < 0:
            return day, allocated
    return None


def spending_fall(year: int, spent: Spent, others: Iterable[Spent]) -> Fall | None:
    """The first fall that a month's totals would bring about within their fiscal year.

    Held against the neighbouring months are what has been paid, and paid and committed together:
    what is committed falls by itself as it is paid.
    """

    def totals(held: Spent) -> dict[str, Decimal]:
        return {DISBURSED: held.disbursed, USED: held.used}

    return find_fall(
        (year, spent.month),
        totals(spent),
        [((year, held.month), totals(held)) for held in others],
    )
