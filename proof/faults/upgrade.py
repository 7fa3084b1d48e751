"""An upgrade is killed half-way, again and again, and taken up again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress

from proof.browser import Browser
from proof.ground import TOP, Ground, Service, environment, ground, manage
from proof.rows import Broken, Size, proof

#: How far it goes back before: to the tables of the first step of these.
BACK = (("kpis", "0001_tables"), ("integrity", "0001_tables"), ("strategy", "0001_tables"))
#: What every upgrade writes anew.
OWN = {"django_migrations", "auth_permission", "auth_group_permissions", "django_content_type"}


def tables(of: Ground) -> list[str]:
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        if of.vendor == "sqlite"
        else "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    )
    return sorted(name for (name,) in of.rows(query))


def counts(of: Ground) -> dict[str, int]:
    return {
        name: of.rows(f'SELECT count(*) FROM "{name}"')[0][0]
        for name in tables(of)
        if name not in OWN
    }


def half_way(of: Ground) -> str:
    """What people see while the tables are neither old nor new."""
    service = Service(of)
    try:
        service.start()
    except TimeoutError:
        return "the service refused to start"
    finally:
        service.__exit__()
    with service:
        browser = Browser(service.port)
        with suppress(RuntimeError):
            browser.sign_in()
        page, ready = browser.ask("GET", "/my-work/"), browser.ask("GET", "/readyz")
    if ready.status != 503 or not (page.calm or page.status in (200, 302)):
        raise Broken(f"half-way /my-work/ answered {page.status}, /readyz {ready.status}")
    return "a calm page" if page.calm else "a page, and /readyz 503"


def interrupted(vendor: str, size: Size) -> str:
    with ground(vendor) as of:
        whole = tables(of)
        for app, name in BACK:
            manage(of, "migrate", app, name)
        before = counts(of)
        kills, saw, wait = 0, "", 1.5
        while True:
            process = subprocess.Popen(
                [sys.executable, "manage.py", "migrate", "--no-input"],
                cwd=TOP, env=environment(of), start_new_session=True,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
            try:
                process.wait(timeout=wait)
                break
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                kills += 1
            pending = manage(of, "migrate", "--check", check=False).returncode
            if pending and not saw:
                saw = half_way(of)
            wait += 0.3 if kills < size.rounds else 60
            time.sleep(0.1)
        if process.returncode:
            raise Broken(f"after {kills} kills it could not be taken up: {process.returncode}")
        after = counts(of)
        lost = [name for name, rows in before.items() if after.get(name, -1) < rows]
        left = manage(of, "migrate", "--check", check=False).returncode
        asked = ("check", "--database", "default", "--fail-level", "WARNING")
        closed = manage(of, *asked, check=False)
        if lost or left or closed.returncode or tables(of) != whole:
            raise Broken(f"lost {lost}, left {left}, history {closed.returncode}")
        figure = f"killed {kills} times: no row lost, every history closed"
        return f"{figure}; people saw {saw}" if saw else figure


@proof("upgrade interrupted half-way: SQLite", group="faults")
def on_sqlite(size: Size) -> str:
    return interrupted("sqlite", size)


@proof("upgrade interrupted half-way: PostgreSQL", group="faults")
def on_postgresql(size: Size) -> str:
    return interrupted("postgresql", size)
