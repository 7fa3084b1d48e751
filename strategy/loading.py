"""Loading the plan's structure from fixtures: adds what is missing, changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta
from typing import Any, TypeVar

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy

from strategy.calendar import FiscalMonth
from strategy.models import (
    Agency,
    Approach,
    Objective,
    Plan,
    PlanStatement,
    StrategicIssue,
    Strategy,
    Unit,
)
from strategy.records.model import Record
from strategy.records.write import record_save

Loaded = TypeVar("Loaded", bound=Record)

#: The reason in the history of whatever samples bring and take away again.
SAMPLE_REASON = gettext_lazy("sample data")


def missing_or_none(model: type[Loaded], **key: Any) -> Loaded | None:
    """A new unsaved row for ``key``, or None where fixtures have to leave things alone.

    That is where the row exists (staff may have changed it), and where there once was one: staff
    have renamed or deleted it.
    """
    if model._base_manager.filter(**key).exists() or model.history.filter(**key).exists():
        return None
    return model(**key)


def load_row(
    model: type[Loaded],
    key: Mapping[str, Any],
    fields: Mapping[str, Any],
    *,
    reason: str,
    links: Mapping[str, Iterable[models.Model]] | None = None,
) -> Loaded | None:
    """The row for ``key``: created with ``fields`` where missing, else left as it is.

    None where staff have renamed or deleted it, so that what hangs below is left alone too.
    """
    row = missing_or_none(model, **key)
    if row is None:
        return model._base_manager.filter(**key).first()
    for name, value in fields.items():
        setattr(row, name, value)
    return record_save(instance=row, user=None, reason=reason, links=links)


@transaction.atomic
def plan_load(tree: Mapping[str, Any], *, reason: str) -> Plan | None:
    """Load agency, units and the plan down to its objectives from a fixture's tree.

    The format stands in fixtures/README.md. Adds what is missing, changes nothing that exists.
    """
    source = tree["agency"]
    agency = load_row(
        Agency,
        {"slug": source["slug"]},
        {
            **{name: source[name] for name in ("name", "short_name", "address", "phone")},
            "site_title": source.get("site_title", ""),
        },
        reason=reason,
    )
    if agency is None:
        return None
    for unit in source["units"]:
        load_row(
            Unit,
            {"agency": agency, "name": unit["name"]},
            {"is_group": unit["is_group"]},
            reason=reason,
        )
    source = tree["plan"]
    nested = {"slug", "purposes", "goals", "missions", "strategies"}
    plan = load_row(
        Plan,
        {"slug": source["slug"]},
        {"agency": agency, **{name: source[name] for name in source.keys() - nested}},
        reason=reason,
    )
    if plan is None:
        return None
    for kind, texts in (("purpose", "purposes"), ("goal", "goals"), ("mission", "missions")):
        for number, text in enumerate(source[texts], start=1):
            load_row(
                PlanStatement,
                {"plan": plan, "kind": kind, "number": number},
                {"text": text},
                reason=reason,
            )
    for strategy in source["strategies"]:
        _strategy_load(plan, strategy, reason=reason)
    return plan


def _strategy_load(plan: Plan, source: Mapping[str, Any], *, reason: str) -> None:
    strategy = load_row(
        Strategy,
        {"plan": plan, "number": source["number"]},
        {"name": source["name"]},
        reason=reason,
    )
    if strategy is None:
        return
    issues: dict[str, Record | None] = {}
    for position, item in enumerate(source["issues"], start=1):
        issue = load_row(
            StrategicIssue,
            {"strategy": strategy, "number": item["number"]},
            {"name": item["name"], "position": position},
            reason=reason,
        )
        issues[item["number"]] = issue
        for number, text in enumerate(item["approaches"], start=1):
            if issue is not None:
                load_row(
                    Approach, {"issue": issue, "number": number}, {"text": text}, reason=reason
                )
    for item in source["objectives"]:
        load_row(
            Objective,
            {"strategy": strategy, "number": item["number"]},
            {"name": item["name"], "issue": issues.get(item["issue"])},
            reason=reason,
        )


def on_report_days(row: Any) -> datetime:
    """When a sample of a month would have come in: a working morning early in the month after.

    Before its deadline, and each thing that is reported on a day of its own; never in the future.
    """
    of = row.month_written()
    if of is None:
        return timezone.now()
    at = FiscalMonth(*of)
    names = ("indicator_id", "project_id", "measure_id")
    owner = next(filter(None, (getattr(row, name, None) for name in names)), 0)
    day = at.next.first_day + timedelta(days=2 + (owner + at.month) % 7)
    moment = timezone.make_aware(datetime.combine(day, time(10, owner % 60)))
    return min(moment, timezone.now())
