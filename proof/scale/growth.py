"""Every page, screen and search with a thousand agencies beside the same with one."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

from benchmarks.scale.compared import Compared, compared
from proof.ground import TOP, PostgreSQLGround, environment, ground
from proof.rows import Broken, NotShown, Size, proof


def filled(of: PostgreSQLGround, database: str, agencies: int) -> str:
    """The address of a database of that size, made of the one that has samples."""
    url = of.url.rpartition("/")[0] + f"/{database}"
    subprocess.run(
        [sys.executable, "-m", "benchmarks.scale.size", str(agencies)],
        cwd=TOP, env=environment(of, DATABASE_URL=url), check=True, timeout=3000,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    return url


@proof("each page with 1,000 agencies beside one: time, queries, tables read whole", group="scale")
def growth(size: Size) -> str:
    with ground("postgresql") as of:
        if not isinstance(of, PostgreSQLGround):
            raise NotShown("PostgreSQL alone tells what a query reads")
        one = filled(of, "proof", 1)
        of.rows("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'proof'",
                database="postgres")  # fmt: skip
        _command(of, "CREATE DATABASE many TEMPLATE proof")
        many = filled(of, "many", size.agencies)
        lines = list(compared(one, many, runs=1 if size.agencies < Size.agencies else 3))
    return judged(lines, size.agencies)


def _command(of: PostgreSQLGround, command: str) -> None:
    opened: Any = of._opened("postgres")
    opened.autocommit = True
    opened.cursor().execute(command)
    opened.close()


def judged(lines: list[Compared], agencies: int) -> str:
    """The figure. Raises Broken where a page grows that is not known to (docs/growing.md)."""
    growing = [each for each in lines if each.grows and not each.lists_all]
    listed = sum(each.grows and each.lists_all for each in lines)
    worst = max(lines, key=lambda each: 0 if each.lists_all else each.ratio)
    figure = (
        f"{len(lines)} addresses with {agencies} agencies: {len(growing)} grow "
        f"({', '.join(each.what for each in growing[:12])}), {listed} that list all agencies do as "
        f"well; largest ratio × {worst.ratio:.2f} ({worst.what})"
    )
    if growing:
        raise Broken(figure)
    return figure
