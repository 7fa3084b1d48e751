"""The forms of ITA: all scores of an assessment on one screen, an upload, the next year."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integrity.ita.models import ItaAssessment
from integrity.ita.read import ita_year
from integrity.ita.rows import NO_SCORE, Score
from integrity.ita.scores import Place, ScoreEntry, ScoreTree, check_score
from integrity.ita.write import ScoreEntries
from strategy.models import Agency
from strategy.records.forms import ThaiDecimalField, ThaiYearField
from strategy.records.screen import EntryScreen
from strategy.thai import format_date
from strategy.workbook.upload import MAX_BYTES


class ScoreFields(forms.Form):
    """A field for every score of an assessment, and what the screen's editor read."""

    #: What was typed; replaced by a copy where the screen itself corrects it.
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

    def __init__(self, tree: ScoreTree, data: Mapping[str, Any] | None) -> None:
        initial = {place.key: _typed(place.score) for place in tree}
        stored = {"version": tree.assessment.version, "seen": json.dumps(initial)}
        super().__init__(data, initial={**initial, **stored}, auto_id="id_%s")
        for place in tree:
            label = f"{place.code} {place.name}".strip()
            self.fields[place.key] = ThaiDecimalField(label=label, max_decimals=2, required=False)

    def correct(self, **values: Any) -> None:
        """Show something else than what was typed."""
        self.data = self.data.copy()
        self.data.update(values)

    @cached_property
    def read(self) -> dict[str, Decimal | None] | None:
        """The scores that the editor read, by key; None where the screen came back broken."""
        seen = _seen(self.cleaned_data.get("seen", ""))
        if seen is None or self.cleaned_data.get("version") is None:
            return None
        return seen if all(name in self.data for name in seen if name in self.fields) else None


class ScoreRow:
    """A line of the screen: what it is, its field, and what follows from the lines below it."""

    def __init__(self, place: Place, fields: ScoreFields, score: Score) -> None:
        self.place, self.fields, self.score = place, fields, score
        self.prefix, self.is_bound = place.key, fields.is_bound

    @property
    def field(self) -> BoundField:
        return self.fields[self.place.key]

    @property
    def is_wrong(self) -> bool:
        return self.place.key in self.fields.errors

    @property
    def has_news(self) -> bool:
        """What has come to be since the screen was opened was not its editor's to fill in."""
        seen, key = self.fields.read, self.place.key
        if self.is_wrong or seen is None or key not in seen:
            return False
        return bool(self.fields.cleaned_data[key] != seen[key])

    def is_valid(self) -> bool:
        score = self.fields.cleaned_data.get(self.place.key) if self.fields.is_valid() else None
        if score is not None:
            try:
                check_score(score)
            except ValidationError as problem:
                self.refuse(problem)
        return not self.is_wrong

    def entry(self) -> ScoreEntry:
        key = self.place.key
        return ScoreEntry(key, (self.fields.read or {})[key], self.fields.cleaned_data[key])

    def refuse(self, refused: ValidationError) -> None:
        self.fields.add_error(self.place.key, refused)

    def follow(self) -> None:
        """Show what somebody else saved, where this editor left the line alone."""
        seen = self.fields.read or {}
        untouched = self.prefix in seen and not self.is_wrong and not self.has_news
        if untouched and seen[self.prefix] != self.place.score:
            self.fields.correct(**{self.prefix: _typed(self.place.score)})


class ScoreScreen(EntryScreen):
    """Every score of an assessment. It carries what its editor read.

    Where somebody saved meanwhile, nothing is overwritten: a line that the editor left alone
    follows the other's change, one that both changed says so beside its field, and saving again
    then replaces what is there.
    """

    writes = ScoreEntries

    def __init__(
        self, assessment: ItaAssessment, data: Mapping[str, Any] | None, *, today: date
    ) -> None:
        self.assessment = assessment
        super().__init__(lambda: ScoreTree(self.assessment), data, today=today)

    def rows(self) -> Iterator[ScoreRow]:
        self.fields = ScoreFields(self.shown, self.data)
        scores = _scores_by_key(self.assessment.agency, self.assessment.fiscal_year)
        for place in self.shown:
            yield ScoreRow(place, self.fields, scores.get(place.key, NO_SCORE))

    def is_valid(self) -> bool:
        clear = super().is_valid()
        if self.fields.read is None:
            self.general.append(_("The screen came back incomplete. Load it anew."))
            return False
        if self.fields.cleaned_data["version"] != self.assessment.version:
            self.general.append(_meanwhile(self.assessment, clashing=bool(self.refused)))
            for form in self.forms:
                form.follow()
            self.fields.correct(
                version=str(self.assessment.version), seen=self.fields.initial["seen"]
            )
            return False
        return clear

    def month_rows(self) -> list[ItaAssessment]:
        return [self.assessment]

    def entries(self, news: Sequence[ScoreRow]) -> list[tuple[ScoreRow, ScoreEntry]]:
        return [(row, row.entry()) for row in news]

    def about(self) -> Mapping[str, Any]:
        # No row is at version 0: where the screen came back without one, nothing can be saved.
        version = self.fields.cleaned_data.get("version") or 0
        return {"assessment": self.assessment, "expected_version": version}

    def read_again(self) -> None:
        stored = ItaAssessment.objects.select_related("agency")
        self.assessment = stored.get(pk=self.assessment.pk)
        super().read_again()


def _scores_by_key(agency: Agency, year: int) -> dict[str, Score]:
    """The scores of an assessment under the keys of its score sheet (scores.py)."""
    now = ita_year(agency, year, drafts=True).now
    found = {f"T{now.id}": now.total}
    found |= {f"P{part.id}": part.score for row in now.instruments for part in row.parts}
    found |= {f"I{row.id}": row.score for row in now.indicators}
    return found | {f"Q{item.id}": item.score for item in now.all_items()}


def _typed(score: Decimal | None) -> str:
    return "" if score is None else f"{score:.2f}"


def _seen(text: str) -> dict[str, Decimal | None] | None:
    """The scores that a screen's editor read; None where that came back broken."""
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
    draft = forms.BooleanField(
        label=gettext_lazy("keep it as a draft"),
        required=False,
        help_text=gettext_lazy("It counts nowhere until it is handed in for approval."),
    )

    def __init__(self, source: ItaAssessment, data: Mapping[str, Any] | None = None) -> None:
        initial = {"agency": source.agency_id, "fiscal_year": source.fiscal_year + 1, "draft": True}
        super().__init__(data, initial=initial)
