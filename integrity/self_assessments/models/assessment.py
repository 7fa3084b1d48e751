"""What an organisation says of itself by a rubric; its answers are approved with it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from integrity.self_assessments.models.rubric import NOT_NEGATIVE, Criterion, Rubric
from strategy.access import REPORTER, Viewer
from strategy.approval.model import state_field
from strategy.approval.whole import ApprovedWhole, BelowApproved
from strategy.comments.model import NOBODYS, Commented
from strategy.evidence.model import Evidence, SupportedByEvidence
from strategy.models import THAI, Agency, Unit


class SelfAssessment(ApprovedWhole):
    """What an organisation says of itself by a rubric."""

    audit_texts = frozenset({"reply"})
    written_by_reporters = True
    figure_columns = ("organisation", "level", "province", "replies")
    approval_links = ("agency__units",)

    class Level(models.TextChoices):
        PROVINCE = "province", _("province")
        DEPARTMENT = "department", _("government agency")
        LOCAL = "local", _("office in the area")

    rubric = models.ForeignKey(
        Rubric, models.PROTECT, related_name="assessments", verbose_name=_("rubric")
    )
    organisation = models.CharField(_("organisation"), max_length=200, db_collation=THAI)
    level = models.CharField(
        _("level of the organisation"), max_length=12, choices=Level, default=Level.DEPARTMENT
    )
    province = models.CharField(_("province"), max_length=60, blank=True, db_collation=THAI)
    agency = models.ForeignKey(
        Agency,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="self_assessments",
        verbose_name=_("agency"),
        help_text=_("Where the organisation works in this system: its people may fill it in."),
    )
    #: Each with the text of its question: [{"question": …, "reply": …}].
    replies = models.JSONField(
        _("answers to the compulsory questions"), default=list, blank=True, editable=False
    )
    approval = state_field()
    is_sample = models.BooleanField(_("sample"), default=False, editable=False)

    class Meta(ApprovedWhole.Meta):
        verbose_name = _("self-assessment")
        verbose_name_plural = _("self-assessments")
        permissions = [("approve_selfassessment", "Can approve self-assessments")]
        ordering = ["rubric_id", "organisation"]
        constraints = [
            models.UniqueConstraint(
                fields=["rubric", "organisation"],
                name="%(app_label)s_%(class)s_once",
                violation_error_message=_("This organisation has an assessment by that rubric."),
            )
        ]

    def __str__(self) -> str:
        return self.organisation

    @property
    def title(self) -> str:
        return f"{self.organisation} {self.rubric.fiscal_year}"

    def approval_units(self) -> Collection[int]:
        """Every unit of the organisation's agency, as each of them may fill it in."""
        return () if self.agency is None else {unit.pk for unit in self.agency.units.all()}

    @classmethod
    def of_agencies(cls, agencies: Iterable[int]) -> Q:
        """With those of organisations outside the system, which any planner looks after."""
        return super().of_agencies(agencies) | Q(agency__isnull=True)

    @classmethod
    def of_units(cls, units: Iterable[int]) -> Q:
        return Q(agency__in=Unit.objects.filter(pk__in=units).order_by().values("agency"))

    @classmethod
    def approval_rows(cls) -> QuerySet[Any]:
        stored: Any = cls._base_manager
        rows: QuerySet[Any] = stored.select_related("rubric", "agency")
        return rows.prefetch_related(*cls.approval_links)

    @classmethod
    def stated_below(cls) -> Iterable[type[BelowApproved]]:
        return (Answer,)

    def month_written(self) -> tuple[int, int]:
        return (self.rubric.fiscal_year, 12)

    def month_owner(self) -> tuple[int | None, Collection[int]]:
        return self.agency_id, ()

    def clean(self) -> None:
        self.organisation = " ".join(self.organisation.split())
        self.province = " ".join(self.province.split())
        if self.level == self.Level.PROVINCE and not self.province:
            raise ValidationError({"province": _("Write which province it is.")})


class Answer(SupportedByEvidence, Commented, BelowApproved):
    """The level chosen for a criterion, or the points that assessors gave."""

    month_of = "assessment"
    whole_links = "assessment"
    figure_links = ("assessment__rubric", "criterion__group__part")

    assessment = models.ForeignKey(
        SelfAssessment, models.CASCADE, related_name="answers", verbose_name=_("self-assessment")
    )
    criterion = models.ForeignKey(
        Criterion, models.PROTECT, related_name="answers", verbose_name=_("criterion")
    )
    level = models.PositiveSmallIntegerField(_("level"), null=True, blank=True)
    points = models.DecimalField(
        _("points"),
        max_digits=6,
        decimal_places=2,
        null=True,
        blank=True,
        validators=NOT_NEGATIVE,
    )
    remark = models.TextField(_("remark"), blank=True)

    class Meta(BelowApproved.Meta):
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        ordering = ["assessment_id", "criterion_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "criterion"],
                name="%(app_label)s_%(class)s_once",
                violation_error_message=_("That criterion is answered already."),
            ),
            models.CheckConstraint(
                condition=Q(points__isnull=True) | Q(points__gte=0, level__isnull=True),
                name="%(app_label)s_%(class)s_either",
                violation_error_message=_("Either a level or points, not both."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assessment}: {self.criterion.number}"

    def history_seen_by(self, who: Viewer) -> bool:
        """As the assessment itself: the organisation's agency, and readers of all drafts."""
        return who.may_read_drafts(None) or self.assessment.agency_id in who.agency_ids

    @classmethod
    def reported_by(cls, who: Viewer) -> Q:
        own = Q(assessment__agency__in=who.agency_ids) if REPORTER in who.roles else NOBODYS
        return own | Q(assessment__agency__isnull=True) if who.is_planner else own

    @property
    def figure_name(self) -> str:
        """The organisation and the criterion, by its part and number."""
        criterion = self.criterion
        return f"{self.assessment.organisation}: {criterion.group.part.code} {criterion.number}"


class AnswerEvidence(Evidence):
    """What an answer rests on."""

    answer = models.ForeignKey(Answer, models.CASCADE, related_name="evidence")
