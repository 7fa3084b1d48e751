"""The reading pages of resolutions: all of a plan, and one with everything done about it."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from nhrc_plan.meetings.resolutions import data, rule_words, rules
from nhrc_plan.meetings.resolutions.filters import ResolutionFilter
from nhrc_plan.meetings.resolutions.models import Resolution
from nhrc_plan.meetings.resolutions.read import plan_resolutions
from nhrc_plan.meetings.resolutions.rows import ResolutionRow, kept_lines
from strategy.access import Viewer
from strategy.pages.data import head
from strategy.pages.page import PlanPage, as_json, plan_page, signed_in_only
from strategy.records.history import history_of


@plan_page
@signed_in_only
def resolutions(request: HttpRequest, page: PlanPage) -> HttpResponse:
    """Every resolution of the plan, as the filters leave them, by meeting."""
    found = plan_resolutions(page.plan, page.today, people=True)
    filters = ResolutionFilter(request.GET, found.rows)
    lines = kept_lines(found.rows, page.at.year)
    if page.as_data:
        return as_json(
            {
                **head(page.plan, page.at),
                "count": len(filters.rows),
                "resolutions": [data.resolution(row) for row in filters.rows],
                "kept": data.kept(page.at.year, lines),
            }
        )
    context = {
        "page": page,
        "nav": "board",
        "found": found,
        "filters": filters,
        "meetings": _by_meeting(filters.rows),
        "kept": lines,
        "kept_rule": rule_words.kept_on_time(),
        "lateness": rule_words.lateness(),
        "data_query": request.GET.urlencode(),
    }
    return render(request, "meetings/resolutions/resolutions.html", context)


@plan_page
@signed_in_only
def resolution(request: HttpRequest, page: PlanPage, resolution_id: int) -> HttpResponse:
    """One resolution, what may be done about it, and its history."""
    found = plan_resolutions(page.plan, page.today, people=True)
    row = next((row for row in found.rows if row.id == resolution_id), None)
    if row is None:
        raise Http404(_("The plan has no such resolution."))
    if page.as_data:
        return as_json({**head(page.plan, page.at), **data.resolution(row)})
    reads = page.viewer.may_read_drafts(row.unit_id)
    context = {
        "page": page,
        "nav": "board",
        "row": row,
        "steps": possible_steps(page.viewer, row),
        "history": history_of(Resolution, id=row.id) if reads else [],
    }
    return render(request, "meetings/resolutions/resolution.html", context)


def possible_steps(who: Viewer, row: ResolutionRow) -> list[tuple[str, str, str]]:
    """The steps that a person may take now: kind, word on a button, the address of its form."""
    if not who.is_staff:
        return []
    words = {
        rules.ANSWER: _("Write an answer"),
        rules.CLOSING: _("Close the resolution"),
        rules.ASKED_AGAIN: _("Ask the unit again")
        if row.state == rules.ANSWERED
        else _("Take it up again"),
        rules.POSTPONED: _("Postpone the resolution"),
        rules.CANCELLING: _("Cancel the resolution"),
    }
    return [
        (kind, word, reverse(f"admin:board_resolution_{kind}", args=[row.id]))
        for kind, word in words.items()
        if row.state in rules.MOVES[kind].of
        and (who.may_report(row.unit_id) if kind == rules.ANSWER else who.is_planner)
    ]


def _by_meeting(rows: list[ResolutionRow]) -> list[tuple[ResolutionRow, list[ResolutionRow]]]:
    """The rows of each meeting, the latest meeting first, beside one that names it."""
    meetings: dict[Any, list[ResolutionRow]] = {}
    for row in rows:
        meetings.setdefault((row.held_on, row.meeting_id), []).append(row)
    return [(meetings[key][0], meetings[key]) for key in sorted(meetings, reverse=True)]
