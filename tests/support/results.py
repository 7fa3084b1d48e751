"""What tests of results share: baselines set, targets changed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from kpis.models import Baseline, Indicator
from kpis.write.targets import baseline_set
from strategy.models import Plan
from strategy.records.write import record_save
from tests.support.pages import indicator_of


def change(plan: Plan, code: str, **fields: Any) -> Indicator:
    indicator = indicator_of(plan, code)
    for name, value in fields.items():
        setattr(indicator, name, value)
    record_save(instance=indicator, user=None)
    return indicator


def baseline(plan: Plan, code: str, year: int, month: int, value: str) -> None:
    measure = indicator_of(plan, code).measures.get()
    row = Baseline(
        measure=measure, value=Decimal(value), source="รายงาน", fiscal_year=year, month=month
    )
    baseline_set(user=None, baseline=row)
