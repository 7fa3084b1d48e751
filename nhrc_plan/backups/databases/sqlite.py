"""SQLite: its own online backup, which reads one moment while others write."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path

from django.utils.translation import gettext as _

from nhrc_plan.backups.facts import Facts, Fault
from strategy import thai
from strategy.models import THAI_COLLATION

#: Seconds to wait for whoever is writing.
_PATIENCE = 60


class SQLite:
    """A database file. Nothing is written beside it but by SQLite itself."""

    kind, file = "sqlite", "database.sqlite3"

    def __init__(self, path: str) -> None:
        self.path = path

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(self.path, timeout=_PATIENCE)) as opened:
                opened.isolation_level = None
                opened.create_collation(THAI_COLLATION, thai.compare)
                yield opened
        except sqlite3.Error as error:
            raise Fault(_("The database does not answer: %(why)s") % {"why": error}) from error

    def dump(self, path: str) -> Facts:
        if not Path(self.path).exists():
            raise Fault(_("There is no database: %(name)s") % {"name": Path(self.path).name})
        copy = SQLite(path)
        with self._opened() as source, copy._opened() as target:
            # All pages in one step are of one moment; writers append to the log meanwhile.
            source.backup(target)
            # One file, without a log of its own beside it.
            target.execute("PRAGMA journal_mode=DELETE")
        return copy.facts()

    def facts(self) -> Facts:
        with self._opened() as opened:
            told = opened.execute(
                "SELECT type, name FROM sqlite_master"
                " WHERE type IN ('table', 'trigger') AND name NOT LIKE 'sqlite~_%' ESCAPE '~'"
                " ORDER BY name"
            ).fetchall()
            tables = {name: self._table(opened, name) for kind, name in told if kind == "table"}
            return Facts(tables, [name for kind, name in told if kind == "trigger"])

    @staticmethod
    def _table(opened: sqlite3.Connection, name: str) -> tuple[int, str]:
        """Rows and checksum of a table, in the order of its row numbers."""
        rows, digest = 0, sha256()
        for row in opened.execute(f'SELECT * FROM "{name}" ORDER BY rowid'):
            rows += 1
            digest.update(repr(row).encode())
        return rows, digest.hexdigest()

    def is_empty(self) -> bool:
        if not Path(self.path).exists():
            return True
        with self._opened() as opened:
            query = "SELECT count(*) FROM sqlite_master WHERE type = 'table'"
            return bool(opened.execute(query).fetchone()[0] == 0)

    def load(self, path: str) -> None:
        Path(self.path).parent.mkdir(parents=True, exist_ok=True)
        with SQLite(path)._opened() as source:
            sound = source.execute("PRAGMA integrity_check").fetchone()[0]
            if sound != "ok":
                raise Fault(_("The database of the backup is damaged: %(why)s") % {"why": sound})
            with self._opened() as target:
                # One transaction of the target's: whoever reads sees the old whole or the new.
                source.backup(target)
                target.execute("PRAGMA journal_mode=WAL")
