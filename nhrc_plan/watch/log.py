"""The history of everything as one log: newest first, page by page.

One query over all history tables finds which rows a page shows; then each kind of thing on it is
read with as many queries, however long its history is.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.urls import reverse

from nhrc_plan.watch.wanted import Wanted
from strategy.records.history import Change, Entry, entries
from strategy.records.lists import with_links
from strategy.records.model import Record, history_models, recorded_models

#: Rows of a page; the rows that a file holds at most, and how many of them are read at once.
PER_PAGE = 40
IN_A_FILE = 10_000
_AT_ONCE = 500


class Place(NamedTuple):
    """Where a history row stands in the log: moment, table, row."""

    when: datetime
    table: int
    id: int

    def __str__(self) -> str:
        """As an address carries it."""
        return f"{self.when.isoformat()}_{self.table}_{self.id}"

    @classmethod
    def read(cls, text: str) -> Place | None:
        """What an address carried; None where it is no place."""
        try:
            when, table, row = text.split("_")
            found = cls(datetime.fromisoformat(when), int(table[:4]), int(row[:18]))
        except (ValueError, OverflowError):
            return None
        return found if found.when.tzinfo is not None and text == str(found) else None


@dataclass(frozen=True, slots=True)
class LogRow:
    """One change: what kind of thing, which one, and what was done to it.

    ``name``: what it is called now, or was called where it is gone. ``address``: its own history
    in the admin; "" where it is gone, or the admin shows none to this reader. ``together``: how
    many rows the same press, import or command wrote; 0 where that was not kept yet.
    """

    model: type[Record]
    object_id: int
    name: str
    address: str
    entry: Entry
    act: UUID | None
    together: int

    @property
    def kind(self) -> str:
        return str(self.model._meta.verbose_name)

    @property
    def code(self) -> str:
        """The kind as data and addresses name it, such as "kpis.result"."""
        return self.model._meta.label_lower

    @property
    def changes(self) -> tuple[Change, ...]:
        return self.entry.changes


@dataclass(frozen=True, slots=True)
class LogPage:
    """Some rows of the log. ``older``: from where the next page begins; None on the last."""

    rows: tuple[LogRow, ...]
    count: int
    older: Place | None


def log_page(
    wanted: Wanted, after: Place | None = None, *, linked: Container[Any] = (), size: int = PER_PAGE
) -> LogPage:
    """The rows that follow ``after``, or the newest, and how many there are in all.

    ``linked``: the models whose rows the reader may open in the admin.

    Three queries over all tables; then for each kind of thing on the page two, and one for each
    of its foreign keys.
    """
    found = _places(wanted, after, size + 1)
    shown = found[:size]
    return LogPage(
        rows=tuple(_rows(shown, linked, acts=True)),
        count=log_count(wanted),
        older=shown[-1] if len(found) > size else None,
    )


def log_count(wanted: Wanted) -> int:
    """How many rows there are. One query."""
    return _union(wanted, None).count()


def log_rows(wanted: Wanted) -> Iterator[LogRow]:
    """The newest rows, as many as a file holds; without links and without counting their acts."""
    places = _places(wanted, None, IN_A_FILE)
    for start in range(0, len(places), _AT_ONCE):
        yield from _rows(places[start : start + _AT_ONCE])


def _union(wanted: Wanted, after: Place | None) -> QuerySet:
    """Every row that is wanted, of all tables: (moment, table, row)."""
    parts = []
    for place, table, condition in wanted.tables():
        rows = table._default_manager.filter(condition)
        if after is not None:
            rows = rows.filter(_older(place, after))
        parts.append(_placed(rows, place))
    if not parts:
        return _placed(history_models()[0]._default_manager.none(), 0)
    union: QuerySet = parts[0].union(*parts[1:], all=True)
    return union


def _placed(rows: QuerySet, table: int) -> QuerySet:
    placed: Any = rows.order_by().annotate(log_table=Value(table, IntegerField()))
    told: QuerySet = placed.values_list("history_date", "log_table", "history_id")
    return told


def _older(table: int, than: Place) -> Q:
    found = Q(history_date__lt=than.when)
    if table < than.table:
        found |= Q(history_date=than.when)
    elif table == than.table:
        found |= Q(history_date=than.when, history_id__lt=than.id)
    return found


def _places(wanted: Wanted, after: Place | None, limit: int) -> list[Place]:
    rows = _union(wanted, after).order_by("-history_date", "-log_table", "-history_id")
    return [Place(*row) for row in rows[:limit]]


def _rows(
    places: Sequence[Place], linked: Container[Any] = (), *, acts: bool = False
) -> list[LogRow]:
    """The rows at these places, in their order. ``acts``: with how many rows each act wrote."""
    models = recorded_models()
    ids: dict[int, list[int]] = defaultdict(list)
    for place in places:
        ids[place.table].append(place.id)
    found: dict[tuple[int, int], tuple[type[Record], Any, Entry, str]] = {}
    for table, shown in ids.items():
        model = models[table]
        rows = _with_those_before(model, shown)
        names = _names(model, {row.id for row in rows})
        for row, entry in zip(rows, entries(model, rows), strict=True):
            name = names.get(row.id, "")
            found[table, row.history_id] = model, row, entry, name
    written = {row.act for _m, row, _e, _n in found.values()} - {None}
    together = _together(written if acts else set())
    return [
        LogRow(
            model=model,
            object_id=row.id,
            name=name or str(getattr(row, "name", "") or entry.title),
            address=_address(model, row.id) if name and model in linked else "",
            entry=entry,
            act=row.act,
            together=together[row.act],
        )
        for place in places
        for model, row, entry, name in [found[place.table, place.id]]
    ]


def _with_those_before(model: type[Record], wanted: Sequence[int]) -> list[Any]:
    """History rows with the one before each, which tells what was changed; newest first."""
    rows: Any = model.history.all()
    earlier = rows.filter(id=OuterRef("id")).filter(
        Q(history_date__lt=OuterRef("history_date"))
        | Q(history_date=OuterRef("history_date"), history_id__lt=OuterRef("history_id"))
    )
    last = earlier.order_by("-history_date", "-history_id").values("history_id")[:1]
    before = rows.filter(history_id__in=wanted).order_by().values_list(Subquery(last))
    return list(
        rows.filter(Q(history_id__in=wanted) | Q(history_id__in=before)).order_by(
            "-history_date", "-history_id"
        )
    )


def _names(model: type[Record], ids: set[int]) -> dict[int, str]:
    """What rows that are still there are called, by id. One query."""
    there = with_links(model._base_manager.all()).in_bulk(ids)
    return {pk: str(row) for pk, row in there.items()}


def _together(acts: set[UUID]) -> Counter[UUID | None]:
    """How many rows each act wrote. One query."""
    counts: Counter[UUID | None] = Counter()
    if acts:
        parts = [
            table._default_manager.filter(act__in=acts)
            .order_by()
            .values("act")
            .annotate(rows=Count("history_id"))
            .values_list("act", "rows")
            for table in history_models()
        ]
        for act, rows in parts[0].union(*parts[1:], all=True):
            counts[act] += rows
    return counts


def _address(model: type[Record], object_id: int) -> str:
    """Where the admin shows the history of one row."""
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_history"
    return reverse(name, args=[object_id])
