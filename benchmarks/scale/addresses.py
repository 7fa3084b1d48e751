"""Every page, screen, search and file that is looked at, of the plan of fixtures/."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from django.contrib import admin

from budgets.admin.disbursements import entry_address
from strategy.calendar import FiscalMonth
from strategy.models import Plan, Unit
from tests.support.pages import AT, reading_routes

SLUG = "nhrc-2566-2570"
AT_MONTH = FiscalMonth(2568, 7)


class Address(NamedTuple):
    """``account``: who looks at it; ``lists_all``: what it lists is of all agencies, as whoever
    opens it wants it, and so grows with them."""

    what: str
    account: str
    path: str
    lists_all: bool = False


def addresses() -> list[Address]:
    plan = Plan.objects.get(slug=SLUG)
    found = [*_pages(plan), *_work(plan), *_screens(plan), *_lists()]
    return [one._replace(lists_all=one.lists_all or _is_of_all(one.path)) for one in found]


def _is_of_all(path: str) -> bool:
    """What docs/growing.md names as listing what is of all agencies."""
    return path in ("/plans/", "/drafts/") or path.startswith(
        ("/history/", "/admin/strategy/monthlock/calendar/")
    )


def _pages(plan: Plan) -> Iterator[Address]:
    for route in reading_routes(plan):
        if route.is_page or route.path.endswith(".xlsx"):
            yield Address(route.path, "planner", route.path + (AT if route.has_month else ""))


def _work(plan: Plan) -> Iterator[Address]:
    agency = plan.agency.slug
    for name in ("planner", "reporter", "approver", "executive", "admin"):
        yield Address(f"/ ({name})", name, "/")
        yield Address(f"/my-work/ ({name})", name, "/my-work/")
    yield Address("/my-work/count.json", "reporter", "/my-work/count.json")
    for text in ("สิทธิ", "S1-1.1", "zzz"):
        yield Address(f"/search/?q={text}", "planner", f"/search/?q={text}&agency={agency}")
    for path in (
        "/my-work/calendar/", f"/reminders/?agency={agency}", f"/history/?agency={agency}",
        "/history/", f"/history/?agency={agency}&text=x&kind=kpis.result",
        f"/plans/{SLUG}/quality/", f"/plans/{SLUG}/owners/",
        f"/plans/{SLUG}/entry/", f"/plans/{SLUG}/imports/", "/drafts/",
        f"/plans/{SLUG}/?year=2568&month=7&as_of=2026-11-30", f"/plans/{SLUG}/resolutions/1/",
        f"/plans/{SLUG}/meetings/1/", "/integrity/assessments/",
    ):  # fmt: skip
        yield Address(path, "planner", path)


def _screens(plan: Plan) -> Iterator[Address]:
    unit = Unit.objects.filter(agency=plan.agency_id, indicators__isnull=False).earliest("pk")
    here = "/admin/"
    for name in ("reporter", "planner"):
        yield Address(f"{here} ({name})", name, here)
    month = f"{here}kpis/result/month/?unit={unit.pk}&year=2568&month=7"
    yield Address("entry of a month's results", "reporter", month)
    yield Address("entry of a month's money", "planner", entry_address(plan, unit.pk, AT_MONTH))
    for path in ("kpis/result", "budgets/disbursement", "integrity/quarterprogress"):
        yield Address(f"{here}{path}/waiting/", "approver", f"{here}{path}/waiting/")
        yield Address(f"{here}{path}/waiting/ (planner)", "planner", f"{here}{path}/waiting/")
    yield Address(
        f"{here}strategy/monthlock/calendar/", "planner",
        f"{here}strategy/monthlock/calendar/?agency={plan.agency_id}&year=2568",
    )  # fmt: skip


def _lists() -> Iterator[Address]:
    """Each list of the admin: as it opens, searched in vain and with effect; its first row's form
    and history; the form of a new one."""
    for model, screen in sorted(admin.site._registry.items(), key=lambda one: one[0]._meta.label):
        account = "admin" if model._meta.app_label in ("auth", "axes") else "planner"
        path = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        yield Address(path, account, path, lists_all=True)
        if screen.search_fields or getattr(screen, "code_of", None) is not None:
            for text in ("zzz", "S1-1.1"):
                yield Address(f"{path}?q={text}", account, f"{path}?q={text}", lists_all=True)
        row = screen.model._base_manager.order_by("pk").first()
        if row is None:
            continue
        yield Address(f"{path}…/change/", account, f"{path}{row.pk}/change/")
        yield Address(f"{path}…/history/", account, f"{path}{row.pk}/history/")
        yield Address(f"{path}add/", account, f"{path}add/")
