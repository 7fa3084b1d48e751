"""The rows that pages, JSON and workbooks share, and their words.

Built in kpis/read from stored facts and kpis/rules; frozen, so that a page, its data
and its workbook cannot drift apart.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple

from django.utils.translation import gettext as _

from kpis.models import Result
from kpis.rules import roll_up as summing
from kpis.rules import score
from kpis.rules.facts import LEVEL, MILESTONE, NUMERIC, ZERO, Figure, IndicatorFacts, TargetFacts
from kpis.rules.judging import MeasureStanding, Outstanding, Standing, is_finished
from kpis.rules.roll_up import RollUp
from strategy.calendar import FiscalMonth
from strategy.evidence.entry import EvidenceEntry
from strategy.standing.status import AT_RISK, AWAITING, CRITICAL, HUNDRED
from strategy.standing.words import HURRY_LABEL, STATUS_SHAPES, status_label
from strategy.thai import format_exact, format_number, month_name


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
            if measure.of_expected < HUNDRED and (told := _told_apart(measure)) is not None
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
        """The score from 1 to 5 by level criteria; None without criteria or figure."""
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
    scored = [row for row in rows if row.current.has_levels]
    if not scored:
        return summed
    found = [(row.current.current_score, row.weight) for row in scored]
    return replace(summed, scores=score.mean_score(found))


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
    deadline_day: int

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


def join_values(values: Sequence[Decimal | None]) -> str | None:
    """Several measures as one text, "22/12"; None without a single figure."""
    return _joined([None if value is None else format_number(value) for value in values])


def _joined(texts: Sequence[str | None]) -> str | None:
    if all(text is None for text in texts):
        return None
    return "/".join("–" if text is None else text for text in texts)


def _told_apart(measure: MeasureStanding) -> str | None:
    """A result with as many decimals as tell it from what it falls short of; None if two do."""
    for goal in (measure.target, measure.expected):
        if measure.result == goal or format_number(measure.result) != format_number(goal):
            continue
        for places in range(3, 13):
            step = Decimal(1).scaleb(-places)
            shown = measure.result.quantize(step, ROUND_HALF_UP)
            if shown != goal.quantize(step, ROUND_HALF_UP):
                return format_exact(shown)
    return None


def target_text(facts: IndicatorFacts, target: TargetFacts) -> str | None:
    """A year's target as shown: "20/15", a milestone's words, None for "-"."""
    if target.kind == NUMERIC:
        return join_values(
            [target.values[m.id].value for m in facts.measures if m.id in target.values]
        )
    return target.milestone or None


def progress_text(percent: Decimal) -> str:
    """Progress of a milestone in words."""
    if percent == 0:
        return _("not started")
    if percent == 100:
        return _("done")
    return f"{format_number(percent)}%"


def result_text(
    facts: IndicatorFacts, figure: Figure, told: Mapping[int, str] = MappingProxyType({})
) -> str | None:
    """A figure as shown. ``told``: measures, by id, that are to be shown in other words."""
    if figure.no_cases:
        return _("no cases")
    if figure.percent is not None:
        return progress_text(figure.percent)
    if figure.is_unstated:
        return unstated_text(facts)
    if not told:
        return join_values([figure.values.get(m.id) for m in facts.measures])
    values = figure.values
    return _joined(
        [
            told.get(m.id) or (format_number(values[m.id]) if m.id in values else None)
            for m in facts.measures
        ]
    )


def unstated_text(facts: IndicatorFacts) -> str:
    """That a published report gives no figure."""
    if all(measure.kind == LEVEL for measure in facts.measures):
        return _("level not stated")
    return _("figure not stated")


def outstanding_text(owed: Outstanding) -> str:
    """What is still owed of an earlier year: "ค้าง 80/100 (2568)"."""
    pairs = ", ".join(
        f"{'–' if result is None else format_number(result)}/{format_number(goal)}"
        for result, goal in zip(owed.results, owed.targets, strict=True)
    )
    return _("outstanding %(figures)s (%(year)s)") % {"figures": pairs, "year": owed.year}


def progress_percent(progress: str, percent: Decimal | None) -> Decimal | None:
    """Progress as reported to per cent: not started 0, done 100."""
    if progress == Result.Progress.NOT_STARTED:
        return ZERO
    if progress == Result.Progress.DONE:
        return HUNDRED
    return percent if progress == Result.Progress.IN_PROGRESS else None
