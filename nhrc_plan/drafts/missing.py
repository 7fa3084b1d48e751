"""What a plan lacks before it is put to work: listed, each with the form that mends it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any, NamedTuple

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from budgets.models import Project, ProjectBudget
from kpis.models import Indicator, YearTarget
from nhrc_plan.watch import findings as kinds
from nhrc_plan.watch.findings import LABELS, Finding, change, listed
from nhrc_plan.watch.indicators import indicator_findings
from nhrc_plan.watch.rules import ONE
from strategy.models import Objective, Plan

NO_MEASURE, NO_PROMISE, NO_WEIGHTS = "no_measure", "no_promise", "no_weights"
NO_INDICATOR, NO_BUDGET, OTHER_YEARS = "no_indicator", "no_budget", "other_years"

#: Every kind, in the order of the page; what the quality of the data tells keeps its words.
_LABELS = {
    NO_INDICATOR: gettext_lazy("Objectives without an indicator"),
    NO_MEASURE: gettext_lazy("Indicators that measure nothing"),
    NO_PROMISE: gettext_lazy("Indicators without a target in any year"),
    **{
        kind: LABELS[kind]
        for kind in (
            kinds.NO_TARGET, kinds.EASIER_TARGET, kinds.NO_BASELINE, kinds.NO_DEFINITION,
            kinds.NO_MEASURE_UNIT, kinds.NO_UNIT, kinds.NO_PERSON, kinds.ODD_WEIGHTS,
        )
    },
    NO_WEIGHTS: gettext_lazy("Weights that nobody has set"),
    kinds.NO_LEAD: LABELS[kinds.NO_LEAD],
    NO_BUDGET: gettext_lazy("Projects without money in any year"),
    OTHER_YEARS: gettext_lazy("Targets and amounts of years that are none of the plan's"),
}  # fmt: skip


class Lack(NamedTuple):
    """All that lacks the same."""

    label: str
    findings: tuple[Finding, ...]


def lacks(plan: Plan, today: date) -> list[Lack]:
    """What a plan lacks, by kind; kinds of which there is nothing are left out. Twelve queries."""
    found: dict[str, list[Finding]] = defaultdict(list)
    now = timezone.make_aware(datetime.combine(today, time.max))
    for kind, finding in indicator_findings(plan, now):
        found[kind].append(finding)
    for kind, finding in _own(plan):
        found[kind].append(finding)
    return [Lack(str(label), tuple(found[kind])) for kind, label in _LABELS.items() if found[kind]]


def _finding(where: Any, what: str, address: str) -> Finding:
    return Finding(str(where), what, None, "", address)


def _own(plan: Plan) -> Iterator[tuple[str, Finding]]:
    """What only matters before a plan is put to work."""
    objectives = Objective.objects.filter(strategy__plan=plan, indicators__isnull=True)
    for row in objectives.select_related("strategy").order_by("strategy__number", "number"):
        what = _("nothing measures it")
        yield NO_INDICATOR, _finding(row, what, change("strategy_objective", row.pk))
    indicators = list(
        Indicator.objects.filter(strategy__plan=plan)
        .order_by("strategy__number", "position")
        .select_related("strategy__plan")
        .annotate(counted=Count("measures"))
    )
    promised = set(
        YearTarget.objects.filter(indicator__strategy__plan=plan)
        .exclude(kind=YearTarget.Kind.NONE)
        .order_by()
        .values_list("indicator_id", flat=True)
    )
    for indicator in indicators:
        address = change("kpis_indicator", indicator.pk)
        if not indicator.counted:
            what = _("it does not say what is counted")
            yield NO_MEASURE, _finding(indicator, what, address)
        if indicator.pk not in promised:
            what = _("every year says “-”")
            yield NO_PROMISE, _finding(indicator, what, address)
    if indicators and all(row.weight == ONE for row in indicators):
        what = _("every indicator counts 1; enter weights, or leave it so that all count alike")
        address = listed("kpis_indicator", {"strategy__plan__id__exact": plan.pk})
        yield NO_WEIGHTS, _finding(plan.name, what, address)
    yield from _projects(plan)
    outside = Q(fiscal_year__lt=plan.first_year) | Q(fiscal_year__gt=plan.last_year)
    targets = YearTarget.objects.filter(outside, indicator__strategy__plan=plan)
    for target in targets.select_related("indicator__strategy__plan").order_by("fiscal_year"):
        yield OTHER_YEARS, _of_year(target.indicator, target, "kpis_yeartarget")
    budgets = ProjectBudget.objects.filter(outside, project__strategy__plan=plan)
    for budget in budgets.select_related("project__strategy").order_by("fiscal_year"):
        yield OTHER_YEARS, _of_year(budget.project.owned_title, budget, "budgets_projectbudget")


def _of_year(where: Any, row: Any, model: str) -> Finding:
    return _finding(where, str(row.fiscal_year), change(model, row.pk))


def _projects(plan: Plan) -> Iterator[tuple[str, Finding]]:
    projects = Project.objects.filter(strategy__plan=plan).select_related("strategy")
    for project in projects.annotate(
        led=Count("leads", distinct=True), funded=Count("budgets", distinct=True)
    ).order_by("strategy__number", "number"):
        address = change("budgets_project", project.pk)
        if not project.led:
            what = _("no unit enters its money, so planners do")
            yield kinds.NO_LEAD, _finding(project.owned_title, what, address)
        if not project.funded:
            what = _("nothing is set aside for it")
            yield NO_BUDGET, _finding(project.owned_title, what, address)
