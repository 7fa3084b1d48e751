"""The manual in the product itself."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from nhrc_plan.help.manual import FIRST, help_page
from strategy.pages.page import Page, agency_page


@agency_page
def manual(request: HttpRequest, page: Page, chapter: str = FIRST) -> HttpResponse:
    """A page of the manual; without a name the first one."""
    try:
        shown = help_page(chapter)
    except KeyError:
        raise Http404(_("The manual has no such page.")) from None
    context = {"page": page, "nav": "help", "shown": shown, "first": chapter == FIRST}
    return render(request, "help/page.html", context)
