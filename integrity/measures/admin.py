"""Years of integrity measures, their issues and measures. Quarters: progress_admin.py."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integrity.ita.models import Recommendation
from integrity.measures.models import (
    ItaMeasure,
    MeasureFigure,
    MeasureIssue,
    MeasureYear,
    QuarterProgress,
)
from integrity.measures.progress_admin import QuarterProgressAdmin
from integrity.measures.write import measure_year_begin, outcome_problem, years_taken_over
from strategy.access import viewer
from strategy.clock import today
from strategy.models import Unit
from strategy.owners.admin import OwnedAdmin, OwnedFilter
from strategy.owners.forms import OwnedForm
from strategy.owners.model import OWNERS
from strategy.records.admin import RecordAdmin
from strategy.records.forms import (
    ReadField,
    RecordForm,
    RecordInlineForm,
    ThaiYearField,
    link_field,
)
from strategy.records.inline import RecordInline, RecordInlineFormSet

admin.site.register(QuarterProgress, QuarterProgressAdmin)


class CodesField(ReadField):
    """Codes such as "IIT, EIT", kept as a list."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        if isinstance(value, list):
            return value
        parts = (super().to_python(value) or "").replace("/", ",").split(",")
        codes = [part.strip() for part in parts if part.strip()]
        if any(len(code) > 20 for code in codes):
            raise ValidationError(_("Write codes with commas between, such as IIT, EIT."))
        return codes


class IssueFields(forms.Form):
    """An issue's instruments as codes with commas between."""

    instruments = CodesField(
        label=gettext_lazy("ITA instruments"),
        required=False,
        help_text=gettext_lazy("Codes with commas between, such as IIT, EIT."),
    )


class IssueForm(IssueFields, RecordForm):
    pass


class IssueInlineForm(IssueFields, RecordInlineForm):
    class Meta:
        widgets = {"name": forms.Textarea(attrs={"rows": 2, "cols": 60})}


class IssueInline(RecordInline):
    model = MeasureIssue
    form = IssueInlineForm
    fields = ["number", "name", "instruments"]


class YearAdmin(RecordAdmin):
    """A row of a year's measures: what staff change in a sample year makes the year theirs."""

    #: The way from a row to its year.
    in_year: str

    def write_all(self, request: HttpRequest, form: Any, formsets: list[Any], change: bool) -> None:
        super().write_all(request, form, formsets, change)
        if not change or form.really_changed or any(each.has_changed() for each in formsets):
            self._taken_over(request, form.instance)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        super().delete_model(request, obj)
        if self.in_year:
            self._taken_over(request, obj)

    def _taken_over(self, request: HttpRequest, obj: Any) -> None:
        year = attrgetter(self.in_year)(obj) if self.in_year else obj
        reason = request.POST.get("change_reason", "").strip()
        years_taken_over(user=request.user, years=[year.pk], reason=reason)


class BeginForm(forms.Form):
    """The fiscal year that begins with another one's measures."""

    fiscal_year = ThaiYearField(label=gettext_lazy("fiscal year"))
    title = forms.CharField(
        label=gettext_lazy("title"),
        required=False,
        max_length=500,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )


@admin.register(MeasureYear)
class MeasureYearAdmin(YearAdmin):
    list_display = ["fiscal_year", "agency", "title", "reporting", "is_sample"]
    list_display_links = ["fiscal_year", "title"]
    list_filter = ["agency", "is_sample"]
    search_fields = ["title", "fiscal_year"]
    ordering = ["-fiscal_year"]
    list_select_related = ["agency"]
    fields = ["agency", "fiscal_year", "title", "reporting"]
    inlines = [IssueInline]
    in_year = ""
    change_form_template = "admin/integrity/measureyear/change_form.html"

    def get_urls(self) -> list[Any]:
        begin = self.admin_site.admin_view(self.begin_view)
        return [
            path("<int:pk>/begin/", begin, name="integrity_measureyear_begin"),
            *super().get_urls(),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ["agency"] if obj is not None else []

    def begin_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Begin another year with this one's issues, measures and units."""
        source = self.get_queryset(request).filter(pk=pk).first()
        if source is None:
            raise Http404(_("There is no such row, or it is not yours to see."))
        if not (viewer(request.user).is_planner and self.has_add_permission(request)):
            raise PermissionDenied
        form = BeginForm(
            request.POST or None, initial={"fiscal_year": source.fiscal_year + 1, "title": ""}
        )
        if request.method == "POST" and form.is_valid():
            try:
                year = measure_year_begin(user=request.user, source=source, **form.cleaned_data)
            except ValidationError as refused:
                form.add_error("fiscal_year", refused.messages)
            else:
                messages.success(
                    request,
                    _("Begun: the measures of fiscal year %(year)s, as copied from %(source)s.")
                    % {"year": year.fiscal_year, "source": source.fiscal_year},
                )
                return HttpResponseRedirect(
                    reverse("admin:integrity_measureyear_change", args=[year.pk])
                )
        context = {
            **self.admin_site.each_context(request),
            "title": _("Begin a year with the measures of %(year)s") % {"year": source.fiscal_year},
            "opts": self.opts,
            "source": source,
            "form": form,
        }
        return TemplateResponse(request, "admin/integrity/measureyear/begin.html", context)


class MeasureInlineForm(RecordInlineForm):
    class Meta:
        widgets = {
            "text": forms.Textarea(attrs={"rows": 3, "cols": 60}),
            "responsible_text": forms.Textarea(attrs={"rows": 3, "cols": 24}),
        }


class MeasureInline(RecordInline):
    model = ItaMeasure
    form = MeasureInlineForm
    fields = ["position", "number", "text", "responsible_text"]


@admin.register(MeasureIssue)
class MeasureIssueAdmin(YearAdmin):
    form = IssueForm
    list_display = ["fiscal_year", "number", "name", "codes"]
    list_display_links = ["name"]
    list_filter = ["year__fiscal_year", "year__agency"]
    search_fields = ["name"]
    ordering = ["-year__fiscal_year", "number"]
    list_select_related = ["year"]
    fields = ["year", "number", "name", "instruments"]
    inlines = [MeasureInline]
    in_year = "year"

    @admin.display(description=gettext_lazy("fiscal year"), ordering="year__fiscal_year")
    def fiscal_year(self, issue: MeasureIssue) -> int:
        return issue.year.fiscal_year

    @admin.display(description=gettext_lazy("ITA instruments"))
    def codes(self, issue: MeasureIssue) -> str:
        return ", ".join(issue.instruments)


class MeasureForm(OwnedForm):
    """A measure: units of its own agency, and the advice that was given to it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        agency = self.instance.issue.year.agency_id if self.instance.pk is not None else None
        if "issue" in self.fields:
            issue = link_field(self, "issue")
            issue.queryset = MeasureIssue.objects.select_related("year")
            issue.label_from_instance = _issue_label  # type: ignore
        if "units" in self.fields and agency is not None:
            link_field(self, "units").queryset = Unit.objects.filter(agency=agency)
        if "answers" in self.fields:
            advice = Recommendation.objects.select_related("assessment", "instrument")
            if agency is not None:
                advice = advice.filter(assessment__agency=agency)
            answers = link_field(self, "answers")
            answers.queryset = advice.order_by("-assessment__fiscal_year", "number")
            answers.label_from_instance = _advice_label  # type: ignore

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        issue = cleaned.get("issue") or getattr(self.instance, "issue", None)
        problem = outcome_problem(issue.year.fiscal_year, today()) if issue else None
        for name in ("result", "outcome"):
            if problem and name in self.changed_data and cleaned.get(name):
                self.add_error(name, problem)
        return cleaned


def _issue_label(issue: MeasureIssue) -> str:
    return f"{issue.year.fiscal_year} – {issue}"


def _advice_label(row: Recommendation) -> str:
    code = f" ({row.instrument.code})" if row.instrument else ""
    return f"{row.assessment.fiscal_year} – {row.number}. {row.text}{code}"


class FigureInlineForm(RecordInlineForm):
    class Meta:
        widgets = {"label": forms.Textarea(attrs={"rows": 2, "cols": 50})}


class Figures(RecordInlineFormSet):
    """Figures belong to the outcome, and are written when that may be."""

    def clean(self) -> None:
        super().clean()
        issue = getattr(self.instance, "issue", None)
        problem = outcome_problem(issue.year.fiscal_year, today()) if issue else None
        if problem is not None and self.has_changed():
            raise problem


class FigureInline(RecordInline):
    model = MeasureFigure
    form = FigureInlineForm
    formset = Figures
    fields = ["position", "label", "value", "unit_label"]


@admin.register(ItaMeasure)
class ItaMeasureAdmin(OwnedAdmin, YearAdmin):
    form = MeasureForm
    list_display = ["fiscal_year", "issue_number", "name", "responsible", "accountable"]
    list_display_links = ["name"]
    list_filter = ["issue__year__fiscal_year", "issue__year__agency", "units", OwnedFilter]
    search_fields = ["text", "issue__name", "units__name", "result", "outcome"]
    ordering = ["-issue__year__fiscal_year", "issue__number", "position"]
    list_select_related = ["issue__year", "accountable__user"]
    filter_horizontal = ["units", "answers"]
    fields = [
        "issue", "position", "number", "text", "units", "responsible_text", *OWNERS, "answers",
        "result", "outcome",
    ]  # fmt: skip
    inlines = [FigureInline]
    in_year = "issue.year"

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("units")

    @admin.display(description=gettext_lazy("fiscal year"), ordering="issue__year__fiscal_year")
    def fiscal_year(self, measure: ItaMeasure) -> int:
        return measure.issue.year.fiscal_year

    @admin.display(description=gettext_lazy("integrity measure"), ordering="text")
    def name(self, measure: ItaMeasure) -> str:
        return str(measure)

    @admin.display(description=gettext_lazy("integrity issue"), ordering="issue__number")
    def issue_number(self, measure: ItaMeasure) -> int:
        return measure.issue.number

    @admin.display(description=gettext_lazy("responsible units"))
    def responsible(self, measure: ItaMeasure) -> str:
        named = ", ".join(unit.name for unit in measure.units.all())
        return measure.responsible_text or named
