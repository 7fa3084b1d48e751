"""Imports as they were kept: which somebody may see, and what was seen of one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet

from nhrc_plan.exchange.kinds import every_kind
from nhrc_plan.exchange.models import Import, ImportCheck
from nhrc_plan.exchange.rows import UNCHANGED, Compared, Row
from strategy.access import Viewer
from strategy.models import Plan

#: Rows of a page of a preview.
PER_PAGE = 200


def imports_seen(plan: Plan, who: Viewer) -> QuerySet[Import]:
    """Those of a plan that somebody may see: their own; who keeps watch, those of others."""
    watched = [kind.code for kind in every_kind() if kind.watched_by(who)]
    rows = Import.objects.filter(plan=plan).select_related(
        "unit", "plan__agency", "taken", "undoes__plan"
    )
    return rows.filter(Q(kind__in=watched) | Q(sender_id=who.user_id or 0))


def last_check(row: Import) -> ImportCheck | None:
    """What was seen of an import last."""
    return row.checks.order_by("-pk").first()


class Shown(NamedTuple):
    """A page of a preview. ``only``: of which outcome; "" for all."""

    compared: Compared
    listed: Page
    only: str


def kept_rows(check: ImportCheck) -> Iterator[Row]:
    """The rows of a preview, batch by batch."""
    for batch in check.batches.order_by("place").values_list("rows", flat=True).iterator(1):
        yield from map(Row.unpacked, batch)


def shown(check: ImportCheck, only: str = "", number: str = "1") -> Shown:
    """A page of what was seen, what has to be looked at first."""
    rows: Iterable[Row] = kept_rows(check)
    wanted = only if only in check.counts and only != UNCHANGED else ""
    found = [row for row in rows if not wanted or row.outcome == wanted]
    found.sort(key=lambda row: not row.is_open)
    listed = Paginator(found, PER_PAGE).get_page(number)
    return Shown(Compared(check.digest, check.counts, list(listed.object_list)), listed, wanted)
