"""The tables of what a plan promises: indicators, what they count, where they stood, targets."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kpis.models import Baseline, Indicator, LevelCriterion, Measure, YearTarget
from kpis.write.results import value_field
from kpis.write.targets import EnteredPoint, TargetEntry, baseline_set, target_change
from nhrc_plan.drafts.columns import (
    CHOICE,
    MONTH,
    NUMBER,
    NUMBERS,
    WHOLE,
    YEAR,
    YES,
    Column,
    choices_of,
)
from nhrc_plan.drafts.tables.structure import (
    OBJECTIVES,
    STRATEGIES,
    UNITS,
    account_named,
    username,
)
from nhrc_plan.drafts.tables.table import Key, Putting, Scope, Table, Values, named
from strategy.models import Account, Plan
from strategy.owners.model import OWNERS, Owned
from strategy.owners.people import people, refusal

_CODE = re.compile(r"\D*(\d+)-(.+)")


def split_code(code: str, column: str = "code") -> tuple[int, str]:
    """Strategy and number of a code such as "S3-1.1"; the prefix is the plan's own."""
    found = _CODE.fullmatch(code)
    if found is None:
        raise ValidationError(
            {column: _("“%(code)s” is no code; write such as S3-1.1: the number of the strategy, "
                       "a hyphen, the own number.") % {"code": code[:40]}}
        )  # fmt: skip
    return int(found[1]), found[2]


def place_of(code: str) -> str:
    """A code without the plan's prefix: "3-1.1"."""
    strategy, number = split_code(code)
    return f"{strategy}-{number}"


class Placed(Table):
    """Rows that are found by the code of what they are or belong to."""

    def key(self, values: Values) -> Key:
        first, *others = self.keys
        return (place_of(values[first]), *(values[name] for name in others))


class OwnedTable(Placed):
    """Rows that somebody answers for; who is new to a row has to be somebody who can."""

    def owners(self, values: Values) -> Values:
        return {name: account_named(values[name], name) for name in OWNERS}

    def put(self, at: Putting, values: Values, row: Any | None) -> Any:
        before = {getattr(row, f"{name}_id") for name in OWNERS} if row is not None else set()
        instance: Owned = self.put_row(at, values, row)
        for name in OWNERS:
            account = getattr(instance, name)
            if account is not None and account.pk not in before:
                person = people(Account.objects.filter(pk=account.pk))[account.pk]
                problem = refusal(person, instance.reporters())
                if problem is not None:
                    raise ValidationError({name: problem})
        return instance

    def put_row(self, at: Putting, values: Values, row: Any | None) -> Any:
        return super().put(at, values, row)


OWNER_COLUMNS = (
    Column("accountable", gettext_lazy("accountable person (user name)"), width=22),
    Column("deputy", gettext_lazy("deputy (user name)"), width=22),
)


def named_owners(row: Any) -> Values:
    return {name: username(getattr(row, name)) for name in OWNERS}


class Indicators(OwnedTable):
    code = "indicators"
    title = gettext_lazy("indicators")
    model = Indicator
    keys = ("code",)
    fields = (
        "position", "name", "definition", "activity", "direction", "accrual", "accrual_basis",
        "frequency", "weight", "baseline_text", "suggestion",
    )  # fmt: skip
    columns = (
        Column("code", gettext_lazy("code"), needed=True),
        Column("objective", gettext_lazy("number of the objective"), WHOLE, needed=True),
        named(Indicator, "position", kind=WHOLE, needed=True),
        named(Indicator, "name", width=70, needed=True),
        named(Indicator, "definition", width=60),
        named(Indicator, "activity", width=40),
        named(
            Indicator, "direction", kind=CHOICE, width=20, empty="higher",
            choices=choices_of(Indicator.Direction.choices),
        ),
        named(
            Indicator, "accrual", kind=CHOICE, width=30, needed=True,
            choices=choices_of(Indicator.Accrual.choices),
        ),
        named(
            Indicator, "accrual_basis", kind=CHOICE, width=20, empty="reading",
            choices=choices_of(Indicator.AccrualBasis.choices),
        ),
        Column("unit", gettext_lazy("responsible unit"), width=40, of="units"),
        named(
            Indicator, "frequency", kind=CHOICE, width=18, empty="year",
            choices=choices_of(Indicator.Frequency.choices),
        ),
        named(Indicator, "weight", kind=NUMBER, empty=1),
        named(Indicator, "baseline_text", width=24),
        named(Indicator, "suggestion", width=18),
        *OWNER_COLUMNS,
        Column(
            "continues",
            gettext_lazy("continues (short name of the former plan, code)"),
            width=36,
        ),
    )  # fmt: skip

    def query(self, scope: Scope) -> Iterable[Indicator]:
        rows = Indicator.objects.filter(strategy__plan=scope.plan)
        return rows.order_by("strategy__number", "position").select_related(
            "strategy__plan", "objective", "unit", "accountable__user", "deputy__user",
            "continues__strategy__plan",
        )  # fmt: skip

    def values(self, row: Any) -> Values:
        former = row.continues
        return {
            **super().values(row),
            **named_owners(row),
            "code": row.code,
            "objective": row.objective.number,
            "unit": row.unit.name if row.unit else "",
            "continues": f"{former.strategy.plan.slug} {former.code}" if former else "",
        }

    def given(self, at: Putting, values: Values) -> Values:
        strategy, number = split_code(values["code"])
        unit = values["unit"]
        return {
            **super().given(at, values),
            **self.owners(values),
            "number": number,
            "strategy": at.find(STRATEGIES, (strategy,), "code"),
            "objective": at.find(OBJECTIVES, (strategy, values["objective"]), "objective"),
            "unit": at.find(UNITS, (unit,), "unit") if unit else None,
            "continues": self._former(at, values["continues"]),
        }

    def _former(self, at: Putting, text: str) -> Indicator | None:
        if not text:
            return None
        slug, _space, code = text.partition(" ")
        plan = Plan.every.filter(agency=at.agency, slug=slug).first()
        if plan is not None:
            strategy, number = split_code(code.strip(), "continues")
            rows = Indicator.objects.filter(strategy__plan=plan, strategy__number=strategy)
            found = rows.filter(number=number).select_related("strategy__plan").first()
            if found is not None:
                return found
        raise ValidationError(
            {"continues": _("“%(text)s” was not found. Write the short name of a plan of the "
                            "agency, a space, and the code of the indicator there.")
             % {"text": text[:80]}}
        )  # fmt: skip


_OF = Column("code", gettext_lazy("code of the indicator"), needed=True)


class Measures(Placed):
    code = "measures"
    title = gettext_lazy("what is measured")
    model = Measure
    keys = ("code", "position")
    fields = ("position", "label", "unit_label", "kind", "whole")
    columns = (
        _OF,
        named(Measure, "position", kind=WHOLE, empty=1),
        named(Measure, "label", width=40),
        named(Measure, "unit_label", width=20),
        named(
            Measure, "kind", kind=CHOICE, width=20, choices=choices_of(Measure.Kind.choices),
            needed=True,
        ),
        named(Measure, "whole", kind=YES),
    )  # fmt: skip

    def query(self, scope: Scope) -> Iterable[Measure]:
        rows = Measure.objects.filter(indicator__strategy__plan=scope.plan)
        order = ("indicator__strategy__number", "indicator__position", "position")
        return rows.order_by(*order).select_related("indicator__strategy__plan")

    def values(self, row: Any) -> Values:
        return {**super().values(row), "code": row.indicator.code}

    def given(self, at: Putting, values: Values) -> Values:
        indicator = at.find(INDICATORS, (place_of(values["code"]),), "code")
        return {**super().given(at, values), "indicator": indicator}


class Baselines(Placed):
    code = "baselines"
    title = gettext_lazy("baselines")
    model = Baseline
    keys = ("code", "measure", "fiscal_year", "month")
    fields = ("value", "source", "fiscal_year", "month")
    columns = (
        _OF,
        Column("measure", gettext_lazy("order of what is measured"), WHOLE, empty=1),
        named(Baseline, "fiscal_year", kind=YEAR, needed=True),
        named(Baseline, "month", kind=MONTH, width=16, needed=True),
        named(Baseline, "value", kind=NUMBER, needed=True),
        named(Baseline, "source", width=60, needed=True),
    )

    def query(self, scope: Scope) -> Iterable[Baseline]:
        rows = Baseline.objects.filter(measure__indicator__strategy__plan=scope.plan)
        return rows.order_by(
            "measure__indicator__strategy__number", "measure__indicator__position",
            "measure__position", "fiscal_year", "month",
        ).select_related("measure__indicator__strategy__plan")  # fmt: skip

    def values(self, row: Any) -> Values:
        measure = row.measure
        above = {"code": measure.indicator.code, "measure": measure.position}
        return {**super().values(row), **above}

    def put(self, at: Putting, values: Values, row: Any | None) -> Any:
        key = (place_of(values["code"]), values["measure"])
        instance = row if row is not None else Baseline()
        instance.measure = at.find(MEASURES, key, "measure")
        for name in self.fields:
            setattr(instance, name, values[name])
        return baseline_set(user=at.user, baseline=instance, reason=at.reason)


class Levels(Placed):
    code = "levels"
    title = gettext_lazy("level criteria")
    model = LevelCriterion
    keys = ("code", "kind", "level")
    fields = ("kind", "level", "text", "threshold")
    columns = (
        _OF,
        named(
            LevelCriterion, "kind", kind=CHOICE, width=26, empty="level",
            choices=choices_of(LevelCriterion.Kind.choices),
        ),
        named(LevelCriterion, "level", kind=WHOLE, needed=True),
        named(LevelCriterion, "text", width=90, needed=True),
        named(LevelCriterion, "threshold", kind=NUMBER),
    )  # fmt: skip

    def query(self, scope: Scope) -> Iterable[LevelCriterion]:
        rows = LevelCriterion.objects.filter(indicator__strategy__plan=scope.plan)
        return rows.order_by(
            "indicator__strategy__number", "indicator__position", "kind", "level"
        ).select_related("indicator__strategy__plan")

    def values(self, row: Any) -> Values:
        return {**super().values(row), "code": row.indicator.code}

    def given(self, at: Putting, values: Values) -> Values:
        indicator = at.find(INDICATORS, (place_of(values["code"]),), "code")
        return {**super().given(at, values), "indicator": indicator}


#: The columns of numbers of a target, with the parts of the figures that they hold.
_PARTS = {"target": "value", "q1": "q1", "q2": "q2", "q3": "q3"}


class Targets(Placed):
    code = "targets"
    title = gettext_lazy("year targets")
    model = YearTarget
    keys = ("code", "fiscal_year")
    fields = ("fiscal_year", "kind", "milestone", "due_month", "plan_text")
    columns = (
        _OF,
        named(YearTarget, "fiscal_year", kind=YEAR, needed=True),
        named(
            YearTarget, "kind", kind=CHOICE, width=22, choices=choices_of(YearTarget.Kind.choices),
            needed=True,
        ),
        Column("target", gettext_lazy("target"), NUMBERS, 16),
        Column("q1", gettext_lazy("planned by quarter 1"), NUMBERS, 16),
        Column("q2", gettext_lazy("planned by quarter 2"), NUMBERS, 16),
        Column("q3", gettext_lazy("planned by quarter 3"), NUMBERS, 16),
        named(YearTarget, "milestone", width=50),
        named(YearTarget, "due_month", kind=MONTH, width=16),
        named(YearTarget, "plan_text", width=24),
    )  # fmt: skip

    def query(self, scope: Scope) -> Iterable[YearTarget]:
        rows = YearTarget.objects.filter(indicator__strategy__plan=scope.plan)
        return (
            rows.order_by("indicator__strategy__number", "indicator__position", "fiscal_year")
            .select_related("indicator__strategy__plan")
            .prefetch_related("values__measure")
        )

    def values(self, row: Any) -> Values:
        points = sorted(row.values.all(), key=lambda point: point.measure.position)
        numbers = {
            name: [getattr(point, part) for point in points] for name, part in _PARTS.items()
        }
        return {**super().values(row), **numbers, "code": row.indicator.code}

    def put(self, at: Putting, values: Values, row: Any | None) -> Any:
        place = place_of(values["code"])
        indicator = at.find(INDICATORS, (place,), "code")
        target = row if row is not None else YearTarget()
        target.indicator, target.fiscal_year = indicator, values["fiscal_year"]
        target.plan_text = values["plan_text"]
        held = at.rows.get(MEASURES.code, {})
        measures = [held[key] for key in sorted(key for key in held if key[0] == place)]
        points = self._points(values, measures)
        entry = TargetEntry(values["kind"], points, values["milestone"], values["due_month"])
        if target.fiscal_year not in indicator.strategy.plan.years:
            raise ValidationError({"fiscal_year": _("The year is none of the plan's.")})
        try:
            changed = target_change(user=at.user, target=target, entry=entry, reason=at.reason)
        except ValidationError as refused:
            if not hasattr(refused, "error_dict"):
                raise
            beside = {
                value_field(measure.pk, part): name
                for measure in measures
                for name, part in _PARTS.items()
            }
            raise ValidationError(
                {beside.get(name, name): each for name, each in refused.error_dict.items()}
            ) from None
        return changed

    def _points(self, values: Values, measures: list[Measure]) -> dict[int, EnteredPoint]:
        numbers = {name: values[name] for name in _PARTS}
        if values["kind"] != YearTarget.Kind.NUMERIC:
            wrong = next((name for name, held in numbers.items() if held), "")
            if wrong:
                raise ValidationError({wrong: _("Only a target that is a number has figures.")})
            return {}
        if not measures:
            raise ValidationError({NON_FIELD_ERRORS: _("The indicator measures nothing yet.")})
        for name, held in numbers.items():
            if held and len(held) != len(measures):
                raise ValidationError(
                    {name: _("The indicator measures %(count)s things: write so many numbers, with "
                             "“;” between them.") % {"count": len(measures)}}
                )  # fmt: skip
        return {
            measure.pk: EnteredPoint(*(held[place] if held else None for held in numbers.values()))
            for place, measure in enumerate(measures)
        }


INDICATORS, MEASURES, BASELINES = Indicators(), Measures(), Baselines()
LEVELS, TARGETS = Levels(), Targets()
