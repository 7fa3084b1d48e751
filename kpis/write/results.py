"""Writing results, one or many, and the steps of approval."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Prefetch, Q, prefetch_related_objects
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kpis.models import Result, ResultEvidence, ResultValue, YearTarget
from kpis.read.hands import hands_of
from kpis.write.checks import EntryContext, ResultEntry, entry_errors, value_field
from kpis.write.slips import slips
from strategy.access import Viewer, viewer
from strategy.evidence.write import evidence_replaced
from strategy.records.entries import Errors, RowEntries
from strategy.records.write import claim, record_delete, write_history
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
        "repeats_last", "slips", "returned_because",
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
            and slip["measure"] not in asked
            and plain(entry.values[slip["measure"]].amount) == slip["value"]
        ]
        # What was returned stays so, with its comment, until it is submitted again.
        stays = row.state == Result.State.RETURNED and entry.state == Result.State.DRAFT
        apart = {"repeats_last", "slips", "returned_because"} | ({"state"} if stays else set())
        # Words may be mended without saying anew where the figure is from.
        unchanged = self.context.stands.get(entry.key) == dict(entry.values)
        row.repeats_last = entry.repeats_last or (row.repeats_last and unchanged)
        for name in self.fields:
            if name not in apart:
                setattr(row, name, getattr(entry, name))
        if not stays:
            row.returned_because = ""
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
        _with_children([result for result, _entry in written])


def _with_children(results: Sequence[Result]) -> None:
    """Read values and evidence of many results at once: their history rows need no query each."""
    ordered = ResultValue.objects.select_related("measure").order_by("measure__position")
    prefetch_related_objects(list(results), Prefetch("values", queryset=ordered), "evidence")


# ---------------------------------------------------------------------------------- approval


def _change_states(
    *, user: Any, shown: Mapping[Result, int], old: str, new: str, reason: str, **changes: Any
) -> list[Result]:
    """Take results, at the versions that were shown, from one state to another; all or none."""
    results = list(shown)
    with transaction.atomic():
        # State and version in one condition: of two who press the button, one does it.
        claim(results, list(shown.values()), Q(state=old), state=new, **changes)
        stored = Result.objects.select_related("indicator__strategy__plan")
        found = stored.in_bulk([result.pk for result in results])
        changed = [found[result.pk] for result in results]
        _with_children(changed)
        if new == Result.State.APPROVED:
            _refuse_own(user, changed)
        write_history(changed, "~", user=user, reason=reason)
    return changed


def _refuse_own(user: Any, results: Sequence[Result]) -> None:
    """Nobody approves what they entered or submitted; superusers neither."""
    hands = hands_of([result.pk for result in results])
    own = [result for result in results if user.pk in hands[result.pk].authors]
    if own:
        raise ValidationError(
            _(
                "You entered or submitted this yourself: %(results)s. Somebody else who may "
                "approve has to look at it."
            )
            % {"results": ", ".join(result.title for result in own)}
        )


def _refuse_others(user: Any, shown: Iterable[Result]) -> None:
    """Raise PermissionDenied where one of the results is not theirs to approve."""
    results = list(shown)
    prefetch_related_objects(results, "indicator")
    who = viewer(user)
    if not all(who.may_approve(result.indicator.unit_id) for result in results):
        raise PermissionDenied


def results_approve(*, user: Any, shown: Mapping[Result, int]) -> list[Result]:
    """Mark submitted figures approved, each at the version that was shown; all or none.

    By planners and by approvers of the units. Raises PermissionDenied, StaleVersion where one has
    changed, ValidationError where one was entered or submitted by the same person.
    """
    _refuse_others(user, shown)
    return _change_states(
        user=user,
        shown=shown,
        old=Result.State.SUBMITTED,
        new=Result.State.APPROVED,
        reason=_("approved"),
    )


def results_return(*, user: Any, shown: Mapping[Result, int], comment: str) -> list[Result]:
    """Send submitted figures back to their reporters with a comment; all or none.

    They count nowhere until they are submitted again. By those who may approve them. Raises
    PermissionDenied, StaleVersion, and ValidationError where the comment says nothing.
    """
    _refuse_others(user, shown)
    if not says_why(comment):
        raise ValidationError({"comment": _("Say in a few words what is to be corrected.")})
    return _change_states(
        user=user,
        shown=shown,
        old=Result.State.SUBMITTED,
        new=Result.State.RETURNED,
        reason=comment.strip(),
        returned_because=comment.strip(),
    )


def result_approve(*, user: Any, result: Result, expected_version: int) -> Result:
    """Mark one submitted figure approved, as :func:`results_approve` does."""
    return results_approve(user=user, shown={result: expected_version})[0]


def result_return(*, user: Any, result: Result, expected_version: int, comment: str) -> Result:
    """Send one submitted figure back, as :func:`results_return` does."""
    return results_return(user=user, shown={result: expected_version}, comment=comment)[0]


def result_reopen(*, user: Any, result: Result, expected_version: int, reason: str) -> Result:
    """Open an approved figure for correction. Planners only, with a reason."""
    if not viewer(user).is_planner:
        raise PermissionDenied
    if not says_why(reason):
        raise ValidationError({"reason": _("Say why the figure is reopened.")})
    return _change_states(
        user=user,
        shown={result: expected_version},
        old=Result.State.APPROVED,
        new=Result.State.SUBMITTED,
        reason=reason.strip(),
    )[0]
