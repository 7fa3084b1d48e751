"""PostgreSQL: pg_dump and pg_restore, at one exported snapshot, restored in one transaction."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from hashlib import sha256
from typing import Any
from uuid import uuid4

import psycopg2
from django.utils.translation import gettext as _
from psycopg2 import errors, sql

from nhrc_plan.backups.facts import Facts, Fault

#: What of a connection the client programs take from their environment, never as an argument,
#: which everybody on the machine could read.
_ENVIRONMENT = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
}
#: Text of a value that does not follow from a server's or a role's own settings.
_PLAIN = (
    "SET TIME ZONE 'UTC'; SET datestyle = 'ISO'; SET intervalstyle = 'postgres';"
    "SET extra_float_digits = 3; SET bytea_output = 'hex'"
)
_KEYS = """
SELECT a.attname, t.typcategory = 'N' FROM pg_index i
JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)
JOIN pg_type t ON t.oid = a.atttypid
WHERE i.indrelid = to_regclass(quote_ident(%s)) AND i.indisprimary ORDER BY a.attnum
"""
_TRIGGERS = """
SELECT c.relname || '.' || t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' ORDER BY 1
"""
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
#: Whoever owns the database may do this, also where the schema belongs to its role by default.
_EMPTIED = (
    "DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public;"
    "GRANT USAGE ON SCHEMA public TO PUBLIC;"
)


class _Digest:
    """A file to write to that keeps the checksum alone."""

    def __init__(self) -> None:
        self.sha256 = sha256()

    def write(self, text: bytes | str) -> int:
        self.sha256.update(text.encode() if isinstance(text, str) else text)
        return len(text)


class PostgreSQL:
    """A database on a server, by the parameters of psycopg2."""

    kind, file = "postgresql", "database.pgdump"

    def __init__(self, parameters: Mapping[str, Any]) -> None:
        self.parameters = {
            key: value for key, value in parameters.items() if key in _ENVIRONMENT and value
        }

    @property
    def name(self) -> str:
        return str(self.parameters["dbname"])

    @contextmanager
    def _opened(self, dbname: str = "") -> Iterator[Any]:
        wanted = {**self.parameters, **({"dbname": dbname} if dbname else {})}
        try:
            with closing(psycopg2.connect(**wanted, connect_timeout=10)) as opened:
                yield opened
        except psycopg2.Error as error:
            raise Fault(_("The database does not answer: %(why)s") % {"why": error}) from error

    def _run(self, *command: str) -> bytes:
        """Run a client program; its output. Raises Fault with what it said."""
        done = subprocess.run(
            [_found(command[0]), *command[1:]],
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        if done.returncode:
            raise Fault(f"{command[0]}: {_said(done.stderr)}")
        return done.stdout

    def _environment(self) -> dict[str, str]:
        own = {_ENVIRONMENT[key]: str(value) for key, value in self.parameters.items()}
        return {**os.environ, **own}

    def dump(self, path: str) -> Facts:
        with self._opened() as opened:
            opened.set_session(isolation_level="REPEATABLE READ", readonly=True)
            with opened.cursor() as cursor:
                cursor.execute("SELECT pg_export_snapshot()")
                snapshot = cursor.fetchone()[0]
                # The snapshot lives as long as this transaction does.
                self._run(
                    "pg_dump", "--format=custom", f"--snapshot={snapshot}", "--schema=public",
                    "--no-owner", "--no-privileges", f"--file={path}",
                )  # fmt: skip
                return self._facts(cursor)

    def facts(self) -> Facts:
        with self._opened() as opened:
            opened.set_session(isolation_level="REPEATABLE READ", readonly=True)
            with opened.cursor() as cursor:
                return self._facts(cursor)

    @staticmethod
    def _facts(cursor: Any) -> Facts:
        cursor.execute(_PLAIN)
        cursor.execute(_TABLES)
        tables = {}
        for (table,) in cursor.fetchall():
            cursor.execute(_KEYS, [table])
            # Numbers in their order; texts byte by byte, whatever order the database has for them.
            order = [
                sql.SQL("{}" if number else '{}::text COLLATE "C"').format(sql.Identifier(key))
                for key, number in cursor.fetchall()
            ]
            rows = sql.SQL("SELECT * FROM public.{}").format(sql.Identifier(table))
            by = order or [sql.SQL('{}::text COLLATE "C"').format(sql.Identifier(table))]
            digest = _Digest()
            cursor.copy_expert(
                sql.SQL("COPY ({} ORDER BY {}) TO STDOUT").format(rows, sql.SQL(", ").join(by)),
                digest,
            )
            tables[table] = (cursor.rowcount, digest.sha256.hexdigest())
        cursor.execute(_TRIGGERS)
        return Facts(tables, [name for (name,) in cursor.fetchall()])

    def is_empty(self) -> bool:
        with self._opened() as opened, opened.cursor() as cursor:
            cursor.execute(_TABLES)
            return not cursor.fetchall()

    def load(self, path: str) -> None:
        listed = self._run("pg_restore", "--list", path).decode()
        # The schema itself stands already, whoever owns it.
        wanted = [
            line for line in listed.splitlines() if not {"SCHEMA", "ACL"} & {*line.split()[3:4]}
        ]
        with tempfile.NamedTemporaryFile("w", suffix=".list") as contents:
            contents.write("\n".join(wanted))
            contents.flush()
            self._play(path, contents.name)

    def _play(self, path: str, contents: str) -> None:
        """Let psql play what pg_restore writes, in one transaction that ends only if both did."""
        with (
            tempfile.TemporaryFile() as said_reading,
            tempfile.TemporaryFile() as said_writing,
            subprocess.Popen(
                [_found("pg_restore"), "--no-owner", "--no-privileges", f"--use-list={contents}",
                 "--file=-", path],
                stdout=subprocess.PIPE, stderr=said_reading,
            ) as reading,
            subprocess.Popen(
                [_found("psql"), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"],
                env=self._environment(), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                stderr=said_writing,
            ) as writing,
        ):  # fmt: skip
            assert reading.stdout is not None and writing.stdin is not None
            try:
                writing.stdin.write(f"BEGIN; {_EMPTIED}\n".encode())
                shutil.copyfileobj(reading.stdout, writing.stdin, 1 << 20)
                if reading.wait() == 0:
                    writing.stdin.write(b"\nCOMMIT;\n")
                writing.stdin.close()
            except BrokenPipeError:
                reading.kill()
            for name, process, said in (
                ("psql", writing, said_writing),
                ("pg_restore", reading, said_reading),
            ):
                if process.wait():
                    said.seek(0)
                    raise Fault(f"{name}: {_said(said.read())}")

    @contextmanager
    def scratch(self) -> Iterator[PostgreSQL]:
        """An empty database beside this one, dropped at the end. Raises Fault where the account
        may make none."""
        name = f"{self.name[:40]}_drill_{uuid4().hex[:8]}"
        made = sql.Identifier(name)
        with self._opened("postgres") as opened:
            opened.autocommit = True
            with opened.cursor() as cursor:
                try:
                    cursor.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(made))
                except errors.InsufficientPrivilege as refused:
                    raise Fault(
                        _(
                            "The account of the database may not make a scratch database: give it "
                            "CREATEDB, or name an empty one in BACKUP_DRILL_DATABASE_URL."
                        )
                    ) from refused
        try:
            yield PostgreSQL({**self.parameters, "dbname": name})
        finally:
            with self._opened("postgres") as opened:
                opened.autocommit = True
                with opened.cursor() as cursor:
                    cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(made))


def _found(program: str) -> str:
    """Where a client program lies. Raises Fault where it is not installed."""
    found = shutil.which(program)
    if found is None:
        raise Fault(
            _("%(program)s is not installed. On Debian: apt install postgresql-client")
            % {"program": program}
        )
    return found


def _said(text: bytes) -> str:
    """The last lines of what a program complained of."""
    return " ".join(text.decode(errors="replace").split("\n")[-4:]).strip()[:500]
