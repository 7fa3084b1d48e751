"""The kinds of tables there are."""

from __future__ import annotations

from nhrc_plan.tables.kinds.base import TableKind
from nhrc_plan.tables.kinds.money import Budgets, Disbursements
from nhrc_plan.tables.kinds.people import People
from nhrc_plan.tables.kinds.results import Results
from nhrc_plan.tables.kinds.scores import Scores
from nhrc_plan.tables.kinds.targets import Targets
from strategy.access import Viewer

KINDS: dict[str, TableKind] = {
    kind.code: kind
    for kind in (Results(), Targets(), Disbursements(), Budgets(), Scores(), People())
}


def kinds_of(who: Viewer) -> list[TableKind]:
    """The kinds of tables that somebody may bring."""
    return [kind for kind in KINDS.values() if kind.may(who)]
