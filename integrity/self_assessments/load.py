"""Rubrics and sample assessments from fixtures: adds what is missing, changes nothing.

Format: fixtures/integrity/README-rubric.md and fixtures/sample/assessments/README.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_DOWN, Decimal
from typing import Any

from django.db import transaction

from integrity.self_assessments.models import (
    Criterion,
    CriterionLevel,
    Rubric,
    RubricGroup,
    RubricPart,
    SelfAssessment,
)
from integrity.self_assessments.write import AnswerEntries, AnswerEntry, assessment_begin
from strategy.approval.model import State
from strategy.evidence.entry import EvidenceEntry
from strategy.loading import SAMPLE_REASON, load_row, missing_or_none
from strategy.records.write import records_delete
from strategy.thai import parse_date

#: A described level earns this share of its criterion's points, where the fixture says no other.
#: Our reading: docs/domain.md, "Model organisation".
LEVELS_IN_ALL = 3


@transaction.atomic
def rubric_load(tree: Mapping[str, Any], *, reason: str) -> Rubric | None:
    """Load an edition of the instrument; None where it is, or once was, there.

    Whole or not at all: staff may have taken a part or a level out of it on purpose.
    """
    key = {"fiscal_year": tree["year"], "organisation_kind": tree["organisation_kind"]}
    if missing_or_none(Rubric, **key) is None:
        return None
    names = ("name", "eligibility", "definitions", "questions", "notes")
    rubric = load_row(Rubric, key, {name: tree[name] for name in names}, reason=reason)
    assert isinstance(rubric, Rubric)
    for position, item in enumerate(tree["parts"], start=1):
        _part_load(rubric, position, item, reason=reason)
    return rubric


def _part_load(rubric: Rubric, position: int, item: Mapping[str, Any], *, reason: str) -> None:
    words = ("name", "assessed_by", "description", "level_names", "dimensions")
    part = load_row(
        RubricPart,
        {"rubric": rubric, "code": item["code"]},
        {
            "position": position,
            "full": Decimal(item["full"]),
            "weight": None if item["weight"] is None else Decimal(item["weight"]),
            **{name: item[name] for name in words},
        },
        reason=reason,
    )
    for place, source in enumerate(item["groups"], start=1):
        group = load_row(
            RubricGroup,
            {"part": part, "number": source["number"]},
            {
                "position": place,
                "full": Decimal(source["full"]),
                **{name: source[name] for name in ("name", "dimension", "alternatives")},
            },
            reason=reason,
        )
        for row, criterion in enumerate(source["criteria"], start=1):
            _criterion_load(group, row, criterion, source, reason=reason)


def _criterion_load(
    group: Any, position: int, item: Mapping[str, Any], source: Mapping[str, Any], *, reason: str
) -> None:
    silent = item["full"] is None and bool(item["levels"])
    full = even_share(source["full"], source["criteria"]) if silent else item["full"]
    criterion = load_row(
        Criterion,
        {"group": group, "number": item["number"]},
        {
            "position": position,
            "text": item["text"],
            "full": None if full is None else Decimal(full),
            "full_is_reading": silent,
            "alternative": item["alternative"],
            "shows_policy": item.get("shows_policy", False),
        },
        reason=reason,
    )
    for level in item["levels"]:
        share = level.get("share", f"{level['level']}/{LEVELS_IN_ALL}")
        share_of, share_in = map(int, share.split("/"))
        load_row(
            CriterionLevel,
            {"criterion": criterion, "level": level["level"]},
            {"text": level["text"], "share_of": share_of, "share_in": share_in},
            reason=reason,
        )


def even_share(full: str, criteria: Sequence[Mapping[str, Any]]) -> Decimal:
    """What each criterion without points of its own gets of what its group has left."""
    given = sum(Decimal(row["full"]) for row in criteria if row["full"] is not None)
    silent = sum(row["full"] is None for row in criteria)
    return ((Decimal(full) - given) / silent).quantize(Decimal("0.01"), ROUND_DOWN)


# --------------------------------------------------------------------------------------- samples


@transaction.atomic
def sample_load(tree: Mapping[str, Any]) -> int:
    """Load the sample organisations of a fixture with their answers; gives the number added.

    Leaves alone every organisation that has an assessment by that edition, or in whose assessment
    staff have had a hand.
    """
    wanted = tree["rubric"]
    rubric = Rubric.objects.filter(
        fiscal_year=wanted["year"], organisation_kind=wanted["organisation_kind"]
    ).first()
    if rubric is None:
        return 0
    criteria = {
        (row.group.part.code, row.number): row.pk
        for row in Criterion.objects.filter(group__part__rubric=rubric).select_related(
            "group__part"
        )
    }
    count = 0
    for item in tree["assessments"]:
        key = {"rubric": rubric, "organisation": item["organisation"]}
        by_staff = SelfAssessment.history.filter(**key, history_user_id__isnull=False)
        if SelfAssessment.objects.filter(**key).exists() or by_staff.exists():
            continue
        assessment = assessment_begin(
            user=None,
            rubric=rubric,
            organisation=item["organisation"],
            level=item["level"],
            province=item["province"],
            is_sample=True,
            state=State.SUBMITTED,
            replies=[
                {"question": question, "reply": reply}
                for question, reply in zip(rubric.questions, item["replies"], strict=False)
            ],
            reason=str(SAMPLE_REASON),
        )
        entries = [
            _sample_answer(criteria[part, number], answer)
            for part, answers in item["answers"].items()
            for number, answer in answers.items()
            if (part, number) in criteria
        ]
        AnswerEntries.record_many(
            user=None, assessment=assessment, entries=entries, reason=str(SAMPLE_REASON)
        )
        count += 1
    return count


def _sample_answer(criterion_id: int, item: Mapping[str, Any]) -> AnswerEntry:
    points = item.get("points")
    return AnswerEntry(
        criterion_id,
        level=item.get("level"),
        points=None if points is None else Decimal(points),
        remark=item.get("remark", ""),
        evidence=tuple(
            EvidenceEntry(
                kind=piece["kind"],
                number=piece.get("number", ""),
                dated=parse_date(piece["dated"], letter=True) if "dated" in piece else None,
                url=piece.get("url", ""),
                text=piece.get("text", ""),
            )
            for piece in item.get("evidence", [])
        ),
    )


@transaction.atomic
def sample_clear() -> int:
    """Take away every sample assessment; gives their number.

    What staff changed since is theirs and stays. The history keeps the rows, marked as samples.
    """
    rows = list(SelfAssessment.objects.filter(is_sample=True))
    records_delete(rows={row: row.version for row in rows}, user=None, reason=str(SAMPLE_REASON))
    return len(rows)
