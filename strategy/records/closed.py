"""Tables that the database itself closes to change: histories, and what is kept once and for all.

Closed by triggers, on SQLite as on PostgreSQL, after every ``migrate``.
"""

from __future__ import annotations

from typing import ClassVar

from django.apps import apps
from django.db import connections, models

from strategy.records.model import history_models


class InsertOnly(models.Model):
    """A row that is written once: its table is closed to UPDATE and DELETE as histories are."""

    #: The field that says when a row was kept, where pages of an earlier day are without it.
    kept_at: ClassVar[str] = ""

    class Meta:
        abstract = True
        default_permissions = ()


def closed_models() -> list[type[models.Model]]:
    """Every model whose table the database closes to change: histories, then what is kept once."""
    once = [model for model in apps.get_models() if issubclass(model, InsertOnly)]
    return [*history_models(), *sorted(once, key=lambda model: model._meta.db_table)]


def _triggers(vendor: str, table: str) -> tuple[list[str], list[str]]:
    """SQL that opens and SQL that closes one table."""
    name = f"{table}_closed"
    if vendor == "sqlite":
        opening = [f'DROP TRIGGER IF EXISTS "{name}_{verb}"' for verb in ("update", "delete")]
        closing = [
            f'CREATE TRIGGER "{name}_{verb}" BEFORE {verb.upper()} ON "{table}" '
            "BEGIN SELECT RAISE(ABORT, 'history is closed to change'); END"
            for verb in ("update", "delete")
        ]
        return opening, closing
    opening = [
        f'DROP TRIGGER IF EXISTS "{name}{suffix}" ON "{table}"' for suffix in ("", "_truncate")
    ]
    closing = [
        f'CREATE TRIGGER "{name}" BEFORE UPDATE OR DELETE ON "{table}" '
        "FOR EACH ROW EXECUTE FUNCTION nhrc_history_is_closed()",
        f'CREATE TRIGGER "{name}_truncate" BEFORE TRUNCATE ON "{table}" '
        "FOR EACH STATEMENT EXECUTE FUNCTION nhrc_history_is_closed()",
    ]
    return opening, closing


_PG_FUNCTION = """
CREATE OR REPLACE FUNCTION nhrc_history_is_closed() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION 'history is closed to change'; END
$$ LANGUAGE plpgsql
"""


def open_history_tables(using: str = "default") -> None:
    """Lift the triggers. For table rebuilds by migrations and for tests, nothing else."""
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for model in closed_models():
            if model._meta.db_table in tables:
                for statement in _triggers(connection.vendor, model._meta.db_table)[0]:
                    cursor.execute(statement)


def close_history_tables(using: str = "default") -> None:
    """Put the triggers on every history table, and on what is kept once; safe to repeat.

    Runs after each ``migrate``, because altering a column on SQLite rebuilds its table without
    its triggers.
    """
    connection = connections[using]
    open_history_tables(using)
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_PG_FUNCTION)
        for model in closed_models():
            if model._meta.db_table in tables:
                for statement in _triggers(connection.vendor, model._meta.db_table)[1]:
                    cursor.execute(statement)


def open_history_table_names(using: str = "default") -> list[str]:
    """Closed tables that lack their triggers: none in a system at work (checks.py asks)."""
    connection = connections[using]
    if connection.vendor == "sqlite":
        query = "SELECT tbl_name, count(*) FROM sqlite_master WHERE type = 'trigger' GROUP BY 1"
    else:
        query = (
            "SELECT c.relname, count(*) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' GROUP BY 1"
        )
    with connection.cursor() as cursor:
        cursor.execute(query)
        found = dict(cursor.fetchall())
    return [
        model._meta.db_table for model in closed_models() if found.get(model._meta.db_table, 0) < 2
    ]
