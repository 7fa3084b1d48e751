"""What tests of the pure rules share: indicators, figures, and the arithmetic done by hand."""

from __future__ import annotations

from decimal import Decimal as D
from fractions import Fraction

from hypothesis import strategies as st

from kpis.rules.facts import (
    EQUALS_BASELINE,
    LOWER,
    MILESTONE,
    NUMERIC,
    BaselinePoint,
    Figure,
    IndicatorFacts,
    MeasureFacts,
    TargetFacts,
    TargetPoint,
)
from kpis.rules.judging import judge

HIGHER = "higher"


NO_CASES = "no cases"


def numeric(*values):
    """A numeric target: a number per measure, or (target, q1, q2, q3) with planned figures."""
    points = {}
    for pk, value in enumerate(values, 1):
        parts = value if isinstance(value, tuple) else (value,)
        points[pk] = TargetPoint(*(None if part is None else D(part) for part in parts))
    return TargetFacts(NUMERIC, points)


def milestone(due_month=None):
    return TargetFacts(MILESTONE, {}, "หา Baseline", due_month)


def indicator(accrual, targets, direction=HIGHER, *, kind="number", whole=False, baselines=()):
    """``targets`` by year: "-", a number, a tuple of numbers (one per measure) or TargetFacts."""
    facts = {}
    for year, target in targets.items():
        if target == "-":
            target = TargetFacts()
        elif not isinstance(target, TargetFacts):
            target = numeric(*(target if isinstance(target, tuple) else (target,)))
        facts[year] = target
    count = max([len(target.values) for target in facts.values()] + [1])
    measures = tuple(
        MeasureFacts(pk, kind, whole, baselines=baselines) for pk in range(1, count + 1)
    )
    return IndicatorFacts(accrual, measures, facts, direction)


def figure(year, month, result):
    """``result``: None, "no cases", "40%" of a milestone, a number, or a tuple per measure."""
    if result is None:
        return None
    if result == NO_CASES:
        return Figure(year, month, no_cases=True)
    if isinstance(result, str) and result.endswith("%"):
        return Figure(year, month, percent=D(result[:-1]))
    results = result if isinstance(result, tuple) else (result,)
    return Figure(year, month, {pk: D(value) for pk, value in enumerate(results, 1)})


def stand(facts, year, month, result, *, at=None, overdue=None, **more):
    """Judge ``result``, recorded for ``month``, as looked at in ``at`` (the same month if None)."""
    found = figure(year, month, result)
    return judge(facts, year=year, month=at or month, figure=found, overdue_month=overdue, **more)


def half_up(exact):
    """The reference for rounding: two decimals, half up, of a Fraction not below 0."""
    return D(int(exact * 100 + Fraction(1, 2))).scaleb(-2)


def numbers(low, high, places=4):
    """Decimals as they can be entered, ``places`` after the point."""
    scale = 10**places
    return st.integers(int(low * scale), int(high * scale)).map(lambda n: D(n).scaleb(-places))


targets = numbers(D("0.0001"), 100_000)


def share(result, goal, direction):
    """The reference for achievement, in Fractions."""
    result, goal = Fraction(result), Fraction(goal)
    if goal == 0:
        return Fraction(100 if direction == HIGHER or result == 0 else 0)
    return max((2 - result / goal if direction == LOWER else result / goal) * 100, Fraction(0))


def equals_baseline(due_month=None):
    return TargetFacts(EQUALS_BASELINE, {}, "เท่า Baseline", due_month)


def baseline(year, month, value):
    return BaselinePoint(year, month, D(value))
