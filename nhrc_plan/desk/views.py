"""The page of one's own work."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import ngettext

from nhrc_plan.desk import data
from nhrc_plan.desk.read import my_work, pressing
from strategy.access import AUDITOR, EXECUTIVE
from strategy.pages.data import agency_head
from strategy.pages.page import Page, as_json, only_now, staff_page


@only_now
@staff_page
def desk(request: HttpRequest, page: Page) -> HttpResponse:
    """What a person has to enter, on one list; ``?mine=1``: what they answer for. Of who enters
    nothing, their questions."""
    whole = my_work(page.viewer, page.today)
    only_mine = request.GET.get("mine") == "1"
    shown = whole.mine if only_mine else whole
    if page.as_data:
        return as_json(data.my_work(page, shown))
    roles = page.viewer.roles
    asks_only = bool(roles) and roles <= {EXECUTIVE, AUDITOR}
    template = "desk/questions.html" if asks_only else "desk/my_work.html"
    context = {
        "page": page, "nav": "desk", "shown": shown, "whole": whole, "only_mine": only_mine,
    }  # fmt: skip
    return render(request, template, context)


@staff_page
def count(request: HttpRequest, page: Page) -> HttpResponse:
    """How much of the work of whoever asks cannot wait: the number beside the menu's "My work"."""
    found = pressing(page.viewer, page.today) if page.viewer.enters else 0
    said = ngettext(
        "%(count)s thing is overdue, returned or waits for your approval",
        "%(count)s things are overdue, returned or wait for your approval",
        found,
    ) % {"count": found}
    label = said if found else None
    return as_json({**agency_head(page.agency.slug), "pressing": found, "text": {"label": label}})
