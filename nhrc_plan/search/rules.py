"""What is found by what is typed, and in which order.

PURE: no Django. Source: docs/domain.md, "Searching".
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from strategy.thai.folding import folded, folded_code

#: As much of a query as is looked at.
LONGEST = 100
#: How many of a kind are shown.
PER_KIND = 12

# How well something fits, the best first.
SAME_CODE, BEGINS_CODE, BEGINS_NAME, IN_NAME = range(4)


class Target(NamedTuple):
    """Something that can be found: ``kind`` is its group, ``note`` tells it from its like."""

    kind: str
    code: str
    name: str
    note: str
    address: str
    #: The plan that it is of; 0 for none.
    plan_id: int = 0


class Query(NamedTuple):
    """What was typed: as it was, its pieces, the whole without spaces, and as a code."""

    typed: str
    pieces: tuple[str, ...]
    whole: str
    code: str

    @property
    def is_empty(self) -> bool:
        return not self.pieces


def query_of(text: str) -> Query:
    """Pieces stand apart by spaces; each has to be found."""
    cut = text[:LONGEST]
    pieces = tuple(filter(None, map(folded, cut.split())))
    return Query(cut.strip(), pieces, folded(cut), folded_code(cut))


_fold = lru_cache(maxsize=20_000)(folded)


def fit(query: Query, code: str, name: str) -> int | None:
    """How well something fits, the lower the better; None where it does not."""
    if query.is_empty:
        return None
    key = folded_code(code)
    if key and query.code and any(char.isdigit() for char in query.code):
        if key == query.code or key.lstrip("sd") == query.code:
            return SAME_CODE
        if key.startswith(query.code):
            return BEGINS_CODE
    text = _fold(name)
    if text.startswith(query.whole):
        return BEGINS_NAME
    all_of_it = f"{_fold(code)} {text}"
    return IN_NAME if all(piece in all_of_it for piece in query.pieces) else None


def found(query: Query, targets: Iterable[Target]) -> list[Target]:
    """Those that fit, the best first, otherwise in the order given; of each kind a few."""
    fits = [
        (how, place, target)
        for place, target in enumerate(targets)
        if (how := fit(query, target.code, target.name)) is not None
    ]
    shown: list[Target] = []
    counts: dict[str, int] = {}
    for _how, _place, target in sorted(fits, key=lambda each: each[:2]):
        counts[target.kind] = counts.get(target.kind, 0) + 1
        if counts[target.kind] <= PER_KIND:
            shown.append(target)
    return shown
