"""Writing targets and baselines; a changed target asks for a reason and keeps the old value."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kpis.models import Baseline, Indicator, Measure, Result, TargetValue, YearTarget
from kpis.read.standing import facts_of
from kpis.rules.entry import check_number
from kpis.rules.facts import milestone_reports_kept
from kpis.write.results import value_field
from strategy.access import viewer
from strategy.approval.model import HANDED_IN
from strategy.calendar import FiscalMonth
from strategy.messages import sentence
from strategy.records.entries import refuse_stale
from strategy.records.write import claim, record_save, write_history
from strategy.thai import Refusal, month_name, says_why


class EnteredPoint(NamedTuple):
    """A measure's target for a year and what is planned by its quarters, as far as entered."""

    value: Decimal | None
    q1: Decimal | None = None
    q2: Decimal | None = None
    q3: Decimal | None = None


@dataclass(frozen=True, slots=True)
class TargetEntry:
    """A year's target as a planner enters it. ``values``: by measure id, with planned quarters."""

    kind: str
    values: Mapping[int, EnteredPoint] = field(default_factory=dict)
    milestone: str = ""
    due_month: int | None = None


@dataclass(frozen=True, slots=True)
class TargetChange:
    """What a year's target becomes, one of many. ``reason``: its own, in place of that of all;
    ``expected_version``: the version that the editor read, None where there was none."""

    indicator: Indicator
    fiscal_year: int
    target: TargetEntry
    reason: str = ""
    expected_version: int | None = None


@transaction.atomic
def targets_change(*, user: Any, changes: Sequence[TargetChange], reason: str) -> None:
    """Set many targets, all or none, each as :func:`target_change` does."""
    rows = YearTarget.objects.filter(indicator__in={change.indicator.pk for change in changes})
    kept = {(row.indicator_id, row.fiscal_year): row for row in rows}
    for change in changes:
        at = (change.indicator.pk, change.fiscal_year)
        row = kept.get(at)
        target = row or YearTarget(fiscal_year=change.fiscal_year)
        target.indicator = change.indicator
        refuse_stale(target, None if row is None else row.version, change.expected_version)
        target_change(user=user, target=target, entry=change.target, reason=change.reason or reason)


@transaction.atomic
def target_change(
    *,
    user: Any,
    target: YearTarget,
    entry: TargetEntry,
    reason: str,
    expected_version: int | None = None,
) -> YearTarget:
    """Set a year's target; the old one stays in the history with the reason.

    ``user`` None is the system. Raises PermissionDenied, StaleVersion, or a ValidationError by
    form field.
    """
    if user is not None and not viewer(user).is_planner:
        raise PermissionDenied
    adding = target._state.adding
    errors = target_problems(target.indicator, entry)
    if not adding and not says_why(reason):
        errors["reason"].append(ValidationError(_("Say why the target changes.")))
    if errors:
        raise ValidationError(dict(errors))
    target.kind = entry.kind
    target.milestone = entry.milestone.strip() if entry.kind in ("milestone", "baseline") else ""
    target.due_month = entry.due_month if entry.kind in ("milestone", "baseline") else None
    target.full_clean()
    if not adding:
        claim([target], [target.version if expected_version is None else expected_version])
    target.save_without_historical_record()
    target.values.all().delete()
    if entry.kind == YearTarget.Kind.NUMERIC:
        TargetValue.objects.bulk_create(
            TargetValue(target=target, measure_id=pk, **EnteredPoint(*point)._asdict())
            for pk, point in entry.values.items()
        )
    write_history([target], "+" if adding else "~", user=user, reason=reason.strip())
    return target


def target_problems(indicator: Indicator, entry: TargetEntry) -> dict[str, list[ValidationError]]:
    """Every reason to refuse a target, by form field; empty where there is none."""
    errors: dict[str, list[ValidationError]] = defaultdict(list)
    if entry.kind in ("milestone", "baseline") and not entry.milestone.strip():
        errors["milestone"].append(ValidationError(_("Write the milestone in words.")))
    if entry.kind != YearTarget.Kind.NUMERIC:
        return errors
    measures, levels = list(indicator.measures.all()), len(indicator.strategy.plan.worths)
    if entry.values.keys() - {measure.pk for measure in measures}:
        errors["__all__"].append(
            ValidationError(_("A target is for the measures of its own indicator."))
        )
    for measure in measures:
        numbers = entry.values.get(measure.pk, (None, None, None, None))
        if numbers[0] is None:
            errors[value_field(measure.pk)].append(ValidationError(_("Write the target.")))
        for part, number in zip(("value", "q1", "q2", "q3"), numbers, strict=True):
            if number is not None:
                try:
                    check_number(number, kind=measure.kind, whole=measure.whole, levels=levels)
                except Refusal as refusal:
                    errors[value_field(measure.pk, part)].append(sentence(refusal))
    return errors


def baseline_problem(measure: Measure, value: Decimal) -> ValidationError | None:
    """Why a measure cannot have stood at ``value``, if it cannot."""
    try:
        levels = len(measure.indicator.strategy.plan.worths)
        check_number(value, kind=measure.kind, whole=measure.whole, levels=levels)
    except Refusal as refusal:
        return sentence(refusal)
    return None


def baseline_month_problem(measure: Measure, year: int, month: int) -> ValidationError | None:
    """Why a baseline cannot begin in a month; None where it can.

    A figure is read by the promise of its own month. Where a year promises to equal the baseline,
    one that begins at or before a counted report of its milestone would void that report.
    """
    own = Indicator.objects.filter(pk=measure.indicator_id)
    facts = facts_of(own)[measure.indicator_id]
    reported: dict[int, list[int]] = defaultdict(list)
    counted = Result.objects.filter(indicator=measure.indicator_id, fiscal_year__gte=year)
    for at, number in (
        counted.filter(state__in=HANDED_IN).exclude(progress="").values_list("fiscal_year", "month")
    ):
        reported[at].append(number)
    kept = [
        FiscalMonth(at, voided)
        for at, months in sorted(reported.items())
        if (voided := milestone_reports_kept(facts, at, month if at == year else 1, months))
    ]
    if not kept:
        return None
    last = kept[-1]
    return ValidationError(
        _(
            "%(report)s is reported as a milestone, and a baseline that begins no later would "
            "void that report. It can begin with %(next)s."
        )
        % {"report": month_name(last), "next": month_name(last.next)}
    )


def baseline_set(
    *, user: Any, baseline: Baseline, reason: str = "", expected_version: int | None = None
) -> Baseline:
    """Set where a measure stood and from which month that counts. Planners only."""
    if user is not None and not viewer(user).is_planner:
        raise PermissionDenied
    problem = baseline_problem(baseline.measure, baseline.value)
    if problem is not None:
        raise ValidationError({"value": problem})
    problem = baseline_month_problem(baseline.measure, baseline.fiscal_year, baseline.month)
    if problem is not None:
        raise ValidationError({"month": problem})
    record_save(instance=baseline, user=user, reason=reason, expected_version=expected_version)
    return baseline
