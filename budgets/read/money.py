"""Reading money: stored facts → budgets/rules/calc.py → rows. A fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from django.db.models import (
    FilteredRelation,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.utils.translation import gettext as _

from budgets.models import (
    BudgetTransfer,
    Disbursement,
    Project,
    ProjectBudget,
)
from budgets.read.after_lock import money_after_lock
from budgets.read.carried import carried, counted
from budgets.read.leads import units_of
from budgets.read.lines import spending_lines
from budgets.read.rows import (
    FLAGSHIP,
    Basis,
    LeadUnit,
    MoneyYear,
    PlanMoney,
    ProjectMoney,
    ProjectSet,
    StrategyMoney,
    UnitMoney,
)
from budgets.rules import calc
from budgets.rules.calc import STRAIGHT, ZERO, Budget, MoneyFacts, Spent, Total, YearLines
from strategy.approval.model import State, goes_by_approved
from strategy.calendar import DEFAULT_REPORTING_DAY, FiscalMonth, ReportingDay, deadline_passed
from strategy.models import Plan, Strategy
from strategy.read import bands, deadline_days
from strategy.standing.status import Bands
from strategy.thai import sort_key

_CENT = Decimal("0.01")


def month_budgets(projects: Collection[int], at: FiscalMonth) -> dict[int, Budget]:
    """What each project may spend in ``at``'s year, with the transfers up to then. One query."""
    rows = ProjectBudget.objects.filter(project__in=projects, fiscal_year=at.year)
    return {
        project_id: Budget(plan, approved, transferred or ZERO)
        for project_id, plan, approved, transferred in rows.order_by().values_list(
            "project_id", "plan_amount", "approved_amount", _transferred(at)
        )
    }


def _transferred(at: FiscalMonth) -> Subquery:
    """The transfers of a budget dated up to the end of ``at``, summed."""
    return Subquery(
        BudgetTransfer.objects.filter(budget=OuterRef("pk"), document_date__lte=at.last_day)
        .order_by()
        .values("budget")
        .annotate(sum=Sum("amount"))
        .values("sum")
    )


class MoneyView:
    """The month looked at, and what holds for every project in it."""

    def __init__(
        self,
        plan: Plan,
        at: FiscalMonth,
        today: date,
        days: dict[int, ReportingDay],
        lines: Mapping[int, YearLines] | None = None,
    ) -> None:
        self.plan = plan
        self.at = at
        self.bands: Bands = bands(plan)
        self._lines = spending_lines(plan) if lines is None else lines
        # Earlier years are looked at at their end; in later ones nothing is due yet.
        self.overdue = {
            year: deadline_passed(
                "month",
                FiscalMonth(year, at.month if year == at.year else 12),
                today,
                days.get(year, DEFAULT_REPORTING_DAY),
            )
            for year in plan.years
            if year <= at.year
        }
        self._basis = {
            year: Basis(self.overdue.get(year), self.lines(year), self.bands) for year in plan.years
        }

    def lines(self, year: int) -> YearLines:
        """The government's lines of a fiscal year, straight where none were entered."""
        return self._lines.get(year, STRAIGHT)

    def month(self, year: int) -> int:
        return self.at.month if year == self.at.year else 12

    def judged(
        self,
        year: int,
        budget: Budget,
        spent: Spent | None,
        sample: bool,
        approved: bool = True,
        waiting: int | None = None,
        figure_id: int | None = None,
        is_flagship: bool = True,
    ) -> MoneyYear:
        basis = self._basis[year]
        return MoneyYear(
            year, budget, spent, sample, basis, approved, waiting, figure_id, is_flagship
        )

    def total(self, year: int, rows: Iterable[MoneyYear]) -> Total:
        """The sum of projects in one year, judged by the lines for all money."""
        return calc.total(
            (MoneyFacts(row.budget.allocated, row.spent, row.standing) for row in rows),
            month=self.month(year),
            overdue_month=self.overdue.get(year),
            lines=self.lines(year).all,
            bands=self.bands,
        )


def _budgets(
    projects: QuerySet[Project], view: MoneyView, years: Sequence[int]
) -> dict[int, dict[int, MoneyYear]]:
    """Each project's years: (budget, latest figure up to the month, sample). One query.

    The latest figure is found from the budget rows, of which every year that money was spent in
    has one, so that the work grows with what is shown and not with the months behind it.
    """
    at = view.at
    own = (
        Disbursement.objects.filter(
            project=OuterRef("project"), fiscal_year=OuterRef("fiscal_year")
        )
        .filter(Q(fiscal_year__lt=at.year) | Q(fiscal_year=at.year, month__lte=at.month))
        .order_by("-month")
    )
    latest = own.filter(approval__in=counted(view.plan)).values("pk")[:1]
    of_latest = Q(project__disbursements__pk=Subquery(latest))
    waiting: Any = Value(None, IntegerField())
    if goes_by_approved(approved_only=view.plan.approved_only):
        waiting = Subquery(own.filter(approval=State.SUBMITTED).values("month")[:1])
    found: dict[int, dict[int, MoneyYear]] = defaultdict(dict)
    for (
        project_id, year, plan, amount, kind, transferred, month, disbursed, committed, sample,
        state, waits, figure_id, of,
    ) in (
        ProjectBudget.objects.filter(
            project__in=projects.order_by().values("id"), fiscal_year__in=years
        )
        .order_by()
        .annotate(latest=FilteredRelation("project__disbursements", condition=of_latest))
        .values_list(
            "project_id", "fiscal_year", "plan_amount", "approved_amount", "spending_kind",
            _transferred(at),
            "latest__month", "latest__disbursed", "latest__committed", "latest__is_sample",
            "latest__approval", waiting, "latest__pk", "project__kind",
        )
    ):  # fmt: skip
        budget = Budget(plan, amount, _baht(transferred), kind)
        spent = None if month is None else Spent(month, disbursed, committed)
        found[project_id][year] = view.judged(
            year, budget, spent, bool(sample), state == State.APPROVED, waits, figure_id,
            of == FLAGSHIP,
        )  # fmt: skip
    return found


def _baht(value: Decimal | None) -> Decimal:
    """A computed amount to the satang, as SQLite gives sums without their scale."""
    return ZERO if value is None else value.quantize(_CENT)


def plan_money(
    plan: Plan,
    at: FiscalMonth,
    today: date,
    *,
    days: dict[int, ReportingDay] | None = None,
    only: Q | None = None,
) -> PlanMoney:
    """The money of a plan at the end of ``at``, as known on ``today``. Five queries.

    ``days``: the reporting days where they are at hand already, which saves one. ``only`` leaves
    out strategies that do not meet it.
    """
    days = deadline_days(plan) if days is None else days
    view = MoneyView(plan, at, today, days)
    chosen = Strategy.objects.filter(only or Q(), plan=plan)
    projects = Project.objects.filter(strategy__in=chosen.order_by())
    found = _budgets(projects, view, list(plan.years))
    units = units_of(projects)
    strategies: dict[int, tuple[int, str, list[ProjectMoney]]] = {}
    for strategy_id, strategy_number, strategy_name, pk, number, name, kind in chosen.order_by(
        "number", "projects__number"
    ).values_list(
        "id", "number", "name",
        "projects__id", "projects__number", "projects__name", "projects__kind",
    ):  # fmt: skip
        rows = strategies.setdefault(strategy_id, (strategy_number, strategy_name, []))[2]
        if pk is not None:
            named = (pk, number, name, strategy_number, kind)
            rows.append(project_row(view, named, found.get(pk, {}), units.get(pk, [])))
    every = [row for *_, rows in strategies.values() for row in rows]
    flagship = [row for row in every if row.is_flagship]
    action = [row for row in every if not row.is_flagship]

    def parts(wanted: bool) -> tuple[StrategyMoney, ...]:
        """The strategies with their projects of one kind."""
        return tuple(
            StrategyMoney(id=pk, number=number, name=name, **_project_set(view, own))
            for pk, (number, name, rows) in strategies.items()
            for own in [[row for row in rows if row.is_flagship is wanted]]
            if own or wanted
        )

    return PlanMoney(
        at=at,
        strategies=parts(True),
        action=ProjectSet(**_project_set(view, action)),
        action_strategies=parts(False),
        office=ProjectSet(**_project_set(view, every)),
        find_units=partial(_by_unit, view, every),
        find_carried=partial(
            carried,
            Q(project__strategy__in=chosen.order_by()),
            (at.year, at.year - 1),
            at,
            counted(plan),
        ),
        find_after_lock=partial(money_after_lock, plan),
        lines=view.lines(at.year),
        overdue_month=view.overdue.get(at.year),
        bands=view.bands,
        deadline_day=days.get(at.year, DEFAULT_REPORTING_DAY),
        **_project_set(view, flagship),
    )


def _project_set(view: MoneyView, rows: Sequence[ProjectMoney]) -> dict[str, Any]:
    """What a set of projects is made of."""
    return {"rows": tuple(rows), "totals": _Totals(view, rows), "year": view.at.year}


def project_row(
    view: MoneyView,
    named: tuple[int, int, str, int, str],
    own: dict[int, MoneyYear],
    units: list[LeadUnit],
) -> ProjectMoney:
    """A project, named by (id, number, name, strategy's number, kind), with all its years."""
    years = tuple(
        own.get(year) or view.judged(year, Budget(), None, False) for year in view.plan.years
    )
    current = years[view.at.year - view.plan.first_year]
    return ProjectMoney(*named, tuple(units), years, current)


class _Totals(Mapping[int, Total]):
    """Sums by fiscal year, each worked out when it is asked for."""

    def __init__(self, view: MoneyView, rows: Sequence[ProjectMoney]) -> None:
        self._view, self._rows = view, rows
        self._known: dict[int, Total] = {}

    def __getitem__(self, year: int) -> Total:
        if year not in self._view.plan.years:
            raise KeyError(year)
        if year not in self._known:
            place = year - self._view.plan.first_year
            own = [row.years[place] for row in self._rows]
            self._known[year] = self._view.total(year, own)
        return self._known[year]

    def __iter__(self) -> Iterator[int]:
        return iter(self._view.plan.years)

    def __len__(self) -> int:
        return len(self._view.plan.years)


def _by_unit(view: MoneyView, rows: Sequence[ProjectMoney]) -> tuple[UnitMoney, ...]:
    """Each project counted once, under its first-named lead; its other units share it."""
    names: dict[int | None, str] = {}
    counted: dict[int | None, list[ProjectMoney]] = defaultdict(list)
    shared: dict[int | None, list[ProjectMoney]] = defaultdict(list)
    for row in rows:
        first = row.first_lead
        counted[first.id if first else None].append(row)
        for unit in row.units:
            names[unit.id] = unit.name
            if unit is not first:
                shared[unit.id].append(row)
    ordered: list[tuple[int | None, str]] = sorted(
        names.items(), key=lambda unit: sort_key(unit[1])
    )
    if None in counted:
        ordered.append((None, _("no lead unit yet")))
    return tuple(
        UnitMoney(
            pk,
            name,
            tuple(counted[pk]),
            tuple(shared[pk]),
            *(
                view.total(
                    view.at.year,
                    [row.current for row in counted[pk] if row.is_flagship is flagship],
                )
                for flagship in (True, False)
            ),
        )
        for pk, name in ordered
    )


def unit_money(
    plan: Plan, unit_id: int, at: FiscalMonth, today: date, days: dict[int, ReportingDay]
) -> UnitMoney | None:
    """The projects that a unit leads or supports; None where there are none. Four queries."""
    view = MoneyView(plan, at, today, days)
    named = Q(leads__unit=unit_id) | Q(supporting_units=unit_id)
    projects = Project.objects.filter(named, strategy__plan=plan).distinct()
    found, units = _budgets(projects, view, list(plan.years)), units_of(projects)
    rows = [
        project_row(view, named, found.get(named[0], {}), units.get(named[0], []))
        for named in projects.order_by("strategy__number", "number").values_list(
            "id", "number", "name", "strategy__number", "kind"
        )
    ]
    return next((unit for unit in _by_unit(view, rows) if unit.id == unit_id), None)


def objective_links(plan: Plan) -> dict[int, list[int]]:
    """The projects that serve each objective, where planners drew links. One query."""
    found: dict[int, list[int]] = defaultdict(list)
    for objective_id, project_id in (
        Project.objectives.through.objects.filter(project__strategy__plan=plan)
        .order_by("project__strategy__number", "project__number")
        .values_list("objective_id", "project_id")
    ):
        found[objective_id].append(project_id)
    return found


def year_rows(view: MoneyView) -> dict[int, MoneyYear]:
    """Every project's money in the year looked at, by project id. One query."""
    return this_year(view, rows_of_years(view, [view.at.year]))


def rows_of_years(view: MoneyView, years: Sequence[int]) -> dict[int, dict[int, MoneyYear]]:
    """Every project's money in these fiscal years, by project id and year. One query."""
    return _budgets(Project.objects.filter(strategy__plan=view.plan), view, years)


def this_year(view: MoneyView, rows: Mapping[int, Mapping[int, MoneyYear]]) -> dict[int, MoneyYear]:
    """Of such rows those of the year looked at."""
    return {pk: years[view.at.year] for pk, years in rows.items() if view.at.year in years}
