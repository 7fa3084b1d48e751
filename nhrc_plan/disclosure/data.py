"""Disclosure as JSON-ready data: the rows of the page (docs/json.md)."""

from __future__ import annotations

from typing import Any

from nhrc_plan.disclosure.read import ItemRow
from strategy.models import Agency
from strategy.pages.data import agency_head


def disclosure(agency: Agency, year: int, years: list[int], rows: list[ItemRow]) -> dict[str, Any]:
    """A year's items."""
    return {
        **agency_head(agency.slug),
        "fiscal_year": year,
        "years": years,
        "items": [_item(row) for row in rows],
    }


def _item(row: ItemRow) -> dict[str, Any]:
    item = row.item
    return {
        "number": item.number,
        "kind": item.kind,
        "plan": item.plan and item.plan.slug,
        "of_year": item.of_year,
        "published_on": item.published_on and item.published_on.isoformat(),
        "shown": [{"address": shown.address} for shown in row.shown],
        "text": {
            "title": item.title,
            "asks_for": item.asks_for or None,
            "lacks": list(row.lacks),
        },
    }
