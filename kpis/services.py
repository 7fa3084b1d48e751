"""Writing results, targets and baselines: one or many, through the same checks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Prefetch, prefetch_related_objects
from django.utils.translation import gettext as _

from kpis import calc
from kpis.entry import Value, check_number, check_ratio
from kpis.models import (
    Indicator,
    Result,
    ResultValue,
    YearTarget,
)
from kpis.selectors import facts_of
from strategy.fiscal import FiscalMonth, latest_ended
from strategy.messages import sentence
from strategy.models import Plan
from strategy.roles import viewer
from strategy.services import EntriesRefused, StaleVersion, claim, record_delete, write_history
from strategy.thai import Refusal, format_number, month_name
from strategy.timeline import Fall, find_fall


@dataclass(frozen=True, slots=True)
class ResultEntry:
    """A result as somebody enters it. ``values`` by measure id.

    ``expected_version``: None for a new result, else the version that the editor read.
    """

    indicator: Indicator
    fiscal_year: int
    month: int
    values: Mapping[int, Value] = field(default_factory=dict)
    progress: str = ""
    progress_percent: Decimal | None = None
    no_cases: bool = False
    narrative: str = ""
    problems: str = ""
    next_steps: str = ""
    fall_reason: str = ""
    state: str = Result.State.SUBMITTED
    expected_version: int | None = None
    is_sample: bool = False

    @property
    def key(self) -> tuple[int, int, int]:
        return (self.indicator.pk, self.fiscal_year, self.month)


def value_field(measure_id: int, part: str = "value") -> str:
    """The form field of a measure's figure; ``part``: value, numerator or denominator."""
    return f"{part}_{measure_id}"


@transaction.atomic
def result_discard(*, user: Any, result: Result, expected_version: int | None = None) -> None:
    """Throw a draft away. Counted figures are corrected, never deleted."""
    if not viewer(user).may_report(result.indicator.unit_id):
        raise PermissionDenied
    if result.state != Result.State.DRAFT:
        raise ValidationError(_("Only a draft can be deleted; correct the figure instead."))
    record_delete(
        instance=result, user=user, reason=_("draft deleted"), expected_version=expected_version
    )


def result_record(*, user: Any, entry: ResultEntry, today: date, reason: str = "") -> Result:
    """Save one result: new, or changed if its version still holds.

    ``user`` None is the system (fixtures). Raises PermissionDenied, StaleVersion, or a
    ValidationError by form field.
    """
    try:
        return result_record_many(user=user, entries=[entry], today=today, reason=reason)[0]
    except EntriesRefused as refused:
        raise refused.errors[0] from None


def result_record_many(
    *, user: Any, entries: Sequence[ResultEntry], today: date, reason: str = ""
) -> list[Result]:
    """Save many results, all or none, with a fixed number of queries per batch.

    Raises :class:`EntriesRefused` naming each refused entry, PermissionDenied, StaleVersion.
    """
    who = viewer(user)
    if user is not None:
        for entry in entries:
            if not who.may_report(entry.indicator.unit_id):
                raise PermissionDenied
    try:
        with transaction.atomic():
            context = _EntryContext(entries)
            errors = {}
            seen: set[tuple[int, int, int]] = set()
            for place, entry in enumerate(entries):
                found = _entry_errors(entry, context, today, by_system=user is None)
                if entry.key in seen:
                    found["month"].append(
                        ValidationError(_("This month's result stands in the list already."))
                    )
                seen.add(entry.key)
                if found:
                    errors[place] = ValidationError(found)
            if errors:
                raise EntriesRefused(errors)
            return _write_results(user, entries, context, reason)
    except IntegrityError as error:
        # Two people entered the same new result at once; the first one stands.
        raise ValidationError(
            _("A result for that month was entered just now by somebody else; open it instead.")
        ) from error


def result_problems(entry: ResultEntry, today: date) -> dict[str, list[ValidationError]]:
    """Every reason to refuse an entry, by form field; what :func:`result_record` would raise."""
    return _entry_errors(entry, _EntryContext([entry]), today, by_system=False)


class _EntryContext:
    """What the checks need to know of many entries, read once. Eight queries."""

    def __init__(self, entries: Sequence[ResultEntry]) -> None:
        ids = {entry.indicator.pk for entry in entries}
        indicators = Indicator.objects.filter(pk__in=ids)
        self.facts = facts_of(indicators)
        self.plans: dict[int, Plan] = {
            row.pk: row.strategy.plan for row in indicators.select_related("strategy__plan")
        }
        self.kept: dict[tuple[int, int, int], Result] = {}
        self.timelines: dict[int, dict[tuple[int, int], dict[int, Decimal]]] = defaultdict(dict)
        stored = Result.objects.filter(indicator__in=ids).prefetch_related("values")
        for result in stored:
            self.kept[result.indicator_id, result.fiscal_year, result.month] = result
            if result.state != Result.State.DRAFT:
                self.timelines[result.indicator_id][result.fiscal_year, result.month] = {
                    row.measure_id: amount
                    for row in result.values.all()
                    if (amount := Value(row.value, row.numerator, row.denominator).amount)
                    is not None
                }
        for entry in entries:
            if entry.state != Result.State.DRAFT:
                self.timelines[entry.indicator.pk][entry.fiscal_year, entry.month] = {
                    measure_id: amount
                    for measure_id, value in entry.values.items()
                    if (amount := value.amount) is not None
                }


def _entry_errors(
    entry: ResultEntry, context: _EntryContext, today: date, *, by_system: bool
) -> dict[str, list[ValidationError]]:
    """Every reason to refuse an entry, by form field."""
    errors: dict[str, list[ValidationError]] = defaultdict(list)
    plan = context.plans[entry.indicator.pk]
    if entry.fiscal_year not in plan.years:
        errors["fiscal_year"].append(
            ValidationError(
                _("This plan runs from fiscal year %(first)s to %(last)s.")
                % {"first": plan.first_year, "last": plan.last_year}
            )
        )
        return errors
    if not 1 <= entry.month <= 12:
        errors["month"].append(ValidationError(_("A fiscal month is 1 (October) to 12.")))
        return errors
    if not FiscalMonth(entry.fiscal_year, entry.month).has_ended(today):
        errors["month"].append(
            ValidationError(
                _("%(month)s has not ended; the latest month to report is %(latest)s.")
                % {
                    "month": month_name(FiscalMonth(entry.fiscal_year, entry.month)),
                    "latest": month_name(latest_ended(today)),
                }
            )
        )
    known = Result.State.values if by_system else [Result.State.DRAFT, Result.State.SUBMITTED]
    if entry.state not in known:
        errors["__all__"].append(
            ValidationError(_("A result is kept as a draft or submitted; approval comes after."))
        )
    kept = context.kept.get(entry.key)
    if kept is not None and kept.state == Result.State.APPROVED and not by_system:
        errors["__all__"].append(
            ValidationError(_("This result is approved. A planner has to reopen it first."))
        )
    if kept is not None and entry.expected_version is None:
        errors["month"].append(
            ValidationError(_("A result for that month exists; change it instead."))
        )
    if kept is not None and kept.state != Result.State.DRAFT and entry.state == Result.State.DRAFT:
        errors["__all__"].append(
            ValidationError(_("What has been submitted counts; correct it instead of hiding it."))
        )
    facts = context.facts[entry.indicator.pk]
    target = calc.target_in_force(facts, entry.fiscal_year, entry.month)
    if target.kind == calc.MILESTONE:
        _check_milestone(entry, errors)
    else:
        _check_values(entry, facts, errors)
        if not errors and entry.state != Result.State.DRAFT:
            _check_fall(entry, facts, context, errors)
    return errors


def _check_milestone(entry: ResultEntry, errors: dict[str, list[ValidationError]]) -> None:
    if entry.values or entry.no_cases:
        errors["__all__"].append(
            ValidationError(_("This year's target is a milestone: report its progress."))
        )
    if not entry.progress:
        if entry.state != Result.State.DRAFT:
            errors["progress"].append(ValidationError(_("Choose how far the milestone has come.")))
    elif entry.progress not in Result.Progress.values:
        errors["progress"].append(ValidationError(_("Choose one of the listed answers.")))
    elif entry.progress == Result.Progress.IN_PROGRESS:
        if entry.progress_percent is None:
            errors["progress_percent"].append(
                ValidationError(_("Write how many per cent of the work are done."))
            )
        else:
            try:
                check_number(entry.progress_percent, kind=calc.PERCENT, whole=False)
            except Refusal as refusal:
                errors["progress_percent"].append(sentence(refusal))
    elif entry.progress_percent is not None:
        errors["progress_percent"].append(
            ValidationError(_("A percentage is written for work in progress only."))
        )


def _check_values(
    entry: ResultEntry, facts: calc.IndicatorFacts, errors: dict[str, list[ValidationError]]
) -> None:
    if entry.progress or entry.progress_percent is not None:
        errors["__all__"].append(
            ValidationError(_("This year's target is a number: report a figure."))
        )
    measures = {measure.id: measure for measure in facts.measures}
    if unknown := entry.values.keys() - measures.keys():
        errors["__all__"].append(
            ValidationError(
                _("Measure %(id)s is not one of this indicator.") % {"id": min(unknown)}
            )
        )
    if entry.no_cases:
        if entry.values:
            errors["no_cases"].append(
                ValidationError(_("Either there were no cases, or there is a figure: not both."))
            )
        if all(measure.kind != calc.PERCENT for measure in facts.measures):
            errors["no_cases"].append(
                ValidationError(_("Only a percentage can have no cases; write 0 instead."))
            )
        return
    for measure in facts.measures:
        value = entry.values.get(measure.id)
        if value is None:
            if entry.state != Result.State.DRAFT:
                errors[value_field(measure.id)].append(ValidationError(_("Write the figure.")))
            continue
        _check_value(measure, value, errors)


def _check_value(
    measure: calc.MeasureFacts, value: Value, errors: dict[str, list[ValidationError]]
) -> None:
    place = value_field(measure.id)
    try:
        if value.is_ratio:
            place = value_field(measure.id, "numerator")
            if measure.kind != calc.PERCENT or value.value is not None:
                raise Refusal("ratio_not_both")
            check_ratio(value.numerator, value.denominator)
        elif value.value is None:
            raise Refusal("number_empty")
        else:
            check_number(value.value, kind=measure.kind, whole=measure.whole)
    except Refusal as refusal:
        errors[place].append(sentence(refusal))


def _check_fall(
    entry: ResultEntry,
    facts: calc.IndicatorFacts,
    context: _EntryContext,
    errors: dict[str, list[ValidationError]],
) -> None:
    if facts.accrual != calc.CUMULATIVE or facts.direction == calc.LOWER:
        return
    if entry.fall_reason.strip():
        return
    timeline = context.timelines[entry.indicator.pk]
    at = (entry.fiscal_year, entry.month)
    fall = find_fall(at, timeline.get(at, {}), timeline.items())
    if fall is not None:
        errors["fall_reason"].append(ValidationError(_fall_sentence(fall)))


def _fall_sentence(fall: Fall) -> str:
    return _(
        "A cumulative figure should not fall: %(earlier)s stands at %(earlier_value)s, "
        "%(later)s at %(later_value)s. Give the reason if it is right."
    ) % {
        "earlier": month_name(FiscalMonth(*fall.earlier), short=True),
        "earlier_value": format_number(fall.earlier_value),
        "later": month_name(FiscalMonth(*fall.later), short=True),
        "later_value": format_number(fall.later_value),
    }


_ENTRY_FIELDS = (
    "state", "no_cases", "progress", "progress_percent",
    "narrative", "problems", "next_steps", "fall_reason", "is_sample",
)  # fmt: skip


def _write_results(
    user: Any, entries: Sequence[ResultEntry], context: _EntryContext, reason: str
) -> list[Result]:
    """Rows, values and history of checked entries, in batches."""
    results, changed, versions, new = [], [], [], []
    for entry in entries:
        result = context.kept.get(entry.key)
        if result is None and entry.expected_version is not None:
            # What the editor read has been thrown away meanwhile.
            raise StaleVersion(
                Result(indicator=entry.indicator, fiscal_year=entry.fiscal_year, month=entry.month)
            )
        if result is None:
            result = Result(
                indicator=entry.indicator, fiscal_year=entry.fiscal_year, month=entry.month
            )
            new.append(result)
        else:
            changed.append(result)
            assert entry.expected_version is not None  # the checks have seen to it
            if entry.expected_version != result.version:
                # claim() would refuse it as well, but could not say which of many it is.
                raise StaleVersion(result)
            versions.append(entry.expected_version)
        for name in _ENTRY_FIELDS:
            setattr(result, name, getattr(entry, name))
        results.append(result)
    claim(changed, versions)
    _ensure_targets(entries, context)
    Result.objects.bulk_create(new)
    Result.objects.bulk_update(changed, _ENTRY_FIELDS, batch_size=200)
    ResultValue.objects.filter(result__in=changed).delete()
    ResultValue.objects.bulk_create(
        ResultValue(
            result=result,
            measure_id=measure_id,
            value=value.value,
            numerator=value.numerator,
            denominator=value.denominator,
        )
        for result, entry in zip(results, entries, strict=True)
        for measure_id, value in entry.values.items()
    )
    _with_values(results)
    write_history(new, "+", user=user, reason=reason)
    write_history(changed, "~", user=user, reason=reason)
    return results


def _with_values(results: Sequence[Result]) -> None:
    """Read the values of many results at once, so that their history rows need no query each."""
    for result in results:
        getattr(result, "_prefetched_objects_cache", {}).pop("values", None)
    ordered = ResultValue.objects.select_related("measure").order_by("measure__position")
    prefetch_related_objects(list(results), Prefetch("values", queryset=ordered))


def _ensure_targets(entries: Sequence[ResultEntry], context: _EntryContext) -> None:
    """Every year of an indicator has a target row, "none" where nothing is promised."""
    missing = [
        YearTarget(indicator_id=pk, fiscal_year=year)
        for pk, year in {(e.indicator.pk, e.fiscal_year) for e in entries}
        if year not in context.facts[pk].targets
    ]
    YearTarget.objects.bulk_create(missing)
    write_history(missing, "+", user=None, reason="")


# ---------------------------------------------------------------------------------- approval


def _change_state(
    *, user: Any, result: Result, version: int, old: str, new: str, reason: str
) -> Result:
    if not viewer(user).is_planner:
        raise PermissionDenied
    with transaction.atomic():
        # State and version in one condition: of two who press the button, one does it.
        claimed = Result.objects.filter(pk=result.pk, state=old, version=version).update(
            state=new, version=version + 1
        )
        if not claimed:
            raise StaleVersion(result)
        result.refresh_from_db()
        write_history([result], "~", user=user, reason=reason)
    return result


def result_approve(*, user: Any, result: Result, expected_version: int) -> Result:
    """Mark a submitted figure approved. Planners only; StaleVersion if it has changed."""
    return _change_state(
        user=user,
        result=result,
        version=expected_version,
        old=Result.State.SUBMITTED,
        new=Result.State.APPROVED,
        reason=_("approved"),
    )


def result_reopen(*, user: Any, result: Result, expected_version: int, reason: str) -> Result:
    """Open an approved figure for correction. Planners only, with a reason."""
    if not reason.strip():
        raise ValidationError({"reason": _("Say why the figure is reopened.")})
    return _change_state(
        user=user,
        result=result,
        version=expected_version,
        old=Result.State.APPROVED,
        new=Result.State.SUBMITTED,
        reason=reason.strip(),
    )
