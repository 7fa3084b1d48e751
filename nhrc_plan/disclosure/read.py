"""A year's items: where each is shown, and what it still lacks before it can be published.

Looked at as the public looks at it: a figure that is not approved is not there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from budgets.read.money import plan_money
from budgets.read.rows import PlanMoney
from kpis.read.rows import PlanStanding
from kpis.read.standing import plan_standing
from nhrc_plan.disclosure.models import Item
from strategy.approval.model import read_in_public
from strategy.calendar import FiscalMonth
from strategy.models import Agency, Plan
from strategy.standing.status import AWAITING, NO_TARGET, WAITING_APPROVAL
from strategy.thai import month_name

_OWED = (AWAITING, WAITING_APPROVAL)
#: The month whose figures an item shows; the others show the plan of a whole year.
MONTHS = {Item.Kind.HALF_YEAR: 6, Item.Kind.YEAR: 12}
#: As many names as a sentence holds.
_NAMED = 20


class Shown(NamedTuple):
    """An address that shows an item, by what it is called."""

    label: str
    address: str


class ItemRow(NamedTuple):
    """An item with its addresses. ``lacks``: sentences; () once nothing is missing."""

    item: Item
    shown: tuple[Shown, ...]
    lacks: tuple[str, ...]

    @property
    def is_published(self) -> bool:
        return self.item.published_on is not None


class Facts(NamedTuple):
    """A plan at the end of a month, as the public sees it."""

    standing: PlanStanding
    money: PlanMoney


def years_of(agency: Agency, *, published: bool) -> list[int]:
    """The years that have items, the newest first. One query."""
    rows = Item.objects.filter(agency=agency)
    if published:
        rows = rows.filter(published_on__isnull=False)
    return sorted(set(rows.values_list("fiscal_year", flat=True)), reverse=True)


def items_of(agency: Agency, year: int, today: date, *, published: bool) -> list[ItemRow]:
    """The items of a year in their order; ``published``: those alone, without what they lack."""
    rows = Item.objects.filter(agency=agency, fiscal_year=year).select_related("plan__agency")
    if published:
        rows = rows.filter(published_on__isnull=False)
    known: dict[tuple[int, FiscalMonth], Facts] = {}
    return [
        ItemRow(item, tuple(_shown(item)), () if published else tuple(lacks(item, today, known)))
        for item in rows.order_by("number")
    ]


def _shown(item: Item) -> Iterator[Shown]:
    """The addresses that show an item; they do not change."""
    plan = item.plan
    if plan is not None:
        pages, query, files = _pages(item)
        for label, name in pages:
            yield Shown(label, f"{reverse(name, args=[plan.slug])}?{query}")
        for label, name in files:
            yield Shown(label, f"{reverse(f'v1:{name}_csv', args=[plan.slug])}?{_asked(item)}")
    if item.document_url:
        yield Shown(_("document"), item.document_url)


_Named = list[tuple[str, str]]


def _pages(item: Item) -> tuple[_Named, str, _Named]:
    """The pages of an item with their query, and the datasets beside them."""
    year = f"year={item.of_year}"
    if item.kind == Item.Kind.PLAN:
        pages = [(_("About the plan"), "about"), (_("indicators"), "indicators")]
        return pages, year, [(_("Targets of a plan"), "targets")]
    if item.kind == Item.Kind.SPENDING:
        return [(_("Budgets"), "budgets")], year, [(_("Budgets and spending of a plan"), "budgets")]
    if item.kind in MONTHS:
        pages = [(_("Overview"), "overview"), (_("Budgets"), "budgets")]
        files = [
            (_("Results of a plan"), "results"),
            (_("Budgets and spending of a plan"), "budgets"),
        ]
        return pages, f"{year}&month={MONTHS[Item.Kind(item.kind)]}", files
    return [], "", []


def _asked(item: Item) -> str:
    """What a dataset is asked for."""
    month = MONTHS.get(Item.Kind(item.kind))
    return f"fiscal_year={item.of_year}" + (f"&month={month}" if month else "")


# ------------------------------------------------------------------------------ what is lacking


def lacks(
    item: Item, today: date, known: dict[tuple[int, FiscalMonth], Facts] | None = None
) -> Iterator[str]:
    """What an item lacks before it can be published, a sentence each. ``known`` keeps what was
    read of a plan for the next item."""
    if item.kind == Item.Kind.OTHER:
        if not item.document_url:
            yield _("The address of its document is missing.")
        return
    if not settings.PUBLIC_READING:
        yield _("The site is not open to the public (PUBLIC_READING): addresses ask for sign-in.")
    plan = item.plan
    if plan is None:
        yield _("The plan that it is shown by is not chosen.")
        return
    if item.of_year not in plan.years:
        yield _("Fiscal year %(year)s is not in the plan.") % {"year": item.of_year}
        return
    at = FiscalMonth(item.of_year, MONTHS.get(Item.Kind(item.kind), 12))
    if item.kind in MONTHS and not at.has_ended(today):
        yield _("%(month)s has not ended.") % {"month": month_name(at)}
        return
    known = {} if known is None else known
    if (plan.pk, at) not in known:
        known[plan.pk, at] = _facts(plan, at, today)
    yield from _lacking(item, known[plan.pk, at])


def _facts(plan: Plan, at: FiscalMonth, today: date) -> Facts:
    with read_in_public():
        standing = plan_standing(plan, at, today, every_year=False)
        return Facts(standing, plan_money(plan, at, today))


def _lacking(item: Item, facts: Facts) -> Iterator[str]:
    rows = [row for row in facts.standing.rows if row.current.status != NO_TARGET]
    money = [row for row in facts.money.office.rows if row.current.allocated]
    if item.kind == Item.Kind.PLAN:
        missing = [row.code for row in facts.standing.rows if row.current.status == NO_TARGET]
        yield from _names(_("Without a target of the year: %(codes)s."), missing)
        missing = [row.code for row in facts.standing.rows if row.unit_id is None]
        yield from _names(_("Without a responsible unit: %(codes)s."), missing)
    elif item.kind == Item.Kind.SPENDING:
        if not money:
            yield _("No project has money in the year.")
        if not facts.money.lines.entered:
            yield _("What is to be spent by quarter is not entered for the year.")
    else:
        closes = item.kind == Item.Kind.YEAR
        late = [
            row.code
            for row in rows
            if row.current.status in _OWED or (closes and row.current.figure is None)
        ]
        yield from _names(_("Without an approved result: %(codes)s."), late)
        late = [
            row.code
            for row in money
            if row.current.status in _OWED or (closes and row.current.spent is None)
        ]
        yield from _names(_("Without an approved disbursement: %(codes)s."), late)
    if item.kind in MONTHS:
        sample = [row.code for row in rows if row.current.sample]
        sample += [row.code for row in money if row.current.sample]
        yield from _names(_("Samples, not figures: %(codes)s."), sample)


def _names(sentence: str, codes: Iterable[str]) -> Iterator[str]:
    named = list(codes)
    if named:
        more = " …" if len(named) > _NAMED else ""
        yield sentence % {"codes": ", ".join(named[:_NAMED]) + more}
