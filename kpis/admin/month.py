"""A month of all results of a unit on one screen, and how a figure would stand as one types it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from kpis.admin.month_forms import MonthChooseForm, MonthResults, ResultRowForm
from kpis.read.entry import reporting_plans
from kpis.read.month import UnitResults, reporting_units, typed_standing, unit_results
from kpis.read.words import progress_percent
from strategy.access import viewer
from strategy.calendar import FiscalMonth
from strategy.clock import today
from strategy.models import Plan
from strategy.records.admin import refuse_anothers_unit
from strategy.records.screen_admin import ScreenAdmin
from strategy.standing.words import STATUS_SHAPES, status_label


class MonthScreenAdmin(ScreenAdmin):
    """The screen, beside the forms of single results."""

    screen_template = "admin/kpis/result/month.html"
    month_choose_template = "admin/kpis/result/month_choose.html"

    def get_urls(self) -> list[URLPattern]:
        own = [
            path("month/", self.admin_site.admin_view(self.month_view), name="kpis_result_month"),
            path(
                "month/judge/",
                self.admin_site.admin_view(self.judge_view),
                name="kpis_result_judge",
            ),
        ]
        return own + super().get_urls()

    def _chosen(self, request: HttpRequest) -> MonthChooseForm:
        """By ?unit=&plan=&year=&month=."""
        who, day = viewer(request.user), today()
        year = FiscalMonth.of(day).year
        plans = reporting_plans(who, year - 1, year)
        units = reporting_units(who, day)
        return MonthChooseForm(request.GET or None, units=units, plans=plans, today=day)

    def month_view(self, request: HttpRequest) -> HttpResponse:
        """Choose whose and which month, then enter it."""
        if not self.has_add_permission(request):
            return HttpResponseRedirect(reverse("admin:kpis_result_changelist"))
        form = self._chosen(request)
        if not form.is_bound and len(form.units) == 1:
            # Somebody of one unit has nothing to choose.
            [own] = form.units
            return HttpResponseRedirect(f"{request.path}?{urlencode({'unit': own})}")
        if not form.is_valid():
            refuse_anothers_unit(request.GET.get("unit", ""), form.units)
            context = {"form": form, "title": _("Whose results, and of which month?")}
            return self.page(request, self.month_choose_template, context)
        chosen = form.cleaned_data
        unit = (chosen["unit_id"], chosen["unit_name"])
        data = request.POST if request.method == "POST" else None
        screen = MonthResults(
            lambda: unit_results(chosen["plan"], *unit, chosen["at"], today()), data, today=today()
        )
        return self.screen_view(request, screen)

    def screen_context(self, request: HttpRequest, screen: Any) -> Mapping[str, Any]:
        shown: UnitResults = screen.shown
        return {
            "title": _("Results of %(month)s") % {"month": shown.month_name},
            "previous": shown.previous and month_address(shown.plan, shown.unit_id, shown.previous),
            "next": shown.next and month_address(shown.plan, shown.unit_id, shown.next),
        }

    def screen_address(self, screen: Any) -> str:
        return month_address(screen.shown.plan, screen.shown.unit_id, screen.shown.at)

    def saved_message(self, screen: Any, count: int) -> str:
        if not count:
            return _("Nothing was changed, so nothing was saved.")
        shown: UnitResults = screen.read()
        said = _("Handed in: %(count)s.") if screen.submits else _("Kept as drafts: %(count)s.")
        return "{} {}".format(
            said % {"count": count},
            _("Of %(all)s results of %(month)s, %(done)s have been handed in.")
            % {
                "all": len(shown.rows),
                "month": shown.month_name,
                "done": shown.handed_in,
            },
        )

    def judge_view(self, request: HttpRequest) -> HttpResponse:
        """How one row would stand with what is typed: for the screen's script. Writes nothing."""
        form = self._chosen(request)
        if request.method != "POST" or not form.is_valid():
            return JsonResponse({"text": ""}, status=400)
        chosen = form.cleaned_data
        shown = unit_results(
            chosen["plan"], chosen["unit_id"], chosen["unit_name"], chosen["at"], today()
        )
        rows = [row for row in shown.rows if f"i{row.id}-version" in request.POST]
        if len(rows) != 1:
            return JsonResponse({"text": ""}, status=400)
        typed = ResultRowForm(rows[0], request.POST)
        if not typed.is_valid():
            return JsonResponse({"text": ""})
        entry = typed.entry()
        standing = typed_standing(
            chosen["plan"],
            rows[0].panel,
            {
                pk: amount
                for pk, value in entry.values.items()
                if (amount := value.amount) is not None
            },
            progress_percent(entry.progress, entry.progress_percent),
            no_cases=entry.no_cases,
        )
        if standing is None:
            return JsonResponse({"text": ""})
        of_expected = standing.of_expected
        return JsonResponse(
            {
                "shape": STATUS_SHAPES[standing.status],
                "status": standing.status,
                "text": status_label(standing.status),
                "of_expected": None if of_expected is None else str(of_expected),
            }
        )


def month_address(plan: Plan, unit_id: int | None, at: FiscalMonth) -> str:
    """Where a unit's month of results is entered."""
    query = {"unit": unit_id, "plan": plan.slug, "year": at.year, "month": at.month}
    return f"{reverse('admin:kpis_result_month')}?{urlencode(query)}"
