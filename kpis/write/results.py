"""Writing results, one or many, and the steps of approval."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Prefetch, prefetch_related_objects
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kpis.models import Result, ResultEvidence, ResultValue, YearTarget
from kpis.write.checks import EntryContext, ResultEntry, entry_errors, value_field
from kpis.write.slips import slips
from strategy.access import Viewer, viewer
from strategy.closing.guard import refuse_closed
from strategy.records.entries import Errors, RowEntries, parts_replaced
from strategy.records.write import StaleVersion, record_delete, write_history
from strategy.thai import plain, says_why

__all__ = [
    "ResultEntries",
    "ResultEntry",
    "result_approve",
    "result_discard",
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


class ResultEntries(RowEntries[ResultEntry, Result]):
    """Results on their way in: of the indicators' units, and of planners."""

    fields = (
        "state", "no_cases", "progress", "progress_percent",
        "steps_done", "narrative", "outcome", "problems", "next_steps", "fall_reason", "is_sample",
        "slips",
    )  # fmt: skip
    repeated = ("month", gettext_lazy("This month's result stands in the list already."))
    overtaken = gettext_lazy(
        "A result for that month was entered just now by somebody else; open it instead."
    )

    def read(self) -> None:
        self.context = EntryContext(self.entries)
        self.kept = self.context.kept

    def may(self, who: Viewer) -> bool:
        return all(who.may_report(entry.indicator.unit_id) for entry in self.entries)

    def errors(self, entry: ResultEntry) -> Errors:
        return entry_errors(entry, self.context, self.today, by_system=self.by_system)

    def new_row(self, entry: ResultEntry) -> Result:
        return Result(indicator=entry.indicator, fiscal_year=entry.fiscal_year, month=entry.month)

    def fill(self, row: Result, entry: ResultEntry) -> None:
        asked = slips(entry, self.context)
        standing = [
            slip
            for slip in row.slips
            if slip["measure"] in entry.values
            and plain(entry.values[slip["measure"]].amount) == slip["value"]
        ]
        for name in self.fields:
            if name != "slips":
                setattr(row, name, getattr(entry, name))
        row.steps_done = sorted(entry.steps_done)
        row.slips = standing + [
            {"measure": pk, "why": slip.why, "value": plain(slip.value), "last": plain(slip.last)}
            for pk, slip in asked.items()
            if entry.confirmed.get(pk) == slip.value
        ]

    def prepare(self) -> None:
        """Every year of an indicator has a target row, "none" where nothing is promised."""
        missing = [
            YearTarget(indicator_id=pk, fiscal_year=year)
            for pk, year in {(e.indicator.pk, e.fiscal_year) for e in self.entries}
            if year not in self.context.facts[pk].targets
        ]
        YearTarget.objects.bulk_create(missing)
        write_history(missing, "+", user=None, reason="")

    def write_parts(
        self, written: Sequence[tuple[Result, ResultEntry]], changed: Sequence[Result]
    ) -> None:
        """Values, and the evidence of the entries that bring any."""
        ResultValue.objects.filter(result__in=changed).delete()
        ResultValue.objects.bulk_create(
            ResultValue(
                result=result,
                measure_id=measure_id,
                value=value.value,
                numerator=value.numerator,
                denominator=value.denominator,
            )
            for result, entry in written
            for measure_id, value in entry.values.items()
        )
        parts_replaced(
            ResultEvidence,
            "result",
            [
                (result, [piece.fields() for piece in entry.evidence])
                for result, entry in written
                if entry.evidence is not None
            ],
        )
        _with_children([result for result, _entry in written])


def _with_children(results: Sequence[Result]) -> None:
    """Read values and evidence of many results at once: their history rows need no query each."""
    ordered = ResultValue.objects.select_related("measure").order_by("measure__position")
    prefetch_related_objects(list(results), Prefetch("values", queryset=ordered), "evidence")


# ---------------------------------------------------------------------------------- approval


def _change_state(
    *, user: Any, result: Result, version: int, old: str, new: str, reason: str
) -> Result:
    if not viewer(user).is_planner:
        raise PermissionDenied
    with transaction.atomic():
        refuse_closed([result], before=True)
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
