"""The filters of the list of assessments."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from integrity.models import SelfAssessment
from integrity.rubric_rows import edition_name
from strategy.thai import sort_key


class AssessmentFilter(django_filters.FilterSet):
    """Edition, level, province and part of a name. One query for the choices."""

    text = django_filters.CharFilter(label=_("name"), method="filter_text")
    rubric = django_filters.ChoiceFilter(label=_("edition"), empty_label=_("all"))
    level = django_filters.ChoiceFilter(
        label=_("level of the organisation"),
        choices=SelfAssessment.Level.choices,
        empty_label=_("all"),
    )
    province = django_filters.ChoiceFilter(label=_("province"), empty_label=_("all"))

    class Meta:
        model = SelfAssessment
        fields: list[str] = []

    def __init__(self, data: Any, *, queryset: QuerySet[SelfAssessment]) -> None:
        super().__init__(data, queryset=queryset)
        found = list(
            queryset.order_by()
            .values_list("rubric", "rubric__organisation_kind", "rubric__fiscal_year", "province")
            .distinct()
        )
        self.filters["rubric"].extra["choices"] = _editions(found)
        self.filters["province"].extra["choices"] = [
            (name, name) for name in sorted({row[3] for row in found if row[3]}, key=sort_key)
        ]

    def filter_text(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(Q(organisation__icontains=value) | Q(province__icontains=value))


def _editions(found: Iterable[tuple[int, str, int, str]]) -> list[tuple[int, str]]:
    """Editions by id and name, the newest first."""
    rows = {(-year, kind, pk) for pk, kind, year, _province in found}
    return [(pk, edition_name(kind, -year)) for year, kind, pk in sorted(rows)]
