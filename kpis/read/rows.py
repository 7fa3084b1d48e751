"""The rows that pages, JSON and workbooks share, and their words.

Built in kpis/read from stored facts and kpis/rules; frozen, so that a page, its data
and its workbook cannot drift apart.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from kpis.read.words import join_values, outstanding_text, result_text, target_text, told_apart
from kpis.rules import roll_up as summing
from kpis.rules import score
from kpis.rules.facts import LEVEL, MILESTONE, Figure, IndicatorFacts, TargetFacts
from kpis.rules.judging import Outstanding, Standing, is_finished
from kpis.rules.roll_up import LastClose, RollUp
from strategy.calendar import FiscalMonth, ReportingDay
from strategy.evidence.entry import EvidenceEntry
from strategy.standing.status import AT_RISK, AWAITING, CRITICAL, HUNDRED
from strategy.standing.words import HURRY_LABEL, STATUS_SHAPES, status_label
from strategy.thai import format_number, month_name


class Cell(NamedTuple):
    """One indicator in one fiscal year: its figure, its target, and how it stands.

    ``promise`` is the target in force at the figure's month. What is shown of it all is worked
    out when a page asks for it.
    """

    year: int
    standing: Standing
    facts: IndicatorFacts
    promise: TargetFacts
    figure: Figure | None
    approved: bool
    sample: bool
    owed: Outstanding | None = None
    narrative: str = ""
    result_id: int | None = None
    outcome: str = ""
    evidence: tuple[EvidenceEntry, ...] = ()
    #: Reported as the same as the figure before it: "no new result".
    repeats: bool = False
    problems: str = ""
    next_steps: str = ""

    @property
    def is_milestone(self) -> bool:
        return self.promise.kind == MILESTONE

    @property
    def target(self) -> str | None:
        """The target as shown: "20/15", a milestone's words, None for "-"."""
        return target_text(self.facts, self.promise)

    @property
    def result(self) -> str | None:
        """The figure as shown, "22/12"; None where there is none.

        With more decimals where it would read like its target, or like what was expected, and yet
        falls short of it.
        """
        if self.figure is None:
            return None
        short = {
            measure.measure_id: told
            for measure in self.standing.measures
            if measure.of_expected < HUNDRED and (told := told_apart(measure)) is not None
        }
        return result_text(self.facts, self.figure, short)

    @property
    def counted(self) -> str:
        """What percentages were counted from: "45/60"; "" where none was."""
        if self.figure is None or not self.figure.counted:
            return ""
        pairs = (self.figure.counted.get(measure.id) for measure in self.facts.measures)
        return ", ".join(
            f"{format_number(pair.numerator)}/{format_number(pair.denominator)}"
            for pair in pairs
            if pair is not None
        )

    @property
    def has_levels(self) -> bool:
        """Its indicator has level criteria."""
        return bool(self.facts.thresholds)

    @property
    def value(self) -> Decimal | None:
        """The figure of the first measure, which level criteria speak of."""
        if self.figure is None or not self.facts.measures:
            return None
        return self.figure.values.get(self.facts.measures[0].id)

    @property
    def is_level(self) -> bool:
        """What is reported is a level itself."""
        return bool(self.facts.measures) and self.facts.measures[0].kind == LEVEL

    @property
    def score(self) -> Decimal | None:
        """The score by level criteria on the plan's scale; None without criteria or figure."""
        return score.score_of(
            self.value,
            is_level=self.is_level,
            thresholds=self.facts.thresholds,
            scale=self.facts.scale,
        )

    @property
    def current_score(self) -> Decimal | None:
        """The score of a figure that counts now; an overdue report's old one counts nowhere."""
        return self.score if self.standing.counts or not self.stale else None

    @property
    def is_unstated(self) -> bool:
        """There is a published report, but it states no figure."""
        return self.figure is not None and self.figure.is_unstated

    @property
    def outstanding(self) -> str | None:
        """What is still owed of an earlier year's target, in words."""
        return None if self.owed is None else outstanding_text(self.owed)

    @property
    def month(self) -> int | None:
        """The month of its year that the figure is of."""
        return None if self.figure is None else self.figure.month

    @property
    def as_of(self) -> FiscalMonth | None:
        """The month that the figure is of."""
        return None if self.figure is None else FiscalMonth(self.year, self.figure.month)

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
    def words(self) -> str:
        """The status as a workbook has it, with its mark."""
        return f"{self.label} · {HURRY_LABEL}" if self.standing.hurry else self.label

    @property
    def stale(self) -> bool:
        """The figure is older than the last report that is overdue."""
        return self.figure is not None and self.standing.status == AWAITING and not self.is_unstated

    @property
    def is_finished(self) -> bool:
        """What the year promised is done: nobody is asked again."""
        return self.figure is not None and is_finished(self.facts, self.promise, self.figure)

    @property
    def hurries(self) -> bool:
        """On plan by rounding alone, late in the year."""
        return self.standing.hurry

    @property
    def carried(self) -> bool:
        """The figure is not of the year's last month, so its own month is shown beside it."""
        return self.figure is not None and self.figure.month != 12

    @property
    def as_of_short(self) -> str:
        return month_name(self.as_of, short=True, year=False) if self.as_of else ""

    @property
    def as_of_name(self) -> str:
        return month_name(self.as_of, short=True) if self.as_of else ""

    @property
    def unapproved(self) -> bool:
        return self.figure is not None and not self.approved

    @property
    def expected(self) -> str | None:
        """What was expected by the figure's own month, as text."""
        if self.standing.expected_percent is not None:
            return format_number(self.standing.expected_percent)
        return join_values([m.expected for m in self.standing.measures])


class IndicatorRow(NamedTuple):
    """An indicator with its years. ``current`` is the cell of the year looked at."""

    id: int
    code: str
    number: str
    name: str
    strategy_number: int
    strategy_id: int
    objective_id: int
    unit_id: int | None
    unit_name: str | None
    unit_is_sample: bool
    frequency: str
    weight: Decimal
    facts: IndicatorFacts
    cells: tuple[Cell, ...]
    current: Cell

    @property
    def unit_text(self) -> str:
        """The unit of measure of the figures shown: "คน", "หน่วย/จังหวัด"."""
        return "/".join(measure.unit_label for measure in self.facts.measures)

    @property
    def kind(self) -> str:
        return self.facts.measures[0].kind if self.facts.measures else ""


class Marked(ABC):
    """What a page has to mark on the figures it shows."""

    __slots__ = ()

    @property
    @abstractmethod
    def marked_cells(self) -> list[Cell]:
        """The figures shown."""

    @property
    def has_sample(self) -> bool:
        return any(cell.sample for cell in self.marked_cells)

    @property
    def has_unapproved(self) -> bool:
        return any(cell.unapproved for cell in self.marked_cells)

    @property
    def has_carried(self) -> bool:
        return any(cell.carried for cell in self.marked_cells)


def roll_up(rows: Iterable[IndicatorRow]) -> RollUp:
    """Roll-up of any set of rows at the month they were read for."""
    rows = list(rows)
    summed = summing.roll_up((row.current.standing, row.weight) for row in rows)
    scored = [(row.current.current_score, row.weight) for row in rows if row.current.has_levels]
    if scored:
        summed = replace(summed, scores=score.mean_score(scored))
    return summed if summed.reported else replace(summed, last=last_close(rows))


def last_close(rows: Sequence[IndicatorRow]) -> LastClose | None:
    """How the year before closed; None where it was not read, or nothing was reported in it."""
    closed = [
        (cell.standing, row.weight)
        for row in rows
        for cell in row.cells
        if cell.year == row.current.year - 1
    ]
    summed = summing.roll_up(closed)
    if not summed.reported:
        return None
    year = rows[0].current.year - 1
    return LastClose(year, summed.mean, summed.reported, summed.with_target)


@dataclass(frozen=True)
class StrategyStanding:
    """A strategy with its indicators and their roll-up."""

    id: int
    number: int
    name: str
    rows: tuple[IndicatorRow, ...]

    @cached_property
    def roll_up(self) -> RollUp:
        return roll_up(self.rows)


@dataclass(frozen=True)
class PlanStanding(Marked):
    """A whole plan at the end of a month."""

    at: FiscalMonth
    strategies: tuple[StrategyStanding, ...]
    deadline_day: ReportingDay

    @cached_property
    def roll_up(self) -> RollUp:
        return roll_up(self.rows)

    @property
    def marked_cells(self) -> list[Cell]:
        return [cell for row in self.rows for cell in row.cells]

    @property
    def rows(self) -> list[IndicatorRow]:
        return [row for strategy in self.strategies for row in strategy.rows]

    @property
    def worrying(self) -> list[IndicatorRow]:
        """What needs a decision: at risk, critical, or on plan by rounding alone near the end."""
        shown = (AT_RISK, CRITICAL)
        return [row for row in self.rows if row.current.status in shown or row.current.hurries]

    @property
    def awaiting(self) -> list[IndicatorRow]:
        return [row for row in self.rows if row.current.status == AWAITING]
