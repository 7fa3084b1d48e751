"""Writing how integrity measures went: quarters, results of the year, and a new year's measures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integrity.measures.access import may_enter
from integrity.measures.models import (
    ItaMeasure,
    MeasureFigure,
    MeasureIssue,
    MeasureYear,
    QuarterEvidence,
    QuarterProgress,
)
from integrity.measures.rules import QUARTERS, first_month, has_begun
from strategy.access import Viewer, viewer
from strategy.approval.model import UNSENT, state_problems, take_state
from strategy.approval.model import State as ApprovalState
from strategy.evidence.entry import MOST_EVIDENCE, EvidenceEntry, evidence_problems
from strategy.evidence.model import read_evidence
from strategy.evidence.write import evidence_replaced
from strategy.records.entries import Errors, RowEntries
from strategy.records.model import Record
from strategy.records.write import StaleVersion, record_delete, record_save, records_delete
from strategy.thai import format_date, says_why


@dataclass(frozen=True, slots=True)
class ProgressEntry:
    """A quarter of a measure as somebody reports it.

    ``measure`` comes with its issue and year. ``expected_version``: None for a new report, else
    the version that the editor read.
    """

    measure: ItaMeasure
    quarter: int
    state: str
    text: str = ""
    evidence: tuple[EvidenceEntry, ...] = ()
    expected_version: int | None = None
    is_sample: bool = False
    #: Kept as a draft, or handed in; samples are approved or returned as well, with a comment.
    approval: str = ApprovalState.SUBMITTED
    returned_because: str = ""

    @property
    def lacks_text(self) -> bool:
        """Nothing is said of what was done; a draft may come without, and what has not begun."""
        begun = self.state != QuarterProgress.State.NOT_STARTED
        return begun and self.approval not in UNSENT and not self.text.strip()

    @property
    def key(self) -> tuple[int, int]:
        return (self.measure.pk, self.quarter)


class ProgressEntries(RowEntries[ProgressEntry, QuarterProgress]):
    """Quarters on their way in: of one of a measure's units (measures/access.py), of planners."""

    fields = ("state", "text", "is_sample", "approval", "returned_because")
    repeated = ("quarter", gettext_lazy("This measure's quarter stands in the list already."))
    overtaken = gettext_lazy("That quarter was reported just now by somebody else; look again.")

    def read(self) -> None:
        measures = {entry.measure.pk for entry in self.entries}
        for row in QuarterProgress.objects.filter(measure__in=measures):
            self.kept[row.measure_id, row.quarter] = row

    def may(self, who: Viewer) -> bool:
        return may_enter(who, [entry.measure.pk for entry in self.entries])

    def errors(self, entry: ProgressEntry) -> Errors:
        """By form field; a piece of evidence by ``evidence-<place>-<name>``."""
        errors: Errors = defaultdict(list)
        if entry.quarter not in QUARTERS:
            errors["quarter"].append(ValidationError(_("A quarter is 1 to 4.")))
            return errors
        ahead = quarter_problem(entry.measure.issue.year.fiscal_year, entry.quarter, self.today)
        if ahead is not None:
            errors["quarter"].append(ahead)
        kept = self.kept.get(entry.key)
        for refused in state_problems(kept, entry.approval, by_system=self.by_system):
            errors["__all__"].append(refused)
        if kept is not None and entry.expected_version is None:
            errors["quarter"].append(
                ValidationError(_("That quarter is reported already; change it instead."))
            )
        if entry.state not in QuarterProgress.State.values:
            errors["state"].append(
                ValidationError(_("Choose how far the measure has come: %(states)s.")
                                % {"states": ", ".join(map(str, QuarterProgress.State.labels))})
            )  # fmt: skip
        elif entry.lacks_text:
            errors["text"].append(ValidationError(_("Say what was done in this quarter.")))
        if len(entry.evidence) > MOST_EVIDENCE:
            errors["evidence"].append(
                ValidationError(
                    _("At most %(most)s pieces of evidence for a quarter.")
                    % {"most": MOST_EVIDENCE}
                )
            )
        for place, piece in enumerate(entry.evidence):
            for name, problem in evidence_problems(piece, self.today).items():
                errors[f"evidence-{place}-{name}"].append(problem)
        return errors

    def new_row(self, entry: ProgressEntry) -> QuarterProgress:
        return QuarterProgress(measure=entry.measure, quarter=entry.quarter)

    def fill(self, row: QuarterProgress, entry: ProgressEntry) -> None:
        for name in ("state", "text", "is_sample"):
            setattr(row, name, getattr(entry, name))
        take_state(row, entry.approval)
        if entry.returned_because:
            row.returned_because = entry.returned_because

    def write_parts(
        self,
        written: Sequence[tuple[QuarterProgress, ProgressEntry]],
        changed: Sequence[QuarterProgress],
    ) -> None:
        pieces = [(row, entry.evidence) for row, entry in written]
        evidence_replaced(QuarterEvidence, "progress", pieces)
        read_evidence([row for row, _entry in written])

    def finish(self, user: Any, reason: str) -> None:
        years = [entry.measure.issue.year_id for entry in self.entries]
        years_taken_over(user=user, years=years, reason=reason)


def progress_delete(
    *, user: Any, progress: QuarterProgress, reason: str, expected_version: int
) -> None:
    """Take a report away that should never have been entered. Planners, with a reason; a draft also
    those who report it, without a word. What is approved is reopened first."""
    progress_delete_many(user=user, shown={progress: expected_version}, reason=reason)


def progress_delete_many(*, user: Any, shown: Mapping[QuarterProgress, int], reason: str) -> None:
    """The same of many, each at the version that was shown; all or none."""
    who = viewer(user)
    drafts = [row for row in shown if row.approval == ApprovalState.DRAFT]
    may_drafts = may_enter(who, [row.measure_id for row in drafts])
    if not (who.is_planner or (len(drafts) == len(shown) and may_drafts)):
        raise PermissionDenied
    if any(row.is_approved for row in shown):
        raise ValidationError(_("This figure is approved. A planner has to reopen it first."))
    if not says_why(reason):
        if len(drafts) < len(shown):
            raise ValidationError(_("Say why this report is deleted."))
        reason = _("draft deleted")
    records_delete(rows=shown, user=user, reason=reason)


def quarter_problem(year: int, quarter: int, today: date) -> ValidationError | None:
    """Why a quarter cannot be reported yet; None where it can."""
    if has_begun(year, quarter, today):
        return None
    return ValidationError(
        _(
            "Quarter %(quarter)s of fiscal year %(year)s begins on %(day)s; it cannot be reported "
            "yet."
        )
        % {
            "quarter": quarter,
            "year": year,
            "day": format_date(first_month(year, quarter).first_day),
        }
    )  # fmt: skip


# ------------------------------------------------------------------------------ result of the year


@dataclass(frozen=True, slots=True)
class FigureEntry:
    """A figure that the outcome states."""

    label: str
    value: Decimal
    unit_label: str = ""


def outcome_problem(year: int, today: date) -> ValidationError | None:
    """Why a year's result cannot be written yet; None where it can."""
    if has_begun(year, 4, today):
        return None
    return ValidationError(
        _(
            "The result of fiscal year %(year)s can be written from %(day)s on, when quarter 4 "
            "begins."
        )
        % {"year": year, "day": format_date(first_month(year, 4).first_day)}
    )  # fmt: skip


@transaction.atomic
def outcome_record(
    *,
    user: Any,
    measure: ItaMeasure,
    result: str,
    outcome: str,
    figures: Sequence[FigureEntry],
    expected_version: int,
    expected_figures: Mapping[int, int],
    today: date,
    reason: str = "",
) -> ItaMeasure:
    """Save what came of a measure: result, outcome and the figures in it. Planners and its units.

    The figures given take the place of those there are; those that stay the same are not written
    again. ``expected_figures``: the version of each figure that the editor read, by its id. Raises
    ValidationError by field, PermissionDenied, StaleVersion.
    """
    if not may_enter(viewer(user), [measure.pk]):
        raise PermissionDenied
    problem = outcome_problem(measure.issue.year.fiscal_year, today)
    if problem is not None:
        raise problem
    measure.result, measure.outcome = result, outcome
    record_save(instance=measure, user=user, reason=reason, expected_version=expected_version)
    kept = list(measure.figures.order_by("position"))
    if {row.pk: row.version for row in kept} != dict(expected_figures):
        raise StaleVersion(measure)
    for row in kept[len(figures) :]:
        record_delete(instance=row, user=user, reason=reason)
    for place, figure in enumerate(figures):
        row = kept[place] if place < len(kept) else MeasureFigure(measure=measure)
        wanted = (figure.label, figure.value, figure.unit_label)
        if (row.label, row.value, row.unit_label) == wanted:
            continue
        row.label, row.value, row.unit_label = wanted
        if row._state.adding:
            row.position = kept[-1].position + 1 + place - len(kept) if kept else place + 1
        record_save(instance=row, user=user, reason=reason)
    years_taken_over(user=user, years=[measure.issue.year_id], reason=reason)
    return measure


# -------------------------------------------------------------------------------------- a new year


def measure_year_begin(
    *,
    user: Any,
    source: MeasureYear,
    fiscal_year: int,
    title: str = "",
    reason: str = "",
    is_sample: bool = False,
) -> MeasureYear:
    """Begin a fiscal year with the issues, measures, units and people of another one. Planners.

    What was reported, achieved and answered in the other year stays there. Raises ValidationError
    where the agency has measures for that year already.
    """
    if user is not None and not viewer(user).is_planner:
        raise PermissionDenied
    year = MeasureYear(
        agency=source.agency, fiscal_year=fiscal_year, title=title, is_sample=is_sample
    )
    try:
        with transaction.atomic():
            record_save(instance=year, user=user, reason=reason)
            _copy_issues(source, year, user, reason)
    except IntegrityError as error:
        raise ValidationError(
            {"fiscal_year": _("This agency's measures of that year exist.")}
        ) from error
    return year


def _copy_issues(source: MeasureYear, year: MeasureYear, user: Any, reason: str) -> None:
    read = ("units", "accountable__user", "deputy__user")
    for issue in source.issues.prefetch_related(*(f"measures__{name}" for name in read)):
        copied = record_save(
            instance=MeasureIssue(
                year=year, number=issue.number, name=issue.name, instruments=issue.instruments
            ),
            user=user,
            reason=reason,
        )
        for measure in issue.measures.all():
            owners = (measure.accountable, measure.deputy)
            accountable, deputy = (
                who if who is not None and who.user.is_active else None for who in owners
            )
            record_save(
                instance=ItaMeasure(
                    issue=copied,
                    position=measure.position,
                    number=measure.number,
                    text=measure.text,
                    responsible_text=measure.responsible_text,
                    accountable=accountable,
                    deputy=deputy,
                ),
                user=user,
                reason=reason,
                links={"units": measure.units.all()},
            )


# ------------------------------------------------------------------------------------ sample years


@transaction.atomic
def years_taken_over(*, user: Any, years: Iterable[int], reason: str = "") -> None:
    """Who works in a sample year makes it theirs: it is a sample no longer."""
    if user is None:
        return
    # Of two who come at once, the second finds it done.
    samples = MeasureYear.objects.select_for_update(of=("self",)).filter(
        pk__in=set(years), is_sample=True
    )
    for year in samples:
        year.is_sample = False
        record_save(instance=year, user=user, reason=reason)


@transaction.atomic
def sample_year_remove(*, year: MeasureYear, reason: str) -> bool:
    """Take a sample year away, unless staff had a hand in it; gives whether it went."""
    issues = list(year.issues.values_list("pk", flat=True))
    measures = list(ItaMeasure.objects.filter(issue__in=issues).values_list("pk", flat=True))
    touched: list[tuple[type[Record], dict[str, Any]]] = [
        (MeasureYear, {"id": year.pk}),
        (MeasureIssue, {"year": year.pk}),
        (ItaMeasure, {"issue__in": issues}),
        (MeasureFigure, {"measure__in": measures}),
    ]
    if QuarterProgress.objects.filter(measure__in=measures).exists() or any(
        model.history.filter(**condition, history_user_id__isnull=False).exists()
        for model, condition in touched
    ):
        return False
    record_delete(instance=year, user=None, reason=reason)
    return True
