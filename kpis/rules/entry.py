"""What a reported figure may be. Pure: refusals as codes of strategy/messages.py.

Source: docs/domain.md, "Achievement" and "Slips": refused at entry are a negative result, a
percentage outside 0–100, a level above the last of the scale and a fraction where the measure
counts whole things; a rate of growth may be negative and pass 100. A cumulative figure below an
earlier one asks for a reason; one that looks like a slip is asked about.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from kpis.rules.facts import (
    CUMULATIVE,
    GROWTH,
    LEVEL,
    ONE_TO_FIVE,
    PER_YEAR,
    PERCENT,
    Figure,
    IndicatorFacts,
)
from kpis.rules.judging import judge
from strategy.standing.status import AT_RISK, CRITICAL, DEFAULT_BANDS, Bands
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


def check_number(value: Decimal, *, kind: str, whole: bool, levels: int = len(ONE_TO_FIVE)) -> None:
    """Raises Refusal where a measure of this kind cannot stand at ``value``.

    ``levels``: how many levels the plan's scale has; 0 stands for not started.
    """
    if value < 0 and kind != GROWTH:
        raise Refusal("number_negative")
    if kind == PERCENT and value > 100:
        raise Refusal("percent_range", text=format_exact(value))
    if kind == LEVEL and value > levels:
        raise Refusal("level_range", text=format_exact(value), levels=levels)
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


def status_to_explain(
    indicator: IndicatorFacts, figure: Figure, bands: Bands = DEFAULT_BANDS
) -> str | None:
    """The status of a figure at its own month where it asks for cause and remedy, else None.

    At risk or critical: such a figure is submitted with what the problem is and what is done
    next. Source: docs/domain.md, "Cause and remedy".
    """
    standing = judge(
        indicator,
        year=figure.year,
        month=figure.month,
        figure=figure,
        overdue_month=None,
        bands=bands,
    )
    return standing.status if standing.status in (AT_RISK, CRITICAL) else None


@dataclass(frozen=True, slots=True)
class Before:
    """What a new figure is held against: the last one counted, and the year's target.

    ``same_year``: the last one is of the year being entered.
    """

    last: Decimal | None
    same_year: bool
    target: Decimal | None


#: A figure this small a share of the last one, in per cent, or the other way round, is asked about.
PLAUSIBLE_SHARE = Decimal(10)


def looks_like_slip(
    value: Decimal,
    before: Before,
    *,
    kind: str,
    accrual: str,
    share: Decimal = PLAUSIBLE_SHARE,
) -> str:
    """Why a figure is asked about, as a code of the questions; "" where nothing is odd.

    ``much_less`` and ``much_more``: at most ``share`` per cent of the last figure, or so many
    times as much. ``beyond_target``: a cumulative figure that rises by more than the whole
    target of its year; a first one so many times as high as that. Never a refusal. Source:
    docs/domain.md, "Slips".
    """
    last = before.last
    if accrual == PER_YEAR and not before.same_year:
        # The count begins anew; the last year's says nothing about it.
        last = None
    if kind != LEVEL and share and last is not None and last > 0 and value != last:
        if value * 100 <= last * share and (value >= 0 or kind != GROWTH):
            return "much_less"
        if last * 100 <= value * share:
            return "much_more"
    if accrual == CUMULATIVE and kind not in (LEVEL, PERCENT) and before.target:
        if last is None:
            # Nothing to have risen from: it may well have come further than was promised.
            return "beyond_target" if before.target * 100 <= value * share else ""
        if value - last > before.target:
            return "beyond_target"
    return ""
