"""How every page's time, queries and rows read grow from one agency to a thousand.

    python -m benchmarks.scale ONE MANY [--runs 5] [--only TEXT] [--grown]

ONE and MANY: addresses of two databases (as DATABASE_URL), filled by ``benchmarks.scale.size`` with
one agency and with many. Each address is asked of either in turn; times are seconds of the
processor, the least of all runs, and what is kept is their ratio. Prints a table, judges nothing.
"""

from __future__ import annotations

import argparse

from benchmarks.scale.compared import HEAD, compared


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m benchmarks.scale")
    asked.add_argument("one")
    asked.add_argument("many")
    asked.add_argument("--runs", type=int, default=5)
    asked.add_argument("--only", default="", help="part of the addresses that are asked")
    asked.add_argument("--grown", action="store_true", help="print what grows alone")
    given = asked.parse_args()
    print(HEAD, flush=True)
    for each in compared(given.one, given.many, runs=given.runs, only=given.only):
        if each.grows or each.larger or not given.grown:
            print(each.line(), flush=True)


if __name__ == "__main__":
    main()
