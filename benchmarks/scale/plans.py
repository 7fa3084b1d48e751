"""What the database has to read for some queries, by its own account of how it goes about them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction


@dataclass
class Scans:
    """``rows``: read in all, those that a filter threw away included (PostgreSQL alone tells).
    ``whole``: the tables that were read from beginning to end, with the rows of each."""

    rows: int = 0
    whole: Counter[str] = field(default_factory=Counter)


def read_by(queries: Iterable[str]) -> Scans:
    """What some queries read. They are asked once more: SELECT alone are."""
    found = Scans()
    reading = [sql for sql in queries if sql.lstrip("( ").startswith(("SELECT", "WITH"))]
    reading = [sql for sql in reading if "FOR UPDATE" not in sql]
    with transaction.atomic(), connection.cursor() as cursor:
        for sql in reading:
            if connection.vendor == "postgresql":
                cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}")
                told = cursor.fetchone()[0]
                told = json.loads(told) if isinstance(told, str) else told
                for node in _nodes(told[0]["Plan"]):
                    _count(node, found)
            else:
                cursor.execute(f"EXPLAIN QUERY PLAN {sql.replace('%', '%%')}", [])
                for *_ids, text in cursor.fetchall():
                    words = text.split()
                    if words[:1] == ["SCAN"] and "INDEX" not in words:
                        found.whole[words[1]] += 1
    return found


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from _nodes(below)


def _count(node: dict[str, Any], found: Scans) -> None:
    if "Relation Name" not in node and node["Node Type"] != "Bitmap Index Scan":
        return
    each = sum(
        node.get(key, 0)
        for key in ("Actual Rows", "Rows Removed by Filter", "Rows Removed by Index Recheck")
    )
    rows = round(each * node.get("Actual Loops", 1))
    if "Relation Name" in node:
        found.rows += rows
    if node["Node Type"] == "Seq Scan":
        found.whole[node["Relation Name"]] += rows
