"""Writing assessments: whose it is, and its answers, all of them or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from integrity.self_assessments.access import edition_lock, may_fill_in
from integrity.self_assessments.checks import AnswerEntry, answer_problems, places
from integrity.self_assessments.models import Answer, AnswerEvidence, Rubric, SelfAssessment
from integrity.self_assessments.read import rubric_tree
from integrity.self_assessments.rows import RubricRow, replies_to
from strategy.access import viewer
from strategy.clock import today as day_now
from strategy.evidence.model import read_evidence
from strategy.models import Agency
from strategy.records.write import (
    EntriesRefused,
    StaleVersion,
    claim,
    record_delete,
    record_save,
    write_history,
)

__all__ = [
    "AnswerEntry",
    "answer_problems_of",
    "answers_record",
    "assessment_begin",
    "assessment_change",
    "assessment_delete",
    "assessment_record",
]


# ----------------------------------------------------------------------------- whose it is


def assessment_begin(
    *,
    user: Any,
    rubric: Rubric,
    organisation: str,
    level: str,
    province: str = "",
    agency: Agency | None = None,
    is_sample: bool = False,
    replies: Sequence[Mapping[str, str]] = (),
    reason: str = "",
) -> SelfAssessment:
    """Begin an organisation's assessment by an edition; it stays open while answers are missing.

    ``user`` None is the system. Planners begin any, reporters that of their own agency.
    ``replies``: each with the text of its ``question``.
    """
    _require(user, agency.pk if agency else None)
    assessment = SelfAssessment(
        rubric=rubric,
        organisation=organisation,
        level=level,
        province=province,
        agency=agency,
        is_sample=is_sample,
        replies=list(replies),
    )
    assessment.replies = _replies(assessment, ())
    try:
        record_save(instance=assessment, user=user, reason=reason)
    except IntegrityError as error:
        raise ValidationError(_("This organisation has an assessment by that rubric.")) from error
    return assessment


@transaction.atomic
def assessment_change(
    *, user: Any, assessment: SelfAssessment, expected_version: int, reason: str = ""
) -> SelfAssessment:
    """Save what is said of the organisation itself, with its replies to the compulsory questions.

    Its edition stays. Who changes a sample makes it theirs.
    """
    stored = SelfAssessment.objects.select_for_update().get(pk=assessment.pk)
    _require(user, stored.agency_id)
    _require(user, assessment.agency_id)
    if assessment.rubric_id != stored.rubric_id:
        raise ValidationError(
            {"rubric": _("The edition stays; begin another assessment for another edition.")}
        )
    assessment.replies = _replies(assessment, stored.replies)
    if user is not None:
        assessment.is_sample = False
    record_save(instance=assessment, user=user, reason=reason, expected_version=expected_version)
    return assessment


def assessment_delete(
    *, user: Any, assessment: SelfAssessment, expected_version: int, reason: str = ""
) -> None:
    """Take an assessment away with its answers; the history stays. Planners."""
    if user is not None and not viewer(user).is_planner:
        raise PermissionDenied
    record_delete(instance=assessment, user=user, reason=reason, expected_version=expected_version)


def _replies(
    assessment: SelfAssessment, stored: Sequence[Mapping[str, str]]
) -> list[dict[str, str]]:
    """The replies as they are kept: each with the text of its question, none where it is empty.

    ``stored``: what was kept before; a reply may stay although its question is no longer asked.
    """
    known = {text for text, _reply in replies_to(assessment.rubric.questions, stored)}
    for item in assessment.replies:
        if item["question"] not in known:
            raise ValidationError(
                _("“%(question)s” is not a compulsory question of this rubric; its reply cannot "
                  "be kept.")
                % {"question": item["question"]}
            )  # fmt: skip
    told = replies_to(assessment.rubric.questions, assessment.replies)
    return [
        {"question": question, "reply": reply.strip()} for question, reply in told if reply.strip()
    ]


def _require(user: Any, agency_id: int | None) -> None:
    if user is not None and not may_fill_in(viewer(user), agency_id):
        raise PermissionDenied


# ---------------------------------------------------------------------------------- answers


@transaction.atomic
def assessment_record(
    *,
    user: Any,
    assessment: SelfAssessment,
    expected_version: int | None,
    entries: Sequence[AnswerEntry],
    reason: str = "",
) -> list[Answer]:
    """One screen of an assessment: what it says of the organisation, and answers, all or none.

    ``expected_version`` None: nothing is said of the organisation that is not stored.
    """
    if expected_version is not None:
        assessment_change(
            user=user, assessment=assessment, expected_version=expected_version, reason=reason
        )
    return answers_record(user=user, assessment=assessment, entries=entries, reason=reason)


def answers_record(
    *,
    user: Any,
    assessment: SelfAssessment,
    entries: Sequence[AnswerEntry],
    reason: str = "",
    today: date | None = None,
) -> list[Answer]:
    """Save answers, all or none; gives those that stand afterwards.

    ``user`` None is the system. Planners save all, reporters of the organisation's agency what it
    assesses itself. Raises
    :class:`strategy.services.EntriesRefused` by place in the list, ValidationError,
    PermissionDenied, StaleVersion.
    """
    try:
        with transaction.atomic():
            # One at a time for each assessment: two editors could each answer one of two
            # alternatives. On SQLite every transaction that writes waits for the one before.
            kept = SelfAssessment.objects.select_for_update().get(pk=assessment.pk)
            # Whose it is counts now: it may have moved since the request read it.
            _require(user, kept.agency_id)
            rubric = rubric_tree(edition_lock(kept.rubric_id))
            _require_parts(user, rubric, entries)
            stored = _stored(kept)
            refused = answer_problems(rubric, stored, entries, today or day_now())
            if refused:
                raise EntriesRefused(refused)
            rows = _write(user, kept, stored, entries, reason)
            _no_longer_sample(user, kept, reason)
            return rows
    except IntegrityError as error:
        raise ValidationError(
            _("Somebody else has answered that criterion just now; look again.")
        ) from error


def answer_problems_of(
    assessment: SelfAssessment, rubric: RubricRow, entries: Sequence[AnswerEntry]
) -> dict[int, ValidationError]:
    """Which entries :func:`answers_record` would refuse, by their place in the list."""
    return answer_problems(rubric, _stored(assessment), entries, day_now())


def _stored(assessment: SelfAssessment) -> dict[int, Answer]:
    return {row.criterion_id: row for row in Answer.objects.filter(assessment=assessment)}


def _require_parts(user: Any, rubric: RubricRow, entries: Sequence[AnswerEntry]) -> None:
    """What assessors score is the planners' to enter."""
    if user is None or viewer(user).is_planner:
        return
    known = places(rubric)
    for entry in entries:
        place = known.get(entry.criterion_id)
        if place is not None and not place.part.is_self_assessed:
            raise PermissionDenied


def _write(
    user: Any,
    assessment: SelfAssessment,
    stored: Mapping[int, Answer],
    entries: Sequence[AnswerEntry],
    reason: str,
) -> list[Answer]:
    """Rows, evidence and history of checked entries."""
    rows, new, changed, versions = [], [], [], []
    pieces: list[AnswerEvidence] = []
    for entry in entries:
        row = _row_for(assessment, stored.get(entry.criterion_id), entry)
        if row is None:
            continue
        if entry.is_empty:
            record_delete(
                instance=row, user=user, reason=reason, expected_version=entry.expected_version
            )
            continue
        row.level, row.points, row.remark = entry.level, entry.points, entry.remark
        if row.pk is None:
            new.append(row)
        else:
            changed.append(row)
            versions.append(entry.expected_version or 0)
        rows.append(row)
        pieces += [
            AnswerEvidence(answer=row, position=number, **piece.fields())
            for number, piece in enumerate(entry.evidence, start=1)
        ]
    if changed:
        claim(changed, versions)
    Answer.objects.bulk_create(new)
    Answer.objects.bulk_update(changed, ["level", "points", "remark"])
    # Evidence is replaced as a whole: it is part of the answer.
    AnswerEvidence.objects.filter(answer__in=changed).delete()
    AnswerEvidence.objects.bulk_create(pieces)
    read_evidence(rows)
    write_history(new, "+", user=user, reason=reason)
    write_history(changed, "~", user=user, reason=reason)
    return rows


def _row_for(assessment: SelfAssessment, row: Answer | None, entry: AnswerEntry) -> Answer | None:
    """The row that an entry writes; None where there is nothing to write."""
    if row is None:
        row = Answer(assessment=assessment, criterion_id=entry.criterion_id)
        if entry.expected_version is not None:
            raise StaleVersion(row)  # what the editor read has been cleared since
        return None if entry.is_empty else row
    if entry.expected_version != row.version:
        # claim() would refuse it as well, but could not say which of many it is.
        raise StaleVersion(row)
    return row


def _no_longer_sample(user: Any, assessment: SelfAssessment, reason: str) -> None:
    """Who changes a sample makes it theirs."""
    if user is not None and assessment.is_sample:
        assessment.is_sample = False
        record_save(instance=assessment, user=user, reason=reason)
