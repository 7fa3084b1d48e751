"""Form fields that read Thai digits and years, and forms that know which version they edit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from strategy.messages import sentence
from strategy.records.history import history_of
from strategy.records.model import Record
from strategy.thai import (
    Refusal,
    format_baht,
    format_date,
    format_exact,
    parse_date,
    parse_number,
    parse_year,
)


class ReadField(forms.CharField):
    """A field that has changed where what was typed reads otherwise than what is stored.

    The same number may be typed in many ways, and browsers send other line ends than are stored.
    """

    def has_changed(self, initial: Any, data: Any) -> bool:
        if self.disabled:
            return False
        try:
            return bool(self.to_python(initial) != self.to_python(data))
        except forms.ValidationError:
            return True


class ThaiDecimalField(ReadField):
    """A number in Arabic or Thai digits, with or without commas; Decimal or None."""

    def __init__(self, *, max_decimals: int = 4, percent: bool = False, **kwargs: Any) -> None:
        """``percent``: "75%" may be typed as well."""
        kwargs.setdefault(
            "widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        )
        super().__init__(**kwargs)
        self.max_decimals, self.percent = max_decimals, percent

    def prepare_value(self, value: Any) -> Any:
        return format_exact(value) if isinstance(value, Decimal) else value

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        if value in self.empty_values:
            return None
        if isinstance(value, Decimal):
            return value
        try:
            return parse_number(str(value), max_decimals=self.max_decimals, percent=self.percent)
        except Refusal as refusal:
            raise sentence(refusal) from None


class ThaiBahtField(ThaiDecimalField):
    """An amount in baht, shown whole or with both decimals."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_decimals": 2, **kwargs})

    def prepare_value(self, value: Any) -> Any:
        return format_baht(value) if isinstance(value, Decimal) else value


class ThaiIntegerField(ThaiDecimalField):
    """A whole number in Arabic or Thai digits."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_decimals=0, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return value

    def to_python(self, value: Any) -> int | None:  # type: ignore[override]
        number = super().to_python(value if not isinstance(value, int) else Decimal(value))
        return None if number is None else int(number)


class ThaiYearField(ThaiIntegerField):
    """A fiscal year of the Buddhist Era; a year of the Christian Era is refused by name."""

    def to_python(self, value: Any) -> int | None:  # type: ignore[override]
        if value in self.empty_values:
            return None
        try:
            return parse_year(str(value))
        except Refusal as refusal:
            raise sentence(refusal) from None


def typed_text(data: Mapping[str, Any] | None, name: str) -> str:
    """A text that no form field cleans, without blanks around it and without null characters,
    which nobody types and no database takes."""
    return str((data or {}).get(name, "")).replace("\x00", "").strip()


class WordsField(ReadField):
    """Lines of text, without the line ends that browsers send."""

    def __init__(self, *, rows: int = 2, widget: Any = None, **kwargs: Any) -> None:
        super().__init__(widget=widget or forms.Textarea(attrs={"rows": rows}), **kwargs)

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").replace("\r\n", "\n")


class ThaiDateField(ReadField):
    """A day of the Buddhist Era, day first, in Arabic or Thai digits; date or None.

    ``letter``: the date of an official letter, whose year may have two digits.
    """

    def __init__(self, *, letter: bool = False, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"autocomplete": "off"}))
        super().__init__(**kwargs)
        self.letter = letter

    def prepare_value(self, value: Any) -> Any:
        return format_date(value) if isinstance(value, date) else value

    def to_python(self, value: Any) -> date | None:  # type: ignore[override]
        if value in self.empty_values:
            return None
        if isinstance(value, date):
            return value
        try:
            return parse_date(str(value), letter=self.letter)
        except Refusal as refusal:
            raise sentence(refusal) from None


class RecordForm(forms.ModelForm):
    """A form of one stored fact. It carries the version that its editor read.

    Where somebody saved meanwhile, it shows who changed what to what, keeps what was typed, and
    lets the editor decide: saving again then replaces what is there.
    """

    #: What was typed; replaced by a copy where the form itself corrects it.
    data: Any

    expected_version = forms.IntegerField(label="", widget=forms.HiddenInput, required=False)
    change_reason = forms.CharField(
        label=gettext_lazy("reason for the change"),
        required=False,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text=gettext_lazy("Kept in the history."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is not None:
            self.fields["expected_version"].initial = self.versioned.version

    @property
    def versioned(self) -> Any:
        """The row whose version the form carries, as it was read."""
        return self.instance

    def version_now(self) -> int | None:
        """The version that is stored by now; None where the row is gone."""
        rows = type(self.instance)._base_manager.filter(pk=self.instance.pk)
        stored: int | None = rows.values_list("version", flat=True).first()
        return stored

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.instance.pk is not None:
            self.check_version(cleaned.get("expected_version"))
        return cleaned

    def check_version(self, read: int | None) -> bool:
        """Say what has become of the row since its version ``read``; gives whether anything has."""
        current = self.version_now()
        if current is None:
            self.add_error(None, _("Somebody has deleted this meanwhile."))
        elif read != current:
            for line in stale_lines(self.versioned, read):
                self.add_error(None, line)
            self.data = self.data.copy()
            self.data[self.add_prefix("expected_version")] = str(current)
        return bool(read != current)

    @property
    def really_changed(self) -> list[str]:
        """The changed fields that are facts."""
        return [
            name for name in self.changed_data if name not in ("expected_version", "change_reason")
        ]


class RecordInlineForm(RecordForm):
    """The same below a parent, whose form asks for the reason."""

    change_reason = None  # type: ignore[assignment]


def choice_field(form: forms.BaseForm, name: str) -> forms.ChoiceField:
    """A form's field that chooses from a list."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    return field


def link_field(form: forms.BaseForm, name: str) -> forms.ModelChoiceField:
    """A form's field that chooses from rows."""
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)
    return field


def add_errors(form: forms.BaseForm, refused: ValidationError) -> None:
    """Put a refusal beside the fields that the form has, else above it."""
    by_field = refused.error_dict if hasattr(refused, "error_dict") else {None: [refused]}
    for name, problems in by_field.items():
        for problem in problems:
            form.add_error(name if name in form.fields else None, problem)


def stale_lines(instance: Record, read: int | None, hidden: Iterable[str] = ()) -> list[str]:
    """Who changed a row since its version ``read``, and what, one sentence each.

    ``hidden``: fields that the reader knows from where the sentences stand.
    """
    lines = [
        _(
            "Somebody else has changed this meanwhile, and nothing has been overwritten. "
            "What you typed is below; saving again replaces their change."
        )
    ]
    changes = history_of(type(instance), hidden=hidden, id=instance.pk, version__gte=read or 1)
    for entry in changes[:-1] if len(changes) > 1 else changes:
        what = "; ".join(
            f"{change.field}: {change.before or '–'} → {change.after or '–'}"
            for change in entry.changes
        )
        lines.append(f"{entry.who} ({format_date(timezone.localtime(entry.when).date())}): {what}")
    return lines
