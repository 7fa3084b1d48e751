"""The calendar in the admin: holidays, months locked and opened again, a year on one page."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from strategy.access import viewer
from strategy.calendar import FiscalMonth
from strategy.clock import today
from strategy.closing.read import calendar_year
from strategy.closing.suggested import suggested_holidays
from strategy.closing.write import holidays_add, month_lock, opening_end
from strategy.models import FISCAL_YEAR_VALIDATORS, Agency, Holiday, MonthLock, Unlocking
from strategy.records.admin import RecordAdmin
from strategy.records.forms import RecordForm, ThaiDateField, ThaiYearField, typed_text
from strategy.records.screen import row_read
from strategy.thai import month_name


@admin.register(Holiday)
class HolidayAdmin(RecordAdmin):
    list_display = ["day", "name", "agency"]
    list_filter = ["agency"]
    search_fields = ["name"]
    change_list_template = "admin/strategy/holiday/change_list.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.suggest_view)
        return [path("suggest/", view, name="strategy_holiday_suggest"), *super().get_urls()]

    def suggest_view(self, request: HttpRequest) -> HttpResponse:
        """The year's holidays that the calendar lacks; POST adds those that are ticked."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = YearForm(request)
        rows: list[Any] = []
        refused: list[str] = []
        data = request.POST if request.method == "POST" else None
        ticked = set(data.getlist("day")) if data is not None else None
        if form.is_valid():
            agency, year = form.cleaned_data["agency"], form.cleaned_data["year"]
            found = suggested_holidays(agency, year)
            rows = [
                (row, row.ticked if ticked is None else row.day.isoformat() in ticked)
                for row in found
            ]
            if data is not None:
                chosen = {row.day: row.name for row, is_ticked in rows if is_ticked}
                refused = self._added(request, agency, chosen, typed_text(data, "change_reason"))
                if not refused:
                    query = urlencode({"agency": agency.pk, "year": year})
                    return HttpResponseRedirect(f"{calendar_address()}?{query}")
        context = {
            "title": _("Suggest the holidays of a year"),
            "form": form,
            "rows": rows,
            "refused": refused,
            "change_reason": typed_text(data, "change_reason"),
        }
        return self.page(request, "admin/strategy/holiday/suggest.html", context)

    def _added(
        self, request: HttpRequest, agency: Agency, chosen: dict[date, str], reason: str
    ) -> list[str]:
        """Add what was chosen; gives why it was refused."""
        if not chosen:
            return [_("Tick the days that are to be added.")]
        try:
            added = holidays_add(user=request.user, agency=agency, days=chosen, reason=reason)
        except ValidationError as problem:
            return list(dict.fromkeys(problem.messages))
        messages.success(
            request, _("Added to the calendar, holidays: %(count)s.") % {"count": len(added)}
        )
        return []


class KeptAsWritten(RecordAdmin):
    """Rows that are added and read: what was locked or opened is not rewritten afterwards."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class YearForm(forms.Form):
    """Whose calendar, and which year's; the running one's unless another is asked for."""

    agency = forms.ModelChoiceField(Agency.objects.all(), label=gettext_lazy("agency"))
    year = ThaiYearField(label=gettext_lazy("fiscal year"), validators=FISCAL_YEAR_VALIDATORS)

    def __init__(self, request: HttpRequest) -> None:
        own = sorted(viewer(request.user).agency_ids)
        found = {
            "agency": own[0] if own else Agency.objects.values_list("pk", flat=True).first(),
            "year": FiscalMonth.of(today()).year,
        }
        asked = request.POST if request.method == "POST" else request.GET
        super().__init__({**found, **{name: asked[name] for name in found if name in asked}})


@admin.register(MonthLock)
class MonthLockAdmin(KeptAsWritten):
    list_display = ["month_shown", "agency", "note"]
    list_filter = ["agency", "fiscal_year"]
    search_fields = ["note"]
    change_list_template = "admin/strategy/monthlock/change_list.html"

    @admin.display(description=gettext_lazy("month"), ordering="fiscal_year")
    def month_shown(self, row: MonthLock) -> str:
        return month_name(row.at)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.calendar_view)
        return [path("calendar/", view, name="strategy_monthlock_calendar"), *super().get_urls()]

    def calendar_view(self, request: HttpRequest) -> HttpResponse:
        """A year's months with their deadlines; POST locks one, or ends what was opened of one."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form, may = YearForm(request), self.has_add_permission(request)
        rows: list[Any] = []
        if form.is_valid():
            agency, year = form.cleaned_data["agency"], form.cleaned_data["year"]
            if request.method == "POST":
                if not may:
                    raise PermissionDenied
                self._written(request, agency, year)
                query = urlencode({"agency": agency.pk, "year": year})
                return HttpResponseRedirect(f"{calendar_address()}?{query}")
            rows = calendar_year(agency, year, today())
        context = {"title": _("Calendar"), "form": form, "rows": rows, "may": may}
        return self.page(request, "admin/strategy/monthlock/calendar.html", context)

    def _written(self, request: HttpRequest, agency: Agency, year: int) -> None:
        month = request.POST.get("lock", "")
        try:
            if month in map(str, range(1, 13)):
                at = FiscalMonth(year, int(month))
                month_lock(user=request.user, agency=agency, at=at)
                done = _("%(month)s is locked: nothing is written to it any more.")
                messages.success(request, done % {"month": month_name(at)})
            else:
                pk, version = row_read(request.POST.get("end", ""))
                opening = Unlocking.objects.filter(pk=pk or 0, lock__agency=agency).first()
                if opening is None:
                    raise Http404
                opening_end(user=request.user, opening=opening, expected_version=version or 0)
                messages.success(request, _("What was opened is locked again."))
        except ValidationError as refused:
            for message in refused.messages:
                messages.error(request, message)


def calendar_address() -> str:
    return reverse("admin:strategy_monthlock_calendar")


class UnlockingForm(RecordForm):
    """What is opened; the last day on which it is open, as people say it."""

    def clean_until(self) -> datetime | None:
        """The moment at which that day ends in Bangkok."""
        day: date | None = self.cleaned_data["until"]
        if day is None:
            return None
        return timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))


@admin.register(Unlocking)
class UnlockingAdmin(KeptAsWritten):
    form = UnlockingForm
    list_display = ["lock", "unit", "until_shown", "reason"]
    list_filter = ["lock__agency", "lock__fiscal_year", "unit"]
    search_fields = ["reason", "unit__name"]
    list_select_related = ["lock__agency", "unit"]

    @admin.display(description=gettext_lazy("open until"), ordering="until")
    def until_shown(self, row: Unlocking) -> Any:
        return row.until

    def formfield_for_dbfield(
        self, db_field: models.Field, request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field.name == "until":
            return ThaiDateField(
                label=_("Open until the end of"),
                required=False,
                help_text=_("The last day; empty: until you end it on the calendar."),
            )
        return super().formfield_for_dbfield(db_field, request, **kwargs)
