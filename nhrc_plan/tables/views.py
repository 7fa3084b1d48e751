"""The way of a table: sent, its columns matched. What follows is every import's
(nhrc_plan/exchange/views.py)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.views.decorators.http import require_safe

from nhrc_plan.exchange.entry import nothing
from nhrc_plan.exchange.models import Import
from nhrc_plan.exchange.progress import LARGE, Outcome
from nhrc_plan.exchange.views import entry_page, import_address, with_progress
from nhrc_plan.tables.forms import MatchForm, SendForm
from nhrc_plan.tables.kinds.base import TableKind
from nhrc_plan.tables.kinds.every import KINDS, kinds_of
from nhrc_plan.tables.lines import Match, table_grid
from nhrc_plan.tables.read import table_look
from nhrc_plan.tables.templates import template_csv, template_xlsx
from nhrc_plan.tables.write import match_keep, table_keep, table_matched
from strategy.pages.page import XLSX, PlanPage, saved_as
from strategy.records.forms import typed_text
from strategy.records.write import StaleVersion

#: Tables of one's own that are listed where the next one is sent.
_LISTED = 10


@entry_page
def tables(request: HttpRequest, page: PlanPage) -> HttpResponse:
    """Send a table of any make; or fetch one to fill in."""
    kinds = kinds_of(page.viewer)
    if not kinds:
        raise nothing()
    form = SendForm(page.viewer, request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["table"]
        try:
            row = table_keep(
                user=request.user,
                plan=page.plan,
                kind=KINDS[form.cleaned_data["kind"]],
                name=file.name,
                content=file.read(),
            )
        except ValidationError as refused:
            form.add_error("table", refused)
        else:
            return HttpResponseRedirect(f"{_match_address(row)}?{page.query}")
    own = Import.objects.filter(
        plan=page.plan, kind__in=[kind.code for kind in kinds],
        sender_id=page.viewer.user_id or 0,
    ).select_related("unit", "plan")  # fmt: skip
    context = {
        "page": page,
        "nav": "units",
        "form": form,
        "kinds": kinds,
        "imports": [(row, _address(row)) for row in own[:_LISTED]],
    }
    return render(request, "tables/tables.html", context)


@entry_page
def table_match(request: HttpRequest, page: PlanPage, import_id: int) -> HttpResponseBase:
    """Say of a table which sheet, which headings, and what each column is."""
    row = _found(page, import_id)
    kind = KINDS[row.kind]
    asked = request.POST if request.method == "POST" else request.GET
    told = Match.of(row.about)
    if not row.about:
        years = kind.years(page.plan)
        year = page.at.year if page.at.year in years else next(iter(years), None)
        told = Match(year=year, month=page.at.month)
    try:
        grid = table_grid(bytes(row.file.content), typed_text(asked, "sheet") or told.sheet)
    except ValidationError:
        # A sheet that is not there, by an address that somebody wrote.
        grid = table_grid(bytes(row.file.content), "")
    look = table_look(kind, page.plan, grid, told, _number(asked, "first"), _number(asked, "last"))
    form = MatchForm(kind, page.plan, look, row, request.POST or None)
    if request.method == "POST" and form.is_valid():
        answer = _matched(request, page, row, kind, form)
        if answer is not None:
            return answer
    context = {
        "page": page, "nav": "units", "row": row, "kind": kind, "look": look, "form": form,
        "numbers": range(1, min(len(grid.rows), 60) + 1),
        "sheets": [(name, name in grid.hidden) for name in grid.names],
    }  # fmt: skip
    return render(request, "tables/match.html", context)


def _matched(
    request: HttpRequest, page: PlanPage, row: Import, kind: TableKind, form: MatchForm
) -> HttpResponseBase | None:
    """Keep what was said, and lead to what the table would do; None where it cannot be read."""
    user, match, submits = request.user, form.match, form.submits
    name, labels = form.cleaned_data["name"].strip(), dict(enumerate(form.look.labels))

    def look() -> Outcome:
        table_matched(
            user=user, row=row, expected_version=_number(request.POST, "expected_version"),
            match=match, submits=submits, today=page.today,
        )  # fmt: skip
        if name:
            match_keep(user=user, agency=page.agency, kind=kind, name=name, match=match,
                       labels=labels)  # fmt: skip
        return Outcome(import_address(row))

    if row.size >= LARGE:
        return with_progress(request, page, row.file_name, _match_address(row), look)
    try:
        return redirect(look().address)
    except StaleVersion as faster:
        messages.warning(request, " ".join(faster.messages))
        return redirect(_match_address(row))
    except ValidationError as refused:
        form.add_error(None, refused)
        return None


@require_safe
@entry_page
def table_template(request: HttpRequest, page: PlanPage, kind: str, ending: str) -> HttpResponse:
    """A table to fill in, whose headings are known."""
    found = KINDS.get(kind)
    if found is None or not found.may(page.viewer) or ending not in ("xlsx", "csv"):
        raise nothing()
    name = f"{capfirst(str(found.name))}.{ending}"
    content = (template_xlsx if ending == "xlsx" else template_csv)(found, page.plan)
    return saved_as(content, name, XLSX if ending == "xlsx" else "text/csv; charset=utf-8")


def _found(page: PlanPage, import_id: int) -> Import:
    """A table that the reader sent and that was not taken over yet."""
    row = Import.objects.select_related("unit", "plan__agency").filter(
        pk=import_id, plan=page.plan, kind__in=KINDS, sender_id=page.viewer.user_id or 0
    ).first()  # fmt: skip
    if row is None or row.is_applied or not KINDS[row.kind].may(page.viewer):
        raise nothing()
    return row


def _number(asked: Any, name: str) -> int:
    text = typed_text(asked, name)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def _match_address(row: Import) -> str:
    return reverse("table_match", args=[row.plan.slug, row.pk])


def _address(row: Import) -> str:
    """Where a table is gone on with."""
    return import_address(row) if row.about else _match_address(row)
