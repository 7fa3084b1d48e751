"""Writing results: one or many, through the same checks (kpis/entry_checks.py)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Prefetch, prefetch_related_objects
from django.utils.translation import gettext as _

from kpis.models import Result, ResultEvidence, ResultValue, YearTarget
from kpis.write.checks import EntryContext, ResultEntry, entry_errors, value_field
from strategy.access import viewer
from strategy.records.write import (
    EntriesRefused,
    StaleVersion,
    claim,
    record_delete,
    write_history,
)
from strategy.thai import says_why

__all__ = [
    "ResultEntry",
    "result_approve",
    "result_discard",
    "result_problems",
    "result_record",
    "result_record_many",
    "result_reopen",
    "value_field",
]


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
            context = EntryContext(entries)
            errors = {}
            seen: set[tuple[int, int, int]] = set()
            for place, entry in enumerate(entries):
                found = entry_errors(entry, context, today, by_system=user is None)
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
    return entry_errors(entry, EntryContext([entry]), today, by_system=False)


_ENTRY_FIELDS = (
    "state", "no_cases", "progress", "progress_percent",
    "steps_done", "narrative", "outcome", "problems", "next_steps", "fall_reason", "is_sample",
)  # fmt: skip


def _write_results(
    user: Any, entries: Sequence[ResultEntry], context: EntryContext, reason: str
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
        result.steps_done = sorted(entry.steps_done)
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
    _write_evidence(results, entries)
    _with_children(results)
    write_history(new, "+", user=user, reason=reason)
    write_history(changed, "~", user=user, reason=reason)
    return results


def _write_evidence(results: Sequence[Result], entries: Sequence[ResultEntry]) -> None:
    """The evidence of the entries that bring any, in its order, in place of what was kept."""
    brought = [
        (result, entry.evidence)
        for result, entry in zip(results, entries, strict=True)
        if entry.evidence is not None
    ]
    if not brought:
        return
    ResultEvidence.objects.filter(result__in=[result for result, _pieces in brought]).delete()
    ResultEvidence.objects.bulk_create(
        ResultEvidence(result=result, position=position, **piece.fields())
        for result, pieces in brought
        for position, piece in enumerate(pieces, start=1)
    )


def _with_children(results: Sequence[Result]) -> None:
    """Read values and evidence of many results at once: their history rows need no query each."""
    for result in results:
        for name in ("values", "evidence"):
            getattr(result, "_prefetched_objects_cache", {}).pop(name, None)
    ordered = ResultValue.objects.select_related("measure").order_by("measure__position")
    prefetch_related_objects(list(results), Prefetch("values", queryset=ordered), "evidence")


def _ensure_targets(entries: Sequence[ResultEntry], context: EntryContext) -> None:
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
    if not says_why(reason):
        raise ValidationError({"reason": _("Say why the figure is reopened.")})
    return _change_state(
        user=user,
        result=result,
        version=expected_version,
        old=Result.State.APPROVED,
        new=Result.State.SUBMITTED,
        reason=reason.strip(),
    )
