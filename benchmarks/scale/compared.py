"""Addresses asked of two databases in turn, and what of it grows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

#: What a page may take with many agencies beside what it takes with one.
GROWN = 1.2
#: Below so many seconds more the clock's own noise is as large.
NOISE = 0.004
#: A table of fewer rows is read from beginning to end for nothing.
SMALL = 500


@dataclass(frozen=True)
class Compared:
    """An address: status, queries, rows read and tables read whole of either database, and the
    least seconds of the processor. ``lists_all``: it lists what is of all agencies."""

    what: str
    few: dict[str, Any]
    many: dict[str, Any]
    seconds: tuple[float, float]
    lists_all: bool

    @property
    def ratio(self) -> float:
        return self.seconds[1] / self.seconds[0]

    @property
    def larger(self) -> dict[str, int]:
        """Tables read whole, with more rows than where there is one agency."""
        return {
            table: rows
            for table, rows in self.many["whole"].items()
            if rows > 2 * max(self.few["whole"].get(table, 0), SMALL)
        }

    @property
    def is_slower(self) -> bool:
        return self.ratio > GROWN and self.seconds[1] - self.seconds[0] > NOISE

    @property
    def grows(self) -> bool:
        return self.is_slower or self.few["queries"] != self.many["queries"]

    def line(self) -> str:
        answered = (self.few["status"], self.many["status"])
        status = "" if answered == (200, 200) else f" {answered}"
        cells = [
            f"{self.what}{status}",
            *(f"{each * 1000:.0f}" for each in self.seconds),
            f"{self.ratio:.2f}",
            f"{self.few['queries']} → {self.many['queries']}",
            f"{self.few['rows']:,} → {self.many['rows']:,}",
            ", ".join(f"{table} {rows:,}" for table, rows in self.larger.items()),
        ]
        return f"| {' | '.join(cells)} |"


HEAD = (
    "| page | ms with one | ms with many | × | queries | rows read | read whole |\n"
    "|---|---|---|---|---|---|---|"
)


class Asked:
    """A process that reads one database."""

    def __init__(self, url: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.scale.reader"],
            env=os.environ | TRIAL | {"DATABASE_URL": url}, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def ask(self, **asked: Any) -> Any:
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"the reader ended at {asked}")
        return json.loads(answer)

    def end(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(timeout=60)


#: A trial's settings, for whoever has none.
TRIAL = {"TRIAL": "1", "SECRET_KEY": "benchmark", "ALLOWED_HOSTS": "127.0.0.1"}


@contextmanager
def both(one: str, many: str) -> Iterator[tuple[Asked, Asked]]:
    sides = Asked(one), Asked(many)
    try:
        yield sides
    finally:
        for side in sides:
            side.end()


def compared(one: str, many: str, *, runs: int, only: str = "") -> Iterator[Compared]:
    """Each address of which ``only`` is a part, asked of two databases (their addresses) in
    turn."""
    with both(one, many) as sides:
        for what, name, path, lists_all in sides[0].ask(work="addresses"):
            if only not in what:
                continue
            looked = [side.ask(work="looked_at", name=name, path=path) for side in sides]
            times = [
                [side.ask(work="timed", name=name, path=path) for side in sides]
                for _ in range(runs)
            ]
            least = [min(column) for column in zip(*times, strict=True)]
            yield Compared(what, looked[0], looked[1], (least[0], least[1]), lists_all)
