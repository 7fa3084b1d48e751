"""The filters of the log."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nhrc_plan.watch.wanted import Wanted
from strategy.models import Plan
from strategy.records.forms import ThaiDateField
from strategy.records.model import recorded_models
from strategy.thai import sort_key

_DAY = {"placeholder": "15/01/2569", "size": "12"}


class LogForm(forms.Form):
    """What to look for; whatever is left empty asks for nothing. One query, for the plans."""

    text = forms.CharField(
        label=gettext_lazy("in the name or the reason"), max_length=200, required=False
    )
    who = forms.CharField(label=gettext_lazy("Who"), max_length=200, required=False)
    kind = forms.ChoiceField(label=gettext_lazy("kind of thing"), required=False)
    plan = forms.ChoiceField(label=gettext_lazy("plan"), required=False)
    first = ThaiDateField(
        label=gettext_lazy("from"), required=False, widget=forms.TextInput(attrs=_DAY)
    )
    last = ThaiDateField(
        label=gettext_lazy("up to"), required=False, widget=forms.TextInput(attrs=_DAY)
    )
    act = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, accounts: bool = True) -> None:
        """``accounts``: whether the reader may see the history of accounts."""
        super().__init__(data)
        self.accounts = accounts
        self._plans = {plan.slug: plan for plan in Plan.objects.all()}
        every = ("", _("all"))
        self.fields["kind"].choices = [every, *kinds(accounts=accounts)]  # type: ignore[attr-defined]
        self.fields["plan"].choices = [  # type: ignore[attr-defined]
            every,
            *((slug, plan.name) for slug, plan in self._plans.items()),
        ]

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = self.cleaned_data
        first, last = found.get("first"), found.get("last")
        if first and last and first > last:
            self.add_error("last", _("The last day is not before the first."))
        return found

    @property
    def wanted(self) -> Wanted:
        """What a valid form asks for."""
        found = self.cleaned_data
        act: UUID | None = found["act"]
        return Wanted(
            who=found["who"],
            kind=found["kind"],
            first=found["first"],
            last=found["last"],
            text=found["text"],
            plan=self._plans.get(found["plan"]),
            act=act,
            accounts=self.accounts,
        )


def kinds(*, accounts: bool = True) -> list[tuple[str, str]]:
    """Every kind of thing that has a history: (its code, its name), in Thai order."""
    named = [
        (model._meta.label_lower, str(model._meta.verbose_name))
        for model in recorded_models()
        if accounts or model.written_by_planners
    ]
    return sorted(named, key=lambda kind: sort_key(kind[1]))
