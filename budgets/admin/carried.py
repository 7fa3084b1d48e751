"""Entering what was paid of money carried over: a unit's projects of a year on one screen."""

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

from budgets.admin.forms import CarriedChooseForm, CarriedScreen
from budgets.admin.project_rows import ProjectRowsAdmin
from budgets.models import CarriedPayment
from budgets.read.carried_entry import UnitCarried, carried_due, unit_carried
from budgets.read.duties import entering_units, spending_plans
from budgets.read.waiting import WaitingPayment, payment_rows, waiting_payments
from budgets.write.carried import carried_payment_delete
from strategy.access import Viewer, viewer
from strategy.approval.screen import drafts_message
from strategy.calendar import FiscalMonth
from strategy.clock import today
from strategy.models import Plan
from strategy.records.admin import version_shown
from strategy.records.choose import NO_UNIT
from strategy.records.forms import typed_text
from strategy.thai import format_number, month_name


@admin.register(CarriedPayment)
class CarriedPaymentAdmin(ProjectRowsAdmin):
    """Payments of money carried over; ``fiscal_year`` is that of the budget."""

    list_display = ["code", "project_name", "lead", "fiscal_year", "period", "paid_shown", "stands"]
    list_display_links = ["code", "project_name"]
    # Only for those who may read and not write: the others go to the unit's screen.
    fields = readonly_fields = (
        "code", "project", "lead", "fiscal_year", "period", "paid_shown", "note", "reason",
        "stands",
    )  # fmt: skip

    @admin.display(description=gettext_lazy("paid by the end of"), ordering="month")
    def period(self, row: CarriedPayment) -> str:
        return month_name(FiscalMonth(row.fiscal_year + 1, row.month), short=True)

    @admin.display(description=gettext_lazy("paid of it so far (baht)"), ordering="paid")
    def paid_shown(self, row: CarriedPayment) -> str:
        return format_number(row.paid, 2)

    # --------------------------------------------------------------- a month on one screen

    choose_template = "admin/budgets/carriedpayment/choose.html"
    screen_template = "admin/budgets/carriedpayment/entry.html"
    waiting_template = "admin/budgets/carriedpayment/waiting.html"

    def waiting(self, who: Viewer) -> QuerySet[Any]:
        return waiting_payments(who)

    def waiting_rows(self, rows: Sequence[CarriedPayment], who: Viewer) -> list[WaitingPayment]:
        return payment_rows(rows, who)

    def choose_form(self, request: HttpRequest) -> CarriedChooseForm:
        """By ?unit=&plan=&year=&month=, of the month of payment."""
        who, asked = viewer(request.user), request.GET
        units = entering_units(who, asked.get("unit", ""))
        plans = spending_plans(who, asked.get("plan", ""))
        return CarriedChooseForm(request.GET or None, units=units, plans=plans, today=today())

    def choose_context(self, request: HttpRequest, form: Any) -> dict[str, Any]:
        who, plans = viewer(request.user), list(form.plans.values())
        due = carried_due(who, plans, list(form.units.values()), today())
        return {
            "title": _("Whose money carried over, and paid by when?"),
            "due": [(row, carried_address(row.plan, row.unit_id, row.at)) for row in due],
            "several_plans": len(form.plans) > 1,
        }

    def open_screen(
        self, request: HttpRequest, chosen: Mapping[str, Any], data: Any
    ) -> CarriedScreen:
        unit = (chosen["unit_id"], chosen["unit_name"])
        return CarriedScreen(
            lambda: unit_carried(chosen["plan"], *unit, chosen["at"], today()), data, today=today()
        )

    def screen_context(self, request: HttpRequest, screen: CarriedScreen) -> dict[str, Any]:
        shown: UnitCarried = screen.shown
        return {
            "title": _("Money of %(year)s carried over, paid by the end of %(month)s")
            % {"year": shown.year, "month": shown.month_name},
            "previous": shown.previous
            and carried_address(shown.plan, shown.unit_id, shown.previous),
            "next": shown.next and carried_address(shown.plan, shown.unit_id, shown.next),
            "may_delete": viewer(request.user).is_planner,
        }

    def screen_address(self, screen: CarriedScreen) -> str:
        return carried_address(screen.shown.plan, screen.shown.unit_id, screen.shown.at)

    def saved_message(self, screen: CarriedScreen, count: int) -> str:
        if not count:
            return _("Nothing was changed, so nothing was saved.")
        if screen.drafts:
            return drafts_message(count)
        shown: UnitCarried = screen.read()
        return _(
            "Saved, projects: %(count)s. Of the %(carried)s baht that %(unit)s carried over from "
            "%(year)s, %(paid)s are paid and %(left)s are left."
        ) % {
            "count": count,
            "unit": shown.unit_name,
            "year": shown.year,
            "carried": format_number(sum(row.money.carried for row in shown.rows), 2),
            "paid": format_number(sum(row.money.paid for row in shown.rows), 2),
            "left": format_number(sum(row.money.left for row in shown.rows), 2),
        }

    def row_address(self, request: HttpRequest, row: Any) -> str:
        at = FiscalMonth(row.fiscal_year + 1, row.month)
        address = carried_address(row.project.strategy.plan, row.lead_id, at)
        return f"{address}#p{row.project_id}"

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        carried_payment_delete(
            user=request.user,
            payment=obj,
            reason=typed_text(request.POST, "change_reason"),
            expected_version=version_shown(request),
        )


def carried_address(plan: Plan, unit_id: int | None, at: FiscalMonth) -> str:
    """Where a unit's payments of a month are entered."""
    query = {
        "unit": NO_UNIT if unit_id is None else unit_id,
        "plan": plan.slug,
        "year": at.year,
        "month": at.month,
    }
    return f"{reverse('admin:budgets_carriedpayment_add')}?{urlencode(query)}"
