"""Figures that are others than when their month was locked (docs/domain.md, "A locked month")."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from strategy.approval.model import Approvable
from strategy.calendar import FiscalMonth


def corrected_late() -> str:
    """The mark of a figure that is another than when its month was locked."""
    return _("corrected after the month was locked")


def restated_since_lock(
    model: type[Approvable],
    months: Mapping[int, FiscalMonth],
    locked: Mapping[FiscalMonth, datetime],
    states: Collection[str],
) -> frozenset[int]:
    """Of rows, by id with the month that each is of, those whose figure is another than when that
    month was locked; what was first entered, or first counted, after that is one of them.

    ``locked``: since when; ``states``: in which figures count. Approving a figure, or mending the
    words around it, restates nothing. One query where rows of locked months are among them, two
    where they were written since.
    """
    since = {pk: locked[at] for pk, at in months.items() if at in locked}
    if not since:
        return frozenset()
    history: Any = model.history
    written = history.filter(id__in=since, history_date__gt=min(since.values()))
    touched = {pk for pk, when in written.values_list("id", "history_date") if when > since[pk]}
    if not touched:
        return frozenset()
    then: dict[int, Any] = dict.fromkeys(touched)
    now: dict[int, Any] = dict.fromkeys(touched)
    columns = ("id", "history_date", model.state_name, *model.figure_columns)
    told = history.filter(id__in=touched).order_by("version", "history_id")
    for row in told.values_list(*columns, named=True):
        figure = model.figure_of(row) if getattr(row, model.state_name) in states else None
        now[row.id] = figure
        if row.history_date <= since[row.id]:
            then[row.id] = figure
    return frozenset(pk for pk in touched if then[pk] != now[pk])
