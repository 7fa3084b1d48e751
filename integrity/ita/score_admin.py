"""The pages of an assessment's scores in the admin: one screen, the workbook, the next year."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core import signing
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from integrity.ita.forms import BeginForm, ScoreScreen, UploadForm
from integrity.ita.models import ItaAssessment
from integrity.ita.scores import ScoreEntry, ScoreTree
from integrity.ita.upload import Comparison, compare, score_workbook
from integrity.ita.write import ScoreEntries, ita_year_begin
from strategy.approval.whole import approved_sentence
from strategy.clock import today
from strategy.pages.page import xlsx
from strategy.records.forms import typed_text
from strategy.records.screen_admin import ScreenAdmin
from strategy.records.write import EntriesRefused, StaleVersion

_SALT = "integrity.ita.upload"
#: Seconds for which a preview can be confirmed.
_LASTS = 3600


class ScorePages(ScreenAdmin):
    """Scores on one screen, by workbook, and "begin another year"; for the assessment's admin."""

    def get_urls(self) -> list[Any]:
        wrap, name = self.admin_site.admin_view, "integrity_itaassessment"
        return [
            path("<path:object_id>/scores/", wrap(self.scores_view), name=f"{name}_scores"),
            path(
                "<path:object_id>/scores.xlsx",
                wrap(require_GET(self.workbook_view)),
                name=f"{name}_workbook",
            ),
            path(
                "<path:object_id>/upload/",
                wrap(require_POST(self.upload_view)),
                name=f"{name}_upload",
            ),
            path(
                "<path:object_id>/confirm/",
                wrap(require_POST(self.confirm_view)),
                name=f"{name}_confirm",
            ),
            path("<path:object_id>/begin/", wrap(self.begin_view), name=f"{name}_begin"),
            *super().get_urls(),
        ]

    def _assessment(self, request: HttpRequest, object_id: str, may: str) -> ItaAssessment:
        """The assessment, if there is one and the person may do that with it."""
        row = self.get_object(request, unquote(object_id))
        if not getattr(self, f"has_{may}_permission")(request):
            raise PermissionDenied
        if row is None:
            raise Http404(_("There is no such row, or it is not yours to see."))
        found: ItaAssessment = row
        return found

    # ---------------------------------------------------------------------------- one screen

    screen_template = "admin/integrity/itaassessment/scores.html"

    def scores_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """All scores of an assessment; POST saves them, all or none."""
        assessment = self._assessment(request, object_id, "change")
        data = request.POST if request.method == "POST" else None
        if data is None and assessment.is_approved:
            messages.warning(request, approved_sentence(assessment))
        return self.screen_view(request, ScoreScreen(assessment, data, today=today()))

    def screen_context(self, request: HttpRequest, screen: ScoreScreen) -> dict[str, Any]:
        return {
            "title": _("Scores of %(name)s") % {"name": screen.assessment},
            "assessment": screen.assessment,
            "upload": UploadForm(),
        }

    def screen_address(self, screen: ScoreScreen) -> str:
        return _scores_address(screen.assessment)

    def saved_message(self, screen: ScoreScreen, count: int) -> str:
        return _saved(count)

    # ------------------------------------------------------------------------------- workbook

    def workbook_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The scores as a workbook to fill in."""
        assessment = self._assessment(request, object_id, "change")
        content = score_workbook(ScoreTree(assessment))
        what = _("ITA %(year)s") % {"year": assessment.fiscal_year}
        return xlsx(content, what, _("score"), assessment.agency.name)

    def upload_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What a filled-in workbook would change; nothing is written."""
        assessment = self._assessment(request, object_id, "change")
        upload = UploadForm(request.POST, request.FILES)
        if upload.is_valid():
            try:
                compared = compare(upload.cleaned_data["workbook"], ScoreTree(assessment))
            except ValidationError as refused:
                upload.add_error("workbook", refused)
            else:
                return self._preview(request, assessment, compared)
        return self.screen_shown(
            request, ScoreScreen(assessment, None, today=today()), upload=upload
        )

    def _preview(
        self, request: HttpRequest, assessment: ItaAssessment, compared: Comparison
    ) -> HttpResponse:
        context: dict[str, Any] = {
            "title": _("What the workbook would change"),
            "assessment": assessment,
            "compared": compared,
            "upload": UploadForm(),
        }
        if compared.may_apply:
            context["payload"] = signing.dumps(
                {
                    "assessment": assessment.pk,
                    "version": assessment.version,
                    "user": request.user.pk,
                    "entries": [
                        [entry.key, _text(entry.before), _text(entry.after)]
                        for entry in compared.entries
                    ],
                },
                salt=_SALT,
                compress=True,
            )
        return self.page(request, "admin/integrity/itaassessment/preview.html", context)

    def confirm_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Write what a preview showed: once, and only while nothing has changed since."""
        assessment = self._assessment(request, object_id, "change")
        answer = HttpResponseRedirect(_scores_address(assessment))
        try:
            seen = signing.loads(request.POST.get("payload", ""), salt=_SALT, max_age=_LASTS)
        except signing.BadSignature:
            seen = {}
        if (seen.get("assessment"), seen.get("user")) != (assessment.pk, request.user.pk):
            messages.error(
                request, _("This preview is too old or not yours. Upload the workbook again.")
            )
            return answer
        entries = [
            ScoreEntry(key, _score(before), _score(after)) for key, before, after in seen["entries"]
        ]
        try:
            written = ScoreEntries.record_many(
                user=request.user,
                assessment=assessment,
                entries=entries,
                expected_version=seen["version"],
                reason=typed_text(request.POST, "change_reason") or _("from a workbook"),
            )
        except (StaleVersion, EntriesRefused):
            messages.error(
                request,
                _(
                    "The assessment has changed since the preview, so nothing was saved. Upload "
                    "the workbook again to see how it compares now."
                ),
            )
        except ValidationError as refused:  # its month is locked, or it is approved
            messages.error(request, refused.messages[0])
        else:
            messages.success(request, _saved(len(written)))
        return answer

    # ------------------------------------------------------------------------------ next year

    def begin_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Another year with this one's structure and no scores."""
        source = self._assessment(request, object_id, "add")
        form = BeginForm(source, request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            try:
                made = ita_year_begin(
                    user=request.user,
                    source=source,
                    agency=form.cleaned_data["agency"],
                    fiscal_year=form.cleaned_data["fiscal_year"],
                    draft=form.cleaned_data["draft"],
                    reason=_("structure of %(name)s") % {"name": source},
                )
            except ValidationError as refused:
                for problem in refused.messages:
                    form.add_error("fiscal_year", problem)
            else:
                messages.success(
                    request,
                    _("%(name)s is ready, without any score. Check weights and grade scale: they "
                      "are those of %(source)s.") % {"name": made, "source": source},
                )  # fmt: skip
                return HttpResponseRedirect(
                    reverse("admin:integrity_itaassessment_change", args=[made.pk])
                )
        title = _("Begin another year from %(name)s") % {"name": source}
        context = {"title": title, "assessment": source, "form": form}
        return self.page(request, "admin/integrity/itaassessment/begin.html", context)


def _scores_address(assessment: ItaAssessment) -> str:
    return reverse("admin:integrity_itaassessment_scores", args=[assessment.pk])


def _saved(count: int) -> str:
    if not count:
        return _("Nothing was changed, so nothing was saved.")
    return ngettext("%(count)s score saved.", "%(count)s scores saved.", count) % {"count": count}


def _text(score: Decimal | None) -> str:
    return "" if score is None else str(score)


def _score(text: str) -> Decimal | None:
    return Decimal(text) if text else None
