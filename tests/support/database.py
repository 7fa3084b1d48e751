"""The test database: prepared once and copied, every row of it, and how it is brought back."""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import psycopg2
from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.test.utils import setup_databases

from nhrc_plan.setup import fixtures
from strategy.models import Account, Membership
from strategy.records import closed
from strategy.records import model as audit

#: Seconds within which the first process has to have prepared it.
_PATIENCE = 300


def once(folder: Path, build: Callable[[], None]) -> None:
    """Run ``build`` in the first of several processes; the others wait until it is done."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        (folder / "taken").mkdir()
    except FileExistsError:
        for _ in range(_PATIENCE * 10):
            if (folder / "done").exists():
                return
            time.sleep(0.1)
        raise RuntimeError("The test database was not prepared; see the other process.") from None
    build()
    (folder / "done").touch()


#: What a migrated, still empty database follows from.
_TABLES = (
    "requirements.lock",
    "**/migrations/*.py",
    "**/models/*.py",
    "**/model*.py",
    "**/apps.py",
    "strategy/access.py",
    "strategy/records/*.py",
)
_ROOT = Path(__file__).parents[2]


def tables_key() -> str:
    """A name for the tables as the sources make them: it changes with any of ``_TABLES``."""
    digest = hashlib.sha256()
    for pattern in _TABLES:
        for path in sorted(_ROOT.glob(pattern)):
            if path.relative_to(_ROOT).parts[0] != ".venv":
                digest.update(f"{path.relative_to(_ROOT)}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _opened(name: str) -> Any:
    """Work on the SQLite file ``name`` as it is; gives what teardown_databases wants."""
    former = connection.settings_dict["NAME"]
    connection.close()
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name
    return [(connection, former, True)]


def _tables_made(template: str, kept: Path) -> None:
    """Migrate ``template`` (SQLite), or copy what an earlier run kept of the same sources."""
    made = kept / f"{tables_key()}.sqlite3"
    if made.exists():
        shutil.copy(made, template)
        _opened(template)
        return
    setup_databases(verbosity=0, interactive=False, serialized_aliases=[])
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.rmtree(kept, ignore_errors=True)
    kept.mkdir(parents=True)
    shutil.copy(template, made.with_suffix(".part"))
    made.with_suffix(".part").rename(made)


def copied_database(folder: Path, kept: Path) -> Any:
    """This process's test database: a copy of one in which the plan of fixtures/ is loaded.

    ``folder`` is shared by the processes of a run; ``kept`` outlives it and holds migrated tables.
    Gives what teardown_databases wants.
    """
    own = connection.settings_dict["TEST"]
    name, sqlite = own["NAME"], connection.vendor == "sqlite"
    template = str(folder / "prepared.sqlite3") if sqlite else template_name(folder)

    def build() -> None:
        own["NAME"] = template
        if sqlite:
            _tables_made(template, kept)
        else:
            setup_databases(verbosity=0, interactive=False, serialized_aliases=[])
        fixtures.plans_load()
        fixtures.integrity_load()
        connection.close()
        own["NAME"] = name

    once(folder, build)
    if sqlite:
        shutil.copy(template, name)
        return _opened(name)
    own["TEMPLATE"] = template
    return setup_databases(verbosity=0, interactive=False, serialized_aliases=[])


def template_name(folder: Path) -> str:
    """The database that is copied, of a run whose processes share ``folder``."""
    return f"nhrc_prepared_{folder.name[-24:].replace('-', '_')}"


def template_drop(folder: Path) -> None:
    """Take the copied database away; nothing to do on SQLite, whose file lies in ``folder``."""
    if connection.vendor != "postgresql" or not (folder / "done").exists():
        return
    known = connection.get_connection_params()
    wanted = {key: known[key] for key in ("user", "password", "host", "port") if key in known}
    server = psycopg2.connect(dbname="postgres", **wanted)
    server.autocommit = True
    with server.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{template_name(folder)}"')
    server.close()


def rows_of_every_table() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the test database, by table."""
    with connection.cursor() as cursor:
        found = {}
        for table in connection.introspection.django_table_names(only_existing=True):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            found[table] = cursor.fetchall()
    return found


def put_back(prepared: dict[str, list[tuple[Any, ...]]]) -> None:
    """Bring every table back to ``prepared``, with the same keys.

    Several times as fast as a flush and another load of the plan; and a flush would fail, because
    the history tables are closed to deletion.
    """
    quote = connection.ops.quote_name
    with (
        connection.constraint_checks_disabled(),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        closed.open_history_tables()
        for table in prepared:
            cursor.execute(f"DELETE FROM {quote(table)}")
        for table, rows in prepared.items():
            if rows:
                marks = ", ".join(["%s"] * len(rows[0]))
                cursor.executemany(f"INSERT INTO {quote(table)} VALUES ({marks})", rows)
        closed.close_history_tables()


#: What samples add to the plan as it was loaded, by the day they are loaded on.
_SAMPLES: dict[tuple[date, date], dict[str, tuple[set[Any], set[Any]]]] = {}
_FRESH: list[dict[str, int]] = []


def _counts() -> dict[str, int]:
    """How many rows there are of each stored fact and of its history; accounts aside."""
    models = [
        model
        for model in apps.get_models()
        if issubclass(model, audit.Record) and model not in (Account, Membership)
    ]
    tables = [each._meta.db_table for model in models for each in (model, model.history.model)]
    counted = ", ".join(f"(SELECT COUNT(*) FROM {connection.ops.quote_name(t)})" for t in tables)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {counted}")
        return dict(zip(tables, cursor.fetchone(), strict=True))


def remember_fresh() -> None:
    """Note how full the tables are where nothing but the plan is loaded."""
    _FRESH[:] = [_counts()]


def samples_load(day: date, today: date) -> None:
    """Load the samples of a day, as staff find them; the second time by their rows.

    That is some fifty times as fast. Where anything but the plan is there already, they are
    loaded in the ordinary way. ``today`` is the day that the test has set.
    """
    if not _FRESH or _counts() != _FRESH[0]:
        fixtures.samples_load(day)
        return
    known = _SAMPLES.get((day, today))
    if known is None:
        before = rows_of_every_table()
        fixtures.samples_load(day)
        _SAMPLES[day, today] = {
            table: (set(before[table]) - set(rows), set(rows) - set(before[table]))
            for table, rows in rows_of_every_table().items()
            if rows != before[table]
        }
        return
    quote = connection.ops.quote_name
    with transaction.atomic(), connection.cursor() as cursor:
        for table, (gone, come) in known.items():
            for row in gone:
                cursor.execute(f"DELETE FROM {quote(table)} WHERE id = %s", [row[0]])
            if come:
                marks = ", ".join(["%s"] * len(next(iter(come))))
                cursor.executemany(
                    f"INSERT INTO {quote(table)} VALUES ({marks})",
                    sorted(come, key=lambda row: row[0]),
                )


# ------------------------------------------------------------------------ what changed


def rows_written() -> tuple[Any, ...] | None:
    """Says, by being another, that rows may have been written since; None where it cannot tell.

    The databases count what a connection, or a transaction, inserts, changes and deletes. What a
    rollback takes back is counted or not; the savepoints that are open tell those apart.
    """
    open_ones = (os.environ.get("PYTEST_CURRENT_TEST"), *connection.savepoint_ids)
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        return (*open_ones, id(connection.connection), connection.connection.total_changes)
    if not connection.in_atomic_block:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_xact_user_tables"
        )
        return (*open_ones, cursor.fetchone()[0])


#: Written while people read: sessions, and how often the API was asked.
SESSIONS = {"django_session", "api_use"}


def state() -> dict[str, list[str]]:
    """Every row of every table, in an order of its own."""
    tables = {
        table: sorted(map(_written_out, rows))
        for table, rows in rows_of_every_table().items()
        if table not in SESSIONS
    }
    model = get_user_model()
    fields = [field.attname for field in model._meta.concrete_fields if field.name != "last_login"]
    tables[model._meta.db_table] = sorted(map(repr, model.objects.values_list(*fields)))
    return tables


def _written_out(row: tuple[Any, ...]) -> str:
    """A row as text; bytes by what they are, since PostgreSQL gives them by where they lie."""
    return repr([bytes(each) if isinstance(each, memoryview) else each for each in row])


def changed(before: dict[str, list[str]]) -> list[str]:
    after = state()
    return sorted(
        table for table in before.keys() | after.keys() if before.get(table) != after.get(table)
    )
