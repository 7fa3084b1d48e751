"""The steps of approval: approve, return, reopen; of one figure or of many, all or none."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q, prefetch_related_objects
from django.utils.translation import gettext as _

from strategy.access import viewer
from strategy.approval.hands import hands_of
from strategy.approval.model import UNSENT, Approvable, State
from strategy.approval.read import may_decide
from strategy.closing.guard import refuse_closed
from strategy.records.write import claim, write_history
from strategy.thai import says_why

Row = TypeVar("Row", bound=Approvable)


def approve(*, user: Any, shown: Mapping[Row, int]) -> list[Row]:
    """Mark submitted figures approved, each at the version that was shown; all or none.

    By planners and by approvers of the units. Raises PermissionDenied, StaleVersion where one has
    changed, ValidationError where one was entered or submitted by the same person, MonthClosed.
    """
    _refuse_others(user, shown)
    return _take(user, shown, {State.SUBMITTED}, State.APPROVED, _("approved"))


def hand_in(*, user: Any, shown: Mapping[Row, int]) -> list[Row]:
    """Submit drafts, and what was returned, where these are handed in by themselves. By planners.

    Raises PermissionDenied, StaleVersion, MonthClosed.
    """
    if not viewer(user).is_planner:
        raise PermissionDenied
    said = str(State.SUBMITTED.label)
    return _take(user, shown, UNSENT, State.SUBMITTED, said, returned_because="")


def give_back(*, user: Any, shown: Mapping[Row, int], comment: str) -> list[Row]:
    """Send submitted figures back to their reporters with a comment; all or none.

    They count nowhere until they are submitted again. By those who may approve them. Raises
    PermissionDenied, StaleVersion, MonthClosed, and ValidationError where the comment says
    nothing.
    """
    _refuse_others(user, shown)
    if not says_why(comment):
        raise ValidationError({"comment": _("Say in a few words what is to be corrected.")})
    said = comment.strip()
    return _take(user, shown, {State.SUBMITTED}, State.RETURNED, said, returned_because=said)


def reopen(*, user: Any, shown: Mapping[Row, int], reason: str) -> list[Row]:
    """Open approved figures for correction. Planners only, with a reason."""
    if not viewer(user).is_planner:
        raise PermissionDenied
    if not says_why(reason):
        raise ValidationError({"reason": _("Say why the figure is reopened.")})
    return _take(user, shown, {State.APPROVED}, State.SUBMITTED, reason.strip())


def _take(
    user: Any,
    shown: Mapping[Row, int],
    old: Collection[str],
    new: str,
    reason: str,
    **changes: Any,
) -> list[Row]:
    """Take rows, at the versions that were shown, from one state to another; all or none."""
    rows = list(shown)
    if not rows:
        return []
    model = type(rows[0])
    state = model.state_name
    with transaction.atomic():
        # State and version in one condition: of two who press the button, one does it.
        claim(rows, list(shown.values()), Q(**{f"{state}__in": old}), **{state: new}, **changes)
        found = model.approval_rows().in_bulk([row.pk for row in rows])
        changed: list[Row] = [found[row.pk] for row in rows]
        # Whose row has fields of no month is closed as a whole where it is approved.
        refuse_closed([row for row in changed if row.month_fields], whole=True)
        if new == State.APPROVED:
            _refuse_own(user, changed)
        write_history(changed, "~", user=user, reason=reason)
    return changed


def _refuse_own(user: Any, rows: Sequence[Approvable]) -> None:
    """Nobody approves what they entered or submitted; superusers neither."""
    hands = hands_of(type(rows[0]), [row.pk for row in rows])
    own = [row for row in rows if user.pk in hands[row.pk].authors]
    if own:
        raise ValidationError(
            _(
                "You entered or submitted this yourself: %(results)s. Somebody else who may "
                "approve has to look at it."
            )
            % {"results": ", ".join(row.title for row in own)}
        )


def _refuse_others(user: Any, shown: Iterable[Approvable]) -> None:
    """Raise PermissionDenied where one of the rows is not theirs to approve."""
    rows = list(shown)
    if rows:
        prefetch_related_objects(rows, *type(rows[0]).approval_links)
    who = viewer(user)
    if not all(may_decide(who, row) for row in rows):
        raise PermissionDenied
