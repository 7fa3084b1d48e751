"""Evidence as somebody enters it: its form fields, and what is refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, cast
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from strategy.evidence.content import ENDINGS
from strategy.evidence.model import Evidence
from strategy.evidence.write import file_held, held_text, upload_store
from strategy.models import EvidenceFile
from strategy.records.forms import ThaiDateField, WordsField, choice_field

PREFIX = "evidence"
#: Empty rows below those that are kept.
EXTRA = 2
#: More than this in one form is a mistake or an attack.
MOST = 100
#: More pieces than this for one statement are a mistake or an attack.
MOST_EVIDENCE = 20
_TYPED = ("number", "dated", "url", "text")
_FIELDS = ("kind", *_TYPED, "file")
_is_address = URLValidator(schemes=["http", "https"])


@dataclass(frozen=True, slots=True)
class EvidenceEntry:
    """One piece: an official letter by number and date, another document, a link, or a file.

    ``file``: a stored one, or one that was just received and is kept once the entry is written.
    """

    kind: str = Evidence.Kind.LETTER
    number: str = ""
    dated: date | None = None
    url: str = ""
    text: str = ""
    file: EvidenceFile | None = None

    def fields(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in _FIELDS}


def entry_of(piece: Evidence) -> EvidenceEntry:
    """A stored piece as it would be entered."""
    return EvidenceEntry(**{name: getattr(piece, name) for name in _FIELDS})


def entry_kept(details: Mapping[str, Any]) -> EvidenceEntry:
    """A piece as a history row keeps it (``Evidence.as_details``)."""
    dated, file = details["dated"], details.get("file")
    read = {
        "dated": date.fromisoformat(dated) if dated else None,
        "file": EvidenceFile(**file) if file else None,
    }
    return EvidenceEntry(**{**details, **read})


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
    if piece.kind == Evidence.Kind.FILE and piece.file is None:
        problems["upload"] = ValidationError(_("Choose the file."))
    if piece.kind == Evidence.Kind.DOCUMENT and not piece.text and piece.file is None:
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
    """One row; left empty it is no evidence.

    A file is stored as soon as it was received and found right, whatever else is refused: the
    form then holds it by a signed text, and it need not be chosen again. ``uploader``: who may
    send files with this form; None: it takes none.
    """

    #: What was typed; replaced by a copy where the form holds a file that was received.
    data: Any

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
    upload = forms.FileField(
        label=gettext_lazy("file"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(
            attrs={"accept": ",".join(sorted({end for ends in ENDINGS.values() for end in ends}))}
        ),
    )
    without = forms.BooleanField(label=gettext_lazy("take the file away"), required=False)
    held = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, today: date, uploader: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.uploader = uploader
        #: The file of this row, once it is known.
        self.file: EvidenceFile | None = (self.initial or {}).get("file")
        if uploader is None:
            for name in ("upload", "without", "held"):
                del self.fields[name]
            kinds = [choice for choice in Evidence.Kind.choices if choice[0] != Evidence.Kind.FILE]
            choice_field(self, "kind").choices = kinds
        elif self.file is not None:
            self.initial["held"] = held_text(self.file)
        # Also a row that was kept may be emptied: that takes the piece away.
        self.empty_permitted = True
        # By the place of a hint the style sheet knows what is empty, and leaves away what does not
        # belong to the kind of evidence.
        for name in ("number", "dated", "url"):
            self.fields[name].widget.attrs["placeholder"] = " "
        self.today = today

    def has_changed(self) -> bool:
        """A row counts by what is written in it; its kind alone says nothing."""
        return (
            not self.is_bound
            or self.add_prefix("upload") in self.files
            or any(str(self.data.get(self.add_prefix(name), "")).strip() for name in _TYPED)
            or bool(self._held())
        )

    def _held(self) -> str:
        """The file that the form holds, as it came; nothing where it is to be taken away."""
        if self.uploader is None or self["without"].data:
            return ""
        return str(self.data.get(self.add_prefix("held"), ""))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.uploader is not None:
            self._receive(cleaned)
        if not self.errors:
            for name, problem in evidence_problems(self.entry(), self.today).items():
                self.add_error(name, problem)
        return cleaned

    def _receive(self, cleaned: dict[str, Any]) -> None:
        """Take the file that was sent, else the one that the form holds."""
        try:
            held = self._held()
            self.file = file_held(held, self.uploader) if held else None
            if cleaned.get("upload") is not None:
                self.file = upload_store(cleaned["upload"], self.uploader)
        except ValidationError as refused:
            self.add_error("upload", refused)
        self.data = self.data.copy()
        self.data.pop(self.add_prefix("without"), None)
        self.data[self.add_prefix("held")] = held_text(self.file) if self.file else ""

    def entry(self) -> EvidenceEntry:
        cleaned = self.cleaned_data
        kind, number = cleaned["kind"], cleaned["number"].strip()
        if self.file is not None and kind == Evidence.Kind.LETTER and not number:
            # Nobody has to say that a file is one.
            kind = Evidence.Kind.FILE.value
        return EvidenceEntry(
            kind, number, cleaned["dated"], cleaned["url"].strip(), cleaned["text"].strip(),
            self.file,
        )  # fmt: skip


class EvidenceFormSet(forms.BaseFormSet):
    """All the pieces of one record, in their order; a row that is emptied is taken away."""

    @property
    def most_megabytes(self) -> int:
        """How large a file may be."""
        return int(settings.EVIDENCE_MAX_MB)

    def entries(self) -> tuple[EvidenceEntry, ...]:
        """What was typed, once it is valid."""
        return tuple(form.entry() for form in self.forms if form.has_changed())


_FormSet = forms.formset_factory(
    EvidenceForm, EvidenceFormSet, extra=EXTRA, max_num=MOST, absolute_max=MOST, validate_max=True
)


def evidence_forms(
    data: Any, files: Any, kept: Iterable[EvidenceEntry], today: date, *, uploader: Any = None
) -> EvidenceFormSet:
    """The rows of a form: what is kept, and empty ones. ``data`` None shows what is kept.

    ``files``: those that were sent with it; ``uploader``: as for :class:`EvidenceForm`.
    """
    initial = [piece.fields() for piece in kept]
    came = data is not None and f"{PREFIX}-TOTAL_FORMS" in data
    formset: Any = _FormSet(
        data if came else None,
        files if came else None,
        prefix=PREFIX,
        initial=initial,
        form_kwargs={"today": today, "uploader": uploader, "use_required_attribute": False},
    )
    return cast(EvidenceFormSet, formset)
