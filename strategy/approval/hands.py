"""Whose hands a figure went through, as its history tells: who answers for it, and since when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

from strategy.approval.model import Approvable, State


class Hands(NamedTuple):
    """``authors``: ids of who changed its figures last and who submitted it last, which may be one.

    ``submitted``: when it was submitted for the first time; None where it never was. What the
    system loaded has no author.
    """

    authors: frozenset[int]
    submitted: datetime | None


def hands_of(model: type[Approvable], rows: Collection[int]) -> dict[int, Hands]:
    """The hands of each row of a model, by its id. One query, beside those for rows below.

    Saving a submitted figure again submits it; reopening an approved one does not. Source:
    docs/domain.md, "Approval".
    """
    told: dict[int, list[Any]] = defaultdict(list)
    history: Any = model.history
    found = history.filter(id__in=rows).order_by("version", "history_id")
    for row in found.values_list(
        "id", "history_user_id", "history_date", model.state_name, *model.figure_columns, named=True
    ):
        told[row.id].append(row)
    below = model.authors_below(rows)
    found = {pk: _hands(model, told[pk]) for pk in rows}
    return {
        pk: hands._replace(authors=hands.authors | below.get(pk, set()))
        for pk, hands in found.items()
    }


def _hands(model: type[Approvable], rows: list[Any]) -> Hands:
    entered = handed = submitted = before = None
    for row in rows:
        if before is None or model.figure_of(row) != model.figure_of(before):
            entered = row.history_user_id
        reopened = before is not None and getattr(before, model.state_name) == State.APPROVED
        if getattr(row, model.state_name) == State.SUBMITTED and not reopened:
            handed = row.history_user_id
            submitted = submitted or row.history_date
        before = row
    return Hands(frozenset(who for who in (entered, handed) if who is not None), submitted)
