"""The rows of money that pages, JSON and workbooks share, and their words.

Built by budgets/read/money.py; frozen, so that a page, its data and its workbook cannot drift
apart. Amounts are baht.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from django.utils.translation import gettext as _

from budgets.models import Project, ProjectBudget
from budgets.read.after_lock import AfterLock, months_shown
from budgets.read.carried import CarriedProject
from budgets.rules.calc import (
    SPENDING_KINDS,
    STRAIGHT,
    UNSAID,
    Budget,
    Lines,
    MoneyFacts,
    MoneyStanding,
    Spent,
    Total,
    YearLines,
    judge,
    total,
)
from budgets.rules.entry import is_above
from strategy.calendar import FiscalMonth, ReportingDay
from strategy.standing.status import AWAITING, DEFAULT_BANDS, WAITING_APPROVAL, Bands
from strategy.standing.words import STATUS_SHAPES, status_label
from strategy.thai import month_name

FLAGSHIP = str(Project.Kind.FLAGSHIP)
SPENDING_LABELS = dict(ProjectBudget.SpendingKind.choices)


class LeadUnit(NamedTuple):
    """A unit of a project: ``position`` 1, 2 … leads in that order, 0 supports."""

    id: int
    name: str
    position: int


class Basis(NamedTuple):
    """What the projects of a fiscal year are judged by."""

    overdue_month: int | None = None
    lines: YearLines = STRAIGHT
    bands: Bands = DEFAULT_BANDS


@dataclass(frozen=True)
class MoneyYear:
    """One project in one fiscal year, by its latest figure up to the month looked at.

    Judged when asked. ``waiting``: the month of the newest figure that does not count before it is
    approved. ``figure_id``: its stored row. ``is_flagship``: one that the plan's totals add up.
    """

    year: int
    budget: Budget
    spent: Spent | None
    sample: bool
    basis: Basis
    approved: bool = True
    waiting: int | None = None
    figure_id: int | None = None
    is_flagship: bool = True

    @cached_property
    def standing(self) -> MoneyStanding:
        return judge(
            self.budget.allocated,
            self.spent,
            overdue_month=self.basis.overdue_month,
            lines=self.lines,
            bands=self.basis.bands,
            waiting_month=self.waiting,
        )

    @property
    def lines(self) -> Lines:
        """The lines that its kind of spending is judged by."""
        return self.basis.lines.of(self.budget.kind)

    @property
    def spending_label(self) -> str:
        """What it is spent on, in words; "" where nobody said."""
        return str(SPENDING_LABELS.get(self.budget.kind, ""))

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
        return self.spent is not None and self.standing.status in (AWAITING, WAITING_APPROVAL)

    @property
    def unapproved(self) -> bool:
        """The figure counts and is not approved yet."""
        return self.spent is not None and not self.approved

    def handed_in(self, month: int) -> bool:
        """Whether the unit has done its part for a month of the year."""
        return month in (self.waiting, self.spent and self.spent.month)

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
    """A project with its years. ``current`` is the year looked at."""

    id: int
    number: int
    name: str
    strategy_number: int
    kind: str
    units: tuple[LeadUnit, ...]
    years: tuple[MoneyYear, ...]
    current: MoneyYear

    @property
    def is_flagship(self) -> bool:
        """One of the plan's own; the others are those of the yearly action plan."""
        return self.kind == FLAGSHIP

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


def plan_amount(rows: Iterable[ProjectMoney]) -> Decimal:
    """What the plan sets aside for these projects in the year looked at."""
    return sum((row.current.budget.plan or Decimal(0) for row in rows), Decimal(0))


@dataclass(frozen=True, kw_only=True)
class ProjectSet:
    """Some projects with their sums by fiscal year; ``year``: the one looked at."""

    rows: tuple[ProjectMoney, ...]
    totals: Mapping[int, Total]
    year: int

    @property
    def has_unapproved(self) -> bool:
        """Whether a figure of the year looked at is not approved yet."""
        return any(row.current.unapproved for row in self.rows)

    @property
    def total(self) -> Total:
        """The sum of the year looked at."""
        return self.totals[self.year]

    @property
    def by_year(self) -> list[YearSum]:
        """The plan's amounts and the sums of every year of the plan."""
        amounts = dict(self.plan_amounts)
        return [YearSum(year, amounts[year], total) for year, total in self.totals.items()]

    @property
    def plan_amount(self) -> Decimal:
        """What the plan sets aside in the year looked at."""
        return plan_amount(self.rows)

    @property
    def plan_amounts(self) -> list[tuple[int, Decimal]]:
        """What the plan sets aside, by fiscal year."""
        return [
            (
                year,
                sum((row.years[place].budget.plan or Decimal(0) for row in self.rows), Decimal(0)),
            )
            for place, year in enumerate(self.totals)
        ]

    @property
    def plan_total(self) -> Decimal:
        """What the plan sets aside over all its years."""
        return sum((row.plan_total for row in self.rows), Decimal(0))


@dataclass(frozen=True, kw_only=True)
class StrategyMoney(ProjectSet):
    """A strategy's projects of one kind."""

    id: int
    number: int
    name: str


class KindSum(NamedTuple):
    """The money of the year that is of one kind of spending; UNSAID where nobody said which."""

    kind: str
    total: Total

    @property
    def label(self) -> str:
        return str(SPENDING_LABELS.get(self.kind) or _("kind of spending not said"))


@dataclass(frozen=True)
class UnitMoney:
    """A unit's projects: those that count under it, and those it shares; ``id`` None: no lead.

    ``total`` is that of the flagship projects, ``action_total`` that of the action plan's.
    """

    id: int | None
    name: str
    counted: tuple[ProjectMoney, ...]
    shared: tuple[ProjectMoney, ...]
    total: Total
    action_total: Total

    @property
    def flagship(self) -> list[ProjectMoney]:
        return [row for row in self.counted if row.is_flagship]

    @property
    def action(self) -> list[ProjectMoney]:
        """Those of the yearly action plan."""
        return [row for row in self.counted if not row.is_flagship]

    @property
    def has_unapproved(self) -> bool:
        """Whether a figure of the year looked at is not approved yet."""
        return any(row.current.unapproved for row in self.counted)

    @property
    def plan_amount(self) -> Decimal:
        """What the plan sets aside for the flagship ones that count, in the year looked at."""
        return plan_amount(self.flagship)


@dataclass(frozen=True, kw_only=True)
class PlanMoney(ProjectSet):
    """The money of a whole plan at the end of a month: its flagship projects, and all the rest.

    ``action``: the projects of the yearly action plan; ``office``: both together, which is all
    the office's money.
    """

    at: FiscalMonth
    strategies: tuple[StrategyMoney, ...]
    action: ProjectSet
    action_strategies: tuple[StrategyMoney, ...]
    office: ProjectSet
    find_units: Callable[[], tuple[UnitMoney, ...]]
    find_carried: Callable[[], tuple[CarriedProject, ...]]
    find_after_lock: Callable[[Mapping[int, FiscalMonth], Iterable[CarriedProject]], AfterLock]
    lines: YearLines
    #: The last month of the year whose figures are overdue; None while none is.
    overdue_month: int | None
    deadline_day: ReportingDay
    bands: Bands

    @cached_property
    def units(self) -> tuple[UnitMoney, ...]:
        """The same money by unit; worked out for those who ask."""
        return self.find_units()

    @cached_property
    def carried(self) -> tuple[CarriedProject, ...]:
        """What is carried over into the year looked at, and at its end out of it. One query."""
        return self.find_carried()

    @cached_property
    def after_lock(self) -> AfterLock:
        """What of the figures, of any year, is another than when its month was locked. One query
        beside that of what is carried over; at most four more where a month is locked."""
        return self.find_after_lock(self._months, self.carried)

    @cached_property
    def months_after_lock(self) -> AfterLock:
        """The same without what is carried over, for those who do not show it."""
        return self.find_after_lock(self._months, ())

    @property
    def _months(self) -> dict[int, FiscalMonth]:
        return months_shown(year for row in self.office.rows for year in row.years)

    def total_of(self, rows: Iterable[ProjectMoney], kind: str = UNSAID) -> Total:
        """The sum of any of the projects in the year looked at, by the lines of a ``kind``."""
        return total(
            (
                MoneyFacts(row.current.allocated, row.current.spent, row.current.standing)
                for row in rows
            ),
            month=self.at.month,
            overdue_month=self.overdue_month,
            lines=self.lines.of(kind),
            bands=self.bands,
        )

    @property
    def kinds(self) -> list[KindSum]:
        """All the office's money of the year by kind of spending; [] where nobody said a kind."""
        found: dict[str, list[ProjectMoney]] = {kind: [] for kind in (*SPENDING_KINDS, UNSAID)}
        for row in self.office.rows:
            found[row.current.budget.kind].append(row)
        if not any(found[kind] for kind in SPENDING_KINDS):
            return []
        return [KindSum(kind, self.total_of(rows, kind)) for kind, rows in found.items() if rows]

    @property
    def has_unapproved(self) -> bool:
        return self.office.has_unapproved

    @property
    def awaiting(self) -> list[ProjectMoney]:
        return [row for row in self.office.rows if row.current.status == AWAITING]

    @property
    def overspent(self) -> list[ProjectMoney]:
        """The projects that have disbursed and committed more than is allocated."""
        return [row for row in self.office.rows if row.current.is_above]

    @property
    def has_sample(self) -> bool:
        return any(year.sample for row in self.office.rows for year in row.years)
