"""The forms by which a month's money is entered: first whose and which month, then all of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from budgets.models import MONTH_CHOICES, Disbursement, Project
from budgets.read.duties import EntryRow
from budgets.write.disbursements import (
    DisbursementEntries,
    DisbursementEntry,
)
from strategy.calendar import FiscalMonth, latest_ended
from strategy.models import Plan
from strategy.read import due_month
from strategy.records.forms import (
    ThaiBahtField,
    ThaiYearField,
    WordsField,
    choice_field,
    stale_lines,
)
from strategy.records.screen import EntryScreen, row_read
from strategy.thai import month_name

#: How an address names the projects without a lead.
NO_LEAD = "none"


class ChooseForm(forms.Form):
    """Whose figures to enter, and of which month. Plan, year and month may be left to what is due.

    ``cleaned_data`` holds ``plan``, ``unit_id``, ``unit_name`` and ``at`` once it is valid.
    """

    unit = forms.ChoiceField(label=gettext_lazy("unit"))
    plan = forms.ChoiceField(label=gettext_lazy("plan"), required=False)
    year = ThaiYearField(label=gettext_lazy("fiscal year"), required=False)
    month = forms.TypedChoiceField(
        label=gettext_lazy("month"), required=False, coerce=int, empty_value=None
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        *,
        units: list[tuple[int | None, str]],
        plans: list[Plan],
        today: date,
    ) -> None:
        super().__init__(data)
        self.today = today
        self.units = {NO_LEAD if pk is None else str(pk): (pk, name) for pk, name in units}
        self.plans = {plan.slug: plan for plan in plans}
        names = [(key, name) for key, (_pk, name) in self.units.items()]
        choice_field(self, "unit").choices = names if len(names) == 1 else [("", "–"), *names]
        choice_field(self, "plan").choices = [
            (slug, plan.name) for slug, plan in self.plans.items()
        ]
        choice_field(self, "month").choices = [
            ("", _("what is due")),
            *MONTH_CHOICES,
        ]
        self.fields["plan"].error_messages["invalid_choice"] = _(
            "There is no plan “%(value)s” in which money is entered. Choose another."
        )
        if len(plans) == 1 and (data or {}).get("plan", "") in ("", *self.plans):
            del self.fields["plan"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.plans:
            self.add_error(None, _("No plan has projects yet."))
        if self.errors:
            return cleaned
        plan = self.plans[cleaned.get("plan") or next(iter(self.plans))]
        due = due_month(plan, self.today)
        year = cleaned.get("year") or due.year
        month = cleaned.get("month") or (due.month if year == due.year else 12)
        if year not in plan.years:
            self.add_error(
                "year",
                _("This plan runs from fiscal year %(first)s to %(last)s.")
                % {"first": plan.first_year, "last": plan.last_year},
            )
        elif not FiscalMonth(year, month).has_ended(self.today):
            self.add_error(
                "month",
                _("%(month)s has not ended; the latest month to report is %(latest)s.")
                % {
                    "month": month_name(FiscalMonth(year, month)),
                    "latest": month_name(latest_ended(self.today)),
                },
            )
        else:
            cleaned["plan"], cleaned["at"] = plan, FiscalMonth(year, month)
            cleaned["unit_id"], cleaned["unit_name"] = self.units[cleaned["unit"]]
        return cleaned


FACTS = ("disbursed", "committed", "note", "reason")
#: What the reader of a sheet's row knows from where it stands.
_KNOWN = ("project", "fiscal_year", "month")


class RowForm(forms.Form):
    """One project's figures of the month. It carries which row, and version, its editor read.

    Where somebody saved meanwhile it does what every form here does: it shows who changed what,
    keeps what was typed, and saving again then replaces what is there. A row that the editor has
    not touched follows the other one's change instead.
    """

    #: What was typed; replaced by a copy where the form itself corrects it.
    data: Any

    disbursed = ThaiBahtField(label=gettext_lazy("disbursed (baht)"), required=False)
    committed = ThaiBahtField(label=gettext_lazy("committed, not yet paid (baht)"), required=False)
    note = WordsField(label=gettext_lazy("note"), required=False)
    reason = WordsField(
        label=gettext_lazy("reason for a fall or for more than is allocated"),
        required=False,
        max_length=500,
    )
    version = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, row: EntryRow, at: FiscalMonth, data: Mapping[str, Any] | None) -> None:
        self.row = row
        self.at = at
        self.follows = False
        initial = {**_stored(row.kept), "version": row.token}
        super().__init__(data, prefix=f"p{row.money.id}", initial=initial)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("version", "") != self.row.token:
            self._meet(cleaned.get("version", ""))
        return cleaned

    def _meet(self, token: str) -> None:
        """Somebody saved since the editor read the row called ``token``."""
        pk, version = row_read(token)
        read = None if pk is None else self._as_read(pk, version)
        self.data = self.data.copy()
        self.data[self.add_prefix("version")] = self.row.token
        if not self.errors and self._typed() in (_stored(read), _stored(self.row.kept)):
            self.follows = True
            for name in FACTS:
                shown = self.fields[name].prepare_value(self.initial[name])
                self.data[self.add_prefix(name)] = "" if shown is None else str(shown)
        elif self.row.kept is None:
            self.add_error(
                None,
                _("Somebody has deleted this meanwhile. Saving again enters what you typed anew."),
            )
        else:
            since = version if self.row.kept.pk == pk else None
            for line in stale_lines(self.row.kept, since, _KNOWN):
                self.add_error(None, line)

    def _as_read(self, pk: int, version: int | None) -> Any:
        """The row as it stood when the editor read it, from the history; None if there is none."""
        return Disbursement.history.filter(
            id=pk, version=version, project=self.row.money.id,
            fiscal_year=self.at.year, month=self.at.month,
        ).exclude(history_type="-").first()  # fmt: skip

    def _typed(self) -> dict[str, Any]:
        return {name: self.cleaned_data.get(name) for name in FACTS}

    @property
    def has_news(self) -> bool:
        """Whether something clear was typed that is not stored yet."""
        return not self.errors and not self.follows and self._typed() != _stored(self.row.kept)

    def entry(self, projects: Mapping[int, Project]) -> DisbursementEntry:
        """What was typed, for the service."""
        return DisbursementEntry(
            project=projects[self.row.money.id],
            fiscal_year=self.at.year,
            month=self.at.month,
            expected_version=row_read(self.cleaned_data["version"])[1],
            **self._typed(),
        )

    @property
    def is_wrong(self) -> bool:
        return bool(self.errors)

    def refuse(self, refused: ValidationError) -> None:
        """Put a service's refusals beside their fields."""
        for name, problems in refused.error_dict.items():
            for problem in problems:
                self.add_error(name if name in FACTS else None, problem)


def _stored(row: Any) -> dict[str, Any]:
    """The facts of a stored row, or of a history row; those of nothing where there is none."""
    if row is None:
        return {"disbursed": None, "committed": None, "note": "", "reason": ""}
    return {
        "disbursed": row.disbursed,
        "committed": row.committed,
        "note": row.note.replace("\r\n", "\n").strip(),
        "reason": row.reason.replace("\r\n", "\n").strip(),
    }


class MonthScreen(EntryScreen):
    """A month's figures of all of a unit's projects."""

    writes = DisbursementEntries
    typed = ("disbursed", "committed")
    foreign = gettext_lazy(
        "Some figures are of projects that are no longer entered here: the unit that "
        "leads them has changed. Nothing was saved; look at the rows again."
    )

    def rows(self) -> list[RowForm]:
        return [RowForm(row, self.shown.at, self.data) for row in self.shown.rows]

    def entries(self, news: Sequence[RowForm]) -> list[tuple[RowForm, DisbursementEntry]]:
        projects = Project.objects.in_bulk([form.row.money.id for form in news])
        return [(form, form.entry(projects)) for form in news]
