"""The tables of records as they were at a moment, as parts of a query that stand before it.

A named part of a query (WITH) hides the table of the same name. Each table of a record is such a
part: of every row the last entry in the history before the moment, found by an index; rows that
had not come yet, or had gone, are not among them. What belongs to a row and lies in a table of
its own is taken out of that entry's details. Histories end at the moment as well.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from sqlite3 import sqlite_version_info
from typing import Any, NamedTuple

from django.apps import apps
from django.db import models

from strategy.records.closed import InsertOnly
from strategy.records.model import LINKS, PLACE, Path, Record, link_tables

#: What stands in the place of the moment; of each statement the parameters are that alone.
_MOMENT = "%s"


class Tables(NamedTuple):
    """What a query asks of the past, as the parts that stand before it and how often the moment
    is a parameter of them."""

    sql: str
    moments: int


class _Part(NamedTuple):
    """A table that holds what belongs to a record: its rows are entries of the details.

    ``columns``: by column, where in such an entry its value stands. ``link``: the entry is the
    key of what the record is linked to.
    """

    model: type[models.Model]
    owner: type[Record]
    owner_column: str
    path: Path
    columns: Mapping[str, Path]
    link: bool


@cache
def _records() -> dict[str, type[Record]]:
    """By table, the records that are read as of a moment."""
    found = [model for model in apps.get_models() if issubclass(model, Record)]
    return {model._meta.db_table: model for model in found if not model.always_now}


@cache
def _histories() -> dict[str, str]:
    """By table of a history, or of what is kept once, the column that says when."""
    found = {model.history.model._meta.db_table: "history_date" for model in _records().values()}
    for model in apps.get_models():
        if issubclass(model, InsertOnly) and model.kept_at:
            found[model._meta.db_table] = model.kept_at
    return found


@cache
def _parts() -> dict[str, _Part]:
    found = []
    for owner in _records().values():
        for name, columns in owner.audit_parts.items():
            relation: Any = owner._meta.get_field(name)
            named = {
                relation.related_model._meta.get_field(field).column: path
                for field, path in columns.items()
            }
            column = relation.field.column
            found.append(_Part(relation.related_model, owner, column, (name,), named, False))
        for link in link_tables(owner):
            columns = {link.column: (), **({link.order: (PLACE,)} if link.order else {})}
            path = (LINKS, link.name)
            found.append(_Part(link.model, owner, link.owner_column, path, columns, True))
    return {part.model._meta.db_table: part for part in found}


_NAMES = re.compile(r'"(\w+)"')


def tables_named(sql: str) -> frozenset[str]:
    """The tables named in a statement that are other at another moment."""
    known = {*_records(), *_parts(), *_histories()}
    return frozenset(known.intersection(_NAMES.findall(sql)))


@lru_cache(maxsize=1024)
def tables_then(vendor: str, names: frozenset[str], plan: int | None) -> Tables:
    """The parts that let a query find some tables as they were, in words of a database.

    ``plan``: the one whose monthly figures are asked for; None: of all.
    """
    sql = _SQLite() if vendor == "sqlite" else _PostgreSQL()
    parts = [_parts()[name] for name in sorted(names & _parts().keys())]
    records = {_records()[name] for name in names & _records().keys()}
    owners = records | {part.owner for part in parts}
    # On PostgreSQL a part sees those before it: all that read a table itself come before those
    # that hide it.
    told = [
        *(sql.rows(model, plan) for model in _sorted(owners)),
        *(sql.part(part) for part in parts),
        *(_record(model) for model in _sorted(records)),
        *(sql.history(name, _histories()[name]) for name in sorted(names & _histories().keys())),
    ]
    text = ", ".join(told)
    return Tables(f"WITH {text} ", text.count(_MOMENT))


def _sorted(found: Iterable[type[Record]]) -> list[type[Record]]:
    return sorted(found, key=lambda model: model._meta.db_table)


def _then(model: type[Record]) -> str:
    """What the rows of a table as they were are called, with their details."""
    return f'"{model._meta.db_table} then"'


def _record(model: type[Record]) -> str:
    columns = ", ".join(
        f'"{field.column}" COLLATE {collation} AS "{field.column}"'
        if (collation := getattr(field, "db_collation", None))
        else f'"{field.column}"'
        for field in model._meta.concrete_fields
    )
    return f'"{model._meta.db_table}" AS (SELECT {columns} FROM {_then(model)})'


class _Words(ABC):
    """What both databases say alike."""

    #: Of a part: that it is worked out once, and that it is read where it is used.
    once, inline = "MATERIALIZED ", "NOT MATERIALIZED "

    @abstractmethod
    def table(self, name: str) -> str:
        """The table itself, whatever hides it."""

    @abstractmethod
    def last(self, history: str, keys: str) -> str:
        """The last entry before the moment of each key."""

    @abstractmethod
    def entries(self, path: Path) -> str:
        """The entries of a list in the details of "p", one by one."""

    @abstractmethod
    def value(self, field: models.Field, path: Path) -> str:
        """A column's value out of an entry."""

    @abstractmethod
    def lacks(self, name: str) -> str:
        """Whether the details of "p" do not tell something."""

    def rows(self, model: type[Record], plan: int | None) -> str:
        """Every row that was there, and the details of its last entry.

        Looked for are the rows there are now and those deleted since, so that the work grows
        with them and not with how often they were changed.
        """
        history = self.table(model.history.model._meta.db_table)
        if plan is None or not model.grows_within:
            there = f'SELECT "id" FROM {self.table(model._meta.db_table)}'
        else:
            there = self._within(model, model.grows_within, plan)
        keys = (
            f'{there} UNION SELECT "id" FROM {history} '
            f'WHERE "history_type" = \'-\' AND "history_date" >= {_MOMENT}'
        )
        found = self.last(history, keys)
        return f"{_then(model)} AS {self.once}({found} WHERE h.\"history_type\" <> '-')"

    def _within(self, model: type[models.Model], path: str, plan: int) -> str:
        """The keys of the rows there are now of one plan, to which a path of links leads."""
        name, _step, rest = path.partition("__")
        field: Any = model._meta.get_field(name)
        further = f"IN ({self._within(field.related_model, rest, plan)})" if rest else f"= {plan:d}"
        return (
            f'SELECT "id" FROM {self.table(model._meta.db_table)} WHERE "{field.column}" {further}'
        )

    def part(self, part: _Part) -> str:
        """The rows of a table that the details of its records tell."""
        field = {field.column: field for field in part.model._meta.concrete_fields}
        columns = [f'p."id" AS "{part.owner_column}"']
        columns += [
            f'{self.value(field[name], path)} AS "{name}"' for name, path in part.columns.items()
        ]
        found = f"SELECT {', '.join(columns)} FROM {_then(part.owner)} p, {self.entries(part.path)}"
        if part.link:
            # Older entries tell links by name alone: those are the ones there are now.
            names = ", ".join(f't."{name}"' for name in (part.owner_column, *part.columns))
            found += (
                f" UNION ALL SELECT {names} FROM {self.table(part.model._meta.db_table)} t JOIN "
                f'{_then(part.owner)} p ON p."id" = t."{part.owner_column}" '
                f"WHERE {self.lacks(LINKS)}"
            )
        return (
            f'"{part.model._meta.db_table}" AS {self.once}'
            f'(SELECT row_number() OVER () AS "id", * FROM ({found}) r)'
        )

    def history(self, name: str, column: str) -> str:
        """A history up to the moment."""
        return (
            f'"{name}" AS {self.inline}'
            f'(SELECT * FROM {self.table(name)} WHERE "{column}" < {_MOMENT})'
        )


class _SQLite(_Words):
    if sqlite_version_info < (3, 35):  # which decides by itself
        once = inline = ""

    def table(self, name: str) -> str:
        return f'main."{name}"'

    def last(self, history: str, keys: str) -> str:
        return (
            f'SELECT h.* FROM ({keys}) k CROSS JOIN {history} h ON h."history_id" = '
            f'(SELECT l."history_id" FROM {history} l WHERE l."id" = k."id" '
            f'AND l."history_date" < {_MOMENT} '
            'ORDER BY l."history_date" DESC, l."history_id" DESC LIMIT 1)'
        )

    def entries(self, path: Path) -> str:
        return f"json_each(p.\"details\", '{self._path(path)}') e"

    def value(self, field: models.Field, path: Path) -> str:
        if path == (PLACE,):
            return 'e."key" + 1'
        found = f"json_extract(e.\"value\", '{self._path(path)}')" if path else 'e."value"'
        return f"CAST({found} AS NUMERIC)" if isinstance(field, models.DecimalField) else found

    def lacks(self, name: str) -> str:
        return f"json_type(p.\"details\", '$.{name}') IS NULL"

    def _path(self, path: Path) -> str:
        return "$" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)


class _PostgreSQL(_Words):
    def table(self, name: str) -> str:
        return f'"{name}"'

    def last(self, history: str, keys: str) -> str:
        return (
            f"SELECT h.* FROM ({keys}) k CROSS JOIN LATERAL (SELECT * FROM {history} l "
            f'WHERE l."id" = k."id" AND l."history_date" < {_MOMENT} '
            'ORDER BY l."history_date" DESC, l."history_id" DESC LIMIT 1) h'
        )

    def entries(self, path: Path) -> str:
        found = f"p.\"details\" #> '{self._path(path)}'"
        # Through an array, of which the planner expects few entries: of the function's own hundred
        # for each row it makes plans that take seconds to compile.
        return (
            f"unnest(ARRAY(SELECT jsonb_array_elements(CASE jsonb_typeof({found}) "
            f"WHEN 'array' THEN {found} ELSE '[]' END))) WITH ORDINALITY e(value, place)"
        )

    def value(self, field: models.Field, path: Path) -> str:
        from django.db import connection

        kind = field.db_type(connection)
        if path == (PLACE,):
            return f"CAST(e.place AS {kind})"
        return f"CAST(e.value #>> '{self._path(path)}' AS {kind})"

    def lacks(self, name: str) -> str:
        return f"(p.\"details\" -> '{name}') IS NULL"

    def _path(self, path: Path) -> str:
        return "{" + ",".join(map(str, path)) + "}"
