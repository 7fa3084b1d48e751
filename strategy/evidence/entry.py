"""Evidence as somebody enters it: its form fields, and what is refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, cast
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from strategy.evidence.model import Evidence
from strategy.records.forms import ThaiDateField, WordsField

PREFIX = "evidence"
#: Empty rows below those that are kept.
EXTRA = 2
#: More than this in one form is a mistake or an attack.
MOST = 100
#: More pieces than this for one statement are a mistake or an attack.
MOST_EVIDENCE = 20
_FIELDS = ("kind", "number", "dated", "url", "text")
_is_address = URLValidator(schemes=["http", "https"])


@dataclass(frozen=True, slots=True)
class EvidenceEntry:
    """One piece: an official letter by number and date, another document, or a link."""

    kind: str = Evidence.Kind.LETTER
    number: str = ""
    dated: date | None = None
    url: str = ""
    text: str = ""

    def fields(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in _FIELDS}


def entry_of(piece: Evidence) -> EvidenceEntry:
    """A stored piece as it would be entered."""
    return EvidenceEntry(**{name: getattr(piece, name) for name in _FIELDS})


def entry_kept(details: Mapping[str, Any]) -> EvidenceEntry:
    """A piece as a history row keeps it (``Evidence.as_details``)."""
    dated = details["dated"]
    return EvidenceEntry(**{**details, "dated": date.fromisoformat(dated) if dated else None})


def evidence_problems(piece: EvidenceEntry, today: date) -> dict[str, ValidationError]:
    """Every reason to refuse a piece, by field."""
    problems = {}
    if piece.kind not in Evidence.Kind.values:
        problems["kind"] = ValidationError(_("Choose one of the listed answers."))
    if piece.kind == Evidence.Kind.LETTER and not piece.number:
        problems["number"] = ValidationError(
            _("Write the letter's number, such as ยธ ๐๔๐๑/๓๙๕; choose another kind if it has none.")
        )
    if len(piece.number) > 100:
        problems["number"] = ValidationError(_("At most %(most)s characters.") % {"most": 100})
    if piece.dated is not None and piece.dated > today:
        problems["dated"] = ValidationError(_("This day has not come yet; check the date."))
    if piece.kind == Evidence.Kind.DOCUMENT and not piece.text:
        problems["text"] = ValidationError(_("Say which document it is."))
    if piece.kind == Evidence.Kind.LINK and not piece.url:
        problems["url"] = ValidationError(_("Write the address, beginning with https://."))
    if piece.url and not _is_web(piece.url):
        problems["url"] = ValidationError(
            _("Only an address of the web can be kept: it begins with https:// or http://.")
        )
    return problems


def _is_web(url: str) -> bool:
    """Whether a browser may be led there: nothing that runs, no name and password in it."""
    try:
        _is_address(url)
        return len(url) <= 500 and not urlsplit(url).username
    except (ValidationError, ValueError):
        return False


class EvidenceForm(forms.Form):
    """One row; left empty it is no evidence."""

    kind = forms.ChoiceField(
        label=gettext_lazy("kind"), choices=Evidence.Kind.choices, initial=Evidence.Kind.LETTER
    )
    number = forms.CharField(label=gettext_lazy("letter number"), required=False)
    dated = ThaiDateField(label=gettext_lazy("dated"), required=False, letter=True)
    text = WordsField(label=gettext_lazy("what it is"), required=False)
    url = forms.CharField(
        label=gettext_lazy("web address"),
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Also a row that was kept may be emptied: that takes the piece away.
        self.empty_permitted = True
        self.today = today

    def has_changed(self) -> bool:
        """A row counts by what is written in it; its kind alone says nothing."""
        return not self.is_bound or any(
            str(self.data.get(self.add_prefix(name), "")).strip() for name in _FIELDS[1:]
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors:
            for name, problem in evidence_problems(self.entry(), self.today).items():
                self.add_error(name, problem)
        return cleaned

    def entry(self) -> EvidenceEntry:
        cleaned = self.cleaned_data
        return EvidenceEntry(
            cleaned["kind"], cleaned["number"].strip(), cleaned["dated"],
            cleaned["url"].strip(), cleaned["text"].strip(),
        )  # fmt: skip


class EvidenceFormSet(forms.BaseFormSet):
    """All the pieces of one record, in their order; a row that is emptied is taken away."""

    def entries(self) -> tuple[EvidenceEntry, ...]:
        """What was typed, once it is valid."""
        return tuple(form.entry() for form in self.forms if form.has_changed())


_FormSet = forms.formset_factory(
    EvidenceForm, EvidenceFormSet, extra=EXTRA, max_num=MOST, absolute_max=MOST, validate_max=True
)


def evidence_forms(
    data: Any, kept: Iterable[EvidenceEntry], today: date, *, editable: bool = True
) -> EvidenceFormSet:
    """The rows of a form: what is kept, and empty ones. ``data`` None shows what is kept."""
    initial = [piece.fields() for piece in kept]
    formset: Any = _FormSet(
        data if data is not None and f"{PREFIX}-TOTAL_FORMS" in data else None,
        prefix=PREFIX,
        initial=initial,
        form_kwargs={"today": today, "use_required_attribute": False},
    )
    if not editable:
        formset.extra = 0
    return cast(EvidenceFormSet, formset)
