"""A project's row on a screen of money: what was typed, beside what stands.

It carries which row, and version, its editor read. Where somebody saved meanwhile it does what
every form here does: it shows who changed what, keeps what was typed, and saving again then
replaces what is there. A row that the editor has not touched follows the other one's change.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Protocol

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from strategy.approval.model import State
from strategy.records.forms import stale_lines
from strategy.records.model import Record
from strategy.records.screen import row_read

#: What the reader of a sheet's row knows from where it stands.
_KNOWN = ("project", "fiscal_year", "month")


class EnteredRow(Protocol):
    """A project of a screen, and what stands for the month."""

    @property
    def project_id(self) -> int: ...

    @property
    def kept(self) -> Any: ...

    @property
    def is_closed(self) -> bool:
        """Approved: nobody changes it here."""

    @property
    def token(self) -> str:
        """Which row, in which version, an editor has read."""


class ProjectRowForm(forms.Form):
    """The figures of a month of one project; a subclass names its fields and their row."""

    #: What is stored, and the fields that say it.
    model: ClassVar[type[Record]]
    facts: ClassVar[tuple[str, ...]]
    #: Those of them that are free text.
    words: ClassVar[tuple[str, ...]] = ("note", "reason")

    #: What was typed; replaced by a copy where the form itself corrects it.
    data: Any

    version = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        row: EnteredRow,
        year: int,
        month: int,
        data: Mapping[str, Any] | None,
        *,
        drafts: bool = False,
    ) -> None:
        """``year`` and ``month``: as the row is stored under; ``drafts``: whether the press that
        sends it keeps drafts, rather than hands in."""
        self.row, self.drafts = row, drafts
        self.year, self.month = year, month
        self.follows = False
        initial = {**self._stored(row.kept), "version": row.token}
        prefix = f"p{row.project_id}"
        # A row that was shown as approved has no fields; one that was approved meanwhile has.
        if row.is_closed and (data or {}).get(f"{prefix}-version", "") in ("", row.token):
            data = None
        super().__init__(data, prefix=prefix, initial=initial)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("version", "") != self.row.token:
            self._meet(cleaned.get("version", ""))
        return cleaned

    def _meet(self, token: str) -> None:
        """Somebody saved since the editor read the row called ``token``."""
        pk, version = row_read(token)
        read = None if pk is None else self._as_read(pk, version)
        self.data = self.data.copy()
        self.data[self.add_prefix("version")] = self.row.token
        if not self.errors and self.typed() in (self._stored(read), self._stored(self.row.kept)):
            self.follows = True
            for name in self.facts:
                shown = self.fields[name].prepare_value(self.initial[name])
                self.data[self.add_prefix(name)] = "" if shown is None else str(shown)
        elif self.row.kept is None:
            self.add_error(
                None,
                _("Somebody has deleted this meanwhile. Saving again enters what you typed anew."),
            )
        else:
            since = version if self.row.kept.pk == pk else None
            for line in stale_lines(self.row.kept, since, _KNOWN):
                self.add_error(None, line)

    def _as_read(self, pk: int, version: int | None) -> Any:
        """The row as it stood when the editor read it, from the history; None if there is none."""
        history: Any = self.model.history
        own = history.filter(
            id=pk, version=version, project=self.row.project_id,
            fiscal_year=self.year, month=self.month,
        )  # fmt: skip
        return own.exclude(history_type="-").first()

    def typed(self) -> dict[str, Any]:
        """The facts as they were typed."""
        return {name: self.cleaned_data.get(name) for name in self.facts}

    def _stored(self, row: Any) -> dict[str, Any]:
        """The facts of a stored row, or of a history row; those of nothing where there is none."""
        if row is None:
            return {name: "" if name in self.words else None for name in self.facts}
        stored = {name: getattr(row, name) for name in self.facts}
        return stored | {name: stored[name].replace("\r\n", "\n").strip() for name in self.words}

    @property
    def has_news(self) -> bool:
        """Whether there is something clear to save: typed, or a draft that is now handed in."""
        if self.errors or self.follows:
            return False
        kept = self.row.kept
        hands_in = not self.drafts and kept is not None and kept.is_unsent
        return hands_in or self.typed() != self._stored(kept)

    @property
    def approval(self) -> str:
        """The state that is asked for: what is handed in already stays so."""
        kept = self.row.kept
        unsent = kept is None or kept.is_unsent
        return State.DRAFT if self.drafts and unsent else State.SUBMITTED

    @property
    def read_version(self) -> int | None:
        """The version that the editor read."""
        return row_read(self.cleaned_data["version"])[1]

    @property
    def is_wrong(self) -> bool:
        return bool(self.errors)

    def refuse(self, refused: ValidationError) -> None:
        """Put a service's refusals beside their fields."""
        for name, problems in refused.error_dict.items():
            for problem in problems:
                self.add_error(name if name in self.facts else None, problem)
