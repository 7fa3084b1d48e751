"""From rows of money beside results to their drawing."""

from __future__ import annotations

from django.utils.translation import gettext as _

from budgets.pages.charts import percent
from budgets.rules.calc import MONEY_ONLY, NEITHER, RESULT_ONLY, TOGETHER
from nhrc_plan.value.beside import corner_label
from nhrc_plan.value.read import ValuePage, ValueRow
from strategy.drawing import geometry, geometry_corners
from strategy.drawing.drawing import Drawing, Table
from strategy.drawing.geometry_corners import CornerPoint, CornerWords
from strategy.models import Plan
from strategy.thai import format_number


def _said(row: ValueRow) -> str:
    """A point in words: what it is, the money used, the results."""
    return _("%(code)s %(name)s: money used %(used)s, results %(reached)s") % {
        "code": row.code,
        "name": row.name,
        "used": percent(row.used),
        "reached": percent(row.reached),
    }


def value(plan: Plan, shown: ValuePage) -> Drawing:
    """Money used against results, with strategies and objectives as points."""
    points = [
        CornerPoint(row.code, row.used, row.reached, row.kind, _said(row))
        for row in shown.drawn
        if row.used is not None and row.reached is not None
    ]
    words = CornerWords(
        top_left=corner_label(RESULT_ONLY),
        top_right=corner_label(TOGETHER),
        bottom_left=corner_label(NEITHER),
        bottom_right=corner_label(MONEY_ONLY),
        across=_("money used (% of expected) →"),
        up=_("↑ results (% of expected)"),
    )
    band = shown.money.bands.near
    return Drawing(
        id="value",
        title=_("Money used against results, %(year)s") % {"year": shown.money.at.year},
        desc=_(
            "Each point is a strategy or an objective under its number; the dashed lines stand "
            "at %(band)s per cent. Beyond 200 per cent it stands at the edge, with ›."
        )
        % {"band": format_number(band)},
        template="charts/_corners.html",
        key="charts/_corners_key.html",
        wide=geometry_corners.corners(points, band, words, geometry.WIDE),
        narrow=geometry_corners.corners(points, band, words, geometry.NARROW),
        table=Table(
            caption=_("Per cent of what was expected by now"),
            headers=[_("No."), _("name"), _("money used"), _("results"), _("stands at")],
            rows=[
                [row.code, row.name, percent(row.used), percent(row.reached), row.corner_label]
                for row in shown.rows
            ],
        ),
    )
