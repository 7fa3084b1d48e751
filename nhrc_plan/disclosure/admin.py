"""Items and publishers in the admin: planners enter them for each year."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _

from nhrc_plan.disclosure.models import Item, Publisher
from nhrc_plan.disclosure.read import lacks
from strategy.clock import today
from strategy.models import Plan
from strategy.records.admin import RecordAdmin
from strategy.records.forms import RecordForm


class ItemForm(RecordForm):
    """An item is published once nothing is missing; what is missing is named."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        plan, agency = cleaned.get("plan"), cleaned.get("agency")
        if plan and agency and plan.agency_id != agency.pk:
            self.add_error("plan", _("The plan is another agency's."))
        elif cleaned.get("published_on") and not self.errors:
            item = Item(**{name: cleaned[name] for name in _ASKED})
            for sentence in lacks(item, today()):
                self.add_error("published_on", sentence)
        return cleaned


_ASKED = ("agency", "fiscal_year", "number", "title", "kind", "plan", "of_year", "document_url")


@admin.register(Item)
class ItemAdmin(RecordAdmin):
    form = ItemForm
    list_display = ["fiscal_year", "number", "title", "kind", "published_on"]
    list_display_links = ["number", "title"]
    list_filter = ["fiscal_year", "agency", "kind"]
    search_fields = ["number", "title", "asks_for"]
    list_select_related = ["agency", "plan"]
    fields = [
        "agency", "fiscal_year", "number", "title", "asks_for", "kind", "plan", "of_year",
        "document_url", "published_on",
    ]  # fmt: skip

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name == "document_url":
            kwargs["assume_scheme"] = "https"
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "plan":
            kwargs["queryset"] = Plan.objects.all()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(Publisher)
class PublisherAdmin(RecordAdmin):
    list_display = ["agency", "contact", "licence"]
    list_select_related = ["agency"]
    fields = ["agency", "contact", "contact_email", "licence", "conditions"]
