"""An agency's ITA assessment of a year: its published results, and its state of approval."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from strategy.access import Viewer
from strategy.approval.model import counted_states, state_field
from strategy.approval.whole import ApprovedWhole, BelowApproved
from strategy.comments.model import Commented
from strategy.evidence.model import OpenEvidence
from strategy.models import FISCAL_YEAR_VALIDATORS, Agency
from strategy.records.model import Record
from strategy.standing.score_field import SCORE_VALIDATORS, score_field, score_range


def counted() -> Q:
    """The assessments that count: neither drafts nor what was returned."""
    return Q(approval__in=counted_states())


class ItaAssessment(OpenEvidence, Commented, ApprovedWhole):
    """An agency's ITA result of a fiscal year, as published; its scores are approved with it."""

    month_fields = (
        "published_total", "published_grade", "rank", "rank_group", "announced_on",
        "published_change", "published_change_percent",
    )  # fmt: skip
    figure_columns = month_fields
    figure_links = approval_links = ("agency",)

    agency = models.ForeignKey(
        Agency, models.PROTECT, related_name="ita_assessments", verbose_name=_("agency")
    )
    fiscal_year = models.PositiveSmallIntegerField(
        _("fiscal year"), validators=FISCAL_YEAR_VALIDATORS
    )
    published_total = score_field(_("published total"))
    published_grade = models.CharField(_("published grade"), max_length=40, blank=True)
    rank = models.PositiveSmallIntegerField(_("rank"), null=True, blank=True)
    rank_group = models.CharField(_("rank among"), max_length=200, blank=True)
    announced_on = models.DateField(_("announced on"), null=True, blank=True)
    published_change = models.DecimalField(
        _("published change"), max_digits=5, decimal_places=2, null=True, blank=True
    )
    published_change_percent = models.DecimalField(
        _("published change (%)"), max_digits=6, decimal_places=2, null=True, blank=True
    )
    weights_source = models.CharField(
        _("where weights and grade scale come from"), max_length=300, blank=True
    )
    notes = models.TextField(_("notes"), blank=True)
    approval = state_field()

    class Meta(ApprovedWhole.Meta):
        verbose_name = _("ITA assessment")
        verbose_name_plural = _("ITA assessments")
        ordering = ["agency_id", "-fiscal_year"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "fiscal_year"],
                name="%(app_label)s_%(class)s_year",
                violation_error_message=_("This agency's assessment of that year exists."),
            ),
            score_range("published_total"),
        ]

    def month_written(self) -> tuple[int, int]:
        return (self.fiscal_year, 12)

    def month_owner(self) -> tuple[int | None, Collection[int]]:
        return self.agency_id, ()

    def __str__(self) -> str:
        return f"ITA {self.fiscal_year} {self.agency.short_name or self.agency.name}"

    def linked_by(self) -> Iterable[Record]:
        advice: Any = type(self)._meta.get_field("recommendations").related_model
        measures: Any = advice._meta.get_field("measures").related_model
        answering: Iterable[Record] = measures.objects.filter(answers__assessment=self).distinct()
        return answering

    def approval_units(self) -> Collection[int]:
        """None: an assessment is of the agency, so planners decide."""
        return ()

    @classmethod
    def of_units(cls, units: Iterable[int]) -> Q:
        return Q(pk__in=[])

    @classmethod
    def approval_rows(cls) -> QuerySet[Any]:
        return cls._base_manager.select_related("agency")

    @classmethod
    def stated_below(cls) -> Iterable[type[BelowYear]]:
        return (model for model in BelowYear.__subclasses__() if model.month_fields)

    def evidence_seen_by(self, who: Viewer) -> bool:
        return not self.is_unsent or who.may_read_drafts(None)


class BelowYear(BelowApproved):
    """A row of an assessment: nothing of it is written once its year is approved."""

    whole_links = "assessment"

    class Meta(BelowApproved.Meta):
        abstract = True

    @property
    def year(self) -> ItaAssessment:
        """The assessment that the row is of."""
        found = self.whole
        assert isinstance(found, ItaAssessment)
        return found


class ItaGrade(BelowYear):
    """A grade of the year's scale and the lowest total that earns it."""

    assessment = models.ForeignKey(
        ItaAssessment, models.CASCADE, related_name="grades", verbose_name=_("ITA assessment")
    )
    label = models.CharField(_("grade"), max_length=40)
    at_least = models.DecimalField(
        _("at least"), max_digits=5, decimal_places=2, validators=SCORE_VALIDATORS
    )
    each_at_least = score_field(
        _("each instrument at least"),
        help_text=_("Where a grade asks as well for a least score of every instrument."),
    )

    class Meta(BelowYear.Meta):
        verbose_name = _("ITA grade")
        verbose_name_plural = _("ITA grades")
        ordering = ["assessment_id", "-at_least"]
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "label"],
                name="%(app_label)s_%(class)s_label",
                violation_error_message=_("That grade stands in the scale already."),
            ),
            models.UniqueConstraint(
                fields=["assessment", "at_least"],
                name="%(app_label)s_%(class)s_edge",
                violation_error_message=_("Two grades cannot begin at the same total."),
            ),
            score_range("at_least", "each_at_least"),
        ]

    def __str__(self) -> str:
        return self.label
