"""Reading for those who report quarters: whose measures, and a unit's quarter on one screen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from integrity.measures import rules
from integrity.measures.access import agencies_of_key, unit_agencies, unit_key
from integrity.measures.models import ItaMeasure, MeasureYear, QuarterProgress
from integrity.measures.read import measure_year, running_years, year_row, year_rows
from integrity.measures.rows import (
    MeasureRow,
    QuarterRow,
    UnitName,
    YearRow,
)
from strategy.access import Viewer
from strategy.models import Unit
from strategy.thai import format_date, sort_key


def entering_units(who: Viewer, asked: str = "") -> dict[str, tuple[UnitName | None, int]]:
    """The units for which a person may report, by their name in addresses, with their agency.

    A reporter's own; for planners every unit that some measure names, and what has none: of the
    agencies that they plan for, and of the one of which a unit is ``asked`` for by that name.
    """
    agencies = who.planned_agencies
    if agencies is not None and who.is_planner:
        agencies |= agencies_of_key(asked)
    if not who.is_planner:
        rows = Unit.objects.filter(pk__in=who.unit_ids if who.reports else ())
    else:
        rows = Unit.objects.filter(ita_measures__isnull=False).distinct()
        rows = rows if agencies is None else rows.filter(agency__in=agencies)
    units = [UnitName(row.pk, row.name, row.is_group, row.agency_id) for row in rows]
    units.sort(key=lambda unit: (unit.is_group, sort_key(unit.name)))
    found: dict[str, tuple[UnitName | None, int]] = {
        unit_key(unit.id, unit.agency_id): (unit, unit.agency_id) for unit in units
    }
    if who.is_planner:
        at_work = MeasureYear.objects.all()
        bare = ItaMeasure.objects.filter(units__isnull=True, issue__year__in=at_work).order_by()
        if agencies is not None:
            bare = bare.filter(issue__year__agency__in=agencies)
        for agency in bare.values_list("issue__year__agency_id", flat=True).distinct():
            found[unit_key(None, agency)] = (None, agency)
    return found


def due_list(who: Viewer, today: date) -> list[QuarterDue]:
    """What the units of a person who reports owe. A fixed number of queries."""
    if not who.reports:
        return []
    return quarters_due(who, year_rows(running_years(today, who.planned_agencies), today, who))


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One measure of a screen: its rows, what stands for the quarter, and before it."""

    measure: MeasureRow
    quarter: QuarterRow
    earlier: QuarterRow | None
    #: The group of units through which the screen's unit answers for it; empty where it is its own.
    shared: str

    @property
    def is_closed(self) -> bool:
        """Approved: nobody changes it here."""
        return self.quarter.is_approved

    @property
    def token(self) -> str:
        """Which row, in which version, an editor of this quarter has read."""
        if self.quarter.progress_id is None:
            return ""
        return f"{self.quarter.progress_id}.{self.quarter.version}"


@dataclass(frozen=True, slots=True)
class UnitQuarter:
    """A quarter of all measures that a unit answers for."""

    year: YearRow
    quarter: int
    unit: UnitName | None
    rows: tuple[EntryRow, ...]
    #: The quarters beside it that can be reported as well.
    others: tuple[int, ...]

    @property
    def entered(self) -> int:
        return sum(row.quarter.counts for row in self.rows)

    @property
    def owed(self) -> int:
        return sum(row.quarter.is_owed for row in self.rows)

    @property
    def deadline_name(self) -> str:
        return format_date(self.year.rules.deadline(self.quarter))

    @property
    def key(self) -> str:
        return unit_key(self.unit.id if self.unit else None, self.year.agency_id)

    @property
    def writes_results(self) -> bool:
        """Whether the result of the whole year can be written by now."""
        return rules.has_begun(self.year.fiscal_year, 4, self.year.rules.today)


def unit_quarter(
    year: MeasureYear, unit: UnitName | None, quarter: int, today: date, who: Viewer
) -> UnitQuarter:
    """What a unit's quarter holds, as it is reported. ``year`` with its ``deadline_day``."""
    shown = year_row(year, today, who, evidence=True, drafts=True)
    rows = []
    for measure in unit_measures(shown, unit):
        named = unit is None or unit.id in {each.id for each in measure.units}
        group = next((each.name for each in measure.units if each.is_group), "")
        earlier = [row for row in measure.quarters[: quarter - 1] if row.counts]
        rows.append(
            EntryRow(
                measure,
                measure.at(quarter),
                earlier[-1] if earlier else None,
                "" if named else group,
            )
        )
    begun = [q for q in rules.QUARTERS if rules.has_begun(shown.fiscal_year, q, today)]
    others = tuple(q for q in begun if q != quarter)
    return UnitQuarter(shown, quarter, unit, tuple(rows), others)


def unit_of(who: Viewer, progress: QuarterProgress, today: date) -> UnitName | None:
    """A unit under which a person enters a report that is there; None: it has no unit."""
    measure = progress.measure
    held = measure.issue.year
    shown = year_row(measure_year(held.agency_id, held.fiscal_year), today, who)
    for unit in answering_units(who, shown, unit_agencies(who)):
        if measure.pk in {row.id for row in unit_measures(shown, unit)}:
            return unit
    return None


def agency_years(agencies: set[int]) -> dict[int, list[int]]:
    """The fiscal years with measures of each agency, the newest first."""
    found: dict[int, list[int]] = {}
    rows = MeasureYear.objects.filter(agency__in=agencies).order_by("-fiscal_year")
    for agency, year in rows.values_list("agency_id", "fiscal_year"):
        found.setdefault(agency, []).append(year)
    return found


@dataclass(frozen=True, slots=True)
class QuarterDue:
    """How far a unit has come with a quarter: of ``measures`` so many are ``owed`` a report.

    ``unit`` None: the measures without a responsible unit; ``missing``: the ids of those owed.
    """

    year: YearRow
    quarter: int
    unit: UnitName | None
    measures: int
    owed: int
    late: int
    missing: frozenset[int] = frozenset()

    @property
    def unit_key(self) -> str:
        return unit_key(self.unit.id if self.unit else None, self.year.agency_id)

    @property
    def deadline_name(self) -> str:
        return format_date(self.year.rules.deadline(self.quarter))

    @property
    def state(self) -> str:
        if not self.owed:
            return rules.DONE
        return rules.LATE if self.late else self.year.rules.state(self.quarter, {})


def quarters_due(who: Viewer, years: Iterable[YearRow]) -> list[QuarterDue]:
    """The quarters that have begun and owe something, and the latest of each year; by unit.

    ``years`` as :func:`year_rows` gives them for ``who``; those without quarterly reports are left
    out. One query.
    """
    own = unit_agencies(who)
    found = []
    for year in years:
        if year.rules.as_a_whole:
            continue
        for unit in answering_units(who, year, own):
            measures = unit_measures(year, unit)
            for quarter in rules.QUARTERS:
                states = [measure.at(quarter).state for measure in measures]
                owed = sum(state in rules.OWED for state in states)
                latest = quarter == year.latest_quarter and rules.AHEAD not in states
                if measures and (owed or latest):
                    late = states.count(rules.LATE)
                    missing = frozenset(
                        measure.id for measure in measures if measure.at(quarter).is_owed
                    )
                    due = QuarterDue(year, quarter, unit, len(measures), owed, late, missing)
                    found.append(due)
    order = {rules.LATE: 0, rules.DUE: 1, rules.OPEN: 2}
    return sorted(found, key=lambda row: order.get(row.state, 3))


def answering_units(who: Viewer, year: YearRow, own: Mapping[int, int]) -> list[UnitName | None]:
    """The units under which a person enters a year's measures; None: measures without a unit.

    For planners every responsible unit; for a reporter their own ones of that agency.
    """
    if not who.is_planner:
        return [
            UnitName(pk, name, False, year.agency_id)
            for pk, name in who.units
            if own.get(pk) == year.agency_id
        ]
    named = {unit for measure in year.measures for unit in measure.units}
    units: list[UnitName | None] = [
        *sorted(named, key=lambda unit: (unit.is_group, sort_key(unit.name)))
    ]
    return units if all(measure.units for measure in year.measures) else [*units, None]


def unit_measures(year: YearRow, unit: UnitName | None) -> list[MeasureRow]:
    """The measures that a unit enters: its own, and those of a group of units of its agency."""
    if unit is None:
        return [measure for measure in year.measures if not measure.units]
    return [
        measure
        for measure in year.measures
        if any(
            each.id == unit.id
            or (each.is_group and not unit.is_group and each.agency_id == unit.agency_id)
            for each in measure.units
        )
    ]
