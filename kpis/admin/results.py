"""Entering results: choose what is due, fill in, see how it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kpis.admin.exports import ResultsByMeasure
from kpis.admin.forms import ChooseForm, ResultForm, has_percent, number_fields, step_field
from kpis.admin.month import MonthScreenAdmin
from kpis.models import Indicator, Result
from kpis.read.duties import Duty
from kpis.read.entry import (
    EntryPanel,
    entry_panel,
    last_entered,
    own_list,
    reportable,
    work_list,
)
from kpis.read.waiting import WaitingResult, waiting_results, waiting_rows
from kpis.read.words import progress_percent, progress_text
from kpis.suggestions import suggestion_for
from kpis.write import results
from strategy.access import Viewer, viewer
from strategy.approval.admin import ApprovalAdmin, state_text
from strategy.calendar import FiscalMonth
from strategy.clock import today
from strategy.comments.admin import AskedAbout
from strategy.evidence.model import evidence_text
from strategy.records.admin import version_shown
from strategy.records.screen_admin import ChosenFirst
from strategy.thai import month_name


class AskedFilter(admin.SimpleListFilter):
    """Figures that looked like slips, and were confirmed."""

    title = gettext_lazy("asked about")
    parameter_name = "asked"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", gettext_lazy("asked about and confirmed"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.exclude(slips=[]) if self.value() == "yes" else queryset


_WORDS = ["narrative", "outcome", "problems", "next_steps", "fall_reason"]


@admin.register(Result)
class ResultAdmin(ApprovalAdmin, MonthScreenAdmin, ResultsByMeasure, AskedAbout, ChosenFirst):
    """Results of the units that a person reports for; planners see all."""

    form = ResultForm
    list_display = ["code", "indicator_name", "period", "shown", "stands", "is_sample", "unit_name"]
    list_display_links = ["code", "indicator_name"]
    list_filter = [
        "state",
        "fiscal_year",
        "month",
        "indicator__strategy__plan",
        "indicator__strategy",
        "indicator__unit",
        "is_sample",
        AskedFilter,
    ]
    code_of = "indicator__"
    search_fields = [
        "indicator__name",
        "indicator__unit__name",
        "narrative",
        "outcome",
        "problems",
    ]
    add_form_template = change_form_template = "admin/kpis/result/change_form.html"
    waiting_template = "admin/kpis/result/waiting.html"

    def waiting(self, who: Viewer) -> QuerySet[Any]:
        return waiting_results(who)

    def waiting_rows(self, rows: Sequence[Result], who: Viewer) -> list[WaitingResult]:
        return waiting_rows(rows, who)

    # ---------------------------------------------------------------------------- lists

    def get_queryset(self, request: HttpRequest) -> Any:
        results = (
            super()
            .get_queryset(request)
            .select_related("indicator__strategy__plan", "indicator__unit")
            .prefetch_related("values__measure", "evidence")
        )
        who = viewer(request.user)
        if who.may_read_drafts(None):
            return results
        return results.filter(indicator__unit__in=who.unit_ids)

    @admin.display(description=gettext_lazy("code"), ordering="indicator__strategy__number")
    def code(self, result: Result) -> str:
        return result.indicator.code

    @admin.display(description=gettext_lazy("indicator"), ordering="indicator__name")
    def indicator_name(self, result: Result) -> str:
        return result.indicator.name

    @admin.display(description=gettext_lazy("month"), ordering="fiscal_year")
    def period(self, result: Result) -> str:
        return month_name(FiscalMonth(result.fiscal_year, result.month), short=True)

    @admin.display(description=gettext_lazy("result"))
    def shown(self, result: Result) -> str:
        if result.repeats_last:
            return f"{self._figure(result)} ({_('no new result')})"
        return self._figure(result)

    def _figure(self, result: Result) -> str:
        if result.no_cases:
            return _("no cases")
        percent = progress_percent(result.progress, result.progress_percent)
        if percent is not None:
            return progress_text(percent)
        values = sorted(result.values.all(), key=lambda row: row.measure.position)
        if not values and result.state != Result.State.DRAFT:
            return _("no figure stated")
        return "/".join(row.short() for row in values) or "–"

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def stands(self, result: Result) -> str:
        """The state; of what was returned with the comment."""
        return state_text(result)

    @admin.display(description=gettext_lazy("evidence"))
    def evidence_shown(self, result: Result) -> str:
        return "\n".join(evidence_text(piece.as_details()) for piece in result.evidence.all())

    @admin.display(description=gettext_lazy("responsible unit"), ordering="indicator__unit__name")
    def unit_name(self, result: Result) -> str:
        return str(result.indicator.unit or "–")

    # --------------------------------------------------------------------- permissions

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if not super().has_change_permission(request, obj):
            return False
        if obj is None:
            return True
        may = viewer(request.user).may_report(obj.indicator.unit_id)
        return may and obj.state != Result.State.APPROVED

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A draft may be thrown away by those who may enter it; counted figures never."""
        if obj is None:
            return request.user.has_perm("kpis.change_result")
        return obj.state == Result.State.DRAFT and self.has_change_permission(request, obj)

    # ------------------------------------------------------------------------ the form

    def _panel(self, request: HttpRequest, obj: Result | None) -> EntryPanel:
        """The indicator and month that are being entered, read once per request."""
        if not hasattr(request, "entry_panel"):
            assert obj is not None
            at = FiscalMonth(obj.fiscal_year, obj.month)
            request.entry_panel = entry_panel(obj.indicator, at, today())  # type: ignore[attr-defined]
        return request.entry_panel  # type: ignore[attr-defined,no-any-return]

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        panel = self._panel(request, obj)
        if panel.is_milestone:
            own = ["progress", "progress_percent"]
        else:
            own = ["no_cases"] if has_percent(panel) else []
        words = _words(panel, obj)
        form = super().get_form(request, obj, change, **{**kwargs, "fields": [*own, *words]})
        numbers = {} if panel.is_milestone else {**number_fields(panel), **step_field(panel)}
        if not self._is_editable(request, obj):
            numbers = {}
        return type("ResultForm", (form,), {**numbers, "panel": panel, "uploader": request.user})

    def _is_editable(self, request: HttpRequest, obj: Any) -> bool:
        return obj is None or self.has_change_permission(request, obj)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        panel = self._panel(request, obj)
        if not self._is_editable(request, obj):
            return [(None, {"fields": ["shown", *_words(panel, obj)]})]
        if panel.is_milestone:
            figures = ["progress", "progress_percent"]
        else:
            figures = list(number_fields(panel))
            if has_percent(panel):
                figures.append("no_cases")
            figures += step_field(panel)
        last = ["change_reason", "expected_version"] if obj is not None else []
        return [
            (gettext_lazy("Figures"), {"fields": figures}),
            (gettext_lazy("In words"), {"fields": [*_words(panel, obj), *last]}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [] if self._is_editable(request, obj) else ["shown"]

    choose_template = "admin/kpis/result/choose.html"

    def choose_form(self, request: HttpRequest) -> ChooseForm:
        """By ?indicator=&year=&month=; else beginning with what is due, or was entered last."""
        who = viewer(request.user)
        form = ChooseForm(request.GET or None, indicators=reportable(who))
        if not form.is_bound:
            duties = self._duties(request)
            at = duties[0].period if duties else last_entered(who.user_id)
            form.initial = {} if at is None else {"year": at.year, "month": at.month}
        return form

    def _duties(self, request: HttpRequest) -> list[Duty]:
        """What the person owes, read once per request."""
        if not hasattr(request, "duties"):
            request.duties = work_list(viewer(request.user), today())  # type: ignore[attr-defined]
        return request.duties  # type: ignore[attr-defined,no-any-return]

    def choose_context(self, request: HttpRequest, form: Any) -> dict[str, Any]:
        duties = self._duties(request)
        own = [] if duties else own_list(viewer(request.user), today())
        return {"title": _("Which result?"), "duties": duties, "own": own}

    def chosen_view(
        self, request: HttpRequest, chosen: Mapping[str, Any], form_url: str, extra_context: Any
    ) -> HttpResponse:
        indicator, at = chosen["indicator"], chosen["at"]
        kept = Result.objects.filter(
            indicator=indicator, fiscal_year=at.year, month=at.month
        ).first()
        if kept is not None and request.method == "GET":
            messages.info(
                request,
                _("A result for %(month)s exists; here it is.") % {"month": month_name(at)},
            )
            return HttpResponseRedirect(reverse("admin:kpis_result_change", args=[kept.pk]))
        request.entry_panel = entry_panel(indicator, at, today())  # type: ignore[attr-defined]
        return self.changeform_view(request, None, form_url, extra_context)

    def month_rows(self, request: HttpRequest, obj: Any) -> list[Result]:
        panel = self._panel(request, obj)
        return [Result(indicator=panel.indicator, fiscal_year=panel.at.year, month=panel.at.month)]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {}

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **more: Any
    ) -> HttpResponse:
        panel = self._panel(request, context["original"] if more.get("change") else None)
        context |= {
            "panel": panel,
            "suggestion": suggestion_for(panel.indicator),
            "states": Result.State,
        }
        return super().render_change_form(request, context, *args, **more)

    # ------------------------------------------------------------------------- saving

    def write_row(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        entry = form.entry()
        # What was returned and is kept unsent stays returned.
        unsent = entry.state == Result.State.DRAFT and obj.state in Result.UNSENT
        same = not form.really_changed and not entry.repeats_last
        if change and same and (unsent or entry.state == obj.state):
            return
        saved = results.ResultEntries.record(
            user=request.user,
            entry=entry,
            today=today(),
            reason=form.cleaned_data.get("change_reason", ""),
        )
        obj.pk, obj.state, obj.version = saved.pk, saved.state, saved.version
        obj._state.adding = False

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        results.result_discard(
            user=request.user, result=obj, expected_version=version_shown(request)
        )

    def _respond(self, request: HttpRequest, obj: Result) -> HttpResponse:
        """Say how the saved figure stands, and go where the button says."""
        messages.success(request, _saved_message(obj))
        if "_addanother" in request.POST:
            return HttpResponseRedirect(reverse("admin:kpis_result_add"))
        return HttpResponseRedirect(reverse("admin:kpis_result_change", args=[obj.pk]))

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> Any:
        return self._respond(request, obj)

    def response_change(self, request: HttpRequest, obj: Any) -> Any:
        return self._respond(request, obj)


def _words(panel: EntryPanel, obj: Result | None) -> list[str]:
    """The fields for words; a fall is explained where there can be one, or was explained."""
    if panel.may_fall or (obj is not None and obj.fall_reason):
        return _WORDS
    return [name for name in _WORDS if name != "fall_reason"]


def _saved_message(obj: Result) -> str:
    """ "Saved" and how the indicator now stands at that month."""
    at = FiscalMonth(obj.fiscal_year, obj.month)
    indicator = Indicator.objects.select_related("strategy__plan").get(pk=obj.indicator_id)
    if obj.state in Result.UNSENT:
        return _("The draft of %(code)s for %(month)s is kept. It counts nowhere yet.") % {
            "code": indicator.code,
            "month": month_name(at, short=True),
        }
    panel = entry_panel(indicator, at, today())
    cell = panel.row.current
    if cell.score is not None and panel.ladder is not None:
        told = _("Saved: %(code)s, %(month)s, result %(result)s – score %(score)s.") % {
            "code": indicator.code,
            "month": month_name(at, short=True),
            "result": cell.result,
            "score": cell.score,
        }
        if not panel.ladder.needed:
            return told
        return (
            told
            + " "
            + _("Needed for the next level: %(needed)s.") % {"needed": panel.ladder.needed}
        )
    reached = cell.standing.achievement
    return _(
        "Saved: %(code)s, %(month)s, result %(result)s of target %(target)s – achievement "
        "%(achievement)s%%, expected %(expected)s, status %(shape)s %(status)s."
    ) % {
        "code": indicator.code,
        "month": month_name(at, short=True),
        "result": cell.result,
        "target": cell.target or "–",
        "achievement": "–" if reached is None else reached,
        "expected": "–" if cell.expected is None else cell.expected,
        "shape": cell.shape,
        "status": cell.words,
    }
