"""The forms of a month of results: first whose and which month, then a row for each indicator."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.contrib.admin.utils import label_for_field
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kpis.admin.forms import confirmed_field, has_percent, number_fields, typed_amount
from kpis.models import Result
from kpis.read.month import MonthRow
from kpis.rules.entry import Value
from kpis.write.checks import ResultEntry, value_field
from kpis.write.results import ResultEntries
from strategy.records.choose import UnitMonthForm
from strategy.records.forms import (
    ThaiDecimalField,
    WordsField,
    stale_lines,
)
from strategy.records.screen import EntryScreen, row_read
from strategy.thai import plain

WORDS = ("narrative", "problems", "next_steps", "fall_reason")
_KNOWN = ("indicator", "fiscal_year", "month")


class MonthChooseForm(UnitMonthForm):
    """Whose results to enter, and of which month."""

    without_plans = gettext_lazy("There is no plan in which this person reports.")
    another_plan = gettext_lazy(
        "There is no plan “%(value)s” in which this person reports. Choose another."
    )


class ResultRowForm(forms.Form):
    """One indicator's result of the month.

    ``submits``: whether the press that sends it hands in, rather than keeps drafts. It carries
    which row, and version, its editor read, and what was shown then, so that a row that somebody
    else saved meanwhile follows their change where nothing was typed, and says so where it was.
    """

    #: What was typed; replaced by a copy where the form itself corrects it.
    data: Any

    version = forms.CharField(required=False, widget=forms.HiddenInput)
    shown = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, row: MonthRow, data: Mapping[str, Any] | None, *, submits: bool = False
    ) -> None:
        self.row, self.submits, self.follows = row, submits, False
        super().__init__(None if row.is_closed else data, prefix=f"i{row.id}")
        self.fields.update(self.own_fields())
        #: What stands, by field.
        self.stored = self._stored()
        self.stands = self._digest(self.stored)
        self.initial = {**self.stored, "version": row.token, "shown": self.stands}

    def own_fields(self) -> dict[str, forms.Field]:
        """The fields of the row's figure, then of its words."""
        panel = self.row.panel
        fields: dict[str, forms.Field] = {}
        if panel.is_milestone:
            fields["progress"] = forms.ChoiceField(
                label=_("progress"),
                required=False,
                choices=[("", "–"), *Result.Progress.choices],
            )
            fields["progress_percent"] = ThaiDecimalField(
                label=_("progress (%)"), required=False, percent=True, max_decimals=2
            )
        else:
            fields.update(number_fields(panel))
            if has_percent(panel):
                fields["no_cases"] = forms.BooleanField(label=_("no cases"), required=False)
        for name in WORDS if panel.may_fall else WORDS[:-1]:
            label = label_for_field(name, Result)
            fields[name] = WordsField(label=label, required=False)
        return fields

    def _stored(self) -> dict[str, Any]:
        """What stands, by field; the fields of a row that is not there are empty."""
        kept = self.row.kept
        found: dict[str, Any] = {}
        values = self.row.figures
        for measure in self.row.panel.row.facts.measures:
            for part in ("value", "numerator", "denominator"):
                name = value_field(measure.id, part)
                if name in self.fields:
                    held = values.get(measure.id)
                    found[name] = getattr(held, part) if held else None
        for name in ("progress", *WORDS):
            if name in self.fields:
                found[name] = getattr(kept, name).replace("\r\n", "\n").strip() if kept else ""
        if "progress_percent" in self.fields:
            found["progress_percent"] = kept.progress_percent if kept else None
        if "no_cases" in self.fields:
            found["no_cases"] = kept.no_cases if kept else False
        return found

    def _digest(self, facts: Mapping[str, Any]) -> str:
        """What facts say, in short."""
        text = json.dumps(_said(facts), sort_keys=True, ensure_ascii=False, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def _typed(self) -> dict[str, Any]:
        return {name: self.cleaned_data.get(name) for name in self.stored}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("version", "") != self.row.token:
            self._meet(cleaned)
        return cleaned

    def _meet(self, cleaned: Mapping[str, Any]) -> None:
        """Somebody saved since the editor read the row."""
        pk, version = row_read(cleaned.get("version", ""))
        self.data = self.data.copy()
        self.data[self.add_prefix("version")] = self.row.token
        typed = self._digest(self._typed())
        if not self.errors and typed in (cleaned.get("shown"), self.stands):
            self.follows = True
            for name, value in self.stored.items():
                shown = self.fields[name].prepare_value(value)
                self.data[self.add_prefix(name)] = "" if shown in (None, False) else str(shown)
        elif self.row.kept is None:
            self.add_error(
                None,
                _("Somebody has deleted this meanwhile. Saving again enters what you typed anew."),
            )
        else:
            since = version if self.row.kept.pk == pk else None
            for line in stale_lines(self.row.kept, since, _KNOWN):
                self.add_error(None, line)
        self.data[self.add_prefix("shown")] = self.stands

    @property
    def is_changed(self) -> bool:
        """Something was typed that is not stored yet."""
        return not self.follows and _said(self._typed()) != _said(self.stored)

    @property
    def has_news(self) -> bool:
        """Whether there is something clear to save: typed, or a draft that is now handed in."""
        if self.errors or self.row.is_closed:
            return False
        kept = self.row.kept
        hands_in = self.submits and kept is not None and kept.state not in _COUNTED
        return self.is_changed or (hands_in and not self.follows)

    @property
    def is_wrong(self) -> bool:
        return bool(self.errors)

    def entry(self) -> ResultEntry:
        """What was typed, for the service; what has no field here stays as it is."""
        cleaned, kept = self.cleaned_data, self.row.kept
        values, confirmed = {}, {}
        for measure in self.row.panel.row.facts.measures:
            parts = [
                cleaned.get(value_field(measure.id, part))
                for part in ("value", "numerator", "denominator")
            ]
            if any(part is not None for part in parts):
                values[measure.id] = Value(*parts)
            amount = typed_amount(cleaned.get(confirmed_field(measure.id), ""))
            if amount is not None:
                confirmed[measure.id] = amount
        counted = kept is not None and kept.state in _COUNTED
        return ResultEntry(
            indicator=self.row.panel.indicator,
            fiscal_year=self.row.panel.at.year,
            month=self.row.panel.at.month,
            values=values,
            progress=cleaned.get("progress") or "",
            progress_percent=cleaned.get("progress_percent"),
            no_cases=cleaned.get("no_cases") or False,
            narrative=cleaned.get("narrative", "").strip(),
            outcome=kept.outcome if kept else "",
            problems=cleaned.get("problems", "").strip(),
            next_steps=cleaned.get("next_steps", "").strip(),
            fall_reason=cleaned.get("fall_reason", "").strip()
            or (kept.fall_reason if kept and "fall_reason" not in self.fields else ""),
            steps_done=tuple(kept.steps_done) if kept else (),
            evidence=None,
            state=Result.State.SUBMITTED if self.submits or counted else Result.State.DRAFT,
            confirmed=confirmed,
            expected_version=row_read(cleaned["version"])[1],
        )

    def refuse(self, refused: ValidationError) -> None:
        """Put a service's refusals beside their fields; what is asked about, one press confirms."""
        for name, problems in refused.error_dict.items():
            for problem in problems:
                self.add_error(name if name in self.fields else None, problem)
        self.data = self.data.copy()
        for measure_id, value in self.entry_values().items():
            names = (value_field(measure_id, part) for part in ("value", "numerator"))
            asked = any(name in self.fields and self.has_error(name, "asked") for name in names)
            held = self.add_prefix(confirmed_field(measure_id))
            stands = typed_amount(self.data.get(held) or "") == value.amount
            self.data[held] = plain(value.amount) if asked or stands else ""

    def entry_values(self) -> Mapping[int, Value]:
        """The figures as they were typed, by measure."""
        return {} if self.row.panel.is_milestone else self._values

    @property
    def _values(self) -> dict[int, Value]:
        found = {}
        for measure in self.row.panel.row.facts.measures:
            parts = [
                self._amount(value_field(measure.id, part))
                for part in ("value", "numerator", "denominator")
            ]
            if any(part is not None for part in parts):
                found[measure.id] = Value(*parts)
        return found

    def _amount(self, name: str) -> Any:
        return typed_amount(self.data.get(self.add_prefix(name), ""))

    @property
    def figure_fields(self) -> list[Any]:
        """The fields of the figure, as the template lays them out."""
        names = [
            name
            for name in self.fields
            if name not in ("version", "shown", *WORDS) and not name.startswith("confirmed_")
        ]
        return [self[name] for name in names]

    @property
    def word_fields(self) -> list[Any]:
        return [self[name] for name in WORDS if name in self.fields]

    @property
    def has_words(self) -> bool:
        """Whether the words stand open: something is written there, or is refused."""
        return any(field.value() or field.errors for field in self.word_fields)


def _said(facts: Mapping[str, Any]) -> dict[str, Any]:
    """What facts say, however many zeros they are stored with."""
    return {
        name: plain(value) if hasattr(value, "normalize") else value
        for name, value in facts.items()
    }


_COUNTED = (Result.State.SUBMITTED, Result.State.APPROVED)


class MonthResults(EntryScreen):
    """A month of all results of a unit: kept as drafts, or handed in, all or none."""

    writes = ResultEntries
    foreign = gettext_lazy(
        "Some figures are of indicators that are no longer entered here: their unit or how often "
        "they are reported has changed. Nothing was saved; look at the rows again."
    )

    @property
    def submits(self) -> bool:
        return bool(self.data) and "_submit" in (self.data or {})

    def rows(self) -> list[ResultRowForm]:
        return [ResultRowForm(row, self.data, submits=self.submits) for row in self.shown.rows]

    def entries(self, news: Sequence[ResultRowForm]) -> list[tuple[ResultRowForm, ResultEntry]]:
        return [(form, form.entry()) for form in news]

    def _is_foreign(self) -> bool:
        own = {form.prefix for form in self.forms}
        for name, value in (self.data or {}).items():
            prefix, dash, field = name.partition("-")
            typed = dash and prefix[:1] == "i" and prefix[1:].isdecimal()
            said = typed and field not in ("version", "shown") and bool(str(value).strip())
            if said and prefix not in own:
                return True
        return False
