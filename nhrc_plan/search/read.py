"""What somebody can find: the things of an agency, its pages and the manual."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from django.db.models import Q
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from budgets.models import Project
from integrity.measures.models import ItaMeasure
from integrity.measures.rows import place_of
from kpis.models import Indicator
from nhrc_plan.help.manual import FIRST, help_page, names
from nhrc_plan.meetings.resolutions.models import Resolution
from nhrc_plan.search.rules import Query, Target, found, query_of
from strategy.models import Plan, Unit
from strategy.pages.page import Page

INDICATOR, PROJECT, MEASURE = "indicator", "project", "measure"
UNIT, RESOLUTION, PLAN, PAGE = "unit", "resolution", "plan", "page"

#: Plans of other agencies that are looked for by their names.
_OTHER_PLANS = 8


class Group(NamedTuple):
    """What was found of a kind."""

    kind: str
    label: str
    targets: list[Target]


def labels() -> dict[str, str]:
    """The kinds, in the order in which they are shown."""
    return {
        INDICATOR: _("indicators"),
        PROJECT: _("projects"),
        MEASURE: _("integrity measures"),
        UNIT: _("units"),
        RESOLUTION: _("resolutions"),
        PAGE: _("pages"),
        PLAN: _("plans"),
    }


def search(page: Page, text: str) -> list[Group]:
    """What an agency's plans, integrity, meetings and pages hold of a text. Seven queries, whatever
    the size; what was found is of kinds that the reader's pages show anyway."""
    query = query_of(text)
    if query.is_empty:
        return []
    hits = found(query, _targets(page, query))
    return [
        Group(kind, label, rows)
        for kind, label in labels().items()
        if (rows := [hit for hit in hits if hit.kind == kind])
    ]


def _targets(page: Page, query: Query) -> Iterator[Target]:
    plans = {plan.pk: plan for plan in Plan.objects.filter(agency=page.agency)}
    # The plan looked at comes first, then the newer ones.
    first = page.plan.pk if page.plan else None
    order = sorted(plans.values(), key=lambda plan: (plan.pk != first, -plan.first_year))
    place = {plan.pk: number for number, plan in enumerate(order)}
    yield from sorted(_indicators(plans), key=lambda target: place[target.plan_id])
    yield from sorted(_projects(plans), key=lambda target: place[target.plan_id])
    yield from _measures(page)
    yield from _units(page)
    if page.viewer.signed_in:  # what the board resolved is not for the public
        yield from sorted(_resolutions(plans), key=lambda target: place[target.plan_id])
    yield from _pages(page)
    yield from _plans(page, order, query)


def _of_plan(plan: Plan, kind: str, code: str, name: str, address: str) -> Target:
    return Target(kind, code, name, plan.name, address, plan.pk)


def _indicators(plans: Mapping[int, Plan]) -> Iterator[Target]:
    rows = Indicator.objects.filter(strategy__plan__in=plans).select_related("strategy__plan")
    for row in rows.order_by("strategy__number", "position"):
        plan = plans[row.strategy.plan_id]
        yield _of_plan(
            plan, INDICATOR, row.code, row.name, reverse("indicator", args=[plan.slug, row.code])
        )


def _projects(plans: Mapping[int, Plan]) -> Iterator[Target]:
    rows = Project.objects.filter(strategy__plan__in=plans).order_by("strategy__number", "number")
    for number, plan_id, strategy, name in rows.values_list(
        "number", "strategy__plan_id", "strategy__number", "name"
    ):
        code = f"{strategy}-{number}"
        plan = plans[plan_id]
        yield _of_plan(plan, PROJECT, code, name, reverse("project", args=[plan.slug, code]))


def _measures(page: Page) -> Iterator[Target]:
    """Integrity measures, those of the latest year first."""
    rows = ItaMeasure.objects.filter(issue__year__agency=page.agency).exclude(
        issue__year__came_with__is_draft=True
    )
    for pk, year, issue, number, text in rows.order_by(
        "-issue__year__fiscal_year", "issue__number", "position"
    ).values_list("pk", "issue__year__fiscal_year", "issue__number", "number", "text"):
        address = reverse("measure_year", args=[year])
        yield Target(
            MEASURE, place_of(issue, number), text, _("fiscal year %(year)s") % {"year": year},
            f"{address}?agency={page.agency.slug}#m{pk}",
        )  # fmt: skip


def _units(page: Page) -> Iterator[Target]:
    if page.plan is None:
        return
    for pk, name in (
        Unit.objects.filter(agency=page.agency).order_by("name").values_list("pk", "name")
    ):
        yield Target(UNIT, "", name, "", reverse("unit", args=[page.plan.slug, pk]))


def _resolutions(plans: Mapping[int, Plan]) -> Iterator[Target]:
    rows = Resolution.objects.filter(meeting__plan__in=plans).select_related("meeting")
    for row in rows.order_by("-meeting__held_on", "number"):
        plan = plans[row.meeting.plan_id]
        address = reverse("resolution", args=[plan.slug, row.pk])
        yield _of_plan(plan, RESOLUTION, row.code, row.text, address)


def _pages(page: Page) -> Iterator[Target]:
    for item in page.menu:
        yield Target(PAGE, "", item.label, "", item.address)
    if page.plan is not None:
        for name, label in (
            ("steps", _("Steps of the year")), ("value", capfirst(_("money beside results"))),
            ("about", _("About the plan")), ("meetings", _("meetings")),
            ("resolutions", _("resolutions")),
        ):  # fmt: skip
            if name in ("meetings", "resolutions") and not page.viewer.signed_in:
                continue
            yield Target(PAGE, "", label, "", f"{reverse(name, args=[page.plan.slug])}")
    for chapter in (FIRST, *names()):
        address = reverse("help") if chapter == FIRST else reverse("help_page", args=[chapter])
        yield Target(PAGE, "", help_page(chapter).title, _("Manual"), address)


def _plans(page: Page, own: Iterable[Plan], query: Query) -> Iterator[Target]:
    """The agency's plans, and a few of others whose name holds what was typed as it was typed."""
    others = Plan.objects.exclude(agency=page.agency).select_related("agency")
    named = Q(name__icontains=query.typed) | Q(agency__name__icontains=query.typed)
    for plan in (*own, *others.filter(named).order_by("-is_current", "name")[:_OTHER_PLANS]):
        yield Target(PLAN, "", plan.name, plan.agency.name, reverse("overview", args=[plan.slug]))
