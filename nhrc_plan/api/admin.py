"""Keys of clients in the admin: administrators make them and withdraw them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from nhrc_plan.api import write
from nhrc_plan.api.models import ApiKey
from strategy.records.admin import RecordAdmin


@admin.register(ApiKey)
class ApiKeyAdmin(RecordAdmin):
    list_display = ["name", "begins_with", "reads", "per_minute", "withdrawn"]
    list_filter = ["withdrawn", "reads"]
    search_fields = ["name", "purpose"]
    export_exclude = ("id", "version", "secret_hash")

    def get_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> Any:
        fields = ["name", "purpose", "reads", "per_minute"]
        return fields if obj is None else [*fields, "withdrawn"]

    def has_delete_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        """A key is withdrawn: what was open to whom stays told."""
        return False

    def write_row(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:
        if not change:
            obj.made = write.key_make(key=obj, user=request.user)  # type: ignore[attr-defined]
        elif form.really_changed:
            write.key_change(
                key=obj,
                user=request.user,
                reason=form.cleaned_data["change_reason"],
                expected_version=form.cleaned_data["expected_version"],
            )

    def response_add(
        self, request: HttpRequest, obj: ApiKey, post_url_continue: str | None = None
    ) -> HttpResponse:
        """The key itself, in the answer to this press alone: no message and no log holds it."""
        context = {"title": obj.name, "key": obj, "made": obj.made}  # type: ignore[attr-defined]
        answer = self.page(request, "admin/api/apikey/made.html", context)
        answer["Cache-Control"] = "no-store"
        return answer
