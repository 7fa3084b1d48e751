"""Entering money: a month of all of a unit's projects on one screen; the list of what stands."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from budgets.admin.forms import NO_LEAD, ChooseForm, SheetForm
from budgets.models import Disbursement, ProjectLead
from budgets.read.duties import EntrySheet, due_list, entering_units, entry_sheet, spending_plans
from budgets.write import disbursements
from strategy.access import viewer
from strategy.calendar import FiscalMonth
from strategy.clock import today
from strategy.models import Plan
from strategy.records.admin import RecordAdmin, refuse_anothers_unit, version_shown
from strategy.records.forms import typed_text
from strategy.standing.words import STATUS_LABELS, STATUS_SHAPES
from strategy.thai import format_number, month_name

_SHOWN = [
    "code", "project", "lead", "period", "disbursed_shown", "committed_shown", "note", "reason",
    "is_sample",
]  # fmt: skip


class DisbursementAdmin(RecordAdmin):
    """Disbursements of the units that a person reports for; planners and auditors see all."""

    list_display = [
        "code", "project_name", "lead", "period", "disbursed_shown", "committed_shown", "is_sample",
    ]  # fmt: skip
    list_display_links = ["code", "project_name"]
    list_filter = [
        "fiscal_year",
        "month",
        "project__strategy__plan",
        "project__strategy",
        "project__leads__unit",
        "is_sample",
    ]
    search_fields = ["project__name", "project__leads__unit__name", "note", "reason"]
    ordering = ["-fiscal_year", "-month", "project__strategy", "project__number"]
    export_columns = ("code", "lead")
    # Only for those who may read and not write: the others go to the unit's month.
    fields = readonly_fields = _SHOWN

    # ---------------------------------------------------------------------------- lists

    def get_queryset(self, request: HttpRequest) -> Any:
        first = ProjectLead.objects.filter(project=OuterRef("project")).order_by("position")
        rows = (
            super()
            .get_queryset(request)
            .select_related("project__strategy__plan")
            .annotate(
                lead_id=Subquery(first.values("unit")[:1]),
                lead_name=Subquery(first.values("unit__name")[:1]),
            )
        )
        who = viewer(request.user)
        if who.may_read_drafts(None):
            return rows
        return rows.filter(lead_id__in=who.unit_ids)

    @admin.display(description=gettext_lazy("code"), ordering="project__strategy__number")
    def code(self, row: Disbursement) -> str:
        return f"{row.project.strategy.number}-{row.project.number}"

    @admin.display(description=gettext_lazy("flagship project"), ordering="project__name")
    def project_name(self, row: Disbursement) -> str:
        return row.project.name

    @admin.display(description=gettext_lazy("lead unit"), ordering="lead_name")
    def lead(self, row: Any) -> str:
        return row.lead_name or "–"

    @admin.display(description=gettext_lazy("month"), ordering=("fiscal_year"))
    def period(self, row: Disbursement) -> str:
        return month_name(FiscalMonth(row.fiscal_year, row.month), short=True)

    @admin.display(description=gettext_lazy("disbursed (baht)"), ordering="disbursed")
    def disbursed_shown(self, row: Disbursement) -> str:
        return format_number(row.disbursed, 2)

    @admin.display(description=gettext_lazy("committed, not yet paid (baht)"), ordering="committed")
    def committed_shown(self, row: Disbursement) -> str:
        return format_number(row.committed, 2)

    # --------------------------------------------------------------------- permissions

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if not super().has_change_permission(request, obj):
            return False
        return obj is None or viewer(request.user).may_report(obj.lead_id)

    # --------------------------------------------------------------- a month on one screen

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """First choose, by ?unit=&plan=&year=&month= or from what is due; then the unit's month."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        who, plans = viewer(request.user), spending_plans()
        choose = ChooseForm(
            request.GET or None, units=entering_units(who), plans=plans, today=today()
        )
        if not choose.is_valid():
            refuse_anothers_unit(request.GET.get("unit", ""), choose.units)
            return self._choose(request, choose, plans)
        chosen = choose.cleaned_data
        at, unit = chosen["at"], (chosen["unit_id"], chosen["unit_name"])
        form = SheetForm(
            lambda: entry_sheet(chosen["plan"], *unit, at, today()),
            request.POST if request.method == "POST" else None,
            today=today(),
        )
        if request.method == "POST" and form.is_valid():
            saved = form.save(request.user)
            if saved is not None:
                messages.success(request, _saved_message(form.read(), len(saved)))
                return HttpResponseRedirect(entry_address(chosen["plan"], chosen["unit_id"], at))
        return self._sheet(request, form)

    def _choose(self, request: HttpRequest, form: ChooseForm, plans: list[Plan]) -> HttpResponse:
        due = due_list(viewer(request.user), plans, today())
        context = {
            **self.admin_site.each_context(request),
            "title": _("Whose figures, and of which month?"),
            "opts": self.opts,
            "form": form,
            "due": [(row, entry_address(row.plan, row.unit_id, row.at)) for row in due],
            "several_plans": len(plans) > 1,
        }
        return TemplateResponse(request, "admin/budgets/disbursement/choose.html", context)

    def _sheet(self, request: HttpRequest, form: SheetForm) -> HttpResponse:
        sheet = form.sheet
        context = {
            **self.admin_site.each_context(request),
            "title": _("Disbursement of %(month)s") % {"month": sheet.month_name},
            "opts": self.opts,
            "sheet": sheet,
            "form": form,
            "previous": sheet.previous and entry_address(sheet.plan, sheet.unit_id, sheet.previous),
            "next": sheet.next and entry_address(sheet.plan, sheet.unit_id, sheet.next),
            "may_delete": self.has_delete_permission(request),
        }
        return TemplateResponse(request, "admin/budgets/disbursement/entry.html", context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """A row is changed where its unit's month is entered."""
        row = self.get_object(request, unquote(object_id))
        if row is None or not self.has_change_permission(request, row):
            return super().change_view(request, object_id, form_url, extra_context)
        at = FiscalMonth(row.fiscal_year, row.month)
        address = entry_address(row.project.strategy.plan, row.lead_id, at)
        return HttpResponseRedirect(f"{address}#p{row.project_id}")

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        disbursements.disbursement_delete(
            user=request.user,
            disbursement=obj,
            reason=typed_text(request.POST, "change_reason"),
            expected_version=version_shown(request),
        )


def entry_address(plan: Plan, unit_id: int | None, at: FiscalMonth) -> str:
    """Where a unit's month is entered."""
    query = {
        "unit": NO_LEAD if unit_id is None else unit_id,
        "plan": plan.slug,
        "year": at.year,
        "month": at.month,
    }
    return f"{reverse('admin:budgets_disbursement_add')}?{urlencode(query)}"


def _saved_message(sheet: EntrySheet, count: int) -> str:
    """How much was saved, and how the unit's money now stands at that month."""
    if sheet.total is None or not count:
        return _("Nothing was changed, so nothing was saved.")
    standing = sheet.total.standing
    return _(
        "Saved for %(month)s, projects: %(count)s. %(unit)s: %(disbursed)s of "
        "%(allocated)s baht disbursed (%(percent)s%%), expected %(expected)s%%, status %(shape)s "
        "%(status)s."
    ) % {
        "month": month_name(sheet.at, short=True),
        "count": count,
        "unit": sheet.unit_name,
        "disbursed": format_number(sheet.total.disbursed, 2),
        "allocated": format_number(sheet.total.allocated, 2),
        "percent": "–" if standing.disbursed_percent is None else standing.disbursed_percent,
        "expected": "–" if standing.expected_percent is None else standing.expected_percent,
        "shape": STATUS_SHAPES[standing.status],
        "status": STATUS_LABELS[standing.status],
    }
