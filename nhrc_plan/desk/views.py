"""The page of one's own work."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from nhrc_plan.desk import data
from nhrc_plan.desk.read import my_work
from strategy.access import AUDITOR, EXECUTIVE
from strategy.pages.page import Page, as_json, staff_page


@staff_page
def desk(request: HttpRequest, page: Page) -> HttpResponse:
    """What a person has to enter, on one list; of who enters nothing, their questions."""
    shown = my_work(page.viewer, page.today)
    if page.as_data:
        return as_json(data.my_work(page, shown))
    roles = page.viewer.roles
    asks_only = bool(roles) and roles <= {EXECUTIVE, AUDITOR}
    template = "desk/questions.html" if asks_only else "desk/my_work.html"
    return render(request, template, {"page": page, "nav": "desk", "shown": shown})
