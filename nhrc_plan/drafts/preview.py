"""What a plan's workbook would do: its rows with their outcomes, and what stays as it is."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from nhrc_plan.exchange.rows import CHANGED, LABELS, NEW, SHAPES, UNCHANGED, Row
from strategy.models import Agency, Plan


class SheetCount(NamedTuple):
    """How many rows of a sheet come to what."""

    name: str
    counts: dict[str, int]

    @property
    def cells(self) -> list[int]:
        """In the order of the outcomes."""
        return [self.counts.get(outcome, 0) for outcome in LABELS]


@dataclass
class Preview:
    """A workbook held against what there is. ``there``: its agency, where that is there before;
    ``stays``: rows there that the workbook lacks."""

    agency: Agency | None = None
    plan: Plan | None = None
    there: Agency | None = None
    rows: list[Row] = field(default_factory=list)
    stays: int = 0

    @property
    def counts(self) -> dict[str, int]:
        found = Counter(row.outcome for row in self.rows)
        return {outcome: found[outcome] for outcome in LABELS if found[outcome]}

    @property
    def told(self) -> list[tuple[str, Any, int]]:
        return [(SHAPES[name], LABELS[name], count) for name, count in self.counts.items()]

    @property
    def sheets(self) -> list[SheetCount]:
        found: dict[str, Counter[str]] = {}
        for row in self.rows:
            found.setdefault(row.sheet, Counter())[row.outcome] += 1
        return [SheetCount(name, dict(counts)) for name, counts in found.items()]

    @property
    def open_rows(self) -> list[Row]:
        """Rows about which something has to be decided or mended."""
        return [row for row in self.rows if row.is_open]

    @property
    def shown(self) -> list[Row]:
        """Rows that are listed one by one: those to look at, then those that change."""
        changed = [row for row in self.rows if not row.is_open and self._is_told(row)]
        return [*self.open_rows, *changed]

    @property
    def added(self) -> list[Row]:
        return [row for row in self.rows if row.outcome == NEW]

    @staticmethod
    def _is_told(row: Row) -> bool:
        return row.outcome == CHANGED or (row.outcome == UNCHANGED and bool(row.decided))

    @property
    def waits(self) -> int:
        return len(self.open_rows)

    @property
    def news(self) -> int:
        return sum(row.outcome in (NEW, CHANGED) for row in self.rows)

    @property
    def may_apply(self) -> bool:
        return self.news > 0 and not self.waits

    @property
    def digest(self) -> str:
        """What would be done, in short: it is confirmed as it was seen, or shown afresh."""
        told = [
            [row.key, row.outcome, [list(each) for each in row.differences]]
            for row in self.rows
            if row.outcome != UNCHANGED
        ]
        return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()
