"""Searching from anywhere: a page, and the same as data while one types."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from nhrc_plan.search.read import search
from nhrc_plan.search.rules import LONGEST
from strategy.pages.data import VERSION
from strategy.pages.page import Page, agency_page, as_json, only_now


@only_now
@agency_page
def results(request: HttpRequest, page: Page) -> HttpResponse:
    """What is called as ``?q=`` says, in the agency that is looked at."""
    text = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST]
    groups = search(page, text)
    count = sum(len(group.targets) for group in groups)
    if page.as_data:
        return as_json(
            {
                "version": VERSION,
                "agency": page.agency.slug,
                "query": text or None,
                "count": count,
                "found": [
                    {
                        "group": group.kind,
                        "group_name": group.label,
                        "code": target.code or None,
                        "name": target.name,
                        "note": target.note or None,
                        "url": target.address,
                    }
                    for group in groups
                    for target in group.targets
                ],
            }
        )
    context = {"page": page, "nav": "search", "text": text, "groups": groups, "count": count}
    return render(request, "search/results.html", context)
