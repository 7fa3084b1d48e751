"""How far something has come against what was expected of it: codes, bands, rounding. PURE.

Results and money are judged by the same bands. Source: docs/domain.md, "Expected by now, and
status".
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

HUNDRED = Decimal(100)
_CENT = Decimal("0.01")

# Status codes, in the order in which pages count them.
ON_PLAN = "on_plan"
NEAR = "near"
AT_RISK = "at_risk"
CRITICAL = "critical"
AWAITING = "awaiting"
WAITING_APPROVAL = "waiting_approval"
NOT_DUE = "not_due"
NO_TARGET = "no_target"
NO_CASES = "no_cases"
#: Of a project, or of several, in a year in which no money is set aside for it.
NO_BUDGET = "no_budget"
STATUSES = (
    ON_PLAN, NEAR, AT_RISK, CRITICAL, AWAITING, WAITING_APPROVAL, NOT_DUE, NO_TARGET, NO_CASES,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bands:
    """The lower edges of the status bands, in per cent of expected."""

    on_plan: Decimal = HUNDRED
    near: Decimal = Decimal(75)
    at_risk: Decimal = Decimal(50)


DEFAULT_BANDS = Bands()


def round2(value: Decimal) -> Decimal:
    """Half up to two decimals."""
    return value.quantize(_CENT, ROUND_HALF_UP)


def round2_fraction(value: Fraction) -> Decimal:
    """Half up to two decimals, without a division that cuts anything off; not for negatives."""
    return Decimal((value * 100 + Fraction(1, 2)).__floor__()).scaleb(-2)


def status_of(of_expected: Decimal, bands: Bands = DEFAULT_BANDS) -> str:
    """The band of a rounded percentage of expected."""
    if of_expected >= bands.on_plan:
        return ON_PLAN
    if of_expected > bands.near:
        return NEAR
    if of_expected > bands.at_risk:
        return AT_RISK
    return CRITICAL
