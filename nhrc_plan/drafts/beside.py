"""Two plans side by side: what is carried over, new, dropped, and promised otherwise."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy

from kpis.models import Indicator
from kpis.read.rows import IndicatorRow
from kpis.read.standing import indicator_rows
from strategy.models import Plan, PlanStatement
from strategy.read import due_month
from strategy.thai import format_exact

SAME, CHANGED, NEW, DROPPED = "same", "changed", "new", "dropped"
LABELS = {
    SAME: gettext_lazy("goes on unchanged"),
    CHANGED: gettext_lazy("goes on, changed"),
    NEW: gettext_lazy("new"),
    DROPPED: gettext_lazy("dropped"),
}
SHAPES = {SAME: "–", CHANGED: "●", NEW: "✚", DROPPED: "✖"}


class Change(NamedTuple):
    label: str
    before: str
    after: str


class Pair(NamedTuple):
    """A goal or an indicator in both plans; "" where one of them has none such."""

    outcome: str
    before: str
    after: str
    name: str
    changes: tuple[Change, ...] = ()

    @property
    def label(self) -> str:
        return str(LABELS[self.outcome])

    @property
    def shape(self) -> str:
        return SHAPES[self.outcome]


class PlanPair(NamedTuple):
    former: Plan
    plan: Plan
    goals: list[Pair]
    indicators: list[Pair]

    @property
    def counts(self) -> list[tuple[str, str, int]]:
        """How many indicators come to what."""
        return [
            (SHAPES[outcome], str(label), sum(p.outcome == outcome for p in self.indicators))
            for outcome, label in LABELS.items()
        ]


def side_by_side(former: Plan, plan: Plan, today: date) -> PlanPair:
    """An indicator is carried over where it says that it continues the other; where nothing does,
    where the two have the same name. Sixteen queries."""
    return PlanPair(former, plan, _goals(former, plan), _indicators(former, plan, today))


def _goals(former: Plan, plan: Plan) -> list[Pair]:
    def texts(of: Plan) -> dict[str, int]:
        rows = PlanStatement.objects.filter(plan=of, kind=PlanStatement.Kind.GOAL)
        return {row.text.strip(): row.number for row in rows.order_by("number")}

    before, after = texts(former), texts(plan)
    free = {number: text for text, number in before.items() if text not in after}
    found = []
    for text, number in after.items():
        if text in before:
            found.append(Pair(SAME, str(before[text]), str(number), text))
        elif number in free:
            told = Change(str(PlanStatement.Kind.GOAL.label), free.pop(number), text)
            found.append(Pair(CHANGED, str(number), str(number), text, (told,)))
        else:
            found.append(Pair(NEW, "", str(number), text))
    return [*found, *(Pair(DROPPED, str(number), "", text) for number, text in free.items())]


class _Side:
    """The indicators of one plan, with their rows."""

    def __init__(self, plan: Plan, today: date) -> None:
        own = Indicator.objects.filter(strategy__plan=plan)
        read = own.select_related("strategy__plan", "unit").prefetch_related("measures")
        self.models = {row.pk: row for row in read}
        rows = indicator_rows(plan, due_month(plan, today), today, own)
        self.rows: dict[int, IndicatorRow] = {row.id: row for row in rows}

    def facts(self, pk: int) -> dict[str, str]:
        """What is compared, in words by label."""
        row, shown = self.models[pk], self.rows[pk]
        labels = {name: str(Indicator._meta.get_field(name).verbose_name) for name in _COMPARED}  # type: ignore[union-attr]
        told: dict[str, Any] = {
            "name": row.name,
            "definition": row.definition,
            "unit": row.unit,
            "weight": format_exact(row.weight),
            "direction": row.get_direction_display(),
            "accrual": row.get_accrual_display(),
        }
        found = {labels[name]: str(value or "–") for name, value in told.items()}
        measures = [f"{each} ({each.get_kind_display()})" for each in row.measures.all()]
        found[str(_MEASURED)] = ", ".join(measures) or "–"
        found[str(_TARGETS)] = " · ".join(
            f"{cell.year}: {cell.target or '–'}" for cell in shown.cells
        )
        return found

    def promises(self, pk: int) -> list[str | None]:
        """What the years promise, in their order."""
        return [cell.target for cell in self.rows[pk].cells]


_COMPARED = ("name", "definition", "unit", "weight", "direction", "accrual")
_MEASURED, _TARGETS = gettext_lazy("what is measured"), gettext_lazy("targets by year")


def _indicators(former: Plan, plan: Plan, today: date) -> list[Pair]:
    before, after = _Side(former, today), _Side(plan, today)
    goes_on = _matched(before.models.values(), after.models.values())
    found = []
    for pk in after.rows:
        row, then = after.models[pk], goes_on.get(pk)
        if then is None:
            told = (Change(str(_TARGETS), "–", after.facts(pk)[str(_TARGETS)]),)
            found.append(Pair(NEW, "", row.code, row.name, told))
            continue
        old, new = before.facts(then), after.facts(pk)
        changes = tuple(
            Change(label, old[label], new[label]) for label in new if old[label] != new[label]
        )
        targets = str(_TARGETS)
        # Years differ in any case: what is promised is held against it year for year.
        revised = before.promises(then) != after.promises(pk)
        changed = revised or any(change.label != targets for change in changes)
        code = before.models[then].code
        found.append(Pair(CHANGED if changed else SAME, code, row.code, row.name, changes))
    kept = set(goes_on.values())
    gone = [before.models[pk] for pk in before.rows if pk not in kept]
    return [*found, *(Pair(DROPPED, row.code, "", row.name) for row in gone)]


def _matched(before: Iterable[Indicator], after: Iterable[Indicator]) -> dict[int, int]:
    """The indicator of the former plan that each one carries on."""
    former = {row.pk: row for row in before}
    found = {row.pk: row.continues_id for row in after if row.continues_id in former}
    names = {row.name.strip(): pk for pk, row in former.items() if pk not in found.values()}
    for row in after:
        if row.pk not in found and row.name.strip() in names:
            found[row.pk] = names.pop(row.name.strip())
    return {own: then for own, then in found.items() if then is not None}
