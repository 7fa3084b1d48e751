"""The pages of every import, of whatever kind: what was sent, what each would do, what it did."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from nhrc_plan.exchange.entry import nothing
from nhrc_plan.exchange.kinds import every_kind, kind_of
from nhrc_plan.exchange.models import Import, ImportCheck, ImportFile
from nhrc_plan.exchange.progress import LARGE, Outcome, answer_with_progress
from nhrc_plan.exchange.read import imports_seen, last_check, shown
from nhrc_plan.exchange.rows import posted_choices
from nhrc_plan.exchange.undo.kind import Undo, act_of
from nhrc_plan.exchange.write import Overtaken, import_apply, import_look, import_sent
from strategy.access import viewer
from strategy.clock import today
from strategy.pages.page import XLSX, PlanPage, answer_not_found, ask_to_sign_in
from strategy.pages.period import NotEnded, find_month, find_plan
from strategy.records.forms import typed_text
from strategy.records.write import StaleVersion
from strategy.thai import says_why

#: Imports on a page of the list.
_LISTED = 50


def entry_page(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Finds plan and month for those who enter figures; for others there is nothing here."""

    @require_http_methods(["GET", "HEAD", "POST"])
    @never_cache
    @wraps(view)
    def wrapped(request: HttpRequest, slug: str, **found: Any) -> HttpResponseBase:
        who = viewer(request.user)
        if not who.signed_in:
            return ask_to_sign_in(request, False)
        try:
            plan, day = find_plan(slug), today()
            page = PlanPage(plan.agency, plan, find_month(plan, request.GET, day), day, who, False)
            return view(request, page, **found)
        except NotEnded as not_ended:
            return answer_not_found(request, str(not_ended))
        except Http404 as missing:
            return answer_not_found(request, str(missing))

    return wrapped


def import_address(row: Import) -> str:
    return reverse("one_import", args=[row.plan.slug, row.pk])


def send(
    request: HttpRequest, page: PlanPage, row: Import, name: str, content: bytes, back: str
) -> HttpResponseBase | ValidationError:
    """Keep a file that was sent, and lead to what it would do; the refusal where it cannot be
    taken as a whole. ``back``: where it is sent anew."""
    user = request.user

    def keep() -> Outcome:
        import_sent(user=user, row=row, name=name, content=content, today=page.today)
        return Outcome(import_address(row))

    if len(content) >= LARGE:
        return with_progress(request, page, name, back, keep)
    try:
        return HttpResponseRedirect(keep().address)
    except ValidationError as refused:
        return refused


def with_progress(
    request: HttpRequest, page: PlanPage, name: str, back: str, work: Callable[[], Outcome]
) -> HttpResponseBase:
    def done() -> Outcome:
        try:
            return work()
        except ValidationError as refused:
            return Outcome(back, " ".join(refused.messages))

    context = {"page": page, "nav": "units", "name": name}
    return answer_with_progress(request, context, done)


@require_safe
@entry_page
def imports(request: HttpRequest, page: PlanPage) -> HttpResponseBase:
    """What was sent: one's own, for those who keep watch all of it."""
    who = page.viewer
    if not any(kind.may(who) or kind.watched_by(who) for kind in every_kind()):
        raise nothing()
    listed = Paginator(imports_seen(page.plan, who), _LISTED).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "nav": "units",
        "listed": listed,
        "imports": [(row, import_address(row)) for row in listed],
    }
    return render(request, "exchange/imports.html", context)


def _found(page: PlanPage, import_id: int) -> Import:
    row = imports_seen(page.plan, page.viewer).filter(pk=import_id).first()
    if row is None or not page.viewer.signed_in:
        raise nothing()
    return row


@require_safe
@entry_page
def import_file(request: HttpRequest, page: PlanPage, import_id: int) -> HttpResponseBase:
    """The file of an import, as it was sent; always as an attachment."""
    row = _found(page, import_id)
    file = ImportFile.objects.filter(of=row).first()
    if file is None:
        raise nothing()
    return HttpResponse(
        bytes(file.content),
        content_type=XLSX if row.file_name.endswith(".xlsx") else "application/octet-stream",
        headers={"Content-Disposition": content_disposition_header(True, row.file_name) or ""},
    )


@entry_page
def one_import(request: HttpRequest, page: PlanPage, import_id: int) -> HttpResponseBase:
    """What an import would change, row by row; confirming takes it over.

    Of one that was taken over, and for those who only keep watch, what became of it.
    """
    row = _found(page, import_id)
    kind = kind_of(row)
    if row.is_applied or not kind.may(page.viewer):
        if "_undo" in request.POST and _may_undo(page, row):
            return _undone(request, page, row)
        return _applied(request, page, row)
    check = last_check(row)
    if check is None and kind.before(row):
        return redirect(kind.before(row))
    decided = {**(check.decided if check else {}), **posted_choices(request.POST)}
    if request.method == "POST":
        seen = check is not None and check.digest == typed_text(request.POST, "digest")
        confirms = "_confirm" in request.POST
        if confirms and check is not None and seen and check.decided == decided:
            return _confirmed(request, page, row, check)
        said = _overtaken() if confirms and not seen else ""
        return _looked(request, page, row, decided, said)
    return _preview(request, page, row, check)


def _looked(
    request: HttpRequest, page: PlanPage, row: Import, decided: dict[str, str], said: str
) -> HttpResponseBase:
    """Look at it again, and show what there is now."""
    user, address = request.user, import_address(row)

    def look() -> Outcome:
        import_look(user=user, row=row, decided=decided, today=page.today)
        return Outcome(address, said)

    if row.size >= LARGE:
        return with_progress(request, page, row.file_name, address, look)
    if said:
        messages.warning(request, said)
    try:
        look()
    except ValidationError as refused:
        for text in refused.messages:
            messages.error(request, text)
    return _preview(request, page, row, last_check(row))


def _confirmed(
    request: HttpRequest, page: PlanPage, row: Import, check: ImportCheck
) -> HttpResponseBase:
    """Take it over as it was seen, or show how it stands now."""
    compared = shown(check).compared
    reason = typed_text(request.POST, "change_reason")
    if kind_of(row).asks_reason and not says_why(reason):
        messages.error(request, _("Say below why these figures change; nothing was taken over."))
        return _preview(request, page, row, check)
    if not compared.may_apply:
        return _preview(request, page, row, check)
    user, address = request.user, import_address(row)

    def apply() -> Outcome:
        import_apply(
            user=user, row=row, expected_version=row.version, check=check, today=page.today,
            reason=reason,
        )  # fmt: skip
        return Outcome(address)

    def apply_or_look() -> Outcome:
        try:
            return apply()
        except StaleVersion as faster:
            return Outcome(address, " ".join(faster.messages))
        except Overtaken:
            row.refresh_from_db()
            import_look(user=user, row=row, decided=check.decided, today=page.today)
            return Outcome(address, _overtaken())

    if row.size >= LARGE:
        return with_progress(request, page, row.file_name, address, apply_or_look)
    try:
        apply()
    except StaleVersion:
        messages.warning(request, _("Somebody was faster; look at what stands now."))
    except Overtaken:
        row.refresh_from_db()
        return _looked(request, page, row, check.decided, _overtaken())
    else:
        messages.success(request, _("Taken over, rows: %(count)s.") % {"count": compared.news})
    return redirect(address)


def _overtaken() -> str:
    return _(
        "What is stored has changed since you looked. Nothing was taken over; this is how it "
        "stands now."
    )


def _preview(
    request: HttpRequest, page: PlanPage, row: Import, check: ImportCheck | None
) -> HttpResponseBase:
    context = _about(page, row)
    if check is not None:
        seen = shown(check, typed_text(request.GET, "only"), typed_text(request.GET, "page"))
        context |= {**seen._asdict(), "check": check}
    return render(request, "exchange/import.html", context)


def _applied(request: HttpRequest, page: PlanPage, row: Import) -> HttpResponseBase:
    """What became of it: the rows as they were taken over, and what took it back."""
    context = _about(page, row)
    if row.taken is not None:
        only, number = (typed_text(request.GET, name) for name in ("only", "page"))
        context |= {**shown(row.taken, only, number)._asdict(), "act": act_of(row)}
        undone = row.undone_by.filter(state=Import.State.APPLIED).first()
        context["undone"] = (undone, import_address(undone)) if undone else None
        context["may_undo"] = _may_undo(page, row) and undone is None
    return render(request, "exchange/applied.html", context)


def _may_undo(page: PlanPage, row: Import) -> bool:
    return page.viewer.enters and kind_of(row).goes_back


def _undone(request: HttpRequest, page: PlanPage, row: Import) -> HttpResponseBase:
    """Plan to take an import back, and lead to what that would do."""
    back = Import(
        plan=row.plan,
        unit=row.unit,
        kind=Undo.code,
        fiscal_year=row.fiscal_year,
        month=row.month,
        undoes=row,
    )
    name = _("undo of %(name)s") % {"name": row.file_name}
    answer = send(request, page, back, name, b"", import_address(row))
    if not isinstance(answer, ValidationError):
        return answer
    for text in answer.messages:
        messages.error(request, text)
    return redirect(import_address(row))


def _about(page: PlanPage, row: Import) -> dict[str, Any]:
    kind = kind_of(row)
    undoes = row.undoes
    return {
        "page": page,
        "nav": "units",
        "row": row,
        "kind": kind,
        "back": kind.back(row),
        "before": "" if row.is_applied else kind.before(row),
        "undoes": (undoes, import_address(undoes)) if undoes else None,
    }
