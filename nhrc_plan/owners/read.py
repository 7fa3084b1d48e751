"""The page on who answers for what: silent persons, what nobody answers for, what came in time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils.translation import gettext as _

from budgets.read.money import plan_money
from budgets.read.rows import PlanMoney
from integrity.measures.rows import YearRow
from kpis.read.standing import plan_standing
from nhrc_plan.owners.answered import Line, asked, lines
from nhrc_plan.owners.silence import silence
from nhrc_plan.owners.things import (
    INDICATOR,
    KINDS,
    MEASURE,
    MODELS,
    PROJECT,
    Key,
    Standing,
    measures_of,
    named,
    seen_by,
    years_looked_at,
)
from strategy.access import Viewer
from strategy.calendar import FiscalMonth
from strategy.models import Plan
from strategy.records.model import actor_name
from strategy.thai import format_date, month_name, sort_key


class Thing(NamedTuple):
    """Something to answer for, as it is listed. ``address``: where it is read; ``mend``: where
    a person is named for it; ``closed``: who is named, whose account is closed."""

    kind: str
    id: int
    code: str
    name: str
    unit_id: int | None
    unit: str
    address: str
    mend: str
    closed: str = ""

    @property
    def kind_name(self) -> str:
        return str(KINDS[self.kind])


@dataclass(frozen=True, slots=True)
class SilentPerson:
    """Somebody who has reported nothing though ``things`` of theirs are overdue."""

    name: str
    last: date | None
    things: tuple[Thing, ...]

    @property
    def units(self) -> list[str]:
        return list(dict.fromkeys(thing.unit for thing in self.things))

    @property
    def last_name(self) -> str:
        return format_date(self.last) if self.last else ""


class UnitThings(NamedTuple):
    """The things of a unit that nobody answers for."""

    unit_id: int | None
    unit: str
    things: list[Thing]


@dataclass(frozen=True, slots=True)
class OwnersPage:
    """Who is silent, what nobody answers for, and the shares of the fiscal year looked at."""

    silent: tuple[SilentPerson, ...]
    without: tuple[UnitThings, ...]
    months: tuple[FiscalMonth, ...]
    by_kind: tuple[Line, ...]
    by_unit: tuple[Line, ...]

    @property
    def without_count(self) -> int:
        return sum(len(unit.things) for unit in self.without)

    @property
    def month_names(self) -> list[str]:
        return [month_name(month, short=True, year=False) for month in self.months]


def owners_page(plan: Plan, at: FiscalMonth, today: date, who: Viewer) -> OwnersPage:
    """All of it, as far as it is the reader's to see. A number of queries that does not grow."""
    rows = tuple(plan_standing(plan, at, today).rows)
    money = plan_money(plan, at, today)
    measures = measures_of(plan, at, today)
    by_year = {row.id: {year.year: year for year in row.years} for row in money.office.rows}
    standing = Standing(plan, at, today, rows, by_year, measures)
    found = named(plan, years_looked_at(plan, at))
    seen = seen_by(who, found, standing.measure_rows())
    told = silence(standing, found, seen)
    things = _things(standing, money, measures)
    closed = {found[key].user or 0 for key in told.without if found[key].user}
    names = _names(closed | set(told.silent))
    without: dict[tuple[int | None, str], list[Thing]] = defaultdict(list)
    for key in told.without:
        thing = things[key]._replace(closed=names.get(found[key].user or 0, ""))
        without[thing.unit_id, thing.unit].append(thing)
    months = tuple(FiscalMonth(at.year, month) for month in range(1, at.month + 1))
    reports = [each for each in asked(standing, money.deadline_day) if each.key in seen]
    numbers = [month.month for month in months]
    units = lines(reports, numbers, lambda key: (things[key].unit_id, things[key].unit))
    kinds = lines(reports, numbers, lambda key: (key[0], str(KINDS[key[0]])))
    return OwnersPage(
        silent=tuple(
            sorted(
                (
                    SilentPerson(names[user], told.last.get(user), tuple(things[k] for k in keys))
                    for user, keys in told.silent.items()
                ),
                key=lambda person: (_placed(person.things[0].unit), sort_key(person.name)),
            )
        ),
        without=tuple(
            UnitThings(pk, name, own)
            for (pk, name), own in sorted(without.items(), key=lambda unit: _placed(unit[0][1]))
        ),
        months=months,
        by_kind=tuple(sorted(kinds, key=lambda line: list(KINDS).index(line.key))),
        by_unit=tuple(sorted(units, key=lambda line: _placed(line.label))),
    )


def _placed(unit: str) -> tuple[bool, Any]:
    """Units in Thai order, what has none last."""
    return (unit == no_unit(), sort_key(unit))


def no_unit() -> str:
    """What stands for things without a unit."""
    return _("No unit yet (planners report)")


def _names(users: set[int]) -> dict[int, str]:
    """Names by user. One query; none without people."""
    found = get_user_model()._default_manager.filter(pk__in=users) if users else ()
    return {user.pk: actor_name(user) for user in found}


def _things(standing: Standing, money: PlanMoney, measures: list[YearRow]) -> Mapping[Key, Thing]:
    """Every thing as it is listed."""
    plan = standing.plan
    found: dict[Key, Thing] = {}
    for row in standing.rows:
        found[INDICATOR, row.id] = Thing(
            INDICATOR, row.id, row.code, row.name, row.unit_id, row.unit_name or no_unit(),
            reverse("indicator", args=[plan.slug, row.code]), _mend(INDICATOR, row.id),
        )  # fmt: skip
    for project in money.office.rows:
        lead = project.first_lead
        found[PROJECT, project.id] = Thing(
            PROJECT, project.id, project.code, project.name, lead.id if lead else None,
            lead.name if lead else no_unit(), reverse("project", args=[plan.slug, project.code]),
            _mend(PROJECT, project.id),
        )  # fmt: skip
    for year in measures:
        where = reverse("measure_year", args=[year.fiscal_year])
        for measure in year.measures:
            first = measure.units[0] if measure.units else None
            found[MEASURE, measure.id] = Thing(
                MEASURE, measure.id, f"{year.fiscal_year}/{measure.place}", measure.text,
                first.id if first else None, first.name if first else no_unit(),
                f"{where}?agency={year.agency_slug}#{measure.anchor}", _mend(MEASURE, measure.id),
            )  # fmt: skip
    return found


def _mend(kind: str, pk: int) -> str:
    """The form in which a person is named for a thing."""
    meta = MODELS[kind]._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[pk])
