"""The filters of the list of what was sent."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nhrc_plan.reminders.models import Reminder
from strategy.records.forms import ThaiDateField

_DAY = {"placeholder": "15/01/2569", "size": "12"}


class SentForm(forms.Form):
    """What to look for; whatever is left empty asks for nothing. Without queries."""

    who = forms.CharField(label=gettext_lazy("to whom"), max_length=200, required=False)
    kind = forms.ChoiceField(label=gettext_lazy("kind"), required=False)
    state = forms.ChoiceField(label=gettext_lazy("outcome"), required=False)
    first = ThaiDateField(
        label=gettext_lazy("from"), required=False, widget=forms.TextInput(attrs=_DAY)
    )
    last = ThaiDateField(
        label=gettext_lazy("up to"), required=False, widget=forms.TextInput(attrs=_DAY)
    )

    def __init__(self, data: Any, *, everybody: bool) -> None:
        """``everybody``: whether the reader sees what others were sent."""
        super().__init__(data)
        every = ("", _("all"))
        self.fields["kind"].choices = [every, *Reminder.Kind.choices]  # type: ignore[attr-defined]
        self.fields["state"].choices = [every, *Reminder.State.choices]  # type: ignore[attr-defined]
        if not everybody:
            del self.fields["who"]

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = self.cleaned_data
        first, last = found.get("first"), found.get("last")
        if first and last and first > last:
            self.add_error("last", _("The last day is not before the first."))
        return found
