"""Reading the government's lines of spending, as they stand and as they were known."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from budgets.models import QUARTERS, USED_QUARTERS, SpendingTarget
from budgets.rules.calc import STRAIGHT, Lines, SpendingTargets, YearLines
from strategy.models import Plan

#: The columns that make a line, in the order that :func:`lines_by_year` takes them.
COLUMNS = ("fiscal_year", "kind", "judged_on", *QUARTERS, *USED_QUARTERS)
_ALL = str(SpendingTarget.Kind.ALL)


def lines_by_year(rows: Iterable[tuple[Any, ...]]) -> dict[int, YearLines]:
    """The lines of each fiscal year from rows of :data:`COLUMNS`.

    A kind of spending may have a line of its own in a year whose line for all money is straight.
    """
    found: dict[int, YearLines] = {}
    for year, kind, judged_on, *percents in rows:
        used = percents[len(QUARTERS) :]
        lines = Lines(
            SpendingTargets(*percents[: len(QUARTERS)]),
            None if used[0] is None else SpendingTargets(*used),
            judged_on,
        )
        held = found.get(year, STRAIGHT._replace(entered=True))
        found[year] = (
            held._replace(all=lines)
            if kind == _ALL
            else held._replace(kinds={**held.kinds, kind: lines})
        )
    return found


def spending_lines(plan: Plan) -> dict[int, YearLines]:
    """The government's lines by fiscal year, where entered. One query."""
    rows = SpendingTarget.objects.filter(agency=plan.agency_id).order_by()
    return lines_by_year(rows.values_list(*COLUMNS))
