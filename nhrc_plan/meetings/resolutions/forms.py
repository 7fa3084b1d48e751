"""Forms of resolutions: one as planners enter it, and one for each step."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nhrc_plan.meetings.resolutions import rules
from strategy.models import Account
from strategy.records.forms import RecordForm, ThaiDateField, WordsField, link_field


class ResolutionForm(RecordForm):
    """A resolution; the person named works in its unit."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "person" in self.fields:
            in_a_unit = Account.objects.filter(
                user__is_active=True, user__memberships__isnull=False
            )
            kept = Account.objects.filter(pk=self.instance.person_id)
            people = (in_a_unit | kept).select_related("user").order_by("user__username")
            link_field(self, "person").queryset = people.distinct()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        person, unit = cleaned.get("person"), cleaned.get("unit")
        chosen = bool({"person", "unit"} & set(self.changed_data))
        if chosen and person and unit and not person.user.memberships.filter(unit=unit).exists():
            self.add_error("person", _("This person does not work in the responsible unit."))
        return cleaned


class StepForm(forms.Form):
    """What a step asks: words, of a postponement the new day; and which version was seen."""

    text = WordsField(rows=5, required=False, max_length=8000)
    due_on = ThaiDateField(
        label=gettext_lazy("new due date"),
        help_text=gettext_lazy("Day, month and year of the Buddhist Era, such as 15/01/2570."),
    )
    expected_version = forms.IntegerField(
        widget=forms.HiddenInput, min_value=1, max_value=2_147_483_647
    )

    def __init__(self, kind: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = {
            rules.ANSWER: _("answer"),
            rules.CLOSING: _("remark"),
            rules.ASKED_AGAIN: _("what is still missing"),
            rules.POSTPONED: _("reason"),
            rules.CANCELLING: _("reason"),
        }
        self.fields["text"].label = labels[kind]
        if kind != rules.POSTPONED:
            del self.fields["due_on"]
