"""Matches of columns that were kept under a name, for next month's table of the same make."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from strategy.models import THAI, Agency
from strategy.records.model import Record


class TableMatch(Record):
    """How tables of one make are read. The next one of it is recognised by its headings."""

    agency = models.ForeignKey(
        Agency, models.PROTECT, related_name="table_matches", verbose_name=_("agency")
    )
    kind = models.CharField(_("kind of table"), max_length=20)
    name = models.CharField(_("name"), max_length=100, db_collation=THAI)
    #: The field of each heading, as {heading: field}.
    headings = models.JSONField(_("headings"), default=dict)
    money = models.PositiveIntegerField(_("unit of money"), default=0)
    dash = models.CharField(_("what a dash stands for"), max_length=10, blank=True, default="")
    strangers = models.CharField(
        _("lines not found in the plan"), max_length=10, blank=True, default=""
    )

    class Meta(Record.Meta):
        verbose_name = _("match of columns")
        verbose_name_plural = _("matches of columns")
        ordering = ["kind", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "kind", "name"],
                name="%(app_label)s_%(class)s_name",
                violation_error_message=_("A match of that name exists."),
            )
        ]

    def __str__(self) -> str:
        return self.name
