"""The page on which any figure is taken apart; a script opens it in place."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from strategy.explained.hands import hands_behind
from strategy.explained.rows import Explanation
from strategy.explained.sources import explained
from strategy.pages.page import Page, PlanPage, agency_page, plan_page


@plan_page
def plan_figure(request: HttpRequest, page: PlanPage, figure: str, of: str) -> HttpResponse:
    """A figure of a plan: its kind and its name, such as "mean" and "strategy-1"."""
    return _shown(request, page, explained(page, figure, of, of_plan=True), page.query)


@agency_page
def agency_figure(request: HttpRequest, page: Page, figure: str, of: str) -> HttpResponse:
    """A figure of an agency, such as "ita" and "2567"."""
    shown = explained(page, figure, of, of_plan=False)
    return _shown(request, page, shown, page.agency_query)


def _shown(request: HttpRequest, page: Page, shown: Explanation, query: str) -> HttpResponse:
    # Who entered what is told to those who have signed in, as every history is.
    hands = hands_behind(shown.inputs) if page.viewer.signed_in else {}
    joined = "&" if "?" in shown.page else "?"
    context = {
        "page": page,
        "nav": "figure",
        "shown": shown,
        "rows": [(each, hands.get(each.stored) if each.stored else None) for each in shown.inputs],
        "has_hands": bool(hands),
        "has_notes": any(each.note for each in shown.inputs),
        "evidence": shown.evidence if page.viewer.signed_in else None,
        "address": f"{shown.page}{joined}{query}",
    }
    return render(request, "explained/figure.html", context)
