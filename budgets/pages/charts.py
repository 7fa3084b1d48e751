"""From rows of money to drawings: which figures go into which chart, and its words.

Amounts are drawn in million baht.
"""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from budgets.read.project_rows import ProjectPage
from budgets.read.rows import MoneyYear, PlanMoney
from budgets.rules.calc import Total
from strategy.drawing import geometry, geometry_money, geometry_small
from strategy.drawing.drawing import Drawing, Table
from strategy.drawing.geometry_money import Part, StackRow
from strategy.drawing.geometry_small import Progress
from strategy.models import Plan
from strategy.standing.status import HUNDRED
from strategy.thai import format_million, month_name

_MILLION = 1_000_000
ZERO = Decimal(0)


def percent(value: Decimal | None) -> str:
    """A percentage as it is kept; a dash where there is none."""
    return "–" if value is None else str(value)


def spending_bar(shown: Total | MoneyYear) -> Progress:
    """How much of the allocated is disbursed, or used where that is judged, and was to be."""
    standing = shown.standing
    return geometry_small.progress(standing.judged_percent, standing.expected_percent, HUNDRED)


def by_strategy(plan: Plan, money: PlanMoney, *, broad: bool = False) -> Drawing:
    """Each strategy's allocated money of the year: disbursed, committed, not yet used.

    ``broad``: also drawn as wide as the page.
    """
    rows, table = [], []
    year = {"year": money.at.year}
    for part in money.strategies:
        summed = part.total
        left = summed.allocated - summed.used
        rows.append(
            StackRow(
                label=_("%(label)s %(number)s")
                % {"label": plan.strategy_label, "number": part.number},
                said=_("%(used)s of %(allocated)s")
                % {
                    "used": format_million(summed.used if summed.has_figures else None),
                    "allocated": format_million(summed.allocated),
                },
                parts=(
                    Part(
                        "disbursed", summed.disbursed / _MILLION, format_million(summed.disbursed)
                    ),
                    Part(
                        "committed", summed.committed / _MILLION, format_million(summed.committed)
                    ),
                    Part("left", left / _MILLION, format_million(left)),
                ),
                mark=summed.allocated / _MILLION if left < 0 else None,
            )
        )
        table.append(
            [
                f"{part.number}. {part.name}",
                format_million(summed.allocated),
                format_million(summed.shown_disbursed),
                format_million(summed.shown_committed),
                format_million(left),
            ]
        )
    return Drawing(
        id="by-strategy",
        title=_("What has become of the money of %(year)s (million baht)") % year,
        desc=_(
            "One bar for each strategy, as long as what is allocated: disbursed, committed and "
            "not yet used; figures in the table."
        ),
        template="charts/_stacked_bars.html",
        key="charts/_stack_key.html",
        wide=geometry_money.stacked_bars(rows, geometry.WIDE),
        narrow=geometry_money.stacked_bars(rows, geometry.NARROW),
        broad=geometry_money.stacked_bars(rows, geometry.BROAD) if broad else None,
        table=Table(
            caption=_("Money by strategy, in million baht"),
            headers=[
                plan.strategy_label, _("allocated"), _("disbursed"), _("committed"),
                _("not yet used"),
            ],
            rows=table,
        ),
    )  # fmt: skip


def months(shown: ProjectPage) -> Drawing | None:
    """A project's months against what was expected; None in a year without money."""
    if all(month.expected is None and month.spent is None for month in shown.months):
        return None
    points, expected, table = [], [], []
    for month in shown.months:
        spent = month.spent
        value = None if spent is None else spent.disbursed / _MILLION
        said = format_million(spent and spent.disbursed)
        name = month_name(month.at, short=True, year=False)
        points.append(geometry.MonthPoint(name, value, said))
        expected.append(None if month.expected is None else month.expected / _MILLION)
        table.append(
            [
                month.name,
                format_million(spent and spent.disbursed),
                format_million(spent and spent.committed),
                format_million(month.expected),
                percent(month.standing.disbursed_percent),
                percent(month.expected_percent if month.expected is not None else None),
            ]
        )
    last = shown.months[-1].expected
    text = _("expected %(value)s at year's end") % {"value": format_million(last)} if last else ""
    return Drawing(
        id="money-months",
        title=_("Disbursed by month, %(year)s (million baht)") % {"year": shown.row.current.year},
        desc=_("The blue line joins the disbursed totals, the gold line is what was expected."),
        template="charts/_month_line.html",
        wide=geometry.month_line(points, expected, text, True, geometry.WIDE),
        narrow=geometry.month_line(points, expected, text, True, geometry.NARROW),
        table=Table(
            caption=_("Running totals by month, in million baht"),
            headers=[
                _("month"), _("disbursed"), _("committed"), _("expected"), _("disbursed (%)"),
                _("expected (%)"),
            ],
            rows=table,
        ),
    )  # fmt: skip
