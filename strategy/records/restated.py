"""What figures are judged by, as it was at an earlier moment, and who changed it why.

Source: docs/domain.md, "What was judged stays judged"; the fields are each model's ``judged_by``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from strategy.known.entries import entries_before
from strategy.records.history import entries
from strategy.records.model import Record


class Restatement(NamedTuple):
    """A rule that is another now. ``owner_id``: the indicator or project that it judges, None
    where it judges all of them."""

    what: str
    owner_id: int | None
    before: str
    after: str
    who: str
    why: str
    when: datetime


class RuleChange(NamedTuple):
    """A rule that is another now, and how many of what it judges changed status by it alone."""

    rule: Restatement
    flipped: int


def changed_since(history: QuerySet, until: datetime) -> tuple[dict[int, Any], list[Any]]:
    """The last entry before ``until`` of each row changed since, and the entries since.

    A row first entered later has its first entry for both: it is as if it had always been there.
    One query, and a second where there is anything.
    """
    since = list(history.filter(history_date__gte=until).order_by("version", "history_id"))
    if not since:
        return {}, []
    changed = {row.id for row in since}
    before = {row.id: row for row in reversed(since) if row.history_type == "+"}
    model = history.model.instance_type
    of_changed = Q(id__in=changed)
    earlier = entries_before(model._base_manager.filter(of_changed), until, of_changed)
    before |= {row.id: row for row in earlier}
    return before, since


def restatements(
    model: type[Record],
    before: Mapping[int, Any],
    since: Sequence[Any],
    owner: Callable[[Any], int | None],
    *,
    whole: bool = False,
    titled: bool = True,
) -> list[Restatement]:
    """One for each entry in which a field changed that figures are judged by.

    ``whole``: a row of this kind that comes or goes is a change as well. ``titled``: the kind of
    row is named before its fields.
    """
    seen = {row.history_id for row in since}
    earlier = [row for row in before.values() if row.history_id not in seen]
    rows = [*since[::-1], *earlier]
    others = [field.name for field in model._meta.fields if field.name not in model.judged_by]
    told = dict(zip((row.history_id for row in rows), entries(model, rows, others), strict=True))
    found = []
    for row in since:
        entry = told[row.history_id]
        if not entry.changes or (row.history_type != "~" and not whole):
            continue
        name = f"{model.audit_title(row)}: " if titled else ""
        found.append(
            Restatement(
                f"{name}{', '.join(change.field for change in entry.changes)}",
                owner(row),
                "/".join(change.before or "–" for change in entry.changes),
                "/".join(change.after or "–" for change in entry.changes),
                entry.who,
                entry.reason or _("no reason given"),
                entry.when,
            )
        )
    return found
