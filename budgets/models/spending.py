"""Money as it is spent: where a project stands at the end of a month, and what it pays later."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.db import models
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from budgets.models.projects import Project, ProjectLead
from strategy.access import REPORTER, Viewer
from strategy.approval.model import Approvable, open_index, state_field
from strategy.calendar import MONTHS, FiscalMonth
from strategy.comments.model import NOBODYS, Commented
from strategy.evidence.model import Evidence, SupportedByEvidence
from strategy.language.months import MONTH_CHOICES
from strategy.models import FISCAL_YEAR_VALIDATORS
from strategy.standing.baht_field import BahtField
from strategy.thai import month_name


class ProjectMonth(Approvable):
    """What is entered of a project's month, and approved for its first-named lead unit."""

    written_by_reporters = True
    agency_link = "project__strategy__plan__agency"
    approval_links = ("project__leads",)

    project: models.ForeignKey[Project, Project]
    approval = state_field()

    class Meta(Approvable.Meta):
        abstract = True

    def approval_units(self) -> Collection[int]:
        """The first-named lead unit, which reports its money."""
        return tuple(lead.unit_id for lead in self.project.leads.all()[:1])

    @classmethod
    def of_units(cls, units: Iterable[int]) -> Q:
        units = list(units)
        first = ProjectLead.objects.filter(project=OuterRef("pk")).order_by("position")
        led = Project.objects.annotate(first_lead=Subquery(first.values("unit")[:1]))
        # Of the projects that they lead at all, not of all there are, the first is looked for.
        own = led.filter(pk__in=ProjectLead.objects.filter(unit__in=units).values("project"))
        return Q(project__in=own.filter(first_lead__in=units).order_by().values("pk"))

    @classmethod
    def approval_rows(cls) -> QuerySet[Any]:
        stored: Any = cls._base_manager
        rows: QuerySet[Any] = stored.select_related("project__strategy__plan")
        return rows.prefetch_related("project__leads")

    @property
    def title(self) -> str:
        """Its project's place in the plan and its month, as people write them."""
        month = month_name(FiscalMonth(*self.month_written()), short=True)
        return f"{self.project.strategy.number}-{self.project.number} {month}"

    def month_owner(self) -> tuple[int | None, Collection[int]]:
        return self.project.strategy.plan.agency_id, self.approval_units()

    def month_written(self) -> tuple[int, int]:
        raise NotImplementedError


class Disbursement(SupportedByEvidence, Commented, ProjectMonth):
    """Where a project's money stands at the end of a month: running totals of its fiscal year."""

    grows_within = "project__strategy__plan"
    figure_links = ("project__strategy__plan",)
    figure_columns = ("disbursed", "committed")

    project = models.ForeignKey(
        Project, models.PROTECT, related_name="disbursements", verbose_name=_("project")
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

    class Meta(ProjectMonth.Meta):
        verbose_name = _("disbursement")
        verbose_name_plural = _("disbursements")
        permissions = [("approve_disbursement", "Can approve disbursements")]
        ordering = ["project_id", "fiscal_year", "month"]
        indexes = [open_index("approval", "fiscal_year", "month")]
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

    def month_written(self) -> tuple[int, int]:
        return (self.fiscal_year, self.month)

    @classmethod
    def approval_rows(cls) -> QuerySet[Any]:
        return super().approval_rows().prefetch_related("evidence")

    def _first_lead(self) -> int | None:
        return next(iter(self.approval_units()), None)

    def history_seen_by(self, who: Viewer) -> bool:
        return who.may_read_drafts(self._first_lead())

    def evidence_seen_by(self, who: Viewer) -> bool:
        return not self.is_unsent or self.history_seen_by(who)

    def evidence_written_by(self, who: Viewer) -> bool:
        return not self.is_approved and who.may_report(self._first_lead())

    @classmethod
    def reported_by(cls, who: Viewer) -> Q:
        if not (who.is_planner or REPORTER in who.roles):
            return NOBODYS
        own = cls.of_units(who.unit_ids)
        return own | Q(project__leads__isnull=True) if who.is_planner else own

    def __str__(self) -> str:
        at = FiscalMonth(self.fiscal_year, self.month)
        return f"{self.project} {month_name(at, short=True)}"


class DisbursementEvidence(Evidence):
    """What a month's figures of a project rest on; part of them and recorded with them."""

    disbursement = models.ForeignKey(Disbursement, models.CASCADE, related_name="evidence")


class CarriedPayment(ProjectMonth):
    """What has been paid of money carried over (เงินกันเหลื่อมปี), by the end of a month.

    ``fiscal_year``: the year whose budget it is; ``month``: a month of the year after, in which it
    counts for nothing. ``paid``: a running total, of what was committed at the end of the
    budget's own year.
    """

    figure_columns = ("paid",)

    project = models.ForeignKey(
        Project, models.PROTECT, related_name="carried_payments", verbose_name=_("project")
    )
    fiscal_year = models.PositiveSmallIntegerField(
        _("fiscal year of the budget"), validators=FISCAL_YEAR_VALIDATORS
    )
    month = models.PositiveSmallIntegerField(_("month of the next year"), choices=MONTH_CHOICES)
    paid = BahtField(_("paid of it so far (baht)"))
    note = models.TextField(_("note"), blank=True, default="")
    reason = models.CharField(
        _("reason for a fall or for a payment after March"),
        max_length=500,
        blank=True,
        default="",
    )

    class Meta(ProjectMonth.Meta):
        verbose_name = _("payment of money carried over")
        verbose_name_plural = _("payments of money carried over")
        permissions = [("approve_carriedpayment", "Can approve payments of money carried over")]
        ordering = ["project_id", "fiscal_year", "month"]
        indexes = [open_index("approval", "fiscal_year", "month")]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "fiscal_year", "month"],
                name="%(app_label)s_%(class)s_month",
                violation_error_message=_("This project's payments up to that month exist."),
            ),
            models.CheckConstraint(
                condition=Q(month__gte=MONTHS[0], month__lte=MONTHS[-1]),
                name="%(app_label)s_%(class)s_month_range",
                violation_error_message=_("A fiscal month is 1 (October) to 12."),
            ),
            models.CheckConstraint(
                condition=Q(paid__gte=0),
                name="%(app_label)s_%(class)s_not_negative",
                violation_error_message=_("An amount is not negative."),
            ),
        ]

    def month_written(self) -> tuple[int, int]:
        return (self.fiscal_year + 1, self.month)

    def __str__(self) -> str:
        at = FiscalMonth(self.fiscal_year + 1, self.month)
        return f"{self.project} {self.fiscal_year}: {month_name(at, short=True)}"
