"""Whose figures somebody enters, and of which month: what every screen of a month asks first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from strategy.calendar import FiscalMonth, latest_ended
from strategy.language.months import MONTH_CHOICES
from strategy.models import Plan
from strategy.read import due_month
from strategy.records.forms import ThaiYearField, choice_field
from strategy.thai import month_name

#: How an address names what belongs to no unit.
NO_UNIT = "none"


class UnitMonthForm(forms.Form):
    """Whose figures to enter, and of which month. Plan, year and month may be left to what is due.

    ``cleaned_data`` holds ``plan``, ``unit_id``, ``unit_name`` and ``at`` once it is valid.
    """

    #: Said where there is no plan to choose, and where another is named (with its ``value``).
    without_plans: ClassVar[Any]
    another_plan: ClassVar[Any]

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
        units: Sequence[tuple[int | None, str]],
        plans: Sequence[Plan],
        today: date,
    ) -> None:
        super().__init__(data)
        self.today = today
        self.units = {NO_UNIT if pk is None else str(pk): (pk, name) for pk, name in units}
        self.plans = {plan.slug: plan for plan in plans}
        names = [(key, name) for key, (_pk, name) in self.units.items()]
        choice_field(self, "unit").choices = names if len(names) == 1 else [("", "–"), *names]
        choice_field(self, "plan").choices = [
            (slug, plan.name) for slug, plan in self.plans.items()
        ]
        choice_field(self, "month").choices = [("", _("what is due")), *MONTH_CHOICES]
        self.fields["plan"].error_messages["invalid_choice"] = self.another_plan
        if len(self.plans) == 1 and (data or {}).get("plan", "") in ("", *self.plans):
            del self.fields["plan"]

    def due(self, plan: Plan) -> FiscalMonth:
        """The month meant where none is named."""
        return due_month(plan, self.today)

    def years(self, plan: Plan) -> range:
        """The fiscal years of which something may be entered."""
        return plan.years

    def years_refused(self, plan: Plan) -> str:
        """Said of another year."""
        return _("This plan runs from fiscal year %(first)s to %(last)s.") % {
            "first": plan.first_year,
            "last": plan.last_year,
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.plans:
            self.add_error(None, str(self.without_plans))
        if self.errors:
            return cleaned
        plan = self.plans[cleaned.get("plan") or next(iter(self.plans))]
        due = self.due(plan)
        year = cleaned.get("year") or due.year
        month = cleaned.get("month") or (due.month if year == due.year else 12)
        if year not in self.years(plan):
            self.add_error("year", self.years_refused(plan))
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
