"""ITA in the admin: assessment, instruments, indicators. Their scores: score_admin.py."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F, ForeignKey
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _

from integrity.ita.models import (
    ItaAssessment,
    ItaGrade,
    ItaIndicator,
    ItaInstrument,
    ItaItem,
    ItaPart,
    Recommendation,
)
from integrity.ita.models.assessment import BelowYear, counted
from integrity.ita.score_admin import ScorePages
from integrity.ita.waiting import WaitingYear, waiting_rows
from integrity.ita.write import year_moved
from strategy.access import Viewer, viewer
from strategy.approval.admin import ApprovalAdmin, state_text
from strategy.approval.whole import approved_sentence
from strategy.comments.admin import AskedAbout
from strategy.evidence.admin import WithEvidencePage, evidence_address
from strategy.records.admin import RecordAdmin
from strategy.records.forms import typed_text
from strategy.records.inline import RecordInline, changes_of
from strategy.records.lists import with_links


class WordyInline(RecordInline):
    """Long texts in a field of several lines."""

    wordy: tuple[str, ...] = ()

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.wordy:
            kwargs["widget"] = AdminTextareaWidget(attrs={"rows": 2})
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(db_field, ForeignKey) and field is not None:
            # What is chosen here is made in its own place.
            for verb in ("add", "change", "delete", "view"):
                setattr(field.widget, f"can_{verb}_related", False)
        return field


class OwnChoices:
    """Choices of foreign keys that are the parent's own, read once for all rows."""

    def own_choices(self, name: str, parent: Any) -> Any:
        """The rows that may be chosen under ``parent``; None leaves the field as it is."""
        return None

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]
        own = self.own_choices(db_field.name, getattr(request, "parent_row", None))
        if own is not None and field is not None:
            field.queryset = own
            field.choices = [("", "–"), *((row.pk, _short(str(row))) for row in own)]
        return field


def _short(text: str) -> str:
    return text if len(text) <= 70 else f"{text[:69]}…"


class GradeInline(RecordInline):
    model = ItaGrade
    show_change_link = False


class InstrumentInline(WordyInline):
    model = ItaInstrument
    wordy = ("target_group",)


class RecommendationInline(OwnChoices, WordyInline):
    model = Recommendation
    show_change_link = False
    wordy = ("text",)

    def own_choices(self, name: str, parent: Any) -> Any:
        if name == "instrument":
            return ItaInstrument.objects.filter(assessment=parent)
        if name == "item":
            own = ItaItem.objects.filter(indicator__instrument__assessment=parent)
            return own.exclude(code="").order_by("indicator__number", "position")
        return None


class PartInline(RecordInline):
    model = ItaPart
    show_change_link = False


class IndicatorInline(OwnChoices, WordyInline):
    model = ItaIndicator

    def own_choices(self, name: str, parent: Any) -> Any:
        if name != "part":
            return None
        return ItaPart.objects.filter(instrument=parent).order_by("position")

    def get_queryset(self, request: HttpRequest) -> Any:
        """By their parts, in the order of these."""
        return super().get_queryset(request).order_by("part__position", "number")


class ItemInline(OwnChoices, WordyInline):
    model = ItaItem
    show_change_link = False
    wordy = ("text",)
    fields = ["parent", "position", "code", "text", "published", "item_count", "rest_score"]

    def get_queryset(self, request: HttpRequest) -> Any:
        """Each question above its parts."""
        return (
            super()
            .get_queryset(request)
            .order_by(
                Coalesce("parent__position", "position"),
                F("parent").asc(nulls_first=True),
                "position",
            )
        )

    def own_choices(self, name: str, parent: Any) -> Any:
        if name != "parent":
            return None
        return ItaItem.objects.filter(indicator=parent, parent=None).order_by("position")


class KnowsParent(RecordAdmin):
    """Lets inlines know whose rows they are, and shows where to go from here."""

    change_form_template = "admin/integrity/change_form.html"

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Choices are read with all that they are called by."""
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if field is not None and field.queryset is not None:
            field.queryset = with_links(field.queryset)
        return field

    def get_inline_instances(self, request: HttpRequest, obj: Any = None) -> Any:
        request.parent_row = obj  # type: ignore[attr-defined]
        return super().get_inline_instances(request, obj)

    def write_all(self, request: HttpRequest, form: Any, formsets: list[Any], change: bool) -> None:
        """Whatever is written below an assessment, the assessment takes the next version too."""
        below = form.instance if isinstance(form.instance, BelowYear) else None
        moved = below is not None and (not change or form.really_changed)
        moved = moved or any(any(changes_of(formset)) for formset in formsets)
        super().write_all(request, form, formsets, change)
        if moved and (below is not None or change):
            reason = form.cleaned_data.get("change_reason", "")
            year_moved(user=request.user, year=_year_of(form.instance), reason=reason)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        year = _year_of(obj)
        with transaction.atomic():
            super().delete_model(request, obj)
            if isinstance(obj, BelowYear):
                reason = typed_text(request.POST, "change_reason")
                year_moved(user=request.user, year=year, reason=reason)

    def leads(self, request: HttpRequest, obj: Any) -> list[tuple[str, Any]]:
        """(address, words) of where one goes from a row."""
        return []

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        obj = context.get("original")
        if obj is not None:
            context["leads"] = self.leads(request, obj)
            year = _year_of(obj)
            if request.method == "GET" and year.is_approved:
                messages.warning(request, approved_sentence(year))
        return super().render_change_form(request, context, *args, **kwargs)


def _year_of(row: ItaAssessment | BelowYear) -> ItaAssessment:
    """The assessment that a row is, or is of."""
    return row if isinstance(row, ItaAssessment) else row.year


def _page(obj: ItaAssessment) -> str:
    """The reading page of an assessment; "" where the site has none."""
    try:
        address = reverse("ita", args=[obj.fiscal_year])
    except NoReverseMatch:
        return ""
    return f"{address}?agency={obj.agency.slug}"


@admin.register(ItaAssessment)
class ItaAssessmentAdmin(WithEvidencePage, AskedAbout, ScorePages, ApprovalAdmin, KnowsParent):
    change_form_template = "admin/integrity/itaassessment/change_form.html"
    waiting_template = "admin/integrity/itaassessment/waiting.html"
    handed_in_alone = True
    list_display = [
        "fiscal_year",
        "agency",
        "published_total",
        "published_grade",
        "rank",
        "stands",
        "pages",
    ]
    list_display_links = ["fiscal_year", "agency"]
    list_filter = ["approval", "agency", "fiscal_year"]
    search_fields = ["agency__name", "fiscal_year", "notes", "recommendations__text"]
    list_select_related = ["agency"]
    ordering = ["agency__name", "-fiscal_year"]
    inlines = [InstrumentInline, GradeInline, RecommendationInline]
    fieldsets = [
        (None, {"fields": ["agency", "fiscal_year"]}),
        (
            _("As published"),
            {
                "fields": [
                    "published_total",
                    "published_grade",
                    "rank",
                    "rank_group",
                    "announced_on",
                    "published_change",
                    "published_change_percent",
                ]
            },
        ),
        (None, {"fields": ["weights_source", "notes"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request)
        return rows if viewer(request.user).may_read_drafts(None) else rows.filter(counted())

    def waiting_rows(self, rows: Sequence[ItaAssessment], who: Viewer) -> list[WaitingYear]:
        return waiting_rows(rows, who)

    def waiting_view(self, request: HttpRequest) -> HttpResponse:
        if not viewer(request.user).is_planner:
            raise PermissionDenied
        return super().waiting_view(request)

    @admin.display(description=_("state of approval"), ordering="approval")
    def stands(self, row: ItaAssessment) -> str:
        return state_text(row)

    @admin.display(description=_("go to"))
    def pages(self, row: ItaAssessment) -> str:
        links: list[tuple[str, Any]] = [
            (reverse("admin:integrity_itaassessment_scores", args=[row.pk]), _("scores"))
        ]
        if _page(row):
            links.append((_page(row), _("analysis")))
        return format_html_join(" · ", '<a href="{}">{}</a>', links)

    def leads(self, request: HttpRequest, obj: Any) -> list[tuple[str, Any]]:
        found: list[tuple[str, Any]] = [(_page(obj), _("Analysis page"))] if _page(obj) else []
        if self.has_change_permission(request, obj):
            address = reverse("admin:integrity_itaassessment_scores", args=[obj.pk])
            found.append((address, _("Enter all scores on one screen, or by workbook")))
        found.append((evidence_address(obj), _("Files and letters")))
        for instrument in obj.instruments.order_by("position"):
            address = reverse("admin:integrity_itainstrument_change", args=[instrument.pk])
            found.append((address, _("%(code)s and its indicators") % {"code": instrument.code}))
        if self.has_add_permission(request):
            address = reverse("admin:integrity_itaassessment_begin", args=[obj.pk])
            found.append((address, _("Begin another year from this one's structure")))
        return found


@admin.register(ItaInstrument)
class ItaInstrumentAdmin(KnowsParent):
    list_display = ["code", "name", "assessment_name", "weight", "respondents"]
    list_display_links = ["code", "name"]
    list_filter = ["assessment__agency", "assessment__fiscal_year"]
    search_fields = ["code", "name", "indicators__name"]
    list_select_related = ["assessment__agency"]
    ordering = ["-assessment__fiscal_year", "assessment__agency", "position"]
    inlines = [PartInline, IndicatorInline]

    @admin.display(description=ItaAssessment._meta.verbose_name, ordering="assessment__fiscal_year")
    def assessment_name(self, row: ItaInstrument) -> str:
        return str(row.assessment)

    def leads(self, request: HttpRequest, obj: Any) -> list[tuple[str, Any]]:
        above = reverse("admin:integrity_itaassessment_change", args=[obj.assessment_id])
        found = [(above, f"← {obj.assessment}")]
        own = obj.indicators.select_related("part").order_by("part__position", "number")
        for indicator in own:
            address = reverse("admin:integrity_itaindicator_change", args=[indicator.pk])
            found.append((address, _("Questions of %(name)s") % {"name": indicator}))
        return found


@admin.register(ItaIndicator)
class ItaIndicatorAdmin(WithEvidencePage, AskedAbout, KnowsParent):
    list_display = ["number", "name", "instrument_name", "part", "published", "complete"]
    list_display_links = ["number", "name"]
    list_filter = ["instrument__assessment__agency", "instrument__assessment__fiscal_year"]
    search_fields = ["name", "items__code", "items__text"]
    list_select_related = ["instrument__assessment__agency", "part"]
    ordering = ["-instrument__assessment__fiscal_year", "instrument__assessment__agency", "number"]
    inlines = [ItemInline]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Every year has its IIT: an instrument is called with its assessment."""
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "instrument" and field is not None:
            field.label_from_instance = lambda row: f"{row} · {row.assessment}"
        if db_field.name == "part" and field is not None:
            field.label_from_instance = lambda row: f"{row} · {row.instrument.assessment}"
        return field

    @admin.display(description=ItaInstrument._meta.verbose_name, ordering="instrument__code")
    def instrument_name(self, row: ItaIndicator) -> str:
        return f"{row.instrument} · {row.instrument.assessment}"

    def leads(self, request: HttpRequest, obj: Any) -> list[tuple[str, Any]]:
        instrument = obj.instrument
        return [
            (evidence_address(obj), _("Files and letters")),
            (
                reverse("admin:integrity_itainstrument_change", args=[instrument.pk]),
                f"← {instrument}",
            ),
            (
                reverse("admin:integrity_itaassessment_change", args=[instrument.assessment_id]),
                f"← {instrument.assessment}",
            ),
        ]
