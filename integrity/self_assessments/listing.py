"""Assessments in a list: editions by year, rows, and who has a human-rights policy."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import F, Q

from integrity.self_assessments import rows
from integrity.self_assessments.models import Answer, Rubric, SelfAssessment
from integrity.self_assessments.read import facts_of
from integrity.self_assessments.rows import (
    AssessmentFacts,
)
from integrity.self_assessments.rules import (
    Chosen,
    CriterionFacts,
    Level,
    PartFacts,
    score,
)
from strategy.approval.model import counted_states


@dataclass(frozen=True, slots=True)
class Edition:
    """An edition as the list knows it: its name, and what points are made of."""

    id: int
    name: str
    parts: tuple[PartFacts, ...]

    @property
    def of(self) -> int:
        """How many criteria are to be answered for the total; alternatives count once."""
        return sum(
            len({row.alternative or row.id for row in part.criteria})
            for part in self.parts
            if part.weight is not None
        )


@dataclass(frozen=True, slots=True)
class AssessmentRow:
    """An organisation in the list; ``parts``: code and points of each part that counts."""

    facts: AssessmentFacts
    rubric_id: int
    edition: str
    total: Decimal
    parts: tuple[tuple[str, Decimal], ...]
    answered: int
    of: int


@dataclass(frozen=True, slots=True)
class PolicyCounts:
    """How many agencies and provinces have announced a human-rights policy."""

    agencies: int
    provinces: int


def editions() -> dict[int, Edition]:
    """Every edition by id, the newest first. One query."""
    heads: dict[int, str] = {}
    parts: dict[int, dict[int, Any]] = defaultdict(dict)
    criteria: dict[int, dict[int, CriterionFacts]] = defaultdict(dict)
    for row in Rubric.objects.order_by(
        "-fiscal_year", "organisation_kind", "parts__position", "parts__pk",
        "parts__groups__position", "parts__groups__criteria__position",
    ).annotate(
        criterion=F("parts__groups__criteria"),
        points=F("parts__groups__criteria__full"),
        alternative=F("parts__groups__criteria__alternative"),
        level=F("parts__groups__criteria__levels__level"),
        share_of=F("parts__groups__criteria__levels__share_of"),
        share_in=F("parts__groups__criteria__levels__share_in"),
    ).values_list(
        "id", "organisation_kind", "fiscal_year",
        "parts__id", "parts__code", "parts__weight", "parts__full",
        "criterion", "points", "alternative", "level", "share_of", "share_in",
        named=True,
    ):  # fmt: skip
        heads[row.id] = rows.edition_name(row.organisation_kind, row.fiscal_year)
        if row.parts__id is not None:
            parts[row.id].setdefault(row.parts__id, row)
        if row.criterion is not None:
            known = criteria[row.parts__id].get(row.criterion) or CriterionFacts(
                row.criterion, row.points, (), row.alternative
            )
            if row.level is not None:
                reached = Level(row.level, Fraction(row.share_of, row.share_in))
                known = known._replace(levels=(*known.levels, reached))
            criteria[row.parts__id][row.criterion] = known
    return {
        rubric_id: Edition(
            rubric_id,
            name,
            tuple(
                PartFacts(
                    part.parts__code,
                    part.parts__weight,
                    tuple(criteria[part_id].values()),
                    part.parts__full,
                )
                for part_id, part in parts[rubric_id].items()
            ),
        )
        for rubric_id, name in heads.items()
    }


def assessment_rows(
    assessments: Sequence[SelfAssessment], known: Mapping[int, Edition]
) -> list[AssessmentRow]:
    """Totals of the assessments on a page of the list. One query, however many there are."""
    chosen: dict[int, dict[int, Chosen]] = defaultdict(dict)
    for assessment_id, criterion_id, level, given in Answer.objects.filter(
        assessment__in=[row.pk for row in assessments]
    ).values_list("assessment_id", "criterion_id", "level", "points"):
        chosen[assessment_id][criterion_id] = Chosen(level, given)
    return [_row(row, known[row.rubric_id], chosen[row.pk]) for row in assessments]


def _row(
    assessment: SelfAssessment, edition: Edition, chosen: Mapping[int, Chosen]
) -> AssessmentRow:
    scored = score(edition.parts, chosen)
    return AssessmentRow(
        facts=facts_of(assessment),
        rubric_id=edition.id,
        edition=edition.name,
        total=rows.shown(scored.total),
        parts=tuple(
            (part.code, rows.shown(part.points)) for part in scored.parts if part.weight is not None
        ),
        answered=edition.of - scored.missing,
        of=edition.of,
    )


def policy_counts(*, approved_only: bool) -> PolicyCounts:
    """Organisations, and provinces, that reach a level of a criterion that shows a policy.

    Neither drafts nor samples are counted, and an organisation counts once in whatever many
    editions. ``approved_only``: as a plan counts that goes by approved figures. One query.
    """
    reached = Answer.objects.filter(
        Q(criterion__levels__level=F("level"), criterion__levels__share_of__gt=0) | Q(points__gt=0),
        criterion__shows_policy=True,
        assessment__is_sample=False,
        assessment__approval__in=counted_states(approved_only=approved_only),
    )
    found = set(
        reached.values_list("assessment__level", "assessment__organisation", "assessment__province")
    )
    province = SelfAssessment.Level.PROVINCE
    return PolicyCounts(
        agencies=len({name for level, name, _province in found if level != province}),
        provinces=len({where or name for level, name, where in found if level == province}),
    )
