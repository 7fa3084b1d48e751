"""Writing assessments: whose it is, and its answers, all of them or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integrity.self_assessments.access import edition_lock, may_fill_in
from integrity.self_assessments.checks import (
    AnswerEntry,
    check_together,
    own_reasons,
    places,
)
from integrity.self_assessments.models import Answer, AnswerEvidence, Rubric, SelfAssessment
from integrity.self_assessments.read import rubric_tree
from integrity.self_assessments.rows import replies_to
from strategy.access import Viewer, viewer
from strategy.approval.model import State, state_problems, take_state
from strategy.evidence.model import read_evidence
from strategy.evidence.write import evidence_replaced
from strategy.models import Agency
from strategy.records.entries import Errors, RowEntries
from strategy.records.write import claim, record_delete, record_save, write_history

__all__ = [
    "AnswerEntries",
    "AnswerEntry",
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
    state: str = State.DRAFT,
    reason: str = "",
) -> SelfAssessment:
    """Begin an organisation's assessment by an edition: a draft, until it is handed in.

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
        approval=state,
        replies=list(replies),
    )
    assessment.replies = _replies(assessment, ())
    try:
        record_save(instance=assessment, user=user, reason=reason)
    except IntegrityError as error:
        raise ValidationError(_("This organisation has an assessment by that rubric.")) from error
    return assessment


def assessment_change(
    *, user: Any, assessment: SelfAssessment, expected_version: int, reason: str = ""
) -> SelfAssessment:
    """Save what is said of the organisation itself, with its replies to the compulsory questions.

    Its edition stays. Who changes a sample makes it theirs.
    """
    assessment_record(
        user=user,
        assessment=assessment,
        expected_version=expected_version,
        entries=(),
        reason=reason,
    )
    return assessment


def assessment_delete(
    *, user: Any, assessment: SelfAssessment, expected_version: int, reason: str = ""
) -> None:
    """Take an assessment away with its answers; the history stays. Planners, of an approved one
    nobody."""
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


def assessment_record(
    *,
    user: Any,
    assessment: SelfAssessment,
    expected_version: int | None,
    entries: Sequence[AnswerEntry],
    today: date | None = None,
    reason: str = "",
    state: str | None = None,
) -> list[Answer]:
    """One screen of an assessment: what it says of the organisation, and answers, all or none.

    ``expected_version`` None: nothing is said of the organisation that is not stored. ``state``:
    draft or submitted; None keeps it as far as it is.
    """
    return AnswerEntries.record_many(
        user=user,
        entries=entries,
        today=today,
        reason=reason,
        assessment=assessment,
        told_at=expected_version,
        state=state,
    )


class AnswerEntries(RowEntries[AnswerEntry, Answer]):
    """Answers of one assessment on their way in.

    Planners save all, reporters of the organisation's agency what it assesses itself.
    """

    fields = ("level", "points", "remark")
    repeated = ("level", gettext_lazy("This criterion stands in the list already."))
    overtaken = gettext_lazy("Somebody else has answered that criterion just now; look again.")

    def __init__(
        self,
        entries: Sequence[AnswerEntry],
        *,
        today: date | None = None,
        assessment: SelfAssessment,
        told_at: int | None = None,
        state: str | None = None,
        by_system: bool = False,
    ) -> None:
        """``told_at``: the version over which what ``assessment`` says of the organisation is to be
        saved; None: its answers alone. ``state``: to which it is brought, if any."""
        super().__init__(entries, today=today, by_system=by_system)
        self.assessment, self.told_at, self.state = assessment, told_at, state
        #: What is to be saved of the organisation, and where it is stored.
        self.told: SelfAssessment | None = None

    def lock(self) -> None:
        """One at a time for each assessment: two could each answer one of two alternatives.

        On SQLite every transaction that writes waits for the one before. Whose it is counts now:
        it may have moved since the request read it, or been approved.
        """
        if self.told_at is not None:
            self.told = self.assessment
        stored = SelfAssessment.objects.select_for_update()
        self.assessment = stored.get(pk=self.assessment.pk)
        self.assessment.rubric = edition_lock(self.assessment.rubric_id)
        if self.state is None:
            self.state = State.DRAFT if self.assessment.is_unsent else State.SUBMITTED
        for problem in state_problems(self.assessment, self.state, by_system=self.by_system):
            raise problem

    def read(self) -> None:
        self.rubric = rubric_tree(self.assessment.rubric)
        self.places = places(self.rubric)
        rows = self.assessment.answers.all()
        self.kept = {row.criterion_id: row for row in rows}

    def may(self, who: Viewer) -> bool:
        """What assessors score is the planners' to enter."""
        if who.is_planner:
            return True
        if self.told is not None and not may_fill_in(who, self.told.agency_id):
            return False
        asked = (self.places.get(entry.criterion_id) for entry in self.entries)
        own = all(place.part.is_self_assessed for place in asked if place is not None)
        return own and may_fill_in(who, self.assessment.agency_id)

    def errors(self, entry: AnswerEntry) -> Errors:
        return own_reasons(self.places.get(entry.criterion_id), entry, self.today)

    def reasons(self) -> dict[int, Errors]:
        found = super().reasons()
        check_together(self.rubric, self.kept, self.entries, found)
        return found

    def new_row(self, entry: AnswerEntry) -> Answer:
        return Answer(assessment=self.assessment, criterion_id=entry.criterion_id)

    def clears(self, entry: AnswerEntry) -> bool:
        return entry.is_empty

    def write_parts(
        self, written: Sequence[tuple[Answer, AnswerEntry]], changed: Sequence[Answer]
    ) -> None:
        """Evidence is replaced as a whole: it is part of the answer."""
        pieces = [(row, entry.evidence) for row, entry in written]
        evidence_replaced(AnswerEvidence, "answer", pieces)
        read_evidence([row for row, _entry in written])

    def finish(self, user: Any, reason: str) -> None:
        """With whatever is said in it the assessment takes the next version, so that nobody
        approves what they have not seen. Who changes a sample makes it theirs."""
        stored, told = self.assessment, self.told
        state = stored.state_now
        if user is not None:
            stored.is_sample = False
            take_state(stored, str(self.state))
        marks = {name: getattr(stored, name) for name in _MARKS}
        if told is not None:
            row = _as_told(stored, told, marks)
            record_save(instance=row, user=user, reason=reason, expected_version=self.told_at)
        elif self.entries or stored.state_now != state:
            claim([stored], [stored.version], **marks)
            write_history([stored], "~", user=user, reason=reason)


#: What nobody types of an assessment: how far it is.
_MARKS = ("approval", "returned_because", "is_sample")


def _as_told(
    stored: SelfAssessment, told: SelfAssessment, marks: Mapping[str, Any]
) -> SelfAssessment:
    """What is to be saved of an organisation. Raises ValidationError."""
    if told.rubric_id != stored.rubric_id:
        raise ValidationError(
            {"rubric": _("The edition stays; begin another assessment for another edition.")}
        )
    told.replies = _replies(told, stored.replies)
    for name, value in marks.items():
        setattr(told, name, value)
    return told
