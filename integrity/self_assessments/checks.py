"""What is refused of answers, and why: one sentence for each reason, beside its field."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from integrity.self_assessments.models import Answer
from integrity.self_assessments.rows import CriterionRow, GroupRow, PartRow, RubricRow
from integrity.self_assessments.rules import Chosen, clashing
from strategy.evidence.entry import MOST_EVIDENCE, EvidenceEntry, evidence_problems
from strategy.messages import sentence
from strategy.records.entries import Errors
from strategy.thai import Refusal, format_number

_DECIMALS = 2
PERCENT = 100


@dataclass(frozen=True, slots=True)
class AnswerEntry:
    """An answer as somebody enters it: a level, or points where the criterion has no levels.

    ``expected_version``: None where there was no answer, else the version that the editor read.
    Remarks and evidence may come before the level; an entry without anything clears the answer.
    """

    criterion_id: int
    level: int | None = None
    points: Decimal | None = None
    remark: str = ""
    evidence: tuple[EvidenceEntry, ...] = ()
    expected_version: int | None = None

    @property
    def key(self) -> int:
        return self.criterion_id

    @property
    def is_empty(self) -> bool:
        return self.level is None and self.points is None and not self.remark and not self.evidence


@dataclass(frozen=True, slots=True)
class Place:
    """A criterion with the group and part that it stands in."""

    part: PartRow
    group: GroupRow
    criterion: CriterionRow


def places(rubric: RubricRow) -> dict[int, Place]:
    """Every criterion of a rubric with its place, by id."""
    return {
        row.id: Place(part, group, row)
        for part in rubric.parts
        for group in part.groups
        for row in group.criteria
    }


def own_reasons(place: Place | None, entry: AnswerEntry, today: date) -> Errors:
    """Every reason to refuse an answer by itself; ``place`` None: its rubric has no such place."""
    if place is None:
        return {"__all__": [ValidationError(_("This criterion is not of this rubric."))]}
    found: Errors = defaultdict(list)
    if place.criterion.levels:
        _check_level(place.criterion, entry, found)
    else:
        _check_points(place, entry, found)
    if len(entry.evidence) > MOST_EVIDENCE:
        found["evidence"].append(
            ValidationError(
                _("At most %(most)s pieces of evidence for a criterion.") % {"most": MOST_EVIDENCE}
            )
        )
    for piece in entry.evidence:
        found["evidence"] += evidence_problems(piece, today).values()
    return {name: problems for name, problems in found.items() if problems}


def check_together(
    rubric: RubricRow,
    stored: Mapping[int, Answer],
    entries: Sequence[AnswerEntry],
    reasons: dict[int, Errors],
) -> None:
    """Add what answers are refused for because of one another, by their place in the list."""
    merged = _merged(stored, entries)
    _check_alternatives(rubric, merged, entries, reasons)
    _check_groups(rubric, merged, entries, reasons)


def _check_level(criterion: CriterionRow, entry: AnswerEntry, found: Errors) -> None:
    if entry.points is not None:
        found["points"].append(
            ValidationError(_("This criterion describes levels; choose one instead of points."))
        )
    if entry.level is not None and criterion.level_of(entry.level) is None:
        found["level"].append(
            ValidationError(
                _("Criterion %(code)s has no level %(level)s; it has %(levels)s.")
                % {
                    "code": criterion.code,
                    "level": entry.level,
                    "levels": ", ".join(str(row.level) for row in criterion.levels),
                }
            )
        )


def _check_points(place: Place, entry: AnswerEntry, found: Errors) -> None:
    if entry.level is not None:
        found["level"].append(
            ValidationError(_("This criterion describes no levels; give points instead."))
        )
    if entry.points is None:
        return
    full = place.group.full if place.criterion.full is None else place.criterion.full
    if not 0 <= entry.points <= full:
        found["points"].append(
            ValidationError(
                _("Points are between 0 and %(full)s, not %(points)s.")
                % {"full": format_number(full), "points": format_number(entry.points)}
            )
        )
    elif entry.points != entry.points.quantize(Decimal(1).scaleb(-_DECIMALS)):
        found["points"].append(sentence(Refusal("number_too_fine", decimals=_DECIMALS)))


def _merged(stored: Mapping[int, Answer], entries: Sequence[AnswerEntry]) -> dict[int, Chosen]:
    """The answers as they would stand."""
    chosen = {pk: Chosen(row.level, row.points) for pk, row in stored.items()}
    for entry in entries:
        chosen[entry.criterion_id] = Chosen(entry.level, entry.points)
    return chosen


def _check_alternatives(
    rubric: RubricRow,
    chosen: Mapping[int, Chosen],
    entries: Sequence[AnswerEntry],
    errors: dict[int, Errors],
) -> None:
    """Of alternatives exactly one is answered; both are refused beside both."""
    for part in rubric.parts:
        clash = clashing(part.facts.criteria, chosen)
        own = {row.id: row for row in part.criteria if row.alternative in clash}
        for number, entry in enumerate(entries):
            row = own.get(entry.criterion_id)
            if row is None or (entry.level is None and entry.points is None):
                continue
            others = [
                other.number
                for other in own.values()
                if other.alternative == row.alternative and other.id != row.id
            ]
            field = "level" if row.levels else "points"
            errors.setdefault(number, {}).setdefault(field, []).append(
                ValidationError(
                    _("Answer either %(number)s or %(others)s, not both; clear one of them.")
                    % {"number": row.number, "others": ", ".join(others)}
                )
            )


def _check_groups(
    rubric: RubricRow,
    chosen: Mapping[int, Chosen],
    entries: Sequence[AnswerEntry],
    errors: dict[int, Errors],
) -> None:
    """Where only the group has full points, its criteria together may not be given more."""
    for group in (group for part in rubric.parts for group in part.groups):
        given = {
            row.id: chosen[row.id].points
            for row in group.criteria
            if row.is_open and row.id in chosen and chosen[row.id].points is not None
        }
        total = sum((value for value in given.values() if value is not None), Decimal(0))
        if not given or total <= group.left:
            continue
        for number, entry in enumerate(entries):
            if entry.criterion_id in given and "points" not in errors.get(number, {}):
                errors.setdefault(number, {}).setdefault("points", []).append(
                    ValidationError(
                        (
                            _("Together the points of group %(number)s come to %(total)s, more "
                              "than its %(full)s.")
                            if group.left == group.full
                            else _("Together these points of group %(number)s come to %(total)s, "
                                   "and its other criteria leave %(full)s.")
                        )
                        % {
                            "number": group.number,
                            "total": format_number(total),
                            "full": format_number(group.left),
                        }
                    )
                )  # fmt: skip


def structure_problems(rubric: RubricRow) -> list[str]:
    """Where an edition's points do not add up, a sentence each.

    Told, never refused: whoever moves points from one criterion to another saves one after the
    other, and in between the sums cannot be right.
    """
    found = []
    for part in rubric.parts:
        for group in part.groups:
            found += _group_problems(part, group)
        groups = sum((group.full for group in part.groups), Decimal(0))
        if groups != part.full:
            found.append(
                _("Part %(code)s has %(full)s points, its groups come to %(sum)s.")
                % {
                    "code": part.code,
                    "full": format_number(part.full),
                    "sum": format_number(groups),
                }
            )
    weights = [part.weight for part in rubric.parts if part.weight is not None]
    if rubric.parts and sum(weights) != PERCENT:
        found.append(
            _("The weights of the parts come to %(sum)s%%, not 100%%.")
            % {"sum": format_number(sum(weights, Decimal(0)))}
        )
    return found


def _group_problems(part: PartRow, group: GroupRow) -> list[str]:
    """Criteria come to their group's points; open ones share what the others leave."""
    facts = {
        "code": f"{part.code} {group.number}",
        "full": format_number(group.full),
        "sum": format_number(group.full - group.left),
    }
    if not group.limits:
        if not group.left:
            return []
        return [_("Group %(code)s has %(full)s points, its criteria come to %(sum)s.") % facts]
    if group.left > 0:
        return []
    return [
        _(
            "Group %(code)s has %(full)s points; criteria with points of their own come to "
            "%(sum)s and leave nothing for the others."
        )
        % facts
    ]
