"""Forms around passkeys: what a browser sends of one, and what it is called."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

#: A browser's answer to a challenge is a few thousand letters long.
_LONGEST = 30_000


class AnswerField(forms.Field):
    """What a browser answered to a challenge, as JSON; becomes a dictionary, empty for nothing."""

    widget = forms.HiddenInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(label="", **kwargs)

    def to_python(self, value: Any) -> dict[str, Any]:
        text = str(value or "").strip()
        if not text:
            return {}
        try:
            found = json.loads(text) if len(text) <= _LONGEST else None
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict) or not isinstance(found.get("response"), dict):
            raise ValidationError(_("The browser sent no passkey. Press the button again."))
        return found

    def validate(self, value: Any) -> None:
        if self.required and not value:
            raise ValidationError(
                _(
                    "The browser sent no passkey. This needs a browser that knows passkeys and may "
                    "run this page's script."
                )
            )

    def prepare_value(self, value: Any) -> str:
        """An answer is to one challenge: it is not shown again."""
        return ""


class AnswerForm(forms.Form):
    """A passkey that is used."""

    answer = AnswerField()


class NewPasskeyForm(AnswerForm):
    """A passkey that is registered."""

    name = forms.CharField(
        label=gettext_lazy("name of the passkey"),
        max_length=60,
        help_text=gettext_lazy("By which you know it again, such as: my phone, office computer."),
    )
    field_order = ["name", "answer"]
