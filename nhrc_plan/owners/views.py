"""The page on who answers for what in a plan."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from nhrc_plan.owners import data
from nhrc_plan.owners.read import owners_page
from nhrc_plan.owners.silence import may_read
from strategy.pages.page import PlanPage, as_json, plan_page, signed_in_only


@plan_page
@signed_in_only
def owners(request: HttpRequest, page: PlanPage) -> HttpResponse:
    """It names people, so it is for those who have signed in."""
    if not may_read(page.viewer, page.plan.agency_id):
        raise Http404(_("This page is for those who plan, report, approve, read or audit."))
    shown = owners_page(page.plan, page.at, page.today, page.viewer)
    if page.as_data:
        return as_json(data.owners(page.plan, page.at, shown))
    context = {
        "page": page,
        "nav": "units",
        "shown": shown,
        "may_name": page.viewer.is_planner and page.viewer.is_staff,
        "whole": page.viewer.may_read_drafts(None),
    }
    return render(request, "owners/owners.html", context)
