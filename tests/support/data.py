"""The JSON twins of the pages: every address, and what must not stand in their answers.

docs/json.md tells the same to those who read the data.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django.urls import URLPattern, get_resolver

from budgets.models import Project, ProjectBudget, SpendingTarget
from budgets.rules import calc
from integrity.measures import rules as quarters
from integrity.models import ItaAssessment, MeasureYear, Rubric, SelfAssessment
from integrity.self_assessments.models import RubricPart
from kpis.models import Indicator, Measure, YearTarget
from kpis.read import duties
from kpis.rules import facts
from nhrc_plan.desk import rows as desk
from nhrc_plan.disclosure.models import Item
from nhrc_plan.meetings.frozen import since
from nhrc_plan.meetings.minute import rules as minute
from nhrc_plan.meetings.models import Meeting
from nhrc_plan.meetings.resolutions import rules as resolution_rules
from nhrc_plan.meetings.resolutions.models import SUBJECTS, Resolution
from nhrc_plan.owners import things as owners
from nhrc_plan.reminders.models import Reminder
from nhrc_plan.watch.data import ACTIONS
from nhrc_plan.watch.findings import LABELS
from strategy.approval.model import State as Approval
from strategy.evidence.model import Evidence
from strategy.models import Plan, Strategy, Unit
from strategy.owners.model import OWNERS
from strategy.standing.status import NO_BUDGET, STATUSES

#: The only words that are data, by the key that they stand under.
CODES: dict[str, set[str]] = {
    "plan_kind": set(Plan.Kind.values),
    "kind": {
        *Measure.Kind.values,
        *Evidence.Kind.values,
        *Project.Kind.values,
        *ProjectBudget.SpendingKind.values,
        *desk.KINDS,
        *owners.KINDS,
        *Item.Kind.values,
    },
    "spending_kind": set(ProjectBudget.SpendingKind.values),
    "judged_on": set(SpendingTarget.JudgedOn.values),
    "target_kind": set(YearTarget.Kind.values),
    "accrual": set(Indicator.Accrual.values),
    "frequency": set(Indicator.Frequency.values),
    "direction": {*Indicator.Direction.values, "better", "worse"},
    "status": {*STATUSES, NO_BUDGET},
    "state": {
        *(facts.NOT_STARTED, facts.IN_PROGRESS, facts.DONE),
        *duties.LABELS,
        *quarters.STATES,
        quarters.DONE_EARLIER,
        *Resolution.State.values,
        *Approval.values,
    },
    "step": set(resolution_rules.MOVES),
    "about_kind": set(SUBJECTS),
    "corner": {calc.TOGETHER, calc.MONEY_ONLY, calc.RESULT_ONLY, calc.NEITHER},
    "restated_kind": {since.FIGURE, since.TARGET, since.RULE, since.MONEY, since.STATUS, since.ROW},
    "level": set(SelfAssessment.Level.values),
    "assessed_by": set(RubricPart.AssessedBy.values),
    "action": set(ACTIONS.values()),
    "role": set(OWNERS),
    "check": set(LABELS),
    "mail": set(Reminder.Kind.values),
    "outcome": set(Reminder.State.values),
    "why_not": set(Reminder.Why.values),
    "verdict": set(minute.VERDICTS),
    "ask": {"decide", "overspent", "settle", "approve", "urge", "finish", "close"},
    "change": set(minute.CHANGES),
}
#: Names, and words that people wrote or a source prints.
WORDS = {
    "name", "agency_name", "agency_short_name", "owner", "label", "unit", "strategy",
    "objective", "leads", "supporting", "units", "address", "phone", "background",
    "content_summary", "vision", "ultimate_goal", "goals", "missions", "approaches", "title",
    "narrative", "outcome", "problems", "next_steps", "note", "reason", "said", "responsible",
    "rank_group", "notes", "weights_source", "respondents_unit", "target_group", "organisation",
    "province", "edition", "remark", "organisation_kind", "eligibility", "term", "meaning",
    "questions", "question", "reply", "description", "dimension", "document_number", "result",
    "who", "person",
}  # fmt: skip
#: What names a thing: in the plan, in a document, on the web.
NAMES = {
    "agency", "plan", "code", "number", "place", "instrument", "instruments", "item",
    "criterion", "alternative", "grade", "published", "computed", "projects", "shared", "owed",
    "never_reported", "without_step", "closed_critical", "not_approved", "after_lock", "above_allocation", "awaiting_money", "indicators", "url", "meeting_number", "figures_code",
    "model", "act", "older", "mended_at",
}  # fmt: skip
DATES = {
    "as_of", "deadline", "dated", "announced_on", "document_date", "held_on", "since", "day",
    "known_on", "last_report", "due_on", "first_due_on", "due_from", "due_to",
}  # fmt: skip
MOMENTS = {
    "summary_kept_at", "figures_changed_at", "changed_at", "frozen_at", "moment", "written",
    "done_at",
}  # fmt: skip
#: Keys whose words and names are so only at these places; anywhere else they are figures.
_ONLY_AT = {
    "result": ("issues.measures", "recommendations.measures"),
    "published": ("grade",),
    "computed": ("grade",),
}
_NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)


def problems(value: Any, path: tuple[str, ...] = ()) -> Iterator[str]:
    """Everything in an answer that is no data, by its place; ``text`` is for people and free."""
    key = path[-1] if path else ""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name != "text":
                yield from problems(inner, (*path, name))
    elif isinstance(value, list):
        for inner in value:
            yield from problems(inner, path)
    elif isinstance(value, float):
        yield f"{'.'.join(path)}: a float, {value}"
    elif isinstance(value, str) and not _is_known(value, key, path):
        yield f"{'.'.join(path)}: {value[:60]!r}"


def _is_known(value: str, key: str, path: tuple[str, ...]) -> bool:
    if value in ("", "-", "–", "—"):
        return False
    if _NUMBER.fullmatch(value) or value in CODES.get(key, ()):
        return True
    if key in _ONLY_AT and not ".".join(path[:-1]).endswith(_ONLY_AT[key]):
        return False
    if key in DATES:
        return _reads(date, value)
    if key in MOMENTS:
        return _reads(datetime, value)
    return key in WORDS or key in NAMES


def _reads(kind: type[date], value: str) -> bool:
    try:
        return kind.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def keys(value: Any) -> Iterator[str]:
    """Every field of an answer, those of ``text`` as well; not the years and codes that name."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if not re.fullmatch(r"\d{4}|[A-Z]", name):
                yield name
            yield from keys(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from keys(inner)


def addresses() -> list[str]:
    """The address of every answer that there is: each plan, indicator, unit, project, year …"""
    found = []
    for pattern in get_resolver().url_patterns:
        route = str(pattern.pattern)
        # A frozen meeting's file is kept and not answered; docs/verify.md tells of it.
        if isinstance(pattern, URLPattern) and route.endswith(".json") and "/frozen." not in route:
            found += _filled(route)
    return found


def _filled(route: str) -> list[str]:
    """An address with everything that its parameters can be; a new one needs its line here."""
    if "<slug:slug>" in route:
        return [
            address
            for plan in Plan.objects.select_related("agency")
            for address in _each(route.replace("<slug:slug>", plan.slug), _of_plan(plan))
        ]
    years = ItaAssessment if "/ita/" in route else MeasureYear
    return _each(
        route,
        {
            "year": years.objects.values_list("fiscal_year", flat=True).distinct(),
            "rubric_id": Rubric.objects.values_list("pk", flat=True),
            "assessment_id": SelfAssessment.objects.values_list("pk", flat=True),
        },
    )


def _of_plan(plan: Plan) -> dict[str, Any]:
    indicators = Indicator.objects.filter(strategy__plan=plan).select_related("strategy__plan")
    projects = Project.objects.filter(strategy__plan=plan).select_related("strategy")
    return {
        "number": Strategy.objects.filter(plan=plan).values_list("number", flat=True),
        "code": [indicator.code for indicator in indicators],
        "meeting_id": Meeting.objects.filter(plan=plan).values_list("pk", flat=True),
        "resolution_id": Resolution.objects.filter(meeting__plan=plan).values_list("pk", flat=True),
        "unit_id": Unit.objects.filter(agency=plan.agency).values_list("pk", flat=True),
        "place": [f"{project.strategy.number}-{project.number}" for project in projects],
    }


def _each(route: str, known: dict[str, Any]) -> list[str]:
    asked = re.search(r"<\w+:(\w+)>", route)
    if asked is None:
        return [f"/{route}"]
    return [f"/{route.replace(asked[0], str(value))}" for value in known[asked[1]]]
