"""Lists of the admin: searched by code, odd filters answered calmly, few links, rows read along."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.admin import (
    FieldListFilter,
    ModelAdmin,
    RelatedFieldListFilter,
    ShowFacets,
)
from django.contrib.admin.options import IncorrectLookupParameters
from django.db import DataError, models
from django.db.models import F, Value
from django.db.models.functions import Cast, Concat
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext as _

from strategy.access import viewer
from strategy.models import Plan, Strategy, Unit
from strategy.records.model import Record

#: What a filter in an address can ask for that no database can answer: numbers too large for any
#: column, null characters.
REFUSED_BY_DATABASE = (OverflowError, ValueError, DataError)
#: Lists of more rows than these are not counted out beside the filters: every filter's counts read
#: all rows once more.
COUNTED = 50_000
#: The name under which a list is searched by code.
PRINTED = "printed_code"


def printed_code(of: str) -> Concat:
    """A code as people know it, "S3-1.1": the plan's prefix, the strategy's number, its own.

    No column holds it. ``of``: the way to the row that has it, "" or such as "indicator__".
    """
    return Concat(
        F(f"{of}strategy__plan__code_prefix"),
        Cast(F(f"{of}strategy__number"), models.CharField()),
        Value("-"),
        Cast(F(f"{of}number"), models.CharField()),
        output_field=models.CharField(),
    )


class CalmList:
    """A list that answers an impossible filter as it answers any wrong one, not with an error."""

    #: Each choice of a filter says how many rows it leaves, up to COUNTED rows in all.
    show_facets = ShowFacets.ALWAYS
    #: The way to what has a code, such as "indicator__", "" for the row itself; None: nothing has.
    code_of: str | None = None

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Patterns are nobody's to send: a slow one would keep the server busy."""
        allowed = super().lookup_allowed(lookup, value, request)  # type: ignore[misc]
        return allowed and not lookup.endswith("regex")

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet, search_term: str
    ) -> tuple[models.QuerySet, bool]:
        """By the code as pages print it too, where the list's ``search_fields`` ask for it."""
        if search_term and self.code_of is not None:
            queryset = queryset.annotate(**{PRINTED: printed_code(self.code_of)})
        found: tuple[models.QuerySet, bool] = super().get_search_results(  # type: ignore[misc]
            request, queryset, search_term
        )
        return found

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """The columns; what is true or not is told in words."""
        columns = super().get_list_display(request)  # type: ignore[misc]
        fields = {field.name: field for field in self.opts.fields}  # type: ignore[attr-defined]
        return [
            told_in_words(field)
            if isinstance(field := fields.get(name), models.BooleanField)
            else name
            for name in columns
        ]

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        fields = list(super().get_search_fields(request))  # type: ignore[misc]
        return fields if self.code_of is None else [PRINTED, *fields]

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        try:
            changelist = super().get_changelist_instance(request)  # type: ignore[misc]
        except REFUSED_BY_DATABASE as error:
            raise IncorrectLookupParameters(error) from error
        if (changelist.full_result_count or 0) > COUNTED:
            changelist.add_facets = False
        return changelist


def told_in_words(field: Any) -> Callable[[Any], Any]:
    """A column for what is true or not: a word, since a cross reads as "wrong" where it means no.

    Of samples the column says so; what is real is the rule and says nothing more.
    """
    is_sample = field.name.endswith("is_sample")

    @admin.display(description=field.verbose_name, ordering=field.name)
    def told(row: Any) -> Any:
        if getattr(row, field.name):
            return (
                format_html('<span class="sample">{}</span>', _("sample"))
                if is_sample
                else _("yes")
            )
        return _("real data") if is_sample else _("no")

    # The admin calls a column's cells by this name.
    told.__name__ = field.name
    return told


def links(model: type[models.Model], depth: int = 3) -> list[str]:
    """The paths of a model's foreign keys, and of theirs in turn."""
    found = []
    for field in model._meta.fields:
        if isinstance(field, models.ForeignKey):
            further = links(field.related_model, depth - 1) if depth > 1 else []
            found += [field.name, *(f"{field.name}__{path}" for path in further)]
    return found


def with_links(rows: models.QuerySet) -> models.QuerySet:
    """The rows with what their foreign keys, and theirs in turn, point at."""
    paths = links(rows.model)
    # Without a name select_related would follow every key, not none.
    return rows.select_related(*paths) if paths else rows


def plain_deletion(found: tuple[Any, ...], objs: Any) -> tuple[Any, ...]:
    """What a deletion takes along, without the rows of link tables and logs that nobody knows.

    ``found`` is what ModelAdmin.get_deleted_objects gives: names, counts, permissions that are
    missing, rows that forbid it.
    """
    _names, counts, lacking, protected = found
    known = {
        str(model._meta.verbose_name_plural)
        for model in apps.get_models()
        if issubclass(model, Record)
    }
    shown = {name: count for name, count in counts.items() if str(name) in known}
    return [str(obj) for obj in objs], shown, lacking, protected


#: Where there are more choices than these, those of one's own agencies alone are links. The rows
#: of others are found by searching.
MOST = 60
_AGENCY: dict[type[models.Model], str] = {Plan: "agency", Unit: "agency", Strategy: "plan__agency"}


class FewLinks(RelatedFieldListFilter):
    """A filter by plan, strategy or unit."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: ModelAdmin) -> Any:
        """The choices, read once for each request: counting makes every filter anew."""
        read = request.__dict__.setdefault("choices_read", {})
        if field not in read:
            read[field] = self._choices(field, request, model_admin)
        return read[field]

    def _choices(self, field: Any, request: HttpRequest, model_admin: ModelAdmin) -> Any:
        model: type[models.Model] = field.remote_field.model
        narrowed: Any = models.Q()
        if model._default_manager.count() > MOST:
            narrowed &= models.Q(**{f"{_AGENCY[model]}__in": own_agencies(request)})
        draft = model.of_draft if issubclass(model, Record) else ""
        if draft and not viewer(request.user).is_planner:
            narrowed &= models.Q(**{draft: False})
        ordering = self.field_admin_ordering(field, request, model_admin)
        return field.get_choices(include_blank=False, ordering=ordering, limit_choices_to=narrowed)


def own_agencies(request: HttpRequest) -> list[int]:
    """The agencies in whose units a person works; of those who work in none, that of the plan at
    work."""
    own = viewer(request.user).agency_ids
    if own:
        return sorted(own)
    plans = Plan.objects.order_by("-is_current", "-first_year", "pk")
    return list(plans.values_list("agency_id", flat=True)[:1])


FieldListFilter.register(
    lambda field: isinstance(field, models.ForeignKey) and field.remote_field.model in _AGENCY,
    FewLinks,
    take_priority=True,
)
