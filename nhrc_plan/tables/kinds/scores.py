"""ITA scores of a year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integrity.ita.models import ItaAssessment
from integrity.ita.scores import Place, ScoreEntry, ScoreTree, shown_score
from integrity.ita.write import ScoreEntries, score_problems
from nhrc_plan.exchange.packing import Unpacked, packed
from nhrc_plan.exchange.rows import Problem
from nhrc_plan.tables.cells import Unclear, figure, plain_text
from nhrc_plan.tables.kinds.base import (
    CODE,
    Draft,
    Reading,
    TableKind,
)
from nhrc_plan.tables.kinds.finding import Finder, Found, Known
from nhrc_plan.tables.lines import MAX_ROWS, Field, Line, Match, Unsaid
from nhrc_plan.tables.rules import normal
from strategy.approval.whole import approved_sentence
from strategy.models import Plan

_UNKNOWN = gettext_lazy(
    "The assessment scores nothing called “%(told)s”. Write its code, such as i27 or O8, or its "
    "name as the assessment has it."
)


class ScoreFinder(Finder[Place]):
    """As any other; the instrument tells places of one name apart."""

    def __init__(self, tree: ScoreTree) -> None:
        places = list(tree)
        codes: dict[str, int] = {}
        for place in places:
            codes[place.code] = codes.get(place.code, 0) + 1
        known = [
            Known(place, (place.key, *([place.code] if codes[place.code] == 1 and not
                                       place.code.isdigit() else ())), place.name)
            for place in places
        ]  # fmt: skip
        super().__init__(known, _UNKNOWN)

    def find(self, line: Line) -> Found[Place]:
        instrument = normal(plain_text(line.cell("instrument")))
        named = self.by_name.get(normal(plain_text(line.cell("name"))), [])
        own = [each for each in named if normal(each.thing.instrument) == instrument]
        if instrument and len(named) > 1 and len(own) == 1:
            return Found(own[0].thing)
        return super().find(line)


class ScoresReading(Reading):
    """A line is a score of the year that was chosen."""

    stored = ItaAssessment
    #: One year's scores are saved together, and move its version once.
    chunk = MAX_ROWS

    @cached_property
    def tree(self) -> ScoreTree:
        year = self.match.year or 0
        agency = self.plan.agency_id
        found = ItaAssessment.objects.filter(agency=agency, fiscal_year=year).first()
        if found is None:
            raise ValidationError(
                _("There is no ITA assessment of fiscal year %(year)s. Begin it first.")
                % {"year": year}
            )
        return ScoreTree(found)

    def finder(self) -> Finder[Place]:
        return ScoreFinder(self.tree)

    def drafts(self, found: Sequence[tuple[Line, Found[Place]]]) -> list[Draft]:
        drafts = []
        for line, hit in found:
            place = hit.thing
            assert place is not None
            name = " ".join(part for part in (place.instrument, place.code, place.name) if part)
            draft = Draft(self.row(line, name[:160]), key=place.key)
            draft.kept = None if place.score is None else self.tree.assessment
            draft.cells["score"] = line.cell("score")
            try:
                score = figure(line.cell("score"), self.match)
                if score is not None:
                    self._take(draft, place, score)
            except Unclear as unclear:
                self.unclear(draft, unclear)
            if hit.asked:
                draft.asked.append(hit.asked)
            drafts.append(draft)
        return drafts

    def _take(self, draft: Draft, place: Place, score: Decimal) -> None:
        draft.entry = ScoreEntry(place.key, place.score, score)
        before = "" if place.score is None else shown_score(place.score)
        draft.says(_("score"), before, f"{score:.2f}" if score == round(score, 2) else str(score))
        assessment = self.tree.assessment
        if assessment.is_approved and place.score != score:
            told = approved_sentence(assessment)
            draft.row.problems = (*draft.row.problems, Problem("", "", told))

    def entry(self, draft: Draft) -> Any:
        """With the assessment and the version of it that was read."""
        return [self.tree.assessment.pk, self.tree.assessment.version, packed(draft.entry)]

    def refusals(self, drafts: Sequence[Draft]) -> Mapping[int, ValidationError]:
        return score_problems(self.tree, [draft.entry for draft in drafts])


class Scores(TableKind):
    code = "ita"
    name = gettext_lazy("ITA scores")
    goes_back = False
    period = "year"
    fields = (
        CODE,
        Field("instrument", gettext_lazy("instrument"), ("เครื่องมือ", "แบบวัด", "instrument")),
        Field("name", gettext_lazy("what is scored"),
              ("ตัวชี้วัด", "ประเด็น", "ข้อ", "ข้อคำถาม", "ตัวชี้วัดย่อย", "รายการ", "item", "question")),
        Field("score", gettext_lazy("score"), ("คะแนน", "คะแนนที่ได้", "ผลคะแนน", "score"),
              "number", True, share=True),
    )  # fmt: skip
    reading = ScoresReading

    def write(self, user: Any, entries: Sequence[Any], reason: str, today: date) -> None:
        (about, *_more) = entries
        assessment, version, _entry = about
        read = Unpacked([entry for _row, _version, entry in entries], (ScoreEntry,), {})
        ScoreEntries.record_many(
            user=user,
            entries=read.values,
            today=today,
            assessment=ItaAssessment.objects.get(pk=assessment),
            expected_version=version,
            reason=reason,
        )

    def years(self, plan: Plan) -> list[int]:
        """Those of which there is an assessment, the last one first."""
        rows = ItaAssessment.objects.filter(agency=plan.agency_id).order_by("-fiscal_year")
        return list(rows.values_list("fiscal_year", flat=True))

    def missing(self, match: Match) -> list[Unsaid]:
        told = super().missing(match)
        if not match.year:
            told.append(Unsaid(_("Choose the fiscal year of the scores."), "year"))
        return told
