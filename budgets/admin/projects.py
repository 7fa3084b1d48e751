"""Projects and what they may spend. Money by month: budgets/admin/disbursements.py."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, Subquery, Sum
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from budgets.admin.disbursements import DisbursementAdmin
from budgets.models import (
    QUARTERS,
    USED_QUARTERS,
    BudgetTransfer,
    Disbursement,
    Project,
    ProjectBudget,
    ProjectLead,
    SpendingTarget,
)
from budgets.read.project import amounts_history
from budgets.rules.calc import ZERO, Budget
from budgets.write.budgets import (
    below_used_problem,
    budgets_check,
    overdrawn_problem,
    spent_problem,
    stored_transfers,
    used_by_year,
    years_spent,
)
from strategy.models import Objective
from strategy.owners.admin import OwnedAdmin, OwnedFilter
from strategy.owners.forms import OwnedForm
from strategy.records.admin import RecordAdmin
from strategy.records.forms import RecordForm, RecordInlineForm, link_field, typed_text
from strategy.records.history import Entry
from strategy.records.inline import (
    NamedInlineFormSet,
    RecordInline,
    RecordInlineFormSet,
    written_rows,
)
from strategy.records.write import children_changed
from strategy.thai import format_date, format_number

admin.site.register(Disbursement, DisbursementAdmin)


def _baht(amount: Any) -> str:
    return "–" if amount is None else format_number(amount, 2)


def _base(fields: Mapping[str, Any]) -> Any:
    """What a year's row sets aside: the approved amount where entered, else the plan's."""
    approved = fields.get("approved_amount")
    return fields.get("plan_amount") if approved is None else approved


def _allocated(base: Decimal | None, transfers: Iterable[tuple[date, Decimal]]) -> Decimal:
    return (base or ZERO) + sum((amount for _day, amount in transfers), ZERO)


class LeadInline(admin.TabularInline):
    model = ProjectLead
    formset = NamedInlineFormSet
    extra = 0

    # Lead units are part of their project: who may change the one may change the other.
    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("budgets.change_project")

    has_change_permission = has_delete_permission = has_add_permission

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("budgets.view_project")


class FixedYear:
    """The fiscal year of a row that is there stays: transfers and money have been entered for it.

    A wrong one is deleted and entered anew.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is not None and "fiscal_year" in self.fields:  # type: ignore[attr-defined]
            self.fields["fiscal_year"].disabled = True  # type: ignore[attr-defined]


class BudgetInlineForm(FixedYear, RecordInlineForm):
    pass


class BudgetFormSet(RecordInlineFormSet):
    """The years of a project: no year's amount may fall below what its transfers take."""

    def clean(self) -> None:
        super().clean()
        kept = [form for form in self.initial_forms if form.instance.pk]
        transfers = stored_transfers([form.instance.pk for form in kept])
        spent = years_spent(self.instance.pk) if self.deleted_forms else set()
        used = used_by_year(self.instance.pk) if self.has_changed() else {}
        reason = typed_text(self.data, "change_reason")
        for form in kept:
            if form in self.deleted_forms:
                if form.instance.fiscal_year in spent:
                    raise spent_problem(form.instance.fiscal_year)
            elif not form.errors:
                taken = transfers.get(form.instance.pk, [])
                problem = overdrawn_problem(_base(form.cleaned_data), taken) or below_used_problem(
                    used.get(form.instance.fiscal_year, ZERO),
                    _allocated(_base(form.initial), taken),
                    _allocated(_base(form.cleaned_data), taken),
                    reason,
                )
                if problem is not None:
                    form.add_error("approved_amount", problem)


class BudgetInline(RecordInline):
    model = ProjectBudget
    form = BudgetInlineForm
    formset = BudgetFormSet


class ProjectForm(OwnedForm):
    """A project whose objectives are those of its own plan."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "objectives" in self.fields:
            field = link_field(self, "objectives")
            every = Objective.objects.select_related("strategy")
            if self.instance.pk is not None:
                every = every.filter(strategy__plan=self.instance.strategy.plan_id)
            field.queryset = every.order_by("strategy__plan", "strategy__number", "number")
            field.error_messages["invalid_choice"] = _not_of_this_plan()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        strategy = cleaned.get("strategy")
        chosen = cleaned.get("objectives") or []
        if strategy and any(row.strategy.plan_id != strategy.plan_id for row in chosen):
            self.add_error("objectives", _not_of_this_plan())
        return cleaned


def _not_of_this_plan() -> str:
    return _("A project serves objectives of its own plan; choose among those.")


class ChecksBudgets:
    """What is saved or deleted together with a project's budgets is checked as a whole at the end.

    The forms have said so before, beside their fields; this is for what was written in between.
    """

    def write_all(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().write_all(request, form, formsets, change)  # type: ignore[misc]
        budgets_check(self._project_of(form.instance))

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Transfers go along with their year, though nobody deletes one in their own list."""
        found = super().get_deleted_objects(objs, request)  # type: ignore[misc]
        names, counts, lacking, protected = found
        if request.user.has_perm("budgets.delete_budgettransfer"):
            lacking = set(lacking) - {str(BudgetTransfer._meta.verbose_name)}
        return names, counts, lacking, protected

    @staticmethod
    def _project_of(instance: Any) -> int:
        return instance.pk if isinstance(instance, Project) else instance.project_id


@admin.register(Project)
class ProjectAdmin(ChecksBudgets, OwnedAdmin, RecordAdmin):
    form = ProjectForm
    list_display = ["name", "strategy", "number", "kind", "first_lead", "accountable"]
    list_filter = ["kind", "strategy__plan", "strategy", "leads__unit", OwnedFilter]
    code_of = ""
    search_fields = ["name", "leads__unit__name"]
    filter_horizontal = ["supporting_units", "objectives"]
    inlines = [LeadInline, BudgetInline]

    def get_queryset(self, request: HttpRequest) -> Any:
        projects = super().get_queryset(request).select_related("strategy", "accountable__user")
        return projects.prefetch_related("leads__unit")

    @admin.display(description=ProjectLead._meta.verbose_name)
    def first_lead(self, project: Project) -> str:
        return next((str(lead.unit) for lead in project.leads.all()), "–")

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        if formset.model is not ProjectLead:
            super().save_formset(request, form, formset, change)
            return
        formset.save(commit=False)
        if formset.has_changed():
            children_changed(
                parent=form.instance,
                saved=written_rows(formset),
                deleted=formset.deleted_objects,
                user=request.user,
                reason=form.cleaned_data.get("change_reason", ""),
                expected_version=(
                    form.instance.version  # as just saved with it
                    if not change or form.really_changed
                    else form.cleaned_data["expected_version"]
                ),
            )


class DatedTransfers:
    """The day of a transfer's document in the Buddhist Era, where it is only read."""

    @admin.display(description=gettext_lazy("document date"), ordering="document_date")
    def dated(self, transfer: BudgetTransfer) -> str:
        return format_date(transfer.document_date) if transfer.document_date else ""

    @admin.display(description=gettext_lazy("amount (baht)"), ordering="amount")
    def amount_shown(self, transfer: BudgetTransfer) -> str:
        return _baht(transfer.amount)


class TransferFormSet(RecordInlineFormSet):
    """The transfers of a project's year: together they may not take more than there is."""

    def clean(self) -> None:
        super().clean()
        kept = [
            form
            for form in self.forms
            if form not in self.deleted_forms and (form.instance.pk or form.has_changed())
        ]
        if any(form.errors for form in kept):
            return
        base = _base(vars(self.instance))
        typed = [(form.cleaned_data["document_date"], form.cleaned_data["amount"]) for form in kept]
        stored = stored_transfers([self.instance.pk])[self.instance.pk]
        used = used_by_year(self.instance.project_id) if self.has_changed() else {}
        problem = overdrawn_problem(base, typed) or below_used_problem(
            used.get(self.instance.fiscal_year, ZERO),
            _allocated(base, stored),
            _allocated(base, typed),
            typed_text(self.data, "change_reason"),
        )
        if problem is not None:
            raise problem


class TransferInline(DatedTransfers, RecordInline):
    model = BudgetTransfer
    formset = TransferFormSet
    readonly_fields = ["dated", "amount_shown"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if self.has_change_permission(request, obj):
            return ["amount", "document_number", "document_date", "reason"]
        return ["amount_shown", "document_number", "dated", "reason"]


class BudgetForm(FixedYear, RecordForm):
    """A project's year; the transfers stand below it and are looked at there."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        row = self.instance
        if row.pk is not None and not self.errors and self.really_changed:
            taken = stored_transfers([row.pk])[row.pk]
            problem = below_used_problem(
                used_by_year(row.project_id).get(row.fiscal_year, ZERO),
                _allocated(_base(self.initial), taken),
                _allocated(_base(cleaned), taken),
                cleaned.get("change_reason", ""),
            )
            if problem is not None:
                self.add_error("approved_amount", problem)
        return cleaned


@admin.register(ProjectBudget)
class ProjectBudgetAdmin(ChecksBudgets, RecordAdmin):
    form = BudgetForm
    list_display = [
        "project", "fiscal_year", "spending_kind", "plan_shown", "approved_shown", "moved",
        "allocated",
    ]  # fmt: skip
    list_filter = [
        "fiscal_year", "spending_kind", "project__kind", "project__strategy__plan",
        "project__strategy",
    ]  # fmt: skip
    code_of = "project__"
    search_fields = ["project__name"]
    list_select_related = ["project"]
    inlines = [TransferInline]
    fields = ["project", "fiscal_year", "plan_amount", "approved_amount", "spending_kind"]
    export_columns = ("moved", "allocated")

    def get_queryset(self, request: HttpRequest) -> Any:
        transfers = BudgetTransfer.objects.filter(budget=OuterRef("pk")).order_by()
        moved = transfers.values("budget").annotate(sum=Sum("amount")).values("sum")
        return super().get_queryset(request).annotate(transferred=Subquery(moved))

    @admin.display(description=gettext_lazy("plan amount (baht)"), ordering="plan_amount")
    def plan_shown(self, row: ProjectBudget) -> str:
        return _baht(row.plan_amount)

    @admin.display(description=gettext_lazy("approved amount (baht)"), ordering="approved_amount")
    def approved_shown(self, row: ProjectBudget) -> str:
        return _baht(row.approved_amount)

    @admin.display(description=gettext_lazy("transferred (baht)"), ordering="transferred")
    def moved(self, row: Any) -> str:
        return _baht(row.transferred)

    @admin.display(description=gettext_lazy("allocated (baht)"))
    def allocated(self, row: Any) -> str:
        return _baht(
            Budget(row.plan_amount, row.approved_amount, row.transferred or ZERO).allocated
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ["project"] if obj is not None else []

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[Any]:
        """Transfers are entered once there is a year to judge their days by."""
        return self.inlines if obj is not None else []

    history_titled = True

    def history_entries(self, obj: Any) -> Sequence[Entry]:
        """With the transfers, which change what may be spent as well."""
        return amounts_history(id=obj.pk)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        project_id = obj.project_id
        super().delete_model(request, obj)
        budgets_check(project_id)


@admin.register(BudgetTransfer)
class BudgetTransferAdmin(DatedTransfers, RecordAdmin):
    """Every transfer, to look for. They are entered with the budget that they change."""

    list_display = ["document_number", "dated", "project_name", "fiscal_year", "amount_shown",
                    "reason"]  # fmt: skip
    list_filter = ["budget__fiscal_year", "budget__project__strategy__plan",
                   "budget__project__strategy"]  # fmt: skip
    code_of = "budget__project__"
    search_fields = ["document_number", "reason", "budget__project__name"]
    list_select_related = ["budget__project"]
    fields = ["budget", "document_number", "dated", "amount_shown", "reason"]
    readonly_fields = ["dated", "amount_shown"]

    @admin.display(description=gettext_lazy("project"), ordering="budget__project__name")
    def project_name(self, transfer: BudgetTransfer) -> str:
        return transfer.budget.project.name

    @admin.display(description=gettext_lazy("fiscal year"), ordering="budget__fiscal_year")
    def fiscal_year(self, transfer: BudgetTransfer) -> int:
        return transfer.budget.fiscal_year

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission


@admin.register(SpendingTarget)
class SpendingTargetAdmin(RecordAdmin):
    list_display = ["fiscal_year", "agency", "kind", *QUARTERS, *USED_QUARTERS, "judged_on"]
    list_filter = ["kind", "agency"]
    fieldsets = [
        (None, {"fields": ["agency", "fiscal_year", "kind", "judged_on"]}),
        (gettext_lazy("To be disbursed by the end of"), {"fields": [QUARTERS]}),
        (
            gettext_lazy("To be used, disbursed or committed, by the end of"),
            {
                "fields": [USED_QUARTERS],
                "description": gettext_lazy(
                    "Empty where the government sets no line of its own: then what is to be "
                    "disbursed is the least that is to be used."
                ),
            },
        ),
    ]
    search_fields = ["agency__name", "fiscal_year"]
    ordering = ["-fiscal_year"]
    list_select_related = ["agency"]
