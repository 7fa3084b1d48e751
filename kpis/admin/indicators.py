"""Indicators, targets and baselines in the admin. Results: results.py."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import TextField
from django.forms import Textarea
from django.http import HttpRequest
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kpis.admin.exports import TargetsByMeasure
from kpis.models import Baseline, Indicator, LevelCriterion, Measure, YearTarget
from kpis.models.indicators import level_problem
from kpis.read.former import former_indicators
from kpis.read.words import join_values
from kpis.rules.score import are_thresholds
from kpis.suggestions import source_choices
from kpis.write.results import value_field
from kpis.write.targets import (
    EnteredPoint,
    TargetEntry,
    baseline_month_problem,
    baseline_problem,
    baseline_set,
    target_change,
    target_problems,
)
from strategy.models import Plan
from strategy.owners.admin import OwnedAdmin, OwnedFilter
from strategy.owners.forms import OwnedForm
from strategy.owners.model import OWNERS
from strategy.plan_words import PlanWords
from strategy.records.admin import RecordAdmin
from strategy.records.forms import RecordForm, ThaiDecimalField, choice_field, link_field
from strategy.records.inline import RecordInline, RecordInlineFormSet
from strategy.thai import says_why

_PARTS = {
    "value": gettext_lazy("target"),
    "q1": gettext_lazy("planned by the end of quarter 1"),
    "q2": gettext_lazy("planned by the end of quarter 2"),
    "q3": gettext_lazy("planned by the end of quarter 3"),
}


class MeasureInline(RecordInline):
    model = Measure


class LevelFormSet(RecordInlineFormSet):
    """The levels of one indicator, looked at together: a threshold for each level, or none."""

    def clean(self) -> None:
        super().clean()
        if not self.instance.strategy_id:
            return
        plan = self.instance.strategy.plan
        for form in self.forms:
            problem = level_problem(getattr(form, "cleaned_data", {}).get("level"), plan)
            if problem is not None and "level" not in form.errors:
                form.add_error("level", problem)
        rows = [form.cleaned_data for form in self.forms if getattr(form, "cleaned_data", None)]
        edges = {
            row.get("level"): row.get("threshold")
            for row in rows
            if row.get("kind") == LevelCriterion.Kind.LEVEL and not row.get("DELETE")
        }
        if any(edge is not None for edge in edges.values()) and not are_thresholds(
            [edges.get(level) for level, _worth in enumerate(plan.worths, start=1)], plan.worths
        ):
            raise ValidationError(
                _(
                    "Thresholds make a score only if each of the %(levels)s levels has one, and "
                    "they rise from level to level, or fall where lower is better."
                )
                % {"levels": len(plan.worths)}
            )


class LevelInline(RecordInline):
    model = LevelCriterion
    formset = LevelFormSet
    formfield_overrides = {TextField: {"widget": Textarea(attrs={"rows": 2, "cols": 50})}}

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """The levels of the plan's scale are offered; what else is sent is refused in words."""
        formset = super().get_formset(request, obj, **kwargs)
        level = formset.form.base_fields.get("level")
        if obj is not None and level is not None:
            last = len(obj.strategy.plan.worths)
            level.widget.choices = level.widget.choices[: last + 1]
        return formset


class IndicatorForm(OwnedForm):
    """Offers the sources of figures that there are in this system."""

    suggestion = forms.ChoiceField(
        label=gettext_lazy("figures shown beside the entry form"),
        required=False,
        help_text=gettext_lazy("What another part of the system knows; nobody is held to it."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "suggestion" in self.fields:
            choice_field(self, "suggestion").choices = [("", "–"), *source_choices()]
        if "continues" in self.fields:
            own = self.instance.strategy.plan if self.instance.pk else None
            link_field(self, "continues").queryset = former_indicators(own)


@admin.register(Indicator)
class IndicatorAdmin(OwnedAdmin, PlanWords):
    form = IndicatorForm
    list_display = [
        "code", "name", "unit", "accountable", "frequency", "weight", "accrual", "accrual_basis",
    ]  # fmt: skip
    list_display_links = ["code", "name"]
    list_filter = [
        "strategy__plan",
        "strategy",
        "unit",
        OwnedFilter,
        "frequency",
        "accrual",
        "measures__kind",
        "assignment_is_sample",
    ]
    code_of = ""
    search_fields = ["name", "definition", "unit__name"]
    list_select_related = ["strategy__plan", "unit", "accountable__user"]
    inlines = [MeasureInline, LevelInline]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "strategy",
                    "objective",
                    "number",
                    "position",
                    "name",
                    "definition",
                    "activity",
                ]
            },
        ),
        (
            gettext_lazy("Who reports, and when"),
            {"fields": ["unit", *OWNERS, "frequency", "weight", "suggestion"]},
        ),
        (
            gettext_lazy("How it is judged"),
            {"fields": ["direction", "accrual", "accrual_basis", "baseline_text", "continues"]},
        ),
    ]

    def plan_of(self, obj: Indicator) -> Plan:
        return obj.strategy.plan

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> Any:
        """Levels are described in scorecards."""
        if obj is not None and not self.plan_of(obj).is_scorecard:
            return [MeasureInline]
        return super().get_inlines(request, obj)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if obj is not None and not self.plan_of(obj).is_scorecard:
            fieldsets[0][1]["fields"].remove("activity")
        return fieldsets

    @admin.display(description=gettext_lazy("code"), ordering=("strategy__number"))
    def code(self, indicator: Indicator) -> str:
        return indicator.code

    def write_row(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if {"unit", "frequency", "weight"} & set(form.changed_data):
            obj.assignment_is_sample = False
        super().write_row(request, obj, form, change)


class YearTargetForm(RecordForm):
    """A year's target with a number for each measure of the indicator."""

    class Meta:
        model = YearTarget
        fields = ["indicator", "fiscal_year", "kind", "milestone", "due_month"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in [value_field(measure.pk, part) for measure, part in self._numbers()]:
            if name in self.fields:
                self.fields[name].initial = self._stored().get(name)

    def _measures(self) -> list[Measure]:
        if self.instance.indicator_id is None:
            return []
        return list(self.instance.indicator.measures.order_by("position"))

    def _numbers(self) -> list[tuple[Measure, str]]:
        return [(measure, part) for measure in self._measures() for part in _PARTS]

    def _stored(self) -> dict[str, Any]:
        if self.instance.pk is None:
            return {}
        return {
            value_field(row.measure_id, part): getattr(row, part)
            for row in self.instance.values.all()
            for part in _PARTS
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if (
            self.instance.pk
            and self.really_changed
            and not says_why(cleaned.get("change_reason", ""))
        ):
            self.add_error(
                "change_reason",
                _("Say why the target changes; the old value is kept with the reason."),
            )
        return cleaned

    def entry(self) -> TargetEntry:
        """What was typed, for the service."""
        cleaned = self.cleaned_data
        return TargetEntry(
            kind=cleaned["kind"],
            milestone=cleaned.get("milestone", ""),
            due_month=cleaned.get("due_month"),
            values={
                measure.pk: EnteredPoint(
                    *(cleaned.get(value_field(measure.pk, part)) for part in _PARTS)
                )
                for measure in self._measures()
            },
        )

    def full_clean(self) -> None:
        """Ask what writes it as well, so that each refusal stands beside its field."""
        super().full_clean()
        if not self.is_bound or self.errors or self.instance.pk is None:
            return
        for name, problems in target_problems(self.instance.indicator, self.entry()).items():
            self.add_error(name, problems)


@admin.register(YearTarget)
class YearTargetAdmin(TargetsByMeasure):
    """Targets: the number fields follow the indicator's measures."""

    form = YearTargetForm
    list_display = ["code", "indicator_name", "fiscal_year", "kind", "shown", "plan_text"]
    list_display_links = ["code", "indicator_name"]
    list_filter = ["indicator__strategy__plan", "fiscal_year", "kind", "indicator__strategy"]
    code_of = "indicator__"
    search_fields = ["indicator__name", "indicator__unit__name", "milestone"]
    readonly_fields = ["plan_text"]

    def get_queryset(self, request: HttpRequest) -> Any:
        targets = super().get_queryset(request).select_related("indicator__strategy__plan")
        return targets.prefetch_related("values__measure")

    @admin.display(description=gettext_lazy("code"), ordering="indicator__strategy__number")
    def code(self, target: YearTarget) -> str:
        return target.indicator.code

    @admin.display(description=gettext_lazy("indicator"), ordering="indicator__name")
    def indicator_name(self, target: YearTarget) -> str:
        return target.indicator.name

    @admin.display(description=gettext_lazy("target"))
    def shown(self, target: YearTarget) -> str:
        values = sorted(target.values.all(), key=lambda row: row.measure.position)
        return join_values([row.value for row in values]) or target.milestone or "–"

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = super().get_form(
            request, obj, change, **{**kwargs, "fields": YearTargetForm.Meta.fields}
        )
        numbers = {}
        if obj is not None and self.has_change_permission(request, obj):
            for measure in obj.indicator.measures.order_by("position"):
                for part, label in _PARTS.items():
                    numbers[value_field(measure.pk, part)] = ThaiDecimalField(
                        label=f"{measure}: {label}" if measure.label else str(label),
                        required=False,
                        help_text=escape(measure.unit_label),  # the admin takes help for HTML
                    )
        return type("YearTargetForm", (form,), numbers)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return [(None, {"fields": ["indicator", "fiscal_year"]})]
        numbers = [
            value_field(measure.pk, part)
            for measure in obj.indicator.measures.order_by("position")
            for part in _PARTS
        ]
        if not self.has_change_permission(request, obj):
            return [(None, {"fields": ["indicator", "fiscal_year", "kind", "shown", "milestone",
                                       "due_month", "plan_text"]})]  # fmt: skip
        return [
            (None, {"fields": ["indicator", "fiscal_year", "plan_text", "kind"]}),
            (gettext_lazy("Numbers"), {"fields": numbers}),
            (gettext_lazy("Milestone"), {"fields": ["milestone", "due_month"]}),
            (None, {"fields": ["change_reason", "expected_version"]}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fixed = ["indicator", "fiscal_year"] if obj is not None else []
        return [*super().get_readonly_fields(request, obj), *fixed, "shown"]

    def write_row(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change:
            target_change(user=request.user, target=obj, entry=TargetEntry("none"), reason="")
        elif form.really_changed:
            target_change(
                user=request.user,
                target=obj,
                entry=form.entry(),
                reason=form.cleaned_data["change_reason"],
                expected_version=form.cleaned_data["expected_version"],
            )


class BaselineForm(RecordForm):
    class Meta:
        model = Baseline
        fields = ["measure", "value", "source", "fiscal_year", "month"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("measure") and cleaned.get("value") is not None:
            problem = baseline_problem(cleaned["measure"], cleaned["value"])
            if problem is not None:
                self.add_error("value", problem)
        year, month = cleaned.get("fiscal_year"), cleaned.get("month")
        if cleaned.get("measure") and year and month:
            problem = baseline_month_problem(cleaned["measure"], year, month)
            if problem is not None:
                self.add_error("month", problem)
        return cleaned


@admin.register(Baseline)
class BaselineAdmin(RecordAdmin):
    form = BaselineForm
    list_display = ["indicator", "measure", "value", "fiscal_year", "month", "source"]
    list_display_links = ["indicator", "measure"]
    list_filter = ["measure__indicator__strategy__plan", "fiscal_year"]
    code_of = "measure__indicator__"
    search_fields = ["measure__indicator__name", "source"]
    list_select_related = ["measure__indicator__strategy__plan"]

    @admin.display(description=gettext_lazy("indicator"))
    def indicator(self, baseline: Baseline) -> str:
        return str(baseline.measure.indicator)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "measure" and field is not None:
            field.queryset = Measure.objects.select_related("indicator__strategy__plan").order_by(
                "indicator__strategy", "indicator__position", "position"
            )
            field.label_from_instance = lambda row: f"{row.indicator} ({row})"  # type: ignore[method-assign, assignment]
        return field

    def write_row(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change and not form.really_changed:
            return
        baseline_set(
            user=request.user,
            baseline=obj,
            reason=form.cleaned_data.get("change_reason", ""),
            expected_version=form.cleaned_data.get("expected_version"),
        )
