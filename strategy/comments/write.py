"""Asking about a figure, answering, settling and withdrawing: none of it changes the figure.

So a locked month is open for it, and so it is for executives and auditors, who change no figure.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from strategy import clock
from strategy.access import viewer
from strategy.comments.model import figure_of
from strategy.comments.read import may_settle, may_withdraw
from strategy.models import Comment
from strategy.models.comment import MOST_LETTERS
from strategy.records.model import actor_name
from strategy.records.write import record_save


def question_ask(*, user: Any, figure: Any, text: str) -> Comment:
    """Ask about a figure. Raises ValidationError, PermissionDenied where it is not theirs to read.

    The text of a question stays as it was asked; a mistake is withdrawn.
    """
    if not figure.comments_seen_by(viewer(user)):
        raise PermissionDenied
    named = str(figure.figure_name)[:300]
    about = {"figure_type": figure._meta.label, "figure_id": figure.pk, "figure_name": named}
    return _said(user, text, **about)


@transaction.atomic
def question_answer(*, user: Any, question: Comment, text: str) -> Comment:
    """Answer a question that is open. Raises ValidationError, PermissionDenied."""
    _require_seen(user, question)
    stored = Comment.objects.select_for_update().get(pk=question.pk)
    if not stored.is_open:
        raise ValidationError(_("This question has been settled or withdrawn meanwhile."))
    about = {name: getattr(stored, name) for name in ("figure_type", "figure_id", "figure_name")}
    return _said(user, text, parent=stored, **about)


def _said(user: Any, text: str, **about: Any) -> Comment:
    row = Comment(
        text=text.strip(),
        author_id=user.pk,
        author_name=actor_name(user),
        written_at=clock.now(),
        **about,
    )
    if not row.text:
        raise ValidationError({"text": _("Write what you ask.")})
    if len(row.text) > MOST_LETTERS:
        raise ValidationError({"text": _("At most %(most)s characters.") % {"most": MOST_LETTERS}})
    return record_save(instance=row, user=user)


def question_settle(*, user: Any, question: Comment, expected_version: int) -> Comment:
    """Settle a question: by who asked it, and by planners. Raises StaleVersion."""
    _require_settling(user, question)
    question.resolved_at = clock.now()
    question.resolved_by_id, question.resolved_by_name = user.pk, actor_name(user)
    return record_save(
        instance=question, user=user, reason=_("settled"), expected_version=expected_version
    )


def question_reopen(*, user: Any, question: Comment, expected_version: int) -> Comment:
    """Open a settled question again: by who asked it, and by planners. Raises StaleVersion."""
    _require_settling(user, question)
    question.resolved_at = question.resolved_by_id = None
    question.resolved_by_name = ""
    return record_save(
        instance=question, user=user, reason=_("opened again"), expected_version=expected_version
    )


def comment_withdraw(*, user: Any, comment: Comment, expected_version: int) -> Comment:
    """Take back what one has written; its history keeps the text. Raises StaleVersion."""
    _require_seen(user, comment)
    if not may_withdraw(viewer(user), comment):
        raise PermissionDenied
    comment.text, comment.withdrawn_at = "", clock.now()
    return record_save(
        instance=comment, user=user, reason=_("withdrawn"), expected_version=expected_version
    )


def _require_seen(user: Any, comment: Comment) -> None:
    figure = figure_of(comment.figure_type, comment.figure_id)
    if figure is None or not figure.comments_seen_by(viewer(user)):
        raise PermissionDenied


def _require_settling(user: Any, question: Comment) -> None:
    _require_seen(user, question)
    if not may_settle(viewer(user), question):
        raise PermissionDenied
