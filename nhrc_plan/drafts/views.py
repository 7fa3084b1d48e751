"""Pages of plans in preparation; for planners alone, whatever is open to read."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from nhrc_plan.drafts.ambitions import ambitions
from nhrc_plan.drafts.beside import side_by_side
from nhrc_plan.drafts.entered import entered_for
from nhrc_plan.drafts.forms import BeginForm, PlanUploadForm, ReasonForm, StepForm
from nhrc_plan.drafts.missing import lacks
from nhrc_plan.drafts.models import PlanImport
from nhrc_plan.drafts.next_lines import next_lines
from nhrc_plan.drafts.reading import plan_read
from nhrc_plan.drafts.sheets import empty_lines, plan_lines, plan_workbook
from nhrc_plan.drafts.write import (
    draft_along,
    draft_discard,
    plan_activate,
    plan_import_apply,
    plan_import_keep,
    plan_preview,
    plan_take_back,
)
from nhrc_plan.exchange.rows import LABELS, posted_choices
from nhrc_plan.exchange.write import Overtaken
from strategy.access import viewer
from strategy.clock import today
from strategy.models import Agency, Plan
from strategy.pages.current import current_agency
from strategy.pages.page import (
    XLSX,
    Page,
    answer_not_found,
    ask_to_sign_in,
    only_now,
    saved_as,
    xlsx,
)
from strategy.read import due_month
from strategy.records.forms import typed_text
from strategy.records.write import StaleVersion

#: Imports that a page lists, and rows of a new plan that a preview names.
_LISTED, _NAMED = 10, 400


def planner_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For planners; for everybody else there is nothing here. The view finds its own plan."""

    @require_http_methods(["GET", "HEAD", "POST"])
    @never_cache
    @only_now
    @wraps(view)
    def wrapped(request: HttpRequest, **found: Any) -> HttpResponse:
        who = viewer(request.user)
        if not who.signed_in:
            return ask_to_sign_in(request, False)
        try:
            if not who.is_planner:
                raise _nothing()
            return view(request, **found)
        except Http404 as missing:
            return answer_not_found(request, str(missing))

    return wrapped


def _nothing() -> Http404:
    return Http404(_("There is no such page, or it is not yours to see."))


def _page(request: HttpRequest, agency: Agency | None = None) -> Page | None:
    """The page, with the menu of an agency; None while there is no agency at all."""
    who, day = viewer(request.user), today()
    try:
        found, plan = current_agency(who, agency.slug if agency else "")
    except Http404:
        return None
    at = due_month(plan, day) if plan else None
    return Page(found, plan, at, day, who, False)


def _plan(slug: str) -> Plan:
    plan = Plan.every.select_related("agency").filter(slug=slug).first()
    if plan is None:
        raise _nothing()
    return plan


def _context(request: HttpRequest, agency: Agency | None = None, **more: Any) -> dict[str, Any]:
    return {"page": _page(request, agency), "nav": "drafts", **more}


# --------------------------------------------------------------------------- the list, the file


@planner_page
def drafts(request: HttpRequest) -> HttpResponse:
    """Plans in preparation, the workbook to begin with, and where it is sent."""
    plans = Plan.objects.select_related("agency").order_by("-is_current", "-first_year", "pk")
    form = PlanUploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["workbook"]
        content = file.read()
        try:
            read = plan_read(content)
        except ValidationError as refused:
            form.add_error("workbook", refused)
        else:
            rows = read["plan"].rows
            slug = str(rows[0].values.get("slug", "")) if rows else ""
            kept = plan_import_keep(
                user=request.user, slug=slug[:80], name=file.name, content=content
            )
            return redirect("plan_import", sent_id=kept.pk)
    begins = BeginForm(plans=plans, initial=_begins(plans.first()))
    context = _context(
        request,
        drafts=Plan.every.filter(is_draft=True).select_related("agency").order_by("first_year"),
        plans=plans,
        form=form,
        begins=begins,
        imports=PlanImport.objects.all()[:_LISTED],
    )
    return render(request, "drafts/drafts.html", context)


def _begins(plan: Plan | None) -> dict[str, Any]:
    return {} if plan is None else {"plan": plan.slug, "first_year": plan.last_year + 1}


@require_safe
@planner_page
def begin_workbook(request: HttpRequest) -> HttpResponse:
    """A plan carried on to later years, to be edited."""
    plans = Plan.objects.select_related("agency").order_by("-is_current", "-first_year", "pk")
    form = BeginForm(request.GET, plans=plans)
    if not form.is_valid():
        context = _context(request, begins=form)
        return render(request, "drafts/begin.html", context, status=400)
    plan, year = form.cleaned_data["plan"], form.cleaned_data["first_year"]
    lines = next_lines(plan, year, today())
    return xlsx(plan_workbook(lines), lines["plan"][0].values["name"])


@require_safe
@planner_page
def empty_workbook(request: HttpRequest) -> HttpResponse:
    """The headings alone: for an agency that has no plan here yet."""
    return xlsx(plan_workbook(empty_lines()), _("The next plan"))


@require_safe
@planner_page
def plan_file(request: HttpRequest, slug: str) -> HttpResponse:
    """The whole of a plan, a draft's or one at work."""
    plan = _plan(slug)
    return xlsx(plan_workbook(plan_lines(plan)), plan.name)


# ------------------------------------------------------------------------------- what came back


def _import(sent_id: int) -> PlanImport:
    row = PlanImport.objects.filter(pk=sent_id).first()
    if row is None:
        raise _nothing()
    return row


@require_safe
@planner_page
def plan_import_file(request: HttpRequest, sent_id: int) -> HttpResponse:
    """The workbook as it was sent."""
    row = _import(sent_id)
    return saved_as(bytes(row.file.content), row.file_name, XLSX)


@planner_page
def plan_import(request: HttpRequest, sent_id: int) -> HttpResponse:
    """What a workbook would do, row by row; confirming takes it over."""
    row = _import(sent_id)
    if row.state == PlanImport.State.APPLIED:
        return _taken_over(request, row)
    decided = posted_choices(request.POST)
    if request.method == "POST" and "_confirm" in request.POST:
        try:
            plan = plan_import_apply(
                user=request.user,
                row=row,
                expected_version=row.version,
                decided=decided,
                digest=typed_text(request.POST, "digest"),
                reason=typed_text(request.POST, "change_reason"),
            )
        except Overtaken:
            messages.warning(
                request,
                _("What is stored has changed since you looked. Nothing was taken over; this is "
                  "how it stands now."),
            )  # fmt: skip
        except StaleVersion:
            messages.warning(request, _("Somebody was faster; look at what stands now."))
            return redirect("plan_import", sent_id=row.pk)
        else:
            messages.success(request, _("Taken over into the draft “%(plan)s”.") % {"plan": plan})
            return redirect("draft", slug=plan.slug)
    try:
        found = plan_preview(request.user, bytes(row.file.content), decided)
    except ValidationError as refused:
        return answer_not_found(request, " ".join(refused.messages))
    context = _context(
        request,
        found.there,
        row=row,
        found=found,
        labels=[(LABELS[name], name) for name in LABELS],
        named=found.added[:_NAMED],
    )
    return render(request, "drafts/import.html", context)


def _taken_over(request: HttpRequest, row: PlanImport) -> HttpResponse:
    plan = Plan.every.select_related("agency").filter(slug=row.slug).first()
    context = _context(
        request,
        plan.agency if plan else None,
        row=row,
        plan=plan,
        outcomes=[(LABELS[name], count) for name, count in row.outcome.items()],
        act=row.history.latest("history_id").act,
    )
    return render(request, "drafts/taken_over.html", context)


# ------------------------------------------------------------------------------------ one draft


@planner_page
def draft(request: HttpRequest, slug: str) -> HttpResponse:
    """A draft: what it lacks, and its targets beside the past; thrown away with a reason."""
    plan = _plan(slug)
    form = ReasonForm(
        request.POST or None,
        initial={"expected_version": plan.version, "along": draft_along(plan)},
    )
    if request.method == "POST" and form.is_valid():
        done = _stepped(
            request, plan,
            lambda: draft_discard(
                user=request.user, plan=plan, reason=form.cleaned_data["reason"],
                expected_version=form.cleaned_data["expected_version"],
                along=form.cleaned_data["along"],
            ),
            _("The draft “%(plan)s” was thrown away; its history stays."),
        )  # fmt: skip
        return redirect("drafts") if done else redirect("draft", slug=slug)
    day = today()
    missing = lacks(plan, day)
    context = _context(
        request,
        plan.agency,
        plan=plan,
        missing=missing,
        missing_count=sum(len(each.findings) for each in missing),
        ambitions=ambitions(plan, day),
        others=_others(plan),
        discard=form,
        imports=PlanImport.objects.filter(slug=plan.slug)[:_LISTED],
    )
    return render(request, "drafts/draft.html", context)


def _others(plan: Plan) -> Any:
    """The plans that a plan is held against: the agency's other ones, the one before first."""
    others = Plan.every.filter(agency=plan.agency_id).exclude(pk=plan.pk)
    return others.order_by("is_draft", "-first_year", "pk")


@require_safe
@planner_page
def beside(request: HttpRequest, slug: str) -> HttpResponse:
    """Two plans of an agency side by side."""
    plan = _plan(slug)
    others = _others(plan)
    chosen = request.GET.get("with", "").replace("\x00", "")
    former = others.filter(slug=chosen).first() if chosen else others.first()
    if former is None:
        raise Http404(_("There is no other plan of the agency to hold it against."))
    context = _context(
        request, plan.agency, plan=plan, others=others, former=former,
        pair=side_by_side(former, plan, today()),
    )  # fmt: skip
    return render(request, "drafts/beside.html", context)


@planner_page
def activate(request: HttpRequest, slug: str) -> HttpResponse:
    """Put a draft to work, or take back one for which nothing was entered; asked first."""
    plan = _plan(slug)
    first = {"expected_version": plan.version, "current": not _has_current(plan)}
    form = StepForm(request.POST or None, initial=first)
    if not plan.is_draft:
        form.fields["confirm"].required = False
    if request.method == "POST" and form.is_valid():
        cleaned = form.cleaned_data
        more = {
            "user": request.user, "plan": plan, "reason": cleaned["reason"],
            "expected_version": cleaned["expected_version"],
        }  # fmt: skip
        if plan.is_draft:
            done = _stepped(
                request, plan, lambda: plan_activate(current=cleaned["current"], **more),
                _("“%(plan)s” is at work."),
            )  # fmt: skip
            return redirect("overview", slug=slug) if done else redirect("draft_activate", slug)
        _stepped(request, plan, lambda: plan_take_back(**more), _("“%(plan)s” is a draft again."))
        return redirect("draft_activate", slug)
    missing = lacks(plan, today())
    context = _context(
        request,
        plan.agency,
        plan=plan,
        form=form,
        missing=[(each.label, len(each.findings)) for each in missing],
        entered=[] if plan.is_draft else entered_for(plan),
        current=Plan.objects.filter(agency=plan.agency_id, is_current=True).first(),
    )
    return render(request, "drafts/activate.html", context)


def _has_current(plan: Plan) -> bool:
    return Plan.objects.filter(agency=plan.agency_id, is_current=True).exists()


def _stepped(request: HttpRequest, plan: Plan, step: Callable[[], Any], said: str) -> bool:
    """Take a step, and say what came of it."""
    try:
        step()
    except ValidationError as refused:
        for text in refused.messages:
            messages.error(request, text)
        return False
    messages.success(request, said % {"plan": plan.name})
    return True
