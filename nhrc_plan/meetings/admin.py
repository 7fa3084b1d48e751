"""Summaries and meetings in the admin: planners keep a month's text, and freeze what was seen."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.defaultfilters import linebreaksbr
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from nhrc_plan.meetings.frozen.figures import unapproved
from nhrc_plan.meetings.models import Frozen, Meeting, MonthSummary
from nhrc_plan.meetings.read import board_report
from nhrc_plan.meetings.resolutions import admin as resolution_admin
from nhrc_plan.meetings.write import meeting_freeze
from strategy.access import viewer
from strategy.calendar import MONTHS, FiscalMonth
from strategy.clock import today
from strategy.language.choice import reading
from strategy.models import Plan
from strategy.read import due_month
from strategy.records.admin import RecordAdmin
from strategy.records.forms import RecordForm, WordsField, add_errors
from strategy.thai import month_name

#: The registrations of a subject of the app's own, which the framework looks for here alone.
__all__ = ["MeetingAdmin", "MonthSummaryAdmin", "resolution_admin"]


class PlanAtWork:
    """A plan is chosen among those at work: nobody meets about a draft."""

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "plan":
            kwargs["queryset"] = Plan.objects.all()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]


class MonthSummaryForm(RecordForm):
    """A summary of a month that the plan has and that is over; one for each."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        plan, year = cleaned.get("plan"), cleaned.get("fiscal_year")
        month: int = cleaned.get("month") or 0
        if plan and year and month in MONTHS:
            at = FiscalMonth(year, month)
            if year not in plan.years or not at.has_ended(today()):
                self.add_error("month", _possible_months(plan))
            else:
                self._refuse_a_second(plan, at)
        return cleaned

    def _refuse_a_second(self, plan: Plan, at: FiscalMonth) -> None:
        """Whoever was slower keeps what they typed, and finds the way to what is there."""
        there = kept_summary(plan, at)
        if there is not None and there.pk != self.instance.pk:
            self.add_error(
                "month",
                format_html(
                    '{} <a href="{}" target="_blank" rel="noopener">{}</a>',
                    gettext("A summary of that month exists; change it instead."),
                    reverse("admin:board_monthsummary_change", args=[there.pk]),
                    gettext("Open it in a new tab"),
                ),
            )


def kept_summary(plan: Plan, at: FiscalMonth) -> MonthSummary | None:
    """What planners kept with a month."""
    return MonthSummary.objects.filter(plan=plan, fiscal_year=at.year, month=at.month).first()


def _possible_months(plan: Plan) -> str:
    first, latest = FiscalMonth(plan.first_year, 1), due_month(plan, today())
    if not latest.has_ended(today()):
        return gettext("No month of this plan has ended yet, so there is none to sum up.")
    return gettext(
        "A summary is of a month of the plan that has ended: %(first)s to %(latest)s."
    ) % {"first": month_name(first), "latest": month_name(latest)}


@admin.register(MonthSummary)
class MonthSummaryAdmin(PlanAtWork, RecordAdmin):
    form = MonthSummaryForm
    list_display = ["period", "plan", "unit"]
    list_filter = ["plan", "fiscal_year"]
    search_fields = ["text"]
    list_select_related = ["plan", "unit"]
    readonly_fields = ["draft"]

    @admin.display(description=_("month"), ordering="fiscal_year")
    def period(self, summary: MonthSummary) -> str:
        return month_name(FiscalMonth(summary.fiscal_year, summary.month))

    @admin.display(description=_("today's draft"))
    def draft(self, summary: MonthSummary) -> str:
        """What the figures would say by themselves today, to compare or to take over."""
        at = FiscalMonth(summary.fiscal_year, summary.month)
        if at.year not in summary.plan.years or not at.has_ended(today()):
            return "–"
        return linebreaksbr(board_report(summary.plan, at, today()).draft)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        kept = ["draft"] if obj is not None else []
        return ["plan", "fiscal_year", "month", "text", *kept, "unit"]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """For a month that has a summary, that one is opened."""
        asked = _asked(request)
        if request.method == "GET" and asked and self.has_add_permission(request):
            there = kept_summary(*asked)
            if there is not None:
                messages.info(
                    request,
                    gettext("A summary of %(month)s exists; here it is.")
                    % {"month": month_name(asked[1])},
                )
                return HttpResponseRedirect(
                    reverse("admin:board_monthsummary_change", args=[there.pk])
                )
        return super().add_view(request, form_url, extra_context)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """?plan=&year=&month= starts from the draft of that month."""
        asked = _asked(request)
        if asked is None:
            return {}
        plan, at = asked
        initial = {"plan": plan, "fiscal_year": at.year, "month": at.month}
        own = viewer(request.user).units
        if own:
            initial["unit"] = own[0][0]
        if at.has_ended(today()):
            with reading(None):
                initial["text"] = board_report(plan, at, today()).draft
        return initial


def _asked(request: HttpRequest) -> tuple[Plan, FiscalMonth] | None:
    """The month that an address asks for; None where there is no such month of a plan."""
    plan = Plan.objects.filter(slug=request.GET.get("plan", "")).first()
    year, month = request.GET.get("year", ""), request.GET.get("month", "")
    if plan is None or not (year.isdecimal() and month.isdecimal()):
        return None
    if len(month) > 2 or int(month) not in MONTHS or len(year) > 4 or int(year) not in plan.years:
        return None
    return plan, FiscalMonth(int(year), int(month))


# --------------------------------------------------------------------------------- meetings


class MeetingForm(RecordForm):
    """A meeting that looks at a month of the plan that is over."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        plan, year = cleaned.get("plan"), cleaned.get("fiscal_year")
        month: int = cleaned.get("month") or 0
        if plan and year and month in MONTHS:
            at = FiscalMonth(year, month)
            if year not in plan.years or not at.has_ended(today()):
                self.add_error("month", _possible_months(plan))
        return cleaned


class FreezeForm(forms.Form):
    """What a freeze asks: why, where something is not approved; and which meeting was seen."""

    reason = WordsField(
        label=_("reason"),
        required=False,
        max_length=2000,
        help_text=_("Needed where something that counts is not approved."),
    )
    expected_version = forms.IntegerField(
        widget=forms.HiddenInput, min_value=1, max_value=2_147_483_647
    )


@admin.register(Meeting)
class MeetingAdmin(PlanAtWork, RecordAdmin):
    form = MeetingForm
    list_display = ["number", "plan", "held_on", "period", "is_frozen"]
    list_filter = ["plan", "fiscal_year"]
    search_fields = ["number", "note"]
    list_select_related = ["plan", "frozen"]
    change_form_template = "admin/board/meeting/change_form.html"
    fields = ["plan", "number", "held_on", "fiscal_year", "month", "agenda", "place", "note"]

    @admin.display(description=_("month looked at"), ordering="fiscal_year")
    def period(self, meeting: Meeting) -> str:
        return month_name(meeting.at)

    @admin.display(description=_("frozen"), boolean=True)
    def is_frozen(self, meeting: Meeting) -> bool:
        return hasattr(meeting, "frozen")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer(*(f"frozen__{name}" for name in Frozen.LARGE))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.freeze_view)
        return [path("<int:pk>/freeze/", view, name="board_meeting_freeze"), *super().get_urls()]

    def freeze_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Says what will be kept and what is not approved, and keeps it on a POST."""
        meeting = self.get_object(request, str(pk))
        if meeting is None:
            raise Http404
        if not (self.has_change_permission(request, meeting) and viewer(request.user).is_planner):
            raise PermissionDenied
        seen = reverse("meeting", args=[meeting.plan.slug, meeting.pk])
        form = FreezeForm(request.POST or None, initial={"expected_version": meeting.version})
        if request.method == "POST" and form.is_valid():
            try:
                meeting_freeze(user=request.user, meeting=meeting, **form.cleaned_data)
            except ValidationError as refused:
                add_errors(form, refused)
            else:
                messages.success(
                    request,
                    gettext("%(meeting)s is frozen: page and pack stay as they are now.")
                    % {"meeting": meeting},
                )
                return HttpResponseRedirect(seen)
        context = {
            "title": gettext("Freeze what the meeting saw"),
            "meeting": meeting,
            "month_name": month_name(meeting.at),
            "seen": seen,
            "form": form,
            "frozen": Frozen.objects.filter(meeting=meeting).exists(),
            "unapproved": self._unapproved(meeting),
        }
        return self.page(request, "admin/board/meeting/freeze.html", context)

    def _unapproved(self, meeting: Meeting) -> list[str]:
        if meeting.fiscal_year not in meeting.plan.years or not meeting.at.has_ended(today()):
            return []
        return unapproved(board_report(meeting.plan, meeting.at, today()))
