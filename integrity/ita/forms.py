"""The forms of ITA: all scores of an assessment on one sheet, an upload, the next year."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integrity.ita.models import ItaAssessment
from integrity.ita.rows import NO_SCORE, Score
from integrity.ita.scores import Place, ScoreEntry, ScoreSheet, check_score
from integrity.ita.write import score_problems
from strategy.models import Agency
from strategy.records.forms import ThaiDecimalField, ThaiYearField
from strategy.thai import format_date
from strategy.workbook.upload import MAX_BYTES


class SheetRow(NamedTuple):
    """A line of the sheet: what it is, its field, and what follows from the lines below it."""

    place: Place
    field: BoundField
    score: Score


class ScoreForm(forms.Form):
    """Every score of an assessment on one sheet. It carries what its editor read.

    Where somebody saved meanwhile, nothing is overwritten: a line that the editor left alone
    follows the other's change, one that both changed says so beside its field, and saving again
    then replaces what is there.
    """

    #: What was typed; replaced by a copy where the form itself corrects it.
    data: Any

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    #: The scores that the editor read, by key.
    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    change_reason = forms.CharField(
        label=gettext_lazy("reason for the change"),
        required=False,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text=gettext_lazy("Kept in the history."),
    )

    def __init__(self, sheet: ScoreSheet, data: Mapping[str, Any] | None = None) -> None:
        self.sheet = sheet
        self.entries: list[ScoreEntry] = []
        initial = {place.key: _typed(place.score) for place in sheet}
        stored = {"version": sheet.assessment.version, "seen": json.dumps(initial)}
        super().__init__(data, initial={**initial, **stored}, auto_id="id_%s")
        for place in sheet:
            label = f"{place.code} {place.name}".strip()
            self.fields[place.key] = ThaiDecimalField(label=label, max_decimals=2, required=False)

    def rows(self, scores: Mapping[str, Score]) -> list[SheetRow]:
        """The lines in their order; ``scores`` by key tell what is computed."""
        return [
            SheetRow(place, self[place.key], scores.get(place.key, NO_SCORE))
            for place in self.sheet
        ]

    @property
    def refused(self) -> list[BoundField]:
        """The fields that want another look."""
        return [self[place.key] for place in self.sheet if place.key in self.errors]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        seen = _seen(cleaned.get("seen", ""))
        if (
            seen is None
            or cleaned.get("version") is None
            or not all(name in self.data for name in seen if name in self.fields)
        ):
            self.add_error(None, _("The sheet came back incomplete. Load it anew."))
            return cleaned
        stale = cleaned["version"] != self.sheet.assessment.version
        for place in self.sheet:
            # What has come to be since the sheet was opened was not its editor's to fill in.
            if place.key in self.errors or place.key not in seen:
                continue
            before, after = seen[place.key], cleaned[place.key]
            if after is not None:
                try:
                    check_score(after)
                except ValidationError as problem:
                    self.add_error(place.key, problem)
                    continue
            if after != before:
                self.entries.append(ScoreEntry(place.key, before, after))
            elif stale and before != place.score:
                self._follow(place)
        for index, refused in score_problems(self.sheet, self.entries).items():
            self.add_error(self.entries[index].key, refused)
        if stale:
            self.add_error(None, _meanwhile(self.sheet.assessment, clashing=bool(self.refused)))
            self.data = self.data.copy()
            self.data["version"] = str(self.sheet.assessment.version)
            self.data["seen"] = self.initial["seen"]
        return cleaned

    def _follow(self, place: Place) -> None:
        """An untouched line shows what the other one saved."""
        self.data = self.data.copy()
        self.data[place.key] = _typed(place.score)


def _typed(score: Decimal | None) -> str:
    return "" if score is None else f"{score:.2f}"


def _seen(text: str) -> dict[str, Decimal | None] | None:
    """The scores that a sheet's editor read; None where that came back broken."""
    try:
        found = json.loads(text)
        seen = {key: None if score == "" else Decimal(score) for key, score in found.items()}
    except (ValueError, AttributeError, TypeError, InvalidOperation, RecursionError):
        return None
    return seen if all(score is None or score.is_finite() for score in seen.values()) else None


def _meanwhile(assessment: ItaAssessment, *, clashing: bool) -> str:
    """Who was faster; ``clashing``: some line was changed by both."""
    last = assessment.history.order_by("-history_id").first()
    who = last.history_user_name if last and last.history_user_name else _("the system")
    when = format_date(timezone.localtime(last.history_date).date()) if last else "–"
    told = _(
        "%(who)s has saved this assessment meanwhile (%(when)s), and nothing has been overwritten. "
        "Their changes are below."
    ) % {"who": who, "when": when}
    if clashing:
        return f"{told} " + _("Lines that you both changed are marked; saving again keeps yours.")
    return f"{told} " + _("You changed other lines than they did; saving again keeps both.")


class UploadForm(forms.Form):
    """A filled-in workbook."""

    workbook = forms.FileField(
        label=gettext_lazy("filled-in workbook (.xlsx)"),
        error_messages={
            "required": gettext_lazy("Choose the workbook that you filled in."),
            "empty": gettext_lazy("The file is empty. Choose the workbook that you filled in."),
        },
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
    )

    def clean_workbook(self) -> bytes:
        file = self.cleaned_data["workbook"]
        if file.size > MAX_BYTES:
            raise ValidationError(
                _("The file is larger than %(limit)s MB.") % {"limit": MAX_BYTES // 1_000_000}
            )
        return bytes(file.read())


class BeginForm(forms.Form):
    """Which year, and whose, begins from an assessment's structure."""

    agency = forms.ModelChoiceField(
        Agency.objects.order_by("name"), label=gettext_lazy("agency"), empty_label=None
    )
    fiscal_year = ThaiYearField(label=gettext_lazy("fiscal year"))

    def __init__(self, source: ItaAssessment, data: Mapping[str, Any] | None = None) -> None:
        initial = {"agency": source.agency_id, "fiscal_year": source.fiscal_year + 1}
        super().__init__(data, initial=initial)
