"""What keeps locked months closed (docs/domain.md, "A locked month").

Every write of a :class:`strategy.records.model.Record` passes here, within its own transaction:
before a row is claimed, when its history is written, before it is deleted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext as _

from strategy import clock
from strategy.models.agency import Unit
from strategy.models.calendar import MonthLock, Unlocking
from strategy.records.model import Record
from strategy.thai import format_date, month_name


class MonthClosed(ValidationError):
    """The month that a row is of is locked. ``lock``: by what."""

    def __init__(self, lock: MonthLock, units: Iterable[int] = ()) -> None:
        super().__init__(closed_sentence(lock, units), code="closed")
        self.lock = lock


def is_closed(refused: ValidationError) -> bool:
    """Whether something was refused because its month is locked."""
    errors = getattr(refused, "error_dict", {"": [refused]})
    return any(isinstance(each, MonthClosed) for found in errors.values() for each in found)


def closed_sentence(lock: MonthLock, units: Iterable[int] = ()) -> str:
    """Which month is locked, since when, by whom, and what to do; ``units``: who reports there."""
    made = lock.history.filter(history_type="+").order_by("history_date").first()
    told = _("%(month)s is locked since %(day)s, by %(who)s.") % {
        "month": month_name(lock.at),
        "day": "–" if made is None else format_date(timezone.localtime(made.history_date).date()),
        "who": (made and made.history_user_name) or _("the system"),
    }
    names = Unit.objects.filter(pk__in=set(units)).order_by("name").values_list("name", flat=True)
    asked = ", ".join(names)
    if asked:
        return f"{told} " + _("Ask a planner to open the month for %(unit)s.") % {"unit": asked}
    return f"{told} " + _("Ask a planner to open the month.")


def written_late() -> str:
    """What the history says of a write to a locked month that was open again."""
    return _("corrected after the month was locked")


class Locks:
    """The locked months, and what is open of them now. One query where none is, else two."""

    def __init__(self) -> None:
        opened = Unlocking.objects.filter(Unlocking.in_effect(clock.now()))
        rows = MonthLock.objects.prefetch_related(Prefetch("unlockings", opened, to_attr="opened"))
        self.by_month = {(row.agency_id, row.fiscal_year, row.month): row for row in rows}
        self._months = {(year, month) for _agency, year, month in self.by_month}

    def __bool__(self) -> bool:
        return bool(self.by_month)

    def of(self, row: Record) -> MonthLock | None:
        """The lock of the month that a row is of, open again or not."""
        if row.month_written() not in self._months:
            return None
        year, month = row.month_written() or (0, 0)
        return self.by_month.get((row.month_owner()[0] or 0, year, month))

    def refusal(self, row: Record) -> MonthClosed | None:
        """Why nothing may be written to a row's month; None where it may."""
        lock = self.of(row)
        if lock is None:
            return None
        units = row.month_owner()[1]
        opened: list[Unlocking] = lock.opened  # type: ignore[attr-defined]
        if any(each.unit_id is None or each.unit_id in units for each in opened):
            return None
        return MonthClosed(lock, units)


def hold() -> None:
    """Let nobody lock a month, or end an opening, until this transaction is done.

    Those who write hold it together; who locks waits for them, and they for who locks. On SQLite
    a transaction that writes is alone from its beginning.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            tables = (MonthLock._meta.db_table, Unlocking._meta.db_table)
            cursor.execute("LOCK TABLE {}, {} IN SHARE MODE".format(*tables))


def refuse_closed(
    rows: Iterable[Record],
    *,
    before: bool = False,
    whole: bool = False,
    locks: Locks | None = None,
) -> None:
    """Raise MonthClosed where one of the rows is of a month that is locked and not open for it.

    ``before``: the rows are about to be changed; what is stored of them counts as well, and of a
    row of which only some fields are the month's (``month_fields``), whether these change.
    ``whole``: what is done concerns all of them, as approving does. Otherwise the rows are new, or
    go. What is written to a locked month that is open again is
    marked so in the history.
    """
    rows = [row for row in rows if row.is_of_a_month()]
    if not rows:
        return
    hold()
    locks = Locks() if locks is None else locks
    if not locks:
        return
    stored = _stored(rows) if before else {}
    for row in rows:
        was = stored.get((type(row), row.pk))
        if not whole and not _touches(row, was):
            continue
        for each in filter(None, (row, was)):
            refusal = locks.refusal(each)
            if refusal is not None:
                raise refusal
            if locks.of(each) is not None:
                row._written_late = written_late()


def refusals(rows: Iterable[Record]) -> dict[int, MonthClosed]:
    """What :func:`refuse_closed` would say of whole rows, by their place in the list.

    The rows are looked at only where some month is locked.
    """
    locks = Locks()
    found = {place: locks.refusal(row) for place, row in enumerate(rows)} if locks else {}
    return {place: refusal for place, refusal in found.items() if refusal is not None}


def warnings(rows: Iterable[Record]) -> list[str]:
    """For whoever opens a form: the sentences about the locked months of these rows, each once."""
    return list(dict.fromkeys(each.messages[0] for each in refusals(list(rows)).values()))


def _stored(rows: Sequence[Record]) -> Mapping[tuple[type[Record], int], Record]:
    """The rows as they are in the database, one query for each model."""
    found: dict[tuple[type[Record], int], Record] = {}
    for model in {type(row) for row in rows}:
        ids = [row.pk for row in rows if type(row) is model]
        found |= {(model, pk): row for pk, row in model._base_manager.in_bulk(ids).items()}
    return found


def _touches(row: Record, was: Record | None) -> bool:
    """Whether a write of this row is one to its month."""
    if not row.month_fields:
        return True
    empty: tuple[object, ...] = (None, "")
    return any(
        getattr(row, name) != getattr(was, name) if was else getattr(row, name) not in empty
        for name in row.month_fields
    )
