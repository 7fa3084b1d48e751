"""Rows of a stored fact below their parent's form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.forms import BaseInlineFormSet
from django.forms.formsets import DELETION_FIELD_NAME
from django.http import HttpRequest

from strategy.records import write
from strategy.records.fields import ThaiFields
from strategy.records.forms import RecordInlineForm
from strategy.records.model import Record


class NamedInlineFormSet(BaseInlineFormSet):
    """Rows below a parent whose refusals call a field what its reader calls it."""

    def get_unique_error_message(self, unique_check: Sequence[str]) -> str:
        assert self.model is not None
        fields = self.model._meta
        names = (name for name in unique_check if name != self.fk.name)
        return super().get_unique_error_message(
            [str(fields.get_field(name).verbose_name) for name in names]
        )


class RecordInlineFormSet(NamedInlineFormSet):
    """The rows below a parent; one that other data depends on is not taken out.

    Said before anything is saved, so that what was typed elsewhere on the form is not lost.
    """

    def clean(self) -> None:
        super().clean()
        for form in self.initial_forms:
            if form.cleaned_data.get(DELETION_FIELD_NAME):
                try:
                    write.refuse_depended_on(form.instance)
                except ValidationError as refused:
                    raise ValidationError(f"{form.instance}: {refused.messages[0]}") from refused


class RecordInline(ThaiFields, admin.TabularInline):
    """Rows of a stored fact below their parent; each carries the version that was read."""

    form = RecordInlineForm
    formset = RecordInlineFormSet
    extra = 0
    show_change_link = True

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The version goes with every row that may be changed, whichever fields are named."""
        fields = [name for name in self.get_fields(request, obj) if name != "expected_version"]
        if self.has_change_permission(request, obj):
            fields.append("expected_version")
        return [(None, {"fields": fields})]


def written_rows(formset: Any) -> list[Record]:
    """The new and the changed rows of a formset, after its ``save(commit=False)``."""
    return [*formset.new_objects, *(obj for obj, _fields in formset.changed_objects)]


Versioned = list[tuple[Any, int | None]]


def changes_of(formset: Any) -> tuple[Versioned, Versioned]:
    """The rows of a valid formset to save, and to delete, each with the version that was read."""
    formset.save(commit=False)
    written = written_rows(formset)
    saved: Versioned = []
    deleted: Versioned = []
    for row in formset.forms:
        version = row.cleaned_data.get("expected_version")
        if row.instance in formset.deleted_objects:
            deleted.append((row.instance, version))
            continue
        is_news = row.instance.pk is None or row.really_changed
        if row.has_changed() and row.instance in written and is_news:
            saved.append((row.instance, version))
    return saved, deleted
