"""The way of a workbook: fetched, filled in, sent, looked at, taken over."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from nhrc_plan.exchange.compare import compare
from nhrc_plan.exchange.models import Import
from nhrc_plan.exchange.parts import Wanted
from nhrc_plan.exchange.rows import LABELS, MINE, RIGHT, THEIRS, Compared
from nhrc_plan.exchange.sheets import entry_workbook
from nhrc_plan.exchange.write import Overtaken, import_apply, import_keep
from strategy.access import viewer
from strategy.clock import today
from strategy.models import Unit
from strategy.pages.page import XLSX, PlanPage, answer_not_found, ask_to_sign_in
from strategy.pages.period import NotEnded, find_month, find_plan
from strategy.records.forms import typed_text
from strategy.records.write import StaleVersion
from strategy.thai import month_name
from strategy.workbook.upload import MAX_BYTES

#: Imports that a list shows.
_LISTED = 50


class UploadForm(forms.Form):
    """The workbook, and whether its figures are handed in or kept as drafts."""

    workbook = forms.FileField(
        label=gettext_lazy("the filled-in workbook (.xlsx)"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
        error_messages={"required": gettext_lazy("Choose the workbook.")},
    )
    how = forms.ChoiceField(
        label=gettext_lazy("results"),
        choices=[
            ("submit", gettext_lazy("Hand in what is filled in")),
            ("draft", gettext_lazy("Keep as drafts")),
        ],
        initial="submit",
        widget=forms.RadioSelect,
    )

    def clean_workbook(self) -> Any:
        file = self.cleaned_data["workbook"]
        if file.size > MAX_BYTES:
            raise ValidationError(
                _("The file is larger than %(limit)s MB.") % {"limit": MAX_BYTES // 1_000_000}
            )
        return file


def entry_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Finds plan and month for those who enter figures; for others there is nothing here."""

    @require_http_methods(["GET", "HEAD", "POST"])
    @never_cache
    @wraps(view)
    def wrapped(request: HttpRequest, slug: str, **found: Any) -> HttpResponse:
        who = viewer(request.user)
        if not who.signed_in:
            return ask_to_sign_in(request, False)
        try:
            plan, day = find_plan(slug), today()
            page = PlanPage(plan.agency, plan, find_month(plan, request.GET, day), day, who, False)
            return view(request, page, **found)
        except NotEnded as not_ended:
            return answer_not_found(request, str(not_ended))
        except Http404 as missing:
            return answer_not_found(request, str(missing))

    return wrapped


def _nothing() -> Http404:
    return Http404(_("There is no such page, or it is not yours to see."))


def wanted_of(page: PlanPage, unit_id: int | None, *, submits: bool = True) -> Wanted:
    """Whose figures a page is of; raises Http404 where they are not the reader's to enter."""
    who = page.viewer
    if not who.enters:
        raise _nothing()
    unit = None
    units: tuple[tuple[int | None, str], ...]
    if unit_id is not None:
        unit = Unit.objects.filter(pk=unit_id, agency=page.agency).first()
        if unit is None or not who.may_report(unit.pk):
            raise _nothing()
        units = ((unit.pk, unit.name),)
    elif who.is_planner:
        named = Unit.objects.filter(agency=page.agency).values_list("pk", "name")
        units = (*named, (None, _("without a unit")))
    else:
        units = tuple(each for each in who.units if who.may_report(each[0]))
        if not units:
            raise _nothing()
    return Wanted(page.plan, unit, page.at, who, page.today, units, submits)


@require_safe
@entry_page
def entry_book(request: HttpRequest, page: PlanPage, unit_id: int | None = None) -> HttpResponse:
    """The workbook to fill in: a unit's month, or all that is the reader's."""
    wanted = wanted_of(page, unit_id)
    whose = wanted.unit.name if wanted.unit else page.viewer.name
    name = f"{whose} {month_name(page.at)}.xlsx"
    return HttpResponse(
        entry_workbook(wanted),
        content_type=XLSX,
        headers={"Content-Disposition": content_disposition_header(True, name) or ""},
    )


@entry_page
def entry(request: HttpRequest, page: PlanPage, unit_id: int | None = None) -> HttpResponse:
    """Fetch the workbook, and send it back filled in."""
    wanted = wanted_of(page, unit_id)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["workbook"]
        wanted = wanted_of(page, unit_id, submits=form.cleaned_data["how"] == "submit")
        content = file.read()
        try:
            compare(content, wanted, {})
        except ValidationError as refused:
            form.add_error("workbook", refused)
        else:
            kept = import_keep(user=request.user, wanted=wanted, name=file.name, content=content)
            return HttpResponseRedirect(_import_address(kept))
    arguments = [page.plan.slug, *([unit_id] if unit_id else [])]
    book = reverse("unit_entry_book" if unit_id else "entry_book", args=arguments)
    own = Import.objects.filter(
        plan=page.plan, unit=unit_id, sender_id=page.viewer.user_id or 0
    ).select_related("unit")
    context = {
        "page": page,
        "nav": "units",
        "wanted": wanted,
        "form": form,
        "book": f"{book}?{page.query}",
        "imports": [(row, _import_address(row)) for row in own[:5]],
    }
    return render(request, "exchange/entry.html", context)


@require_safe
@entry_page
def imports(request: HttpRequest, page: PlanPage) -> HttpResponse:
    """The workbooks that were sent: one's own, for those who keep watch all of them."""
    who = page.viewer
    if not (who.enters or who.keeps_watch):
        raise _nothing()
    rows = Import.objects.filter(plan=page.plan).select_related("unit")
    if not who.keeps_watch:
        rows = rows.filter(sender_id=who.user_id or 0)
    context = {
        "page": page,
        "nav": "units",
        "imports": [(row, _import_address(row)) for row in rows[:_LISTED]],
    }
    return render(request, "exchange/imports.html", context)


def _found(page: PlanPage, import_id: int) -> Import:
    row = Import.objects.select_related("unit", "plan__agency").filter(
        pk=import_id, plan=page.plan
    ).first()  # fmt: skip
    if row is None or not row.seen_by(page.viewer):
        raise _nothing()
    return row


@require_safe
@entry_page
def import_file(request: HttpRequest, page: PlanPage, import_id: int) -> HttpResponse:
    """The workbook of an import, as it was sent."""
    row = _found(page, import_id)
    return HttpResponse(
        bytes(row.file.content),
        content_type=XLSX,
        headers={"Content-Disposition": content_disposition_header(True, row.file_name) or ""},
    )


@entry_page
def one_import(request: HttpRequest, page: PlanPage, import_id: int) -> HttpResponse:
    """What a workbook would change, row by row; confirming takes it over.

    Of one that was taken over, and for those who only keep watch, what became of it.
    """
    row = _found(page, import_id)
    if row.state == Import.State.APPLIED or not page.viewer.enters:
        outcomes = [(LABELS[name], count) for name, count in row.outcome.items()]
        act = row.history.latest("history_id").act
        context = {**_about(page, row), "outcomes": outcomes, "act": act}
        return render(request, "exchange/applied.html", context)
    own = PlanPage(page.agency, page.plan, row.at, page.today, page.viewer, False)
    wanted = wanted_of(own, row.unit_id, submits=row.submits)
    decided = _decided(request)
    confirms = request.method == "POST" and "_confirm" in request.POST
    compared: Compared | None = None
    if confirms:
        try:
            count = import_apply(
                user=request.user,
                row=row,
                expected_version=row.version,
                wanted=wanted,
                decided=decided,
                digest=typed_text(request.POST, "digest"),
                reason=typed_text(request.POST, "change_reason"),
            )
        except Overtaken as overtaken:
            compared = overtaken.compared
            messages.warning(
                request,
                _("What is stored has changed since you looked. Nothing was taken over; this is "
                  "how it stands now."),
            )  # fmt: skip
        except StaleVersion:
            messages.warning(request, _("Somebody was faster; look at what stands now."))
            return redirect(_import_address(row))
        except ValidationError as refused:
            for message in refused.messages:
                messages.error(request, message)
        else:
            messages.success(request, _("Taken over, rows: %(count)s.") % {"count": count})
            return redirect(_import_address(row))
    if compared is None:
        try:
            compared = compare(bytes(row.file.content), wanted, decided)
        except ValidationError as refused:
            return answer_not_found(request, " ".join(refused.messages))
    return render(request, "exchange/import.html", {**_about(page, row), "compared": compared})


def _decided(request: HttpRequest) -> dict[str, str]:
    """What was decided about rows, by their keys."""
    return {
        name.removeprefix("row_"): str(choice)
        for name, choice in request.POST.items()
        if name.startswith("row_") and choice in (MINE, THEIRS, RIGHT)
    }


def _about(page: PlanPage, row: Import) -> dict[str, Any]:
    arguments = [page.plan.slug, *([row.unit_id] if row.unit_id else [])]
    back = reverse("unit_entry" if row.unit_id else "entry", args=arguments)
    period = urlencode({"year": row.fiscal_year, "month": row.month})
    return {"page": page, "nav": "units", "row": row, "back": f"{back}?{period}"}


def _import_address(row: Import) -> str:
    return reverse("one_import", args=[row.plan.slug, row.pk])
