"""Entering money: a month of all of a unit's projects on one screen; the list of what stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from budgets.admin.forms import ChooseForm, MonthScreen
from budgets.admin.project_rows import ProjectRowsAdmin
from budgets.models import Disbursement
from budgets.read.duties import UnitMonth, due_list, entering_units, spending_plans, unit_month
from budgets.read.figures import month_screen_figures
from budgets.read.waiting import WaitingMoney, disbursement_rows, waiting_disbursements
from budgets.write import disbursements
from strategy.access import Viewer, viewer
from strategy.approval.screen import drafts_message
from strategy.calendar import FiscalMonth
from strategy.clock import today
from strategy.comments.admin import AskedAbout
from strategy.comments.read import talk_about
from strategy.evidence.admin import WithEvidencePage
from strategy.models import Plan
from strategy.records.admin import version_shown
from strategy.records.choose import NO_UNIT
from strategy.records.forms import typed_text
from strategy.standing.words import STATUS_LABELS, STATUS_SHAPES
from strategy.thai import format_number, month_name

_SHOWN = [
    "code", "project", "lead", "period", "disbursed_shown", "committed_shown", "note", "reason",
    "stands", "is_sample",
]  # fmt: skip


class DisbursementAdmin(WithEvidencePage, AskedAbout, ProjectRowsAdmin):
    """Disbursements of the units that a person reports for; planners and auditors see all."""

    list_display = [
        "code", "project_name", "lead", "period", "disbursed_shown", "committed_shown", "stands",
        "is_sample",
    ]  # fmt: skip
    list_display_links = ["code", "project_name"]
    list_filter = [*ProjectRowsAdmin.list_filter, "is_sample"]
    # Only for those who may read and not write: the others go to the unit's month.
    fields = readonly_fields = tuple(_SHOWN)

    @admin.display(description=gettext_lazy("month"), ordering=("fiscal_year"))
    def period(self, row: Disbursement) -> str:
        return month_name(FiscalMonth(row.fiscal_year, row.month), short=True)

    @admin.display(description=gettext_lazy("disbursed (baht)"), ordering="disbursed")
    def disbursed_shown(self, row: Disbursement) -> str:
        return format_number(row.disbursed, 2)

    @admin.display(description=gettext_lazy("committed, not yet paid (baht)"), ordering="committed")
    def committed_shown(self, row: Disbursement) -> str:
        return format_number(row.committed, 2)

    # --------------------------------------------------------------- a month on one screen

    choose_template = "admin/budgets/disbursement/choose.html"
    screen_template = "admin/budgets/disbursement/entry.html"
    waiting_template = "admin/budgets/disbursement/waiting.html"

    def waiting(self, who: Viewer) -> QuerySet[Any]:
        return waiting_disbursements(who)

    def waiting_rows(self, rows: Sequence[Disbursement], who: Viewer) -> list[WaitingMoney]:
        return disbursement_rows(rows, who)

    def choose_form(self, request: HttpRequest) -> ChooseForm:
        """By ?unit=&plan=&year=&month=."""
        who, asked = viewer(request.user), request.GET
        units = entering_units(who, asked.get("unit", ""))
        plans = spending_plans(who, asked.get("plan", ""))
        return ChooseForm(request.GET or None, units=units, plans=plans, today=today())

    def choose_context(self, request: HttpRequest, form: Any) -> dict[str, Any]:
        due = due_list(viewer(request.user), list(form.plans.values()), today())
        return {
            "title": _("Whose figures, and of which month?"),
            "due": [(row, entry_address(row.plan, row.unit_id, row.at)) for row in due],
            "several_plans": len(form.plans) > 1,
        }

    def open_screen(
        self, request: HttpRequest, chosen: Mapping[str, Any], data: Any
    ) -> MonthScreen:
        unit = (chosen["unit_id"], chosen["unit_name"])
        return MonthScreen(
            lambda: unit_month(chosen["plan"], *unit, chosen["at"], today()), data, today=today()
        )

    def screen_context(self, request: HttpRequest, screen: MonthScreen) -> dict[str, Any]:
        month: UnitMonth = screen.shown
        figures = month_screen_figures([row.kept.pk for row in month.rows if row.kept])
        return {
            "talk": talk_about(viewer(request.user), figures),
            "title": _("Disbursement of %(month)s") % {"month": month.month_name},
            "previous": month.previous and entry_address(month.plan, month.unit_id, month.previous),
            "next": month.next and entry_address(month.plan, month.unit_id, month.next),
            "carried": reverse("admin:budgets_carriedpayment_add"),
            "may_delete": viewer(request.user).is_planner,
        }

    def screen_address(self, screen: MonthScreen) -> str:
        return entry_address(screen.shown.plan, screen.shown.unit_id, screen.shown.at)

    def saved_message(self, screen: MonthScreen, count: int) -> str:
        if screen.drafts and count:
            return drafts_message(count)
        return _saved_message(screen.read(), count)

    def row_address(self, request: HttpRequest, row: Any) -> str:
        at = FiscalMonth(row.fiscal_year, row.month)
        address = entry_address(row.project.strategy.plan, row.lead_id, at)
        return f"{address}#p{row.project_id}"

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
        "unit": NO_UNIT if unit_id is None else unit_id,
        "plan": plan.slug,
        "year": at.year,
        "month": at.month,
    }
    return f"{reverse('admin:budgets_disbursement_add')}?{urlencode(query)}"


def _saved_message(month: UnitMonth, count: int) -> str:
    """How much was saved, and how the unit's money now stands at that month."""
    if month.total is None or not count:
        return _("Nothing was changed, so nothing was saved.")
    standing = month.total.standing
    return _(
        "Saved for %(month)s, projects: %(count)s. %(unit)s: %(disbursed)s of "
        "%(allocated)s baht disbursed (%(percent)s%%), expected %(expected)s%%, status %(shape)s "
        "%(status)s."
    ) % {
        "month": month_name(month.at, short=True),
        "count": count,
        "unit": month.unit_name,
        "disbursed": format_number(month.total.disbursed, 2),
        "allocated": format_number(month.total.allocated, 2),
        "percent": "–" if standing.disbursed_percent is None else standing.disbursed_percent,
        "expected": "–" if standing.expected_percent is None else standing.expected_percent,
        "shape": STATUS_SHAPES[standing.status],
        "status": STATUS_LABELS[standing.status],
    }
