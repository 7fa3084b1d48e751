"""Workbooks that came back: each is kept with what became of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from strategy.access import Viewer
from strategy.calendar import MONTHS, FiscalMonth
from strategy.models import FISCAL_YEAR_VALIDATORS, Plan, Unit
from strategy.records.closed import InsertOnly
from strategy.records.model import Record
from strategy.thai import month_name

_MONTHS = [(month, month_name(FiscalMonth(2566, month), year=False)) for month in MONTHS]


class Kept(Record):
    """A file that somebody sent: looked at, then taken over once or not at all."""

    class State(models.TextChoices):
        CHECKED = "checked", _("looked at, not taken over")
        APPLIED = "applied", _("taken over")

    file_name = models.CharField(_("file name"), max_length=150)
    size = models.PositiveIntegerField(_("bytes"))
    sha256 = models.CharField("SHA-256", max_length=64)
    sender_id = models.BigIntegerField(_("account"))
    sender_name = models.CharField(_("sent by"), max_length=200)
    sent_at = models.DateTimeField(_("sent"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.CHECKED)
    #: How many rows of each kind it held when it was taken over: {"new": …, "changed": …}.
    outcome = models.JSONField(_("what came of it"), default=dict, blank=True)

    class Meta(Record.Meta):
        abstract = True
        ordering = ["-sent_at", "-pk"]

    def seen_by(self, who: Viewer) -> bool:
        """Whoever sent it, and those who keep watch over all of it."""
        return who.keeps_watch or (who.signed_in and who.user_id == self.sender_id)

    def history_seen_by(self, who: Viewer) -> bool:
        return self.seen_by(who)


class Import(Kept):
    """A month's workbook that was filled in.

    ``unit`` None: all that is of the one who sent it. The file lies in :class:`ImportFile`.
    """

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="imports", verbose_name=_("plan"))
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="imports", verbose_name=_("unit")
    )
    fiscal_year = models.PositiveSmallIntegerField(
        _("fiscal year"), validators=FISCAL_YEAR_VALIDATORS
    )
    month = models.PositiveSmallIntegerField(_("month"), choices=_MONTHS)
    submits = models.BooleanField(_("handed in at once"), default=True)

    class Meta(Kept.Meta):
        abstract = False
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        constraints = [
            models.CheckConstraint(
                condition=Q(month__gte=1, month__lte=12),
                name="%(app_label)s_%(class)s_month_range",
                violation_error_message=_("A fiscal month is 1 (October) to 12."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.file_name} ({month_name(self.at, short=True)})"

    @property
    def at(self) -> FiscalMonth:
        return FiscalMonth(self.fiscal_year, self.month)

    @property
    def month_name(self) -> str:
        return month_name(self.at)


class ImportFile(InsertOnly):
    """The workbook of an import, as it was sent."""

    of = models.OneToOneField(Import, models.PROTECT, related_name="file")
    content = models.BinaryField()

    class Meta(InsertOnly.Meta):
        verbose_name = _("file of an import")
        verbose_name_plural = _("files of imports")

    def __str__(self) -> str:
        return self.of.file_name
