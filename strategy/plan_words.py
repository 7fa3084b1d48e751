"""Admin forms of what belongs to a plan: its words for its levels, and choices that are its own."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext

from strategy.models import Plan
from strategy.records.admin import RecordAdmin

#: The stock admin's own title of a form.
_CHANGE = "Change %s"


class PlanWords(RecordAdmin):
    """For a RecordAdmin: ``plan_of`` gives a row's plan, ``word_of`` what the plan calls it."""

    #: Fields that a scorecard has no use for.
    strategic_only: tuple[str, ...] = ()

    def plan_of(self, obj: Any) -> Plan:
        raise NotImplementedError

    def word_of(self, plan: Plan) -> str:
        """What the plan calls a row of this list; "" for its usual name."""
        return ""

    def get_exclude(self, request: HttpRequest, obj: Any = None) -> Any:
        excluded = super().get_exclude(request, obj)
        if obj is not None and self.plan_of(obj).is_scorecard:
            return [*(excluded or ()), *self.strategic_only]
        return excluded

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form: Any = super().get_form(request, obj, change, **kwargs)
        if obj is None:
            return form
        plan = self.plan_of(obj)
        words = {
            "strategy": (plan.strategy_label, "plan"),
            "objective": (plan.objective_label, "strategy__plan"),
            "issue": (plan.issue_label, "strategy__plan"),
        }
        for name, (word, path) in words.items():
            field = form.base_fields.get(name)
            if field is not None:
                field.label = word or field.label
                field.queryset = field.queryset.filter(**{path: plan})
        if "goals" in form.base_fields:
            goals = form.base_fields["goals"]
            goals.queryset = goals.queryset.filter(plan=plan)
        return form

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        obj = self.get_object(request, object_id)
        word = self.word_of(self.plan_of(obj)) if obj is not None else ""
        if word and self.has_change_permission(request, obj):
            extra_context = {"title": gettext(_CHANGE) % word, **(extra_context or {})}
        return super().change_view(request, object_id, form_url, extra_context)
