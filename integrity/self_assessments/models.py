"""Assessments by rubric: the instrument as data, and what organisations answer."""

from __future__ import annotations

from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from strategy.access import REPORTER, Viewer
from strategy.comments.model import NOBODYS, Commented
from strategy.evidence.model import Evidence, SupportedByEvidence
from strategy.models import FISCAL_YEAR_VALIDATORS, THAI, Agency
from strategy.records.model import Record

_NOT_NEGATIVE = [MinValueValidator(0, _("Points are not negative."))]


class Rubric(Record):
    """An edition of the instrument, for a fiscal year and a kind of organisation."""

    audit_texts = frozenset({"meaning"})

    fiscal_year = models.PositiveSmallIntegerField(
        _("fiscal year"), validators=FISCAL_YEAR_VALIDATORS
    )
    organisation_kind = models.CharField(_("kind of organisation"), max_length=100)
    name = models.CharField(_("name"), max_length=300, db_collation=THAI)
    eligibility = models.TextField(_("who may apply"), blank=True)
    definitions = models.JSONField(
        _("definitions"), default=list, blank=True, help_text=_("Terms with their meanings.")
    )
    questions = models.JSONField(_("compulsory questions"), default=list, blank=True)
    notes = models.TextField(_("notes"), blank=True)

    class Meta(Record.Meta):
        verbose_name = _("rubric")
        verbose_name_plural = _("rubrics")
        ordering = ["-fiscal_year", "organisation_kind"]
        constraints = [
            models.UniqueConstraint(
                fields=["fiscal_year", "organisation_kind"],
                name="%(app_label)s_%(class)s_edition",
                violation_error_message=_("The edition of that year and kind exists."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.organisation_kind} {self.fiscal_year})"


class RubricPart(Record):
    """A part of a rubric; one without a weight stands outside the total."""

    audit_texts = frozenset({"text"})

    class AssessedBy(models.TextChoices):
        SELF = "self", _("the organisation itself")
        ASSESSOR = "assessor", _("assessors")

    rubric = models.ForeignKey(
        Rubric, models.CASCADE, related_name="parts", verbose_name=_("rubric")
    )
    position = models.PositiveSmallIntegerField(_("order"), default=1)
    code = models.CharField(_("code"), max_length=5)
    name = models.CharField(_("name"), max_length=300, db_collation=THAI)
    full = models.DecimalField(
        _("full points"), max_digits=6, decimal_places=2, validators=_NOT_NEGATIVE
    )
    weight = models.DecimalField(
        _("weight (%)"),
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[
            MinValueValidator(0, _("A weight is between 0 and 100.")),
            MaxValueValidator(100, _("A weight is between 0 and 100.")),
        ],
        help_text=_("Empty: apart from the total."),
    )
    assessed_by = models.CharField(
        _("assessed by"), max_length=10, choices=AssessedBy, default=AssessedBy.SELF
    )
    description = models.TextField(_("description"), blank=True)
    level_names = models.JSONField(_("names of the levels"), default=list, blank=True)
    dimensions = models.JSONField(
        _("dimensions"), default=list, blank=True, help_text=_("Names with their texts.")
    )

    class Meta(Record.Meta):
        verbose_name = _("part of a rubric")
        verbose_name_plural = _("parts of rubrics")
        ordering = ["rubric_id", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["rubric", "code"],
                name="%(app_label)s_%(class)s_code",
                violation_error_message=_("That code is taken."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class RubricGroup(Record):
    """A group of criteria within a part."""

    audit_texts = frozenset({"text"})

    part = models.ForeignKey(
        RubricPart, models.CASCADE, related_name="groups", verbose_name=_("part of a rubric")
    )
    position = models.PositiveSmallIntegerField(_("order"), default=1)
    number = models.CharField(_("number"), max_length=10)
    name = models.CharField(_("name"), max_length=500, db_collation=THAI)
    dimension = models.CharField(_("dimension"), max_length=200, blank=True)
    full = models.DecimalField(
        _("full points"), max_digits=6, decimal_places=2, validators=_NOT_NEGATIVE
    )
    alternatives = models.JSONField(
        _("alternatives"),
        default=list,
        blank=True,
        help_text=_("Headings over criteria of which exactly one is answered."),
    )

    class Meta(Record.Meta):
        verbose_name = _("group of criteria")
        verbose_name_plural = _("groups of criteria")
        ordering = ["part_id", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["part", "number"],
                name="%(app_label)s_%(class)s_number",
                violation_error_message=_("That number is taken."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class Criterion(Record):
    """What is assessed. With described levels a level is chosen, without them points are given."""

    group = models.ForeignKey(
        RubricGroup, models.CASCADE, related_name="criteria", verbose_name=_("group of criteria")
    )
    position = models.PositiveSmallIntegerField(_("order"), default=1)
    number = models.CharField(_("number"), max_length=10)
    text = models.TextField(_("text"))
    full = models.DecimalField(
        _("full points"),
        max_digits=6,
        decimal_places=2,
        null=True,
        blank=True,
        validators=_NOT_NEGATIVE,
        help_text=_("Empty: only the group's full points limit it."),
    )
    full_is_reading = models.BooleanField(
        _("points are our reading"),
        default=False,
        help_text=_("The source gives points for the group only; they were shared evenly."),
    )
    alternative = models.CharField(
        _("alternative"),
        max_length=10,
        blank=True,
        help_text=_("Of the criteria with the same mark exactly one is answered."),
    )
    shows_policy = models.BooleanField(
        _("shows a human-rights policy"),
        default=False,
        help_text=_("An organisation that reaches a level of it has such a policy."),
    )

    class Meta(Record.Meta):
        verbose_name = _("criterion")
        verbose_name_plural = _("criteria")
        ordering = ["group_id", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["group", "number"],
                name="%(app_label)s_%(class)s_number",
                violation_error_message=_("That number is taken."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.text[:80]}"


class CriterionLevel(Record):
    """A described level and the share of the full points that it earns, as a fraction."""

    criterion = models.ForeignKey(
        Criterion, models.CASCADE, related_name="levels", verbose_name=_("criterion")
    )
    level = models.PositiveSmallIntegerField(_("level"))
    text = models.TextField(_("text"))
    share_of = models.PositiveSmallIntegerField(_("share of the points"))
    share_in = models.PositiveSmallIntegerField(_("out of"), validators=[MinValueValidator(1)])

    class Meta(Record.Meta):
        verbose_name = _("level of a criterion")
        verbose_name_plural = _("levels of criteria")
        ordering = ["criterion_id", "level"]
        constraints = [
            models.UniqueConstraint(
                fields=["criterion", "level"],
                name="%(app_label)s_%(class)s_level",
                violation_error_message=_("That level exists."),
            ),
            models.CheckConstraint(
                condition=Q(share_in__gte=1, share_of__lte=F("share_in")),
                name="%(app_label)s_%(class)s_share",
                violation_error_message=_("A level earns between none and all of the points."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.level}: {self.text[:80]}"


class SelfAssessment(Record):
    """What an organisation says of itself by a rubric."""

    audit_texts = frozenset({"reply"})
    written_by_reporters = True

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
    is_sample = models.BooleanField(_("sample"), default=False, editable=False)

    class Meta(Record.Meta):
        verbose_name = _("self-assessment")
        verbose_name_plural = _("self-assessments")
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

    def month_written(self) -> tuple[int, int]:
        return (self.rubric.fiscal_year, 12)

    def month_owner(self) -> tuple[int | None, Collection[int]]:
        return self.agency_id, ()

    def clean(self) -> None:
        self.organisation = " ".join(self.organisation.split())
        self.province = " ".join(self.province.split())
        if self.level == self.Level.PROVINCE and not self.province:
            raise ValidationError({"province": _("Write which province it is.")})


class Answer(SupportedByEvidence, Commented, Record):
    """The level chosen for a criterion, or the points that assessors gave."""

    month_of = "assessment"
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
        validators=_NOT_NEGATIVE,
    )
    remark = models.TextField(_("remark"), blank=True)

    class Meta(Record.Meta):
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
