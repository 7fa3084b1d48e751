"""Calendars to subscribe to: the file behind a secret, and the page on which it is renewed."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotFound
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from nhrc_plan.reminders.feeds import calendar_text, due_dates, feed_find
from nhrc_plan.reminders.models import CalendarFeed
from nhrc_plan.reminders.write import feed_renew
from strategy.access import viewer
from strategy.clock import today
from strategy.models import Unit
from strategy.pages.page import (
    Page,
    answer_not_found,
    ask_to_sign_in,
    page_of_agency,
    staff_page,
)
from strategy.records.admin import version_shown
from strategy.records.write import StaleVersion

#: Where such addresses begin; logs.py knows it too.
PREFIX = "calendar/"


@require_safe
@never_cache
def calendar_file(request: HttpRequest, secret: str) -> HttpResponse:
    """The due dates behind a secret; nobody has to be signed in."""
    feed = feed_find(secret)
    if feed is None:
        return HttpResponseNotFound(
            _("There is no such calendar. Its address may have been renewed."),
            content_type="text/plain; charset=utf-8",
        )
    day = today()
    return HttpResponse(
        calendar_text(feed, due_dates(feed.who, day), day, _site(request)),
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": 'inline; filename="due-dates.ics"'},
    )


@staff_page
def calendar_page(request: HttpRequest, page: Page, unit_id: int | None = None) -> HttpResponse:
    """What a calendar is for, whether it has an address, and the press that makes a new one."""
    return _shown(request, page, _unit(page, unit_id))


@require_POST
@never_cache
def calendar_new(request: HttpRequest, unit_id: int | None = None) -> HttpResponse:
    """A new secret; its address is shown this once."""
    who = viewer(request.user)
    if not who.signed_in:
        return ask_to_sign_in(request, as_data=False)
    try:
        page = page_of_agency(request)
        unit = _unit(page, unit_id)
        secret = feed_renew(user=request.user, unit=unit, expected_version=version_shown(request))
    except (Http404, PermissionDenied):
        return answer_not_found(request, _not_yours())
    except StaleVersion:
        messages.warning(request, _("Somebody else has made a new address meanwhile."))
        return redirect(_address("calendar", unit))
    made = f"{_site(request)}{reverse('calendar_file', args=[secret])}"
    return _shown(request, page, unit, made=made)


def _shown(request: HttpRequest, page: Page, unit: Unit | None, **more: Any) -> HttpResponse:
    whose = {"user": request.user.pk} if unit is None else {"unit": unit}
    context = {
        "page": page,
        "nav": "desk" if unit is None else "units",
        "unit": unit,
        "feed": CalendarFeed.objects.filter(**whose).first(),
        "new": _address("calendar_new", unit),
        **more,
    }
    return render(request, "reminders/calendar.html", context)


def _address(name: str, unit: Unit | None) -> str:
    if unit is None:
        return reverse(f"my_{name}")
    return reverse(f"unit_{name}", args=[unit.pk])


def _unit(page: Page, unit_id: int | None) -> Unit | None:
    """The unit whose calendar it is; None: one's own. Raises Http404 where it is not theirs."""
    who = page.viewer
    if unit_id is None:
        if not who.enters:
            raise Http404(_not_yours())
        return None
    may = unit_id < 2**63 and (who.is_planner or unit_id in who.unit_ids)
    unit = Unit.objects.filter(pk=unit_id).first() if may else None
    if unit is None:
        raise Http404(_not_yours())
    return unit


def _not_yours() -> str:
    return _("There is no such calendar, or it is not yours.")


def _site(request: HttpRequest) -> str:
    """Where addresses begin: as the setting says, else as it was asked for."""
    return settings.SITE_URL or request.build_absolute_uri("/").rstrip("/")
