"""Files that came in: each is kept as it was sent, with what was seen of it and what became of it.

An import is of a kind (kinds.py): a workbook that was filled in, a table of another make, an undo.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nhrc_plan.exchange.rows import LABELS
from strategy.access import Viewer
from strategy.calendar import FiscalMonth
from strategy.language.months import MONTH_CHOICES
from strategy.models import FISCAL_YEAR_VALIDATORS, Plan, Unit
from strategy.records.closed import InsertOnly
from strategy.records.model import Record
from strategy.thai import month_name


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
    #: How many rows of each kind it held when it was taken over: {"new": …, "changed": …}; and
    #: which rows these were.
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
    """What somebody sent to be taken over, by its kind.

    ``unit`` None: all that is of the one who sent it; ``fiscal_year`` and ``month`` None: it is of
    no one month. The file lies in :class:`ImportFile`, what was seen in :class:`ImportCheck`.
    """

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="imports", verbose_name=_("plan"))
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="imports", verbose_name=_("unit")
    )
    #: What it is, by the code of its kind; what that has to know of it besides.
    kind = models.CharField(_("kind"), max_length=20, default="entry")
    about = models.JSONField(_("how it is read"), default=dict, blank=True)
    fiscal_year = models.PositiveSmallIntegerField(
        _("fiscal year"), null=True, blank=True, validators=FISCAL_YEAR_VALIDATORS
    )
    month = models.PositiveSmallIntegerField(
        _("month"), null=True, blank=True, choices=MONTH_CHOICES
    )
    submits = models.BooleanField(_("handed in at once"), default=True)
    #: The import that this one takes back, which has no file.
    undoes = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="undone_by",
        verbose_name=_("import that is taken back"),
    )  # fmt: skip
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    taken = models.ForeignKey(
        "ImportCheck", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("preview that was confirmed"),
    )  # fmt: skip

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
            models.UniqueConstraint(
                fields=["undoes"],
                condition=Q(state="applied"),
                name="%(app_label)s_%(class)s_undone_once",
                violation_error_message=_("This import has been taken back already."),
            ),
        ]

    def __str__(self) -> str:
        at = self.at
        return f"{self.file_name} ({month_name(at, short=True)})" if at else self.file_name

    @property
    def at(self) -> FiscalMonth | None:
        if self.fiscal_year is None or self.month is None:
            return None
        return FiscalMonth(self.fiscal_year, self.month)

    @property
    def month_name(self) -> str:
        return month_name(self.at) if self.at else ""

    @property
    def told(self) -> list[tuple[Any, int]]:
        """How many rows of each outcome were taken over: (label, count)."""
        return [(LABELS[name], count) for name, count in self.outcome.items() if name in LABELS]

    @property
    def is_applied(self) -> bool:
        return self.state == self.State.APPLIED


class ImportFile(InsertOnly):
    """The file of an import, as it was sent; an undo has none."""

    of = models.OneToOneField(Import, models.PROTECT, related_name="file")
    content = models.BinaryField()

    class Meta(InsertOnly.Meta):
        verbose_name = _("file of an import")
        verbose_name_plural = _("files of imports")

    def __str__(self) -> str:
        return self.of.file_name


class ImportCheck(InsertOnly):
    """What an import would have done on a day: the preview that somebody saw and may confirm."""

    of = models.ForeignKey(Import, models.PROTECT, related_name="checks")
    made_at = models.DateTimeField()
    #: What would be done, in short (rows.py).
    digest = models.CharField(max_length=64)
    #: How many rows of each outcome there are; what was decided of rows, by their keys.
    counts = models.JSONField(default=dict)
    decided = models.JSONField(default=dict)

    class Meta(InsertOnly.Meta):
        verbose_name = _("preview of an import")
        verbose_name_plural = _("previews of imports")
        ordering = ["pk"]

    def __str__(self) -> str:
        return str(self.of)


class ImportRows(InsertOnly):
    """Some rows of a preview, in their order, with what would be written of them.

    ``rows`` as people see them (rows.py); ``entries`` as their kind packed them. Rows that change
    nothing are only counted.
    """

    check_made = models.ForeignKey(ImportCheck, models.PROTECT, related_name="batches")
    place = models.PositiveIntegerField()
    rows = models.JSONField(default=list)
    entries = models.JSONField(default=list)

    class Meta(InsertOnly.Meta):
        verbose_name = _("rows of an import")
        verbose_name_plural = _("rows of imports")
        ordering = ["place"]

    def __str__(self) -> str:
        return f"{self.check_made} {self.place}"
