"""Answering, closing, asking again, postponing and cancelling: every step of a resolution."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from nhrc_plan.meetings.resolutions import rules
from nhrc_plan.meetings.resolutions.models import Resolution, ResolutionStep
from strategy.access import Viewer, viewer
from strategy.records.model import actor_name, one_act
from strategy.records.write import claim, record_delete, write_history
from strategy.thai import format_date, says_why


def may_step(who: Viewer, resolution: Resolution, kind: str) -> bool:
    """Whether a person may take such a step: units answer, planners do all.

    Whoever answered does not close: :func:`resolution_close` refuses that in words.
    """
    return who.may_report(resolution.unit_id) if kind == rules.ANSWER else who.is_planner


def answered_by(resolution: Resolution, user_id: int | None) -> bool:
    """Whether a person gave an answer to it. One query."""
    return resolution.steps.filter(kind=rules.ANSWER, who_id=user_id).exists()


def resolution_answer(
    *, user: Any, resolution: Resolution, expected_version: int, text: str
) -> Resolution:
    """Answer for the unit that owns it: its reporters, or planners.

    Like the other steps raises PermissionDenied, ValidationError where it is not in a state for
    that or something is missing, and StaleVersion where it changed since ``expected_version``.
    """
    return _step(user, resolution, expected_version, rules.ANSWER, text)


def resolution_close(
    *, user: Any, resolution: Resolution, expected_version: int, text: str = ""
) -> Resolution:
    """Take the answer as good. Planners, but not who gave an answer themselves."""
    return _step(user, resolution, expected_version, rules.CLOSING, text)


def resolution_ask_again(
    *, user: Any, resolution: Resolution, expected_version: int, text: str
) -> Resolution:
    """Send an answer back, or take up again what was closed or cancelled; with a comment."""
    return _step(user, resolution, expected_version, rules.ASKED_AGAIN, text)


def resolution_cancel(
    *, user: Any, resolution: Resolution, expected_version: int, text: str
) -> Resolution:
    """Owe no answer any more; with a reason."""
    return _step(user, resolution, expected_version, rules.CANCELLING, text)


def resolution_postpone(
    *, user: Any, resolution: Resolution, expected_version: int, text: str, due_on: date
) -> Resolution:
    """Set a later day, with a reason. The first one is kept, and what was promised stays that."""
    return _step(user, resolution, expected_version, rules.POSTPONED, text, due_on)


def missing(kind: str) -> str:
    """What is said where a step has no text; "": it needs none."""
    return {
        rules.ANSWER: _("Write the answer."),
        rules.ASKED_AGAIN: _("Say what is still missing; the unit reads it."),
        rules.POSTPONED: _("Say why it is postponed."),
        rules.CANCELLING: _("Say why it is cancelled."),
        rules.CLOSING: "",
    }[kind]


@one_act()
@transaction.atomic
def _step(
    user: Any, resolution: Resolution, version: int, kind: str, text: str, due: date | None = None
) -> Resolution:
    if not may_step(viewer(user), resolution, kind):
        raise PermissionDenied
    move, text = rules.MOVES[kind], text.strip()
    # The version decides between two at once; before it, what the reader is told.
    if resolution.version == version and resolution.state not in move.of:
        raise ValidationError(
            _("This resolution is %(state)s, so that cannot be done with it.")
            % {"state": resolution.get_state_display()}
        )
    if missing(kind) and not says_why(text):
        raise ValidationError({"text": missing(kind)})
    if due is not None and due <= resolution.due_on:
        raise ValidationError(
            {
                "due_on": _("Postpone it to a day after %(day)s, the day by which it is due now.")
                % {"day": format_date(resolution.due_on)}
            }
        )
    if kind == rules.CLOSING and answered_by(resolution, user.pk):
        raise ValidationError(
            _("You answered this resolution yourself; another planner has to close it.")
        )
    step = ResolutionStep(
        kind=kind, text=text, at=timezone.now(), who_id=user.pk, who_name=actor_name(user)
    )
    return step_taken(resolution, version, step, due, user=user)


def step_taken(
    resolution: Resolution,
    version: int,
    step: ResolutionStep,
    due: date | None = None,
    *,
    user: Any = None,
) -> Resolution:
    """Keep a step that was checked, with the state it leads to, in one history row.

    ``due``: of a postponement the new day. Raises StaleVersion where the resolution is no longer
    at ``version``, or not in a state for it. Must run inside a transaction.
    """
    move = rules.MOVES[step.kind]
    changes: dict[str, Any] = {"state": move.to}
    if due is not None:
        step.due_from, step.due_to = resolution.due_on, due
        changes["postponed_to"] = due
    claim([resolution], [version], only=Q(state__in=move.of), **changes)
    for name, value in changes.items():
        setattr(resolution, name, value)
    step.resolution = resolution
    step.save()
    said = str(ResolutionStep.Kind(step.kind).label)
    reason = f"{said}: {step.text}" if step.text else said
    write_history([resolution], "~", user=user, reason=reason)
    return resolution


def deletable(resolution: Resolution) -> bool:
    """Whether it may go without a trace on the pages: nothing was done about it nor frozen."""
    return not resolution.steps.exists() and not resolution.is_held


def resolution_delete(
    *, user: Any, resolution: Resolution, expected_version: int, reason: str = ""
) -> None:
    """Delete what was entered by mistake. Raises ValidationError once something stands on it."""
    if not viewer(user).is_planner:
        raise PermissionDenied
    if not deletable(resolution):
        raise ValidationError(
            _("Something was answered, decided or frozen about this; cancel it instead.")
        )
    record_delete(instance=resolution, user=user, reason=reason, expected_version=expected_version)
