"""The months' summaries in the admin: planners start from the draft and keep what they wrote."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from nhrc_plan.board.meeting import board_report
from nhrc_plan.board.models import MonthSummary
from strategy.clock import today
from strategy.fiscal import MONTHS, FiscalMonth
from strategy.models import Plan
from strategy.record_admin import RecordAdmin
from strategy.roles import viewer
from strategy.thai import month_name


@admin.register(MonthSummary)
class MonthSummaryAdmin(RecordAdmin):
    list_display = ["period", "plan", "unit"]
    list_filter = ["plan", "fiscal_year"]
    search_fields = ["text"]
    list_select_related = ["plan", "unit"]

    @admin.display(description=_("month"), ordering="fiscal_year")
    def period(self, summary: MonthSummary) -> str:
        return month_name(FiscalMonth(summary.fiscal_year, summary.month))

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """?plan=&year=&month= starts from the draft of that month."""
        plan = Plan.objects.filter(slug=request.GET.get("plan", "")).first()
        year, month = request.GET.get("year", ""), request.GET.get("month", "")
        if plan is None or not (year.isdecimal() and month.isdecimal()):
            return {}
        if len(month) > 2 or int(month) not in MONTHS or int(year) not in plan.years:
            return {}
        at = FiscalMonth(int(year), int(month))
        initial = {"plan": plan, "fiscal_year": at.year, "month": at.month}
        own = viewer(request.user).units
        if own:
            initial["unit"] = own[0][0]
        if at.has_ended(today()):
            initial["text"] = board_report(plan, at, today()).draft
        return initial
