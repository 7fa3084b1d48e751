"""Forms that ask for a one-time code, or to show once more who one is."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from strategy.people.codes import DIGITS, code_plain, is_code
from strategy.people.passkeys.forms import AnswerField
from strategy.people.second_step import Steps


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
    """The password once more, before something is done that a thief of the session must not; with
    a code or a passkey, of whom signs in with such.

    ``steps``: what the person has set up. ``answer`` is what the browser sends of a passkey.
    """

    password = forms.CharField(
        label=gettext_lazy("your password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    answer = AnswerField(required=False)
    field_order = ["password", "code", "answer"]

    def __init__(self, *args: Any, steps: Steps, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].required = not steps.passkeys
        if steps.app is None:
            del self.fields["code"]
        if not steps.passkeys:
            del self.fields["answer"]

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or self.cleaned_data
        if "answer" in self.fields and not typed.get("answer") and not typed.get("code"):
            self.add_error(
                None, _("Show by a passkey, or by a code where you have an app, that it is you.")
            )
        return typed
