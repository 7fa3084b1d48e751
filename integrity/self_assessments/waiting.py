"""Assessments on their way: with those who fill them in, by when they are due; and those that wait
for somebody's approval, with what there is to look at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from integrity.self_assessments.listing import AssessmentRow, assessment_rows, editions
from integrity.self_assessments.models import Answer, AnswerEvidence, SelfAssessment
from strategy.access import REPORTER, Viewer
from strategy.approval.hands import Hands, hands_of
from strategy.approval.model import UNSENT, State
from strategy.approval.read import WaitingRow, late_flags, waiting_for
from strategy.calendar import DEFAULT_REPORTING_DAY, FiscalMonth
from strategy.read import days_of, with_deadline


class Unsent(NamedTuple):
    """An assessment that is a draft or was returned; ``written``: when it last was."""

    row: SelfAssessment
    deadline: date | None
    written: Any


def unsent_of(who: Viewer) -> list[Unsent]:
    """The assessments that a person has to hand in: of their own agencies, of planners also those
    of organisations outside the system. One query, and what :func:`deadlines` takes."""
    if not (who.is_planner or REPORTER in who.roles):
        return []
    own = Q(agency__in=who.agency_ids)
    if who.is_planner:
        own |= Q(agency__isnull=True)
    told = SelfAssessment.history.filter(id=OuterRef("pk")).order_by("-history_date")
    found = SelfAssessment.objects.filter(own, approval__in=UNSENT).annotate(
        written=Subquery(told.values("history_date")[:1])
    )
    rows: list[Any] = list(
        found.select_related("rubric", "agency").order_by("rubric__fiscal_year", "organisation")
    )
    due = deadlines(rows)
    return [Unsent(row, due.get(row.pk), row.written) for row in rows]


def deadlines(rows: Iterable[SelfAssessment]) -> dict[int, date]:
    """By when assessments are in, by their id: as the last month of their edition's year is.

    What is of no agency has no deadline. One query where there are others, and one for each agency
    of which deadlines move to working days.
    """
    years = {row.pk: row.rubric.fiscal_year for row in rows if row.agency_id is not None}
    if not years:
        return {}
    of_agencies = SelfAssessment.objects.filter(pk__in=years)
    days = days_of(with_deadline(of_agencies, "rubric__fiscal_year"))
    return {
        pk: FiscalMonth(year, 12).deadline(days.get(pk, DEFAULT_REPORTING_DAY))
        for pk, year in years.items()
    }


# -------------------------------------------------------------------------- to be approved


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
