"""Writing results, one or many, and the steps of approval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kpis.models import Result, ResultEvidence, ResultValue, YearTarget
from kpis.models.results import read_parts
from kpis.read.standing import Ground
from kpis.write.checks import EntryContext, ResultEntry, entry_errors, value_field
from strategy.access import Viewer, viewer
from strategy.approval.model import take_state
from strategy.approval.write import approve, give_back, reopen
from strategy.evidence.write import evidence_replaced
from strategy.records.entries import Errors, RowEntries
from strategy.records.write import record_delete, records_delete, write_history
from strategy.thai import plain, says_why

__all__ = [
    "ResultEntries",
    "ResultEntry",
    "result_approve",
    "result_discard",
    "result_reopen",
    "result_return",
    "results_approve",
    "results_return",
    "results_take_back",
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


def results_take_back(*, user: Any, shown: Mapping[Result, int], reason: str) -> None:
    """Take results away that an import should never have brought, each at the version that was
    shown; all or none. Planners, with a reason; a draft also those who report it. What is approved
    is reopened first."""
    who = viewer(user)
    for result in shown:
        is_draft = result.state == Result.State.DRAFT
        if not (who.is_planner or (is_draft and who.may_report(result.indicator.unit_id))):
            raise PermissionDenied
        if result.is_approved:
            raise ValidationError(_("This figure is approved. A planner has to reopen it first."))
    if not says_why(reason):
        raise ValidationError(_("Say why these figures are deleted."))
    records_delete(rows=shown, user=user, reason=reason)


class ResultEntries(RowEntries[ResultEntry, Result]):
    """Results on their way in: of the indicators' units, and of planners."""

    fields = (
        "state", "no_cases", "progress", "progress_percent",
        "steps_done", "narrative", "outcome", "problems", "next_steps", "fall_reason", "is_sample",
        "repeats_last", "slips", "returned_because",
    )  # fmt: skip
    repeated = ("month", gettext_lazy("This month's result stands in the list already."))
    overtaken = gettext_lazy(
        "A result for that month was entered just now by somebody else; open it instead."
    )

    def __init__(
        self,
        entries: Sequence[ResultEntry],
        *,
        today: date | None = None,
        by_system: bool = False,
        ground: Ground | None = None,
    ) -> None:
        """``ground``: what was read of the indicators already, where nothing is written."""
        super().__init__(entries, today=today, by_system=by_system)
        self.ground = ground

    def read(self) -> None:
        self.context = EntryContext(self.entries, self.ground)
        self.kept = self.context.kept

    def may(self, who: Viewer) -> bool:
        return all(who.may_report(entry.indicator.unit_id) for entry in self.entries)

    def errors(self, entry: ResultEntry) -> Errors:
        return entry_errors(entry, self.context, self.today, by_system=self.by_system)

    def new_row(self, entry: ResultEntry) -> Result:
        return Result(indicator=entry.indicator, fiscal_year=entry.fiscal_year, month=entry.month)

    def fill(self, row: Result, entry: ResultEntry) -> None:
        asked = self.context.slips(entry)
        standing = [
            slip
            for slip in row.slips
            if slip["measure"] in entry.values
            and slip["measure"] not in asked
            and plain(entry.values[slip["measure"]].amount) == slip["value"]
        ]
        apart = {"state", "repeats_last", "slips", "returned_because"}
        # Words may be mended without saying anew where the figure is from.
        unchanged = self.context.stands.get(entry.key) == dict(entry.values)
        row.repeats_last = entry.repeats_last or (row.repeats_last and unchanged)
        for name in self.fields:
            if name not in apart:
                setattr(row, name, getattr(entry, name))
        take_state(row, entry.state)
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
        evidence_replaced(
            ResultEvidence,
            "result",
            [(result, entry.evidence) for result, entry in written if entry.evidence is not None],
        )
        read_parts([result for result, _entry in written])


# ---------------------------------------------------------------------------------- approval


def results_approve(*, user: Any, shown: Mapping[Result, int]) -> list[Result]:
    """Mark submitted results approved, as :func:`strategy.approval.write.approve` does."""
    return approve(user=user, shown=shown)


def results_return(*, user: Any, shown: Mapping[Result, int], comment: str) -> list[Result]:
    """Send submitted results back, as :func:`strategy.approval.write.give_back` does."""
    return give_back(user=user, shown=shown, comment=comment)


def result_approve(*, user: Any, result: Result, expected_version: int) -> Result:
    """Mark one submitted result approved."""
    return approve(user=user, shown={result: expected_version})[0]


def result_return(*, user: Any, result: Result, expected_version: int, comment: str) -> Result:
    """Send one submitted result back with a comment."""
    return give_back(user=user, shown={result: expected_version}, comment=comment)[0]


def result_reopen(*, user: Any, result: Result, expected_version: int, reason: str) -> Result:
    """Open an approved result for correction, as :func:`strategy.approval.write.reopen` does."""
    return reopen(user=user, shown={result: expected_version}, reason=reason)[0]
