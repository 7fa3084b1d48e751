"""The form of what came of a measure in its year, with the figures in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integrity.measures.models import ItaMeasure
from integrity.measures.write import FigureEntry
from strategy.records.forms import ThaiDecimalField, WordsField, stale_lines

_FIGURE = ("label", "value", "unit_label")


class FigureForm(forms.Form):
    """One figure; one whose three fields are empty is none."""

    label = forms.CharField(
        label=gettext_lazy("what is measured"), required=False, max_length=300
    )  # fmt: skip
    value = ThaiDecimalField(label=gettext_lazy("value"), required=False)
    unit_label = forms.CharField(
        label=gettext_lazy("unit of measure"), required=False, max_length=60
    )

    @property
    def is_empty(self) -> bool:
        return not any(str(self.data.get(self.add_prefix(name), "")).strip() for name in _FIGURE)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.is_empty:
            if not cleaned.get("label") and "label" not in self.errors:
                self.add_error("label", _("Say what the figure measures."))
            if cleaned.get("value") is None and "value" not in self.errors:
                self.add_error("value", _("Write a number."))
        return cleaned

    @property
    def figure(self) -> FigureEntry:
        found = self.cleaned_data
        return FigureEntry(found["label"], found["value"], found["unit_label"])


class OutcomeForm(forms.Form):
    """Result and outcome of a measure's year; ``figures`` stand below.

    It carries the versions that its editor read. Where somebody saved meanwhile, it shows who
    changed what and keeps what was typed; saving again then replaces what is there.
    """

    #: What was typed; replaced by a copy where the form itself corrects it.
    data: Any

    result = WordsField(label=gettext_lazy("result"), required=False, rows=8)
    outcome = WordsField(label=gettext_lazy("outcome"), required=False, rows=8)
    change_reason = forms.CharField(
        label=gettext_lazy("reason for the change"),
        required=False,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text=gettext_lazy("Kept in the history."),
    )
    version = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, measure: ItaMeasure, data: Mapping[str, Any] | None) -> None:
        self.measure = measure
        self.kept = list(measure.figures.order_by("position"))
        versions = [f"{row.pk}.{row.version}" for row in self.kept]
        self.token = " ".join([str(measure.version), *versions])
        initial = {"result": measure.result, "outcome": measure.outcome, "version": self.token}
        #: What the editor was shown and did not send back. It stands as it is stored.
        self.missing: list[str] = []
        if data is not None:
            shown = self._shown(str(data.get("version", "")))
            self.missing = [name for name in shown if name not in data]
            data = data.copy()  # type: ignore[attr-defined]
            for name in self.missing:
                data[name] = shown[name]  # type: ignore[index]
        super().__init__(data, initial=initial)
        count = len(self.kept)
        if data is not None:
            posted = [re.fullmatch(r"figure-(\d{1,2})-\w+", name, re.ASCII) for name in data]
            count = max([count, *(int(match[1]) + 1 for match in posted if match)])
        self.figures = [
            FigureForm(data, prefix=f"figure-{place}", initial=self._figure(place))
            for place in range(count + 2 * (data is None))
        ]

    def _figure(self, place: int) -> dict[str, Any]:
        if place >= len(self.kept):
            return {}
        return {name: getattr(self.kept[place], name) for name in _FIGURE}

    def _shown(self, read: str) -> dict[str, str]:
        """The fields that a form of version ``read`` showed filled in, as they are stored now."""
        found = {"result": self.measure.result, "outcome": self.measure.outcome}
        for place, row in enumerate(self.kept[: read.count(" ")]):
            for name in _FIGURE:
                found[f"figure-{place}-{name}"] = str(getattr(row, name))
        return found

    @property
    def is_wrong(self) -> bool:
        return bool(self.errors) or any(form.errors for form in self.figures)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for form in self.figures:
            form.is_valid()
        if self.missing:
            self.add_error(None, _("The screen came back incomplete. Load it anew."))
        if cleaned.get("version") != self.token:
            first = str(cleaned.get("version", "")).partition(" ")[0]
            read = int(first) if first.isascii() and first.isdecimal() and len(first) < 9 else None
            for line in stale_lines(self.measure, read):
                self.add_error(None, line)
            self.data = self.data.copy()
            self.data["version"] = self.token
        return cleaned

    @property
    def entries(self) -> list[FigureEntry]:
        return [form.figure for form in self.figures if not form.is_empty]

    @property
    def has_news(self) -> bool:
        stored = [FigureEntry(row.label, row.value, row.unit_label) for row in self.kept]
        typed = (self.cleaned_data["result"], self.cleaned_data["outcome"], self.entries)
        kept = (self.measure.result, self.measure.outcome)
        return typed != (*(text.replace("\r\n", "\n").strip() for text in kept), stored)
