"""The screen on which a quarter of all of a unit's measures is reported."""

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
from integrity.measures.models import ItaMeasure, QuarterProgress
from integrity.measures.rows import EvidenceRow
from integrity.measures.write import ProgressEntries, ProgressEntry
from strategy.approval.model import State
from strategy.approval.screen import DraftScreen
from strategy.evidence.entry import EvidenceEntry, EvidenceForm, entry_kept
from strategy.records.forms import WordsField, choice_field, stale_lines
from strategy.records.screen import row_read

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
        drafts: bool = False,
    ) -> None:
        """``files``: those that were sent with it; ``uploader``: who may send some, if any;
        ``drafts``: whether the press that sends it keeps drafts, rather than hands in."""
        self.row, self.today, self.uploader, self.sent = row, today, uploader, files or {}
        self.follows, self.drafts = False, drafts
        prefix = f"m{row.measure.id}"
        # A row that was shown as approved has no fields; one that was approved meanwhile has.
        if row.is_closed and (data or {}).get(f"{prefix}-version", "") in ("", row.token):
            data = None
        quarter = row.quarter
        self.stored: _Facts = ("", "", ())
        if quarter.progress_id is not None:
            pieces = tuple(_piece(piece) for piece in quarter.evidence)
            self.stored = (quarter.entered, quarter.text, pieces)
        initial = {"state": self.stored[0], "text": self.stored[1], "version": row.token}
        super().__init__(data, prefix=prefix, initial=initial)
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
        """Whether there is something clear to save: typed, or a draft that is now handed in."""
        if self.is_wrong or self.follows:
            return False
        hands_in = not self.drafts and self.row.quarter.is_unsent
        return hands_in or self._typed() != _settled(self.stored)

    @property
    def approval(self) -> str:
        """The state that is asked for: what is handed in already stays so."""
        return State.DRAFT if self.drafts and not self.row.quarter.counts else State.SUBMITTED

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
            approval=self.approval,
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


class QuarterScreen(DraftScreen):
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
        return [
            RowForm(
                row,
                self.data,
                today=self.today,
                files=self.files,
                uploader=self.uploader,
                drafts=self.drafts,
            )
            for row in self.shown.rows
        ]

    def month_rows(self) -> list[QuarterProgress]:
        measures = ItaMeasure.objects.select_related("issue__year").filter(
            pk__in=[row.measure.id for row in self.shown.rows]
        )
        return [QuarterProgress(measure=each, quarter=self.shown.quarter) for each in measures]

    def entries(self, news: Sequence[RowForm]) -> list[tuple[RowForm, ProgressEntry]]:
        rows = ItaMeasure.objects.select_related("issue__year")
        measures = rows.in_bulk([form.row.measure.id for form in news])
        return [(form, form.entry(measures)) for form in news if form.row.measure.id in measures]
