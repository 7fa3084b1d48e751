"""The page of one's own work."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from nhrc_plan.desk import data
from nhrc_plan.desk.read import my_work
from strategy.pages.page import Page, as_json, staff_page


@staff_page
def desk(request: HttpRequest, page: Page) -> HttpResponse:
    """What the person who asks has to enter, on one list; ``?mine=1``: what they answer for."""
    whole = my_work(page.viewer, page.today)
    only_mine = request.GET.get("mine") == "1"
    shown = whole.mine if only_mine else whole
    if page.as_data:
        return as_json(data.my_work(page, shown))
    context = {
        "page": page, "nav": "desk", "shown": shown, "whole": whole, "only_mine": only_mine,
    }  # fmt: skip
    return render(request, "desk/my_work.html", context)
