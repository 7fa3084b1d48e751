"""What of a plan's money is another than when its month was locked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from budgets.models import CarriedPayment, Disbursement
from budgets.read.carried import CarriedProject, counted
from strategy.approval.after_lock import restated_since_lock
from strategy.calendar import FiscalMonth
from strategy.closing.read import locked_since
from strategy.models import Plan


def months_shown(years: Iterable[Any]) -> dict[int, FiscalMonth]:
    """The months of the figures of some years of projects (MoneyYear), by the ids of these."""
    return {year.figure_id: year.as_of for year in years if year.figure_id is not None}


class AfterLock(NamedTuple):
    """``months``: those of projects, ``payments``: of money carried over, by their ids."""

    months: frozenset[int] = frozenset()
    payments: frozenset[int] = frozenset()

    def has(self, row: CarriedProject) -> bool:
        """Whether what was carried over, or what was paid of it, is among them."""
        return row.figure_id in self.months or row.payment_id in self.payments


def money_after_lock(
    plan: Plan, months: Mapping[int, FiscalMonth], carried: Iterable[CarriedProject]
) -> AfterLock:
    """Which of the months shown, by their ids, and of what is carried over, are others now.

    One query; at most four more where something of a locked month is among them.
    """
    locked = locked_since(plan.agency_id)
    if not locked:
        return AfterLock()
    rows = list(carried)
    ends = {row.figure_id: FiscalMonth(row.year, 12) for row in rows}
    paid = {row.last.id: row.last.at for row in rows if row.last}
    return AfterLock(
        restated_since_lock(Disbursement, {**ends, **months}, locked, counted(plan)),
        restated_since_lock(CarriedPayment, paid, locked, counted(plan)),
    )
