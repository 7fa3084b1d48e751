"""What lists of rows by project and month have in common: whose they are, who reads them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from budgets.models import ProjectLead
from budgets.models.spending import ProjectMonth
from strategy.access import viewer
from strategy.approval.admin import ApprovalAdmin, state_text
from strategy.approval.model import State
from strategy.records.screen_admin import EntryScreenAdmin


class ProjectRowsAdmin(ApprovalAdmin, EntryScreenAdmin):
    """Rows of the units that a person reports for; planners and auditors see all."""

    change_form_template = "admin/approval/change_form.html"
    list_filter = [
        "approval",
        "fiscal_year",
        "month",
        "project__strategy__plan",
        "project__strategy",
        "project__leads__unit",
    ]
    code_of = "project__"
    search_fields = ["project__name", "project__leads__unit__name", "note", "reason"]
    ordering = ["-fiscal_year", "-month", "project__strategy", "project__number"]
    export_columns = ("code", "lead")

    def get_queryset(self, request: HttpRequest) -> Any:
        first = ProjectLead.objects.filter(project=OuterRef("project")).order_by("position")
        rows = (
            super()
            .get_queryset(request)
            .select_related("project__strategy__plan")
            .prefetch_related("project__leads")
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
    def code(self, row: Any) -> str:
        return f"{row.project.strategy.number}-{row.project.number}"

    @admin.display(description=gettext_lazy("project"), ordering="project__name")
    def project_name(self, row: Any) -> str:
        return str(row.project.name)

    @admin.display(description=gettext_lazy("lead unit"), ordering="lead_name")
    def lead(self, row: Any) -> str:
        return row.lead_name or "–"

    @admin.display(description=gettext_lazy("state of approval"), ordering="approval")
    def stands(self, row: ProjectMonth) -> str:
        return state_text(row)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if not super().has_change_permission(request, obj):
            return False
        return obj is None or (viewer(request.user).may_report(obj.lead_id) and not obj.is_approved)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A draft may be thrown away by those who may enter it; planners take back the rest."""
        deletes: bool = super().has_delete_permission(request, obj)
        if obj is None:
            return deletes or self.has_change_permission(request)
        if obj.approval == State.DRAFT:
            return self.has_change_permission(request, obj)
        return deletes and not obj.is_approved
