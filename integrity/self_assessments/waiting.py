"""Assessments that wait for somebody's approval, with what there is to look at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from integrity.self_assessments.duties import deadlines
from integrity.self_assessments.listing import AssessmentRow, assessment_rows, editions
from integrity.self_assessments.models import Answer, AnswerEvidence, SelfAssessment
from strategy.access import Viewer
from strategy.approval.hands import Hands, hands_of
from strategy.approval.model import State
from strategy.approval.read import WaitingRow, late_flags, waiting_for


@dataclass(frozen=True, kw_only=True)
class WaitingAssessment(WaitingRow):
    """A submitted assessment with its points; ``before``: those of the organisation's last approved
    one by an earlier edition, None where there is none."""

    now: AssessmentRow
    before: AssessmentRow | None


def waiting_assessments(who: Viewer) -> QuerySet[Any]:
    """The submitted assessments that a person may approve or return, the oldest edition first."""
    rows: QuerySet[Any] = waiting_for(SelfAssessment, who)
    return rows.order_by("rubric__fiscal_year", "rubric__organisation_kind", "organisation")


def waiting_rows(rows: Sequence[SelfAssessment], who: Viewer) -> list[WaitingAssessment]:
    """Submitted assessments with all that is shown of each. Eight queries, and one for each agency
    of which deadlines move to working days."""
    hands = hands_of(SelfAssessment, [row.pk for row in rows])
    earlier = _approved(rows)
    known = editions()
    stand = [*rows, *(each for own in earlier.values() for each in own)]
    points = {each.facts.id: each for each in assessment_rows(stand, known)}
    bare, due = _without_evidence(rows), deadlines(rows)
    found = []
    for row in rows:
        own = earlier[row.organisation, row.agency_id]
        before = [each for each in own if each.rubric.fiscal_year < row.rubric.fiscal_year]
        last = points[before[-1].pk] if before else None
        now = points[row.pk]
        found.append(
            WaitingAssessment(
                row=row,
                code="",
                name=row.organisation,
                unit=str(row.agency or ""),
                period=now.edition,
                before_name=last.edition if last else "",
                own=who.user_id in hands[row.pk].authors,
                flags=tuple(_flags(now, bare, hands[row.pk], due)),
                now=now,
                before=last,
            )
        )
    return found


def _approved(
    rows: Sequence[SelfAssessment],
) -> Mapping[tuple[str, int | None], list[SelfAssessment]]:
    """The approved assessments of the same organisations, by name and agency, the oldest edition
    first. One query."""
    found: dict[tuple[str, int | None], list[SelfAssessment]] = defaultdict(list)
    approved = SelfAssessment.objects.filter(
        organisation__in={row.organisation for row in rows}, approval=State.APPROVED
    ).select_related("rubric", "agency")
    for each in approved.order_by("rubric__fiscal_year", "pk"):
        found[each.organisation, each.agency_id].append(each)
    return found


def _without_evidence(rows: Sequence[SelfAssessment]) -> dict[int, int]:
    """How many levels that an organisation chose rest on nothing, by assessment. One query."""
    pieces = AnswerEvidence.objects.filter(answer=OuterRef("pk"))
    bare = Answer.objects.filter(
        ~Exists(pieces), level__isnull=False, assessment__in=[row.pk for row in rows]
    )
    found: dict[int, int] = defaultdict(int)
    for pk in bare.order_by().values_list("assessment", flat=True):
        found[pk] += 1
    return found


def _flags(
    now: AssessmentRow, bare: Mapping[int, int], hands: Hands, due: Mapping[int, date]
) -> Iterable[str]:
    """What an approver looks at twice."""
    if now.answered < now.of:
        yield _("criteria without an answer: %(count)s") % {"count": now.of - now.answered}
    if bare.get(now.facts.id):
        yield _("answers without evidence: %(count)s") % {"count": bare[now.facts.id]}
    yield from late_flags(hands, due.get(now.facts.id))
    if now.facts.is_sample:
        yield _("sample")
