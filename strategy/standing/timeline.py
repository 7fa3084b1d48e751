"""Running totals over time: where one falls below an earlier one. PURE."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

#: (fiscal year, month)
Month = tuple[int, int]
What = TypeVar("What", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Fall:
    """A running total that lies below an earlier one (``later``: the one that falls)."""

    what: Hashable
    earlier: Month
    earlier_value: Decimal
    later: Month
    later_value: Decimal


def find_fall(
    at: Month,
    values: Mapping[What, Decimal],
    others: Iterable[tuple[Month, Mapping[What, Decimal]]],
) -> Fall | None:
    """The first fall that the figures of month ``at`` would bring about, against its neighbours.

    ``values`` holds the figures by what they count; ``others`` are the figures of the other
    months, in any order. A figure entered afterwards for an earlier month is compared with the
    later one as well.
    """
    timeline = sorted(((key, held) for key, held in others if key != at), key=lambda item: item[0])
    for what, value in values.items():
        known = [(month, held[what]) for month, held in timeline if what in held]
        before = [point for point in known if point[0] < at]
        after = [point for point in known if point[0] > at]
        if before and value < before[-1][1]:
            return Fall(what, before[-1][0], before[-1][1], at, value)
        if after and after[0][1] < value:
            return Fall(what, at, value, after[0][0], after[0][1])
    return None
