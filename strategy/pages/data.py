"""What every page says of itself as data, and how values are written there.

The conventions, for those who read the data: docs/json.md.
"""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.urls import reverse

from strategy.calendar import FiscalMonth
from strategy.known.reading import known_day
from strategy.models import EvidenceFile, Plan
from strategy.standing.status import round2
from strategy.thai import plain

#: Of the form of the data. A field that goes, or means something else, makes it the next one.
VERSION = 1

#: As fine as a figure can be entered.
_FINEST = Decimal("0.0001")


def text(value: Decimal | None) -> str | None:
    """A computed figure as it was rounded and judged, its decimals kept ("80.00"); or null."""
    return None if value is None else str(value)


def rounded(value: Decimal) -> Decimal:
    """A figure as far as it can be entered: exact where it ends within four decimals.

    What does not end there, such as 1 of 3 in per cent, is rounded half up to two.
    """
    return value if value == value.quantize(_FINEST, ROUND_HALF_UP) else round2(value)


def figure(value: Decimal | None) -> str | None:
    """A figure that was entered, or counted from such: without the zeros that a column adds."""
    return None if value is None else plain(rounded(value))


def month(at: FiscalMonth) -> dict[str, int]:
    """A month of a fiscal year, as numbers: B.E., and 1 (October) to 12 (September)."""
    return {"year": at.year, "month": at.month}


def evidence(piece: Any) -> dict[str, Any]:
    """A piece of evidence, as any record keeps it."""
    dated: date | None = piece.dated
    file: EvidenceFile | None = piece.file
    return {
        "kind": piece.kind,
        "number": piece.number or None,
        "dated": dated and dated.isoformat(),
        "url": piece.url or None,
        "text": piece.text or None,
        "file": file and {**file.as_details(), "address": reverse("evidence_file", args=[file.pk])},
    }


def start() -> dict[str, Any]:
    """What all data begin with. ``known_on``: the day as of which they are read; null: now."""
    day = known_day()
    return {"version": VERSION, "known_on": day and day.isoformat()}


def agency_head(slug: str) -> dict[str, Any]:
    """What every page of an agency begins with."""
    return {**start(), "agency": slug}


def head(plan: Plan, at: FiscalMonth) -> dict[str, Any]:
    """What every page of a plan begins with. ``labels``: a scorecard's names of its levels."""
    labels = None
    if plan.is_scorecard:
        labels = {"strategy": plan.strategy_label, "objective": plan.objective_label}
    return {
        **agency_head(plan.agency.slug),
        "plan": plan.slug,
        "plan_kind": plan.kind,
        "current": plan.is_current,
        "month": month(at),
        "as_of": at.last_day.isoformat(),
        "labels": labels,
    }
