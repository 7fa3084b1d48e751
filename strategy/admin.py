"""Plan structure, units, people in the admin."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from strategy import access
from strategy.models import (
    Agency,
    Approach,
    Membership,
    Objective,
    Plan,
    PlanStatement,
    ReportingYear,
    StrategicIssue,
    Strategy,
    Unit,
)
from strategy.plan_words import PlanWords
from strategy.records.admin import RecordAdmin
from strategy.records.inline import RecordInline
from strategy.records.lists import CalmList, plain_deletion
from strategy.records.write import account_delete


@admin.register(Agency)
class AgencyAdmin(RecordAdmin):
    list_display = ["name", "short_name", "phone"]
    search_fields = ["name", "short_name"]
    ordering = ["name"]


@admin.register(Unit)
class UnitAdmin(RecordAdmin):
    list_display = ["name", "agency", "is_group"]
    list_filter = ["agency", "is_group"]
    search_fields = ["name"]
    ordering = ["name"]


@admin.register(Membership)
class MembershipAdmin(RecordAdmin):
    list_display = ["user", "unit"]
    list_filter = ["unit"]
    search_fields = ["user__username", "user__first_name", "user__last_name", "unit__name"]
    list_select_related = ["user", "unit"]


@admin.register(ReportingYear)
class ReportingYearAdmin(RecordAdmin):
    list_display = ["fiscal_year", "agency", "deadline_day"]
    list_filter = ["agency"]
    search_fields = ["agency__name", "fiscal_year"]


class StatementInline(RecordInline):
    model = PlanStatement


@admin.register(Plan)
class PlanAdmin(RecordAdmin):
    list_display = ["name", "agency", "kind", "first_year", "last_year", "is_current"]
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
        (_("Level criteria"), {"fields": ["scale"]}),
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


# Roles are made by the system, with the permissions that belong to them.
admin.site.unregister(Group)
admin.site.unregister(get_user_model())


class NewPasswordForm(AdminPasswordChangeForm):
    """A new password for somebody; an account is closed by its "active" box instead."""

    usable_password = None


@admin.register(get_user_model())
class PersonAdmin(CalmList, UserAdmin):
    """Accounts. Only a superuser may make another one."""

    list_display = ["username", "first_name", "last_name", "is_active", "is_staff", "role_names"]
    list_filter = ["is_active", "is_staff", "memberships__unit"]
    search_fields = ["username", "first_name", "last_name", "email"]
    change_password_form = NewPasswordForm
    readonly_fields = ["new_password"]
    actions = None
    add_fieldsets = [(None, {"fields": ["username", "password1", "password2"]})]

    @admin.display(description=_("roles"))
    def role_names(self, person: Any) -> str:
        return ", ".join(sorted(access.label(group.name) for group in person.groups.all()))

    @admin.display(description=_("password of the account"))
    def new_password(self, person: Any) -> str:
        url = reverse("admin:auth_user_password_change", args=[person.pk])
        return format_html('<a href="{}">{}</a>', url, _("Set a new password"))

    def get_queryset(self, request: HttpRequest) -> Any:
        people = super().get_queryset(request).prefetch_related("groups")
        return people if request.user.is_superuser else people.filter(is_superuser=False)

    def formfield_for_manytomany(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        if db_field.name == "groups" and field is not None:
            field.label = _("roles")
            field.label_from_instance = lambda group: access.label(group.name)  # type: ignore[method-assign, assignment]
        return field

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return super().get_fieldsets(request, obj)
        rights = ["is_active", "is_staff", "groups"]
        if request.user.is_superuser:
            rights.append("is_superuser")
        return [
            (None, {"fields": ["username", "new_password"]}),
            (_("Person"), {"fields": ["first_name", "last_name", "email"]}),
            (_("Roles"), {"fields": rights}),
        ]

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        return plain_deletion(super().get_deleted_objects(objs, request), objs)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        account_delete(account=obj, user=request.user)
