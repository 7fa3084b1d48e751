"""What changed since last month: the figures now beside those at last month's reporting deadline.

Taken from the history, so that late reports and corrections of earlier months show as well. In
the first month of a fiscal year the year before is compared with itself: what came in after its
last deadline.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from budgets.read.asof import money_as_known
from budgets.read.rows import MoneyYear, PlanMoney, ProjectMoney
from kpis.read.asof import cells_as_known
from kpis.read.rows import Cell, IndicatorRow, PlanStanding
from kpis.rules.facts import TargetFacts
from nhrc_plan.meetings.resolutions.rows import ResolutionChange, Resolutions, state_label
from strategy.calendar import DEFAULT_REPORTING_DAY, FiscalMonth, ReportingDay
from strategy.models import Plan
from strategy.records.restated import RuleChange
from strategy.standing.status import AT_RISK, CRITICAL, NEAR, ON_PLAN
from strategy.thai import format_date, format_number, month_name

#: From best to worst; the other statuses are neither better nor worse.
_RANKS = {code: rank for rank, code in enumerate((ON_PLAN, NEAR, AT_RISK, CRITICAL))}


class IndicatorChange(NamedTuple):
    """An indicator whose status or figure is another than it was."""

    row: IndicatorRow
    before: Cell
    after: Cell

    @property
    def flipped(self) -> bool:
        return self.before.status != self.after.status

    @property
    def direction(self) -> str:
        """ "better", "worse" or "" where the two cannot be compared."""
        return _direction(self.before.status, self.after.status)


class ProjectChange(NamedTuple):
    """A project whose money or status is another than it was."""

    row: ProjectMoney
    before: MoneyYear
    after: MoneyYear

    @property
    def flipped(self) -> bool:
        return self.before.status != self.after.status

    @property
    def direction(self) -> str:
        return _direction(self.before.status, self.after.status)


class TargetChange(NamedTuple):
    """A target that was revised: texts as shown, and the same as facts."""

    row: IndicatorRow
    year: int
    before: str
    after: str
    reason: str
    then: TargetFacts
    since: TargetFacts


class RuleLine(NamedTuple):
    """A rule by which figures are judged that is another now, and what it alone changed."""

    row: IndicatorRow | ProjectMoney | None
    change: RuleChange
    of_money: bool = False


class ChangeLine(NamedTuple):
    """One change as page, data and workbook show it."""

    kind: str
    code: str
    name: str
    before: str
    after: str
    status_before: str
    status_after: str
    note: str


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
        return sum(change.direction == "better" for change in self.indicators)

    @property
    def worse(self) -> int:
        return sum(change.direction == "worse" for change in self.indicators)

    @cached_property
    def lines(self) -> list[ChangeLine]:
        return [
            *_indicator_lines(self.indicators),
            *(_target_line(change) for change in self.targets),
            *(_rule_line(change) for change in self.rules),
            *_project_lines(self.projects),
            *_resolution_lines(self.resolutions),
        ]


def _direction(before: str, after: str) -> str:
    if before not in _RANKS or after not in _RANKS or before == after:
        return ""
    return "worse" if _RANKS[after] > _RANKS[before] else "better"


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
    resolutions: Resolutions,
) -> Changes:
    """What changed between last month's deadline and ``today``.

    A number of queries that does not grow with the plan: up to sixteen, and up to five more
    where rules were changed.

    ``standing`` and ``money`` are those of the month looked at, with every year; ``resolutions``
    those of its meetings and of earlier ones, settled or not.
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
    indicators = []
    for row in standing.rows:
        before, after = known.cells[row.id], row.cells[place]
        if (before.status, before.result, before.month) != (
            after.status,
            after.result,
            after.month,
        ):
            indicators.append(IndicatorChange(row, before, after))
    projects = []
    for project in money.office.rows:
        now = money_now[project.id]
        then = money_known.rows.get(project.id, now)
        if (then.status, then.spent) != (now.status, now.spent):
            projects.append(ProjectChange(project, then, now))
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
        resolutions=tuple(resolutions.changed_since(until)),
        disbursed_before=_disbursed(money_known.rows.values()),
        disbursed_after=_disbursed(money_now.values()),
    )


def _disbursed(years: Iterable[MoneyYear]) -> Decimal:
    return sum((year.spent.disbursed for year in years if year.spent), Decimal(0))


def _figure(cell: Cell) -> str:
    """A figure with its month: "22/12 (ส.ค. 2569)"."""
    return "–" if cell.result is None else f"{cell.result} ({cell.as_of_name})"


def _status(shown: Cell | MoneyYear) -> str:
    return f"{shown.shape} {shown.label}"


def _remarks() -> dict[str, str]:
    """The words of each direction; looked up once for all lines."""
    return {"better": _("better"), "worse": _("worse"), "": ""}


def _indicator_lines(changes: Iterable[IndicatorChange]) -> Iterator[ChangeLine]:
    flipped, moved, remarks = _("status"), _("figure"), _remarks()
    for change in changes:
        yield ChangeLine(
            kind=flipped if change.flipped else moved,
            code=change.row.code,
            name=change.row.name,
            before=_figure(change.before),
            after=_figure(change.after),
            status_before=_status(change.before),
            status_after=_status(change.after),
            note=remarks[change.direction],
        )


def _target_line(change: TargetChange) -> ChangeLine:
    return ChangeLine(
        kind=_("target of %(year)s") % {"year": change.year},
        code=change.row.code,
        name=change.row.name,
        before=change.before,
        after=change.after,
        status_before="",
        status_after="",
        note=change.reason,
    )


def _rule_line(line: RuleLine) -> ChangeLine:
    """Who changed a rule and why, and how much stands otherwise by it alone."""
    rule, flipped = line.change
    return ChangeLine(
        kind=_("rule of judging"),
        code=line.row.code if line.row else "",
        name=f"{line.row.name} – {rule.what}" if line.row else rule.what,
        before=rule.before,
        after=rule.after,
        status_before="",
        status_after=_flipped(flipped, line.of_money),
        note=f"{rule.who}: {rule.why}",
    )


def _flipped(count: int, of_money: bool) -> str:
    """How many changed status by a rule alone, in words."""
    if of_money:
        text = ngettext(
            "%(count)s project changed status by it",
            "%(count)s projects changed status by it",
            count,
        )
    else:
        text = ngettext(
            "%(count)s indicator changed status by it",
            "%(count)s indicators changed status by it",
            count,
        )
    return text % {"count": count}


def _baht(shown: MoneyYear) -> str:
    if shown.spent is None or shown.as_of is None:
        return "–"
    month = month_name(shown.as_of, short=True)
    return f"{format_number(shown.spent.disbursed, 2)} ({month})"


def _project_lines(changes: Iterable[ProjectChange]) -> Iterator[ChangeLine]:
    kind, remarks = _("disbursed (baht)"), _remarks()
    for change in changes:
        yield ChangeLine(
            kind=kind,
            code=change.row.code,
            name=change.row.name,
            before=_baht(change.before),
            after=_baht(change.after),
            status_before=_status(change.before),
            status_after=_status(change.after),
            note=remarks[change.direction],
        )


def _resolution_lines(changes: Iterable[ResolutionChange]) -> Iterator[ChangeLine]:
    """What was answered, decided or postponed, with what was said."""
    for change in changes:
        row = change.row
        yield ChangeLine(
            kind=_("resolution"),
            code=row.code,
            name=row.text,
            before=format_date(change.due_then),
            after=row.due_name,
            status_before=state_label(change.state_then),
            status_after=state_label(row.state),
            note="; ".join(f"{step.label}: {step.text}".rstrip(": ") for step in change.steps),
        )
