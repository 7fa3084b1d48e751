"""Plan structure and units in the admin; people: strategy/people/admin.py."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import ForeignKey, Q
from django.forms import ModelChoiceField
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from strategy.closing import admin as closing  # noqa: F401 - registers itself
from strategy.comments import admin as comments  # noqa: F401 - registers itself
from strategy.models import (
    Account,
    Agency,
    Approach,
    Objective,
    Plan,
    PlanStatement,
    ReportingYear,
    StrategicIssue,
    Strategy,
    Unit,
)
from strategy.people import admin as people  # noqa: F401 - registers itself
from strategy.plan_words import PlanWords
from strategy.records.admin import RecordAdmin
from strategy.records.inline import RecordInline
from strategy.records.model import actor_name


@admin.register(Agency)
class AgencyAdmin(RecordAdmin):
    list_display = ["name", "short_name", "phone"]
    search_fields = ["name", "short_name"]
    ordering = ["name"]


class HeadField(ModelChoiceField):
    """An account by the person's name."""

    def label_from_instance(self, obj: Any) -> str:
        return actor_name(obj.user)


@admin.register(Unit)
class UnitAdmin(RecordAdmin):
    list_display = ["name", "agency", "is_group", "head_name"]
    list_filter = ["agency", "is_group"]
    search_fields = ["name"]
    ordering = ["name"]
    list_select_related = ["agency", "head__user"]

    @admin.display(description=_("head of the unit"))
    def head_name(self, unit: Unit) -> str:
        return actor_name(unit.head.user) if unit.head else ""

    def formfield_for_foreignkey(
        self, db_field: ForeignKey, request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Heads are chosen by name, among the accounts that are open, and the one that stands."""
        if db_field.name == "head":
            kwargs["form_class"] = HeadField
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "head" and field is not None:
            open_or_head = Q(user__is_active=True) | Q(headed_units__isnull=False)
            accounts = Account.objects.filter(open_or_head).distinct().select_related("user")
            field.queryset = accounts.order_by("user__first_name", "user__username", "pk")
        return field


@admin.register(ReportingYear)
class ReportingYearAdmin(RecordAdmin):
    list_display = ["fiscal_year", "agency", "deadline_day", "moves_to_working_day"]
    list_filter = ["agency"]
    search_fields = ["agency__name", "fiscal_year"]


class StatementInline(RecordInline):
    model = PlanStatement


@admin.register(Plan)
class PlanAdmin(RecordAdmin):
    list_display = [
        "name", "agency", "kind", "first_year", "last_year", "is_current", "is_draft",
    ]  # fmt: skip
    list_filter = ["agency", "kind", "is_current"]
    search_fields = ["name", "slug"]
    ordering = ["name"]
    inlines = [StatementInline]
    fieldsets = [
        (None, {"fields": ["agency", "name", "slug", "kind", "first_year", "last_year"]}),
        (None, {"fields": ["is_current", "approved_only"]}),
        (
            _("Content"),
            {"fields": ["ultimate_goal", "vision", "background", "content_summary"]},
        ),
        (
            _("Words for the levels"),
            {
                "fields": [
                    "code_prefix",
                    "strategy_label",
                    "issue_label",
                    "objective_label",
                    "approach_label",
                ]
            },
        ),
        (_("Status bands, in per cent of expected"), {"fields": [
            "band_on_plan", "band_near", "band_at_risk",
        ]}),
        (_("Scale of scores"), {"fields": ["scale"]}),
        (_("Entering"), {"fields": ["plausible_share"]}),
    ]  # fmt: skip


@admin.register(Strategy)
class StrategyAdmin(PlanWords):
    strategic_only = ("goals",)
    list_display = ["number", "name", "plan"]
    list_display_links = ["name"]
    list_filter = ["plan"]
    search_fields = ["name"]
    ordering = ["plan", "number"]
    list_select_related = ["plan"]
    filter_horizontal = ["goals"]

    def plan_of(self, obj: Strategy) -> Plan:
        return obj.plan

    def word_of(self, plan: Plan) -> str:
        return plan.strategy_label


class ApproachInline(RecordInline):
    model = Approach


@admin.register(StrategicIssue)
class StrategicIssueAdmin(RecordAdmin):
    list_display = ["number", "name", "strategy"]
    list_display_links = ["name"]
    list_filter = ["strategy__plan", "strategy"]
    search_fields = ["number", "name", "approaches__text"]
    list_select_related = ["strategy"]
    inlines = [ApproachInline]


@admin.register(Objective)
class ObjectiveAdmin(PlanWords):
    strategic_only = ("issue",)
    list_display = ["number", "name", "strategy", "issue"]
    list_display_links = ["name"]
    list_filter = ["strategy__plan", "strategy"]
    search_fields = ["name"]
    list_select_related = ["strategy__plan", "issue"]

    def plan_of(self, obj: Objective) -> Plan:
        return obj.strategy.plan

    def word_of(self, plan: Plan) -> str:
        return plan.objective_label
