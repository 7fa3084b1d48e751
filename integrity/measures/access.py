"""Who may enter how a measure went.

Planners; reporters of one of its responsible units. A measure of a group of units, such as
ทุกสำนัก/หน่วย, is every unit's of that agency; one without units is the planners'.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

from integrity.measures.models import ItaMeasure
from strategy.access import REPORTER, Viewer
from strategy.models import Unit

#: How an address names the measures of an agency that have no unit: "none" and the agency's id.
NO_UNIT = "none"


def unit_key(unit_id: int | None, agency_id: int) -> str:
    """How an address names a unit under which measures are reported."""
    return f"{NO_UNIT}{agency_id}" if unit_id is None else str(unit_id)


def agencies_of_key(key: str) -> frozenset[int]:
    """The agency of what :func:`unit_key` names; none where there is no such unit. One query."""
    number = key.removeprefix(NO_UNIT)
    if not (number.isdecimal() and len(number) < 19):
        return frozenset()
    if key != number:
        return frozenset([int(number)])
    return frozenset(Unit.objects.filter(pk=int(number)).values_list("agency_id", flat=True))


def reports_for(who: Viewer, units: Iterable[tuple[int, bool, int]]) -> bool:
    """Whether a person answers for a measure of ``units``: (id, is a group, id of its agency)."""
    if who.is_planner:
        return True
    return REPORTER in who.roles and any(
        pk in who.unit_ids or (is_group and agency in who.agency_ids)
        for pk, is_group, agency in units
    )


def unit_agencies(who: Viewer) -> dict[int, int]:
    """The agency of each unit that a person works in. One query; none for who works in no unit."""
    if not who.unit_ids:
        return {}
    return dict(Unit.objects.filter(pk__in=who.unit_ids).values_list("pk", "agency_id"))


def may_enter(who: Viewer, measures: Collection[int]) -> bool:
    """Whether a person may enter all of these measures (their ids). One query at most."""
    if who.is_planner:
        return True
    if REPORTER not in who.roles:
        return False
    units: dict[int, list[tuple[int, bool, int]]] = defaultdict(list)
    rows = ItaMeasure.units.through.objects.filter(itameasure__in=measures)
    for measure, *unit in rows.values_list(
        "itameasure_id", "unit_id", "unit__is_group", "unit__agency_id"
    ):
        units[measure].append(tuple(unit))  # type: ignore[arg-type]
    return all(reports_for(who, units[measure]) for measure in measures)
