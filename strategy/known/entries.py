"""The last entries of some records before a moment, each found by an index.

For what compares now with then; the work grows with the records and not with how often they were
changed. Whole pages of an earlier day are read by strategy/known/reading.py.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from strategy.records.model import Record

#: Chooses a record's entry: the key of the record, as seen from inside, to that of the entry.
_Pick = Callable[[OuterRef], Any]


def _entries(model: type[Record]) -> QuerySet:
    found: QuerySet = model.history.model._default_manager.order_by()
    return found


def entries_before(
    rows: QuerySet, until: datetime, gone: Q, *, else_first: bool = False
) -> QuerySet:
    """The last entry before ``until`` of each of ``rows``, and of those that were deleted since.

    ``gone``: which of the deleted ones, in terms of the history. A record that came later has no
    entry; with ``else_first`` its first one stands in.
    """
    model = rows.model

    def last(record: OuterRef) -> Any:
        own = _entries(model).filter(id=record)
        before = own.filter(history_date__lt=until).order_by("-history_date", "-history_id")
        found = Subquery(before.values("history_id")[:1])
        if not else_first:
            return found
        first = own.filter(history_type="+").order_by("history_date", "history_id")
        return Coalesce(found, Subquery(first.values("history_id")[:1]))

    return _picked(rows, until, gone, last)


def entries_since(rows: QuerySet, until: datetime, gone: Q, *, kind: str) -> QuerySet:
    """The last entry of a kind since ``until`` of each of ``rows`` and of those deleted since."""

    def last(record: OuterRef) -> Any:
        since = _entries(rows.model).filter(id=record, history_date__gte=until, history_type=kind)
        return Subquery(since.order_by("-history_date", "-history_id").values("history_id")[:1])

    return _picked(rows, until, gone, last)


def touched_since(rows: QuerySet, until: datetime, gone: Q, column: str) -> set[Any]:
    """A column of those of ``rows`` that have an entry since ``until``, or were deleted. One
    query."""
    since = _entries(rows.model).filter(id=OuterRef("pk"), history_date__gte=until)
    kept = rows.order_by().filter(Exists(since)).values_list(column, flat=True)
    lost = _lost(rows.model, until, gone).values_list(column, flat=True)
    return set(kept.union(lost))


def _picked(rows: QuerySet, until: datetime, gone: Q, pick: _Pick) -> QuerySet:
    kept = rows.order_by().annotate(entry=pick(OuterRef("pk"))).values_list("entry", flat=True)
    lost = _lost(rows.model, until, gone).annotate(entry=pick(OuterRef("id")))
    picked = kept.union(lost.values_list("entry", flat=True))
    return _entries(rows.model).filter(history_id__in=picked)


def _lost(model: type[Record], until: datetime, gone: Q) -> QuerySet:
    """The last entries of records deleted since ``until``."""
    # By their keys, or a database may look through all the history of what ``gone`` names.
    deleted = _entries(model).filter(history_type="-", history_date__gte=until)
    return _entries(model).filter(gone, history_id__in=deleted.values("history_id"))


def latest_after(one: QuerySet, since: datetime, *histories: QuerySet) -> datetime | None:
    """When the last of these history rows was written; None where none is newer than ``since``.

    ``one``: any one row, beside which they are looked for. One query.
    """
    latest = {
        f"latest_{place}": Subquery(
            rows.filter(history_date__gt=since).order_by("-history_date").values("history_date")[:1]
        )
        for place, rows in enumerate(histories)
    }
    found = one.order_by().annotate(**latest).values_list(*map(F, latest)).get()
    return max((when for when in found if when is not None), default=None)
