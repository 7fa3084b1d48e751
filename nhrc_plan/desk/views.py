"""The page of one's own work."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from nhrc_plan.desk import data
from nhrc_plan.desk.read import my_work
from strategy.pages.page import Page, as_json, only_now, staff_page


@only_now
@staff_page
def desk(request: HttpRequest, page: Page) -> HttpResponse:
    """What the person who asks has to enter, on one list."""
    shown = my_work(page.viewer, page.today)
    if page.as_data:
        return as_json(data.my_work(page, shown))
    return render(request, "desk/my_work.html", {"page": page, "nav": "desk", "shown": shown})
