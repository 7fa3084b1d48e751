"""The meetings of a plan, and one of them: the figures it saw, and what was restated since."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from nhrc_plan.meetings.frozen.canonical import short_code
from nhrc_plan.meetings.frozen.printed import qr_text
from nhrc_plan.meetings.frozen.since import Restated, restated_since
from nhrc_plan.meetings.frozen.verify import exported, sentence, verify_one
from nhrc_plan.meetings.models import Frozen, Meeting
from strategy.drawing.qr import qr_svg
from strategy.pages.data import head, month
from strategy.pages.page import PlanPage, as_json, plan_page, signed_in_only, xlsx
from strategy.thai import month_name

_NUMBER = re.compile(r"-?[\d,]+(\.\d+)?", re.ASCII)


@plan_page
@signed_in_only
def meetings(request: HttpRequest, page: PlanPage) -> HttpResponse:
    """Every meeting of the plan, the latest first. One query."""
    rows = list(
        Meeting.objects.filter(plan=page.plan)
        .select_related("frozen")
        .defer(*(f"frozen__{name}" for name in Frozen.LARGE))
    )
    for row in rows:
        row.plan = page.plan
    if page.as_data:
        told = [_meeting(row) for row in rows]
        return as_json({**head(page.plan, page.at), "meetings": told})
    context = {
        "page": page,
        "nav": "board",
        "rows": [(row, month_name(row.at), _code(row)) for row in rows],
    }
    return render(request, "meetings/meetings.html", context)


@plan_page
@signed_in_only
def meeting(request: HttpRequest, page: PlanPage, meeting_id: int) -> HttpResponse:
    """A meeting: what it saw, whether that is untouched, and what is known otherwise now."""
    found = _find(page, meeting_id)
    frozen = _frozen(found)
    faults = verify_one(frozen) if frozen else []
    intact = frozen is not None and not any(fault.what != "chain" for fault in faults)
    since = restated_since(frozen) if frozen is not None and intact else []
    if page.as_data:
        return as_json(
            {
                **head(page.plan, page.at),
                **_meeting(found),
                "intact": not faults if frozen else None,
                "restated": [_restated(line) for line in since],
            }
        )
    context = {
        "page": page,
        "nav": "board",
        "meeting": found,
        "month_name": month_name(found.at),
        "frozen": frozen,
        "code": _code(found),
        "qr": _qr(found),
        "faults": [sentence(fault) for fault in faults[:20]],
        "since": since,
        "who": frozen.proof["frozen_by"]["name"] if frozen is not None and intact else "",
        "reason": frozen.proof["reason"] if frozen is not None and intact else "",
        "sheets": _sheets(frozen.shown["sheets"]) if frozen is not None and intact else [],
    }
    return render(request, "meetings/meeting.html", context)


@plan_page
@signed_in_only
def meeting_pack(request: HttpRequest, page: PlanPage, meeting_id: int) -> HttpResponse:
    """The pack as the meeting had it, byte for byte."""
    found = _find(page, meeting_id)
    content = bytes(_must(_frozen(found)).workbook)
    return xlsx(content, found, month_name(found.at), page.plan.name)


@plan_page
@signed_in_only
def meeting_file(request: HttpRequest, page: PlanPage, meeting_id: int) -> HttpResponse:
    """What was frozen with its proof, as a file that anybody can check (docs/verify.md)."""
    frozen = _must(_frozen(_find(page, meeting_id)))
    return HttpResponse(
        exported(frozen),
        content_type="application/json",
        headers={
            "Content-Disposition": (
                f'attachment; filename="{page.plan.slug}-meeting-{meeting_id}.json"'
            )
        },
    )


def _find(page: PlanPage, meeting_id: int) -> Meeting:
    found = (
        Meeting.objects.filter(plan=page.plan, pk=meeting_id).select_related("frozen").first()
        if meeting_id < 2**63
        else None
    )
    if found is None:
        raise Http404(_("The plan has no such meeting."))
    found.plan = page.plan
    return found


def _frozen(found: Meeting) -> Frozen | None:
    frozen: Frozen | None = getattr(found, "frozen", None)
    if frozen is not None:
        frozen.plan = found.plan
    return frozen


def _must(frozen: Frozen | None) -> Frozen:
    if frozen is None:
        raise Http404(_("This meeting has not been frozen, so there is nothing kept of it."))
    return frozen


def _code(row: Meeting) -> str:
    """The code of what is frozen; "" while nothing is."""
    frozen = _frozen(row)
    return short_code(frozen.figures_sha256) if frozen else ""


def _qr(row: Meeting) -> str:
    """The code as a QR code; "" while nothing is frozen."""
    code = _code(row)
    words = _("QR code of %(code)s") % {"code": code}
    return qr_svg(qr_text(row, code), words) if code else ""


def _meeting(row: Meeting) -> dict[str, Any]:
    frozen = _frozen(row)
    when = timezone.localtime(frozen.frozen_at) if frozen else None
    return {
        "id": row.pk,
        "meeting_number": row.number,
        "held_on": row.held_on.isoformat(),
        "looked_at": month(row.at),
        "frozen_at": when.isoformat(timespec="seconds") if when else None,
        "figures_code": _code(row) or None,
    }


def _restated(line: Restated) -> dict[str, Any]:
    when = timezone.localtime(line.told.when) if line.told else None
    return {
        "restated_kind": line.kind,
        "code": line.code or None,
        "year": line.year or None,
        "changed_at": when.isoformat(timespec="seconds") if when else None,
        "text": {
            "name": line.name,
            "before": line.before,
            "after": line.after,
            "who": line.told.who if line.told else None,
            "reason": line.told.why if line.told else None,
        },
    }


# ------------------------------------------------------------------- the sheets as a page


def _sheets(sheets: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"title": sheet["title"], "blocks": _blocks(sheet["rows"])} for sheet in sheets]


def _blocks(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows as paragraphs and tables: a header row begins one, a title or a note ends it.

    What stands alone in a row is a paragraph, inside a table a line across it.
    """
    found: list[dict[str, Any]] = []
    table: dict[str, Any] | None = None
    for row in rows:
        kind, cells = row["kind"], row["cells"]
        if not cells:
            continue
        if kind in ("title", "note"):
            found.append({"kind": kind, "text": " ".join(filter(None, cells))})
            table = None
        elif table is None and len(cells) == 1:
            found.append({"kind": "text", "text": cells[0]})
        else:
            if table is None or (kind == "head" and table["rows"]):
                table = {"kind": "table", "head": [], "rows": [], "width": 0}
                found.append(table)
            if kind == "head":
                table["head"].append(cells)
            else:
                table["rows"].append(
                    {
                        "strong": kind in ("group", "total"),
                        "alone": len(cells) == 1,
                        "cells": [(cell, _class(cell)) for cell in cells],
                    }
                )
            table["width"] = max(table["width"], len(cells))
    return found


def _class(cell: str) -> str:
    return "n" if _NUMBER.fullmatch(cell) else ""
