"""What planners send about plans in preparation."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nhrc_plan.exchange.entry_views import UploadForm
from strategy.models import Plan
from strategy.records.forms import ThaiYearField, WordsField


class PlanUploadForm(UploadForm):
    """The workbook of a whole plan."""

    how = None  # type: ignore[assignment]


class BeginForm(forms.Form):
    """From which plan, and with which fiscal year, the next one begins."""

    plan = forms.ModelChoiceField(
        label=gettext_lazy("from the plan"), queryset=Plan.objects.none(), to_field_name="slug"
    )
    first_year = ThaiYearField(label=gettext_lazy("first fiscal year of the next plan"))

    def __init__(self, *args: Any, plans: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["plan"].queryset = plans  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        plan, year = cleaned.get("plan"), cleaned.get("first_year")
        if plan is not None and year is not None and year <= plan.last_year:
            self.add_error(
                "first_year",
                ValidationError(_("The plan runs until %(year)s; the next one begins later.")
                                % {"year": plan.last_year}),
            )  # fmt: skip
        return cleaned


class StepForm(forms.Form):
    """A step of a plan, confirmed: of the version that was seen."""

    expected_version = forms.IntegerField(
        widget=forms.HiddenInput, min_value=1, max_value=2_147_483_647
    )
    confirm = forms.BooleanField(
        label=gettext_lazy("I have looked at what is missing"),
        error_messages={"required": gettext_lazy("Tick that you have looked at it.")},
    )
    current = forms.BooleanField(
        label=gettext_lazy("the front page opens this plan from now on"), required=False
    )
    reason = WordsField(label=gettext_lazy("reason"), required=False, max_length=500)


class ReasonForm(forms.Form):
    """A step that asks why. ``along``: what goes with it, as it was shown."""

    expected_version = forms.IntegerField(
        widget=forms.HiddenInput, min_value=1, max_value=2_147_483_647
    )
    along = forms.CharField(widget=forms.HiddenInput, required=False, max_length=16)
    reason = WordsField(
        label=gettext_lazy("reason"),
        max_length=500,
        error_messages={"required": gettext_lazy("Say why.")},
    )
