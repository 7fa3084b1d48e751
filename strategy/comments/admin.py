"""Questions in the admin: below the form of a figure, counted in its list; and all of them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from strategy.access import viewer
from strategy.comments.read import open_count, talk_about
from strategy.models import Comment
from strategy.records.admin import RecordAdmin


class AskedAbout(RecordAdmin):
    """The admin of figures that questions can be asked about."""

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).annotate(asked_about=open_count(self.model))

    def get_list_display(self, request: HttpRequest) -> Any:
        return [*super().get_list_display(request), "open_questions"]

    @admin.display(description=gettext_lazy("open questions"), ordering="asked_about")
    def open_questions(self, row: Any) -> str:
        return str(row.asked_about or "–")

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **more: Any
    ) -> HttpResponse:
        row = context.get("original")
        if row is not None:
            context["talk"] = talk_about(viewer(request.user), {row.pk: row})
        return super().render_change_form(request, context, *args, **more)


class StateFilter(admin.SimpleListFilter):
    """Open, settled, withdrawn."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("open", gettext_lazy("open question")),
            ("settled", gettext_lazy("settled")),
            ("withdrawn", gettext_lazy("withdrawn")),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "open":
            return queryset.filter(Comment.OPEN)
        if self.value() == "settled":
            return queryset.filter(resolved_at__isnull=False)
        if self.value() == "withdrawn":
            return queryset.filter(withdrawn_at__isnull=False)
        return queryset


@admin.register(Comment)
class CommentAdmin(RecordAdmin):
    """All questions and answers, to be read: they are written beside their figures."""

    list_display = ["written_at", "author_name", "figure_name", "what", "stands"]
    list_display_links = ["what"]
    list_filter = [StateFilter]
    search_fields = ["text", "author_name", "figure_name"]
    fields = readonly_fields = (
        "figure_name", "parent", "what", "author_name", "written_at", "stands",
    )  # fmt: skip
    export_columns = ("stands",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=gettext_lazy("what is asked or answered"), ordering="text")
    def what(self, row: Comment) -> str:
        return str(row)

    @admin.display(description=gettext_lazy("state"))
    def stands(self, row: Comment) -> str:
        if row.withdrawn_at is not None:
            return _("withdrawn")
        if row.parent_id is not None:
            return _("answer")
        return _("open question") if row.is_open else _("settled")
