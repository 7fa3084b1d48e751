"""ITA: published scores below the total, down to the parts of an item, and what was advised.

What is published is stored; what follows from it is worked out on read (integrity/ita/rules.py).
"""

from __future__ import annotations

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from integrity.ita.models.assessment import BelowYear, ItaAssessment
from strategy.access import Viewer
from strategy.comments.model import Commented
from strategy.evidence.model import OpenEvidence
from strategy.models import THAI
from strategy.standing.score_field import score_field, score_range


class ItaInstrument(BelowYear):
    """IIT, EIT or OIT: what it weighs that year, and whom it asked."""

    month_fields = ("published",)
    month_of = "assessment"

    assessment = models.ForeignKey(
        ItaAssessment, models.CASCADE, related_name="instruments", verbose_name=_("ITA assessment")
    )
    position = models.PositiveSmallIntegerField(_("order"), default=1)
    code = models.CharField(_("code"), max_length=10)
    name = models.CharField(_("name"), max_length=200, db_collation=THAI)
    weight = models.DecimalField(
        _("weight (%)"),
        max_digits=5,
        decimal_places=2,
        validators=[
            MinValueValidator(0, _("A weight is between 0 and 100.")),
            MaxValueValidator(100, _("A weight is between 0 and 100.")),
        ],
    )
    published = score_field(
        _("published score"), help_text=_("Where the source prints the instrument's own score.")
    )
    respondents = models.PositiveIntegerField(_("respondents"), null=True, blank=True)
    respondents_unit = models.CharField(_("unit of respondents"), max_length=60, blank=True)
    items = models.PositiveSmallIntegerField(_("number of questions"), null=True, blank=True)
    target_group = models.TextField(_("who was asked"), blank=True)

    class Meta(BelowYear.Meta):
        verbose_name = _("ITA instrument")
        verbose_name_plural = _("ITA instruments")
        ordering = ["assessment_id", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "code"],
                name="%(app_label)s_%(class)s_code",
                violation_error_message=_("This instrument stands in the assessment already."),
            ),
            models.CheckConstraint(
                condition=Q(weight__gte=0, weight__lte=100),
                name="%(app_label)s_%(class)s_weight",
                violation_error_message=_("A weight is between 0 and 100."),
            ),
            score_range("published"),
        ]

    def __str__(self) -> str:
        return self.code


class ItaPart(BelowYear):
    """A part of an instrument, as EIT has from 2566 on: what the public and what surveyors said."""

    month_fields = ("published",)
    month_of = "instrument"
    whole_links = "instrument__assessment"

    instrument = models.ForeignKey(
        ItaInstrument, models.CASCADE, related_name="parts", verbose_name=_("ITA instrument")
    )
    position = models.PositiveSmallIntegerField(_("order"), default=1)
    label = models.CharField(_("name"), max_length=200, db_collation=THAI)
    weight = models.DecimalField(
        _("weight"),
        max_digits=6,
        decimal_places=2,
        default=Decimal(1),
        help_text=_("How much it counts among the parts of its instrument; 1 unless set."),
    )
    published = score_field(
        _("published score"), help_text=_("Where the source prints the part's own score.")
    )

    class Meta(BelowYear.Meta):
        verbose_name = _("part of an ITA instrument")
        verbose_name_plural = _("parts of an ITA instrument")
        ordering = ["instrument_id", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["instrument", "label"],
                name="%(app_label)s_%(class)s_label",
                violation_error_message=_("The instrument has a part of that name already."),
            ),
            models.CheckConstraint(
                condition=Q(weight__gt=0),
                name="%(app_label)s_%(class)s_weight",
                violation_error_message=_("A weight is more than 0."),
            ),
            score_range("published"),
        ]

    def __str__(self) -> str:
        return self.label


class ItaIndicator(OpenEvidence, Commented, BelowYear):
    """One of the ITA indicators, numbered 1 to 10 across the instruments.

    What is asked in several parts of an instrument is an indicator of each of them.
    """

    month_fields = ("published",)
    month_of = "instrument"
    whole_links = "instrument__assessment"
    figure_links = ("instrument__assessment__agency", "part")

    instrument = models.ForeignKey(
        ItaInstrument, models.CASCADE, related_name="indicators", verbose_name=_("ITA instrument")
    )
    part = models.ForeignKey(
        ItaPart,
        models.RESTRICT,
        null=True,
        blank=True,
        related_name="indicators",
        verbose_name=_("part of the instrument"),
        help_text=_("Where the instrument has parts: the one in which this score was collected."),
    )
    number = models.PositiveSmallIntegerField(_("number"))
    name = models.CharField(_("name"), max_length=300, db_collation=THAI)
    published = score_field(_("published score"))
    complete = models.BooleanField(
        _("all items listed"),
        default=False,
        help_text=_("The items below are all that its score is the mean of."),
    )
    item_count = models.PositiveSmallIntegerField(_("number of questions"), null=True, blank=True)

    class Meta(BelowYear.Meta):
        verbose_name = _("ITA indicator")
        verbose_name_plural = _("ITA indicators")
        ordering = ["instrument_id", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["instrument", "number"],
                condition=Q(part__isnull=True),
                name="%(app_label)s_%(class)s_number",
                violation_error_message=_("That number is taken."),
            ),
            models.UniqueConstraint(
                fields=["part", "number"],
                name="%(app_label)s_%(class)s_part_number",
                violation_error_message=_("That number is taken."),
            ),
            score_range("published"),
        ]

    def __str__(self) -> str:
        named = f"{self.number}. {self.name}"
        return f"{named} ({self.part})" if self.part else named

    def evidence_seen_by(self, who: Viewer) -> bool:
        return self.year.evidence_seen_by(who)

    @property
    def figure_name(self) -> str:
        return f"ITA {self.instrument.assessment.fiscal_year} {self.instrument} {self}"

    def clean(self) -> None:
        if self.part and self.part.instrument_id != self.instrument_id:
            raise ValidationError(
                {"part": _("This part belongs to another instrument; choose one of its own.")}
            )
        if self.part is None and self.instrument_id and self.instrument.parts.exists():
            raise ValidationError(
                {"part": _("This instrument has parts: choose the one that the indicator is of.")}
            )


class ItaItem(BelowYear):
    """A question (i25), a part of it, or a sub-indicator of OIT that groups questions."""

    month_fields = ("published", "rest_score")
    month_of = "indicator"
    whole_links = "indicator__instrument__assessment"

    indicator = models.ForeignKey(
        ItaIndicator, models.CASCADE, related_name="items", verbose_name=_("ITA indicator")
    )
    parent = models.ForeignKey(
        "self",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="parts",
        verbose_name=_("part of"),
    )
    position = models.PositiveSmallIntegerField(_("order"), default=1)
    code = models.CharField(_("code"), max_length=10, blank=True)
    text = models.CharField(_("question"), max_length=1000, db_collation=THAI)
    published = score_field(_("published score"))
    rest_score = score_field(
        _("score of each other part"),
        help_text=_("Where only some parts are listed: what each of the others scored."),
    )
    item_count = models.PositiveSmallIntegerField(
        _("number of parts"), null=True, blank=True, help_text=_("Listed or not.")
    )

    class Meta(BelowYear.Meta):
        verbose_name = _("ITA question")
        verbose_name_plural = _("ITA questions")
        ordering = ["indicator_id", "parent_id", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "position"],
                condition=Q(parent__isnull=True),
                name="%(app_label)s_%(class)s_position",
                violation_error_message=_("That place is taken."),
            ),
            models.UniqueConstraint(
                fields=["parent", "position"],
                name="%(app_label)s_%(class)s_part",
                violation_error_message=_("That place is taken."),
            ),
            score_range("published", "rest_score"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.text}".strip()

    def clean(self) -> None:
        if self.parent and self.indicator_id and self.parent.indicator_id != self.indicator_id:
            raise ValidationError(
                {"parent": _("This question belongs to another indicator; choose one of its own.")}
            )
        if self.parent and (self.parent.parent_id or (self.pk and self.parts.exists())):
            raise ValidationError(
                {"parent": _("Parts stand right below a question: no part has parts of its own.")}
            )


class Recommendation(BelowYear):
    """What the year's assessment advises; ``instrument`` is empty where the source names none."""

    assessment = models.ForeignKey(
        ItaAssessment,
        models.CASCADE,
        related_name="recommendations",
        verbose_name=_("ITA assessment"),
    )
    number = models.PositiveSmallIntegerField(_("number"))
    text = models.TextField(_("text"))
    instrument = models.ForeignKey(
        ItaInstrument,
        models.RESTRICT,
        null=True,
        blank=True,
        related_name="recommendations",
        verbose_name=_("ITA instrument"),
    )
    item = models.ForeignKey(
        ItaItem,
        models.RESTRICT,
        null=True,
        blank=True,
        related_name="recommendations",
        verbose_name=_("ITA question"),
        help_text=_("The question that it is to improve, where planners know it."),
    )

    class Meta(BelowYear.Meta):
        verbose_name = _("recommendation")
        verbose_name_plural = _("recommendations")
        ordering = ["assessment_id", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "number"],
                name="%(app_label)s_%(class)s_number",
                violation_error_message=_("That number is taken."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.text[:80]}"

    def clean(self) -> None:
        if self.instrument and self.instrument.assessment_id != self.assessment_id:
            raise ValidationError(
                {"instrument": _("This instrument belongs to another year; choose its own.")}
            )
        if self.item and self.item.indicator.instrument.assessment_id != self.assessment_id:
            raise ValidationError(
                {"item": _("This question belongs to another year; choose one of its own.")}
            )
