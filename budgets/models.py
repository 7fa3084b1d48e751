"""Flagship projects and what the plan sets aside for them, year by year."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from strategy.calendar import MONTHS, FiscalMonth
from strategy.models import (
    FISCAL_YEAR_VALIDATORS,
    THAI,
    Agency,
    Objective,
    Strategy,
    Unit,
)
from strategy.records.baht import BahtField
from strategy.records.model import Record
from strategy.thai import month_name

MONTH_CHOICES = [(month, month_name(FiscalMonth(2566, month), year=False)) for month in MONTHS]


def _percent_field(label: Any, default: int) -> models.DecimalField:
    return models.DecimalField(
        label,
        max_digits=5,
        decimal_places=2,
        default=Decimal(default),
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )


class Project(Record):
    """A flagship project (โครงการสำคัญ) of a strategy."""

    audit_labels = {
        "leads": _("lead units"),
        "supporting": _("supporting units"),
        "objectives": _("objectives it serves"),
    }

    strategy = models.ForeignKey(
        Strategy, models.PROTECT, related_name="projects", verbose_name=_("strategy")
    )
    number = models.PositiveSmallIntegerField(_("number"))
    name = models.CharField(_("name"), max_length=500, db_collation=THAI)
    supporting_units = models.ManyToManyField(
        Unit, blank=True, related_name="supported_projects", verbose_name=_("supporting units")
    )
    objectives = models.ManyToManyField(
        Objective,
        blank=True,
        related_name="projects",
        verbose_name=_("objectives it serves"),
        help_text=_(
            "For reading money beside results; the plan itself ties projects to strategies."
        ),
    )

    class Meta(Record.Meta):
        verbose_name = _("flagship project")
        verbose_name_plural = _("flagship projects")
        ordering = ["strategy_id", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["strategy", "number"],
                name="%(app_label)s_%(class)s_number",
                violation_error_message=_("That number is taken."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def audit_details(self) -> dict[str, Any]:
        return {
            "leads": [str(lead.unit) for lead in self.leads.select_related("unit")],
            "supporting": [str(unit) for unit in self.supporting_units.all()],
            "objectives": [str(objective) for objective in self.objectives.all()],
        }


class ProjectLead(models.Model):
    """A unit that leads a project; the first counts the project in totals by unit."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="leads")
    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="led_projects", verbose_name=_("unit")
    )
    position = models.PositiveSmallIntegerField(
        _("order"),
        default=1,
        validators=[MinValueValidator(1, _("The order begins with 1: the first-named lead unit."))],
    )

    class Meta:
        default_permissions = ()
        verbose_name = _("lead unit")
        verbose_name_plural = _("lead units")
        ordering = ["project_id", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "position"],
                name="%(app_label)s_%(class)s_position",
                violation_error_message=_("That place is taken."),
            ),
            models.UniqueConstraint(
                fields=["project", "unit"],
                name="%(app_label)s_%(class)s_unit",
                violation_error_message=_("This unit leads the project already."),
            ),
            models.CheckConstraint(
                condition=Q(position__gte=1),
                name="%(app_label)s_%(class)s_from_one",
                violation_error_message=_("The order begins with 1: the first-named lead unit."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.unit}"


class ProjectBudget(Record):
    """What a project may spend in a fiscal year, in baht.

    A year that the plan gives as "-" has no row, or one without a plan amount where money was
    approved, transferred or spent after all. The plan prints no unit; its figures are read as
    million baht.
    """

    project = models.ForeignKey(
        Project, models.CASCADE, related_name="budgets", verbose_name=_("flagship project")
    )
    fiscal_year = models.PositiveSmallIntegerField(
        _("fiscal year"), validators=FISCAL_YEAR_VALIDATORS
    )
    plan_amount = BahtField(
        _("plan amount (baht)"),
        null=True,
        blank=True,
        help_text=_("Empty where the plan sets nothing aside for the year."),
    )
    approved_amount = BahtField(
        _("approved amount (baht)"),
        null=True,
        blank=True,
        help_text=_("Takes the place of the plan's amount once it is entered."),
    )

    class Meta(Record.Meta):
        verbose_name = _("project budget")
        verbose_name_plural = _("project budgets")
        ordering = ["project_id", "fiscal_year"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "fiscal_year"],
                name="%(app_label)s_%(class)s_year",
                violation_error_message=_("This project's budget for that year exists."),
            ),
            models.CheckConstraint(
                condition=Q(plan_amount__gte=0),
                name="%(app_label)s_%(class)s_not_negative",
                violation_error_message=_("An amount is not negative."),
            ),
            models.CheckConstraint(
                condition=Q(approved_amount__isnull=True) | Q(approved_amount__gte=0),
                name="%(app_label)s_%(class)s_approved",
                violation_error_message=_("An amount is not negative."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project} {self.fiscal_year}"


class BudgetTransfer(Record):
    """Money moved to (+) or from (−) a project's year, with the document that ordered it."""

    budget = models.ForeignKey(
        ProjectBudget, models.CASCADE, related_name="transfers", verbose_name=_("project budget")
    )
    amount = BahtField(
        _("amount (baht)"),
        help_text=_("Positive where the project gains, negative where it gives."),
    )
    document_number = models.CharField(_("document number"), max_length=100)
    document_date = models.DateField(_("document date"))
    reason = models.CharField(_("reason"), max_length=500)

    class Meta(Record.Meta):
        verbose_name = _("budget transfer")
        verbose_name_plural = _("budget transfers")
        ordering = ["budget_id", "document_date", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(amount=0),
                name="%(app_label)s_%(class)s_not_nothing",
                violation_error_message=_("A transfer of nothing is none."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.document_number} {self.budget}"

    @classmethod
    def audit_title(cls, row: Any) -> str:
        """By its document, in the fiscal year of its date."""
        return _("transfer %(number)s, fiscal year %(year)s") % {
            "number": row.document_number,
            "year": FiscalMonth.of(row.document_date).year,
        }

    def clean(self) -> None:
        """A transfer belongs to the fiscal year in which its document is dated."""
        if self.document_date is None or self.budget_id is None:
            return
        year = self.budget.fiscal_year
        if FiscalMonth.of(self.document_date).year != year:
            first, last = FiscalMonth(year, 1), FiscalMonth(year, 12)
            raise ValidationError(
                {
                    "document_date": _(
                        "A transfer of fiscal year %(year)s is dated from %(first)s to %(last)s."
                    )
                    % {
                        "year": year,
                        "first": month_name(first, short=True),
                        "last": month_name(last, short=True),
                    }
                }
            )


class Disbursement(Record):
    """Where a project's money stands at the end of a month: running totals of its fiscal year."""

    written_by_reporters = True

    project = models.ForeignKey(
        Project, models.PROTECT, related_name="disbursements", verbose_name=_("flagship project")
    )
    fiscal_year = models.PositiveSmallIntegerField(
        _("fiscal year"), validators=FISCAL_YEAR_VALIDATORS
    )
    month = models.PositiveSmallIntegerField(_("month"), choices=MONTH_CHOICES)
    disbursed = BahtField(_("disbursed (baht)"))
    committed = BahtField(_("committed, not yet paid (baht)"))
    note = models.TextField(_("note"), blank=True, default="")
    reason = models.CharField(
        _("reason for a fall or for more than is allocated"),
        max_length=500,
        blank=True,
        default="",
    )
    is_sample = models.BooleanField(_("sample"), default=False, editable=False)

    class Meta(Record.Meta):
        verbose_name = _("disbursement")
        verbose_name_plural = _("disbursements")
        ordering = ["project_id", "fiscal_year", "month"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "fiscal_year", "month"],
                name="%(app_label)s_%(class)s_month",
                violation_error_message=_("This project's figures for that month exist."),
            ),
            models.CheckConstraint(
                condition=Q(month__gte=MONTHS[0], month__lte=MONTHS[-1]),
                name="%(app_label)s_%(class)s_month_range",
                violation_error_message=_("A fiscal month is 1 (October) to 12."),
            ),
            models.CheckConstraint(
                condition=Q(disbursed__gte=0, committed__gte=0),
                name="%(app_label)s_%(class)s_not_negative",
                violation_error_message=_("An amount is not negative."),
            ),
        ]

    def __str__(self) -> str:
        at = FiscalMonth(self.fiscal_year, self.month)
        return f"{self.project} {month_name(at, short=True)}"


class SpendingTarget(Record):
    """The government's targets for a fiscal year: per cent disbursed by the end of each quarter."""

    judged_by = ("q1", "q2", "q3", "q4")

    agency = models.ForeignKey(
        Agency, models.CASCADE, related_name="spending_targets", verbose_name=_("agency")
    )
    fiscal_year = models.PositiveSmallIntegerField(
        _("fiscal year"), validators=FISCAL_YEAR_VALIDATORS
    )
    q1 = _percent_field(_("quarter 1 (%)"), 25)
    q2 = _percent_field(_("quarter 2 (%)"), 50)
    q3 = _percent_field(_("quarter 3 (%)"), 75)
    q4 = _percent_field(_("quarter 4 (%)"), 100)

    class Meta(Record.Meta):
        verbose_name = _("spending target")
        verbose_name_plural = _("spending targets")
        ordering = ["agency_id", "fiscal_year"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "fiscal_year"],
                name="%(app_label)s_%(class)s_year",
                violation_error_message=_("This agency's targets for that year exist."),
            ),
            models.CheckConstraint(
                condition=Q(q1__gte=0, q4__lte=100)
                & Q(q2__gte=F("q1"))
                & Q(q3__gte=F("q2"))
                & Q(q4__gte=F("q3")),
                name="%(app_label)s_%(class)s_rising",
                violation_error_message=_(
                    "The targets run from 0 to 100 and none is below the quarter before."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agency} {self.fiscal_year}"
