"""More than one machine: three application processes behind nginx, a database and a copy of it.

All on loopback, each with a port of its own. The database confirms a save only once the copy has
it (synchronous commit); reading pages ask the copy. Then an application process, the copy and the
database itself are killed, one after the other.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg2

from proof.browser import Browser
from proof.ground import PostgreSQLGround, Service, free_port, manage, waited
from proof.rows import Broken, NotShown, Size, proof
from proof.writers import Writers, kept

PAGE = "/plans/nhrc-2566-2570/indicators/"
COPY_NAME = "copy"
#: Seconds within which everything is served again after the database has changed hosts.
AGAIN = 60


class Copy(PostgreSQLGround):
    """A server that follows another, from a base backup of it."""

    def __init__(self, folder: Path, of: PostgreSQLGround) -> None:
        self.bin, self.port = of.bin, free_port()
        self.data, self.log = folder / "data", folder / "postgresql.log"
        self.url = f"postgres://postgres@127.0.0.1:{self.port}/proof"
        folder.chmod(0o755)
        for made in (self.data, self.log):
            made.mkdir(mode=0o700) if made is self.data else made.touch()
            if os.geteuid() == 0:
                shutil.chown(made, "postgres", "postgres")
        self._run("pg_basebackup", "--checkpoint=fast", "--write-recovery-conf",
                  "--wal-method=stream", "--dbname", f"host=127.0.0.1 port={of.port} user=postgres "
                  f"application_name={COPY_NAME}", "--pgdata", str(self.data))  # fmt: skip
        self.start()

    def promote(self) -> None:
        self._run("pg_ctl", "promote", "--wait", "--pgdata", str(self.data))


def said(of: PostgreSQLGround, command: str) -> list[Any]:
    """One command outside any transaction, and what it gives."""
    with closing(of._opened("postgres")) as opened:
        opened.autocommit = True
        with opened.cursor() as cursor:
            cursor.execute(command)
            return cursor.fetchall() if cursor.description else []


def synchronous(of: PostgreSQLGround, name: str) -> None:
    """Confirm a save once the copy of that name shows it; "": once this server alone has it."""
    said(of, f"ALTER SYSTEM SET synchronous_standby_names = '{name}'")
    said(of, "ALTER SYSTEM SET synchronous_commit = 'remote_apply'")
    said(of, "SELECT pg_reload_conf()")


class Nginx:
    """In front of some processes, as deploy/nginx has it, without HTTPS."""

    def __init__(self, folder: Path, ports: list[int]) -> None:
        found = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
        if found is None:
            raise NotShown("nginx is not installed")
        self.port = free_port()
        servers = "".join(f"server 127.0.0.1:{port} fail_timeout=2s;" for port in ports)
        settings = folder / "nginx.conf"
        settings.write_text(
            f"daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; "
            "worker_processes 1; events {} "
            f"http {{ access_log off; client_body_temp_path {folder}/body; "
            f"proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi; "
            f"uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi; "
            f"upstream plan {{ {servers} }} "
            f"server {{ listen 127.0.0.1:{self.port}; location / {{ proxy_pass http://plan; "
            # Forms are not sent twice: what a process that died had begun, nobody knows.
            "proxy_next_upstream error timeout; proxy_connect_timeout 2s; "
            "proxy_set_header Host 127.0.0.1; } } }"
        )
        self.process = subprocess.Popen(
            [found, "-c", str(settings)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=30)


class Readers:
    """Some who read a page over and over, one of them signed in each."""

    def __init__(self, port: int, count: int) -> None:
        self.port, self.answers = port, Counter[str]()
        self.waited: list[float] = []
        first = Browser(port)
        first.sign_in("executive")
        self.cookies = {name: value for name, value in first.cookies.items() if name != "sent"}
        self._stop, self._lock = threading.Event(), threading.Lock()
        self._threads = [threading.Thread(target=self._read) for _ in range(count)]

    def __enter__(self) -> Readers:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=120)

    def _read(self) -> None:
        browser = Browser(self.port)
        while not self._stop.wait(0.05):
            browser.cookies = dict(self.cookies)
            answer = browser.ask("GET", PAGE)
            calm = answer.status == 503 and answer.calm
            with self._lock:
                self.answers["calm page" if calm else str(answer.status)] += 1

    def taken(self) -> Counter[str]:
        """What was answered since last time."""
        with self._lock:
            taken, self.answers = self.answers, Counter()
            return taken


@contextmanager
def hosts() -> Iterator[tuple[PostgreSQLGround, Copy, list[Service], Nginx]]:
    with tempfile.TemporaryDirectory(prefix="proof-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        for part in ("first", "second", "front"):
            (folder / part).mkdir()
        first = PostgreSQLGround(folder / "first")
        running: list[PostgreSQLGround] = [first]
        services: list[Service] = []
        front = None
        try:
            manage(first, "bootstrap", "--sample")
            copy = Copy(folder / "second", first)
            running.append(copy)
            synchronous(first, COPY_NAME)
            both = f"host=127.0.0.1,127.0.0.1&port={first.port},{copy.port}"
            own = f"postgres://postgres@/proof?{both}"
            for _ in range(3):
                service = Service(
                    first, workers=1,
                    DATABASE_URL=f"{own}&target_session_attrs=read-write",
                    DATABASE_READ_URL=f"{own}&target_session_attrs=prefer-standby",
                )  # fmt: skip
                service.start()
                services.append(service)
            front = Nginx(folder / "front", [service.port for service in services])
            waited(lambda: Browser(front.port).ask("GET", "/healthz").status == 200, 30)
            yield first, copy, services, front
        finally:
            if front is not None:
                front.stop()
            for service in services:
                service.__exit__()
            for server in running:
                try:
                    server.stop()
                except subprocess.CalledProcessError:
                    continue  # it was killed already


def _asked_of(server: PostgreSQLGround) -> int:
    """How many rows were read there so far."""
    rows = server.rows("SELECT coalesce(sum(idx_tup_fetch + seq_tup_read), 0) FROM "
                       "pg_stat_user_tables WHERE relname LIKE 'kpis_%'")  # fmt: skip
    return int(rows[0][0])


def _refused(answers: Counter[str], good: str) -> dict[str, int]:
    return {what: count for what, count in answers.items() if what != good}


@proof("three processes behind nginx, a database and its copy: each killed in turn", group="scale")
def killed_in_turn(size: Size) -> str:
    count = min(size.writers, 8)
    told = []
    with hosts() as (first, copy, services, front), Writers(front.port, count) as writers:
        with Readers(front.port, count) as readers:
            begun = _asked_of(copy)
            writers.reached(writers.count() + size.writes // 10)
            time.sleep(1)  # for the copy's own account of what it read
            if _asked_of(copy) <= begun:
                raise Broken("nobody reads from the copy")
            undisturbed = _refused(readers.taken(), "200"), _refused(_since(writers), "saved")
            if any(undisturbed):
                raise Broken(f"before anything was killed: {undisturbed}")

            services[0].kill()
            writers.reached(writers.count() + size.writes // 10)
            lost = _refused(readers.taken(), "200"), _refused(_since(writers), "saved")
            told.append(f"a process killed: {_sum(lost)} failed")
            # A process serves eight at once; whoever it was serving is in flight.
            if _sum(lost) > 8:
                raise Broken(f"{told[-1]}: {lost}")

            copy.stop()
            # The administrator's step (docs/growing.md): saves wait until it is done.
            synchronous(first, "")
            writers.reached(writers.count() + size.writes // 10)
            lost = _refused(readers.taken(), "200"), _refused(_since(writers), "saved")
            told.append(f"the copy killed: {_sum(lost)} failed")
            if _sum(lost) > 2 * count:
                raise Broken(f"{told[-1]}: {lost}")

            copy.start()
            waited(lambda: _follows(first), 60)
            synchronous(first, COPY_NAME)
            writers.reached(writers.count() + size.writes // 10)
            readers.taken(), _since(writers)

            first.stop()
            time.sleep(2)
            copy.promote()
            synchronous(copy, "")
            writers.mark()
            again = waited(writers.went_on, AGAIN)
            writers.reached(writers.count() + size.writes // 10)
        seen = readers.taken() + _since(writers)
        odd = {what: n for what, n in seen.items() if what not in ("200", "saved", "calm page")}
        told.append(
            f"the database killed, its copy promoted: {seen['calm page']} calm pages, saving "
            f"again {again:.1f} s after"
        )
        writers.__exit__()
        told.append(kept(copy, writers.acknowledged))
        # No answer at all: who was being saved at that moment.
        if set(odd) - {"no answer", "502", "0"} or sum(odd.values()) > 2 * count:
            raise Broken(f"{'; '.join(told)}; {odd}")
    return "; ".join(told)


def _follows(of: PostgreSQLGround) -> bool:
    try:
        return bool(said(of, "SELECT 1 FROM pg_stat_replication WHERE state = 'streaming'"))
    except psycopg2.Error:
        return False


def _since(writers: Writers) -> Counter[str]:
    with writers._lock:
        taken, writers.answers = writers.answers, Counter()
        return taken


def _sum(lost: tuple[dict[str, int], ...]) -> int:
    return sum(sum(each.values()) for each in lost)
