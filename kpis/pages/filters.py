"""The indicator table's filters."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from kpis.models import Indicator, Measure
from kpis.read.rows import IndicatorRow, PlanStanding
from strategy.models import Plan
from strategy.standing.status import STATUSES
from strategy.standing.words import STATUS_LABELS
from strategy.thai import sort_key, to_arabic


class IndicatorFilter(django_filters.FilterSet):
    """Filters a plan's indicators; the status comes from the rows as they stand."""

    text = django_filters.CharFilter(label=_("text"), method="filter_text")
    strategy = django_filters.ChoiceFilter(
        label=_("strategy"), field_name="strategy__number", empty_label=_("all")
    )
    unit = django_filters.ChoiceFilter(
        label=_("unit"),
        field_name="unit",
        empty_label=_("all"),
        null_label=_("no unit yet"),
    )
    status = django_filters.ChoiceFilter(
        label=_("status"),
        choices=[(code, STATUS_LABELS[code]) for code in STATUSES],
        method="filter_status",
        empty_label=_("all"),
    )
    kind = django_filters.ChoiceFilter(
        label=_("kind"),
        field_name="measures__kind",
        choices=Measure.Kind.choices,
        distinct=True,
        empty_label=_("all"),
    )

    class Meta:
        model = Indicator
        fields: list[str] = []

    def __init__(self, data: Any, *, plan: Plan, standing: PlanStanding) -> None:
        super().__init__(data, queryset=Indicator.objects.filter(strategy__plan=plan))
        self.standing = standing
        self.filters["strategy"].label = plan.strategy_label
        # The rows at hand know the choices; asking the database again would cost two queries.
        self.filters["strategy"].extra["choices"] = [
            (part.number, f"{part.number} {part.name}") for part in standing.strategies
        ]
        units = {row.unit_id: row.unit_name for row in standing.rows if row.unit_id is not None}
        self.filters["unit"].extra["choices"] = sorted(
            units.items(), key=lambda unit: sort_key(unit[1] or "")
        )

    @property
    def rows(self) -> list[IndicatorRow]:
        """The rows that meet the filters, in the plan's order."""
        if not any(self.data.get(name) for name in self.filters):
            return self.standing.rows
        ids = set(self.qs.order_by().values_list("pk", flat=True))
        return [row for row in self.standing.rows if row.id in ids]

    def filter_text(self, queryset: QuerySet[Indicator], name: str, value: str) -> QuerySet:
        """Part of a name, or of a code such as S3-1.1."""
        wanted = to_arabic(value).casefold()
        ids = [
            row.id
            for row in self.standing.rows
            if wanted in row.code.casefold() or wanted in to_arabic(row.name).casefold()
        ]
        return queryset.filter(pk__in=ids)

    def filter_status(self, queryset: QuerySet[Indicator], name: str, value: str) -> QuerySet:
        ids = [row.id for row in self.standing.rows if row.current.status == value]
        return queryset.filter(pk__in=ids)
