"""Money as it is spent: where a project stands at the end of a month, and what it pays later."""

from __future__ import annotations

from collections.abc import Collection

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from budgets.models.projects import Project, ProjectLead
from strategy.access import REPORTER, Viewer
from strategy.calendar import MONTHS, FiscalMonth
from strategy.comments.model import NOBODYS, Commented
from strategy.evidence.model import Evidence, OpenEvidence
from strategy.models import FISCAL_YEAR_VALIDATORS
from strategy.records.model import Record
from strategy.standing.baht_field import BahtField
from strategy.thai import month_name

MONTH_CHOICES = [(month, month_name(FiscalMonth(2566, month), year=False)) for month in MONTHS]


def _owner(project: Project) -> tuple[int, Collection[int]]:
    """A project's agency, and its first-named lead unit, which reports its money."""
    first = project.leads.order_by("position").values_list("unit_id", flat=True)[:1]
    return project.strategy.plan.agency_id, tuple(first)


class Disbursement(OpenEvidence, Commented, Record):
    """Where a project's money stands at the end of a month: running totals of its fiscal year."""

    written_by_reporters = True
    grows_within = "project__strategy__plan"
    figure_links = ("project__strategy__plan",)

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

    def month_written(self) -> tuple[int, int]:
        return (self.fiscal_year, self.month)

    def month_owner(self) -> tuple[int | None, Collection[int]]:
        return _owner(self.project)

    def _first_lead(self) -> int | None:
        leads = sorted(self.project.leads.all(), key=lambda lead: lead.position)
        return leads[0].unit_id if leads else None

    def history_seen_by(self, who: Viewer) -> bool:
        return who.may_read_drafts(self._first_lead())

    def evidence_written_by(self, who: Viewer) -> bool:
        return who.may_report(self._first_lead())

    @staticmethod
    def led_by(units: Collection[int]) -> Q:
        """The condition for figures of projects that one of these units leads first."""
        before = ProjectLead.objects.filter(
            project=OuterRef("project"), position__lt=OuterRef("position")
        )
        first = ProjectLead.objects.filter(~Exists(before), unit__in=units)
        return Q(project__in=first.order_by().values("project"))

    @classmethod
    def reported_by(cls, who: Viewer) -> Q:
        if not (who.is_planner or REPORTER in who.roles):
            return NOBODYS
        own = cls.led_by(who.unit_ids)
        return own | Q(project__leads__isnull=True) if who.is_planner else own

    def __str__(self) -> str:
        at = FiscalMonth(self.fiscal_year, self.month)
        return f"{self.project} {month_name(at, short=True)}"


class DisbursementEvidence(Evidence):
    """What a month's figures of a project rest on; part of them and recorded with them."""

    disbursement = models.ForeignKey(Disbursement, models.CASCADE, related_name="evidence")


class CarriedPayment(Record):
    """What has been paid of money carried over (เงินกันเหลื่อมปี), by the end of a month.

    ``fiscal_year``: the year whose budget it is; ``month``: a month of the year after, in which it
    counts for nothing. ``paid``: a running total, of what was committed at the end of the
    budget's own year.
    """

    written_by_reporters = True

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

    class Meta(Record.Meta):
        verbose_name = _("payment of money carried over")
        verbose_name_plural = _("payments of money carried over")
        ordering = ["project_id", "fiscal_year", "month"]
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

    def month_owner(self) -> tuple[int | None, Collection[int]]:
        return _owner(self.project)

    def __str__(self) -> str:
        at = FiscalMonth(self.fiscal_year + 1, self.month)
        return f"{self.project} {self.fiscal_year}: {month_name(at, short=True)}"
