"""Approving, returning and reopening: one from its form, many on one screen."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from strategy.access import Viewer, viewer
from strategy.approval.hands import hands_of
from strategy.approval.model import Approvable, State
from strategy.approval.read import WaitingRow, changed_since, may_decide, waiting_for
from strategy.approval.write import approve, give_back, hand_in, reopen
from strategy.records.admin import RecordAdmin, version_shown
from strategy.records.forms import typed_text
from strategy.records.write import StaleVersion

#: How many figures stand on one page of the screen.
_PAGE = 100


class ApprovalAdmin(RecordAdmin):
    """What may be done to a submitted figure by those who did not enter it."""

    import_export_change_list_template = "admin/approval/change_list.html"
    #: The screen of what waits; extends "admin/approval/waiting.html".
    waiting_template: str
    #: Whether a row is handed in by a step of its own, not with its figures.
    handed_in_alone = False

    @abstractmethod
    def waiting_rows(self, rows: Sequence[Any], who: Viewer) -> Sequence[WaitingRow]:
        """Rows that wait, with all that is shown of each."""

    def waiting(self, who: Viewer) -> QuerySet[Any]:
        """What waits for a person, in the order of the screen."""
        return waiting_for(self.model, who)

    def step_name(self, step: str) -> str:
        """The name of the address of a step, within the admin."""
        return f"{self.opts.app_label}_{self.opts.model_name}_{step}"

    def get_urls(self) -> list[URLPattern]:
        steps = {"approve": self.approve_view, "return": self.return_view}
        steps["reopen"] = self.reopen_view
        if self.handed_in_alone:
            steps["submit"] = self.submit_view
        own = [
            path(f"<int:pk>/{step}/", self.admin_site.admin_view(view), name=self.step_name(step))
            for step, view in steps.items()
        ]
        waiting = self.admin_site.admin_view(self.waiting_view)
        name = self.step_name("waiting")
        return [*own, path("waiting/", waiting, name=name), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        more = {"approves": viewer(request.user).approves, **(extra_context or {})}
        answer: HttpResponse = super().changelist_view(request, more)
        return answer

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **more: Any
    ) -> HttpResponse:
        row = context["original"] if more.get("change") else None
        return super().render_change_form(
            request, context | self.steps(request, row), *args, **more
        )

    def steps(self, request: HttpRequest, row: Approvable | None) -> dict[str, bool]:
        """What the form of a row offers to whoever looks at it."""
        if row is None:
            return {}
        who = viewer(request.user)
        may = row.state_now == State.SUBMITTED and may_decide(who, row)
        own = may and who.user_id in hands_of(self.model, [row.pk])[row.pk].authors
        return {
            "may_return": may,
            "may_approve": may and not own,
            "own_work": own,
            "may_reopen": who.is_planner and row.is_approved,
            "may_submit": self.handed_in_alone and who.is_planner and row.is_unsent,
        }

    # ------------------------------------------------------------------------------- one

    def approve_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._transition(request, pk, approve, _("The figure is approved."))

    def submit_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._transition(request, pk, hand_in, _("Handed in for approval."))

    def return_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        comment = typed_text(request.POST, "comment")
        return self._transition(
            request, pk, give_back, _("The figure is returned."), comment=comment
        )

    def reopen_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        reason = typed_text(request.POST, "reason")
        return self._transition(request, pk, reopen, _("Reopened."), reason=reason)

    def _transition(
        self, request: HttpRequest, pk: int, service: Callable[..., Any], done: str, **more: str
    ) -> HttpResponse:
        if request.method != "POST":
            raise Http404
        row = self.get_object(request, str(pk))
        if row is None:
            raise Http404
        try:
            service(user=request.user, shown={row: version_shown(request, "version")}, **more)
        except StaleVersion:
            messages.error(
                request, _("Somebody else has changed this meanwhile; look at it again first.")
            )
        except ValidationError as refused:
            for message in refused.messages:
                messages.error(request, message)
        else:
            messages.success(request, done)
        return HttpResponseRedirect(reverse(f"admin:{self.step_name('change')}", args=[pk]))

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
                changed = changed_since(self.model, ticked)
                refusal = [_changed_sentence([row for row in shown if row.pk in changed])]
            except ValidationError as refused:
                refusal = refused.messages
            else:
                messages.success(request, done)
                return HttpResponseRedirect(request.get_full_path())
        page = Paginator(self.waiting(who), _PAGE).get_page(request.GET.get("page"))
        context = {
            "title": _("Waiting for approval"),
            "page": page,
            "rows": self.waiting_rows(list(page.object_list), who),
            "refusal": refusal,
            "ticked": ticked.keys() - changed,
            "changed": changed,
            "comment": typed_text(request.POST, "comment"),
        }
        return self.page(request, self.waiting_template, context)

    def _shown(self, request: HttpRequest, ticked: Mapping[int, int]) -> dict[Any, int]:
        """The rows that were ticked, with the versions that were shown."""
        found = self.get_queryset(request).in_bulk(ticked)
        if len(found) != len(ticked):
            raise Http404(_("There is no such row, or it is not yours to see."))
        return {found[pk]: version for pk, version in ticked.items()}


def state_text(row: Approvable) -> str:
    """The state; of what was returned with the comment."""
    state = str(State(row.state_now).label)
    return f"{state}: {row.returned_because}" if row.returned_because else state


def _ticked(request: HttpRequest) -> dict[int, int]:
    """The ids of the rows that were ticked, each with the version that was shown of it."""
    numbers = [text for text in request.POST.getlist("tick") if text.isascii() and text.isdigit()]
    ids = [int(text) for text in numbers if len(text) < 19]
    return {pk: version_shown(request, f"version_{pk}") for pk in ids}


def _decide(request: HttpRequest, shown: Mapping[Any, int]) -> str:
    """Approve or return what was ticked, all or none; what was done, in words."""
    if not shown:
        raise ValidationError(_("Tick the figures first."))
    count = {"count": len(shown)}
    if "_return" in request.POST:
        give_back(user=request.user, shown=shown, comment=typed_text(request.POST, "comment"))
        return (
            ngettext("%(count)s figure is returned.", "%(count)s figures are returned.", len(shown))
            % count
        )
    approve(user=request.user, shown=shown)
    return (
        ngettext("%(count)s figure is approved.", "%(count)s figures are approved.", len(shown))
        % count
    )


def _changed_sentence(changed: Sequence[Approvable]) -> str:
    return _(
        "Nothing was approved or returned: %(results)s was changed meanwhile. Look at it again; "
        "the others are still ticked."
    ) % {"results": ", ".join(row.title for row in changed)}
