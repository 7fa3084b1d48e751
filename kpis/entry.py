"""What a reported figure may be. Pure: refusals as codes of strategy/messages.py.

Source: docs/domain.md, "Achievement": refused at entry are a negative result, a percentage
outside 0–100, a level outside 0–5 and a fraction where the measure counts whole things; a
cumulative figure below an earlier one asks for a reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from kpis.calc import LEVEL, PERCENT
from strategy.thai import Refusal, format_exact


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
        raise Refusal("percent_range", text=format_exact(value))
    if kind == LEVEL and value > 5:
        raise Refusal("level_range", text=format_exact(value))
    if (whole or kind == LEVEL) and value != value.to_integral_value():
        raise Refusal("number_whole", text=format_exact(value))


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
