"""Who answers for what in a unit, by person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from budgets.models import Project
from budgets.read.rows import UnitMoney
from kpis.models import Indicator
from kpis.read.rows import IndicatorRow
from strategy.access import Viewer
from strategy.owners.read import owners_shown
from strategy.thai import sort_key


@dataclass(frozen=True, slots=True)
class UnitPerson:
    """Somebody with the codes of what they answer for, and of what they stand in for."""

    name: str
    accountable: list[str] = field(default_factory=list)
    deputy: list[str] = field(default_factory=list)


def unit_people(
    who: Viewer, rows: Sequence[IndicatorRow], money: UnitMoney | None
) -> list[UnitPerson]:
    """The people behind a unit's indicators and the projects it leads. Two queries.

    Nobody for who has not signed in.
    """
    projects = money.counted if money else ()
    found: dict[str, UnitPerson] = {}
    for model, things in ((Indicator, rows), (Project, projects)):
        owners = owners_shown(who, model, [thing.id for thing in things])
        for thing in things:
            for part, name in owners[thing.id]._asdict().items() if thing.id in owners else ():
                if name:
                    person = found.setdefault(name, UnitPerson(name))
                    getattr(person, part).append(thing.code)
    return sorted(found.values(), key=lambda person: sort_key(person.name))
