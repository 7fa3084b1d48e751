"""What the last year has left undone, until it is closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kpis.read.rows import IndicatorRow
from strategy.calendar import FiscalMonth
from strategy.standing.status import AWAITING, CRITICAL, WAITING_APPROVAL


@dataclass(frozen=True)
class YearRest:
    """What is left of a fiscal year: never reported, closed critical, not yet approved."""

    year: int
    unreported: tuple[IndicatorRow, ...]
    critical: tuple[IndicatorRow, ...]
    unapproved: tuple[IndicatorRow, ...]

    @property
    def last_month(self) -> FiscalMonth:
        return FiscalMonth(self.year, 12)

    @property
    def count(self) -> int:
        """How many indicators it concerns, each once."""
        parts = (self.unreported, self.critical, self.unapproved)
        return len({row.id for part in parts for row in part})


def last_year_rest(rows: Sequence[IndicatorRow], closed: frozenset[FiscalMonth]) -> YearRest | None:
    """What is left of the year before the one looked at; None once it is closed, or all is done.

    Source: docs/domain.md, "Last year's close". ``closed``: the months that are locked.
    """
    year = rows[0].current.year - 1 if rows else 0
    if not rows or year < rows[0].cells[0].year or FiscalMonth(year, 12) in closed:
        return None
    place = year - rows[0].cells[0].year

    def where(wanted: Sequence[str] = (), *, unapproved: bool = False) -> tuple[IndicatorRow, ...]:
        return tuple(
            row
            for row in rows
            if row.cells[place].status in wanted or (unapproved and row.cells[place].unapproved)
        )

    rest = YearRest(
        year,
        unreported=where((AWAITING,)),
        critical=where((CRITICAL,)),
        unapproved=where((WAITING_APPROVAL,), unapproved=True),
    )
    return rest if rest.count else None
