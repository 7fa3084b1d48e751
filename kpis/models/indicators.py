"""Indicators: what is measured, by which levels, from where, and what is promised for each year."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from kpis.rules.score import LEVELS
from strategy.language.months import MONTH_CHOICES
from strategy.models import FISCAL_YEAR_VALIDATORS, THAI, Objective, Plan, Strategy, Unit
from strategy.owners.model import Owned, Reporters
from strategy.records.model import Record
from strategy.thai import plain

#: Fiscal months under their names, for forms and filters.
MONTH_RANGE = {"month__gte": 1, "month__lte": 12}


class Indicator(Owned):
    """A measured promise of the plan, numbered within its strategy."""

    judged_by = ("direction", "accrual", "weight")
    of_draft = "strategy__plan__is_draft"

    class Direction(models.TextChoices):
        HIGHER = "higher", _("higher is better")
        LOWER = "lower", _("lower is better")

    class Accrual(models.TextChoices):
        RATE = "rate", _("rate: a share measured at a moment")
        PER_YEAR = "per_year", _("per year: starts from 0 each year")
        CUMULATIVE = "cumulative", _("cumulative: carried on from year to year")

    class AccrualBasis(models.TextChoices):
        PLAN = "plan", _("the plan says so")
        READING = "reading", _("our reading")

    class Frequency(models.TextChoices):
        MONTH = "month", _("every month")
        QUARTER = "quarter", _("every quarter")
        HALF_YEAR = "half_year", _("every half-year")
        YEAR = "year", _("every year")

    strategy = models.ForeignKey(
        Strategy, models.PROTECT, related_name="indicators", verbose_name=_("strategy")
    )
    objective = models.ForeignKey(
        Objective, models.PROTECT, related_name="indicators", verbose_name=_("objective")
    )
    number = models.CharField(_("number"), max_length=10)
    position = models.PositiveSmallIntegerField(_("order"), default=1)
    name = models.CharField(_("name"), max_length=500, db_collation=THAI)
    definition = models.TextField(_("definition"), blank=True)
    activity = models.TextField(
        _("activity"), blank=True, help_text=_("The heading above the level criteria, if any.")
    )
    direction = models.CharField(
        _("direction"), max_length=10, choices=Direction, default=Direction.HIGHER
    )
    accrual = models.CharField(_("accrual"), max_length=12, choices=Accrual)
    accrual_basis = models.CharField(
        _("accrual known from"),
        max_length=10,
        choices=AccrualBasis,
        default=AccrualBasis.READING,
        help_text=_("Whether the plan itself says how the figure accrues, or we read it so."),
    )
    unit = models.ForeignKey(
        Unit,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="indicators",
        verbose_name=_("responsible unit"),
        help_text=_("While there is none, planners report the results."),
    )
    frequency = models.CharField(
        _("frequency"), max_length=10, choices=Frequency, default=Frequency.YEAR
    )
    weight = models.DecimalField(
        _("weight"),
        max_digits=6,
        decimal_places=2,
        default=Decimal(1),
        help_text=_("How much it counts in averages; 1 unless set."),
    )
    baseline_text = models.CharField(
        _("baseline as printed in the plan"), max_length=200, blank=True
    )
    continues = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="continued_by",
        verbose_name=_("continues the indicator"),
        help_text=_("Of a former plan of the agency; its years are shown before the own ones."),
    )
    suggestion = models.CharField(
        _("figures shown beside the entry form"),
        max_length=40,
        blank=True,
        default="",
        help_text=_("What another part of the system knows; nobody is held to it."),
    )
    assignment_is_sample = models.BooleanField(
        _("sample assignment"),
        default=False,
        editable=False,
        help_text=_("Unit, frequency and weight are sample data."),
    )

    class Meta(Owned.Meta):
        abstract = False
        verbose_name = _("indicator")
        verbose_name_plural = _("indicators")
        ordering = ["strategy_id", "position"]
        constraints = [
            *Owned.Meta.constraints,
            models.UniqueConstraint(
                fields=["strategy", "number"],
                name="%(app_label)s_%(class)s_number",
                violation_error_message=_("That number is taken."),
            ),
            models.CheckConstraint(
                condition=Q(weight__gt=0),
                name="%(app_label)s_%(class)s_weight",
                violation_error_message=_("A weight is more than 0."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def code(self) -> str:
        """Unique in the plan: prefix + strategy + number, such as S3-1.1."""
        return f"{self.strategy.plan.code_prefix}{self.strategy.number}-{self.number}"

    @property
    def is_reported(self) -> bool:
        """Something has been handed in for it."""
        return self.pk is not None and self.results.exclude(state="draft").exists()

    @classmethod
    def with_reporters(cls) -> QuerySet[Any]:
        return super().with_reporters().select_related("strategy__plan", "unit")

    def reporters(self) -> Reporters:
        agency = self.strategy.plan.agency_id
        if self.unit is None:
            return Reporters(agency)
        return Reporters(agency, (self.unit.pk,), (self.unit.name,))

    def clean(self) -> None:
        super().clean()
        if (
            self.objective_id
            and self.strategy_id
            and self.objective.strategy_id != self.strategy_id
        ):
            raise ValidationError(
                {"objective": _("This objective belongs to another strategy; choose its own.")}
            )
        if self.continues and self.strategy_id:
            former, own = self.continues.strategy.plan, self.strategy.plan
            if former.agency_id != own.agency_id or former.last_year >= own.first_year:
                raise ValidationError(
                    {"continues": _("Choose an indicator of a plan of the agency that ends before "
                                    "this one begins.")}
                )  # fmt: skip


def level_problem(level: int | None, plan: Plan) -> ValidationError | None:
    """Why a level cannot be described in a plan, if it cannot: its scale ends before it."""
    if level is None or level <= len(plan.worths):
        return None
    return ValidationError(
        _("The plan's scale %(scale)s has levels 1 to %(levels)s; level %(level)s is none of it."),
        params={"scale": plan.scale, "levels": len(plan.worths), "level": level},
    )


class LevelCriterion(Record):
    """What one of an indicator's levels asks for, from 1 to the last of its plan's scale.

    Source: docs/domain.md, "Score".

    A ``level`` makes the score, by its threshold or as the level that staff report. A ``step`` is
    work to tick off, described beside thresholds.
    """

    judged_by = ("kind", "level", "threshold")
    of_draft = "indicator__strategy__plan__is_draft"

    class Kind(models.TextChoices):
        LEVEL = "level", _("level")
        STEP = "step", _("step of work beside thresholds")

    indicator = models.ForeignKey(
        Indicator, models.CASCADE, related_name="levels", verbose_name=_("indicator")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.LEVEL)
    level = models.PositiveSmallIntegerField(
        _("level"), choices=[(level, str(level)) for level in LEVELS]
    )
    text = models.TextField(_("criterion"))
    threshold = models.DecimalField(
        _("figure from which the level is reached"),
        max_digits=18,
        decimal_places=4,
        null=True,
        blank=True,
        help_text=_("Empty where the level is a step of work."),
    )

    class Meta(Record.Meta):
        verbose_name = _("level criterion")
        verbose_name_plural = _("level criteria")
        ordering = ["indicator_id", "kind", "level"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "kind", "level"],
                name="%(app_label)s_%(class)s_level",
                violation_error_message=_("That level is described already."),
            ),
            models.CheckConstraint(
                condition=Q(level__gte=LEVELS[0], level__lte=LEVELS[-1]),
                name="%(app_label)s_%(class)s_range",
                violation_error_message=_("A level is 1 to 10."),
            ),
            models.CheckConstraint(
                condition=Q(threshold__isnull=True) | Q(threshold__gte=0, kind="level"),
                name="%(app_label)s_%(class)s_threshold",
                violation_error_message=_("A threshold belongs to a level and is not negative."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.level}. {self.text[:80]}"

    def clean(self) -> None:
        if not self.indicator_id:
            return
        plan = self.indicator.strategy.plan
        if not plan.is_scorecard:
            raise ValidationError(_("Levels are described for the indicators of scorecards."))
        problem = level_problem(self.level, plan)
        if problem is not None:
            raise ValidationError({"level": problem})


class Measure(Record):
    """One counted thing of an indicator, with its unit of measure (หน่วยนับ)."""

    judged_by = ("kind", "whole")
    of_draft = "indicator__strategy__plan__is_draft"

    class Kind(models.TextChoices):
        NUMBER = "number", _("count")
        PERCENT = "percent", _("percentage")
        GROWTH = "growth", _("growth rate (%)")
        LEVEL = "level", _("level")

    indicator = models.ForeignKey(
        Indicator, models.CASCADE, related_name="measures", verbose_name=_("indicator")
    )
    position = models.PositiveSmallIntegerField(_("order"), default=1)
    label = models.CharField(_("what is measured"), max_length=200, blank=True)
    unit_label = models.CharField(_("unit of measure"), max_length=60, blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    whole = models.BooleanField(
        _("whole numbers only"), default=False, help_text=_("Counts whole things, such as people.")
    )

    class Meta(Record.Meta):
        verbose_name = _("measure")
        verbose_name_plural = _("measures")
        ordering = ["indicator_id", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "position"],
                name="%(app_label)s_%(class)s_position",
                violation_error_message=_("That place is taken."),
            )
        ]

    def __str__(self) -> str:
        return self.named(self.label, self.unit_label, self.kind)

    @classmethod
    def named(cls, label: str, unit_label: str, kind: str) -> str:
        """What a measure is called, from its columns."""
        return label or unit_label or str(cls.Kind(kind).label)

    def restates(self, before: Mapping[str, Any] | None) -> bool:
        """A measure more or less voids what was reported of its indicator."""
        return self.indicator.is_reported if before is None else super().restates(before)


class Baseline(Record):
    """Where a measure stood, and the month from which that counts."""

    judged_by = ("value", "fiscal_year", "month")
    of_draft = "measure__indicator__strategy__plan__is_draft"

    measure = models.ForeignKey(
        Measure, models.CASCADE, related_name="baselines", verbose_name=_("measure")
    )
    value = models.DecimalField(_("value"), max_digits=18, decimal_places=4)
    source = models.CharField(_("source"), max_length=300)
    fiscal_year = models.PositiveSmallIntegerField(
        _("from fiscal year"), validators=FISCAL_YEAR_VALIDATORS
    )
    month = models.PositiveSmallIntegerField(_("from month"), choices=MONTH_CHOICES)

    class Meta(Record.Meta):
        verbose_name = _("baseline")
        verbose_name_plural = _("baselines")
        ordering = ["measure_id", "fiscal_year", "month"]
        constraints = [
            models.UniqueConstraint(
                fields=["measure", "fiscal_year", "month"],
                name="%(app_label)s_%(class)s_from",
                violation_error_message=_("A baseline from that month exists already."),
            ),
            models.CheckConstraint(
                condition=Q(**MONTH_RANGE),
                name="%(app_label)s_%(class)s_range",
                violation_error_message=_("A month is 1 to 12."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure}: {plain(self.value)}"
