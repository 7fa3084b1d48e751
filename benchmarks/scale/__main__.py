"""How every page's time, queries and rows read grow from one agency to a thousand.

    python -m benchmarks.scale ONE MANY [--runs 5] [--only TEXT]

ONE and MANY: addresses of two databases (as DATABASE_URL), filled by ``benchmarks.scale.size`` with
one agency and with many. Each address is asked of either in turn; times are seconds of the
processor, the least of all runs, and what is kept is their ratio. Prints a table, judges nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from typing import Any

GROWN = 1.2
#: Below so many seconds more the clock's own noise is as large.
NOISE = 0.004


class Asked:
    """A process that reads one database."""

    def __init__(self, url: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.scale.reader"],
            env=os.environ | {"DATABASE_URL": url}, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def ask(self, name: str, path: str, timed: bool) -> Any:
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(json.dumps({"name": name, "path": path, "timed": timed}) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"the reader of {path} ended")
        return json.loads(answer)


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m benchmarks.scale")
    asked.add_argument("one")
    asked.add_argument("many")
    asked.add_argument("--runs", type=int, default=5)
    asked.add_argument("--only", default="")
    asked.add_argument("--grown", action="store_true", help="print what grows alone")
    given = asked.parse_args()
    os.environ["DATABASE_URL"] = given.one
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nhrc_plan.settings")
    import django

    django.setup()
    from benchmarks.scale.addresses import addresses

    one, many = Asked(given.one), Asked(given.many)
    print("| page | ms with one | ms with many | × | queries | rows read | read whole |")
    print("|---|---|---|---|---|---|---|")
    for what, name, path in addresses():
        if given.only not in what:
            continue
        looked = [side.ask(name, path, timed=False) for side in (one, many)]
        runs = [
            [side.ask(name, path, timed=True) for side in (one, many)] for _ in range(given.runs)
        ]
        least = [min(column) for column in zip(*runs, strict=True)]
        line = row(what, looked, least)
        if not given.grown or grows(looked, least):
            print(line, flush=True)


def grows(looked: list[Any], least: list[float]) -> bool:
    few, many = looked
    slower = least[1] > GROWN * least[0] and least[1] - least[0] > NOISE
    return slower or few["queries"] != many["queries"] or bool(larger(few, many))


def larger(few: Any, many: Any) -> list[str]:
    """Tables read whole, with more rows than where there is one agency."""
    return [
        f"{table} {rows:,}"
        for table, rows in many["whole"].items()
        if rows > 2 * max(few["whole"].get(table, 0), 500)
    ]


def row(what: str, looked: list[Any], least: list[float]) -> str:
    few, many = looked
    status = (
        "" if few["status"] == many["status"] == 200 else f" ({few['status']}, {many['status']})"
    )
    cells = [
        f"{what}{status}", f"{least[0] * 1000:.0f}", f"{least[1] * 1000:.0f}",
        f"{least[1] / least[0]:.2f}", f"{few['queries']} → {many['queries']}",
        f"{few['rows']:,} → {many['rows']:,}", ", ".join(larger(few, many)),
    ]  # fmt: skip
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
