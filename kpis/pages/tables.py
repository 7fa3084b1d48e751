"""How the rows of indicators are sorted and counted on their pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.http import QueryDict
from django.utils.translation import gettext_lazy

from kpis.read.rows import IndicatorRow
from strategy.models import Plan
from strategy.standing.status import STATUSES
from strategy.thai import natural_key, sort_key


class ScoreCounts(NamedTuple):
    """The indicators with level criteria: those with a score, those whose level is not stated."""

    described: list[IndicatorRow]
    scored: list[IndicatorRow]
    unstated: list[IndicatorRow]


def scores(plan: Plan, rows: Sequence[IndicatorRow]) -> ScoreCounts | None:
    """Which indicators have a score; None for a plan without level criteria."""
    if not plan.is_scorecard:
        return None
    described = [row for row in rows if row.current.has_levels]
    return ScoreCounts(
        described,
        [row for row in described if row.current.score is not None],
        [row for row in described if row.current.is_unstated],
    )


#: Sort keys of the indicator table; None comes last in either order.
SORTS: dict[str, tuple[Any, Callable[[IndicatorRow], Any]]] = {
    "code": (
        gettext_lazy("code"),
        lambda row: (row.strategy_number, natural_key(row.number)),
    ),
    "name": (gettext_lazy("indicator"), lambda row: sort_key(row.name)),
    "unit": (
        gettext_lazy("unit"),
        lambda row: None if row.unit_name is None else sort_key(row.unit_name),
    ),
    "achievement": (
        gettext_lazy("achievement (%)"),
        lambda row: row.current.standing.achievement,
    ),
    "of_expected": (
        gettext_lazy("of expected (%)"),
        lambda row: row.current.standing.of_expected,
    ),
    "score": (
        gettext_lazy("score"),
        lambda row: row.current.score,
    ),
    "status": (
        gettext_lazy("status"),
        lambda row: STATUSES.index(row.current.status),
    ),
}


def sorted_rows(rows: list[IndicatorRow], asked: str) -> tuple[list[IndicatorRow], str]:
    """Rows in the order asked for ("name", "-name"); what is unknown means by code."""
    name = asked.removeprefix("-")
    if name not in SORTS:
        return rows, "code"
    key = SORTS[name][1]
    known = [row for row in rows if key(row) is not None]
    empty = [row for row in rows if key(row) is None]
    return sorted(known, key=key, reverse=asked.startswith("-")) + empty, asked


@dataclass(frozen=True, slots=True)
class SortLink:
    """A column head: its words, the query that sorts by it, and how it sorts now."""

    name: str
    label: str
    query: str
    order: str

    @property
    def mark(self) -> str:
        return {"ascending": "▴", "descending": "▾"}.get(self.order, "")


def sort_links(plan: Plan, query: QueryDict, sorting: str) -> dict[str, SortLink]:
    links = {}
    labels = {name: label for name, (label, _key) in SORTS.items()}
    for name, label in {**labels, "score": plan.score_label}.items():
        order = {name: "ascending", f"-{name}": "descending"}.get(sorting, "none")
        changed = query.copy()
        changed["sort"] = f"-{name}" if order == "ascending" else name
        links[name] = SortLink(name, str(label), changed.urlencode(), order)
    return links
