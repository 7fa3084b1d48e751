"""Whether one wants reminders: one's own page, and the press of a mailbox."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseNotFound
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from nhrc_plan.reminders.choice import ONE_CLICK, whose
from nhrc_plan.reminders.models import MailChoice
from nhrc_plan.reminders.write import mail_choice_set
from strategy.access import viewer
from strategy.pages.page import Page, ask_to_sign_in, staff_page
from strategy.records.admin import version_shown
from strategy.records.write import StaleVersion

_PLAIN = "text/plain; charset=utf-8"


@staff_page
def choice_page(request: HttpRequest, page: Page) -> HttpResponse:
    """Which mails one gets, which of them stop, and the press that switches them off or on."""
    choice = MailChoice.objects.filter(user=request.user.pk).first()
    context = {"page": page, "nav": "desk", "choice": choice, "off": bool(choice and choice.off)}
    return render(request, "reminders/choice.html", context)


@require_POST
@never_cache
def choice_set(request: HttpRequest) -> HttpResponse:
    """Switch one's own reminders off or on."""
    if not viewer(request.user).signed_in:
        return ask_to_sign_in(request, as_data=False)
    off = request.POST.get("off")
    if off in ("0", "1"):
        try:
            mail_choice_set(
                person=request.user,
                off=off == "1",
                user=request.user,
                expected_version=version_shown(request),
            )
        except StaleVersion:
            messages.warning(request, _("Your choice was changed elsewhere meanwhile. Look again."))
        else:
            messages.success(
                request,
                _("Reminders are switched off.") if off == "1" else _("Reminders are sent again."),
            )
    return redirect("my_reminders")


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def one_click(request: HttpRequest, token: str) -> HttpResponse:
    """The address in a mail's head: a mailbox posts to it, by RFC 8058. Who merely looks at it
    changes nothing, and is led to their own page."""
    if request.method != "POST":
        return redirect("my_reminders")
    person = whose(token)
    if person is None:
        return HttpResponseNotFound(_("There is no such address."), content_type=_PLAIN)
    name, _equals, value = ONE_CLICK.partition("=")
    if request.POST.get(name) != value:
        return HttpResponseBadRequest(_("This is not how a mailbox asks."), content_type=_PLAIN)
    try:
        mail_choice_set(person=person, off=True, user=None)
    except StaleVersion:  # pressed twice at once, or changed on their page meanwhile
        mail_choice_set(person=person, off=True, user=None)
    return HttpResponse(_("Reminders are switched off."), content_type=_PLAIN)
