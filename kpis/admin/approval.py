"""Approving, returning and reopening results: one from its form, many on one screen."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kpis.models import Result
from kpis.read.hands import hands_of
from kpis.read.waiting import changed_since, waiting_results, waiting_rows
from kpis.write import results
from strategy.access import viewer
from strategy.records.admin import RecordAdmin, version_shown
from strategy.records.forms import typed_text
from strategy.records.write import StaleVersion

#: How many figures stand on one page of the screen.
_PAGE = 100


class ApprovalAdmin(RecordAdmin):
    """What may be done to a submitted result by those who did not enter it."""

    import_export_change_list_template = "admin/kpis/result/change_list.html"

    def get_urls(self) -> list[URLPattern]:
        steps = {"approve": self.approve_view, "return": self.return_view}
        steps["reopen"] = self.reopen_view
        own = [
            path(f"<int:pk>/{name}/", self.admin_site.admin_view(view), name=f"kpis_result_{name}")
            for name, view in steps.items()
        ]
        waiting = self.admin_site.admin_view(self.waiting_view)
        return [*own, path("waiting/", waiting, name="kpis_result_waiting"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        more = {"approves": viewer(request.user).approves, **(extra_context or {})}
        answer: HttpResponse = super().changelist_view(request, more)
        return answer

    def steps(self, request: HttpRequest, result: Result | None) -> dict[str, bool]:
        """What the form of a result offers to whoever looks at it."""
        if result is None:
            return {}
        who = viewer(request.user)
        may = who.may_approve(result.indicator.unit_id) and result.state == Result.State.SUBMITTED
        own = may and who.user_id in hands_of([result.pk])[result.pk].authors
        return {
            "may_return": may,
            "may_approve": may and not own,
            "own_work": own,
            "may_reopen": who.is_planner and result.state == Result.State.APPROVED,
        }

    # ------------------------------------------------------------------------------- one

    def approve_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._transition(request, pk, results.result_approve, _("The figure is approved."))

    def return_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        comment = typed_text(request.POST, "comment")
        return self._transition(
            request, pk, results.result_return, _("The figure is returned."), comment=comment
        )

    def reopen_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        reason = typed_text(request.POST, "reason")
        return self._transition(request, pk, results.result_reopen, _("Reopened."), reason=reason)

    def _transition(
        self, request: HttpRequest, pk: int, service: Any, done: str, **more: str
    ) -> HttpResponse:
        if request.method != "POST":
            raise Http404
        result = self.get_object(request, str(pk))
        if result is None:
            raise Http404
        try:
            service(
                user=request.user,
                result=result,
                expected_version=version_shown(request, "version"),
                **more,
            )
        except StaleVersion:
            messages.error(
                request, _("Somebody else has changed this meanwhile; look at it again first.")
            )
        except ValidationError as refused:
            for message in refused.messages:
                messages.error(request, message)
        else:
            messages.success(request, done)
        return HttpResponseRedirect(reverse("admin:kpis_result_change", args=[pk]))

    # ------------------------------------------------------------------------------ many

    def waiting_view(self, request: HttpRequest) -> HttpResponse:
        """All that waits for somebody's approval; what is ticked is approved or returned."""
        who = viewer(request.user)
        if not who.approves:
            raise PermissionDenied
        ticked: dict[int, int] = {}
        refusal: list[str] = []
        changed: set[int] = set()
        if request.method == "POST":
            ticked = _ticked(request)
            shown = self._shown(request, ticked)
            try:
                done = _decide(request, shown)
            except StaleVersion:
                changed = changed_since(ticked)
                refusal = [_changed_sentence([row for row in shown if row.pk in changed])]
            except ValidationError as refused:
                refusal = refused.messages
            else:
                messages.success(request, done)
                return HttpResponseRedirect(request.get_full_path())
        page = Paginator(waiting_results(who), _PAGE).get_page(request.GET.get("page"))
        context = {
            "title": _("Waiting for approval"),
            "page": page,
            "rows": waiting_rows(list(page.object_list), who),
            "refusal": refusal,
            "ticked": ticked.keys() - changed,
            "changed": changed,
            "comment": typed_text(request.POST, "comment"),
        }
        return self.page(request, "admin/kpis/result/waiting.html", context)

    def _shown(self, request: HttpRequest, ticked: dict[int, int]) -> dict[Result, int]:
        """The results that were ticked, with the versions that were shown."""
        found = self.get_queryset(request).in_bulk(ticked)
        if len(found) != len(ticked):
            raise Http404(_("There is no such row, or it is not yours to see."))
        return {found[pk]: version for pk, version in ticked.items()}


def _ticked(request: HttpRequest) -> dict[int, int]:
    """The ids of the rows that were ticked, each with the version that was shown of it."""
    numbers = [text for text in request.POST.getlist("tick") if text.isascii() and text.isdigit()]
    ids = [int(text) for text in numbers if len(text) < 19]
    return {pk: version_shown(request, f"version_{pk}") for pk in ids}


def _decide(request: HttpRequest, shown: dict[Result, int]) -> str:
    """Approve or return what was ticked, all or none; what was done, in words."""
    if not shown:
        raise ValidationError(_("Tick the figures first."))
    count = {"count": len(shown)}
    if "_return" in request.POST:
        comment = typed_text(request.POST, "comment")
        results.results_return(user=request.user, shown=shown, comment=comment)
        return (
            ngettext("%(count)s figure is returned.", "%(count)s figures are returned.", len(shown))
            % count
        )
    results.results_approve(user=request.user, shown=shown)
    return (
        ngettext("%(count)s figure is approved.", "%(count)s figures are approved.", len(shown))
        % count
    )


def _changed_sentence(changed: list[Result]) -> str:
    return _(
        "Nothing was approved or returned: %(results)s was changed meanwhile. Look at it again; "
        "the others are still ticked."
    ) % {"results": ", ".join(row.title for row in changed)}
