"""The way of a workbook to fill in: fetched, filled in, sent. What follows is every import's
(views.py)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from nhrc_plan.exchange.entry import EntryWorkbook, wanted_of
from nhrc_plan.exchange.models import Import
from nhrc_plan.exchange.parts import Wanted
from nhrc_plan.exchange.sheets import entry_workbook
from nhrc_plan.exchange.views import entry_page, import_address, send
from strategy.pages.page import PlanPage, xlsx
from strategy.workbook.upload import MAX_BYTES


class UploadForm(forms.Form):
    """The workbook, and whether its figures are handed in or kept as drafts."""

    workbook = forms.FileField(
        label=gettext_lazy("the filled-in workbook (.xlsx)"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
        error_messages={"required": gettext_lazy("Choose the workbook.")},
    )
    how = forms.ChoiceField(
        label=gettext_lazy("figures"),
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


def _wanted(page: PlanPage, unit_id: int | None) -> Wanted:
    return wanted_of(page.plan, page.at, page.viewer, page.today, unit_id)


@require_safe
@entry_page
def entry_book(request: HttpRequest, page: PlanPage, unit_id: int | None = None) -> HttpResponse:
    """The workbook to fill in: a unit's month, or all that is the reader's."""
    wanted = _wanted(page, unit_id)
    whose = wanted.unit.name if wanted.unit else page.viewer.name
    return xlsx(entry_workbook(wanted), whose, page.month_name)


@entry_page
def entry(request: HttpRequest, page: PlanPage, unit_id: int | None = None) -> HttpResponseBase:
    """Fetch the workbook, and send it back filled in."""
    wanted = _wanted(page, unit_id)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["workbook"]
        row = Import(
            plan=page.plan,
            unit=wanted.unit,
            kind=EntryWorkbook.code,
            fiscal_year=page.at.year,
            month=page.at.month,
            submits=form.cleaned_data["how"] == "submit",
        )
        answer = send(request, page, row, file.name, file.read(), request.get_full_path())
        if not isinstance(answer, ValidationError):
            return answer
        form.add_error("workbook", answer)
    arguments = [page.plan.slug, *([unit_id] if unit_id else [])]
    book = reverse("unit_entry_book" if unit_id else "entry_book", args=arguments)
    own = Import.objects.filter(
        plan=page.plan, unit=unit_id, kind=EntryWorkbook.code, sender_id=page.viewer.user_id or 0
    ).select_related("unit", "plan")
    context = {
        "page": page,
        "nav": "units",
        "wanted": wanted,
        "form": form,
        "book": f"{book}?{page.query}",
        "imports": [(row, import_address(row)) for row in own[:5]],
    }
    return render(request, "exchange/entry.html", context)
