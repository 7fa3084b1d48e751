"""What may be entered as disbursed and committed. PURE: refusals as codes of the ground floor.

Source: docs/domain.md, "Budgets": refused are negative amounts; a running total that falls, and
more than is allocated, ask for a reason. What is allocated may not become negative. Of money
carried over no more is paid than was committed; a payment after March asks for a reason.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from budgets.rules.calc import DISBURSED, USED, ZERO, Spent
from strategy.standing.status import round2
from strategy.standing.timeline import Fall, find_fall
from strategy.thai import Refusal

#: What a running total of money carried over counts.
PAID = "paid"


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


#: The last fiscal month in which money carried over is paid without an extension: March.
LAST_CARRIED_MONTH = 6


def paid_fall(year: int, month: int, paid: Decimal, others: Mapping[int, Decimal]) -> Fall | None:
    """The first fall among what has been paid of money carried over, by month of the next year."""
    return find_fall(
        (year, month),
        {PAID: paid},
        [((year, held), {PAID: amount}) for held, amount in others.items()],
    )
