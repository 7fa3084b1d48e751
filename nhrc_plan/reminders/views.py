"""The page of what was sent."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from nhrc_plan.reminders import data
from nhrc_plan.reminders.forms import SentForm
from nhrc_plan.reminders.sent import SentPage, sent_page
from strategy.pages.page import Page, as_json, staff_page


@staff_page
def reminders(request: HttpRequest, page: Page) -> HttpResponse:
    """When what was sent to whom, and what came of it."""
    who = page.viewer
    if not (who.keeps_watch or who.enters):
        raise Http404(_("This page is for those who are reminded, planners and auditors."))
    form = SentForm(request.GET, everybody=who.keeps_watch)
    before = request.GET.get("before", "")
    paged = before.isascii() and before.isdigit() and len(before) < 19
    shown = None
    if form.is_valid():
        shown = sent_page(who, form.cleaned_data, int(before) if paged else None)
    if page.as_data:
        if shown is None:
            raise Http404(" ".join(str(e) for found in form.errors.values() for e in found))
        return as_json(data.reminders(page.agency.slug, shown))
    query = request.GET.copy()
    query.pop("before", None)
    context = {
        "page": page,
        "nav": "watch" if who.keeps_watch else "desk",
        "here": "reminders",
        "form": form,
        "shown": shown or SentPage((), 0, None),
        "refused": shown is None,
        "paged": paged,
        "query": query.urlencode(),
    }
    return render(request, "reminders/reminders.html", context)
