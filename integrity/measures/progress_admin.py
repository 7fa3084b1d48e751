"""Reporting quarters: a quarter of all of a unit's measures on one screen; the list of reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integrity.measures.access import may_enter, unit_key
from integrity.measures.duties import (
    UnitQuarter,
    agency_years,
    due_list,
    entering_units,
    unit_of,
    unit_quarter,
)
from integrity.measures.figures import screen_figures
from integrity.measures.forms.choose import ChooseForm
from integrity.measures.forms.outcome import OutcomeForm
from integrity.measures.forms.quarter import QuarterScreen
from integrity.measures.models import ItaMeasure, QuarterProgress
from integrity.measures.read import measure_year
from integrity.measures.waiting import WaitingQuarter, quarter_rows, waiting_quarters
from integrity.measures.write import outcome_problem, outcome_record, progress_delete
from strategy.access import Viewer, viewer
from strategy.approval.admin import ApprovalAdmin, state_text
from strategy.approval.model import State
from strategy.approval.screen import drafts_message
from strategy.clock import today
from strategy.comments.admin import AskedAbout
from strategy.comments.read import talk_about
from strategy.evidence.model import evidence_text
from strategy.models import Unit
from strategy.records.admin import version_shown
from strategy.records.forms import typed_text
from strategy.records.screen_admin import EntryScreenAdmin

_SHOWN = [
    "year", "issue_name", "measure", "quarter", "state", "text", "evidence_shown", "stands",
    "is_sample",
]  # fmt: skip


class QuarterProgressAdmin(AskedAbout, ApprovalAdmin, EntryScreenAdmin):
    """Reports of the measures that a person answers for; planners and auditors see all."""

    change_form_template = "admin/approval/change_form.html"
    list_display = [
        "year", "quarter", "measure_text", "responsible", "state", "stands", "is_sample",
    ]  # fmt: skip
    list_display_links = ["measure_text"]
    list_filter = [
        "approval",
        "measure__issue__year__fiscal_year",
        "quarter",
        "state",
        "measure__units",
        "is_sample",
    ]
    search_fields = ["measure__text", "measure__issue__name", "text", "evidence__number"]
    ordering = ["-measure__issue__year__fiscal_year", "-quarter", "measure"]
    export_columns = ("year", "responsible", "evidence_shown")
    # Only for those who may read and not write: the others go to the unit's quarter.
    fields = readonly_fields = tuple(_SHOWN)

    # ---------------------------------------------------------------------------- lists

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = (
            super()
            .get_queryset(request)
            .select_related("measure__issue__year")
            .prefetch_related("measure__units", "evidence")
        )
        who = viewer(request.user)
        if who.may_read_drafts(None):
            return rows
        own = Unit.objects.filter(
            Q(pk__in=who.unit_ids) | Q(is_group=True, agency__in=who.agency_ids)
        )
        linked = ItaMeasure.units.through.objects.filter(unit__in=own)
        return rows.filter(measure__in=linked.values("itameasure"))

    def get_export_queryset(self, request: HttpRequest) -> Any:
        return super().get_export_queryset(request).prefetch_related("measure__units", "evidence")

    @admin.display(
        description=gettext_lazy("fiscal year"), ordering="measure__issue__year__fiscal_year"
    )
    def year(self, row: QuarterProgress) -> int:
        return row.measure.issue.year.fiscal_year

    @admin.display(description=gettext_lazy("integrity measure"), ordering="measure__text")
    def measure_text(self, row: QuarterProgress) -> str:
        return str(row.measure)

    @admin.display(description=gettext_lazy("integrity issue"))
    def issue_name(self, row: QuarterProgress) -> str:
        return str(row.measure.issue)

    @admin.display(description=gettext_lazy("responsible units"))
    def responsible(self, row: QuarterProgress) -> str:
        measure = row.measure
        return measure.responsible_text or ", ".join(unit.name for unit in measure.units.all())

    @admin.display(description=gettext_lazy("evidence"))
    def evidence_shown(self, row: QuarterProgress) -> str:
        return "; ".join(evidence_text(piece.as_details()) for piece in row.evidence.all())

    @admin.display(description=gettext_lazy("state of approval"), ordering="approval")
    def stands(self, row: QuarterProgress) -> str:
        return state_text(row)

    # --------------------------------------------------------------------- permissions

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if not super().has_change_permission(request, obj):
            return False
        if obj is None:
            return True
        return not obj.is_approved and may_enter(viewer(request.user), [obj.measure_id])

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A draft may be thrown away by those who may enter it; planners take back the rest."""
        deletes: bool = super().has_delete_permission(request, obj)
        if obj is None:
            return deletes or self.has_change_permission(request)
        if obj.approval == State.DRAFT:
            return self.has_change_permission(request, obj)
        return deletes and not obj.is_approved

    # ------------------------------------------------------------- a quarter on one screen

    def get_urls(self) -> list[Any]:
        outcome = self.admin_site.admin_view(self.outcome_view)
        return [
            path("outcome/<int:pk>/", outcome, name="integrity_quarterprogress_outcome"),
            *super().get_urls(),
        ]

    choose_template = "admin/integrity/quarterprogress/choose.html"
    screen_template = "admin/integrity/quarterprogress/entry.html"
    waiting_template = "admin/integrity/quarterprogress/waiting.html"

    def waiting(self, who: Viewer) -> QuerySet[Any]:
        return waiting_quarters(who)

    def waiting_rows(self, rows: Sequence[QuarterProgress], who: Viewer) -> list[WaitingQuarter]:
        return quarter_rows(rows, who)

    def choose_form(self, request: HttpRequest) -> ChooseForm:
        """By ?unit=&year=&quarter=."""
        units = entering_units(viewer(request.user), request.GET.get("unit", ""))
        years = agency_years({agency for _unit, agency in units.values()})
        return ChooseForm(request.GET or None, units=units, years=years, today=today())

    def choose_context(self, request: HttpRequest, form: Any) -> dict[str, Any]:
        due = due_list(viewer(request.user), today())
        return {
            "title": _("Whose measures, and of which quarter?"),
            "due": [
                (row, entry_address(row.unit_key, row.year.fiscal_year, row.quarter)) for row in due
            ],
        }

    def open_screen(
        self, request: HttpRequest, chosen: Mapping[str, Any], data: Any
    ) -> QuarterScreen:
        day, who = today(), viewer(request.user)

        def read() -> UnitQuarter:
            year = measure_year(chosen["agency_id"], chosen["year"])
            if year is None:
                raise Http404(_("There is no such row, or it is not yours to see."))
            return unit_quarter(year, chosen["unit"], chosen["quarter"], day, who)

        return QuarterScreen(read, data, today=day, files=request.FILES, uploader=request.user)

    def screen_context(self, request: HttpRequest, screen: QuarterScreen) -> dict[str, Any]:
        shown: UnitQuarter = screen.shown
        year = shown.year.fiscal_year
        ids = [row.quarter.progress_id for row in shown.rows if row.quarter.progress_id]
        return {
            "talk": talk_about(viewer(request.user), screen_figures(ids)),
            "title": _("Measures in quarter %(quarter)s of fiscal year %(year)s")
            % {"quarter": shown.quarter, "year": year},
            "may_delete": viewer(request.user).is_planner,
            "others": [(q, entry_address(shown.key, year, q)) for q in shown.others],
        }

    def screen_address(self, screen: QuarterScreen) -> str:
        shown: UnitQuarter = screen.shown
        return entry_address(shown.key, shown.year.fiscal_year, shown.quarter)

    def saved_message(self, screen: QuarterScreen, count: int) -> str:
        if not count:
            return _("Nothing was changed, so nothing was saved.")
        if screen.drafts:
            return drafts_message(count)
        return _("Saved for quarter %(quarter)s of fiscal year %(year)s, measures: %(count)s.") % {
            "quarter": screen.shown.quarter,
            "year": screen.shown.year.fiscal_year,
            "count": count,
        }

    def row_address(self, request: HttpRequest, row: QuarterProgress) -> str:
        held = row.measure.issue.year
        unit = unit_of(viewer(request.user), row, today())
        key = unit_key(unit.id if unit else None, held.agency_id)
        return f"{entry_address(key, held.fiscal_year, row.quarter)}#m{row.measure_id}"

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        progress_delete(
            user=request.user,
            progress=obj,
            reason=typed_text(request.POST, "change_reason"),
            expected_version=version_shown(request),
        )

    # ---------------------------------------------------------------- the result of the year

    def outcome_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Result, outcome and figures of one measure."""
        measure = ItaMeasure.objects.select_related("issue__year__agency").filter(pk=pk).first()
        if measure is None:
            raise Http404(_("There is no such row, or it is not yours to see."))
        if not self.has_add_permission(request) or not may_enter(viewer(request.user), [pk]):
            raise PermissionDenied
        form = OutcomeForm(measure, request.POST if request.method == "POST" else None)
        problem = outcome_problem(measure.issue.year.fiscal_year, today())
        if request.method == "POST" and problem is None:
            form.is_valid()
            if not form.is_wrong and self._outcome_saved(request, form):
                return HttpResponseRedirect(request.path)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Result of fiscal year %(year)s") % {"year": measure.issue.year.fiscal_year},
            "opts": self.opts,
            "measure": measure,
            "form": form,
            "problem": problem.messages[0] if problem else "",
        }
        return TemplateResponse(request, "admin/integrity/quarterprogress/outcome.html", context)

    def _outcome_saved(self, request: HttpRequest, form: OutcomeForm) -> bool:
        if not form.has_news:
            messages.success(request, _("Nothing was changed, so nothing was saved."))
            return True
        try:
            outcome_record(
                user=request.user,
                measure=form.measure,
                result=form.cleaned_data["result"],
                outcome=form.cleaned_data["outcome"],
                figures=form.entries,
                expected_version=form.measure.version,
                expected_figures={row.pk: row.version for row in form.kept},
                today=today(),
                reason=form.cleaned_data["change_reason"].strip(),
            )
        except ValidationError as refused:
            for text in refused.messages:
                form.add_error(None, text)
            return False
        messages.success(request, _("Saved: the result of the year and its figures."))
        return True


def entry_address(unit: str, year: int, quarter: int) -> str:
    """Where a unit's quarter is entered."""
    query = urlencode({"unit": unit, "year": year, "quarter": quarter})
    return f"{reverse('admin:integrity_quarterprogress_add')}?{query}"
