"""Flagship projects in the admin; entry of money by month comes with its own screens."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from budgets.models import Project, ProjectBudget, ProjectLead
from strategy.record_admin import RecordAdmin, RecordInline
from strategy.services import children_changed


class LeadInline(admin.TabularInline):
    model = ProjectLead
    extra = 0

    # Lead units are part of their project: who may change the one may change the other.
    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("budgets.change_project")

    has_change_permission = has_delete_permission = has_add_permission

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("budgets.view_project")


class BudgetInline(RecordInline):
    model = ProjectBudget


@admin.register(Project)
class ProjectAdmin(RecordAdmin):
    list_display = ["name", "strategy", "number", "first_lead"]
    list_filter = ["strategy__plan", "strategy", "leads__unit"]
    search_fields = ["name", "leads__unit__name"]
    filter_horizontal = ["supporting_units"]
    inlines = [LeadInline, BudgetInline]

    def get_queryset(self, request: HttpRequest) -> Any:
        projects = super().get_queryset(request).select_related("strategy")
        return projects.prefetch_related("leads__unit")

    @admin.display(description=ProjectLead._meta.verbose_name)
    def first_lead(self, project: Project) -> str:
        return next((str(lead.unit) for lead in project.leads.all()), "–")

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        if formset.model is not ProjectLead:
            super().save_formset(request, form, formset, change)
        elif formset.has_changed():
            formset.save(commit=False)
            children_changed(
                parent=form.instance,
                saved=RecordAdmin._saved(formset),
                deleted=formset.deleted_objects,
                user=request.user,
                reason=form.cleaned_data.get("change_reason", ""),
                expected_version=(
                    form.instance.version  # as just saved with it
                    if not change or form.really_changed
                    else form.cleaned_data["expected_version"]
                ),
            )


@admin.register(ProjectBudget)
class ProjectBudgetAdmin(RecordAdmin):
    list_display = ["project", "fiscal_year", "plan_amount"]
    list_filter = ["fiscal_year", "project__strategy"]
    search_fields = ["project__name"]
    list_select_related = ["project"]
