"""The stock admin under the project's own name."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.functional import SimpleLazyObject
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _


class NhrcAdminSite(AdminSite):
    site_header = site_title = _("Strategic plan tracker")
    index_title = capfirst(_("data entry"))
    site_url = "/"
    # The room goes to the names of indicators; the index has the same links.
    enable_nav_sidebar = False

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        # Deletion in bulk skips the services and so the history: one at a time only.
        self.disable_action("delete_selected")

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> Any:
        """The lists that a person may see, looked up where a page shows them: every page asks."""
        found = super().get_app_list
        return SimpleLazyObject(lambda: found(request, app_label))

    def index(self, request: HttpRequest, extra_context: Any = None) -> TemplateResponse:
        """The lists; above them what waits for approval, where users come in by a table, how the
        backups stand, and the pages for keeping watch, for whom they are."""
        from nhrc_plan.backups.read import backup_state, told
        from strategy.access import ADMINISTRATOR, viewer
        from strategy.pages.current import current_plan

        who = viewer(request.user)
        more: dict[str, Any] = {"approves": who.approves, "hands_over": who.is_planner}
        if ADMINISTRATOR in who.roles:
            more["people_plan"] = current_plan(who)
            state = backup_state()
            more["backups"] = told(state) if state.asked else None
        if who.keeps_watch:
            more |= {"keeps_watch": True, "watched_plan": current_plan(who)}
        return super().index(request, {**more, **(extra_context or {})})

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """There is one sign-in page for all of the system."""
        # Imported late: this module is read before the accounts' models are.
        from django.contrib.auth.views import redirect_to_login

        if self.has_permission(request):
            return redirect("admin:index")
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect_to_login(request.GET.get("next", "/admin/"))

    def logout(  # type: ignore[override]
        self, request: HttpRequest, extra_context: Any = None
    ) -> HttpResponse:
        from django.contrib.auth.views import LogoutView

        return LogoutView.as_view()(request)

    def password_change(  # type: ignore[override]
        self, request: HttpRequest, extra_context: Any = None
    ) -> HttpResponseBase:
        """Everybody changes their password on one page, whether they enter data or not."""
        from strategy.people.pages import OwnPassword

        return OwnPassword.as_view()(request)

    def autocomplete_view(self, request: HttpRequest) -> HttpResponse:
        """No form of ours asks here."""
        raise Http404


class NhrcAdminConfig(AdminConfig):
    default_site = "nhrc_plan.admin_site.NhrcAdminSite"
