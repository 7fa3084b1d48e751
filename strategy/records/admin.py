"""The admin of every stored fact: thin forms over the services, history, exports."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import AdminErrorList, AdminForm
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from import_export.admin import ExportMixin
from import_export.forms import ExportForm

from strategy.access import viewer
from strategy.around import PageBeside
from strategy.clock import today
from strategy.closing import guard
from strategy.models import Unit
from strategy.records import write
from strategy.records.export import FORMATS, ComputedField, RecordResource
from strategy.records.fields import ThaiFields
from strategy.records.forms import (
    RecordForm,
    add_errors,
    typed_text,
)
from strategy.records.history import Entry, history_of
from strategy.records.inline import changes_of
from strategy.records.lists import REFUSED_BY_DATABASE, CalmList, plain_deletion, with_links
from strategy.records.model import Record
from strategy.thai import address_date

#: The stock admin's own titles of a form, with its own words for them.
_ADD, _CHANGE = "Add %s", "Change %s"


class RecordAdmin(PageBeside, CalmList, ThaiFields, ExportMixin, admin.ModelAdmin):
    """Saves and deletes through the services; its history is the audit trail."""

    form = RecordForm
    formats = FORMATS
    resource_classes = [RecordResource]
    export_form_class = ExportForm
    export_template_name = "admin/export.html"
    list_per_page = 50
    save_on_top = False
    actions = None
    #: Methods of the list whose columns go into exports as well.
    export_columns: tuple[str, ...] = ()
    #: Fields that do not go into exports.
    export_exclude: tuple[str, ...] = ("id", "version")

    def page(
        self, request: HttpRequest, template: str, context: Mapping[str, Any]
    ) -> TemplateResponse:
        """A page of the admin about this model."""
        own = {**self.admin_site.each_context(request), "opts": self.opts}
        return TemplateResponse(request, template, {**own, **context})

    # -------------------------------------------------------------------------- reading

    def _do_file_export(self, file_format: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """The list as a file, under its name as people read it (RFC 6266)."""
        answer: HttpResponse = super()._do_file_export(file_format, *args, **kwargs)
        name = f"{self.opts.verbose_name_plural} {address_date(today())}"
        answer["Content-Disposition"] = content_disposition_header(
            True, f"{name}.{file_format.get_extension()}"
        )
        return answer

    def export_action(self, request: HttpRequest) -> HttpResponse:
        try:
            answer: HttpResponse = super().export_action(request)
            return answer
        except (*REFUSED_BY_DATABASE, IncorrectLookupParameters):
            # The list says which filter is wrong; there is nothing to export.
            info = (self.opts.app_label, self.opts.model_name)
            return HttpResponseRedirect(reverse("admin:{}_{}_changelist".format(*info)) + "?e=1")

    def get_export_formats(self) -> list[Any]:
        return list(self.formats)

    def get_export_resource_classes(self, request: HttpRequest) -> list[Any]:
        columns = {name: ComputedField(getattr(self, name)) for name in self.export_columns}
        # Rows are read by the thousand: linked ones cost a query for each part.
        options = {"model": self.model, "exclude": self.export_exclude, "chunk_size": 1000}
        meta = type("Meta", (), options)
        name = f"{self.model.__name__}Resource"
        rows = {"rows_of": staticmethod(self.export_rows)}
        return [type(name, (RecordResource,), {**columns, **rows, "Meta": meta})]

    def export_rows(self, row: Any) -> Iterable[Any]:
        """The rows that a row of the list makes in a file: itself."""
        return (row,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The rows; those of a draft plan are for planners."""
        rows: QuerySet[Any] = super().get_queryset(request)
        draft = self.model.of_draft if issubclass(self.model, Record) else ""
        if draft and not viewer(request.user).is_planner:
            rows = rows.exclude(**{draft: True})
        return rows

    def get_export_queryset(self, request: HttpRequest) -> Any:
        """The rows of the list, with all that their links are called: no query for each row."""
        rows = with_links(super().get_export_queryset(request))
        return rows.prefetch_related(*(field.name for field in self.opts.many_to_many))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The reason for a change comes last, the version is not seen."""
        fieldsets = super().get_fieldsets(request, obj)
        last = ("change_reason", "expected_version")
        shown: list[tuple[Any, dict[str, Any]]] = []
        for title, options in fieldsets:
            fields = [name for name in options["fields"] if name not in last]
            shown.append((title, {**options, "fields": fields}))
        if obj is not None and self.has_change_permission(request, obj):
            shown[-1][1]["fields"] += list(last)
        return shown

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        """The row, read once for each request; None where there is none that they may see."""
        read = request.__dict__.setdefault("rows_read", {})
        key = (self.opts.label, str(object_id), from_field)
        if key not in read:
            read[key] = super().get_object(request, object_id, from_field)
        return read[key]

    def require_row(self, request: HttpRequest, object_id: str, *, may: bool) -> None:
        """There is no page about a row that is not there, or is not theirs to see."""
        if self.get_object(request, unquote(object_id)) is None and may:
            raise Http404(_("There is no such row, or it is not yours to see."))

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """Who changed what, when and why."""
        obj = self.get_object(request, object_id)
        if obj is None:
            raise Http404
        if not self.has_view_or_change_permission(request, obj):
            raise PermissionDenied
        context = {
            "title": _("History: %(name)s") % {"name": obj},
            "object": obj,
            "entries": self.history_entries(obj),
            "titled": self.history_titled,
            **(extra_context or {}),
        }
        return self.page(request, "admin/record_history.html", context)

    #: Whether the history tells of several kinds of rows, so that each entry needs its title.
    history_titled = False

    def history_entries(self, obj: Any) -> Sequence[Entry]:
        """What the history of a row tells, newest first."""
        return history_of(self.model, id=obj.pk)

    # -------------------------------------------------------------------------- writing

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **more: Any
    ) -> HttpResponse:
        if request.method == "GET":
            warn_closed(request, self.month_rows(request, context.get("original")))
        return super().render_change_form(request, context, *args, **more)

    def month_rows(self, request: HttpRequest, obj: Any) -> Sequence[Record]:
        """Rows, stored or not, of the month to which the form writes: a figure's own."""
        is_figure = isinstance(obj, Record) and obj.is_of_a_month() and not obj.month_fields
        return [obj] if is_figure else []

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        if object_id is not None:
            may = self.has_view_or_change_permission(request)
            self.require_row(request, object_id, may=may)
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except _NotSaved as refused:
            return self._shown_again(request, object_id, form_url, extra_context, refused)

    def _shown_again(
        self,
        request: HttpRequest,
        object_id: str | None,
        form_url: str,
        extra_context: Any,
        refused: _NotSaved,
    ) -> HttpResponse:
        """The form with what was typed and why it was refused when it was to be saved."""
        request.__dict__.pop("rows_read", None)  # what the form changed in it was not saved
        obj = None if object_id is None else self.get_object(request, unquote(object_id))
        form, formsets = refused.form, refused.formsets
        admin_form = AdminForm(
            form,
            list(self.get_fieldsets(request, obj)),
            self.get_prepopulated_fields(request, obj),
            self.get_readonly_fields(request, obj),
            model_admin=self,
        )
        inlines = self.get_inline_formsets(
            request, formsets, self.get_inline_instances(request, obj), obj
        )
        title = _(_ADD if obj is None else _CHANGE)
        context = {
            **self.admin_site.each_context(request),
            "title": title % self.opts.verbose_name,
            "subtitle": None if obj is None else str(obj),
            "adminform": admin_form,
            "object_id": object_id,
            "original": obj,
            "is_popup": False,
            "to_field": None,
            "media": sum((each.media for each in inlines), self.media + admin_form.media),
            "inline_admin_formsets": inlines,
            "errors": AdminErrorList(form, formsets),
            "preserved_filters": self.get_preserved_filters(request),
            **(extra_context or {}),
        }
        return self.render_change_form(
            request, context, add=obj is None, change=obj is not None, obj=obj, form_url=form_url
        )

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Any:
        """The row as the form filled it in. What is written is written by ``write_row``."""
        return form.instance

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Nothing yet: row and rows below it are written together, in ``save_related``."""

    def save_related(
        self, request: HttpRequest, form: Any, formsets: list[Any], change: bool
    ) -> None:
        try:
            self.write_all(request, form, formsets, change)
        except ValidationError as refused:
            _tell(form, formsets, refused)
            raise _NotSaved(form, formsets) from refused

    def write_all(self, request: HttpRequest, form: Any, formsets: list[Any], change: bool) -> None:
        """Write the row, then the rows below it. Raises ValidationError, StaleVersion."""
        self.write_row(request, form.instance, form, change)
        for formset in formsets:
            self.save_formset(request, form, formset, change)

    def write_row(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Hand the row to what writes it. Raises ValidationError, StaleVersion."""
        if change and not form.really_changed:
            return
        links = {
            field.name: form.cleaned_data[field.name]
            for field in self.opts.many_to_many
            if field.name in form.cleaned_data
        }
        write.record_save(
            instance=obj,
            user=request.user,
            reason=form.cleaned_data.get("change_reason", ""),
            expected_version=form.cleaned_data.get("expected_version"),
            links=links,
        )

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        reason = form.cleaned_data.get("change_reason", "")
        saved, deleted = changes_of(formset)
        for row, version in deleted:
            write.record_delete(
                instance=row, user=request.user, reason=reason, expected_version=version
            )
        for row, version in saved:
            write.record_save(
                instance=row, user=request.user, reason=reason, expected_version=version
            )

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        return plain_deletion(super().get_deleted_objects(objs, request), objs)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        self.require_row(request, object_id, may=self.has_delete_permission(request))
        obj = self.get_object(request, unquote(object_id))
        may = obj is not None and self.has_delete_permission(request, obj)
        context = {**(extra_context or {})}
        try:
            with transaction.atomic():
                if may and request.method == "POST":
                    write.claim_along(obj, typed_text(request.POST, "along"))
                elif may:
                    context["along"] = write.goes_along(obj)
                return super().delete_view(request, object_id, context)
        except ValidationError as refused:
            for message in refused.messages:
                messages.error(request, message)
            info = (self.opts.app_label, self.opts.model_name)
            return HttpResponseRedirect(
                reverse("admin:{}_{}_change".format(*info), args=[object_id])
            )

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        write.record_delete(
            instance=obj,
            user=request.user,
            reason=typed_text(request.POST, "change_reason"),
            expected_version=version_shown(request),
        )


class _NotSaved(Exception):
    """A form was refused when it was to be saved; what is wrong stands in it."""

    def __init__(self, form: Any, formsets: list[Any]) -> None:
        super().__init__()
        self.form, self.formsets = form, formsets


def _tell(form: Any, formsets: Sequence[Any], refused: ValidationError) -> None:
    """Say in a form why it was refused when it was to be saved."""
    if isinstance(refused, write.StaleVersion):
        for each in (form, *(row for formset in formsets for row in formset.forms)):
            is_it = each.instance.pk and each.instance == refused.instance
            # Somebody saved between the form's check and its save.
            if is_it and each.check_version(each.cleaned_data.get("expected_version")):
                return
    add_errors(form, refused)


def warn_closed(request: HttpRequest, rows: Sequence[Record]) -> None:
    """Say at the top of a form that the month of what it holds is locked."""
    for sentence in guard.warnings(rows) if rows else ():
        messages.warning(request, sentence)


def version_shown(request: HttpRequest, name: str = "expected_version") -> int:
    """The version of the row that a confirmation page showed; 0, which none has, if it is lost."""
    version = request.POST.get(name, "")
    return int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0


def refuse_anothers_unit(unit: str, own: Container[str]) -> None:
    """A unit asked for that is there, but not theirs, is refused.

    ``own``: those that may be asked for. Any other odd text is left to the form that asks again.
    """
    if unit in own or not (unit.isascii() and unit.isdecimal() and len(unit) < 19):
        return
    if Unit.objects.filter(pk=unit).exists():
        raise PermissionDenied
