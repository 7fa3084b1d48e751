"""Reading as of an earlier day: inside :func:`as_known` every query finds what was known then.

Like ``translation.override`` it holds for what is read inside it, on this thread, and for nothing
else. Selectors need not know of it: they ask the same queries, as many of them, and judge by the
rules that they find.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import connection
from django.utils import timezone

from strategy.clock import end_of_day
from strategy.known.tables import tables_named, tables_then


class _Reading(NamedTuple):
    """The day at whose end things are read; None: as they are now. The one plan read, or None."""

    day: date | None = None
    plan: int | None = None


_NOW = _Reading()
_reading: ContextVar[_Reading] = ContextVar("reading", default=_NOW)
_Execute = Callable[[str, Any, bool, dict[str, Any]], Any]


@contextmanager
def as_known(day: date | None) -> Iterator[None]:
    """Read what was known at the end of ``day`` in Bangkok; None: what is known now.

    Nothing can be written to a record inside.
    """
    token = _reading.set(_Reading(day))
    try:
        if day is None or _read in connection.execute_wrappers:
            yield
        else:
            with connection.execute_wrapper(_read), _without_keys():
                yield
    finally:
        _reading.reset(token)


@contextmanager
def _without_keys() -> Iterator[None]:
    """Group by every column: what stands in a table's place has no primary key to do it by."""
    features: Any = connection.features
    kept = features.allows_group_by_selected_pks
    features.allows_group_by_selected_pks = False
    try:
        yield
    finally:
        features.allows_group_by_selected_pks = kept


def known_day() -> date | None:
    """The day at whose end things are being read; None: as they are now."""
    return _reading.get().day


def read_plan(plan: int) -> None:
    """Of what is reported month by month, the rest of this reading asks for one plan's alone.

    It spares looking for the entries of all the others.
    """
    _reading.set(_reading.get()._replace(plan=plan))


def _read(execute: _Execute, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Run a statement with the tables that it names as they were."""
    day, plan = _reading.get()
    names = tables_named(sql) if day is not None else frozenset()
    if day is None or not names:
        return execute(sql, params, many, context)
    if not sql.lstrip("( ").startswith("SELECT"):
        raise RuntimeError("what is read as of an earlier day cannot be written to")
    then = tables_then(connection.vendor, names, plan)
    if params is None:
        sql = sql.replace("%", "%%")
    moment = _moment(day)
    given = (*([moment] * then.moments), *(params or ()))
    return execute(then.sql + sql, given, many, context)


def _moment(day: date) -> Any:
    moment: datetime = end_of_day(day)
    return connection.ops.adapt_datetimefield_value(
        moment.astimezone(timezone.get_default_timezone())
    )
