"""Reading rubrics and assessments: a fixed number of queries, handed to rules.py."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _

from integrity.ita.rules import round2
from integrity.self_assessments import rows
from integrity.self_assessments.access import readable_assessments
from integrity.self_assessments.models import (
    Answer,
    AnswerEvidence,
    Rubric,
    RubricGroup,
    RubricPart,
    SelfAssessment,
)
from integrity.self_assessments.rules import Chosen, Score, score
from strategy.access import Viewer
from strategy.evidence.entry import EvidenceEntry, entry_of

# -------------------------------------------------------------------------------- the instrument


def find_rubric(rubric_id: int) -> Rubric:
    rubric = Rubric.objects.filter(pk=rubric_id).first()
    if rubric is None:
        raise Http404(_("There is no such edition of the rubric."))
    return rubric


def rubric_tree(rubric: Rubric) -> rows.RubricRow:
    """An edition with its parts, groups, criteria and levels. Two queries."""
    groups = _groups(rubric.pk)
    parts = []
    for part in RubricPart.objects.filter(rubric=rubric).order_by("position", "pk"):
        parts.append(
            rows.PartRow(
                id=part.pk,
                code=part.code,
                name=part.name,
                full=part.full,
                weight=part.weight,
                assessed_by=part.assessed_by,
                description=part.description,
                dimensions={item["name"]: item["text"] for item in part.dimensions},
                groups=tuple(_group_row(part, item) for item in groups.get(part.pk, {}).values()),
            )
        )
    return rows.RubricRow(
        id=rubric.pk,
        fiscal_year=rubric.fiscal_year,
        organisation_kind=rubric.organisation_kind,
        name=rubric.name,
        eligibility=rubric.eligibility,
        definitions=tuple((item["term"], item["meaning"]) for item in rubric.definitions),
        questions=tuple(rubric.questions),
        notes=rubric.notes,
        parts=tuple(parts),
    )


_GROUP = ("part_id", "pk", "number", "name", "dimension", "full", "alternatives")
_CRITERION = ("pk", "number", "text", "full", "full_is_reading", "alternative", "shows_policy")
_LEVEL = ("level", "text", "share_of", "share_in")


def _groups(rubric_id: int) -> dict[int, dict[int, dict[str, Any]]]:
    """Groups by part and id, each with its criteria by id, each with its levels. One query."""
    fields = [
        *_GROUP,
        *(f"criteria__{name}" for name in _CRITERION),
        *(f"criteria__levels__{name}" for name in _LEVEL),
    ]
    found: dict[int, dict[int, dict[str, Any]]] = defaultdict(dict)
    for line in (
        RubricGroup.objects.filter(part__rubric=rubric_id)
        .order_by("position", "pk", "criteria__position", "criteria__pk", "criteria__levels__level")
        .values_list(*fields)
    ):
        group = dict(zip(_GROUP, line, strict=False))
        criterion = dict(zip(_CRITERION, line[len(_GROUP) :], strict=False))
        level = dict(zip(_LEVEL, line[len(_GROUP) + len(_CRITERION) :], strict=True))
        kept = found[group["part_id"]].setdefault(group["pk"], {**group, "criteria": {}})
        if criterion["pk"] is None:
            continue
        row = kept["criteria"].setdefault(criterion["pk"], {**criterion, "levels": []})
        if level["level"] is not None:
            row["levels"].append(level)
    return found


def _group_row(part: RubricPart, item: Mapping[str, Any]) -> rows.GroupRow:
    headings = {heading["number"]: heading["text"] for heading in item["alternatives"]}
    criteria, over = [], dict(headings)
    for row in item["criteria"].values():
        number = row["alternative"]
        heading = f"{number} {over.pop(number)}" if number in over else ""
        criteria.append(_criterion_row(part, row, heading))
    return rows.GroupRow(
        id=item["pk"],
        number=item["number"],
        name=item["name"],
        dimension=item["dimension"],
        full=item["full"],
        alternatives=headings,
        criteria=tuple(criteria),
    )


def _criterion_row(part: RubricPart, item: Mapping[str, Any], heading: str) -> rows.CriterionRow:
    full = item["full"]
    return rows.CriterionRow(
        id=item["pk"],
        code=f"{part.code} {item['number']}",
        number=item["number"],
        text=item["text"],
        full=full,
        full_is_reading=item["full_is_reading"],
        alternative=item["alternative"],
        shows_policy=item["shows_policy"],
        levels=tuple(
            rows.LevelRow(
                level=level["level"],
                name=rows.level_name(part.level_names, level["level"]),
                text=level["text"],
                share_of=level["share_of"],
                share_in=level["share_in"],
                points=None
                if full is None
                else round2(Fraction(full) * Fraction(level["share_of"], level["share_in"])),
            )
            for level in item["levels"]
        ),
        heading=heading,
    )


# ------------------------------------------------------------------------------- one assessment


def find_assessment(who: Viewer, assessment_id: int) -> SelfAssessment:
    """The assessment, where ``who`` may read it; for others it is not there. One query."""
    found = (
        readable_assessments(who)
        .filter(pk=assessment_id)
        .select_related("rubric", "agency")
        .first()
    )
    if found is None:
        raise Http404(_("There is no such assessment, or it is not yours to see."))
    return found


def assessment_page(assessment: SelfAssessment) -> rows.AssessmentPage:
    """An assessment as it stands. Four queries beside its own."""
    rubric = rubric_tree(assessment.rubric)
    return page_of(assessment, rubric, answers_of(assessment.pk))


def answers_of(assessment_id: int) -> dict[int, tuple[Answer, tuple[EvidenceEntry, ...]]]:
    """Answers by criterion, each with its evidence. Two queries."""
    evidence: dict[int, list[EvidenceEntry]] = defaultdict(list)
    for piece in AnswerEvidence.objects.filter(answer__assessment=assessment_id):
        evidence[piece.answer_id].append(entry_of(piece))
    return {
        answer.criterion_id: (answer, tuple(evidence[answer.pk]))
        for answer in Answer.objects.filter(assessment=assessment_id)
    }


def blank_parts(rubric: rows.RubricRow) -> tuple[rows.PartStanding, ...]:
    """The parts of an edition before anybody has answered: the empty form."""
    scored = score([part.facts for part in rubric.parts], {})
    return tuple(_standing(part, scored, {}) for part in rubric.parts)


def page_of(
    assessment: SelfAssessment,
    rubric: rows.RubricRow,
    answers: Mapping[int, tuple[Answer, tuple[EvidenceEntry, ...]]],
) -> rows.AssessmentPage:
    """Rows of an assessment from what was read of it."""
    chosen = {pk: Chosen(answer.level, answer.points) for pk, (answer, _pieces) in answers.items()}
    scored = score([part.facts for part in rubric.parts], chosen)
    return rows.AssessmentPage(
        facts=facts_of(assessment),
        rubric=rubric,
        parts=tuple(_standing(part, scored, answers) for part in rubric.parts),
        total=rows.shown(scored.total),
        gains=_gains(rubric, scored, answers),
        replies=rows.replies_to(rubric.questions, assessment.replies),
    )


def facts_of(assessment: SelfAssessment) -> rows.AssessmentFacts:
    return rows.AssessmentFacts(
        id=assessment.pk,
        version=assessment.version,
        organisation=assessment.organisation,
        level=assessment.level,
        province=assessment.province,
        agency_id=assessment.agency_id,
        agency=str(assessment.agency) if assessment.agency_id else "",
        is_sample=assessment.is_sample,
        state=assessment.approval,
        returned=assessment.returned_because,
    )


def _standing(
    part: rows.PartRow,
    scored: Score,
    answers: Mapping[int, tuple[Answer, tuple[EvidenceEntry, ...]]],
) -> rows.PartStanding:
    found = next(row for row in scored.parts if row.code == part.code)
    settled = _alternatives_answered(part, answers)
    groups = tuple(
        rows.GroupScore(
            group, tuple(_answer_row(row, answers.get(row.id), settled) for row in group.criteria)
        )
        for group in part.groups
    )
    weight = part.weight
    counting = [row for group in groups for row in group.answers if row.counts]
    return rows.PartStanding(
        part=part,
        exact=found.points,
        full=part.full,
        to_total=None
        if weight is None or not found.full
        else rows.shown(found.points / found.full * Fraction(weight)),
        answered=sum(row.exact is not None for row in counting),
        of=len(counting),
        groups=groups,
    )


def _alternatives_answered(
    part: rows.PartRow, answers: Mapping[int, tuple[Answer, tuple[EvidenceEntry, ...]]]
) -> dict[str, int]:
    """For each alternative the criterion that counts: the first that is answered, else the first.

    The others wait for nothing.
    """
    counting: dict[str, int] = {}
    answered: set[str] = set()
    for row in part.criteria:
        if not row.alternative or row.alternative in answered:
            continue
        if _answer_row(row, answers.get(row.id), {}).exact is not None:
            answered.add(row.alternative)
            counting[row.alternative] = row.id
        counting.setdefault(row.alternative, row.id)
    return counting


def _answer_row(
    criterion: rows.CriterionRow,
    kept: tuple[Answer, tuple[EvidenceEntry, ...]] | None,
    counting: Mapping[str, int],
) -> rows.AnswerRow:
    counts = counting.get(criterion.alternative, criterion.id) == criterion.id
    if kept is None:
        return rows.AnswerRow(criterion, counts=counts)
    answer, evidence = kept
    return rows.AnswerRow(
        criterion=criterion,
        id=answer.pk,
        version=answer.version,
        level=answer.level,
        given=answer.points,
        remark=answer.remark,
        evidence=evidence,
        counts=counts,
    )


def _gains(
    rubric: rows.RubricRow,
    scored: Score,
    answers: Mapping[int, tuple[Answer, tuple[EvidenceEntry, ...]]],
) -> tuple[rows.GainRow, ...]:
    criteria = {row.id: row for row in rubric.criteria}
    found = []
    for gain in scored.gains:
        criterion = criteria[gain.criterion_id]
        level = criterion.level_of(gain.level)
        assert level is not None
        found.append(
            rows.GainRow(criterion, level, rows.shown(gain.points), gain.criterion_id in answers)
        )
    return tuple(found)


# ----------------------------------------------------------------------------------- the list


def levels_in_use(criterion_id: int) -> tuple[set[int], bool]:
    """Which levels of a criterion were chosen, and whether points were given for it. One query."""
    used = Answer.objects.filter(criterion=criterion_id).values_list("level", "points")
    found = set(used.distinct().order_by())
    return (
        {level for level, _points in found if level is not None},
        any(points is not None for _level, points in found),
    )


def answer_figures(assessment_id: int) -> dict[int, Answer]:
    """An assessment's answers, by criterion, in the order of the rubric. One query."""
    rows = (
        Answer.objects.filter(assessment=assessment_id)
        .select_related("assessment", "criterion__group__part")
        .order_by("criterion__group__part__position", "criterion__group__position",
                  "criterion__position")
    )  # fmt: skip
    return {row.criterion_id: row for row in rows}


def figure_names(figures: dict[int, Answer]) -> dict[int, str]:
    """What they are called on the page of their assessment."""
    return {
        place: f"{row.criterion.group.part.code} {row.criterion}" for place, row in figures.items()
    }
