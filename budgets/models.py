"""Flagship projects and what the plan sets aside for them, year by year."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from strategy.audit import Record
from strategy.models import (
    FISCAL_YEAR_VALIDATORS,
    THAI,
    Strategy,
    Unit,
)


class Project(Record):
    """A flagship project (โครงการสำคัญ) of a strategy."""

    strategy = models.ForeignKey(
        Strategy, models.PROTECT, related_name="projects", verbose_name=_("strategy")
    )
    number = models.PositiveSmallIntegerField(_("number"))
    name = models.CharField(_("name"), max_length=500, db_collation=THAI)
    supporting_units = models.ManyToManyField(
        Unit, blank=True, related_name="supported_projects", verbose_name=_("supporting units")
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
        }


class ProjectLead(models.Model):
    """A unit that leads a project; the first counts the project in totals by unit."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="leads")
    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="led_projects", verbose_name=_("unit")
    )
    position = models.PositiveSmallIntegerField(_("order"), default=1)

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
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.unit}"


class ProjectBudget(Record):
    """What the plan sets aside for a project in a fiscal year, in baht.

    A year that the plan gives as "-" has no row. The plan prints no unit; its figures are read
    as million baht.
    """

    project = models.ForeignKey(
        Project, models.CASCADE, related_name="budgets", verbose_name=_("flagship project")
    )
    fiscal_year = models.PositiveSmallIntegerField(
        _("fiscal year"), validators=FISCAL_YEAR_VALIDATORS
    )
    plan_amount = models.DecimalField(_("plan amount (baht)"), max_digits=16, decimal_places=2)

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
        ]

    def __str__(self) -> str:
        return f"{self.project} {self.fiscal_year}"
