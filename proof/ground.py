"""The ground that proofs stand on: databases of their own, and the service as it really runs."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg2

from proof.browser import Browser
from proof.rows import NotShown

TOP = Path(__file__).resolve().parent.parent
#: Seconds in which a service has to answer after its start.
PATIENCE = 60


def free_port() -> int:
    with closing(socket.socket()) as made:
        made.bind(("127.0.0.1", 0))
        port: int = made.getsockname()[1]
        return port


class SQLiteGround:
    """A database file in a folder that is thrown away."""

    vendor = "sqlite"

    def __init__(self, folder: Path) -> None:
        self.path = folder / "proof.sqlite3"
        self.url = f"sqlite:///{self.path}"

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.path, timeout=30)) as opened:
            return opened.execute(query).fetchall()


class PostgreSQLGround:
    """A server of its own on a free port of loopback, in a folder that is thrown away, so that it
    may be stopped and started at will."""

    vendor = "postgresql"

    def __init__(self, folder: Path) -> None:
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin")) or [
            Path(path).parent for path in [shutil.which("initdb")] if path
        ]
        if not found:
            raise NotShown("PostgreSQL's server is not installed")
        self.bin, self.port = found[-1], free_port()
        self.data, self.log = folder / "data", folder / "postgresql.log"
        self.url = f"postgres://postgres@127.0.0.1:{self.port}/proof"
        folder.chmod(0o755)
        for made in (self.data, self.log):
            made.mkdir() if made is self.data else made.touch()
            if os.geteuid() == 0:
                shutil.chown(made, "postgres", "postgres")
        self._run("initdb", "--auth=trust", "--username=postgres", "--encoding=UTF8",
                  "--locale=C.UTF-8", "--pgdata", str(self.data))  # fmt: skip
        self.start()
        with closing(self._opened("postgres")) as opened:
            opened.autocommit = True
            opened.cursor().execute("CREATE DATABASE proof")

    def _run(self, program: str, *arguments: str) -> None:
        own = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        subprocess.run(
            [*own, str(self.bin / program), *arguments],
            cwd="/", check=True, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT, timeout=120,
        )  # fmt: skip

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''"
        self._run("pg_ctl", "start", "--wait", "--pgdata", str(self.data), "--log", str(self.log),
                  "--options", options)  # fmt: skip

    def stop(self, mode: str = "immediate") -> None:
        """``immediate`` is what a crash is: nothing is written out, the log is replayed after."""
        self._run("pg_ctl", "stop", "--wait", "--pgdata", str(self.data), "--mode", mode)

    def _opened(self, name: str = "proof") -> Any:
        return psycopg2.connect(
            host="127.0.0.1", port=self.port, user="postgres", dbname=name, connect_timeout=10
        )

    def rows(self, query: str, database: str = "proof") -> list[tuple[Any, ...]]:
        with closing(self._opened(database)) as opened, opened.cursor() as cursor:
            cursor.execute(query)
            found: list[tuple[Any, ...]] = cursor.fetchall() if cursor.description else []
            opened.commit()
            return found


Ground = SQLiteGround | PostgreSQLGround


@contextmanager
def ground(vendor: str, *, seeded: bool = True, tables: Path | None = None) -> Iterator[Ground]:
    """A database with plan, samples and demo accounts, gone afterwards. ``tables``: a file of
    SQLite that is migrated already, to begin with a copy of it."""
    with tempfile.TemporaryDirectory(prefix="proof-") as name:
        made: Ground = (SQLiteGround if vendor == "sqlite" else PostgreSQLGround)(Path(name))
        try:
            if tables is not None and isinstance(made, SQLiteGround):
                shutil.copy(tables, made.path)
            if seeded:
                manage(made, "bootstrap", "--sample")
            yield made
        finally:
            if isinstance(made, PostgreSQLGround):
                # A proof may have stopped it already.
                with suppress(subprocess.CalledProcessError):
                    made.stop()


def environment(of: Ground, **more: str) -> dict[str, str]:
    """A trial's: no HTTPS, files straight from the sources; the rest as in production."""
    clean = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
    return clean | {
        "TRIAL": "1",
        "SECRET_KEY": "of the proof",
        "ALLOWED_HOSTS": "127.0.0.1",
        "DATABASE_URL": of.url,
        "EVIDENCE_DIR": tempfile.gettempdir() + "/proof-evidence",
        "PYTHONUNBUFFERED": "1",
        **more,
    }


def manage(of: Ground, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=TOP, env=environment(of), capture_output=True, text=True, check=check, timeout=600,
    )  # fmt: skip


class Service:
    """gunicorn with some processes, in a process group of its own that alone is ever killed."""

    def __init__(
        self,
        of: Ground,
        before: Callable[[], None] | None = None,
        workers: int = 2,
        **more: str,
    ) -> None:
        self.of, self.before, self.more, self.workers = of, before, more, workers
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{self.port}", "--workers",
             str(self.workers), "--threads", "8", "--no-control-socket", "nhrc_plan.wsgi"],
            cwd=TOP, env=environment(self.of, **self.more), start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=self.before,
        )  # fmt: skip
        waited(lambda: Browser(self.port).ask("GET", "/healthz").status == 200, PATIENCE)

    def children(self) -> list[int]:
        """The processes that answer requests."""
        assert self.process is not None
        of = self.process.pid
        return list(map(int, Path(f"/proc/{of}/task/{of}/children").read_text().split()))

    def kill(self) -> None:
        """As by kill -9: nobody is told, nothing is finished."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def __enter__(self) -> Service:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        if self.process is not None and self.process.poll() is None:
            self.kill()


def waited(until: Callable[[], bool], seconds: float) -> float:
    """Seconds until it was so. Raises TimeoutError."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        if until():
            return time.monotonic() - began
        time.sleep(0.1)
    raise TimeoutError(f"not within {seconds} s")
