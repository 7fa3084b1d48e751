"""One project whole, as its page, its data and its explanation read it. Amounts are baht."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from budgets.models import Disbursement
from budgets.read.after_lock import AfterLock
from budgets.read.carried import CarriedProject
from budgets.read.rows import ProjectMoney
from budgets.rules.calc import Lines, MoneyStanding, Spent
from strategy.calendar import FiscalMonth
from strategy.records.history import Entry
from strategy.standing.words import STATUS_SHAPES, status_label
from strategy.thai import format_date, month_name


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
    approved: bool
    figure_id: int | None

    @property
    def unapproved(self) -> bool:
        return self.spent is not None and not self.approved

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
    #: The stored figures of the year looked at, by month.
    held: Mapping[int, Disbursement]
    transfers: tuple[TransferRow, ...]
    #: (number, name) of the objectives that planners tied it to.
    objectives: tuple[tuple[int, str], ...]
    #: The lines that the year looked at is judged by.
    lines: Lines
    lines_entered: bool
    #: What was carried over from the years of the plan, and what has been paid of it.
    carried: tuple[CarriedProject, ...]
    #: What of all this is another than when its month was locked.
    after_lock: AfterLock
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
    def has_unapproved(self) -> bool:
        """Whether a figure that the page shows is not approved yet."""
        figures = [*(year.unapproved for year in self.row.years)]
        figures += (month.unapproved for month in self.months)
        return any(figures) or any(row.unapproved for row in self.carried)

    @property
    def has_sample(self) -> bool:
        return any(year.sample for year in self.row.years) or any(m.sample for m in self.months)
