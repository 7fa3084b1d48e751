"""The instrument as data: editions, parts, groups, criteria and their levels. Planners edit."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from integrity.self_assessments.checks import structure_problems
from integrity.self_assessments.models import (
    Criterion,
    CriterionLevel,
    Rubric,
    RubricGroup,
    RubricPart,
    SelfAssessment,
)
from integrity.self_assessments.read import rubric_tree
from integrity.self_assessments.write_editions import levels_problem, levels_record, rubric_copy
from strategy.access import viewer
from strategy.records.admin import RecordAdmin
from strategy.records.forms import ReadField, RecordForm, ThaiYearField
from strategy.records.inline import RecordInline, RecordInlineFormSet, changes_of


class LinesField(ReadField):
    """A list of texts, one on each line."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": 4, "class": "vLargeTextField"}))
        kwargs.setdefault("help_text", gettext_lazy("One on each line."))
        super().__init__(required=False, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        if isinstance(value, list):
            return value
        return [" ".join(line.split()) for line in (value or "").splitlines() if line.strip()]


class PairsField(LinesField):
    """A list of two texts each, such as a term and its meaning: "term | meaning" on a line."""

    def __init__(self, names: tuple[str, str], **kwargs: Any) -> None:
        kwargs.setdefault("help_text", gettext_lazy("One on each line: its name | its text."))
        super().__init__(**kwargs)
        self.names = names

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, list):
            return "\n".join(" | ".join(item[name] for name in self.names) for item in value)
        return value

    def to_python(self, value: Any) -> Any:
        if isinstance(value, list):
            return value
        found = []
        for line in super().to_python(value):
            first, bar, second = (part.strip() for part in line.partition("|"))
            if not (first and bar and second):
                raise ValidationError(
                    _("“%(line)s” lacks one of its two parts; write them with “|” between them.")
                    % {"line": line[:80]}
                )
            found.append(dict(zip(self.names, (first, second), strict=True)))
        return found


class RubricForm(RecordForm):
    definitions = PairsField(("term", "meaning"), label=gettext_lazy("definitions"))
    questions = LinesField(label=gettext_lazy("compulsory questions"))


class PartForm(RecordForm):
    level_names = LinesField(label=gettext_lazy("names of the levels"))
    dimensions = PairsField(("name", "text"), label=gettext_lazy("dimensions"))


class GroupForm(RecordForm):
    alternatives = PairsField(("number", "text"), label=gettext_lazy("alternatives"))


class PartInline(RecordInline):
    model = RubricPart
    fields = ["position", "code", "name", "full", "weight", "assessed_by"]


class GroupInline(RecordInline):
    model = RubricGroup
    fields = ["position", "number", "name", "full"]


class CriterionInline(RecordInline):
    model = Criterion
    fields = ["position", "number", "text", "full", "full_is_reading", "alternative"]


class LevelFormSet(RecordInlineFormSet):
    """The levels of a criterion. What the service would refuse is said beside them."""

    def clean(self) -> None:
        super().clean()
        if any(self.errors) or self.instance.pk is None:
            return
        kept = [
            form.cleaned_data["level"]
            for form in self.forms
            if form.cleaned_data.get("level") is not None and form not in self.deleted_forms
        ]
        problem = levels_problem(self.instance.pk, kept)
        if problem is not None:
            raise problem


class LevelInline(RecordInline):
    model = CriterionLevel
    formset = LevelFormSet


class StructureAdmin(RecordAdmin):
    """A piece of the instrument. Who changes one that has been answered by is told so."""

    #: The path from a row to the rubric that it belongs to.
    rubric_path = ""

    def _rubric(self, obj: Any) -> Any:
        rubric = obj
        for name in self.rubric_path.split("."):
            rubric = getattr(rubric, name) if name else rubric
        return rubric

    def _assessments(self, obj: Any) -> QuerySet[SelfAssessment]:
        return SelfAssessment.objects.filter(rubric=self._rubric(obj))

    def _tell_problems(self, request: HttpRequest, obj: Any) -> None:
        """Say where the edition's points do not add up after what was just done."""
        for text in structure_problems(rubric_tree(self._rubric(obj))):
            messages.warning(request, text)

    def write_all(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().write_all(request, form, formsets, change)
        self._tell_problems(request, form.instance)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        rubric = self._rubric(obj)
        super().delete_model(request, obj)
        if rubric is not obj:
            self._tell_problems(request, obj)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        count = self._assessments(obj).count() if message else 0
        if count:
            messages.warning(
                request,
                ngettext(
                    "%(count)s assessment has been made by this edition; what changed here "
                    "changes how it reads.",
                    "%(count)s assessments have been made by this edition; what changed here "
                    "changes how they read.",
                    count,
                )
                % {"count": count},
            )
        return super().log_change(request, obj, message)


class CopyForm(forms.Form):
    """For which year and kind of organisation an edition is copied."""

    fiscal_year = ThaiYearField(label=gettext_lazy("fiscal year"))
    organisation_kind = forms.CharField(label=gettext_lazy("kind of organisation"), max_length=100)


@admin.register(Rubric)
class RubricAdmin(StructureAdmin):
    form = RubricForm
    list_display = ["name", "organisation_kind", "fiscal_year"]
    list_filter = ["fiscal_year", "organisation_kind"]
    search_fields = ["name", "organisation_kind"]
    inlines = [PartInline]
    change_form_template = "admin/integrity/rubric/change_form.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.copy_view)
        return [path("<int:pk>/copy/", view, name="integrity_rubric_copy"), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        rubric = self.get_object(request, unquote(object_id))
        problems = structure_problems(rubric_tree(rubric)) if rubric else []
        more = {"problems": problems, **(extra_context or {})}
        return super().change_view(request, object_id, form_url, more)

    def _tell_problems(self, request: HttpRequest, obj: Any) -> None:
        if "_continue" not in request.POST:  # else the form itself shows them
            super()._tell_problems(request, obj)

    def copy_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A new edition with everything that this one has."""
        rubric = self.get_object(request, str(pk))
        if rubric is None:
            raise Http404
        if not (self.has_add_permission(request) and viewer(request.user).is_planner):
            raise PermissionDenied
        initial = {
            "fiscal_year": rubric.fiscal_year + 1,
            "organisation_kind": rubric.organisation_kind,
        }
        form = CopyForm(request.POST or None, initial=initial)
        if request.method == "POST" and form.is_valid():
            try:
                copied = rubric_copy(user=request.user, rubric=rubric, **form.cleaned_data)
            except ValidationError as refused:
                for message in refused.messages:
                    form.add_error(None, message)
            else:
                messages.success(request, _("The edition %(name)s is there.") % {"name": copied})
                return HttpResponseRedirect(
                    reverse("admin:integrity_rubric_change", args=[copied.pk])
                )
        context = {
            **self.admin_site.each_context(request),
            "title": _("Copy the edition"),
            "opts": self.opts,
            "rubric": rubric,
            "form": form,
        }
        return TemplateResponse(request, "admin/integrity/rubric/copy.html", context)


@admin.register(RubricPart)
class RubricPartAdmin(StructureAdmin):
    form = PartForm
    rubric_path = "rubric"
    list_display = ["code", "name", "rubric", "full", "weight", "assessed_by"]
    list_display_links = ["code", "name"]
    list_filter = ["rubric", "assessed_by"]
    list_select_related = ["rubric"]
    search_fields = ["name"]
    inlines = [GroupInline]


@admin.register(RubricGroup)
class RubricGroupAdmin(StructureAdmin):
    form = GroupForm
    rubric_path = "part.rubric"
    list_display = ["number", "name", "part", "full"]
    list_display_links = ["number", "name"]
    list_filter = ["part__rubric", "part"]
    list_select_related = ["part"]
    search_fields = ["name"]
    inlines = [CriterionInline]


@admin.register(Criterion)
class CriterionAdmin(StructureAdmin):
    rubric_path = "group.part.rubric"
    list_display = ["number", "text", "group", "full", "full_is_reading", "shows_policy"]
    list_display_links = ["number", "text"]
    list_filter = ["group__part__rubric", "group__part", "shows_policy", "full_is_reading"]
    list_select_related = ["group"]
    search_fields = ["number", "text"]
    inlines = [LevelInline]

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        saved, deleted = changes_of(formset)
        if saved or deleted:
            levels_record(
                user=request.user,
                criterion=form.instance,
                saved=saved,
                deleted=deleted,
                reason=form.cleaned_data.get("change_reason", ""),
            )
