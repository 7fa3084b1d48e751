"""Self-assessments in the admin: begin one, then the whole rubric on one screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integrity.self_assessments import write
from integrity.self_assessments.access import may_fill_in, readable_assessments
from integrity.self_assessments.forms import AssessmentScreen
from integrity.self_assessments.models import Answer, Criterion, Rubric, SelfAssessment
from integrity.self_assessments.read import answer_figures, assessment_page, figure_names
from integrity.self_assessments.waiting import (
    WaitingAssessment,
    waiting_assessments,
    waiting_rows,
)
from strategy.access import Viewer, viewer
from strategy.approval.admin import ApprovalAdmin, state_text
from strategy.clock import today
from strategy.comments.read import talk_about
from strategy.models import Agency
from strategy.records.admin import version_shown
from strategy.records.forms import RecordForm, link_field, typed_text
from strategy.records.history import Entry, entries, history_of
from strategy.records.screen_admin import ScreenAdmin


class BeginForm(RecordForm):
    """Which organisation, by which edition."""

    class Meta:
        model = SelfAssessment
        fields = ("rubric", "organisation", "level", "province", "agency")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "rubric" in self.fields and Rubric.objects.count() == 1:
            link_field(self, "rubric").empty_label = None


@admin.register(SelfAssessment)
class SelfAssessmentAdmin(ApprovalAdmin, ScreenAdmin):
    """Planners see all; reporters and approvers those of their own agency."""

    form = BeginForm
    list_display = [
        "organisation", "rubric", "level", "province", "agency", "answered", "stands", "is_sample",
    ]  # fmt: skip
    list_filter = ["approval", "rubric", "level", "province", "agency", "is_sample"]
    search_fields = ["organisation", "province"]
    ordering = ["rubric", "organisation"]
    fields = ["rubric", "organisation", "level", "province", "agency"]
    export_columns = ("answered",)

    def get_queryset(self, request: HttpRequest) -> Any:
        own = readable_assessments(viewer(request.user)).values("pk")
        rows = super().get_queryset(request).filter(pk__in=own)
        return rows.select_related("rubric", "agency").annotate(answer_count=Count("answers"))

    @admin.display(description=gettext_lazy("criteria answered"), ordering="answer_count")
    def answered(self, row: Any) -> str:
        return str(row.answer_count)

    @admin.display(description=gettext_lazy("state of approval"), ordering="approval")
    def stands(self, row: SelfAssessment) -> str:
        return state_text(row)

    # ----------------------------------------------------------------------- approving

    change_form_template = "admin/integrity/selfassessment/change_form.html"
    waiting_template = "admin/integrity/selfassessment/waiting.html"

    def waiting(self, who: Viewer) -> QuerySet[Any]:
        return waiting_assessments(who)

    def waiting_rows(self, rows: Sequence[SelfAssessment], who: Viewer) -> list[WaitingAssessment]:
        return waiting_rows(rows, who)

    # --------------------------------------------------------------------- permissions

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if not super().has_change_permission(request, obj):
            return False
        if obj is None:
            return True
        return not obj.is_approved and may_fill_in(viewer(request.user), obj.agency_id)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        deletes: bool = super().has_delete_permission(request, obj)
        return deletes and (obj is None or not obj.is_approved)

    def _agencies(self, request: HttpRequest) -> Any:
        """The agencies that somebody may choose from; None: any, or none."""
        who = viewer(request.user)
        return None if who.is_planner else Agency.objects.filter(pk__in=who.agency_ids)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        agencies = self._agencies(request) if db_field.name == "agency" else None
        if agencies is not None and isinstance(field, forms.ModelChoiceField):
            field.queryset, field.required, field.empty_label = agencies, True, None
        return field

    # ----------------------------------------------------------------------- beginning

    def write_row(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        # Changes are made on the screen of change_view.
        saved = write.assessment_begin(
            user=request.user,
            rubric=obj.rubric,
            organisation=obj.organisation,
            level=obj.level,
            province=obj.province,
            agency=obj.agency,
        )
        obj.pk, obj._state.adding = saved.pk, False

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> Any:
        messages.success(
            request,
            _(
                "%(name)s: begun. Answer the criteria in any order; keep it as a draft as often as "
                "you like, then hand it in."
            )
            % {"name": obj.organisation},
        )
        return HttpResponseRedirect(entry_address(obj.pk))

    # ---------------------------------------------------------- the rubric on one screen

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        row = self.get_object(request, unquote(object_id))
        if row is None:
            raise Http404(_("There is no such row, or it is not yours to see."))
        if not self.has_change_permission(request, row):
            if request.method == "POST":
                raise PermissionDenied
            return super().change_view(request, object_id, form_url, extra_context)
        return self.screen_view(
            request,
            AssessmentScreen(
                row,
                request.POST if request.method == "POST" else None,
                today=today(),
                assessor=viewer(request.user).is_planner,
                agencies=self._agencies(request),
                files=request.FILES,
                uploader=request.user,
            ),
        )

    screen_template = "admin/integrity/selfassessment/entry.html"

    def screen_context(self, request: HttpRequest, screen: AssessmentScreen) -> dict[str, Any]:
        organisation = screen.shown.facts.organisation
        figures = answer_figures(screen.assessment.pk)
        return {
            "title": _("Self-assessment: %(name)s") % {"name": organisation},
            "talk": talk_about(viewer(request.user), figures, names=figure_names(figures)),
            "original": screen.assessment,
            **self.steps(request, screen.assessment),
        }

    def screen_address(self, screen: AssessmentScreen) -> str:
        return entry_address(screen.assessment.pk)

    def saved_message(self, screen: AssessmentScreen, count: int) -> str:
        return _saved_message(screen.assessment.pk, count, drafts=screen.drafts)

    # --------------------------------------------------------------- history, deletion

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """What was said of the organisation, and every answer."""
        row = self.get_object(request, unquote(object_id))
        if row is None:
            raise Http404
        found = [*history_of(SelfAssessment, id=row.pk), *_answer_history(row.pk)]
        found.sort(key=lambda entry: entry.when, reverse=True)
        more = {"entries": found, **(extra_context or {})}
        return super().history_view(request, object_id, more)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        write.assessment_delete(
            user=request.user,
            assessment=obj,
            expected_version=version_shown(request),
            reason=typed_text(request.POST, "change_reason"),
        )


def entry_address(assessment_id: int) -> str:
    """Where an assessment is filled in."""
    return reverse("admin:integrity_selfassessment_change", args=[assessment_id])


def _answer_history(assessment_id: int) -> list[Entry]:
    """The history of an assessment's answers, each named by its criterion. Two queries."""
    rows = list(
        Answer.history.filter(assessment_id=assessment_id).order_by(
            "criterion_id", "-history_date", "-history_id"
        )
    )
    names = {
        row.pk: f"{row.group.part.code} {row.number}"
        for row in Criterion.objects.filter(
            pk__in={row.criterion_id for row in rows}
        ).select_related("group__part")
    }
    found = []
    for criterion_id, own in groupby(rows, key=lambda row: row.criterion_id):
        code = names.get(criterion_id, f"#{criterion_id}")
        for entry in entries(Answer, own, hidden=("assessment", "criterion")):
            changes = tuple(
                replace(change, field=f"{code} {change.field}") for change in entry.changes
            )
            found.append(replace(entry, changes=changes))
    return found


def _saved_message(assessment_id: int, count: int, *, drafts: bool) -> str:
    """What was saved, and how the assessment now stands."""
    if not count:
        return _("Nothing was changed, so nothing was saved.")
    row = SelfAssessment.objects.select_related("rubric", "agency").get(pk=assessment_id)
    page = assessment_page(row)
    told = (
        _("Kept as a draft. Total %(total)s of 100 (%(formula)s); answered %(answered)s of %(of)s.")
        if drafts
        else _("Handed in. Total %(total)s of 100 (%(formula)s); answered %(answered)s of %(of)s.")
    )
    return told % {
        "total": page.total,
        "formula": page.formula,
        "answered": page.answered,
        "of": page.of,
    }
