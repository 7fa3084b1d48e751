"""The forms by which a result is entered: first which one, then its figures."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kpis.models import Indicator, Measure, Result
from kpis.read.entry import EntryPanel
from kpis.read.levels import Ladder
from kpis.rules.entry import Value
from kpis.rules.facts import PERCENT
from kpis.write.checks import ResultEntry, value_field
from kpis.write.results import ResultEntries
from strategy.calendar import FiscalMonth, latest_ended, next_due
from strategy.clock import today
from strategy.evidence.entry import EvidenceFormSet, entry_of, evidence_forms
from strategy.language.months import MONTH_CHOICES
from strategy.records.forms import (
    RecordForm,
    ThaiDecimalField,
    ThaiYearField,
    add_errors,
    choice_field,
    link_field,
)
from strategy.thai import Refusal, month_name, parse_number, plain


class ChooseForm(forms.Form):
    """Which result to enter. Year and month may be left to what is due."""

    indicator = forms.ModelChoiceField(
        label=gettext_lazy("indicator"), queryset=Indicator.objects.none()
    )
    year = ThaiYearField(label=gettext_lazy("fiscal year"), required=False)
    month = forms.TypedChoiceField(
        label=gettext_lazy("month"), required=False, coerce=int, empty_value=None
    )

    def __init__(self, *args: Any, indicators: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        link_field(self, "indicator").queryset = indicators
        choice_field(self, "month").choices = [
            ("", _("what is due")),
            *MONTH_CHOICES,
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        indicator = cleaned.get("indicator")
        if indicator is None or self.errors:
            return cleaned
        plan = indicator.strategy.plan
        due = next_due(indicator.frequency, today())
        year = cleaned.get("year") or min(max(due.year, plan.first_year), plan.last_year)
        month = cleaned.get("month") or (due.month if year == due.year else 12)
        if year not in plan.years:
            self.add_error(
                "year",
                _("This plan runs from fiscal year %(first)s to %(last)s.")
                % {"first": plan.first_year, "last": plan.last_year},
            )
        elif not FiscalMonth(year, month).has_ended(today()):
            self.add_error(
                "month",
                _("%(month)s has not ended; the latest month to report is %(latest)s.")
                % {
                    "month": month_name(FiscalMonth(year, month)),
                    "latest": month_name(latest_ended(today())),
                },
            )
        else:
            cleaned["at"] = FiscalMonth(year, month)
        return cleaned


class ResultForm(RecordForm):
    """One result. ``panel`` and the number fields are set by the admin for its indicator,
    ``uploader`` is the person at the form.

    ``evidence``: its rows of evidence. A form that came without them leaves what is kept.
    """

    panel: EntryPanel
    uploader: Any
    evidence: EvidenceFormSet

    class Meta:
        model = Result
        fields = ["no_cases", "progress", "progress_percent", "narrative", "outcome", "problems",
                  "next_steps", "fall_reason"]  # fmt: skip
        widgets = {
            name: forms.Textarea(attrs={"rows": 3})
            for name in ("narrative", "outcome", "problems", "next_steps")
        } | {"fall_reason": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        progress = self.fields.get("progress_percent")
        if isinstance(progress, ThaiDecimalField):
            progress.percent = True
        if self.instance.pk is None:
            self.instance.indicator = self.panel.indicator
            self.instance.fiscal_year, self.instance.month = self.panel.at.year, self.panel.at.month
        for row in self.instance.values.all() if self.instance.pk else []:
            for part in ("value", "numerator", "denominator"):
                name = value_field(row.measure_id, part)
                if name in self.fields:
                    self.fields[name].initial = getattr(row, part)
        if "steps_done" in self.fields:
            self.fields["steps_done"].initial = self.instance.steps_done
        kept = self.instance.evidence.all() if self.instance.pk else []
        self._kept_evidence = tuple(entry_of(piece) for piece in kept)
        self.evidence = evidence_forms(
            self.data if self.is_bound else None,
            self.files,
            self._kept_evidence,
            today(),
            uploader=self.uploader,
        )

    def is_multipart(self) -> bool:
        return True

    @property
    def really_changed(self) -> list[str]:
        asked = {confirmed_field(measure.id) for measure in self.panel.row.facts.measures}
        changed = [name for name in super().really_changed if name not in asked]
        if self.evidence.is_bound and self.evidence.entries() != self._kept_evidence:
            changed.append("evidence")
        return changed

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.evidence.is_bound and not self.evidence.is_valid():
            self.add_error(None, _("The evidence below has to be looked at again."))
            for problem in self.evidence.non_form_errors():
                self.add_error(None, problem)
        return cleaned

    def entry(self) -> ResultEntry:
        """What was typed, for the service."""
        cleaned = self.cleaned_data
        values = {}
        for measure in self.panel.row.facts.measures:
            parts = [
                cleaned.get(value_field(measure.id, part))
                for part in ("value", "numerator", "denominator")
            ]
            if any(part is not None for part in parts):
                values[measure.id] = Value(*parts)
        repeated = self.panel.repeatable if "_repeat" in self.data else None
        if repeated is not None:
            values = {
                pk: Value(None, *repeated.counted[pk]) if pk in repeated.counted else Value(amount)
                for pk, amount in repeated.values.items()
            }
        # What has been submitted counts, and stays so: it is corrected, not taken back.
        may_be_draft = self.instance.pk is None or self.instance.state in Result.UNSENT
        is_draft = may_be_draft and "_draft" in self.data
        return ResultEntry(
            indicator=self.panel.indicator,
            fiscal_year=self.panel.at.year,
            month=self.panel.at.month,
            values=values,
            progress=cleaned.get("progress") or "",
            progress_percent=cleaned.get("progress_percent"),
            no_cases=repeated.no_cases if repeated else cleaned.get("no_cases") or False,
            repeats_last=repeated is not None,
            narrative=cleaned.get("narrative", ""),
            outcome=cleaned.get("outcome", ""),
            problems=cleaned.get("problems", ""),
            next_steps=cleaned.get("next_steps", ""),
            fall_reason=cleaned.get("fall_reason", "").strip(),
            steps_done=cleaned.get("steps_done") or (),
            evidence=self.evidence.entries() if self.evidence.is_bound else None,
            state=Result.State.DRAFT if is_draft else Result.State.SUBMITTED,
            confirmed={
                measure.id: typed
                for measure in self.panel.row.facts.measures
                if (typed := typed_amount(cleaned.get(confirmed_field(measure.id), ""))) is not None
            },
            expected_version=cleaned.get("expected_version"),
        )

    def full_clean(self) -> None:
        """Ask what writes it as well, so that each refusal stands beside its field."""
        super().full_clean()
        if not self.is_bound or self.errors:
            return
        entry = self.entry()
        refused = ResultEntries.problems([entry], today()).get(0)
        if refused is None:
            return
        add_errors(self, refused)
        # What is asked about is confirmed by saving it once more as it stands, and once.
        self.data = self.data.copy()
        for measure_id, value in entry.values.items():
            fields = (value_field(measure_id, part) for part in ("value", "numerator"))
            asked = any(self.has_error(name, "asked") for name in fields)
            stands = asked or entry.confirmed.get(measure_id) == value.amount
            self.data[confirmed_field(measure_id)] = plain(value.amount) if stands else ""


def confirmed_field(measure_id: int) -> str:
    """The form field that holds what was asked about, until it is saved once more."""
    return value_field(measure_id, "confirmed")


def typed_amount(text: str) -> Decimal | None:
    """A figure that a hidden field carries; None where there is none."""
    try:
        return parse_number(text, max_decimals=30)
    except Refusal:
        return None


class LevelField(forms.TypedChoiceField):
    """The level reached, chosen from those that are described; Decimal or None."""

    def __init__(self, ladder: Ladder, **kwargs: Any) -> None:
        choices = [("0", _("0 – not started"))]
        choices += [
            (str(row.level), f"{row.level} ({plain(row.worth)}) – {row.text}")
            if ladder.has_worths
            else (str(row.level), f"{row.level} – {row.text}")
            for row in ladder.levels
        ]
        super().__init__(
            choices=choices, coerce=Decimal, empty_value=None, widget=forms.RadioSelect, **kwargs
        )
        self.error_messages["invalid_choice"] = _("Choose one of the levels that are described.")

    def prepare_value(self, value: Any) -> Any:
        return plain(value) if isinstance(value, Decimal) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        if self.disabled:
            return False
        return (self.prepare_value(initial) or "") != (data or "")


def number_fields(panel: EntryPanel) -> dict[str, forms.Field]:
    """The fields for the figures of a numeric year, by name."""
    fields: dict[str, forms.Field] = {}
    ladder = panel.ladder
    for measure in panel.row.facts.measures:
        name = measure.label or _("figure")
        if measure.kind == Measure.Kind.LEVEL and ladder and ladder.levels:
            fields[value_field(measure.id)] = LevelField(
                ladder,
                label=_("level reached"),
                required=False,
                help_text=_("Where it stands at the end of %(month)s.")
                % {"month": panel.month_name},
            )
            continue
        fields[value_field(measure.id)] = ThaiDecimalField(
            percent=measure.kind in (Measure.Kind.PERCENT, Measure.Kind.GROWTH),
            label=f"{name} ({measure.unit_label})" if measure.unit_label else name,
            required=False,
            help_text=_("Where it stands at the end of %(month)s.") % {"month": panel.month_name},
        )
        fields[confirmed_field(measure.id)] = forms.CharField(
            required=False, widget=forms.HiddenInput
        )
        if measure.kind == Measure.Kind.PERCENT:
            fields[value_field(measure.id, "numerator")] = ThaiDecimalField(
                label=_("or: how many"), required=False
            )
            fields[value_field(measure.id, "denominator")] = ThaiDecimalField(
                label=_("of how many"),
                required=False,
                help_text=_("The percentage is computed, and both numbers are kept."),
            )
    return fields


def step_field(panel: EntryPanel) -> dict[str, forms.Field]:
    """The steps of work to tick off, where some are described beside thresholds."""
    if panel.ladder is None or not panel.ladder.steps or panel.is_milestone:
        return {}
    return {
        "steps_done": forms.TypedMultipleChoiceField(
            label=_("steps done"),
            required=False,
            choices=[(row.level, f"{row.level} – {row.text}") for row in panel.ladder.steps],
            coerce=int,
            widget=forms.CheckboxSelectMultiple,
            help_text=_("They are ticked off beside the figure and do not change the score."),
        )
    }


def has_percent(panel: EntryPanel) -> bool:
    """Whether "no cases" can be answered: only a percentage can have nothing to measure."""
    return any(measure.kind == PERCENT for measure in panel.row.facts.measures)
