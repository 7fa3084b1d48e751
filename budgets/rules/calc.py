"""What the money figures mean: allocated, disbursed and used per cent, expected, status, totals.

Pure: no Django, no clock, no float. Amounts are baht as Decimal. Source: docs/domain.md,
"Budgets"; the bands are those of results (strategy/standing/status.py). Percentages are computed
exactly, rounded half up to two decimals once, at the end, and judged as rounded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from strategy.standing.status import (
    AWAITING,
    DEFAULT_BANDS,
    HUNDRED,
    NO_BUDGET,
    NOT_DUE,
    STATUSES,
    WAITING_APPROVAL,
    Bands,
    round2,
    status_of,
)

ZERO = Decimal(0)

#: What of the money is meant, and what a year may be judged by.
DISBURSED = "disbursed"
USED = "used"

#: What a year's money is spent on, where somebody said so.
UNSAID = ""
CURRENT = "current"
INVESTMENT = "investment"
SPENDING_KINDS = (CURRENT, INVESTMENT)


class SpendingTargets(NamedTuple):
    """A line: what share of the year's money is to be spent by the end of each quarter, in %."""

    q1: Decimal = Decimal(25)
    q2: Decimal = Decimal(50)
    q3: Decimal = Decimal(75)
    q4: Decimal = HUNDRED


#: While the government's targets of a year have not been entered.
STRAIGHT_LINE = SpendingTargets()


class Lines(NamedTuple):
    """The government's two lines of a fiscal year, and which of them judges.

    ``used``: disbursed and committed together; None where it was not set, and then what is to be
    disbursed is the least that is to be used. ``judged_on``: DISBURSED or USED.
    """

    disbursed: SpendingTargets = STRAIGHT_LINE
    used: SpendingTargets | None = None
    judged_on: str = DISBURSED

    @property
    def of_used(self) -> SpendingTargets:
        return self.used or self.disbursed

    @property
    def judging(self) -> SpendingTargets:
        return self.of_used if self.judged_on == USED else self.disbursed


#: While nothing has been entered: both run straight.
STRAIGHT_LINES = Lines()


class YearLines(NamedTuple):
    """The lines of a fiscal year: for all money, and those that a kind of spending has.

    ``entered``: whether planners entered them; else both are a straight line.
    """

    all: Lines = STRAIGHT_LINES
    kinds: Mapping[str, Lines] = MappingProxyType({})
    entered: bool = False

    def of(self, kind: str) -> Lines:
        """The lines that a kind of spending is judged by; what is judged goes for all of them."""
        return self.kinds.get(kind, self.all)._replace(judged_on=self.all.judged_on)


#: Those of a year for which nothing has been entered.
STRAIGHT = YearLines()


class Budget(NamedTuple):
    """What a project may spend in a fiscal year, in baht; None where nothing was said.

    ``transferred``: the sum of transfers in (+) and out (−) by the month looked at. ``kind``: what
    it is spent on (CURRENT, INVESTMENT), UNSAID where nobody said so.
    """

    plan: Decimal | None = None
    approved: Decimal | None = None
    transferred: Decimal = ZERO
    kind: str = UNSAID

    @property
    def allocated(self) -> Decimal | None:
        """The approved amount where entered, else the plan's, with the transfers."""
        base = self.plan if self.approved is None else self.approved
        if base is None and self.transferred == 0:
            return None
        return (base or ZERO) + self.transferred


class Spent(NamedTuple):
    """Running totals at the end of a fiscal ``month``: paid, and committed but not yet paid."""

    month: int
    disbursed: Decimal
    committed: Decimal

    @property
    def used(self) -> Decimal:
        return self.disbursed + self.committed


class MoneyStanding(NamedTuple):
    """How a sum of money stands; per cent, rounded, not capped.

    ``counts``: there is a current figure, so it counts as reported. ``expected_percent`` is what
    the judging line expects by the figure's own month, and ``of_expected`` what is judged against
    it: disbursed or used, as ``judged_on`` says. ``used_of_expected``: used against its own line.
    """

    status: str
    counts: bool = False
    disbursed_percent: Decimal | None = None
    used_percent: Decimal | None = None
    expected_percent: Decimal | None = None
    of_expected: Decimal | None = None
    used_of_expected: Decimal | None = None
    judged_on: str = DISBURSED

    @property
    def judged_percent(self) -> Decimal | None:
        """The per cent that is judged: of what is disbursed, or of what is used."""
        return self.used_percent if self.judged_on == USED else self.disbursed_percent


class MoneyFacts(NamedTuple):
    """One project in one fiscal year: what total() sums up."""

    allocated: Decimal | None
    spent: Spent | None
    standing: MoneyStanding


class Total(NamedTuple):
    """A set of projects in a fiscal year.

    ``disbursed`` and ``committed`` sum every figure shown; ``with_allocation`` and ``reported``
    count projects. ``standing`` judges all the money that is allocated, at the month looked at.
    ``is_open``: figures of that month may still come in, as its deadline has not passed.
    """

    allocated: Decimal
    disbursed: Decimal
    committed: Decimal
    with_allocation: int
    reported: int
    counts: Mapping[str, int]
    standing: MoneyStanding
    is_open: bool = False

    @property
    def is_incomplete(self) -> bool:
        """Not every project has reported, and those that have not still may."""
        return self.is_open and self.reported < self.with_allocation

    @property
    def used(self) -> Decimal:
        return self.disbursed + self.committed

    @property
    def has_figures(self) -> bool:
        """Something has been entered; without it the sums of 0 say nothing."""
        return bool(self.used) or self.standing.disbursed_percent is not None

    @property
    def shown_disbursed(self) -> Decimal | None:
        """What is disbursed; None where no figure has been entered."""
        return self.disbursed if self.has_figures else None

    @property
    def shown_committed(self) -> Decimal | None:
        """What is committed; None where no figure has been entered."""
        return self.committed if self.has_figures else None


def _expected_thirds(month: int, targets: SpendingTargets) -> Decimal:
    """Three times the per cent expected by the end of ``month``: exact, without a division."""
    quarter = (month - 1) // 3
    start = targets[quarter - 1] if quarter else ZERO
    return start * 3 + (targets[quarter] - start) * (month - quarter * 3)


def expected_percent(month: int, targets: SpendingTargets = STRAIGHT_LINE) -> Decimal:
    """What share of the money a line expects by the end of ``month``, in per cent, rounded.

    A straight line within each quarter, from the last quarter's target to its own.
    """
    return round2(_expected_thirds(month, targets) / 3)


def expected_amount(
    allocated: Decimal | None, month: int, targets: SpendingTargets = STRAIGHT_LINE
) -> Decimal | None:
    """What a line expects by the end of ``month``, in baht to the satang."""
    if not allocated:
        return None
    return round2(allocated * _expected_thirds(month, targets) / 300)


def _percent(part: Decimal, whole: Decimal) -> Decimal:
    return round2(part * HUNDRED / whole)


def _against(amount: Decimal, expected_300: Decimal) -> Decimal:
    """An amount against what was expected, given as 300 × baht. Nothing expected: met."""
    return round2(amount * 300 * HUNDRED / expected_300 if expected_300 else HUNDRED)


def _stand(
    allocated: Decimal, disbursed: Decimal, used: Decimal, month: int, lines: Lines, bands: Bands
) -> MoneyStanding:
    """Sums against what the lines expect of all that is allocated by the end of ``month``."""
    of_used = _against(used, allocated * _expected_thirds(month, lines.of_used))
    of_expected = (
        of_used
        if lines.judged_on == USED
        else _against(disbursed, allocated * _expected_thirds(month, lines.disbursed))
    )
    return MoneyStanding(
        status_of(of_expected, bands),
        counts=True,
        disbursed_percent=_percent(disbursed, allocated),
        used_percent=_percent(used, allocated),
        expected_percent=expected_percent(month, lines.judging),
        of_expected=of_expected,
        used_of_expected=of_used,
        judged_on=lines.judged_on,
    )


def judge(
    allocated: Decimal | None,
    spent: Spent | None,
    *,
    overdue_month: int | None,
    lines: Lines = STRAIGHT_LINES,
    bands: Bands = DEFAULT_BANDS,
    waiting_month: int | None = None,
) -> MoneyStanding:
    """How a project stands in a fiscal year, by its latest figure at that figure's own month.

    ``overdue_month``: the last month whose report is overdue
    (:func:`strategy.calendar.deadline_passed`); a figure older than that is shown and not judged.
    ``waiting_month``: that of the newest figure that was submitted and does not count before it is
    approved. A year without money has no status.
    """
    if not allocated:
        return MoneyStanding(NO_BUDGET, judged_on=lines.judged_on)
    overdue = overdue_month is not None and (spent is None or spent.month < overdue_month)
    waits = waiting_month is not None and waiting_month >= (overdue_month or 1)
    unjudged = WAITING_APPROVAL if waits else AWAITING
    if spent is None:
        status = unjudged if overdue or waits else NOT_DUE
        return MoneyStanding(status, judged_on=lines.judged_on)
    standing = _stand(allocated, spent.disbursed, spent.used, spent.month, lines, bands)
    if overdue:
        return standing._replace(
            status=unjudged, counts=False, of_expected=None, used_of_expected=None
        )
    return standing


def total(
    facts: Iterable[MoneyFacts],
    *,
    month: int,
    overdue_month: int | None = None,
    lines: Lines = STRAIGHT_LINES,
    bands: Bands = DEFAULT_BANDS,
) -> Total:
    """Sum up projects of one fiscal year at the end of ``month``; the order does not matter.

    One basis in a row: percent, expected and status are all over all that is allocated, each
    project with its latest figure of the year, 0 where there is none yet. While there is none at
    all, nothing is judged. ``overdue_month``: as for :func:`judge`.
    """
    counts = dict.fromkeys((*STATUSES, NO_BUDGET), 0)
    allocated = disbursed = committed = ZERO
    with_allocation = reported = shown = 0
    for money in facts:
        counts[money.standing.status] += 1
        if money.spent is not None:
            shown += 1
            disbursed += money.spent.disbursed
            committed += money.spent.committed
        if not money.allocated:
            continue
        allocated += money.allocated
        with_allocation += 1
        reported += money.standing.counts
    is_open = overdue_month is None or overdue_month < month
    if not allocated:
        standing = MoneyStanding(NO_BUDGET, judged_on=lines.judged_on)
    elif not shown:
        standing = MoneyStanding(
            next((each for each in (AWAITING, WAITING_APPROVAL) if counts[each]), NOT_DUE),
            expected_percent=expected_percent(month, lines.judging),
            judged_on=lines.judged_on,
        )
    else:
        standing = _stand(allocated, disbursed, disbursed + committed, month, lines, bands)
    return Total(
        allocated, disbursed, committed, with_allocation, reported, counts, standing, is_open
    )


# --------------------------------------------------------------------- money beside results

TOGETHER = "together"
MONEY_ONLY = "money_only"
RESULT_ONLY = "result_only"
NEITHER = "neither"


def quadrant(
    money: Decimal | None, result: Decimal | None, bands: Bands = DEFAULT_BANDS
) -> str | None:
    """Which corner a strategy stands in: money used and results, both in per cent of expected.

    A side is high above the plan's band "near" (75 unless set), so that what stands near its
    target counts as come along. None where one of the two is not known.
    """
    if money is None or result is None:
        return None
    spent, reached = money > bands.near, result > bands.near
    if spent and reached:
        return TOGETHER
    if spent:
        return MONEY_ONLY
    return RESULT_ONLY if reached else NEITHER
