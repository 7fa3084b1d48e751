"""The filters of the list of assessments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from integrity.models import SelfAssessment
from integrity.rubric_rows import Edition
from strategy.thai import sort_key


class AssessmentFilter(django_filters.FilterSet):
    """Edition, level, province and part of a name. One query for the provinces to choose from."""

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

    def __init__(
        self, data: Any, *, queryset: QuerySet[SelfAssessment], editions: Mapping[int, Edition]
    ) -> None:
        super().__init__(data, queryset=queryset)
        self.filters["rubric"].extra["choices"] = [
            (pk, edition.name) for pk, edition in editions.items()
        ]
        names = queryset.order_by().values_list("province", flat=True).distinct()
        self.filters["province"].extra["choices"] = [
            (name, name) for name in sorted(filter(None, names), key=sort_key)
        ]

    def filter_text(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(Q(organisation__icontains=value) | Q(province__icontains=value))
