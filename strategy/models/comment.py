"""A question about a figure, asked where it arises, and the answers to it."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from strategy.records.model import Record

#: Longer than this is a report, which belongs into the figure's own words.
MOST_LETTERS = 2000


class Comment(Record):
    """A question about a figure; with ``parent``, an answer to one. Never deleted.

    Whoever wrote it is kept as plain id and name, as in a history: a question outlives its
    author's account. So is the figure, by its model's label, its key and its name: a draft that
    is thrown away takes no question along. Source: docs/domain.md, "Questions about a figure".
    """

    figure_type = models.CharField(_("kind"), max_length=100, editable=False)
    figure_id = models.BigIntegerField(_("figure"), editable=False)
    figure_name = models.CharField(
        _("asked about"),
        max_length=300,
        editable=False,
        help_text=_("What the figure was called then."),
    )
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="answers",
        verbose_name=_("answer to"),
        editable=False,
    )
    text = models.TextField(_("what is asked or answered"), max_length=MOST_LETTERS, blank=True)
    author_id = models.BigIntegerField(_("account"), editable=False)
    author_name = models.CharField(_("by"), max_length=200, editable=False)
    written_at = models.DateTimeField(_("written"), editable=False)
    resolved_at = models.DateTimeField(_("settled"), null=True, blank=True, editable=False)
    resolved_by_id = models.BigIntegerField(
        _("account that settled it"), null=True, blank=True, editable=False
    )
    resolved_by_name = models.CharField(
        _("settled by"), max_length=200, blank=True, default="", editable=False
    )
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True, editable=False)

    class Meta(Record.Meta):
        verbose_name = _("question about a figure")
        verbose_name_plural = _("questions about figures")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["figure_type", "figure_id"], name="comment_figure")]
        constraints = [
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) & ~Q(text="")
                | Q(withdrawn_at__isnull=False, text=""),
                name="%(app_label)s_%(class)s_says_something",
                violation_error_message=_("Write what you ask."),
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | Q(resolved_at__isnull=True),
                name="%(app_label)s_%(class)s_settled_question",
                violation_error_message=_("A question is settled, not an answer to it."),
            ),
        ]

    def __str__(self) -> str:
        return self.text[:80] or str(_("withdrawn"))

    def clean(self) -> None:
        above = self.parent
        if above is None:
            return
        own: Any = (self.figure_type, self.figure_id)
        if above.parent_id is not None or own != (above.figure_type, above.figure_id):
            raise ValidationError(_("An answer stands right below the question it answers."))

    @classmethod
    def audit_title(cls, row: Any) -> str:
        return str(row.figure_name)

    @property
    def is_open(self) -> bool:
        """Whether it waits: neither settled nor withdrawn."""
        return self.resolved_at is None and self.withdrawn_at is None

    #: The condition for questions that wait.
    OPEN = Q(parent__isnull=True, resolved_at__isnull=True, withdrawn_at__isnull=True)
