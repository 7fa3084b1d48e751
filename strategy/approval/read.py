"""What waits for somebody's approval, of any model, and what an approver looks at twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from strategy.access import Viewer
from strategy.approval.hands import Hands
from strategy.approval.model import Approvable, State
from strategy.thai import format_date


@dataclass(frozen=True, kw_only=True)
class WaitingRow:
    """A submitted figure as an approver sees it, with the version that is shown.

    ``before_name``: the month of the last approved figure before it; ``own``: entered or submitted
    by the one who looks, so that somebody else decides; ``flags``: what to look at, in words;
    ``remarks``: what was written to it, each (its label, its text).
    """

    row: Any
    code: str
    name: str
    unit: str
    period: str
    before_name: str
    own: bool
    flags: tuple[str, ...]
    remarks: tuple[tuple[str, str], ...] = ()


def waiting_for(model: type[Approvable], who: Viewer) -> QuerySet[Any]:
    """The submitted rows of a model that a person may approve or return.

    Before planners lies what is of the agencies that they plan for.
    """
    rows = model.approval_rows().filter(**{model.state_name: State.SUBMITTED})
    if who.is_planner:
        agencies = who.planned_agencies
        return rows if agencies is None else rows.filter(model.of_agencies(agencies))
    return rows.filter(model.of_units(who.unit_ids if who.approves else ()))


def may_decide(who: Viewer, row: Approvable) -> bool:
    """Whether a person may approve or return a row, but for what is their own."""
    return who.is_planner or any(who.may_approve(unit) for unit in row.approval_units())


def changed_since(model: type[Approvable], shown: Mapping[int, int]) -> set[int]:
    """Which rows, by id, no longer wait at the version that was shown of them. One query."""
    waiting = model._base_manager.filter(pk__in=shown, **{model.state_name: State.SUBMITTED})
    stands = dict(waiting.values_list("pk", "version"))
    return {pk for pk, version in shown.items() if stands.get(pk) != version}


def late_flags(hands: Hands, deadline: date | None) -> Iterable[str]:
    """That a figure was submitted after its deadline."""
    if hands.submitted is None or deadline is None:
        return
    day = timezone.localdate(hands.submitted)
    if day > deadline:
        yield _("late: submitted %(day)s, due %(deadline)s") % {
            "day": format_date(day),
            "deadline": format_date(deadline),
        }
