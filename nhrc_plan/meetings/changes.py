"""What changed since last month: the figures now beside those at last month's reporting deadline.

Taken from the history, so that late reports and corrections of earlier months show as well. In
the first month of a fiscal year the year before is compared with itself: what came in after its
last deadline; and the first figures of the new year with those that it closed with.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property

from django.utils import timezone

from budgets.read.asof import money_as_known, money_corrected
from budgets.read.rows import MoneyYear, PlanMoney
from kpis.read.asof import Corrected, cells_as_known, corrected_since
from kpis.read.rows import Cell, IndicatorRow, PlanStanding
from kpis.rules.facts import LOWER, PER_YEAR
from nhrc_plan.meetings.change_lines import (
    ChangeLine,
    IndicatorChange,
    ProjectChange,
    RuleLine,
    TargetChange,
    in_order,
    indicator_lines,
    project_lines,
    resolution_lines,
    rule_line,
    target_line,
)
from nhrc_plan.meetings.minute.rules import BETTER, WORSE, Seen, change_of
from nhrc_plan.meetings.resolutions.rows import ResolutionChange, Resolutions
from strategy.calendar import DEFAULT_REPORTING_DAY, FiscalMonth, ReportingDay
from strategy.models import Plan
from strategy.thai import format_date, month_name


@dataclass(frozen=True)
class Changes:
    """Everything that changed. ``compared``: the month as it was known by ``deadline``."""

    compared: FiscalMonth
    at: FiscalMonth
    deadline: date
    indicators: tuple[IndicatorChange, ...]
    targets: tuple[TargetChange, ...]
    rules: tuple[RuleLine, ...]
    projects: tuple[ProjectChange, ...]
    resolutions: tuple[ResolutionChange, ...]
    disbursed_before: Decimal
    disbursed_after: Decimal

    @property
    def deadline_name(self) -> str:
        return format_date(self.deadline)

    @property
    def compared_name(self) -> str:
        return month_name(self.compared)

    @property
    def better(self) -> int:
        return sum(change.change == BETTER for change in self.indicators)

    @property
    def worse(self) -> int:
        return sum(change.change == WORSE for change in self.indicators)

    @cached_property
    def lines(self) -> list[ChangeLine]:
        """Every change in the order of a meeting: what it is told, then what is only counted."""
        return in_order(
            [
                *indicator_lines(self.indicators, self.targets),
                *(target_line(change) for change in self.targets),
                *(rule_line(change) for change in self.rules),
                *project_lines(self.projects),
                *resolution_lines(self.resolutions),
            ]
        )

    @property
    def told(self) -> list[ChangeLine]:
        """What a meeting is told one by one."""
        return [line for line in self.lines if line.is_told]

    @property
    def folded(self) -> list[ChangeLine]:
        """Late reports, overdue ones and mere new figures."""
        return [line for line in self.lines if not line.is_told]


def known_until(month: FiscalMonth, day: int | ReportingDay) -> datetime:
    """The end of a month's last day of reporting, in Bangkok."""
    after = month.deadline(day) + timedelta(days=1)
    return timezone.make_aware(datetime.combine(after, time()))


def plan_changes(
    plan: Plan,
    standing: PlanStanding,
    money: PlanMoney,
    days: Mapping[int, ReportingDay],
    today: date,
    resolutions: Resolutions | None = None,
) -> Changes:
    """What changed between last month's deadline and ``today``.

    A number of queries that does not grow with the plan: up to nineteen, and up to five
    more where rules were changed.

    ``standing`` and ``money`` are those of the month looked at, with every year; ``resolutions``
    those of its meetings and of earlier ones, settled or not; None leaves them out.
    """
    at = standing.at
    compared = at.previous
    if compared.year < plan.first_year:
        compared = at
    day = days.get(compared.year, DEFAULT_REPORTING_DAY)
    until = known_until(compared, day)
    place = compared.year - plan.first_year
    known = cells_as_known(plan, standing.rows, compared, until, days, at, today)
    money_now = {project.id: project.years[place] for project in money.office.rows}
    money_known = money_as_known(known.plan, compared, until, days, money_now)
    corrected = corrected_since(plan, known.cells, until)
    indicators = [
        *_indicators(standing.rows, known.cells, corrected, compared),
        *(_year_turned(standing.rows, known.cells, compared) if compared.year != at.year else ()),
    ]
    money_then = {pk: money_known.rows.get(pk, now) for pk, now in money_now.items()}
    corrected_money = money_corrected(plan, money_then, until)
    projects = []
    for project in money.office.rows:
        now, then = money_now[project.id], money_then[project.id]
        if (then.status, then.spent) != (now.status, now.spent):
            again = corrected_money.get(project.id)
            change = change_of(
                _seen_money(then),
                _seen_money(now),
                compared=compared,
                corrected=again is not None,
            )
            projects.append(ProjectChange(project, then, now, change, again))
    rows = {row.id: row for row in standing.rows}
    projects_by_id = {project.id: project for project in money.office.rows}
    return Changes(
        compared=compared,
        at=at,
        deadline=compared.deadline(day),
        indicators=tuple(indicators),
        targets=tuple(
            TargetChange(rows[revision.indicator_id], *revision[1:]) for revision in known.targets
        ),
        rules=(
            *(RuleLine(rows.get(change.rule.owner_id or 0), change) for change in known.rules),
            *(
                RuleLine(projects_by_id.get(change.rule.owner_id or 0), change, of_money=True)
                for change in money_known.rules
            ),
        ),
        projects=tuple(projects),
        resolutions=tuple(resolutions.changed_since(until)) if resolutions else (),
        disbursed_before=_disbursed(money_known.rows.values()),
        disbursed_after=_disbursed(money_now.values()),
    )


def _indicators(
    rows: Iterable[IndicatorRow],
    known: Mapping[int, Cell],
    corrected: Mapping[int, Corrected],
    compared: FiscalMonth,
) -> Iterator[IndicatorChange]:
    """The year of ``compared`` as the meeting saw it, beside how it stands now."""
    for row in rows:
        before = known[row.id]
        place = compared.year - row.cells[0].year
        after = row.cells[place]
        if (before.status, before.result, before.month) == (
            after.status,
            after.result,
            after.month,
        ):
            continue
        if before.figure is None and after.figure is not None and place:
            last = row.cells[place - 1]
            before = last if _goes_on(last, after) else before
        yield _changed(row, before, after, compared, corrected.get(row.id))


def _year_turned(
    rows: Iterable[IndicatorRow], known: Mapping[int, Cell], compared: FiscalMonth
) -> Iterator[IndicatorChange]:
    """The first figures of a new year beside those with which the last one closed.

    Only what goes on over the turn of the year, and only what truly turned: a first figure of its
    year is no change by itself.
    """
    for row in rows:
        last = known[row.id]
        if last.figure is None:
            last = row.cells[compared.year - row.cells[0].year]
        if row.current.figure is not None and _goes_on(last, row.current):
            change = _changed(row, last, row.current, compared, None)
            if change.direction:
                yield change


def _goes_on(last: Cell, now: Cell) -> bool:
    """Whether a figure of one year can be held against that of the year before."""
    if last.figure is None or now.figure is None or now.facts.accrual == PER_YEAR:
        return False
    return last.figure.percent is None and now.figure.percent is None


def _changed(
    row: IndicatorRow,
    before: Cell,
    after: Cell,
    compared: FiscalMonth,
    corrected: Corrected | None,
) -> IndicatorChange:
    change = change_of(
        _seen(before),
        _seen(after),
        compared=compared,
        corrected=corrected is not None,
        lower_is_better=row.facts.direction == LOWER,
    )
    return IndicatorChange(row, before, after, change, corrected)


def _seen(cell: Cell) -> Seen:
    """A figure with its values; the progress of a milestone under 0, which no measure has."""
    if cell.figure is None:
        return Seen(cell.status)
    values = dict(cell.figure.values)
    if cell.figure.percent is not None:
        values[0] = cell.figure.percent
    return Seen(cell.status, cell.as_of, values)


def _seen_money(year: MoneyYear) -> Seen:
    """A project's money. Totals fall by corrections alone, so that they are not held together."""
    return Seen(year.status, year.as_of)


def _disbursed(years: Iterable[MoneyYear]) -> Decimal:
    return sum((year.spent.disbursed for year in years if year.spent), Decimal(0))
