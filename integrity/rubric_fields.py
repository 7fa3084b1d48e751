"""Lists of a rubric as planners write them: one item a line, a term and its text parted by "|"."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from strategy.forms import ReadField


class LinesField(ReadField):
    """A list of texts, one on each line."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": 4, "class": "vLargeTextField"}))
        kwargs.setdefault("help_text", gettext_lazy("One on each line."))
        super().__init__(required=False, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        if isinstance(value, list):
            return value
        return [" ".join(line.split()) for line in (value or "").splitlines() if line.strip()]


class PairsField(LinesField):
    """A list of two texts each, such as a term and its meaning: "term | meaning" on a line."""

    def __init__(self, names: tuple[str, str], **kwargs: Any) -> None:
        kwargs.setdefault("help_text", gettext_lazy("One on each line: its name | its text."))
        super().__init__(**kwargs)
        self.names = names

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, list):
            return "\n".join(" | ".join(item[name] for name in self.names) for item in value)
        return value

    def to_python(self, value: Any) -> Any:
        if isinstance(value, list):
            return value
        found = []
        for line in super().to_python(value):
            first, bar, second = (part.strip() for part in line.partition("|"))
            if not (first and bar and second):
                raise ValidationError(
                    _("“%(line)s” lacks one of its two parts; write them with “|” between them.")
                    % {"line": line[:80]}
                )
            found.append(dict(zip(self.names, (first, second), strict=True)))
        return found
