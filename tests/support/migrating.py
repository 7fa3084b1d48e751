"""Migrations as Django plays them, but quicker where many tables are made one after the other.

Django builds the classes of a table anew, and those of whatever is related to it, after each single
operation: of a new database that is most of the work. Here tables that are made in a row come into
the state together, for which the classes are built once; then each is made as ever.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from typing import Any

from django.db.migrations import CreateModel, Migration
from pytest import MonkeyPatch

#: Django's own.
_apply = Migration.apply


def _in_a_row(
    migration: Migration, state: Any, schema_editor: Any, collect_sql: bool = False
) -> Any:
    operations = migration.operations
    try:
        for tables, group in groupby(operations, lambda each: type(each) is CreateModel):
            found = list(group)
            if tables and not collect_sql:
                before = state.clone()
                state.__dict__.pop("apps", None)
                for each in found:
                    each.state_forwards(migration.app_label, state)
                for each in found:
                    each.database_forwards(migration.app_label, schema_editor, before, state)
            else:
                migration.operations = found
                state = _apply(migration, state, schema_editor, collect_sql)
    finally:
        migration.operations = operations
    return state


@contextmanager
def tables_in_a_row() -> Iterator[None]:
    """Within it ``migrate`` makes the tables of a migration that follow one another at once."""
    with MonkeyPatch.context() as patch:
        patch.setattr(Migration, "apply", _in_a_row)
        yield
