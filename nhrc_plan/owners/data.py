"""Who answers for what, as JSON-ready data. The one place where JSON names people."""

from __future__ import annotations

from typing import Any

from nhrc_plan.owners.answered import Line, Share
from nhrc_plan.owners.read import OwnersPage, Thing
from strategy.calendar import FiscalMonth
from strategy.models import Plan
from strategy.pages.data import head, text


def owners(plan: Plan, at: FiscalMonth, shown: OwnersPage) -> dict[str, Any]:
    """Silent persons, what nobody answers for, and the shares by month."""
    return {
        **head(plan, at),
        "silent": [
            {
                "name": person.name,
                "last_report": person.last.isoformat() if person.last else None,
                "things": [_thing(thing) for thing in person.things],
            }
            for person in shown.silent
        ],
        "without": [
            {**_thing(thing), "who": thing.closed or None}
            for unit in shown.without
            for thing in unit.things
        ],
        "answered": {
            "kinds": [{"kind": line.key, **_line(shown, line)} for line in shown.by_kind],
            "units": [
                {"id": line.key, "name": line.label, **_line(shown, line)} for line in shown.by_unit
            ],
        },
    }


def _thing(thing: Thing) -> dict[str, Any]:
    return {
        "kind": thing.kind,
        "id": thing.id,
        "code": thing.code,
        "name": thing.name,
        "unit": {"id": thing.unit_id, "name": thing.unit} if thing.unit_id else None,
    }


def _line(shown: OwnersPage, line: Line) -> dict[str, Any]:
    months = zip(shown.months, line.months, strict=True)
    return {
        **_share(line.all),
        "months": [{"as_of_month": each.month, **_share(share)} for each, share in months],
    }


def _share(share: Share) -> dict[str, Any]:
    return {"due": share.due, "answered": share.answered, "percent": text(share.percent)}
