"""Rows of rubrics and assessments, shared by pages, data and workbook.

Points are exact fractions inside and two decimals when shown; nothing is rounded before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from integrity.ita.rules import round2
from integrity.self_assessments.models import RubricPart, SelfAssessment
from integrity.self_assessments.rules import (
    Chosen,
    CriterionFacts,
    Level,
    PartFacts,
    full_points,
    points,
)
from strategy.approval.model import UNSENT, State, unapproved
from strategy.evidence.entry import EvidenceEntry
from strategy.evidence.model import Evidence

LEVEL_LABELS = dict(SelfAssessment.Level.choices)
EVIDENCE_LABELS = dict(Evidence.Kind.choices)


@dataclass(frozen=True, slots=True)
class LevelRow:
    """A described level; ``name`` as the rubric calls it, else "level 2"."""

    level: int
    name: str
    text: str
    share_of: int
    share_in: int
    points: Decimal | None

    @property
    def share(self) -> Fraction:
        return Fraction(self.share_of, self.share_in)

    @property
    def share_text(self) -> str:
        return f"{self.share_of}/{self.share_in}"


@dataclass(frozen=True, slots=True)
class CriterionRow:
    """A criterion; ``code`` says its part as well, as in "A 3.3.1".

    ``heading``: what stands over the first of some alternatives.
    """

    id: int
    code: str
    number: str
    text: str
    full: Decimal | None
    full_is_reading: bool
    alternative: str
    shows_policy: bool
    levels: tuple[LevelRow, ...]
    heading: str = ""

    @property
    def facts(self) -> CriterionFacts:
        levels = tuple(Level(row.level, row.share) for row in self.levels)
        return CriterionFacts(self.id, self.full, levels, self.alternative)

    @property
    def is_open(self) -> bool:
        """Points are given for it, and only its group's limit them."""
        return self.full is None and not self.levels

    def level_of(self, level: int | None) -> LevelRow | None:
        return next((row for row in self.levels if row.level == level), None)


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group of criteria; ``alternatives``: the headings over them, by number."""

    id: int
    number: str
    name: str
    dimension: str
    full: Decimal
    alternatives: Mapping[str, str]
    criteria: tuple[CriterionRow, ...]

    @property
    def limits(self) -> bool:
        """Whether only the group's full points limit what some criteria are given."""
        return any(row.is_open for row in self.criteria)

    @property
    def left(self) -> Decimal:
        """What its full points leave beside criteria that have points of their own.

        0 where these come to the group's, below 0 where they come to more.
        """
        own = full_points(row.facts for row in self.criteria)
        return self.full - Decimal(own.numerator) / own.denominator


@dataclass(frozen=True, slots=True)
class PartRow:
    """A part; ``dimensions``: texts by name. Without a weight it stands outside the total."""

    id: int
    code: str
    name: str
    full: Decimal
    weight: Decimal | None
    assessed_by: str
    description: str
    dimensions: Mapping[str, str]
    groups: tuple[GroupRow, ...]

    @property
    def is_self_assessed(self) -> bool:
        return self.assessed_by == RubricPart.AssessedBy.SELF

    @property
    def criteria(self) -> Iterator[CriterionRow]:
        return (row for group in self.groups for row in group.criteria)

    @property
    def facts(self) -> PartFacts:
        return PartFacts(
            self.code, self.weight, tuple(row.facts for row in self.criteria), self.full
        )


@dataclass(frozen=True, slots=True)
class RubricRow:
    """An edition of the instrument, whole."""

    id: int
    fiscal_year: int
    organisation_kind: str
    name: str
    eligibility: str
    definitions: tuple[tuple[str, str], ...]
    questions: tuple[str, ...]
    notes: str
    parts: tuple[PartRow, ...]

    @property
    def edition(self) -> str:
        return edition_name(self.organisation_kind, self.fiscal_year)

    @property
    def criteria(self) -> Iterator[CriterionRow]:
        return (row for part in self.parts for row in part.criteria)

    @property
    def has_reading(self) -> bool:
        """Whether any points were shared out by us."""
        return any(row.full_is_reading or row.levels for row in self.criteria)


def replies_to(
    questions: Iterable[str], kept: Iterable[Mapping[str, str]]
) -> tuple[tuple[str, str], ...]:
    """Each question with its reply; then the replies whose question is no longer asked.

    ``kept`` as an assessment keeps them. They belong to the text of a question, not to its place:
    planners may put another one in front.
    """
    told = {item["question"]: item["reply"] for item in kept}
    return tuple((text, told.get(text, "")) for text in dict.fromkeys([*questions, *told]))


def edition_name(kind: str, year: int) -> str:
    """An edition as it is called: "government 2565"."""
    return _("%(kind)s %(year)s") % {"kind": kind, "year": year}


def level_name(names: Any, level: int) -> str:
    """A level under the rubric's own name for it, where it has one."""
    if 0 < level <= len(names):
        return str(names[level - 1])
    return _("level %(level)s") % {"level": level}


def shown(value: Fraction) -> Decimal:
    """Points as shown."""
    found = round2(value)
    assert found is not None
    return found


def percent(points: Fraction | None, full: Decimal | None) -> Decimal | None:
    """Points in per cent of the full ones; None where either is not known."""
    return None if points is None or not full else round2(points / Fraction(full) * 100)


# ---------------------------------------------------------------------------------- assessments


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """A criterion with its answer, if there is one.

    ``token`` names the row and version that a form's editor reads; ``counts``: False for the
    alternative that stays unanswered because another one is.
    """

    criterion: CriterionRow
    id: int | None = None
    version: int | None = None
    level: int | None = None
    given: Decimal | None = None
    remark: str = ""
    evidence: tuple[EvidenceEntry, ...] = ()
    counts: bool = True

    @property
    def chosen(self) -> Chosen | None:
        return None if self.id is None else Chosen(self.level, self.given)

    @property
    def exact(self) -> Fraction | None:
        return points(self.criterion.facts, self.chosen)

    @property
    def points(self) -> Decimal | None:
        return round2(self.exact)

    @property
    def percent(self) -> Decimal | None:
        return percent(self.exact, self.criterion.full)

    @property
    def level_row(self) -> LevelRow | None:
        return self.criterion.level_of(self.level)

    @property
    def is_missing(self) -> bool:
        return self.counts and self.exact is None

    @property
    def pieces(self) -> list[tuple[str, EvidenceEntry]]:
        """The evidence, each piece after the word for its kind."""
        return [(str(EVIDENCE_LABELS.get(piece.kind, "")), piece) for piece in self.evidence]

    @property
    def token(self) -> str:
        return "" if self.id is None else f"{self.id}.{self.version}"


@dataclass(frozen=True, slots=True)
class GroupScore:
    """A group's criteria with their answers and the points so far."""

    group: GroupRow
    answers: tuple[AnswerRow, ...]

    @property
    def exact(self) -> Fraction:
        return sum((row.exact or Fraction() for row in self.answers if row.counts), Fraction())

    @property
    def points(self) -> Decimal:
        return shown(self.exact)

    @property
    def percent(self) -> Decimal | None:
        return percent(self.exact, self.group.full)


@dataclass(frozen=True, slots=True)
class PartStanding:
    """A part's points so far; ``to_total``: what it brings to the total of 100."""

    part: PartRow
    exact: Fraction
    full: Decimal
    to_total: Decimal | None
    answered: int
    of: int
    groups: tuple[GroupScore, ...]

    @property
    def points(self) -> Decimal:
        return shown(self.exact)

    @property
    def percent(self) -> Decimal | None:
        return percent(self.exact, self.full)

    @property
    def missing(self) -> list[CriterionRow]:
        return [row.criterion for group in self.groups for row in group.answers if row.is_missing]


@dataclass(frozen=True, slots=True)
class GainRow:
    """The next level up of a criterion, and how many points of the total it would bring."""

    criterion: CriterionRow
    level: LevelRow
    points: Decimal
    answered: bool


@dataclass(frozen=True, slots=True)
class AssessmentFacts:
    """Whose assessment it is."""

    id: int
    version: int
    organisation: str
    level: str
    province: str
    agency_id: int | None
    agency: str
    is_sample: bool
    #: Its state of approval, and the comment with which it was returned.
    state: str = State.SUBMITTED
    returned: str = ""

    @property
    def is_approved(self) -> bool:
        return self.state == State.APPROVED

    @property
    def is_unsent(self) -> bool:
        """A draft, or returned: it counts nowhere."""
        return self.state in UNSENT

    @property
    def mark(self) -> str:
        """Its state in words, unless it is approved."""
        return "" if self.is_approved else unapproved(self.state)

    @property
    def level_label(self) -> str:
        return str(LEVEL_LABELS.get(self.level, self.level))


@dataclass(frozen=True, slots=True)
class AssessmentPage:
    """One organisation's assessment as it stands."""

    facts: AssessmentFacts
    rubric: RubricRow
    parts: tuple[PartStanding, ...]
    total: Decimal
    gains: tuple[GainRow, ...]
    replies: tuple[tuple[str, str], ...]

    @property
    def weighted(self) -> list[PartStanding]:
        return [row for row in self.parts if row.part.weight is not None]

    @property
    def apart(self) -> list[PartStanding]:
        """The parts outside the total."""
        return [row for row in self.parts if row.part.weight is None]

    @property
    def answered(self) -> int:
        return sum(row.answered for row in self.weighted)

    @property
    def of(self) -> int:
        return sum(row.of for row in self.weighted)

    @property
    def answers(self) -> Iterator[AnswerRow]:
        return (row for part in self.parts for group in part.groups for row in group.answers)

    @property
    def formula(self) -> str:
        """How the parts make the total: "60.00 × 0.70 + 50.00 × 0.30"."""
        return " + ".join(
            f"{row.points} × {shown(Fraction(row.part.weight) / Fraction(row.full))}"
            for row in self.weighted
            if row.part.weight is not None and row.full
        )

    @property
    def open_questions(self) -> int:
        return sum(not reply for _question, reply in self.replies)
