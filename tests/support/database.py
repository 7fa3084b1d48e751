"""The test database: prepared once and copied, every row of it, and how it is brought back."""

from __future__ import annotations

import hashlib
import os
import pickle
import shutil
import time
from collections.abc import Callable, Collection
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import psycopg2
from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.color import no_style
from django.db import connection, transaction
from django.test.utils import setup_databases

from nhrc_plan.setup import fixtures
from strategy.models import Account, Membership
from strategy.records import closed
from strategy.records import model as audit
from tests.support.migrating import tables_in_a_row

#: Seconds within which the first process has to have prepared it.
_PATIENCE = 900


def once(folder: Path, build: Callable[[], None]) -> None:
    """Run ``build`` in the first of several processes; the others wait until it is done."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        (folder / "taken").mkdir()
    except FileExistsError:
        for _ in range(_PATIENCE * 10):
            if (folder / "done").exists():
                return
            if (folder / "failed").exists():
                break
            time.sleep(0.1)
        raise RuntimeError("The test database was not prepared; see the other process.") from None
    try:
        build()
    except BaseException:
        (folder / "failed").touch()
        raise
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


def migrated(kept: Path) -> Path:
    """The file (SQLite) of the migrated, still empty tables; there once a run has begun."""
    return kept / f"{tables_key()}.sqlite3"


def _opened(name: str) -> Any:
    """Work on the SQLite file ``name`` as it is; gives what teardown_databases wants."""
    former = connection.settings_dict["NAME"]
    connection.close()
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name
    return [(connection, former, True)]


def _tables_made(template: str, kept: Path) -> None:
    """Migrate ``template`` (SQLite), or copy what an earlier run kept of the same sources."""
    made = migrated(kept)
    if made.exists():
        shutil.copy(made, template)
        _opened(template)
        return
    with tables_in_a_row():
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
            with tables_in_a_row():
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


@cache
def _keys() -> dict[str, str]:
    """Every table of the test database, with the column of its key."""
    columns = {
        model._meta.db_table: str(model._meta.pk.column)
        for model in apps.get_models(include_auto_created=True)
    }
    there = connection.introspection.django_table_names(only_existing=True)
    return {table: columns[table] for table in there}


def rows_of_every_table() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the test database, by table, in the order of their keys."""
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        found = {}
        for table, key in _keys().items():
            cursor.execute(f"SELECT * FROM {quote(table)} ORDER BY {quote(key)}")
            found[table] = cursor.fetchall()
    return found


def sums_of_every_table() -> dict[str, Any]:
    """What PostgreSQL makes of each table's rows: another number where one is another."""
    quote = connection.ops.quote_name
    asked = " UNION ALL ".join(
        f"SELECT '{table}', COUNT(*), SUM(hashtextextended(t::text, 0)) FROM {quote(table)} t"
        for table in _keys()
    )
    with connection.cursor() as cursor:
        cursor.execute(asked)
        return {table: tuple(found) for table, *found in cursor.fetchall()}


def _put_back_changed(prepared: dict[str, list[tuple[Any, ...]]], sums: dict[str, Any]) -> None:
    """As put_back, on PostgreSQL: the tables that differ, for there statements take their time."""
    quote = connection.ops.quote_name
    found = sums_of_every_table()
    tables = [table for table in prepared if found[table] != sums[table]]
    with transaction.atomic(), connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ALTER TABLE {quote(table)} DISABLE TRIGGER USER")
        for table in tables:
            cursor.execute(f"DELETE FROM {quote(table)}")
        for table in tables:
            _insert(cursor, table, prepared[table])
    with transaction.atomic(), connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ALTER TABLE {quote(table)} ENABLE TRIGGER USER")
    if closed.open_history_table_names():
        closed.close_history_tables()


def _insert(cursor: Any, table: str, rows: Collection[tuple[Any, ...]]) -> None:
    if rows:
        marks = ", ".join(["%s"] * len(next(iter(rows))))
        name = connection.ops.quote_name(table)
        cursor.executemany(f"INSERT INTO {name} VALUES ({marks})", rows)


def put_back(prepared: dict[str, list[tuple[Any, ...]]], sums: dict[str, Any]) -> None:
    """Bring every table back to ``prepared``, with the same keys; ``sums``: what PostgreSQL made
    of them, if that is where they are.

    Several times as fast as a flush and another load of the plan; and a flush would fail, because
    the history tables are closed to deletion.
    """
    if sums:
        _put_back_changed(prepared, sums)
        return
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
            _insert(cursor, table, rows)
        closed.close_history_tables()


#: What is added to the plan as it was loaded, by table: the rows that go, and those that come.
Added = dict[str, tuple[set[Any], set[Any]]]
#: What samples add, by the day they are loaded on and that of the test.
_SAMPLES: dict[tuple[date, date], Added] = {}
_FRESH: list[dict[str, int]] = []
#: The folder in which the processes of a run tell one another of samples.
_TOLD: list[Path] = []


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


def remember_fresh(folder: Path) -> None:
    """Note how full the tables are where nothing but the plan is loaded. ``folder`` is shared by
    the processes of a run."""
    _FRESH[:], _TOLD[:] = [_counts()], [folder]


def _told(day: date, today: date) -> Path:
    return _TOLD[0] / f"samples-{day}-{today}.pickle"


def _tell(day: date, today: date, added: Added) -> None:
    """Let the other processes have samples; whole or not at all."""
    part = _told(day, today).with_suffix(f".{os.getpid()}")
    part.write_bytes(pickle.dumps(added))
    part.rename(_told(day, today))


def _known_samples(day: date, today: date) -> Added | None:
    if (day, today) not in _SAMPLES and _told(day, today).exists():
        # Of this run's own making, in a folder of its own.
        _SAMPLES[day, today] = pickle.loads(_told(day, today).read_bytes())  # noqa: S301
    return _SAMPLES.get((day, today))


def samples_load(day: date, today: date) -> None:
    """Load the samples of a day, as staff find them; the second time by their rows.

    That is some fifty times as fast. Where anything but the plan is there already, they are
    loaded in the ordinary way. ``today`` is the day that the test has set.
    """
    if not _FRESH or _counts() != _FRESH[0]:
        fixtures.samples_load(day)
        return
    known = _known_samples(day, today)
    if known is None:
        before = rows_of_every_table()
        fixtures.samples_load(day)
        _SAMPLES[day, today] = {
            table: (set(before[table]) - set(rows), set(rows) - set(before[table]))
            for table, rows in rows_of_every_table().items()
            if rows != before[table]
        }
        _tell(day, today, _SAMPLES[day, today])
        return
    quote = connection.ops.quote_name
    with transaction.atomic(), connection.cursor() as cursor:
        for table, (gone, come) in known.items():
            for row in gone:
                cursor.execute(f"DELETE FROM {quote(table)} WHERE id = %s", [row[0]])
            _insert(cursor, table, sorted(come, key=lambda row: row[0]))
        # They may be of another process, so the next keys of this one come after theirs.
        every = apps.get_models(include_auto_created=True)
        models = [model for model in every if model._meta.db_table in known]
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)


# ------------------------------------------------------------------------ what changed


class Mark(NamedTuple):
    """How much had been written at some moment, and within which savepoints, the outer first."""

    written: tuple[Any, ...]
    within: tuple[str, ...]

    def holds(self, now: Mark) -> bool:
        """Whether every row is as it was: nothing was written since, and nothing of what had been
        written was taken back, for all that was open still is."""
        return self.written == now.written and self.within == now.within[: len(self.within)]


def rows_written() -> Mark | None:
    """Tells whether rows may have been written since another such mark; None: it cannot tell.

    The databases count what a connection, or a transaction, inserts, changes and deletes. What a
    rollback takes back is counted or not; the savepoints that are open tell those apart.
    """
    of = (os.environ.get("PYTEST_CURRENT_TEST"), id(connection.connection))
    within = tuple(filter(None, connection.savepoint_ids))
    if not connection.in_atomic_block:
        return None
    if connection.vendor == "sqlite":
        return Mark((*of, connection.connection.total_changes), within)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_xact_user_tables"
        )
        return Mark((*of, cursor.fetchone()[0]), within)


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
