"""The ground everyone stands on: agencies, units, and the plan from strategy to objective.

Terms are those of docs/domain.md; Thai is what users see.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from strategy.messages import sentence
from strategy.models.agency import (
    FISCAL_YEAR_VALIDATORS,
    THAI,
    Agency,
)
from strategy.records.model import Record
from strategy.standing.worths import ONE_TO_FIVE, read_scale, write_scale
from strategy.thai import Refusal, plain


class AtWork(models.Manager["Plan"]):
    """The plans that pages, lists of work and mails know: all but drafts."""

    def get_queryset(self) -> models.QuerySet[Plan]:
        return super().get_queryset().filter(is_draft=False)


class Plan(Record):
    """A named span of fiscal years, with the words that its levels go by.

    ``objects`` are the plans at work; a draft is found by ``every`` alone (docs/domain.md, "The
    next plan").
    """

    of_draft = "is_draft"
    every = models.Manager["Plan"]()
    objects = AtWork()

    judged_by = ("band_on_plan", "band_near", "band_at_risk", "approved_only", "scale")
    #: What apps above ask of a plan before it is saved; each raises ValidationError.
    checks: ClassVar[list[Callable[[Plan], None]]] = []

    class Kind(models.TextChoices):
        STRATEGIC = "strategic", _("strategic plan")
        SCORECARD = "scorecard", _("scorecard")

    agency = models.ForeignKey(
        Agency, models.PROTECT, related_name="plans", verbose_name=_("agency")
    )
    slug = models.SlugField(_("short name for addresses"), max_length=80, unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.STRATEGIC)
    name = models.CharField(_("name"), max_length=300, db_collation=THAI)
    first_year = models.PositiveSmallIntegerField(
        _("first fiscal year"), validators=FISCAL_YEAR_VALIDATORS
    )
    last_year = models.PositiveSmallIntegerField(
        _("last fiscal year"), validators=FISCAL_YEAR_VALIDATORS
    )
    is_current = models.BooleanField(
        _("current plan"), default=False, help_text=_("The plan that the front page opens.")
    )
    is_draft = models.BooleanField(
        _("draft"),
        default=False,
        editable=False,
        help_text=_(
            "Only planners see it, and nothing is reported for it, until it is put to work."
        ),
    )
    code_prefix = models.CharField(_("prefix of indicator codes"), max_length=5, default="S")
    strategy_label = models.CharField(
        _("word for the first level"), max_length=60, default="ยุทธศาสตร์"
    )
    issue_label = models.CharField(
        _("word for the second level"), max_length=60, default="ประเด็นยุทธศาสตร์", blank=True
    )
    objective_label = models.CharField(
        _("word for objectives"), max_length=60, default="วัตถุประสงค์เชิงยุทธศาสตร์"
    )
    approach_label = models.CharField(
        _("word for approaches"), max_length=60, default="กลยุทธ์/แนวทางการพัฒนา", blank=True
    )
    background = models.TextField(_("background"), blank=True)
    content_summary = models.TextField(_("how the plan was made"), blank=True)
    vision = models.TextField(_("vision"), blank=True)
    ultimate_goal = models.TextField(_("ultimate goal"), blank=True)
    approved_only = models.BooleanField(
        _("count approved figures only"),
        default=False,
        help_text=_("Off: submitted figures count too, and are marked as not yet approved."),
    )
    band_on_plan = models.DecimalField(
        _("on plan from"), max_digits=5, decimal_places=2, default=Decimal(100)
    )
    band_near = models.DecimalField(
        _("near target above"), max_digits=5, decimal_places=2, default=Decimal(75)
    )
    band_at_risk = models.DecimalField(
        _("at risk above"), max_digits=5, decimal_places=2, default=Decimal(50)
    )
    scale = models.CharField(
        _("scale of the scores"),
        max_length=80,
        default=ONE_TO_FIVE,
        help_text=_(
            "What reaching each level is worth, from the lowest to the highest, such as 1/2/3/4/5 "
            "or 50/75/100. The highest is the promise."
        ),
    )
    plausible_share = models.DecimalField(
        _("figures asked about (%)"),
        max_digits=5,
        decimal_places=2,
        default=Decimal(10),
        validators=[MinValueValidator(0), MaxValueValidator(99)],
        help_text=_(
            "A figure of at most this share of the last one, or so many times as much, is asked "
            "about before it is saved; 0 asks about none."
        ),
    )

    class Meta(Record.Meta):
        verbose_name = _("plan")
        verbose_name_plural = _("plans")
        ordering = ["-first_year", "name"]
        # The plan at work, to which whoever has no agency is led.
        indexes = [
            models.Index(
                fields=["-is_current", "-first_year", "id"], name="%(app_label)s_%(class)s_at_work"
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_year__gte=F("first_year")),
                name="%(app_label)s_%(class)s_years",
                violation_error_message=_("The last year is not before the first."),
            ),
            models.CheckConstraint(
                condition=Q(
                    band_on_plan__gt=F("band_near"),
                    band_near__gt=F("band_at_risk"),
                    band_at_risk__gt=0,
                ),
                name="%(app_label)s_%(class)s_bands",
                violation_error_message=_("The bands fall: on plan, then near, then at risk."),
            ),
            models.CheckConstraint(
                condition=Q(is_draft=False) | Q(is_current=False),
                name="%(app_label)s_%(class)s_draft_not_current",
                violation_error_message=_("A draft is not the current plan; put it to work first."),
            ),
            models.UniqueConstraint(
                fields=["agency"],
                condition=Q(is_current=True),
                name="%(app_label)s_%(class)s_current",
                violation_error_message=_("An agency has one current plan."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def years(self) -> range:
        """The plan's fiscal years, in B.E."""
        return range(self.first_year, self.last_year + 1)

    @property
    def worths(self) -> tuple[Decimal, ...]:
        """What reaching each level is worth, from the lowest to the highest."""
        return read_scale(self.scale)

    @property
    def top_score(self) -> Decimal:
        """What the highest level is worth."""
        return self.worths[-1]

    @property
    def score_label(self) -> str:
        """What a column of scores is called: with the ends of the scale."""
        worths = self.worths
        ends = {"low": plain(worths[0]), "top": plain(worths[-1])}
        return str(_("score (%(low)s–%(top)s)") % ends)

    def clean(self) -> None:
        try:
            self.scale = write_scale(read_scale(self.scale))
        except Refusal as refusal:
            raise ValidationError({"scale": sentence(refusal)}) from None
        for check in self.checks:
            check(self)

    def figures_refused(self) -> ValidationError | None:
        """Why nothing can be reported for the plan now, if nothing can."""
        if not self.is_draft:
            return None
        return ValidationError(
            _("“%(plan)s” is a draft: figures are entered once planners have put it to work."),
            params={"plan": self.name},
        )

    @property
    def is_scorecard(self) -> bool:
        """It has level criteria and scores, and neither issues nor flagship projects."""
        return self.kind == self.Kind.SCORECARD


class PlanStatement(Record):
    """A purpose, a goal or a mission of a plan."""

    of_draft = "plan__is_draft"

    class Kind(models.TextChoices):
        PURPOSE = "purpose", _("purpose")
        GOAL = "goal", _("goal")
        MISSION = "mission", _("mission")

    plan = models.ForeignKey(
        Plan, models.CASCADE, related_name="statements", verbose_name=_("plan")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    number = models.PositiveSmallIntegerField(_("number"))
    text = models.TextField(_("text"))

    class Meta(Record.Meta):
        verbose_name = _("purpose, goal or mission")
        verbose_name_plural = _("purposes, goals and missions")
        ordering = ["plan_id", "kind", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "kind", "number"],
                name="%(app_label)s_%(class)s_number",
                violation_error_message=_("That number is taken."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}: {self.text[:80]}"


class Strategy(Record):
    """The first level of a plan: ยุทธศาสตร์, or มิติ in a scorecard."""

    of_draft = "plan__is_draft"
    audit_labels = {"goals": _("goals")}
    audit_links = {"goals": ""}

    plan = models.ForeignKey(
        Plan, models.PROTECT, related_name="strategies", verbose_name=_("plan")
    )
    number = models.PositiveSmallIntegerField(_("number"))
    name = models.CharField(_("name"), max_length=500, db_collation=THAI)
    goals = models.ManyToManyField(
        PlanStatement,
        blank=True,
        related_name="strategies",
        limit_choices_to={"kind": PlanStatement.Kind.GOAL},
        verbose_name=_("goals it serves"),
        help_text=_("Drawn by planners: the plan itself does not say."),
    )

    class Meta(Record.Meta):
        verbose_name = _("strategy")
        verbose_name_plural = _("strategies")
        ordering = ["plan_id", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "number"],
                name="%(app_label)s_%(class)s_number",
                violation_error_message=_("That number is taken."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    def audit_details(self) -> dict[str, Any]:
        return {"goals": list(self.goals.order_by("number").values_list("number", flat=True))}


class StrategicIssue(Record):
    """The second level of a strategic plan, numbered 1.1 …; it holds the approaches."""

    of_draft = "strategy__plan__is_draft"

    strategy = models.ForeignKey(
        Strategy, models.PROTECT, related_name="issues", verbose_name=_("strategy")
    )
    number = models.CharField(_("number"), max_length=10)
    position = models.PositiveSmallIntegerField(_("order"), default=1)
    name = models.CharField(_("name"), max_length=500, db_collation=THAI)

    class Meta(Record.Meta):
        verbose_name = _("strategic issue")
        verbose_name_plural = _("strategic issues")
        ordering = ["strategy_id", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["strategy", "number"],
                name="%(app_label)s_%(class)s_number",
                violation_error_message=_("That number is taken."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class Approach(Record):
    """A way in which a strategic issue is to be worked on (กลยุทธ์/แนวทางการพัฒนา)."""

    of_draft = "issue__strategy__plan__is_draft"

    issue = models.ForeignKey(
        StrategicIssue, models.CASCADE, related_name="approaches", verbose_name=_("issue")
    )
    number = models.PositiveSmallIntegerField(_("number"))
    text = models.TextField(_("text"))

    class Meta(Record.Meta):
        verbose_name = _("approach")
        verbose_name_plural = _("approaches")
        ordering = ["issue_id", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["issue", "number"],
                name="%(app_label)s_%(class)s_number",
                violation_error_message=_("That number is taken."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.text[:80]}"


class Objective(Record):
    """What a strategy wants to reach; numbered within its strategy."""

    of_draft = "strategy__plan__is_draft"

    strategy = models.ForeignKey(
        Strategy, models.PROTECT, related_name="objectives", verbose_name=_("strategy")
    )
    issue = models.ForeignKey(
        StrategicIssue,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="objectives",
        verbose_name=_("strategic issue"),
        help_text=_("Empty in a scorecard."),
    )
    number = models.PositiveSmallIntegerField(_("number"))
    name = models.CharField(_("name"), max_length=500, db_collation=THAI)

    class Meta(Record.Meta):
        verbose_name = _("objective")
        verbose_name_plural = _("objectives")
        ordering = ["strategy_id", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["strategy", "number"],
                name="%(app_label)s_%(class)s_number",
                violation_error_message=_("That number is taken."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.strategy.number}.{self.number} {self.name}"

    def clean(self) -> None:
        if self.issue and self.strategy_id and self.issue.strategy_id != self.strategy_id:
            raise ValidationError(
                {"issue": _("This issue belongs to another strategy; choose one of its own.")}
            )
