"""Money beside results: one line for each strategy, and the words of the four corners."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from budgets.read.rows import PlanMoney
from budgets.rules.calc import MONEY_ONLY, NEITHER, RESULT_ONLY, TOGETHER, Total, quadrant
from kpis.read.rows import PlanStanding
from kpis.rules.roll_up import RollUp
from strategy.standing.status import status_of

CORNERS = {
    TOGETHER: gettext_lazy("money and result together"),
    MONEY_ONLY: gettext_lazy("money spent, little result"),
    RESULT_ONLY: gettext_lazy("result without spending"),
    NEITHER: gettext_lazy("neither money nor result yet"),
}


def corner_label(corner: str | None) -> str:
    """The corner's words; that there are not enough figures where there is none."""
    return str(CORNERS[corner]) if corner else _("not enough figures")


class BesideLine(NamedTuple):
    """Results and money of a strategy, or of the whole plan (``number`` None).

    ``status``: the band of the results' mean, None where nothing is reported.
    """

    number: int | None
    name: str
    results: RollUp
    money: Total
    status: str | None
    corner: str | None

    @property
    def corner_label(self) -> str:
        return corner_label(self.corner)


def beside_lines(standing: PlanStanding, money: PlanMoney) -> list[BesideLine]:
    """One line for each strategy, in the plan's order; the whole plan comes last."""
    spending = {part.number: part.total for part in money.strategies}
    named: list[tuple[int | None, str, RollUp, Total]] = [
        (part.number, part.name, part.roll_up, spending[part.number])
        for part in standing.strategies
    ]
    named.append((None, _("whole plan"), standing.roll_up, money.total))
    return [
        BesideLine(
            number,
            name,
            results,
            total,
            None if results.mean is None else status_of(results.mean, money.bands),
            quadrant(total.standing.used_of_expected, results.mean, money.bands),
        )
        for number, name, results, total in named
    ]
