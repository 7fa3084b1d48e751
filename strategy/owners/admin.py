"""People in the admin: those named for a thing, and the screen by which somebody hands over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from strategy.access import viewer
from strategy.clock import today
from strategy.models import Account
from strategy.owners.forms import HandoverScreen, OwnedForm, leaving
from strategy.owners.model import ACCOUNTABLE
from strategy.owners.read import who_holds
from strategy.owners.write import owners_check, owners_stored
from strategy.records.admin import RecordAdmin
from strategy.records.screen_admin import ScreenAdmin

#: How an address asks for what nobody answers for.
NOBODY = "none"


class OwnedFilter(admin.SimpleListFilter):
    """By accountable person, and what has none."""

    title = gettext_lazy("accountable person")
    parameter_name = ACCOUNTABLE

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        held = model_admin.model._base_manager.filter(accountable__isnull=False).order_by()
        rows = Account.objects.filter(pk__in=held.values("accountable")).select_related("user")
        people = sorted((str(row), str(row.pk)) for row in rows)
        return [(NOBODY, _("nobody yet")), *((pk, name) for name, pk in people)]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        asked = self.value()
        if asked is None:
            return queryset
        if asked == NOBODY:
            return queryset.filter(accountable__isnull=True)
        known = {str(value) for value, _name in self.lookup_choices}
        return queryset.filter(accountable=asked) if asked in known else queryset.none()


class OwnedAdmin(RecordAdmin):
    """Things that somebody answers for: who is named has to be able to report them."""

    form = OwnedForm

    def write_all(self, request: HttpRequest, form: Any, formsets: list[Any], change: bool) -> None:
        before = owners_stored(form.instance) if change else None
        super().write_all(request, form, formsets, change)
        owners_check(form.instance, before)


class HandoverAdmin(ScreenAdmin):
    """What somebody leaves behind is taken over by others on one screen. For planners."""

    screen_template = "admin/auth/user/handover.html"

    def get_urls(self) -> list[URLPattern]:
        leavers = self.admin_site.admin_view(self.leavers_view)
        handover = self.admin_site.admin_view(self.handover_view)
        return [
            path("handover/", leavers, name="auth_user_handovers"),
            path("handover/<int:account>/", handover, name="auth_user_handover"),
            *super().get_urls(),
        ]

    def _for_planners(self, request: HttpRequest) -> None:
        if not viewer(request.user).is_planner:
            raise PermissionDenied

    def leavers_view(self, request: HttpRequest) -> HttpResponse:
        """Who hands over?"""
        self._for_planners(request)
        context = {"title": _("Who hands over?"), "holders": who_holds()}
        return self.page(request, "admin/auth/user/handovers.html", context)

    def handover_view(self, request: HttpRequest, account: int) -> HttpResponse:
        """Everything of one person, each ticked, and who takes it over."""
        self._for_planners(request)
        if not Account.objects.filter(pk=account).exists():
            raise Http404(_("There is no such row, or it is not yours to see."))
        data = request.POST if request.method == "POST" else None
        screen = HandoverScreen(lambda: leaving(account), data, today=today())
        return self.screen_view(request, screen)

    def screen_context(self, request: HttpRequest, screen: HandoverScreen) -> Mapping[str, Any]:
        person = screen.shown.person
        return {"title": _("Hand over what %(name)s answers for") % {"name": person.name}}

    def screen_address(self, screen: HandoverScreen) -> str:
        return handover_address(screen.shown.person.account_id)

    def saved_message(self, screen: HandoverScreen, count: int) -> str:
        left = len(screen.read().things)
        said = ngettext("Handed over: %(count)s thing.", "Handed over: %(count)s things.", count)
        told = said % {"count": count}
        if not left:
            return f"{told} " + _("Nothing is left with this person.")
        return f"{told} " + _("Left with this person: %(left)s.") % {"left": left}


def handover_address(account_id: int) -> str:
    """Where a person's things are handed over."""
    return reverse("admin:auth_user_handover", args=[account_id])
