"""What every integrity page knows. They belong to an agency and a fiscal year, not to a plan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from nhrc_plan.board.period import latest_month
from nhrc_plan.board.views import readable
from strategy.clock import today
from strategy.models import Agency, Plan
from strategy.roles import Viewer, viewer


@dataclass(frozen=True, slots=True)
class IntegrityPage:
    """Agency, day and reader. ``plan``: the one that the menu leads to, None without any."""

    agency: Agency
    plan: Plan | None
    today: date
    viewer: Viewer
    as_data: bool

    @property
    def query(self) -> str:
        """The month that the plan's pages open with."""
        if self.plan is None:
            return ""
        at = latest_month(self.plan, self.today)
        return urlencode({"year": at.year, "month": at.month})

    @property
    def agency_query(self) -> str:
        """The agency as it is carried from page to page."""
        return urlencode({"agency": self.agency.slug})


def integrity_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Finds the agency by ?agency=, else that of the current plan. One query, two at most."""

    @readable
    @wraps(view)
    def wrapped(request: HttpRequest, as_data: bool, **found: Any) -> HttpResponse:
        agency, plan = _agency_and_plan(request.GET.get("agency", ""))
        page = IntegrityPage(agency, plan, today(), viewer(request.user), as_data)
        return view(request, page, **found)

    return wrapped


def _agency_and_plan(slug: str) -> tuple[Agency, Plan | None]:
    slug = slug.replace("\x00", "�")
    plans = Plan.objects.select_related("agency").order_by("-is_current", "-first_year", "pk")
    plan = (plans.filter(agency__slug=slug) if slug else plans).first()
    if plan is not None:
        return plan.agency, plan
    agency = Agency.objects.filter(slug=slug).first() if slug else Agency.objects.first()
    if agency is None:
        known = ", ".join(Agency.objects.values_list("slug", flat=True)[:20])
        raise Http404(
            _("There is no agency “%(slug)s”. There are: %(known)s.")
            % {"slug": slug[:40], "known": known}
        )
    return agency, None
