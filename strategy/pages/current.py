"""Whose plan a page shows where its address does not say so: one rule for every page."""

from __future__ import annotations

from django.http import Http404
from django.utils.translation import gettext
from django.utils.translation import gettext as _

from strategy.access import NOBODY, Viewer
from strategy.models import Agency, Plan


def current_plan(who: Viewer, agency: str = "") -> Plan | None:
    """The plan that a reader is led to, with its agency; None where there is none. One query, two
    where the agencies of the reader's units have no plan.

    Of the agency named by its slug, else of the agencies in whose units the reader works, else of
    any: the plan at work, else the latest.
    """
    plans = Plan.objects.select_related("agency").order_by("-is_current", "-first_year", "pk")
    if agency:
        return plans.filter(agency__slug=agency).first()
    if who.agency_ids:
        own = plans.filter(agency__in=who.agency_ids).first()
        if own is not None:
            return own
    return plans.first()


def site_title() -> str:
    """The title of pages that are of no agency in particular, such as the sign-in. One query.

    That of the agency whose plan is at work; of no agency while there is no plan.
    """
    plan = current_plan(NOBODY)
    return plan.agency.title if plan else gettext("Strategic plan tracker")


def current_agency(who: Viewer, slug: str = "") -> tuple[Agency, Plan | None]:
    """The agency whose affairs a page shows, and the plan that its menu leads to.

    The one named, else that of :func:`current_plan`. Raises Http404 with the names there are.
    """
    slug = slug.replace("\x00", "�")
    plan = current_plan(who, slug)
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
