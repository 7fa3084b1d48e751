"""Rows that tests show, played on both databases."""

from __future__ import annotations

import os
import re
import subprocess
import sys

from proof.ground import TOP, ground
from proof.rows import Broken, Size, proof

#: The row, its group, and what of tests/ shows it.
TESTS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("backup taken under writes and restored elsewhere", "faults", ("tests/backups",)),
    ("mail server away", "faults", ("tests/reminders/test_sending.py",)),
    ("clock going back; month and year end at midnight in Bangkok", "faults",
     ("tests/health/test_clock.py",)),
    ("approving twice, and editing while a period is locked", "races",
     ("tests/house/test_races.py",)),
    ("no silent overwriting", "races", ("tests/house/test_versions.py",)),
    ("logs", "security", ("tests/health/test_logs.py",)),
    ("every address × role × method", "security", ("tests/house/test_addresses.py",)),
    ("the database before and after every GET", "security", ("tests/house/test_read_only.py",)),
    ("headers, and a browser's walk over every page", "security", ("tests/house/test_csp.py",)),
    ("random orderings, filters and searches", "security", ("tests/house/test_filters_fuzz.py",)),
)  # fmt: skip


def played(paths: tuple[str, ...], size: Size) -> str:
    """Their closing lines on both databases. Raises Broken where one fails."""
    figures = []
    with ground("postgresql", seeded=False) as server:
        for vendor, url in (("SQLite", ""), ("PostgreSQL", server.url)):
            own = {**os.environ, "DATABASE_URL": url, "SWEEP": "whole"}
            own["RACE_ROUNDS"] = str(size.rounds)
            if not url:
                own.pop("DATABASE_URL")
            done = subprocess.run(
                [sys.executable, "-m", "pytest", "-q", "-n", "2", *paths],
                cwd=TOP, env=own, capture_output=True, text=True, timeout=1800, check=False,
            )  # fmt: skip
            said = re.findall(r"^(\d+ (?:passed|failed).*|no tests ran.*)", done.stdout, re.M)
            figure = f"{vendor}: {re.sub(' in .*', '', said[-1] if said else 'no closing line')}"
            # 5: all of it is the same on both, and was played on SQLite.
            if done.returncode not in (0, 5) or (vendor == "SQLite" and done.returncode):
                raise Broken(figure)
            figures.append(figure)
    return "; ".join(figures)


def _row(name: str, group: str, paths: tuple[str, ...]) -> None:
    @proof(name, group=group)
    def show(size: Size) -> str:
        return played(paths, size)


for _each in TESTS:
    _row(*_each)
