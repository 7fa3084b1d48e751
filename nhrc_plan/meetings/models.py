"""What is kept of a board meeting's month: the summary that planners stand behind."""

from __future__ import annotations

from collections.abc import Collection

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from strategy.calendar import FiscalMonth
from strategy.models import FISCAL_YEAR_VALIDATORS, Plan, Unit
from strategy.records.model import Record
from strategy.thai import month_name


class MonthSummary(Record):
    """The text that opens the board's pack of a month, in place of the one drafted by rule."""

    plan = models.ForeignKey(
        Plan, models.CASCADE, related_name="month_summaries", verbose_name=_("plan")
    )
    fiscal_year = models.PositiveSmallIntegerField(
        _("fiscal year"), validators=FISCAL_YEAR_VALIDATORS
    )
    month = models.PositiveSmallIntegerField(
        _("month"),
        choices=[
            (month, month_name(FiscalMonth(2566, month), year=False)) for month in range(1, 13)
        ],
    )
    text = models.TextField(_("summary"))
    unit = models.ForeignKey(
        Unit,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("prepared by"),
        help_text=_("Stands on the cover of the pack."),
    )

    class Meta(Record.Meta):
        verbose_name = _("month's summary")
        verbose_name_plural = _("months' summaries")
        ordering = ["plan_id", "-fiscal_year", "-month"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "fiscal_year", "month"],
                name="%(app_label)s_%(class)s_month",
                violation_error_message=_("A summary of that month exists; change it instead."),
            ),
            models.CheckConstraint(
                condition=Q(month__gte=1, month__lte=12),
                name="%(app_label)s_%(class)s_month_range",
                violation_error_message=_("A fiscal month is 1 (October) to 12."),
            ),
        ]

    def month_written(self) -> tuple[int, int]:
        return (self.fiscal_year, self.month)

    def month_owner(self) -> tuple[int | None, Collection[int]]:
        return self.plan.agency_id, ()

    def __str__(self) -> str:
        return f"{self.plan} {month_name(FiscalMonth(self.fiscal_year, self.month), short=True)}"
