"""Which plan and month a page shows, from its address; and what exists where it does not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.http import Http404
from django.utils.translation import gettext as _

from strategy.calendar import MONTHS, FiscalMonth
from strategy.messages import said
from strategy.models import Plan
from strategy.read import due_month
from strategy.thai import Refusal, month_name, parse_year, to_arabic


class NotEnded(Exception):
    """A month of the plan that is not over. ``latest`` is the one to look at instead."""

    def __init__(self, asked: FiscalMonth, latest: FiscalMonth) -> None:
        super().__init__(
            _("%(month)s has not ended. The latest month that has is %(latest)s.")
            % {"month": month_name(asked), "latest": month_name(latest)}
        )
        self.latest = latest
        #: Said where that one is shown instead.
        self.shown = _("%(month)s has not ended, so the latest that has is shown: %(latest)s.") % {
            "month": month_name(asked),
            "latest": month_name(latest),
        }


def month_choices(year: int) -> list[tuple[int, str]]:
    """The twelve months of a fiscal year under their names."""
    return [(month, month_name(FiscalMonth(year, month), short=True)) for month in MONTHS]


def find_plan(slug: str) -> Plan:
    """The plan at an address, or a 404 that names those there are."""
    plan = Plan.objects.select_related("agency").filter(slug=slug).first()
    if plan is None:
        known = ", ".join(Plan.objects.values_list("slug", flat=True)[:20])
        raise Http404(
            _("There is no plan “%(slug)s”. There are: %(known)s.") % {"slug": slug, "known": known}
        )
    return plan


def month_to_return(plan: Plan, query: Mapping[str, str], today: date) -> FiscalMonth:
    """The month of a plan that a page of its agency leads back to: the one it was come from.

    The latest that has ended where the address names none, or none that can be.
    """
    try:
        return find_month(plan, query, today)
    except (Http404, NotEnded):
        return due_month(plan, today)


def find_month(plan: Plan, query: Mapping[str, str], today: date) -> FiscalMonth:
    """The month asked for by ?year= and ?month=, else the latest that has ended.

    A year alone means its latest month. Raises Http404 where the plan has no such month and
    :class:`NotEnded` where it is not over.
    """
    latest = due_month(plan, today)
    year_text, month_text = query.get("year", ""), query.get("month", "")
    year = _year(plan, year_text) if year_text else latest.year
    if not month_text:
        month = latest.month if year >= latest.year else 12
    else:
        digits = to_arabic(month_text.strip())
        if not (
            digits.isascii() and digits.isdigit() and len(digits) <= 2 and int(digits) in MONTHS
        ):
            raise Http404(
                _("There is no month “%(text)s”. Fiscal months are 1 (October) to 12 (September).")
                % {"text": month_text[:40]}
            )
        month = int(digits)
    asked = FiscalMonth(year, month)
    if asked > latest:
        raise NotEnded(asked, latest)
    return asked


def _year(plan: Plan, text: str) -> int:
    try:
        year = parse_year(text)
    except Refusal as refusal:
        message = said(refusal, text=text[:40])
        raise Http404(f"{message} {_plan_years(plan)}") from None
    if year not in plan.years:
        raise Http404(
            _("Fiscal year %(year)s is not in this plan.") % {"year": year}
            + " "
            + _plan_years(plan)
        )
    return year


def _plan_years(plan: Plan) -> str:
    return _("The plan runs from fiscal year %(first)s to %(last)s.") % {
        "first": plan.first_year,
        "last": plan.last_year,
    }
