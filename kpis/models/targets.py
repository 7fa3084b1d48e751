"""What is promised for each year of an indicator, and how its figures read in the history."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kpis.models.indicators import Indicator, Measure
from strategy.language.months import MONTH_CHOICES
from strategy.models import FISCAL_YEAR_VALIDATORS
from strategy.records.model import Record
from strategy.thai import plain


class ValuesInHistory:
    """For a :class:`Record` with a figure for each measure: a line of the history for each."""

    @classmethod
    def audit_lines(cls, name: str, value: Any) -> list[tuple[str, str]]:
        if name != "values":
            return super().audit_lines(name, value)  # type: ignore[misc,no-any-return]
        lines = []
        for item in value:
            shown = item["value"]
            if shown is None:
                shown = f"{item['numerator']}/{item['denominator']}"
            planned = [part for part in item.get("planned", []) if part is not None]
            if planned:
                shown += f" ({', '.join(planned)})"
            lines.append((item["label"], shown))
        return lines


class YearTarget(ValuesInHistory, Record):
    """What is promised for one indicator and fiscal year."""

    class Kind(models.TextChoices):
        NUMERIC = "numeric", _("a number")
        MILESTONE = "milestone", _("milestone in words")
        BASELINE = "baseline", _("equal to the baseline")
        NONE = "none", _("no target this year")

    indicator = models.ForeignKey(
        Indicator, models.CASCADE, related_name="targets", verbose_name=_("indicator")
    )
    fiscal_year = models.PositiveSmallIntegerField(
        _("fiscal year"), validators=FISCAL_YEAR_VALIDATORS
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.NONE)
    milestone = models.CharField(_("milestone"), max_length=300, blank=True)
    due_month = models.PositiveSmallIntegerField(
        _("month due"),
        null=True,
        blank=True,
        choices=MONTH_CHOICES,
        help_text=_("Fiscal month by which a milestone is to be done; empty: the year's end."),
    )
    plan_text = models.CharField(
        _("as printed in the plan"), max_length=300, blank=True, editable=False
    )

    class Meta(Record.Meta):
        verbose_name = _("year target")
        verbose_name_plural = _("year targets")
        ordering = ["indicator_id", "fiscal_year"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "fiscal_year"],
                name="%(app_label)s_%(class)s_year",
                violation_error_message=_("This indicator's target for that year exists."),
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["milestone", "baseline"]) | ~Q(milestone=""),
                name="%(app_label)s_%(class)s_words",
                violation_error_message=_("A milestone is written in words."),
            ),
            models.CheckConstraint(
                condition=Q(due_month__isnull=True) | Q(due_month__gte=1, due_month__lte=12),
                name="%(app_label)s_%(class)s_due",
                violation_error_message=_("A month is 1 to 12."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator.code} {self.fiscal_year}"

    grows_within = "indicator__strategy__plan"
    of_draft = "indicator__strategy__plan__is_draft"
    audit_parts = {
        "values": {
            "measure": ("measure",),
            "value": ("value",),
            "q1": ("planned", 0),
            "q2": ("planned", 1),
            "q3": ("planned", 2),
        }
    }

    def audit_details(self) -> dict[str, Any]:
        return {
            "values": [
                {
                    "measure": value.measure_id,
                    "label": str(value.measure),
                    "value": plain(value.value),
                    "planned": [plain(value.q1), plain(value.q2), plain(value.q3)],
                }
                for value in self.values.select_related("measure").order_by("measure__position")
            ]
        }


class TargetValue(models.Model):
    """The number promised for one measure; part of its YearTarget and recorded with it."""

    target = models.ForeignKey(YearTarget, models.CASCADE, related_name="values")
    measure = models.ForeignKey(Measure, models.RESTRICT, related_name="target_values")
    value = models.DecimalField(_("target"), max_digits=18, decimal_places=4)
    q1 = models.DecimalField(
        _("planned by quarter 1"), max_digits=18, decimal_places=4, null=True, blank=True
    )
    q2 = models.DecimalField(
        _("planned by quarter 2"), max_digits=18, decimal_places=4, null=True, blank=True
    )
    q3 = models.DecimalField(
        _("planned by quarter 3"), max_digits=18, decimal_places=4, null=True, blank=True
    )

    class Meta:
        default_permissions = ()
        verbose_name = _("target value")
        verbose_name_plural = _("target values")
        ordering = ["target_id", "measure_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["target", "measure"], name="%(app_label)s_%(class)s_measure"
            ),
            models.CheckConstraint(
                condition=Q(value__gte=0), name="%(app_label)s_%(class)s_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure}: {plain(self.value)}"
