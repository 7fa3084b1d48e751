"""Reading for those who enter money: whose projects they are, and a unit's month on one screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils.translation import gettext as _

from budgets.models import Disbursement, Project, ProjectLead
from budgets.read.money import plan_money, unit_money
from budgets.read.rows import ProjectMoney, UnitMoney
from budgets.rules.calc import Total
from strategy.access import Viewer
from strategy.calendar import FiscalMonth
from strategy.models import Plan
from strategy.read import deadline_days, due_month
from strategy.thai import format_date, month_name, sort_key


def entering_units(who: Viewer, asked: str = "") -> list[tuple[int | None, str]]:
    """The units for which a person may enter money, by name; None: projects without a lead.

    A reporter's own; for planners every unit that is the first-named lead of a project of an
    agency that they plan for, and of the agency whose unit is ``asked`` for, by its id.
    """
    if not who.is_planner:
        return list(who.units)
    first = ProjectLead.objects.filter(project=OuterRef("pk")).order_by("position")
    projects = Project.objects.order_by()
    if who.planned_agencies is not None:
        theirs = Q(strategy__plan__agency__in=who.planned_agencies)
        if asked.isdecimal() and len(asked) < 19:
            theirs |= Q(leads__unit=int(asked))
        projects = projects.filter(theirs).distinct()
    leads = projects.values_list(
        Subquery(first.values("unit")[:1]), Subquery(first.values("unit__name")[:1])
    )
    named = {(pk, name) for pk, name in leads if pk is not None}
    units = sorted(named, key=lambda unit: sort_key(unit[1]))
    return [*units, (None, _("projects without a lead"))]


def spending_plans(who: Viewer, asked: str = "") -> list[Plan]:
    """The plans that have projects, the one at work first: of the agencies in which a person works
    (of a planner who works in none, of all), and the one whose name in addresses is ``asked``."""
    plans = Plan.objects.filter(Exists(Project.objects.filter(strategy__plan=OuterRef("pk"))))
    if who.planned_agencies is not None:
        plans = plans.filter(Q(agency__in=who.planned_agencies) | Q(slug=asked))
    return list(plans.order_by("-is_current", "-first_year", "pk"))


@dataclass(frozen=True, slots=True)
class UnitDue:
    """How far a unit has come with the month that is due.

    ``projects``: those that owe a figure; none in a year without money for any of them;
    ``missing``: the ids of those that have none yet.
    """

    plan: Plan
    unit_id: int | None
    unit_name: str
    at: FiscalMonth
    entered: int
    projects: int
    deadline: date
    missing: frozenset[int] = frozenset()

    @property
    def month_name(self) -> str:
        return month_name(self.at)

    @property
    def deadline_name(self) -> str:
        return format_date(self.deadline)

    @property
    def is_done(self) -> bool:
        return self.entered == self.projects


def due_list(who: Viewer, plans: list[Plan], today: date) -> list[UnitDue]:
    """What the units of a person owe for the month that is due, plan by plan."""
    found = []
    for plan in plans:
        at = due_month(plan, today)
        if not at.has_ended(today):
            continue
        money = plan_money(plan, at, today)
        for unit in money.units:
            if unit.counted and who.may_report(unit.id):
                owing = [row for row in unit.counted if row.owes]
                entered = [row for row in owing if row.current.handed_in(at.month)]
                found.append(
                    UnitDue(
                        plan, unit.id, unit.name, at, len(entered), len(owing),
                        at.deadline(money.deadline_day),
                        frozenset(row.id for row in owing if row not in entered),
                    )
                )  # fmt: skip
    return found


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One project of a screen: its money, what stands for the month, and before it."""

    money: ProjectMoney
    earlier: Disbursement | None
    kept: Disbursement | None

    @property
    def project_id(self) -> int:
        return self.money.id

    @property
    def is_closed(self) -> bool:
        """Approved: nobody changes it here."""
        return self.kept is not None and self.kept.is_approved

    @property
    def token(self) -> str:
        """Which row, in which version, an editor of this project's figures has read."""
        return f"{self.kept.pk}.{self.kept.version}" if self.kept else ""

    @property
    def earlier_name(self) -> str:
        if self.earlier is None:
            return ""
        return month_name(FiscalMonth(self.earlier.fiscal_year, self.earlier.month), short=True)


@dataclass(frozen=True, slots=True)
class BareRow:
    """One project of a unit's month without its money: what names it, and what stands."""

    project_id: int
    code: str
    name: str
    kept: Disbursement | None

    @property
    def is_closed(self) -> bool:
        return self.kept is not None and self.kept.is_approved

    @property
    def token(self) -> str:
        return f"{self.kept.pk}.{self.kept.version}" if self.kept else ""


@dataclass(frozen=True, slots=True)
class BareMonth:
    """A month as it is entered from elsewhere: nothing is shown beside the figures."""

    at: FiscalMonth
    rows: tuple[BareRow, ...]


def bare_month(plan: Plan, units: Sequence[int | None], at: FiscalMonth) -> BareMonth:
    """The month of the projects whose first-named lead is one of some units, in their order.
    Three queries."""
    projects = Project.objects.filter(strategy__plan=plan)
    leads: dict[int, int] = {}
    for project_id, unit_id in (
        ProjectLead.objects.filter(project__in=projects.order_by().values("id"))
        .order_by("position")
        .values_list("project_id", "unit_id")
    ):
        leads.setdefault(project_id, unit_id)
    kept = {
        row.project_id: row
        for row in Disbursement.objects.filter(
            project__in=projects.order_by().values("id"), fiscal_year=at.year, month=at.month
        )
    }
    found: dict[int | None, list[BareRow]] = {unit: [] for unit in units}
    for pk, strategy, number, name in projects.order_by("strategy__number", "number").values_list(
        "id", "strategy__number", "number", "name"
    ):
        unit = leads.get(pk)
        if unit in found:
            found[unit].append(BareRow(pk, f"{strategy}-{number}", name, kept.get(pk)))
    return BareMonth(at, tuple(row for unit in units for row in found[unit]))


@dataclass(frozen=True, slots=True)
class UnitMonth:
    """A month of all projects whose first-named lead is a unit, and what it only shares."""

    plan: Plan
    unit_id: int | None
    unit_name: str
    at: FiscalMonth
    rows: tuple[EntryRow, ...]
    shared: tuple[ProjectMoney, ...]
    total: Total | None
    #: The months beside it that can be entered as well.
    previous: FiscalMonth | None
    next: FiscalMonth | None

    @property
    def month_name(self) -> str:
        return month_name(self.at)

    @property
    def previous_name(self) -> str:
        return month_name(self.previous, short=True) if self.previous else ""

    @property
    def next_name(self) -> str:
        return month_name(self.next, short=True) if self.next else ""

    @property
    def entered(self) -> int:
        return sum(row.kept is not None and not row.kept.is_unsent for row in self.rows)

    @property
    def projects(self) -> int:
        """How many of its projects owe a figure."""
        return sum(row.money.owes for row in self.rows)


def unit_month(
    plan: Plan, unit_id: int | None, unit_name: str, at: FiscalMonth, today: date
) -> UnitMonth:
    """What a unit's month holds, as it is entered. Six queries; seven for ``unit_id`` None."""
    unit = _unit_money(plan, unit_id, at, today)
    own = unit.counted if unit else ()
    kept: dict[int, Disbursement] = {}
    earlier: dict[int, Disbursement] = {}
    for row in Disbursement.objects.filter(
        project__in=[project.id for project in own], fiscal_year=at.year, month__lte=at.month
    ).order_by("month"):
        if row.month == at.month:
            kept[row.project_id] = row
        elif not row.is_unsent:
            earlier[row.project_id] = row
    before, after = at.previous, at.next
    return UnitMonth(
        plan=plan,
        unit_id=unit_id,
        unit_name=unit_name,
        at=at,
        rows=tuple(EntryRow(row, earlier.get(row.id), kept.get(row.id)) for row in own),
        shared=unit.shared if unit else (),
        total=unit.total if unit else None,
        previous=before if before.year in plan.years else None,
        next=after if after.year in plan.years and after.has_ended(today) else None,
    )


def _unit_money(plan: Plan, unit_id: int | None, at: FiscalMonth, today: date) -> UnitMoney | None:
    days = deadline_days(plan)
    if unit_id is not None:
        return unit_money(plan, unit_id, at, today, days)
    units = plan_money(plan, at, today, days=days).units
    return next((unit for unit in units if unit.id is None), None)
