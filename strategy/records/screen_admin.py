"""The admin of rows that are entered many at a time: first whose and when, then one screen."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from strategy.records.admin import RecordAdmin, refuse_anothers_unit, warn_closed
from strategy.records.screen import EntryScreen


class ChosenFirst(RecordAdmin):
    """Nothing is added before it was chosen, in the address or from what is due, whose and when."""

    #: The template that asks, and what follows once it is clear.
    choose_template: str

    @abstractmethod
    def choose_form(self, request: HttpRequest) -> Any:
        """What was chosen, from ``request.GET``; valid once whose and when is clear."""

    @abstractmethod
    def choose_context(self, request: HttpRequest, form: Any) -> Mapping[str, Any]:
        """What the asking template shows: its title, and what is due."""

    @abstractmethod
    def chosen_view(
        self, request: HttpRequest, chosen: Mapping[str, Any], form_url: str, extra_context: Any
    ) -> HttpResponse:
        """Enter what was chosen."""

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = self.choose_form(request)
        if form.is_valid():
            return self.chosen_view(request, form.cleaned_data, form_url, extra_context)
        refuse_anothers_unit(request.GET.get("unit", ""), getattr(form, "units", ()))
        return self.page(
            request, self.choose_template, {"form": form, **self.choose_context(request, form)}
        )


class ScreenAdmin(RecordAdmin):
    """Rows entered on a screen of their own."""

    screen_template: str

    @abstractmethod
    def screen_context(self, request: HttpRequest, screen: Any) -> Mapping[str, Any]:
        """What the screen's template shows beside the form."""

    @abstractmethod
    def screen_address(self, screen: Any) -> str:
        """Where this screen is."""

    @abstractmethod
    def saved_message(self, screen: Any, count: int) -> str:
        """What was saved, and how things now stand."""

    def screen_view(self, request: HttpRequest, screen: EntryScreen) -> HttpResponse:
        """Show a screen; save it where it was posted and nothing in it is refused."""
        if request.method == "POST" and screen.is_valid():
            count = screen.save(request.user)
            if count is not None:
                messages.success(request, self.saved_message(screen, count))
                return HttpResponseRedirect(self.screen_address(screen))
        return self.screen_shown(request, screen)

    def screen_shown(self, request: HttpRequest, screen: EntryScreen, **more: Any) -> HttpResponse:
        """The screen as it is, with ``more`` for its template."""
        if request.method == "GET":
            warn_closed(request, screen.month_rows())
        context = {
            "form": screen,
            "shown": screen.shown,
            "may_delete": self.has_delete_permission(request),
            **self.screen_context(request, screen),
            **more,
        }
        return self.page(request, self.screen_template, context)


class EntryScreenAdmin(ChosenFirst, ScreenAdmin):
    """A row has no form of its own: it is changed on the screen that holds it."""

    @abstractmethod
    def open_screen(
        self, request: HttpRequest, chosen: Mapping[str, Any], data: Any
    ) -> EntryScreen:
        """The screen for what was chosen; ``data``: what was typed, None where nothing was."""

    @abstractmethod
    def row_address(self, request: HttpRequest, row: Any) -> str:
        """Where a row is changed: its place on its screen."""

    def chosen_view(
        self, request: HttpRequest, chosen: Mapping[str, Any], form_url: str, extra_context: Any
    ) -> HttpResponse:
        data = request.POST if request.method == "POST" else None
        return self.screen_view(request, self.open_screen(request, chosen, data))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        row = self.get_object(request, unquote(object_id))
        if row is None or not self.has_change_permission(request, row):
            return super().change_view(request, object_id, form_url, extra_context)
        return HttpResponseRedirect(self.row_address(request, row))
