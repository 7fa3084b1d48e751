"""What is asked of a service before it is sent anybody: each thing as a word, none as a secret."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from nhrc_plan.backups.read import backup_state
from strategy.clock import now
from strategy.records.closed import open_history_table_names

#: Seconds for which an answer is given again: whoever asks often costs no query.
KEPT = 5
#: Bytes below which a disk is as good as full: some hundred files of evidence, a day of logs.
LITTLE = 500 * 1024 * 1024
READY, ATTENTION, NOT_READY = "ready", "attention", "not ready"


@dataclass(frozen=True)
class Readiness:
    """A word for each thing that was looked at. ``ok``, or what is wrong:

    - database: ``away``; migrations: ``pending``; history: ``open``. With these nobody is served.
    - disk: ``low``, ``closed`` (cannot be written); backup: ``unset`` or the first code of
      ``State.wrong``. These need somebody, and people go on working.
    """

    checks: dict[str, str]

    @property
    def status(self) -> str:
        if any(self.checks.get(name, "ok") != "ok" for name in ("database", *_TABLES)):
            return NOT_READY
        wrong = {word for word in self.checks.values() if word not in ("ok", "unset")}
        return ATTENTION if wrong else READY


def database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        connection.close()
        return "away"
    return "ok"


def pending_migrations() -> bool:
    """Whether the tables are those of another version. Raises DatabaseError."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def migrations() -> str:
    return "pending" if pending_migrations() else "ok"


def history() -> str:
    return "open" if open_history_table_names() else "ok"


def disk() -> str:
    """The folders in which this machine writes: the database's, of SQLite; evidence; backups."""
    found = [Path(settings.EVIDENCE_DIR), *filter(None, [Path(settings.BACKUP_DIR or ".")])]
    if connection.vendor == "sqlite":
        found.append(Path(str(connection.settings_dict["NAME"])).parent)
    there = {next(p for p in (folder, *folder.parents) if p.exists()) for folder in found}
    if not all(os.access(folder, os.W_OK) for folder in there):
        return "closed"
    return "low" if any(shutil.disk_usage(folder).free < LITTLE for folder in there) else "ok"


def backup() -> str:
    state = backup_state()
    return (state.wrong(now()) or ["ok" if state.asked else "unset"])[0]


#: Asked only where the database answers.
_TABLES: dict[str, Callable[[], str]] = {"migrations": migrations, "history": history}
_lock = threading.Lock()
_last: tuple[float, Readiness] | None = None


def readiness() -> Readiness:
    """How it stands, at most ``KEPT`` seconds ago."""
    global _last
    with _lock:
        if _last is None or time.monotonic() - _last[0] > KEPT:
            _last = time.monotonic(), _looked()
        return _last[1]


def _looked() -> Readiness:
    found = {"database": database()}
    if found["database"] == "ok":
        try:
            found |= {name: ask() for name, ask in _TABLES.items()}
        except DatabaseError:
            connection.close()
            found["database"] = "away"
    try:
        found["disk"] = disk()
    except OSError:
        found["disk"] = "closed"
    return Readiness(found | {"backup": backup()})


def forget() -> None:
    """Look anew the next time."""
    global _last
    _last = None
