"""An agency's calendar: its holidays, the months that are locked, what is open of them again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from strategy import clock
from strategy.calendar import MONTHS, FiscalMonth, ReportingDay, latest_ended
from strategy.language.months import MONTH_CHOICES
from strategy.models.agency import FISCAL_YEAR_VALIDATORS, Agency, ReportingYear, Unit
from strategy.records.model import Record
from strategy.thai import format_date, month_name, says_why


class Holiday(Record):
    """A day on which an agency does not work. Kept by planners, year by year."""

    judged_by = ("day",)

    agency = models.ForeignKey(
        Agency, models.CASCADE, related_name="holidays", verbose_name=_("agency")
    )
    day = models.DateField(_("day off"))
    name = models.CharField(_("name"), max_length=200)

    class Meta(Record.Meta):
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")
        ordering = ["agency_id", "-day"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "day"],
                name="%(app_label)s_%(class)s_day",
                violation_error_message=_("That day is a holiday already."),
            )
        ]

    def __str__(self) -> str:
        return f"{format_date(self.day)} {self.name}"

    def restates(self, before: Mapping[str, Any] | None) -> bool:
        """Whether a deadline that has passed was on another day without this change."""
        concerned = {self.day} | ({before["day"]} if before else set())
        years = ReportingYear.objects.filter(agency=self.agency_id, moves_to_working_day=True)
        rules = dict(years.order_by().values_list("fiscal_year", "deadline_day"))
        stored = Holiday.objects.filter(agency=self.agency_id).exclude(pk=self.pk)
        others = frozenset(stored.values_list("day", flat=True)) if rules else frozenset()
        today = clock.today()
        for day in concerned:
            due = FiscalMonth.of(day)
            # Moved out of a month, a deadline may lie in the next.
            for month in (due.previous, due.previous.previous):
                if month.year in rules:
                    asked = rules[month.year]
                    least = month.deadline(ReportingDay(asked, others))
                    moved = month.deadline(ReportingDay(asked, others | concerned)) != least
                    if moved and least < today:
                        return True
        return False


class MonthLock(Record):
    """A month of an agency's fiscal year to which nothing is written any more.

    Of the agency and not of a plan: results, money and integrity measures share its calendar, and
    the latter are of no plan. When and by whom it was locked stands in its history.
    """

    agency = models.ForeignKey(
        Agency, models.PROTECT, related_name="month_locks", verbose_name=_("agency")
    )
    fiscal_year = models.PositiveSmallIntegerField(
        _("fiscal year"), validators=FISCAL_YEAR_VALIDATORS
    )
    month = models.PositiveSmallIntegerField(
        _("month"),
        choices=MONTH_CHOICES,
    )
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta(Record.Meta):
        verbose_name = _("locked month")
        verbose_name_plural = _("locked months")
        ordering = ["agency_id", "-fiscal_year", "-month"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "fiscal_year", "month"],
                name="%(app_label)s_%(class)s_month",
                violation_error_message=_(
                    "That month is locked already; where it was opened again, end the opening."
                ),
            ),
            models.CheckConstraint(
                condition=Q(month__gte=MONTHS[0], month__lte=MONTHS[-1]),
                name="%(app_label)s_%(class)s_month_range",
                violation_error_message=_("A fiscal month is 1 (October) to 12."),
            ),
        ]

    def __str__(self) -> str:
        return f"{month_name(self.at)} {self.agency.short_name or self.agency.name}"

    @property
    def at(self) -> FiscalMonth:
        return FiscalMonth(self.fiscal_year, self.month)

    def clean(self) -> None:
        today = clock.today()
        if self.fiscal_year and self.month and not self.at.has_ended(today):
            raise ValidationError(
                {
                    "month": _("%(month)s has not ended; the latest month to lock is %(latest)s.")
                    % {
                        "month": month_name(self.at),
                        "latest": month_name(latest_ended(today)),
                    }
                }
            )


class Unlocking(Record):
    """A locked month opened again: for one unit or for all, until a moment or until it is ended."""

    lock = models.ForeignKey(
        MonthLock, models.PROTECT, related_name="unlockings", verbose_name=_("locked month")
    )
    unit = models.ForeignKey(
        Unit,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("opened for the unit"),
        help_text=_("Only what this unit reports can be written then; empty: everything."),
    )
    until = models.DateTimeField(
        _("open until"),
        null=True,
        blank=True,
        help_text=_("From this moment on the month is locked again; empty: until you end it."),
    )
    reason = models.TextField(_("why it is opened"))

    class Meta(Record.Meta):
        verbose_name = _("opening of a locked month")
        verbose_name_plural = _("openings of locked months")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.lock} {self.unit or ''}".strip()

    @staticmethod
    def in_effect(now: datetime) -> Q:
        """The condition for what is open at a moment."""
        return Q(until__isnull=True) | Q(until__gt=now)

    def clean(self) -> None:
        problems: dict[str, Any] = {}
        if self.reason and not says_why(self.reason):
            problems["reason"] = _("Say why the month is opened.")
        if self.unit is not None and self.unit.agency_id != self.lock.agency_id:
            problems["unit"] = _("This unit belongs to another agency; choose one of its own.")
        if self._state.adding and self.until is not None and self.until <= clock.now():
            problems["until"] = _("Until then nothing could be written: choose a later moment.")
        if problems:
            raise ValidationError(problems)
