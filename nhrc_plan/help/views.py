"""The manual in the product itself, and for a trial all components of its pages."""

from __future__ import annotations

from dataclasses import replace

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from nhrc_plan.help.manual import FIRST, help_page
from nhrc_plan.help.styleguide import MONTH
from nhrc_plan.help.styleguide import styleguide as shown_components
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


@agency_page
def styleguide(request: HttpRequest, page: Page) -> HttpResponse:
    """Every component in every state, on a trial."""
    if not settings.TRIAL:
        raise Http404
    page = replace(page, at=MONTH)
    context = {"page": page, "nav": "styleguide", **shown_components()}
    return render(request, "help/styleguide.html", context)
