"""Plays the proofs and writes the report: python -m proof [--only GROUP] [--short] [--out FILE]."""

from __future__ import annotations

import argparse
import importlib
import os
import platform
import sys
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from proof.rows import BROKEN, NOT_SHOWN, ROWS, SHORT, Size, shown, table

#: Where rows are defined. Others, such as of security or of scale, are added here.
MODULES = (
    "proof.faults.killed",
    "proof.faults.database",
    "proof.faults.disk",
    "proof.faults.upgrade",
    "proof.scale.load",
    "proof.scale.hosts",
    "proof.scale.growth",
    "proof.tests",
)


def main() -> int:
    asked = argparse.ArgumentParser(prog="make proof")
    asked.add_argument("--only", help="the group of rows to play")
    asked.add_argument("--short", action="store_true", help="the part that the tests play as well")
    asked.add_argument("--rounds", type=int, default=Size.rounds)
    asked.add_argument("--writes", type=int, default=Size.writes)
    asked.add_argument("--writers", type=int, default=Size.writers)
    asked.add_argument("--seconds", type=int, default=Size.seconds)
    asked.add_argument("--requests", type=int, default=Size.requests)
    asked.add_argument("--agencies", type=int, default=Size.agencies)
    asked.add_argument("--row", default="", help="words of the rows to play")
    asked.add_argument("--out", type=Path, default=Path("dist/proof.md"))
    given = asked.parse_args()
    for module in MODULES:
        importlib.import_module(module)
    rows = [row for row in ROWS if given.only in (None, row.group) and given.row in row.name]
    of_size = ("rounds", "writes", "writers", "seconds", "requests", "agencies")
    size = SHORT if given.short else Size(**{name: getattr(given, name) for name in of_size})
    outcomes = []
    for row in rows:
        print(f"{row.group}: {row.name} …", flush=True)
        outcomes.append(shown(row, size))
        print(f"  {outcomes[-1].verdict}: {outcomes[-1].figure}", flush=True)
    broken = [each for each in outcomes if each.verdict == BROKEN]
    hidden = [each for each in outcomes if each.verdict == NOT_SHOWN]
    head = (
        f"# Proof of {datetime.now(ZoneInfo('Asia/Bangkok')):%Y-%m-%d %H:%M}\n\n"
        f"{len(outcomes)} rows of docs/trust.md: {len(broken)} broken, {len(hidden)} not shown "
        f"here. {os.cpu_count()} cores, Python {platform.python_version()}; {size}.\n\n"
    )
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(head + table(outcomes), encoding="utf-8")
    print(f"{given.out} holds the report.")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
