"""What may be entered as disbursed and committed. PURE: refusals as codes of the ground floor.

Source: docs/domain.md, "Budgets": refused are negative amounts; a running total that falls, and
more than is allocated, ask for a reason.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from budgets.calc import ZERO, Spent
from strategy.thai import Refusal
from strategy.timeline import Fall, find_fall

DISBURSED = "disbursed"
USED = "used"


def check_amount(value: Decimal) -> None:
    """Raises Refusal where an amount is negative."""
    if value < 0:
        raise Refusal("number_negative")


def is_above(spent: Spent, allocated: Decimal | None) -> bool:
    """Whether disbursed and committed together pass what is allocated."""
    return spent.used > (allocated or ZERO)


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
