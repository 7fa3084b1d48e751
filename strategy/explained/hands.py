"""Who entered and who approved the rows that a figure is made of, as their history tells."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from strategy.approval.model import Approvable, State
from strategy.explained.rows import Hand, Input


def hands_behind(inputs: Iterable[Input]) -> dict[tuple[Any, int], Hand]:
    """The hands of each stored input. One query for each kind of row.

    Entered is the last change of the figure, whatever was changed of the words around it since;
    approved the last step to that state.
    """
    wanted: dict[Any, set[int]] = defaultdict(set)
    for each in inputs:
        if each.stored is not None:
            wanted[each.stored[0]].add(each.stored[1])
    found: dict[tuple[Any, int], Hand] = {}
    for model, keys in wanted.items():
        approved = issubclass(model, Approvable)
        told: dict[int, list[Any]] = defaultdict(list)
        rows = model.history.filter(id__in=keys).order_by("history_date", "history_id")
        columns = {model.state_name, *model.figure_columns} if approved else set()
        for row in rows.values_list(
            "id", "history_user_name", "history_date", *sorted(columns), named=True
        ):
            told[row.id].append(row)
        for key, own in told.items():
            found[model, key] = _approvable(model, own) if approved else _last(own)
    return found


def _last(rows: list[Any]) -> Hand:
    return Hand(rows[-1].history_user_name or "", rows[-1].history_date)


def _approvable(model: type[Approvable], rows: list[Any]) -> Hand:
    entered, approved, before = rows[0], None, None
    for row in rows:
        if before is not None and model.figure_of(row) != model.figure_of(before):
            entered = row
        state = getattr(row, model.state_name)
        was = before is not None and getattr(before, model.state_name)
        if state != State.APPROVED:
            approved = None
        elif was != State.APPROVED:
            approved = row
        before = row
    return Hand(
        entered.history_user_name or "",
        entered.history_date,
        approved.history_user_name or "" if approved else "",
        approved.history_date if approved else None,
        str(State(getattr(rows[-1], model.state_name)).label),
    )
