"""What a year asks for: the step from where each thing counted closed to what the year promises.

Source: docs/domain.md, "The steps of a year".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from kpis.models import Indicator
from kpis.read.former import FormerYear, former_years
from kpis.read.rows import Cell, IndicatorRow, Marked, PlanStanding, last_close
from kpis.rules.facts import LOWER, NUMERIC, PER_YEAR, MeasureFacts
from kpis.rules.roll_up import LastClose
from kpis.rules.steps import Ambition, ambition, largest_step
from strategy.models import Plan
from strategy.thai import format_number


class YearStep(NamedTuple):
    """One thing counted: where it closed, what the year promises, and where it stands."""

    row: IndicatorRow
    measure: MeasureFacts
    closed: Decimal
    closed_year: int
    #: The cell of that year; None where it was of a former plan.
    closed_cell: Cell | None
    target: Decimal
    ambition: Ambition
    #: The step beside the largest that was ever taken; None where none was.
    of_largest: Decimal | None

    @property
    def now(self) -> Decimal | None:
        """The year's figure, where a report counts."""
        cell = self.row.current
        if cell.figure is None or cell.stale:
            return None
        return cell.figure.values.get(self.measure.id)

    @property
    def moved(self) -> Decimal | None:
        """How far the figure has come since it closed, better above 0; of what is counted anew
        every year, how much there is of it."""
        if self.now is None:
            return None
        if self.row.facts.accrual == PER_YEAR:
            return self.now
        return self._better(self.now)

    @property
    def is_there(self) -> bool:
        """What the year promises is reached."""
        return self.now is not None and self._better(self.now) >= self.full_step

    @property
    def full_step(self) -> Decimal:
        """What lies between where it closed and the promise; better above 0."""
        return self._better(self.target)

    def _better(self, figure: Decimal) -> Decimal:
        sign = -1 if self.row.facts.direction == LOWER else 1
        return sign * (figure - self.closed)

    @property
    def step_text(self) -> str:
        return _signed(self.full_step)

    @property
    def closed_text(self) -> str:
        return format_number(self.closed)

    @property
    def target_text(self) -> str:
        return format_number(self.target)

    @property
    def now_text(self) -> str:
        return "" if self.now is None else format_number(self.now)


@dataclass(frozen=True)
class YearSteps(Marked):
    """The steps that a year asks for, the hardest first. ``beside``: indicators with a target that
    has no such step: a promise in words, or nothing that it could be held against."""

    standing: PlanStanding
    last: LastClose | None
    steps: tuple[YearStep, ...]
    beside: tuple[IndicatorRow, ...]

    @property
    def marked_cells(self) -> list[Cell]:
        shown = [row.current for row in self.beside]
        for step in self.steps:
            shown += [step.row.current, *([step.closed_cell] if step.closed_cell else [])]
        return shown

    @property
    def moving(self) -> int:
        """How many things counted have come nearer to what the year promises."""
        return sum(step.moved is not None and step.moved > 0 for step in self.steps)


def year_steps(plan: Plan, standing: PlanStanding, today: date) -> YearSteps:
    """What the year of ``standing`` asks for. One query, and six for each former plan."""
    own = Indicator.objects.filter(strategy__plan=plan).only("pk", "continues_id")
    former = former_years(own, today)
    steps: list[YearStep] = []
    beside = []
    for row in standing.rows:
        found = _of_row(row, former.get(row.id, ()))
        steps += found
        if not found and row.current.target is not None:
            beside.append(row)
    steps.sort(key=_hardest_first)
    return YearSteps(standing, last_close(standing.rows), tuple(steps), tuple(beside))


def _of_row(row: IndicatorRow, former: Sequence[FormerYear]) -> list[YearStep]:
    promise = row.current.promise
    if promise.kind != NUMERIC:
        return []
    cells = {cell.year: cell for cell in row.cells if cell.year < row.current.year}
    found = []
    for place, measure in enumerate(row.facts.measures):
        point = promise.values.get(measure.id)
        figures = _closing(cells, former, measure, place)
        if point is None or point.value is None or not figures:
            continue
        year = max(figures)
        lower = row.facts.direction == LOWER
        asked = ambition(
            figures, (year, figures[year]), (row.current.year, point.value), lower_is_better=lower
        )
        largest = largest_step(figures, lower_is_better=lower)
        share = None if not largest or largest <= 0 else asked.step / largest
        found.append(
            YearStep(
                row, measure, figures[year], year, cells.get(year), point.value, asked, share
            )
        )  # fmt: skip
    return found


def _closing(
    cells: Mapping[int, Cell], former: Sequence[FormerYear], measure: MeasureFacts, place: int
) -> dict[int, Decimal]:
    """The figures with which years closed; a year whose close was never reported has none."""
    found = {
        year.year: value
        for year in former
        if year.is_complete and (value := year.value(measure, place)) is not None
    }
    for year, cell in cells.items():
        if cell.figure is not None and not cell.stale:
            value = cell.figure.values.get(measure.id)
            if value is not None:
                found[year] = value
    return found


def _signed(step: Decimal) -> str:
    sign = "+" if step > 0 else "−" if step < 0 else ""
    return sign + format_number(abs(step))


def _hardest_first(step: YearStep) -> tuple[bool, bool, bool, Decimal, Decimal, str]:
    """What is reached comes last, before it what asks for no more than there is; first what was
    never taken, then by how rarely it was, then what nothing can be compared with."""
    share = step.ambition.share
    return (
        step.is_there,
        step.full_step <= 0,
        share is None,
        Decimal(0) if share is None else share,
        -(step.of_largest or Decimal(0)),
        step.row.code,
    )
