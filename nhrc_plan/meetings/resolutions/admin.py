"""Resolutions in the admin: planners enter them; every step has a form of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nhrc_plan.meetings.models import Meeting
from nhrc_plan.meetings.resolutions import rules, write
from nhrc_plan.meetings.resolutions.forms import ResolutionForm, StepForm
from nhrc_plan.meetings.resolutions.models import Escalation, Resolution
from strategy.access import REPORTER, viewer
from strategy.records.admin import RecordAdmin, version_shown
from strategy.records.forms import add_errors, stale_lines, typed_text
from strategy.records.write import StaleVersion
from strategy.thai import format_date

_SERVICES: dict[str, Callable[..., Resolution]] = {
    rules.ANSWER: write.resolution_answer,
    rules.CLOSING: write.resolution_close,
    rules.ASKED_AGAIN: write.resolution_ask_again,
    rules.POSTPONED: write.resolution_postpone,
    rules.CANCELLING: write.resolution_cancel,
}


def step_title(kind: str) -> str:
    """What the form of a step is called."""
    return {
        rules.ANSWER: _("Answer a resolution"),
        rules.CLOSING: _("Close a resolution"),
        rules.ASKED_AGAIN: _("Ask again about a resolution"),
        rules.POSTPONED: _("Postpone a resolution"),
        rules.CANCELLING: _("Cancel a resolution"),
    }[kind]


def step_done(kind: str) -> str:
    """What is said once it is done."""
    return {
        rules.ANSWER: _("The answer is kept; planners close the resolution or ask again."),
        rules.CLOSING: _("The resolution is closed."),
        rules.ASKED_AGAIN: _("The unit is asked again."),
        rules.POSTPONED: _("The resolution is postponed; its first due date is kept."),
        rules.CANCELLING: _("The resolution is cancelled."),
    }[kind]


@admin.register(Resolution)
class ResolutionAdmin(RecordAdmin):
    form = ResolutionForm
    list_display = ["number", "meeting", "unit", "due", "state"]
    list_filter = ["meeting__plan", "state", "unit"]
    search_fields = ["number", "text", "meeting__number"]
    list_select_related = ["meeting", "unit"]
    export_columns = ("due",)
    change_form_template = "admin/board/resolution/change_form.html"
    fields = [
        "meeting", "number", "text", "indicator", "project", "measure", "unit", "person",
        "first_due_on",
    ]  # fmt: skip

    @admin.display(description=gettext_lazy("due date"), ordering="first_due_on")
    def due(self, resolution: Resolution) -> str:
        return format_date(resolution.due_on)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("meeting__plan", "unit")

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """?meeting= names the meeting that it is of."""
        pk = request.GET.get("meeting", "")
        asked = pk.isascii() and pk.isdecimal() and len(pk) < 19
        found = Meeting.objects.filter(pk=pk).first() if asked else None
        return {"meeting": found} if found else {}

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was answered, decided or frozen is cancelled instead."""
        may = bool(super().has_delete_permission(request, obj))
        return may and (obj is None or write.deletable(obj))

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        write.resolution_delete(
            user=request.user,
            resolution=obj,
            reason=typed_text(request.POST, "change_reason"),
            expected_version=version_shown(request),
        )

    # ----------------------------------------------------------------------------- steps

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.step_view)
        steps = [
            path(f"<int:pk>/{kind}/", view, {"kind": kind}, name=f"board_resolution_{kind}")
            for kind in rules.MOVES
        ]
        return [*steps, *super().get_urls()]

    def step_view(self, request: HttpRequest, pk: int, kind: str) -> HttpResponse:
        """A step's form; on a POST it is taken, or refused in words beside its field."""
        resolution = self._found(request, pk, kind)
        start = {"expected_version": resolution.version}
        form = StepForm(kind, request.POST or None, initial=start)
        page = reverse("resolution", args=[resolution.meeting.plan.slug, pk])
        if request.method == "POST" and form.is_valid():
            try:
                # The services read a row of their own: what is shown here stays as it was read.
                _SERVICES[kind](
                    user=request.user,
                    resolution=Resolution.objects.select_related("meeting").get(pk=pk),
                    **form.cleaned_data,
                )
            except StaleVersion:
                self._tell_stale(form, resolution)
            except ValidationError as refused:
                add_errors(form, refused)
            else:
                messages.success(request, step_done(kind))
                return HttpResponseRedirect(page)
        context = {
            "title": step_title(kind),
            "resolution": resolution,
            "form": form,
            "seen": page,
            "answer": resolution.steps.filter(kind=rules.ANSWER).order_by("at", "pk").last(),
            "kind": kind,
        }
        return self.page(request, "admin/board/resolution/step.html", context)

    def _found(self, request: HttpRequest, pk: int, kind: str) -> Resolution:
        """The resolution; another unit's is not there for who reports for units alone."""
        found = self.get_queryset(request).filter(pk=pk).first() if pk < 2**63 else None
        who = viewer(request.user)
        if found is None:
            raise Http404(_("There is no such row, or it is not yours to see."))
        found_for: Resolution = found
        if not write.may_step(who, found_for, kind):
            if REPORTER in who.roles and found_for.unit_id not in who.unit_ids:
                raise Http404(_("There is no such row, or it is not yours to see."))
            raise PermissionDenied
        return found_for

    def _tell_stale(self, form: StepForm, resolution: Resolution) -> None:
        """Who did what meanwhile; sent again, the step is taken on what there is now."""
        form.add_error(
            None, _("Somebody else has changed this meanwhile. See what was done, then decide.")
        )
        for line in stale_lines(resolution, form.cleaned_data["expected_version"])[1:]:
            form.add_error(None, line)
        typed = {name: form.data.get(name, "") for name in form.data}
        form.data = {**typed, "expected_version": str(resolution.version)}


@admin.register(Escalation)
class EscalationAdmin(RecordAdmin):
    list_display = ["plan", "to_unit", "to_planner", "to_board"]
    list_select_related = ["plan"]
    fields = ["plan", "to_unit", "to_planner", "to_board"]
