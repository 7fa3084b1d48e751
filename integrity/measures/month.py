"""What a board meeting is told of the integrity measures of its month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from integrity.measures.read import measure_years, with_after_lock, year_row
from integrity.measures.rows import Late, StateCount, YearRow
from strategy.calendar import FiscalMonth


@dataclass(frozen=True)
class MeasuresAt:
    """The measures of a fiscal year at a quarter; ``year`` None: it has none.

    ``latest``: then the latest earlier year that has measures, None where there is none.
    """

    asked: int
    quarter: int
    year: YearRow | None
    latest: int | None

    @property
    def counts(self) -> list[StateCount]:
        """The states that some measure is in."""
        return [each for each in self.year.counts(self.quarter) if each.count] if self.year else []

    @property
    def late(self) -> list[Late]:
        return self.year.late(self.quarter) if self.year else []

    @property
    def corrected(self) -> list[Late]:
        """The quarters that are others than when their month was locked."""
        return self.year.corrected if self.year else []

    @property
    def sentence(self) -> str:
        """Why there is nothing to show; empty where there is."""
        if self.year is not None:
            return ""
        if self.latest is None:
            return _("No integrity measures have been entered for fiscal year %(year)s.") % {
                "year": self.asked
            }
        return _(
            "No integrity measures have been entered for fiscal year %(year)s; the latest are "
            "those of %(latest)s."
        ) % {"year": self.asked, "latest": self.latest}


def measures_at(
    agency_id: int, at: FiscalMonth, today: date, *, evidence: bool = False
) -> MeasuresAt:
    """The measures of a month's fiscal year at its quarter. Five queries, and two
    more where quarters of locked months were written since; one where it has none."""
    years = measure_years(agency_id)
    asked = next((year for year in years if year.fiscal_year == at.year), None)
    latest = next((year.fiscal_year for year in years if year.fiscal_year < at.year), None)
    shown = with_after_lock(year_row(asked, today, evidence=evidence)) if asked else None
    return MeasuresAt(at.year, at.quarter, shown, None if shown else latest)
