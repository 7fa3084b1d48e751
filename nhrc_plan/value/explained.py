"""What stands behind a place in the drawing of money and results."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from nhrc_plan.value import rule_words
from nhrc_plan.value.read import value_page
from strategy.explained.rows import Explanation, Input
from strategy.explained.sources import explain_for_plans, no_such_figure
from strategy.pages.page import PlanPage


def register() -> None:
    """Offer it to the pages on which figures are taken apart."""
    explain_for_plans("value", _value)


def _value(page: PlanPage, name: str) -> Explanation:
    """``name``: "strategy-2" or "objective-2.3"."""
    shown = value_page(page.plan, page.at, page.today)
    row = next((each for each in shown.rows if f"{each.kind}-{each.code}" == name), None)
    if row is None:
        raise no_such_figure()
    used, reached = row.used, row.reached
    return Explanation(
        title=f"{row.code} {row.name}",
        figures=[
            (_("money used, of expected (%)"), "–" if used is None else str(used)),
            (_("results, of expected (%)"), "–" if reached is None else str(reached)),
            (_("stands at"), row.corner_label),
        ],
        rule=[rule_words.corners(page.plan)],
        steps=[
            _("Each side is a figure of its own; the table leads to what it is made of."),
        ],
        inputs=[
            Input(
                _("money"), "–" if used is None else str(used),
                _("%(reported)s of %(all)s projects with money this year have reported.")
                % {"reported": row.money.reported, "all": row.money.with_allocation},
                ("money", name),
            ),
            Input(
                _("results"), "–" if reached is None else str(reached),
                _("%(reported)s of %(total)s indicators with a target have a current figure.")
                % {"reported": row.results.reported, "total": row.results.with_target},
                ("mean", name),
            ),
        ],
        page=reverse("value", args=[page.plan.slug]),
        sample=shown.has_sample,
    )  # fmt: skip
