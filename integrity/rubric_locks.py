"""The lock that answering and editing an edition share."""

from __future__ import annotations

from integrity.models import Rubric


def edition_lock(rubric_id: int) -> Rubric:
    """The edition, locked until the transaction ends: answers and levels are written in turn.

    An assessment may still be begun meanwhile (``no_key``). On SQLite every transaction that
    writes waits for the one before.
    """
    return Rubric.objects.select_for_update(no_key=True).get(pk=rubric_id)
