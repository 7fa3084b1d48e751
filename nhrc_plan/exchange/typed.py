"""A row of a sheet as the form of a screen takes it: what stands, what was typed, what is wrong.

Thousands of rows need no form each with a widget for every cell: where a form's class begins with
:class:`Cells`, its fields read the cells themselves, and what the form says of them stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError

#: What is wrong, by the name under which a field is sent; "" for the row.
Refusals = dict[str, list[ValidationError]]


class _Shared(dict[str, forms.Field]):
    """Fields that forms of a class have in common, where Django copies them for each form."""

    def __deepcopy__(self, memo: Any) -> dict[str, forms.Field]:
        return dict(self)


def shares_fields(form: Any) -> Any:
    """Let the forms of a class share its fields: thousands of copies are most of their weight.

    Such forms change no field.
    """
    form.base_fields = _Shared(form.base_fields)
    return form


class _Errors(dict[str, list[ValidationError]]):
    """What is wrong, by field, as a form's own errors are asked."""

    def as_data(self) -> dict[str, list[ValidationError]]:
        return self


class Cells:
    """To begin the classes of a row's form with. Files are not taken."""

    data: Any
    fields: Any
    initial: Any
    prefix: Any
    is_bound: bool
    cleaned_data: Any
    follows: bool
    _found: _Errors | None = None

    def take(self, data: Mapping[str, str]) -> None:
        """Take something (else) as typed."""
        self.data, self.is_bound, self.follows, self._found = dict(data), True, False, None

    @property
    def errors(self) -> Any:
        if self._found is None:
            self.full_clean()
        return self._found

    def is_valid(self) -> bool:
        return self.is_bound and not self.errors

    def full_clean(self) -> None:
        """Read each field, then ask the form; the fields refuse what they refuse on a screen."""
        self._found, self.cleaned_data = _Errors(), {}
        for name, field in self.fields.items() if self.is_bound else ():
            value = field.widget.value_from_datadict(self.data, {}, f"{self.prefix}-{name}")
            try:
                self.cleaned_data[name] = field.clean(value)
            except ValidationError as refused:
                self.add_error(name, refused)
        if self.is_bound:
            try:
                self.clean()  # type: ignore[attr-defined]
            except ValidationError as refused:
                self.add_error(None, refused)

    def add_error(self, field: str | None, error: Any) -> None:
        refused = error if isinstance(error, ValidationError) else ValidationError(error)
        self.errors.setdefault(field or NON_FIELD_ERRORS, []).extend(refused.error_list)
        self.cleaned_data.pop(field or "", None)

    def has_error(self, field: str | None, code: str | None = None) -> bool:
        return any(
            code in (None, error.code) for error in self.errors.get(field or NON_FIELD_ERRORS, ())
        )

    # ----------------------------------------------------------------------- asked by an import

    def posted(self) -> dict[str, str]:
        found = {}
        for name, value in self.initial.items():
            field = self.fields[name]
            if isinstance(field, forms.BooleanField):
                if value:
                    found[f"{self.prefix}-{name}"] = "on"
            elif value is not None:
                found[f"{self.prefix}-{name}"] = str(field.prepare_value(value))
        return found

    def hidden(self) -> list[str]:
        return [
            f"{self.prefix}-{name}" for name, field in self.fields.items() if field.widget.is_hidden
        ]

    def refusals(self) -> Refusals:
        return {
            f"{self.prefix}-{name}" if name in self.fields else "": found
            for name, found in self.errors.items()
        }

    def changed(self, sent: str, after: str) -> bool:
        name = sent[len(self.prefix) + 1 :]
        return bool(self.fields[name].has_changed(self.initial.get(name), after))


class OfForm:
    """A form as any screen has it, with the forms below it, asked as :class:`Cells` is."""

    def __init__(self, form: Any) -> None:
        self.form = form
        self._bounds: dict[str, forms.BoundField] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self.form, name)

    def _parts(self) -> tuple[Any, ...]:
        return (self.form, *getattr(self.form, "pieces", ()))

    def posted(self) -> dict[str, str]:
        """What a browser would send of it, as it is shown."""
        found = {}
        for bound in self._each():
            value = bound.value()
            if isinstance(bound.field, forms.BooleanField):
                if value:
                    found[bound.html_name] = "on"
            elif value is not None:
                found[bound.html_name] = str(value)
        return found

    def hidden(self) -> list[str]:
        """The names of its hidden fields: which row, in which version, was read."""
        return [bound.html_name for bound in self.form.hidden_fields()]

    def refusals(self) -> Refusals:
        """What is wrong."""
        return {
            part.add_prefix(name) if name in part.fields else "": found
            for part in self._parts()
            if part.errors
            for name, found in part.errors.as_data().items()
        }

    def changed(self, sent: str, after: str) -> bool:
        """Whether a field that is sent so would be another than what stands."""
        if not self._bounds:
            self._bounds = {bound.html_name: bound for bound in self._each()}
        bound = self._bounds.get(sent)
        return bound is not None and bool(bound.field.has_changed(bound.initial, after))

    def _each(self) -> Iterator[forms.BoundField]:
        for part in self._parts():
            yield from part


def as_cells(form: Any) -> Any:
    """A row's form, to be asked what an import asks."""
    return form if isinstance(form, Cells) else OfForm(form)


def version_of(form: Any) -> str:
    """Which row, in which version, a line was written from: what the form hides, in one text."""
    hidden = [str(bound.value() or "-") for bound in form.hidden_fields()]
    return " ".join(hidden)


def version_read(hidden: list[str], text: str) -> dict[str, str] | None:
    """The hidden fields of a form, by the names ``hidden``, from such a text; None where it is
    none."""
    parts = text.split()
    if len(parts) != len(hidden):
        return None
    return {name: "" if part == "-" else part for name, part in zip(hidden, parts, strict=True)}
