"""A file that a figure rests on: what it is, who brought it, and to which figure it belongs."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from strategy.records.closed import InsertOnly


class EvidenceFile(InsertOnly):
    """A stored file. Rows are added with the figure that is saved; the database itself refuses to
    change or delete one, as in a history table, for the figure's history names them for good.

    The content lies in the store "evidence" under ``key``, a name that tells nothing. Each upload
    is a file of its own, also of the same content, so a file belongs to one figure, and who may
    read it follows from that alone.
    """

    key = models.CharField(_("stored as"), max_length=32, primary_key=True)
    name = models.CharField(_("file name"), max_length=150)
    content_type = models.CharField(_("type"), max_length=100)
    size = models.PositiveIntegerField(_("bytes"))
    sha256 = models.CharField("SHA-256", max_length=64)
    uploaded_by_id = models.BigIntegerField(_("account"))
    uploaded_by_name = models.CharField(_("by"), max_length=200)
    uploaded_at = models.DateTimeField(_("uploaded"))
    #: The figure: its model's label and its key. It may be gone; the file stays.
    figure_type = models.CharField(_("kind"), max_length=100)
    figure_id = models.BigIntegerField(_("figure"))

    class Meta(InsertOnly.Meta):
        verbose_name = _("evidence file")
        verbose_name_plural = _("evidence files")

    def __str__(self) -> str:
        return self.name

    def as_details(self) -> dict[str, Any]:
        """This file as it stands in its figure's history row."""
        return {
            "key": self.key,
            "name": self.name,
            "content_type": self.content_type,
            "size": self.size,
            "sha256": self.sha256,
        }
