"""Reading for the pages that span the apps."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.http import Http404
from django.utils.translation import gettext as _

from budgets.models import Project
from budgets.read.money import MoneyView, plan_money, rows_of_years, this_year, unit_money
from budgets.read.rows import ProjectMoney, StrategyMoney, UnitMoney
from budgets.rules.calc import Total
from kpis.models import Indicator
from kpis.read.duties import LABELS, LATE, OPEN, SHAPES, Duty, year_duties
from kpis.read.report import YearRest, last_year_rest
from kpis.read.rows import Cell, IndicatorRow, Marked, PlanStanding, StrategyStanding, roll_up
from kpis.read.standing import indicator_rows, plan_standing
from kpis.rules.roll_up import RollUp
from nhrc_plan.owners.silence import Counts, counted
from nhrc_plan.owners.things import years_looked_at
from strategy import access
from strategy.access import Viewer
from strategy.calendar import DEFAULT_REPORTING_DAY, FiscalMonth
from strategy.closing.read import locked_since
from strategy.models import (
    Agency,
    Approach,
    Objective,
    Plan,
    PlanStatement,
    StrategicIssue,
    Strategy,
    Unit,
)
from strategy.read import bands, deadline_days
from strategy.standing.status import status_of
from strategy.thai import format_date


@dataclass(frozen=True, slots=True)
class ObjectivePart:
    """An objective with its indicators."""

    id: int
    number: int
    name: str
    strategy_id: int
    issue_id: int | None
    rows: tuple[IndicatorRow, ...]
    roll_up: RollUp
    status: str | None


@dataclass(frozen=True, slots=True)
class IssuePart:
    """A strategic issue with its objectives and approaches; a scorecard has one without name."""

    number: str
    name: str
    objectives: tuple[ObjectivePart, ...]
    approaches: tuple[Approach, ...]


@dataclass(frozen=True, slots=True)
class StrategyPage(Marked):
    """A strategy whole: issues, objectives, approaches, indicators, projects."""

    strategy: Strategy
    standing: StrategyStanding
    numbers: tuple[int, ...]
    issues: tuple[IssuePart, ...]
    money: StrategyMoney

    @property
    def marked_cells(self) -> list[Cell]:
        return [row.current for row in self.standing.rows]

    @property
    def has_sample(self) -> bool:
        return any(cell.sample for cell in self.marked_cells) or any(
            year.sample for row in self.money.rows for year in row.years
        )


@dataclass(frozen=True, slots=True)
class UnitSummary:
    """A unit and how its indicators stand; ``id`` None: indicators that have no unit yet."""

    id: int | None
    name: str
    rows: tuple[IndicatorRow, ...]
    roll_up: RollUp

    @property
    def is_sample(self) -> bool:
        return any(row.unit_is_sample for row in self.rows)


@dataclass(frozen=True, slots=True)
class UnitPage(Marked):
    """What a unit owes and has reported, of its indicators and its projects' money."""

    unit: Unit
    rows: tuple[IndicatorRow, ...]
    roll_up: RollUp
    duties: list[Duty]
    #: The projects that it leads or supports; None where there are none.
    money: UnitMoney | None
    at: FiscalMonth
    money_deadline: date
    today: date

    @property
    def marked_cells(self) -> list[Cell]:
        return [row.current for row in self.rows]

    @property
    def has_sample(self) -> bool:
        shown = (*self.money.counted, *self.money.shared) if self.money else ()
        return any(cell.sample for cell in self.marked_cells) or any(
            row.current.sample for row in shown
        )

    @property
    def owed(self) -> list[Duty]:
        return [duty for duty in self.duties if duty.is_owed]

    @property
    def money_owed(self) -> list[ProjectMoney]:
        """The projects it reports that lack the figures of the month looked at."""
        if self.money is None or not self.at.has_ended(self.today):
            return []
        return [
            row
            for row in self.money.counted
            if row.current.allocated and not row.current.handed_in(self.at.month)
        ]

    @property
    def money_label(self) -> str:
        """Whether what is owed of money is overdue, in the words of duties."""
        return str(LABELS[self._money_state])

    @property
    def money_shape(self) -> str:
        return SHAPES[self._money_state]

    @property
    def money_deadline_name(self) -> str:
        return format_date(self.money_deadline)

    @property
    def _money_state(self) -> str:
        return LATE if self.today > self.money_deadline else OPEN


@dataclass(frozen=True, slots=True)
class OverviewPage:
    """How the plan stands: its results over all years, its money in the year looked at.

    ``owners``: how many persons are silent, and how many things nobody answers for; None for who
    may not read that.
    """

    standing: PlanStanding
    #: None for a scorecard, which has no projects.
    money: Total | None
    money_is_sample: bool
    #: What the last year has left undone, until it is closed; None where nothing is.
    rest: YearRest | None = None
    owners: Counts | None = None

    @property
    def has_sample(self) -> bool:
        return self.standing.has_sample or self.money_is_sample


@dataclass(frozen=True, slots=True)
class MapStrategy:
    standing: StrategyStanding
    status: str | None
    #: In which band the year before closed, where this year has no figure yet.
    last_status: str | None
    goals: tuple[int, ...]
    objectives: tuple[ObjectivePart, ...]


@dataclass(frozen=True, slots=True)
class MapPage:
    """The plan by its levels, each with how it stands."""

    goals: tuple[PlanStatement, ...]
    missions: tuple[PlanStatement, ...]
    strategies: tuple[MapStrategy, ...]
    standing: PlanStanding

    @property
    def has_links(self) -> bool:
        return any(strategy.goals for strategy in self.strategies)


def band_of(plan: Plan, summed: RollUp) -> str | None:
    """The band of a roll-up's mean; None where nothing is reported."""
    return None if summed.mean is None else status_of(summed.mean, bands(plan))


def _band_of_close(plan: Plan, summed: RollUp) -> str | None:
    """The band in which the year before closed, where this one has no figure yet."""
    last = summed.last
    return None if last is None or last.mean is None else status_of(last.mean, bands(plan))


def objective_parts(
    plan: Plan, objectives: list[Objective], rows: list[IndicatorRow]
) -> list[ObjectivePart]:
    """Objectives, in the order given, with those of the rows that belong to them."""
    by_objective = defaultdict(list)
    for row in rows:
        by_objective[row.objective_id].append(row)
    parts = []
    for objective in objectives:
        own = tuple(by_objective[objective.pk])
        summed = roll_up(own)
        parts.append(
            ObjectivePart(
                id=objective.pk,
                number=objective.number,
                name=objective.name,
                strategy_id=objective.strategy_id,
                issue_id=objective.issue_id,
                rows=own,
                roll_up=summed,
                status=band_of(plan, summed),
            )
        )
    return parts


def overview_page(
    plan: Plan, at: FiscalMonth, today: date, who: Viewer = access.NOBODY
) -> OverviewPage:
    """The whole plan at the end of a month. Nine queries; seven for a scorecard.

    With the counts of owners, for who may read them, at most eight more.
    """
    days = deadline_days(plan)
    standing = plan_standing(plan, at, today, days=days)
    rest = last_year_rest(standing.rows, locked_since(plan.agency_id))
    if plan.is_scorecard:
        owners = counted(plan, at, today, standing.rows, {}, who)
        return OverviewPage(standing, None, False, rest, owners)
    view = MoneyView(plan, at, today, days)
    by_year = rows_of_years(view, years_looked_at(plan, at))
    money = [row for row in this_year(view, by_year).values() if row.is_flagship]
    return OverviewPage(
        standing=standing,
        money=view.total(at.year, money),
        money_is_sample=any(row.sample for row in money),
        rest=rest,
        owners=counted(plan, at, today, standing.rows, by_year, who),
    )


def strategy_page(plan: Plan, number: int, at: FiscalMonth, today: date) -> StrategyPage:
    """One strategy at the end of a month. Http404 names the strategies there are."""
    numbers = tuple(
        Strategy.objects.filter(plan=plan).order_by("number").values_list("number", flat=True)
    )
    strategy = Strategy.objects.filter(plan=plan, number=number).first()
    if strategy is None:
        raise Http404(
            _("There is no %(label)s %(number)s. There are: %(known)s.")
            % {
                "label": plan.strategy_label,
                "number": number,
                "known": ", ".join(str(known) for known in numbers),
            }
        )
    rows = indicator_rows(plan, at, today, Indicator.objects.filter(strategy=strategy))
    objectives = objective_parts(plan, list(strategy.objectives.order_by("number")), rows)
    issues = [
        IssuePart(
            number=issue.number,
            name=issue.name,
            objectives=tuple(part for part in objectives if part.issue_id == issue.pk),
            approaches=tuple(issue.approaches.all()),
        )
        for issue in strategy.issues.order_by("position").prefetch_related("approaches")
    ]
    without = tuple(part for part in objectives if part.issue_id is None)
    if without:
        issues.append(IssuePart("", "", without, ()))
    return StrategyPage(
        strategy=strategy,
        standing=StrategyStanding(strategy.pk, strategy.number, strategy.name, tuple(rows)),
        numbers=numbers,
        issues=tuple(issues),
        money=plan_money(plan, at, today, only=Q(pk=strategy.pk)).strategies[0],
    )


def units_page(plan: Plan, at: FiscalMonth, today: date) -> list[UnitSummary]:
    """The units that own indicators of a plan, in Thai order; those without a unit last."""
    rows = plan_standing(plan, at, today).rows
    by_unit: dict[int | None, list[IndicatorRow]] = defaultdict(list)
    for row in rows:
        by_unit[row.unit_id].append(row)
    units = Unit.objects.filter(pk__in=[pk for pk in by_unit if pk is not None]).order_by("name")
    named: list[tuple[int | None, str]] = [(unit.pk, unit.name) for unit in units]
    if None in by_unit:
        named.append((None, _("No unit yet (planners report)")))
    return [UnitSummary(pk, name, tuple(by_unit[pk]), roll_up(by_unit[pk])) for pk, name in named]


def unit_page(plan: Plan, unit_id: int, at: FiscalMonth, today: date) -> UnitPage:
    """One unit of the plan's agency; Http404 says where the units are listed."""
    unit = Unit.objects.filter(pk=unit_id, agency=plan.agency_id).first()
    if unit is None:
        raise Http404(_("There is no such unit. The list of units shows all there are."))
    days = deadline_days(plan)
    own = Indicator.objects.filter(strategy__plan=plan, unit=unit)
    rows = indicator_rows(plan, at, today, own, days=days)
    return UnitPage(
        unit=unit,
        rows=tuple(rows),
        roll_up=roll_up(rows),
        duties=year_duties(plan, at.year, rows, today),
        money=unit_money(plan, unit.pk, at, today, days),
        at=at,
        money_deadline=at.deadline(days.get(at.year, DEFAULT_REPORTING_DAY)),
        today=today,
    )


@dataclass(frozen=True, slots=True)
class AboutPage:
    """What the plan says of itself: its statements by kind, and its levels by number."""

    agency: Agency
    purposes: tuple[PlanStatement, ...]
    goals: tuple[PlanStatement, ...]
    missions: tuple[PlanStatement, ...]
    strategies: tuple[Strategy, ...]
    issues: int
    objectives: int
    indicators: int
    projects: int


def about_page(plan: Plan) -> AboutPage:
    """The words of a plan, as its document has them. Six queries."""
    by_kind: dict[str, list[PlanStatement]] = defaultdict(list)
    for statement in plan.statements.order_by("number"):
        by_kind[statement.kind].append(statement)
    kinds = PlanStatement.Kind
    return AboutPage(
        agency=plan.agency,
        purposes=tuple(by_kind[kinds.PURPOSE]),
        goals=tuple(by_kind[kinds.GOAL]),
        missions=tuple(by_kind[kinds.MISSION]),
        strategies=tuple(plan.strategies.order_by("number")),
        issues=StrategicIssue.objects.filter(strategy__plan=plan).count(),
        objectives=Objective.objects.filter(strategy__plan=plan).count(),
        indicators=Indicator.objects.filter(strategy__plan=plan).count(),
        projects=Project.objects.filter(strategy__plan=plan).count(),
    )


def map_page(plan: Plan, at: FiscalMonth, today: date) -> MapPage:
    """The whole plan by levels at the end of a month."""
    standing = plan_standing(plan, at, today)
    found = Objective.objects.filter(strategy__plan=plan).order_by("strategy", "number")
    objectives = objective_parts(plan, list(found), standing.rows)
    goals: dict[int, list[int]] = defaultdict(list)
    for strategy_id, number in (
        Strategy.goals.through.objects.filter(strategy__plan=plan)
        .order_by("planstatement__number")
        .values_list("strategy_id", "planstatement__number")
    ):
        goals[strategy_id].append(number)
    statements = list(plan.statements.order_by("number"))
    return MapPage(
        goals=tuple(s for s in statements if s.kind == PlanStatement.Kind.GOAL),
        missions=tuple(s for s in statements if s.kind == PlanStatement.Kind.MISSION),
        strategies=tuple(
            MapStrategy(
                standing=part,
                status=band_of(plan, part.roll_up),
                last_status=_band_of_close(plan, part.roll_up),
                goals=tuple(goals[part.id]),
                objectives=tuple(o for o in objectives if o.strategy_id == part.id),
            )
            for part in standing.strategies
        ),
        standing=standing,
    )
