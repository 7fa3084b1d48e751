"""Workbooks of whole plans that came in: each is kept with what became of it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from nhrc_plan.exchange.models import Kept
from strategy.records.closed import InsertOnly


class PlanImport(Kept):
    """The workbook of a whole plan. Its plan may not be there yet: it is named by its slug."""

    slug = models.CharField(_("short name of the plan"), max_length=80, blank=True)

    class Meta(Kept.Meta):
        abstract = False
        verbose_name = _("import of a plan")
        verbose_name_plural = _("imports of plans")

    def __str__(self) -> str:
        return self.file_name


class PlanImportFile(InsertOnly):
    """The workbook of such an import, as it was sent."""

    of = models.OneToOneField(PlanImport, models.PROTECT, related_name="file")
    content = models.BinaryField()

    class Meta(InsertOnly.Meta):
        verbose_name = _("file of an import of a plan")
        verbose_name_plural = _("files of imports of plans")

    def __str__(self) -> str:
        return self.of.file_name
