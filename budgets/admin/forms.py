"""The forms by which a month's money is entered: first whose and which month, then all of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from budgets.admin.row_forms import ProjectRowForm
from budgets.models import CarriedPayment, Disbursement, Project
from budgets.read.carried_entry import carried_month
from budgets.write.carried import CarriedEntries, CarriedEntry
from budgets.write.disbursements import DisbursementEntries, DisbursementEntry
from strategy.approval.screen import DraftScreen
from strategy.calendar import FiscalMonth
from strategy.models import Plan
from strategy.records.choose import UnitMonthForm
from strategy.records.forms import (
    ThaiBahtField,
    WordsField,
)


class ChooseForm(UnitMonthForm):
    """Whose money to enter, and of which month."""

    without_plans = gettext_lazy("No plan has projects yet.")
    another_plan = gettext_lazy(
        "There is no plan “%(value)s” in which money is entered. Choose another."
    )


class CarriedChooseForm(ChooseForm):
    """The same for money carried over: the month is one of the year in which it is paid."""

    def due(self, plan: Plan) -> FiscalMonth:
        return carried_month(plan, self.today)

    def years(self, plan: Plan) -> range:
        return range(plan.first_year + 1, plan.last_year + 2)

    def years_refused(self, plan: Plan) -> str:
        return _("Money of this plan is carried over into fiscal years %(first)s to %(last)s.") % {
            "first": plan.first_year + 1,
            "last": plan.last_year + 1,
        }


class RowForm(ProjectRowForm):
    """One project's figures of the month."""

    model = Disbursement
    facts = ("disbursed", "committed", "note", "reason")

    disbursed = ThaiBahtField(label=gettext_lazy("disbursed (baht)"), required=False)
    committed = ThaiBahtField(label=gettext_lazy("committed, not yet paid (baht)"), required=False)
    note = WordsField(label=gettext_lazy("note"), required=False)
    reason = WordsField(
        label=gettext_lazy("reason for a fall or for more than is allocated"),
        required=False,
        max_length=500,
    )

    def entry(self, projects: Mapping[int, Project]) -> DisbursementEntry:
        """What was typed, for the service."""
        return DisbursementEntry(
            project=projects[self.row.project_id],
            fiscal_year=self.year,
            month=self.month,
            expected_version=self.read_version,
            approval=self.approval,
            **self.typed(),
        )


class CarriedRowForm(ProjectRowForm):
    """What has been paid of one project's money carried over."""

    model = CarriedPayment
    facts = ("paid", "note", "reason")

    paid = ThaiBahtField(label=gettext_lazy("paid of it so far (baht)"), required=False)
    note = WordsField(label=gettext_lazy("note"), required=False)
    reason = WordsField(
        label=gettext_lazy("reason for a fall or for a payment after March"),
        required=False,
        max_length=500,
    )

    def entry(self, projects: Mapping[int, Project]) -> CarriedEntry:
        """What was typed, for the service."""
        return CarriedEntry(
            project=projects[self.row.project_id],
            fiscal_year=self.year,
            month=self.month,
            expected_version=self.read_version,
            approval=self.approval,
            **self.typed(),
        )


class CarriedScreen(DraftScreen):
    """What has been paid, by the end of a month, of the money that a unit carried over."""

    writes = CarriedEntries
    typed = ("paid",)
    foreign = gettext_lazy(
        "Some figures are of projects that are no longer entered here: the unit that "
        "leads them has changed. Nothing was saved; look at the rows again."
    )

    def rows(self) -> list[CarriedRowForm]:
        at = self.shown.at
        return [
            CarriedRowForm(row, at.year - 1, at.month, self.data, drafts=self.drafts)
            for row in self.shown.rows
        ]

    def month_rows(self) -> list[CarriedPayment]:
        at = self.shown.at
        projects = Project.objects.filter(pk__in=[row.project_id for row in self.shown.rows])
        return [
            CarriedPayment(project=each, fiscal_year=at.year - 1, month=at.month)
            for each in projects.select_related("strategy__plan")
        ]

    def entries(self, news: Sequence[CarriedRowForm]) -> list[tuple[CarriedRowForm, CarriedEntry]]:
        projects = Project.objects.in_bulk([form.row.project_id for form in news])
        return [(form, form.entry(projects)) for form in news]


class MonthScreen(DraftScreen):
    """A month's figures of all of a unit's projects."""

    writes = DisbursementEntries
    typed = ("disbursed", "committed")
    foreign = gettext_lazy(
        "Some figures are of projects that are no longer entered here: the unit that "
        "leads them has changed. Nothing was saved; look at the rows again."
    )

    def rows(self) -> list[RowForm]:
        at = self.shown.at
        return [
            RowForm(row, at.year, at.month, self.data, drafts=self.drafts)
            for row in self.shown.rows
        ]

    def month_rows(self) -> list[Disbursement]:
        at = self.shown.at
        projects = Project.objects.filter(pk__in=[row.project_id for row in self.shown.rows])
        return [
            Disbursement(project=each, fiscal_year=at.year, month=at.month)
            for each in projects.select_related("strategy__plan")
        ]

    def entries(self, news: Sequence[RowForm]) -> list[tuple[RowForm, DisbursementEntry]]:
        projects = Project.objects.in_bulk([form.row.project_id for form in news])
        return [(form, form.entry(projects)) for form in news]
