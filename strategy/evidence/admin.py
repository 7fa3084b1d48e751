"""A page for the evidence of a row: of figures that are entered many on one screen."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from strategy.access import viewer
from strategy.clock import today
from strategy.evidence.entry import entry_of, evidence_forms
from strategy.evidence.write_record import evidence_record
from strategy.records.admin import RecordAdmin, version_shown, warn_closed
from strategy.records.forms import stale_lines, typed_text
from strategy.records.write import StaleVersion


class WithEvidencePage(RecordAdmin):
    """Every row has its evidence on a page of its own: letters, links and files."""

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_evidence"
        view = self.admin_site.admin_view(self.evidence_view)
        return [path("<path:object_id>/evidence/", view, name=name), *super().get_urls()]

    def evidence_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The evidence of a row; POST puts what was typed and sent in its place."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        row = self.get_object(request, unquote(object_id))
        if row is None:
            raise Http404(_("There is no such row, or it is not yours to see."))
        may = self.has_change_permission(request, row)
        may = may and row.evidence_written_by(viewer(request.user))
        data = request.POST if request.method == "POST" else None
        if data is not None and not may:
            raise PermissionDenied
        kept = [entry_of(piece) for piece in row.evidence.all()]
        form = evidence_forms(data, request.FILES, kept, today(), uploader=request.user)
        refused: list[str] = []
        if form.is_bound and form.is_valid():
            try:
                evidence_record(
                    user=request.user,
                    record=row,
                    pieces=form.entries(),
                    expected_version=version_shown(request),
                    reason=typed_text(data, "change_reason"),
                )
            except StaleVersion:
                row = self.model.objects.get(pk=row.pk)
                refused = stale_lines(row, version_shown(request))
            except ValidationError as problem:
                refused = problem.messages
            else:
                messages.success(request, _("Saved: the evidence of %(name)s.") % {"name": row})
                return HttpResponseRedirect(evidence_address(row))
        elif data is None:
            warn_closed(request, [row])
        context = {
            "title": _("Evidence: %(name)s") % {"name": row},
            "row": row,
            "evidence": form,
            "pieces": row.evidence.all(),
            "editable": may,
            "refused": refused,
            "change_reason": typed_text(data, "change_reason"),
        }
        return self.page(request, "admin/evidence.html", context)


def evidence_address(row: Any) -> str:
    """Where the evidence of a row is entered."""
    name = f"admin:{row._meta.app_label}_{row._meta.model_name}_evidence"
    return reverse(name, args=[row.pk])
