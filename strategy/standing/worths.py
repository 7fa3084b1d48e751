"""What the levels of a scale are worth, as planners write it: "1/2/3/4/5" or "50/75/100".

PURE. Source: docs/domain.md, "Score".
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache

from strategy.thai import Refusal, parse_number, plain

#: The scale of a plan that has none of its own.
ONE_TO_FIVE = "1/2/3/4/5"
FEWEST, MOST = 2, 10


@lru_cache(maxsize=256)
def read_scale(text: str) -> tuple[Decimal, ...]:
    """What each level is worth, from the lowest to the highest, with at most two decimals.

    Refuses, besides what is no clear number, ``scale_levels`` (too few levels, or too many) and
    ``scale_rising`` (what is not above 0 and above the level before).
    """
    worths = tuple(parse_number(part, max_decimals=2) for part in text.split("/"))
    if not FEWEST <= len(worths) <= MOST:
        raise Refusal("scale_levels", fewest=FEWEST, most=MOST, count=len(worths))
    if any(low >= high for low, high in zip((Decimal(0), *worths), worths, strict=False)):
        raise Refusal("scale_rising")
    return worths


def write_scale(worths: Iterable[Decimal]) -> str:
    """A scale in the one way in which it is kept."""
    return "/".join(str(plain(worth)) for worth in worths)
