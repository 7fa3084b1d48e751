"""The rows of money that pages, JSON and workbooks share, and their words.

Built by budgets/read/money.py; frozen, so that a page, its data and its workbook cannot drift
apart. Amounts are baht.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from budgets.rules.calc import (
    STRAIGHT_LINE,
    Budget,
    MoneyFacts,
    MoneyStanding,
    SpendingTargets,
    Spent,
    Total,
    judge,
    total,
)
from budgets.rules.entry import is_above
from strategy.calendar import FiscalMonth
from strategy.records.history import Entry
from strategy.standing.status import AWAITING, DEFAULT_BANDS, Bands
from strategy.standing.words import STATUS_SHAPES, status_label
from strategy.thai import format_date, month_name


class LeadUnit(NamedTuple):
    """A unit of a project: ``position`` 1, 2 … leads in that order, 0 supports."""

    id: int
    name: str
    position: int


class Basis(NamedTuple):
    """What the projects of a fiscal year are judged by."""

    overdue_month: int | None = None
    targets: SpendingTargets = STRAIGHT_LINE
    bands: Bands = DEFAULT_BANDS


@dataclass(frozen=True)
class MoneyYear:
    """One project in one fiscal year, by its latest figure up to the month looked at.

    It is judged when somebody asks: most readers want one of the plan's years.
    """

    year: int
    budget: Budget
    spent: Spent | None
    sample: bool
    basis: Basis

    @cached_property
    def standing(self) -> MoneyStanding:
        return judge(
            self.budget.allocated,
            self.spent,
            overdue_month=self.basis.overdue_month,
            targets=self.basis.targets,
            bands=self.basis.bands,
        )

    @property
    def allocated(self) -> Decimal | None:
        return self.budget.allocated

    @property
    def disbursed(self) -> Decimal | None:
        return None if self.spent is None else self.spent.disbursed

    @property
    def committed(self) -> Decimal | None:
        return None if self.spent is None else self.spent.committed

    @property
    def status(self) -> str:
        return self.standing.status

    @property
    def shape(self) -> str:
        return STATUS_SHAPES[self.standing.status]

    @property
    def label(self) -> str:
        return status_label(self.standing.status)

    @property
    def is_above(self) -> bool:
        """More is disbursed and committed than is allocated."""
        return self.spent is not None and is_above(self.spent, self.allocated)

    @property
    def stale(self) -> bool:
        """The figure is older than the last one that is overdue."""
        return self.spent is not None and self.standing.status == AWAITING

    @property
    def as_of(self) -> FiscalMonth | None:
        """The month that the figure is of."""
        return None if self.spent is None else FiscalMonth(self.year, self.spent.month)

    @property
    def as_of_short(self) -> str:
        return month_name(self.as_of, short=True, year=False) if self.as_of else ""

    @property
    def as_of_name(self) -> str:
        return month_name(self.as_of, short=True) if self.as_of else ""


class ProjectMoney(NamedTuple):
    """A flagship project with its years. ``current`` is the year looked at."""

    id: int
    number: int
    name: str
    strategy_number: int
    units: tuple[LeadUnit, ...]
    years: tuple[MoneyYear, ...]
    current: MoneyYear

    @property
    def code(self) -> str:
        """The project's place in the plan, as its address has it: strategy, number."""
        return f"{self.strategy_number}-{self.number}"

    @property
    def leads(self) -> list[LeadUnit]:
        return [unit for unit in self.units if unit.position]

    @property
    def supporting(self) -> list[LeadUnit]:
        return [unit for unit in self.units if not unit.position]

    @property
    def first_lead(self) -> LeadUnit | None:
        """The unit under which the project counts in totals by unit."""
        return next(iter(self.leads), None)

    @property
    def owes(self) -> bool:
        """Whether figures are asked for: money is allocated this year, or some were entered."""
        return bool(self.current.allocated) or self.current.spent is not None

    @property
    def plan_total(self) -> Decimal:
        """What the plan sets aside over all its years."""
        return sum((year.budget.plan or Decimal(0) for year in self.years), Decimal(0))


class YearSum(NamedTuple):
    """The sums of some projects in a fiscal year: what the plan sets aside, and all the rest."""

    year: int
    plan: Decimal
    total: Total


@dataclass(frozen=True)
class StrategyMoney:
    """A strategy's projects and their sums by fiscal year."""

    id: int
    number: int
    name: str
    rows: tuple[ProjectMoney, ...]
    totals: Mapping[int, Total]
    year: int

    @property
    def total(self) -> Total:
        """The sum of the year looked at."""
        return self.totals[self.year]

    @property
    def by_year(self) -> list[YearSum]:
        """The sums of every year of the plan."""
        return year_sums(self.rows, self.totals)

    @property
    def plan_amount(self) -> Decimal:
        """What the plan sets aside in the year looked at."""
        return plan_amount(self.rows)

    @property
    def plan_amounts(self) -> list[tuple[int, Decimal]]:
        """What the plan sets aside, by fiscal year."""
        return plan_amounts(self.rows, self.totals)

    @property
    def plan_total(self) -> Decimal:
        """What the plan sets aside over all its years."""
        return sum((row.plan_total for row in self.rows), Decimal(0))


def plan_amounts(rows: Sequence[ProjectMoney], years: Iterable[int]) -> list[tuple[int, Decimal]]:
    """What the plan sets aside for these projects, by fiscal year of the plan."""
    return [
        (year, sum((row.years[place].budget.plan or Decimal(0) for row in rows), Decimal(0)))
        for place, year in enumerate(years)
    ]


def plan_amount(rows: Iterable[ProjectMoney]) -> Decimal:
    """What the plan sets aside for these projects in the year looked at."""
    return sum((row.current.budget.plan or Decimal(0) for row in rows), Decimal(0))


def year_sums(rows: Iterable[ProjectMoney], totals: Mapping[int, Total]) -> list[YearSum]:
    """The plan's amounts and the totals of these projects, by fiscal year."""
    amounts = dict.fromkeys(totals, Decimal(0))
    for row in rows:
        for year in row.years:
            amounts[year.year] += year.budget.plan or 0
    return [YearSum(year, amounts[year], total) for year, total in totals.items()]


@dataclass(frozen=True)
class UnitMoney:
    """A unit's projects: those that count under it, and those it shares; ``id`` None: no lead."""

    id: int | None
    name: str
    counted: tuple[ProjectMoney, ...]
    shared: tuple[ProjectMoney, ...]
    total: Total

    @property
    def plan_amount(self) -> Decimal:
        """What the plan sets aside for those that count, in the year looked at."""
        return plan_amount(self.counted)


@dataclass(frozen=True)
class PlanMoney:
    """The money of a whole plan at the end of a month."""

    at: FiscalMonth
    strategies: tuple[StrategyMoney, ...]
    totals: Mapping[int, Total]
    find_units: Callable[[], tuple[UnitMoney, ...]]
    targets: SpendingTargets
    #: Whether planners entered the government's targets of the year; else a straight line.
    targets_entered: bool
    #: The last month of the year whose figures are overdue; None while none is.
    overdue_month: int | None
    deadline_day: int
    bands: Bands

    @cached_property
    def units(self) -> tuple[UnitMoney, ...]:
        """The same money by unit; worked out for those who ask."""
        return self.find_units()

    def total_of(self, rows: Iterable[ProjectMoney]) -> Total:
        """The sum of any of the projects in the year looked at."""
        return total(
            (
                MoneyFacts(row.current.allocated, row.current.spent, row.current.standing)
                for row in rows
            ),
            month=self.at.month,
            overdue_month=self.overdue_month,
            targets=self.targets,
            bands=self.bands,
        )

    @property
    def rows(self) -> list[ProjectMoney]:
        return [row for strategy in self.strategies for row in strategy.rows]

    @property
    def total(self) -> Total:
        """The sum of the year looked at."""
        return self.totals[self.at.year]

    @property
    def by_year(self) -> list[YearSum]:
        """The sums of every year of the plan."""
        return year_sums(self.rows, self.totals)

    @property
    def plan_amount(self) -> Decimal:
        """What the plan sets aside in the year looked at."""
        return plan_amount(self.rows)

    @property
    def plan_amounts(self) -> list[tuple[int, Decimal]]:
        """What the plan sets aside, by fiscal year."""
        return plan_amounts(self.rows, self.totals)

    @property
    def plan_total(self) -> Decimal:
        """What the plan sets aside over all its years."""
        return sum((amount for _year, amount in self.plan_amounts), Decimal(0))

    @property
    def awaiting(self) -> list[ProjectMoney]:
        return [row for row in self.rows if row.current.status == AWAITING]

    @property
    def overspent(self) -> list[ProjectMoney]:
        """The projects that have disbursed and committed more than is allocated."""
        return [row for row in self.rows if row.current.is_above]

    @property
    def has_sample(self) -> bool:
        return any(year.sample for row in self.rows for year in row.years)


class TransferRow(NamedTuple):
    """A transfer as a project's page lists it."""

    year: int
    amount: Decimal
    document_number: str
    document_date: date
    reason: str

    @property
    def date_name(self) -> str:
        return format_date(self.document_date)


class MoneyMonth(NamedTuple):
    """One month of a project's year: figures where entered, and what was expected by then."""

    at: FiscalMonth
    spent: Spent | None
    expected: Decimal | None
    expected_percent: Decimal
    standing: MoneyStanding
    note: str
    reason: str
    sample: bool

    @property
    def name(self) -> str:
        return month_name(self.at, short=True)

    @property
    def shape(self) -> str:
        return STATUS_SHAPES[self.standing.status]

    @property
    def label(self) -> str:
        return status_label(self.standing.status)


@dataclass(frozen=True)
class ProjectPage:
    """One project whole."""

    row: ProjectMoney
    months: tuple[MoneyMonth, ...]
    transfers: tuple[TransferRow, ...]
    #: (number, name) of the objectives that planners tied it to.
    objectives: tuple[tuple[int, str], ...]
    targets: SpendingTargets
    targets_entered: bool
    #: How the figures of the year looked at were computed, one sentence a step.
    explanation: tuple[str, ...]
    #: Changes of the year's figures and of the amounts; None for those who may not read them.
    history: Sequence[Entry] | None
    budget_history: Sequence[Entry] | None

    @property
    def entered(self) -> list[MoneyMonth]:
        """The months that hold figures."""
        return [month for month in self.months if month.spent is not None]

    @property
    def has_sample(self) -> bool:
        return any(year.sample for year in self.row.years) or any(m.sample for m in self.months)
