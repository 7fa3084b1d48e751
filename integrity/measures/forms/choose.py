"""Whose quarter is reported, and which: asked before its screen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integrity.measures.models import QUARTER_CHOICES
from integrity.measures.rows import UnitName
from integrity.measures.rules import latest_quarter
from integrity.measures.write import quarter_problem
from strategy.calendar import FiscalMonth
from strategy.records.forms import choice_field


class ChooseForm(forms.Form):
    """Whose quarter to report. Year and quarter may be left to the latest that is over.

    ``cleaned_data`` holds ``unit``, ``agency_id``, ``year`` and ``quarter`` once it is valid.
    """

    unit = forms.ChoiceField(label=gettext_lazy("unit"))
    year = forms.TypedChoiceField(
        label=gettext_lazy("fiscal year"), required=False, coerce=int, empty_value=None
    )
    quarter = forms.TypedChoiceField(
        label=gettext_lazy("quarter"), required=False, coerce=int, empty_value=None
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        *,
        units: dict[str, tuple[UnitName | None, int]],
        years: dict[int, list[int]],
        today: date,
    ) -> None:
        super().__init__(data)
        self.units, self.years, self.today = units, years, today
        names = [
            (key, unit.name if unit else _("measures without a unit"))
            for key, (unit, _agency) in units.items()
        ]
        choice_field(self, "unit").choices = names if len(names) == 1 else [("", "–"), *names]
        every = sorted({year for found in years.values() for year in found}, reverse=True)
        choice_field(self, "year").choices = [
            ("", _("the latest")),
            *((year, year) for year in every),
        ]
        choice_field(self, "quarter").choices = [
            ("", _("the latest that is over")),
            *QUARTER_CHOICES,
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        unit, agency = self.units[cleaned["unit"]]
        years = self.years.get(agency, [])
        if not years:
            self.add_error(None, _("No integrity measures have been entered yet."))
            return cleaned
        running = FiscalMonth.of(self.today).year
        year = cleaned.get("year") or next((y for y in years if y <= running), years[0])
        quarter = cleaned.get("quarter") or latest_quarter(year, self.today)
        if year not in years:
            self.add_error(
                "year",
                _("There are measures of the fiscal years %(years)s.")
                % {"years": ", ".join(map(str, years))},
            )
            return cleaned
        problem = quarter_problem(year, quarter, self.today)
        if problem is not None:
            self.add_error("quarter", problem)
        return {**cleaned, "unit": unit, "agency_id": agency, "year": year, "quarter": quarter}
