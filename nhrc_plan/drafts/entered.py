"""What has been entered for a plan since it was put to work."""

from __future__ import annotations

from budgets.models import BudgetTransfer, CarriedPayment, Disbursement
from integrity.measures.models import QuarterProgress
from kpis.models import Result
from nhrc_plan.exchange.models import Import
from nhrc_plan.meetings.models import Meeting, MonthSummary
from strategy.models import Plan


def entered_for(plan: Plan) -> list[str]:
    """The kinds of what was entered, in words; empty where nothing was."""
    asked = (
        Result.objects.filter(indicator__strategy__plan=plan),
        Disbursement.objects.filter(project__strategy__plan=plan),
        CarriedPayment.objects.filter(project__strategy__plan=plan),
        BudgetTransfer.objects.filter(budget__project__strategy__plan=plan),
        QuarterProgress.objects.filter(measure__issue__year__came_with=plan),
        Meeting.objects.filter(plan=plan),
        MonthSummary.objects.filter(plan=plan),
        Import.objects.filter(plan=plan),
    )
    return [str(rows.model._meta.verbose_name_plural) for rows in asked if rows.exists()]
