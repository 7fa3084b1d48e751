"""Money beside results: how far each strategy and objective has come with both."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from budgets.read.money import objective_links, plan_money
from budgets.read.rows import PlanMoney, ProjectMoney
from budgets.rules.calc import MONEY_ONLY, RESULT_ONLY, Total, quadrant
from kpis.read.standing import plan_standing
from kpis.rules.roll_up import RollUp
from nhrc_plan.overview.read import objective_parts
from nhrc_plan.value.beside import corner_label
from strategy.calendar import FiscalMonth
from strategy.models import Objective, Plan
from strategy.read import deadline_days

STRATEGY = "strategy"
OBJECTIVE = "objective"


@dataclass(frozen=True, slots=True)
class ValueRow:
    """A strategy, or an objective that projects were tied to: its money and its results.

    ``code``: "2", or "2.3" for an objective, as the drawing's points are called. ``shared``: its
    projects that count under another objective as well.
    """

    kind: str
    code: str
    number: int
    name: str
    strategy_number: int
    money: Total
    results: RollUp
    corner: str | None
    projects: tuple[ProjectMoney, ...]
    shared: tuple[ProjectMoney, ...]

    @property
    def used(self) -> Decimal | None:
        """Disbursed and committed, in per cent of what was to be disbursed by now."""
        return self.money.standing.used_of_expected

    @property
    def reached(self) -> Decimal | None:
        """The mean of its indicators, in per cent of what was expected by now."""
        return self.results.mean

    @property
    def corner_label(self) -> str:
        return corner_label(self.corner)


@dataclass(frozen=True, slots=True)
class ValuePage:
    """A plan's money and results side by side at the end of a month."""

    strategies: tuple[ValueRow, ...]
    objectives: tuple[ValueRow, ...]
    money: PlanMoney
    has_sample: bool

    @property
    def rows(self) -> tuple[ValueRow, ...]:
        return self.strategies + self.objectives

    @property
    def has_shared(self) -> bool:
        """Whether some project counts under several objectives."""
        return any(row.shared for row in self.rows)

    @property
    def drawn(self) -> list[ValueRow]:
        """What has figures enough for a place in the drawing."""
        return [row for row in self.rows if row.corner is not None]

    @property
    def money_only(self) -> list[ValueRow]:
        """Money spent, little result."""
        return [row for row in self.rows if row.corner == MONEY_ONLY]

    @property
    def result_only(self) -> list[ValueRow]:
        """Result without spending."""
        return [row for row in self.rows if row.corner == RESULT_ONLY]

    @property
    def unknown(self) -> list[ValueRow]:
        """What has not figures enough."""
        return [row for row in self.rows if row.corner is None]


def value_page(plan: Plan, at: FiscalMonth, today: date) -> ValuePage:
    """Money used and results of every strategy, and of the objectives that planners tied
    projects to. Twelve queries."""
    days = deadline_days(plan)
    standing = plan_standing(plan, at, today, every_year=False, days=days)
    money = plan_money(plan, at, today, days=days)
    links = objective_links(plan)
    linked = Objective.objects.filter(strategy__plan=plan, pk__in=links).select_related("strategy")
    objectives = list(linked.order_by("strategy__number", "number"))
    results = {part.number: part.roll_up for part in standing.strategies}
    by_id = {row.id: row for row in money.office.rows}
    times = _times(links.values())

    def row(
        kind: str, code: str, named: tuple[int, str, int], projects: Iterable[ProjectMoney],
        total: Total, summed: RollUp, shared: Iterable[ProjectMoney] = (),
    ) -> ValueRow:  # fmt: skip
        corner = quadrant(total.standing.used_of_expected, summed.mean, money.bands)
        return ValueRow(kind, code, *named, total, summed, corner, tuple(projects), tuple(shared))

    parts = {part.id: part for part in objective_parts(plan, objectives, standing.rows)}
    return ValuePage(
        strategies=tuple(
            row(
                STRATEGY, str(part.number), (part.number, part.name, part.number),
                part.rows, part.total, results[part.number],
            )
            for part in money.strategies
        ),
        objectives=tuple(
            row(
                OBJECTIVE,
                f"{objective.strategy.number}.{objective.number}",
                (objective.number, objective.name, objective.strategy.number),
                (served := [by_id[pk] for pk in links[objective.pk]]),
                money.total_of(served),
                parts[objective.pk].roll_up,
                [project for project in served if times[project.id] > 1],
            )
            for objective in objectives
        ),
        money=money,
        has_sample=money.has_sample or any(row.current.sample for row in standing.rows),
    )  # fmt: skip


def _times(links: Iterable[list[int]]) -> dict[int, int]:
    """How many objectives each project serves."""
    times: dict[int, int] = {}
    for projects in links:
        for project in projects:
            times[project] = times.get(project, 0) + 1
    return times
