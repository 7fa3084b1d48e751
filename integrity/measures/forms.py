"""The forms by which quarters of measures are reported: first whose and which, then all of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integrity.measures.duties import EntryRow
from integrity.measures.models import QUARTER_CHOICES, ItaMeasure, QuarterProgress
from integrity.measures.rows import EvidenceRow, UnitName
from integrity.measures.rules import latest_quarter
from integrity.measures.write import (
    FigureEntry,
    ProgressEntries,
    ProgressEntry,
    quarter_problem,
)
from strategy.calendar import FiscalMonth
from strategy.evidence.entry import EvidenceEntry, EvidenceForm, entry_kept
from strategy.records.forms import ThaiDecimalField, WordsField, choice_field, stale_lines
from strategy.records.screen import EntryScreen, row_read


class ChooseForm(forms.Form):
    """Whose quarter to report. Year and quarter may be left to the latest that is over.

    ``cleaned_data`` holds ``unit``, ``agency_id``, ``year`` and ``quarter`` once it is valid.
    """

    unit = forms.ChoiceField(label=gettext_lazy("unit"))
    year = forms.TypedChoiceField(
        label=gettext_lazy("fiscal year"), required=False, coerce=int, empty_value=None
    )
    quarter = forms.TypedChoiceField(
        label=gettext_lazy("quarter"), required=False, coerce=int, empty_value=None
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        *,
        units: dict[str, tuple[UnitName | None, int]],
        years: dict[int, list[int]],
        today: date,
    ) -> None:
        super().__init__(data)
        self.units, self.years, self.today = units, years, today
        names = [
            (key, unit.name if unit else _("measures without a unit"))
            for key, (unit, _agency) in units.items()
        ]
        choice_field(self, "unit").choices = names if len(names) == 1 else [("", "–"), *names]
        every = sorted({year for found in years.values() for year in found}, reverse=True)
        choice_field(self, "year").choices = [
            ("", _("the latest")),
            *((year, year) for year in every),
        ]
        choice_field(self, "quarter").choices = [
            ("", _("the latest that is over")),
            *QUARTER_CHOICES,
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        unit, agency = self.units[cleaned["unit"]]
        years = self.years.get(agency, [])
        if not years:
            self.add_error(None, _("No integrity measures have been entered yet."))
            return cleaned
        running = FiscalMonth.of(self.today).year
        year = cleaned.get("year") or next((y for y in years if y <= running), years[0])
        quarter = cleaned.get("quarter") or latest_quarter(year, self.today)
        if year not in years:
            self.add_error(
                "year",
                _("There are measures of the fiscal years %(years)s.")
                % {"years": ", ".join(map(str, years))},
            )
            return cleaned
        problem = quarter_problem(year, quarter, self.today)
        if problem is not None:
            self.add_error("quarter", problem)
        return {**cleaned, "unit": unit, "agency_id": agency, "year": year, "quarter": quarter}


#: What the reader of a sheet's row knows from where it stands.
_KNOWN = ("measure", "quarter")
_Facts = tuple[str, str, tuple[EvidenceEntry, ...]]


def _piece(row: EvidenceRow) -> EvidenceEntry:
    return EvidenceEntry(row.kind, row.number, row.dated, row.url, row.text, row.file)


class RowForm(forms.Form):
    """One measure's quarter, with its evidence. It carries which row, and version, was read.

    Where somebody saved meanwhile it does what every form here does: it shows who changed what,
    keeps what was typed, and saving again then replaces what is there. A row that the editor has
    not touched follows the other one's change instead.
    """

    #: What was typed; replaced by a copy where the form itself corrects it.
    data: Any

    state = forms.ChoiceField(label=gettext_lazy("progress"), required=False)
    text = WordsField(label=gettext_lazy("what was done in this quarter"), required=False, rows=3)
    version = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        row: EntryRow,
        data: Mapping[str, Any] | None,
        *,
        today: date,
        files: Mapping[str, Any] | None = None,
        uploader: Any = None,
    ) -> None:
        """``files``: those that were sent with it; ``uploader``: who may send some, if any."""
        self.row, self.today, self.uploader, self.sent = row, today, uploader, files or {}
        self.follows = False
        quarter = row.quarter
        self.stored: _Facts = ("", "", ())
        if quarter.progress_id is not None:
            pieces = tuple(_piece(piece) for piece in quarter.evidence)
            self.stored = (quarter.state, quarter.text, pieces)
        initial = {"state": self.stored[0], "text": self.stored[1], "version": row.token}
        super().__init__(data, prefix=f"m{row.measure.id}", initial=initial)
        choice_field(self, "state").choices = [
            ("", "–"),
            *QuarterProgress.State.choices,
        ]
        self._set_pieces(data)

    def _set_pieces(self, data: Mapping[str, Any] | None) -> None:
        pieces = self.stored[2]
        places = set(range(max(len(pieces) + 1, 2)))
        if data is not None:
            pattern = re.compile(rf"{self.prefix}-evidence-(\d{{1,9}})-\w+", re.ASCII)
            names = [*data, *self.sent]
            places |= {int(match[1]) for match in map(pattern.fullmatch, names) if match}
        self.pieces = [
            EvidenceForm(
                data,
                self.sent if data is not None else None,
                prefix=f"{self.prefix}-evidence-{place}",
                initial=pieces[place].fields() if place < len(pieces) else None,
                today=self.today,
                uploader=self.uploader,
                use_required_attribute=False,
            )
            for place in sorted(places)
        ]

    @property
    def has_evidence(self) -> bool:
        return bool(self.stored[2]) or (
            self.is_bound and any(piece.has_changed() for piece in self.pieces)
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for piece in self.pieces:
            piece.is_valid()
        if cleaned.get("version", "") != self.row.token:
            self._meet(cleaned.get("version", ""))
        return cleaned

    @property
    def is_wrong(self) -> bool:
        return bool(self.errors) or any(piece.errors for piece in self.pieces)

    def _meet(self, token: str) -> None:
        """Somebody saved since the editor read the row called ``token``."""
        pk, version = row_read(token)
        read = None if pk is None else self._as_read(pk, version)
        self.data = self.data.copy()
        self.data[self.add_prefix("version")] = self.row.token
        kept = self.row.quarter.progress_id
        unclear = bool(self.errors) or any(piece.errors for piece in self.pieces)
        if not unclear and self._typed() in (_facts(read), self.stored):
            self.follows = True
            self.data[self.add_prefix("state")] = self.stored[0]
            self.data[self.add_prefix("text")] = self.stored[1]
            self._set_pieces(None)
        elif kept is None:
            self.add_error(
                None,
                _("Somebody has deleted this meanwhile. Saving again enters what you typed anew."),
            )
        else:
            instance = QuarterProgress(pk=kept)
            for line in stale_lines(instance, version if kept == pk else None, _KNOWN):
                self.add_error(None, line)

    def _as_read(self, pk: int, version: int | None) -> Any:
        """The row as it stood when the editor read it, from the history; None if there is none."""
        return QuarterProgress.history.filter(
            id=pk, version=version, measure=self.row.measure.id, quarter=self.row.quarter.quarter
        ).exclude(history_type="-").first()  # fmt: skip

    def _typed(self) -> _Facts:
        pieces = tuple(piece.entry() for piece in self.pieces if piece.has_changed())
        return (self.cleaned_data.get("state", ""), self.cleaned_data.get("text", ""), pieces)

    @property
    def has_news(self) -> bool:
        """Whether something clear was typed that is not stored yet."""
        return not self.is_wrong and not self.follows and self._typed() != _settled(self.stored)

    def entry(self, measures: Mapping[int, ItaMeasure]) -> ProgressEntry:
        """What was typed, for the service."""
        state, text, pieces = self._typed()
        return ProgressEntry(
            measure=measures[self.row.measure.id],
            quarter=self.row.quarter.quarter,
            state=state,
            text=text,
            evidence=pieces,
            expected_version=row_read(self.cleaned_data["version"])[1],
        )

    def refuse(self, refused: ValidationError) -> None:
        """Put a service's refusals beside their fields."""
        for name, problems in refused.error_dict.items():
            for problem in problems:
                self.add_error(name if name in ("state", "text") else None, problem)


def _settled(stored: _Facts) -> _Facts:
    """Stored facts as a browser sends them back."""
    return (stored[0], stored[1].replace("\r\n", "\n").strip(), stored[2])


def _facts(row: Any) -> _Facts:
    """The facts of a history row; those of nothing where there is none."""
    if row is None:
        return ("", "", ())
    pieces = tuple(map(entry_kept, row.details.get("evidence", [])))
    return _settled((row.state, row.text, pieces))


class QuarterScreen(EntryScreen):
    """A quarter of all of a unit's measures."""

    writes = ProgressEntries
    typed = (
        "state",
        "text",
        *(f"evidence-{name}" for name in ("number", "dated", "url", "text", "held")),
    )
    foreign = gettext_lazy(
        "Something was typed for measures that this unit no longer answers for. "
        "Nothing was saved; look at the rows again."
    )

    def rows(self) -> list[RowForm]:
        about = {"today": self.today, "files": self.files, "uploader": self.uploader}
        return [RowForm(row, self.data, **about) for row in self.shown.rows]

    def month_rows(self) -> list[QuarterProgress]:
        measures = ItaMeasure.objects.select_related("issue__year").filter(
            pk__in=[row.measure.id for row in self.shown.rows]
        )
        return [QuarterProgress(measure=each, quarter=self.shown.quarter) for each in measures]

    def entries(self, news: Sequence[RowForm]) -> list[tuple[RowForm, ProgressEntry]]:
        rows = ItaMeasure.objects.select_related("issue__year")
        measures = rows.in_bulk([form.row.measure.id for form in news])
        return [(form, form.entry(measures)) for form in news if form.row.measure.id in measures]


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
