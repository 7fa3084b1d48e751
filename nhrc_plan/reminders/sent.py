"""What was sent: planners and auditors read of everybody, each person of themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from nhrc_plan.reminders.models import Reminder
from strategy.access import Viewer

#: So many stand on a page.
ON_A_PAGE = 100


@dataclass(frozen=True, slots=True)
class SentPage:
    """A page of the list, the newest first; ``older``: the id to go on from, None at its end."""

    rows: tuple[Reminder, ...]
    count: int
    older: int | None


def sent_page(who: Viewer, asked: dict[str, Any], before: int | None = None) -> SentPage:
    """What a person may see of what the filters ask for. Two queries."""
    rows = Reminder.objects.all()
    if not who.keeps_watch:
        rows = rows.filter(recipient_id=who.user_id or 0)
    wanted = Q()
    for name, lookup in (
        ("who", "recipient_name__icontains"),
        ("kind", "kind"),
        ("state", "state"),
        ("first", "day__gte"),
        ("last", "day__lte"),
    ):
        if asked.get(name):
            wanted &= Q(**{lookup: asked[name]})
    rows = rows.filter(wanted)
    shown = list((rows if before is None else rows.filter(pk__lt=before))[: ON_A_PAGE + 1])
    older = shown[ON_A_PAGE - 1].pk if len(shown) > ON_A_PAGE else None
    return SentPage(tuple(shown[:ON_A_PAGE]), rows.count(), older)
