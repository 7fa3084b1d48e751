"""What is kept of a board meeting: the month's summary, the meeting, and the figures it saw."""

from __future__ import annotations

import json
from collections.abc import Collection
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from strategy.calendar import FiscalMonth
from strategy.language.months import MONTH_CHOICES
from strategy.models import FISCAL_YEAR_VALIDATORS, Plan, Unit
from strategy.records.closed import InsertOnly
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
    month = models.PositiveSmallIntegerField(_("month"), choices=MONTH_CHOICES)
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


class Meeting(Record):
    """A meeting of the board, and the month whose figures it looks at."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="meetings", verbose_name=_("plan"))
    number = models.CharField(
        _("meeting number"), max_length=40, help_text=_("As the minutes write it, such as 12/2569.")
    )
    held_on = models.DateField(_("day of the meeting"))
    fiscal_year = models.PositiveSmallIntegerField(
        _("fiscal year"), validators=FISCAL_YEAR_VALIDATORS
    )
    month = models.PositiveSmallIntegerField(_("month looked at"), choices=MONTH_CHOICES)
    agenda = models.CharField(_("agenda item"), max_length=40, blank=True)
    place = models.CharField(_("place"), max_length=200, blank=True)
    note = models.TextField(_("note"), blank=True)
    is_sample = models.BooleanField(_("sample"), default=False, editable=False)

    #: What the frozen figures name, so that it stays once there are any.
    FIXED = ("plan_id", "number", "held_on", "fiscal_year", "month", "agenda")

    class Meta(Record.Meta):
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        ordering = ["plan_id", "-held_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "number"],
                name="%(app_label)s_%(class)s_number",
                violation_error_message=_("The plan has a meeting of that number."),
            ),
            models.CheckConstraint(
                condition=Q(month__gte=1, month__lte=12),
                name="%(app_label)s_%(class)s_month_range",
                violation_error_message=_("A fiscal month is 1 (October) to 12."),
            ),
        ]

    def __str__(self) -> str:
        return gettext("Meeting %(number)s") % {"number": self.number}

    @property
    def at(self) -> FiscalMonth:
        return FiscalMonth(self.fiscal_year, self.month)

    def clean(self) -> None:
        """What frozen figures name of their meeting is refused to change."""
        if self._state.adding or not Frozen.objects.filter(meeting=self.pk).exists():
            return
        stored = type(self)._base_manager.values(*self.FIXED).get(pk=self.pk)
        changed = [name for name in self.FIXED if stored[name] != getattr(self, name)]
        if changed:
            raise ValidationError(
                {
                    changed[0].removesuffix("_id"): gettext(
                        "The figures of this meeting are frozen under what it was called; only "
                        "place and note can be changed."
                    )
                }
            )


class Frozen(InsertOnly):
    """The figures that a meeting saw, kept once and for all, and what proves them.

    ``figures``, ``record``: canonical JSON (nhrc_plan/meetings/frozen/canonical.py). The record
    holds the hashes of figures, workbook and the plan's freeze before it; ``sha256`` is its own,
    ``figures_sha256`` that of the figures once more, for lists, which need not read the large ones.
    """

    kept_at = "frozen_at"

    meeting = models.OneToOneField(Meeting, models.PROTECT, related_name="frozen")
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="+")
    #: Its place in the plan's chain, from 1.
    place = models.PositiveIntegerField()
    frozen_at = models.DateTimeField()
    figures = models.BinaryField()
    workbook = models.BinaryField()
    record = models.BinaryField()
    figures_sha256 = models.CharField(max_length=64)
    sha256 = models.CharField(max_length=64)

    #: Fields of some hundred kilobytes each.
    LARGE = ("figures", "workbook", "record")

    class Meta(InsertOnly.Meta):
        verbose_name = _("frozen figures")
        verbose_name_plural = _("frozen figures")
        ordering = ["plan_id", "place"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "place"], name="%(app_label)s_%(class)s_one_after_another"
            )
        ]

    def __str__(self) -> str:
        return gettext("frozen figures")

    @cached_property
    def shown(self) -> dict[str, Any]:
        """The figures, read."""
        found: dict[str, Any] = json.loads(bytes(self.figures))
        return found

    @cached_property
    def proof(self) -> dict[str, Any]:
        """The record, read."""
        found: dict[str, Any] = json.loads(bytes(self.record))
        return found


# The app's other models, which build on these: the framework looks for models here alone.
import nhrc_plan.meetings.resolutions.models  # noqa: E402, F401
