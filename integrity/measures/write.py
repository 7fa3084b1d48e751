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
from strategy.access import viewer
from strategy.evidence.entry import MOST_EVIDENCE, EvidenceEntry, evidence_problems
from strategy.evidence.model import read_evidence
from strategy.records.model import Record
from strategy.records.write import (
    EntriesRefused,
    StaleVersion,
    claim,
    record_delete,
    record_save,
    write_history,
)
from strategy.thai import format_date, says_why

Errors = dict[str, list[ValidationError]]


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

    @property
    def key(self) -> tuple[int, int]:
        return (self.measure.pk, self.quarter)


def progress_record(
    *, user: Any, entry: ProgressEntry, today: date, reason: str = ""
) -> QuarterProgress:
    """Save one quarter of one measure. Raises as the form for many does, by field."""
    try:
        return progress_record_many(user=user, entries=[entry], today=today, reason=reason)[0]
    except EntriesRefused as refused:
        raise refused.errors[0] from None


def progress_record_many(
    *, user: Any, entries: Sequence[ProgressEntry], today: date, reason: str = ""
) -> list[QuarterProgress]:
    """Save many, all or none.

    ``user`` None is the system (fixtures). Who may write: planners, and reporters of one of the
    measure's units (integrity/measure_access.py). Raises
    :class:`strategy.services.EntriesRefused` naming each refused entry, PermissionDenied,
    StaleVersion.
    """
    if user is not None and not may_enter(viewer(user), [entry.measure.pk for entry in entries]):
        raise PermissionDenied
    try:
        with transaction.atomic():
            kept = _kept(entries)
            refused = _refused(entries, kept, today)
            if refused:
                raise EntriesRefused(refused)
            rows = _write(user, entries, kept, reason)
            years_taken_over(
                user=user, years=[entry.measure.issue.year_id for entry in entries], reason=reason
            )
            return rows
    except IntegrityError as error:
        raise ValidationError(
            _("That quarter was reported just now by somebody else; look again.")
        ) from error


def progress_problems(entries: Sequence[ProgressEntry], today: date) -> dict[int, ValidationError]:
    """Which entries :func:`progress_record_many` would refuse, by their place in the list."""
    return _refused(entries, _kept(entries), today)


def progress_delete(
    *, user: Any, progress: QuarterProgress, reason: str, expected_version: int
) -> None:
    """Take a report away that should never have been entered. Planners, with a reason."""
    if not viewer(user).is_planner:
        raise PermissionDenied
    if not says_why(reason):
        raise ValidationError(_("Say why this report is deleted."))
    record_delete(instance=progress, user=user, reason=reason, expected_version=expected_version)


def _kept(entries: Sequence[ProgressEntry]) -> dict[tuple[int, int], QuarterProgress]:
    rows = QuarterProgress.objects.filter(measure__in={entry.measure.pk for entry in entries})
    return {(row.measure_id, row.quarter): row for row in rows}


def _refused(
    entries: Sequence[ProgressEntry],
    kept: Mapping[tuple[int, int], QuarterProgress],
    today: date,
) -> dict[int, ValidationError]:
    """Every entry that is refused, by its place, with the reasons by form field."""
    refused = {}
    seen: set[tuple[int, int]] = set()
    for place, entry in enumerate(entries):
        found = _entry_errors(entry, kept, today)
        if entry.key in seen:
            found["quarter"].append(
                ValidationError(_("This measure's quarter stands in the list already."))
            )
        seen.add(entry.key)
        if found:
            refused[place] = ValidationError(found)
    return refused


def _entry_errors(
    entry: ProgressEntry, kept: Mapping[tuple[int, int], QuarterProgress], today: date
) -> Errors:
    """Every reason to refuse an entry, by form field; evidence by ``evidence-<place>-<name>``."""
    errors: Errors = defaultdict(list)
    if entry.quarter not in QUARTERS:
        errors["quarter"].append(ValidationError(_("A quarter is 1 to 4.")))
        return errors
    ahead = quarter_problem(entry.measure.issue.year.fiscal_year, entry.quarter, today)
    if ahead is not None:
        errors["quarter"].append(ahead)
    if entry.key in kept and entry.expected_version is None:
        errors["quarter"].append(
            ValidationError(_("That quarter is reported already; change it instead."))
        )
    if entry.state not in QuarterProgress.State.values:
        errors["state"].append(
            ValidationError(_("Choose how far the measure has come: %(states)s.")
                            % {"states": ", ".join(map(str, QuarterProgress.State.labels))})
        )  # fmt: skip
    elif entry.state != QuarterProgress.State.NOT_STARTED and not entry.text.strip():
        errors["text"].append(ValidationError(_("Say what was done in this quarter.")))
    if len(entry.evidence) > MOST_EVIDENCE:
        errors["evidence"].append(
            ValidationError(
                _("At most %(most)s pieces of evidence for a quarter.") % {"most": MOST_EVIDENCE}
            )
        )
    for place, piece in enumerate(entry.evidence):
        for name, problem in evidence_problems(piece, today).items():
            errors[f"evidence-{place}-{name}"].append(problem)
    return errors


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


_FIELDS = ("state", "text", "is_sample")


def _write(
    user: Any,
    entries: Sequence[ProgressEntry],
    kept: Mapping[tuple[int, int], QuarterProgress],
    reason: str,
) -> list[QuarterProgress]:
    """Rows, their evidence and their history."""
    rows, changed, versions, new = [], [], [], []
    for entry in entries:
        row = kept.get(entry.key)
        if row is None:
            row = QuarterProgress(measure=entry.measure, quarter=entry.quarter)
            if entry.expected_version is not None:
                raise StaleVersion(row)  # what the editor read has been taken away since
            new.append(row)
        else:
            assert entry.expected_version is not None  # the checks have seen to it
            if entry.expected_version != row.version:
                raise StaleVersion(row)  # claim() could not say which of many it is
            changed.append(row)
            versions.append(entry.expected_version)
        for name in _FIELDS:
            setattr(row, name, getattr(entry, name))
        rows.append(row)
    claim(changed, versions)
    QuarterProgress.objects.bulk_create(new, batch_size=500)
    QuarterProgress.objects.bulk_update(changed, _FIELDS, batch_size=200)
    QuarterEvidence.objects.filter(progress__in=changed).delete()
    QuarterEvidence.objects.bulk_create(
        [
            QuarterEvidence(progress=row, position=position, **piece.fields())
            for row, entry in zip(rows, entries, strict=True)
            for position, piece in enumerate(entry.evidence, start=1)
        ],
        batch_size=500,
    )
    read_evidence(rows)
    write_history(new, "+", user=user, reason=reason)
    write_history(changed, "~", user=user, reason=reason)
    return rows


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
    """Begin a fiscal year with the issues, measures and units of another one. Planners.

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
    for issue in source.issues.prefetch_related("measures__units"):
        copied = record_save(
            instance=MeasureIssue(
                year=year, number=issue.number, name=issue.name, instruments=issue.instruments
            ),
            user=user,
            reason=reason,
        )
        for measure in issue.measures.all():
            record_save(
                instance=ItaMeasure(
                    issue=copied,
                    position=measure.position,
                    number=measure.number,
                    text=measure.text,
                    responsible_text=measure.responsible_text,
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
    samples = MeasureYear.objects.select_for_update().filter(pk__in=set(years), is_sample=True)
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
