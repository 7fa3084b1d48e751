"""Where the menu leads: the plan's pages, and those that belong to its agency."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from strategy.access import AUDITOR, EXECUTIVE
from strategy.pages.menu import Entry
from strategy.pages.page import Page


def _of_plan(name: str, *, strategic: bool = False) -> Callable[[Page], str]:
    """A page of the plan at the month shown; ``strategic``: a scorecard has none."""

    def address(page: Page) -> str:
        if page.plan is None or (strategic and page.plan.is_scorecard):
            return ""
        return f"{reverse(name, args=[page.plan.slug])}?{page.query}"

    return address


def _says(label: Any) -> Callable[[Page], Any]:
    return lambda page: label


def _map_label(page: Page) -> Any:
    return _("Levels of the plan") if page.plan and page.plan.is_scorecard else _("Strategy map")


def _board(page: Page) -> str:
    """What the board deliberates on is for those who have signed in."""
    return _of_plan("board")(page) if page.viewer.signed_in else ""


def _integrity(page: Page) -> str:
    return f"{reverse('ita_years')}?{page.agency_query}"


def _watch(page: Page) -> str:
    """For planners and auditors: what is wrong with a plan's data; without a plan the log."""
    if not page.viewer.keeps_watch:
        return ""
    if page.plan is None:
        return f"{reverse('history')}?{page.agency_query_now}"
    return f"{reverse('quality', args=[page.plan.slug])}?{page.query_now}"


def _admin(page: Page) -> str:
    return reverse("admin:index") if page.viewer.is_staff else ""


def _desk(page: Page) -> str:
    """For who enters or approves, and for who asks and is answered there."""
    who = page.viewer
    at_home = who.enters or who.roles & {EXECUTIVE, AUDITOR}
    return f"{reverse('my_work')}?{page.agency_query_now}" if at_home else ""


def _desk_label(page: Page) -> Any:
    return _("My work") if page.viewer.enters else _("Questions")


MENU = [
    Entry("desk", _desk_label, _desk),
    Entry("overview", _says(_("Overview")), _of_plan("overview")),
    Entry("indicators", _says(_("indicators")), _of_plan("indicators")),
    Entry("map", _map_label, _of_plan("map")),
    Entry("budgets", _says(_("Budgets")), _of_plan("budgets", strategic=True)),
    Entry("board", _says(_("Board meeting")), _board),
    Entry("units", _says(_("units")), _of_plan("units")),
    Entry("integrity", _says(_("Integrity")), _integrity),
    Entry("watch", _says(_("Keeping watch")), _watch),
    Entry("admin", _says(capfirst(_("data entry"))), _admin),
]
