"""Projects, and what they may spend year by year."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from strategy.calendar import FiscalMonth
from strategy.models import (
    FISCAL_YEAR_VALIDATORS,
    THAI,
    Objective,
    Strategy,
    Unit,
)
from strategy.owners.model import Owned, Reporters
from strategy.records.model import Record
from strategy.standing.baht_field import BahtField
from strategy.thai import month_name


class Project(Owned):
    """A project of a strategy: one of the plan's own, or one of the yearly action plan.

    The plan's own are its flagship projects (โครงการสำคัญ). Those of the yearly action plan
    (แผนปฏิบัติการ) have totals of their own; together they are all the office's money.
    """

    class Kind(models.TextChoices):
        FLAGSHIP = "flagship", _("flagship project")
        ACTION = "action", _("project of the yearly action plan")

    of_draft = "strategy__plan__is_draft"
    audit_labels = {
        **Owned.audit_labels,
        "leads": _("lead units"),
        "supporting": _("supporting units"),
        "objectives": _("objectives it serves"),
    }
    audit_links = {"leads": "unit", "supporting_units": "", "objectives": ""}

    strategy = models.ForeignKey(
        Strategy, models.PROTECT, related_name="projects", verbose_name=_("strategy")
    )
    number = models.PositiveSmallIntegerField(
        _("number"), help_text=_("One row of numbers for all projects of the strategy.")
    )
    name = models.CharField(_("name"), max_length=500, db_collation=THAI)
    kind = models.CharField(
        _("kind of project"),
        max_length=10,
        choices=Kind.choices,
        default=Kind.FLAGSHIP,
        help_text=_(
            "Each kind has totals of its own; the plan's table of money counts flagship projects."
        ),
    )
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

    class Meta(Owned.Meta):
        abstract = False
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        ordering = ["strategy_id", "number"]
        constraints = [
            *Owned.Meta.constraints,
            models.UniqueConstraint(
                fields=["strategy", "number"],
                name="%(app_label)s_%(class)s_number",
                violation_error_message=_("That number is taken."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def with_reporters(cls) -> QuerySet[Any]:
        rows = super().with_reporters().select_related("strategy__plan")
        return rows.prefetch_related("leads__unit")

    def reporters(self) -> Reporters:
        """The first-named of its lead units enters its money."""
        agency = self.strategy.plan.agency_id
        first = next((lead.unit for lead in self.leads.all()), None)
        return Reporters(agency) if first is None else Reporters(agency, (first.pk,), (first.name,))

    @property
    def owned_title(self) -> str:
        """With its place: names alone repeat."""
        return f"{self.strategy.number}-{self.number} {self.name}"

    def audit_details(self) -> dict[str, Any]:
        return {
            **super().audit_details(),
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
    million baht. ``spending_kind`` says by which of the government's lines the year is judged.
    """

    class SpendingKind(models.TextChoices):
        CURRENT = "current", _("current spending")
        INVESTMENT = "investment", _("investment spending")

    judged_by = ("spending_kind",)
    of_draft = "project__strategy__plan__is_draft"

    project = models.ForeignKey(
        Project, models.CASCADE, related_name="budgets", verbose_name=_("project")
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
    spending_kind = models.CharField(
        _("kind of spending"),
        max_length=10,
        choices=SpendingKind.choices,
        blank=True,
        default="",
        help_text=_(
            "Where the government sets a line of its own for it; empty: the line for all money."
        ),
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

    of_draft = "budget__project__strategy__plan__is_draft"

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
