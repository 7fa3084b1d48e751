"""The instrument of assessments as data: editions, parts, groups, criteria and their levels."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from strategy.models import FISCAL_YEAR_VALIDATORS, THAI
from strategy.records.model import Record

NOT_NEGATIVE = [MinValueValidator(0, _("Points are not negative."))]


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
        _("full points"), max_digits=6, decimal_places=2, validators=NOT_NEGATIVE
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
        _("full points"), max_digits=6, decimal_places=2, validators=NOT_NEGATIVE
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
        validators=NOT_NEGATIVE,
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
