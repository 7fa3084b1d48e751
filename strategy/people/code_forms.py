"""Forms that ask for a one-time code, or for the password once more."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from strategy.people.codes import DIGITS, code_plain, is_code


class CodeField(forms.CharField):
    """A code in Arabic or Thai digits, however grouped. ``backup``: a backup code does as well."""

    def __init__(self, *, backup: bool = True, **kwargs: Any) -> None:
        keyboard = {} if backup else {"inputmode": "numeric"}
        attributes = {"autocomplete": "one-time-code", "autocapitalize": "none", **keyboard}
        kwargs.setdefault("widget", forms.TextInput(attrs=attributes))
        super().__init__(max_length=40, **kwargs)
        self.backup = backup

    def to_python(self, value: Any) -> str:
        plain = code_plain(super().to_python(value) or "")
        if plain and not (is_code(plain) and (self.backup or len(plain) == DIGITS)):
            if self.backup:
                raise ValidationError(_("Type the six digits of the app, or a backup code."))
            raise ValidationError(_("Type the six digits that the app shows."))
        return plain


def _password() -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("your password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class PasswordForm(forms.Form):
    """The password once more, before something is done that a thief of the session must not."""

    password = _password()


class CodeForm(forms.Form):
    """A code after the password."""

    code = CodeField(
        label=gettext_lazy("one-time code"),
        help_text=gettext_lazy("Six digits from the app, or one of your backup codes."),
    )


class FirstCodeForm(forms.Form):
    """The first code of an app that is being set up."""

    code = CodeField(
        label=gettext_lazy("one-time code"),
        backup=False,
        help_text=gettext_lazy("The six digits that the app shows now."),
    )


class ProofForm(CodeForm):
    """Password and code."""

    password = _password()
    field_order = ["password", "code"]
