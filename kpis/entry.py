"""What a reported figure may be. Pure: refusals as codes of strategy/messages.py.

Source: docs/domain.md, "Achievement": refused at entry are a negative result, a percentage
outside 0–100, a level outside 0–5 and a fraction where the measure counts whole things; a
cumulative figure below an earlier one asks for a reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from kpis.calc import LEVEL, PERCENT
from strategy.thai import Refusal, format_number


@dataclass(frozen=True, slots=True)
class Value:
    """One measure's figure: ``value``, or for a percentage numerator and denominator."""

    value: Decimal | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None

    @property
    def is_ratio(self) -> bool:
        return self.numerator is not None or self.denominator is not None

    @property
    def amount(self) -> Decimal | None:
        """The figure itself, computed where it was entered as a ratio."""
        if self.value is not None:
            return self.value
        if self.numerator is None or not self.denominator:
            return None
        return self.numerator * 100 / self.denominator


def check_number(value: Decimal, *, kind: str, whole: bool) -> None:
    """Raises Refusal where a measure of this kind cannot stand at ``value``."""
    if value < 0:
        raise Refusal("number_negative")
    if kind == PERCENT and value > 100:
        raise Refusal("percent_range", text=format_number(value))
    if kind == LEVEL and value > 5:
        raise Refusal("level_range", text=format_number(value))
    if (whole or kind == LEVEL) and value != value.to_integral_value():
        raise Refusal("number_whole", text=format_number(value))


def check_ratio(numerator: Decimal | None, denominator: Decimal | None) -> None:
    """Raises Refusal where a share cannot be computed from what was counted."""
    if numerator is None or denominator is None:
        raise Refusal("ratio_half")
    if numerator < 0 or denominator < 0:
        raise Refusal("number_negative")
    if denominator == 0:
        raise Refusal("ratio_no_cases" if numerator == 0 else "ratio_zero")
    if numerator > denominator:
        raise Refusal("ratio_above")


@dataclass(frozen=True, slots=True)
class Fall:
    """A cumulative figure that lies below an earlier one (``later``: the one that falls)."""

    measure_id: int
    earlier: tuple[int, int]
    earlier_value: Decimal
    later: tuple[int, int]
    later_value: Decimal


def find_fall(
    at: tuple[int, int],
    values: Mapping[int, Decimal],
    others: Iterable[tuple[tuple[int, int], Mapping[int, Decimal]]],
) -> Fall | None:
    """The first fall that a cumulative figure would bring about, against its neighbours.

    ``at`` and the keys of ``others`` are (fiscal year, month); ``others`` are the figures of the
    other months, in any order. A figure entered afterwards for an earlier month is compared with
    the later one as well.
    """
    timeline = sorted(((key, held) for key, held in others if key != at), key=lambda item: item[0])
    for measure_id, value in values.items():
        before = [(k, v[measure_id]) for k, v in timeline if k < at and measure_id in v]
        after = [(k, v[measure_id]) for k, v in timeline if k > at and measure_id in v]
        if before and value < before[-1][1]:
            return Fall(measure_id, before[-1][0], before[-1][1], at, value)
        if after and after[0][1] < value:
            return Fall(measure_id, at, value, after[0][0], after[0][1])
    return None
