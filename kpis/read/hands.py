"""Whose hands a result went through, as its history tells: who answers for it, and since when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

from kpis.models import Result


class Hands(NamedTuple):
    """``authors``: ids of who changed its figures last and who submitted it last, which may be one.

    ``submitted``: when it was submitted for the first time; None where it never was. What the
    system loaded has no author.
    """

    authors: frozenset[int]
    submitted: datetime | None


def hands_of(results: Collection[int]) -> dict[int, Hands]:
    """The hands of each result, by its id. One query.

    Saving a submitted result again submits it; reopening an approved one does not. Source:
    docs/domain.md, "Approval".
    """
    told: dict[int, list[Any]] = defaultdict(list)
    rows = Result.history.filter(id__in=results).order_by("version", "history_id")
    for row in rows.values_list(
        "id", "history_user_id", "history_date", "state", "no_cases", "progress",
        "progress_percent", "details__values", named=True,
    ):  # fmt: skip
        told[row.id].append(row)
    return {pk: _hands(told[pk]) for pk in results}


def _hands(rows: list[Any]) -> Hands:
    entered = handed = submitted = before = None
    for row in rows:
        if before is None or _figures(row) != _figures(before):
            entered = row.history_user_id
        reopened = before is not None and before.state == Result.State.APPROVED
        if row.state == Result.State.SUBMITTED and not reopened:
            handed = row.history_user_id
            submitted = submitted or row.history_date
        before = row
    return Hands(frozenset(who for who in (entered, handed) if who is not None), submitted)


def _figures(row: Any) -> tuple[Any, ...]:
    """What a history row states, without the words around it."""
    values = [
        tuple(value[part] for part in ("measure", "value", "numerator", "denominator"))
        for value in row.details__values or ()
    ]
    return (row.no_cases, row.progress, row.progress_percent, values)
