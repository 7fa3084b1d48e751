"""Each proposed target beside the indicator's own past: is such a step known?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from kpis.models import Indicator, YearTarget
from kpis.read.former import FormerYear, former_years
from kpis.read.standing import indicator_rows
from kpis.rules.facts import LOWER, MeasureFacts
from kpis.rules.steps import Ambition, ambition
from strategy.models import Plan
from strategy.read import due_month
from strategy.thai import format_number, format_signed


class Proposed(NamedTuple):
    """A year's target. ``ambition`` None: there is nothing that it could be held against."""

    year: int
    target: Decimal
    ambition: Ambition | None

    @property
    def text(self) -> str:
        return format_number(self.target)

    @property
    def step(self) -> str:
        return format_signed(self.ambition.step) if self.ambition else "–"


class MeasurePast(NamedTuple):
    """A thing that is counted: its closing figures so far, and what is proposed."""

    code: str
    name: str
    label: str
    unit: str
    lower_is_better: bool
    past: tuple[tuple[int, str], ...]
    proposed: tuple[Proposed, ...]

    @property
    def is_unheard_of(self) -> bool:
        """No step as large as one of these was ever taken."""
        return any(
            each.ambition is not None and each.ambition.steps and not each.ambition.reached
            for each in self.proposed
        )


def ambitions(plan: Plan, today: date) -> list[MeasurePast]:
    """Every number that a plan promises, beside the past of what it continues. Seven queries, and
    six for each former plan."""
    rows = {row.pk: row for row in Indicator.objects.filter(strategy__plan=plan)}
    former = former_years(rows.values(), today)
    shown = indicator_rows(
        plan, due_month(plan, today), today, Indicator.objects.filter(strategy__plan=plan)
    )
    targets = _numbers(plan)
    found = []
    for row in shown:
        past = former.get(row.id, ())
        for place, measure in enumerate(row.facts.measures):
            proposed = targets.get(measure.id, {})
            if proposed:
                lower = row.facts.direction == LOWER
                figures = _closing(past, measure, place)
                found.append(
                    MeasurePast(
                        row.code, row.name, measure.label, measure.unit_label, lower,
                        tuple((year, format_number(each)) for year, each in figures.items()),
                        _proposed(figures, proposed, lower_is_better=lower),
                    )
                )  # fmt: skip
    return found


def _numbers(plan: Plan) -> dict[int, dict[int, Decimal]]:
    """The numbers promised, by measure and year. One query."""
    found: dict[int, dict[int, Decimal]] = {}
    rows = YearTarget.objects.filter(
        indicator__strategy__plan=plan, kind=YearTarget.Kind.NUMERIC
    ).order_by("fiscal_year")
    for year, measure, value in rows.values_list(
        "fiscal_year", "values__measure_id", "values__value"
    ):
        if measure is not None:
            found.setdefault(measure, {})[year] = value
    return found


def _closing(past: tuple[FormerYear, ...], measure: MeasureFacts, place: int) -> dict[int, Decimal]:
    return {
        year.year: value
        for year in past
        if year.is_complete and (value := year.value(measure, place)) is not None
    }


def _proposed(
    figures: Mapping[int, Decimal], targets: Mapping[int, Decimal], *, lower_is_better: bool
) -> tuple[Proposed, ...]:
    """The first promise is held against the last closing figure, each other one against the
    promise before it."""
    found = []
    known = [(year, value) for year, value in sorted(figures.items()) if year < min(targets)]
    before = known[-1] if known else None
    for after in sorted(targets.items()):
        judged = None
        if before is not None:
            judged = ambition(figures, before, after, lower_is_better=lower_is_better)
        found.append(Proposed(*after, judged))
        before = after
    return tuple(found)
