"""The scored things of an assessment, each with a key of its own: what screen and workbook list.

A key is a letter and a number: T the total, P a part of an instrument, I an indicator,
Q a question, part or sub-indicator, R the score of each of a sub-indicator's other questions. It
stays while names and places change.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from integrity.ita.models import ItaAssessment, ItaIndicator, ItaItem, ItaPart
from strategy.evidence.model import OpenEvidence
from strategy.messages import sentence
from strategy.thai import Refusal, format_number, parse_number


@dataclass(frozen=True, slots=True)
class Place:
    """Where a score belongs: its key, its level in the tree (0 the total), and its words.

    ``instrument``: its code, and the part where it has parts.
    """

    key: str
    level: int
    instrument: str
    code: str
    name: str
    score: Decimal | None


@dataclass(frozen=True, slots=True)
class ScoreEntry:
    """A score that somebody wants to write. ``before``: the one that they read there."""

    key: str
    before: Decimal | None
    after: Decimal | None


class ScoreTree:
    """An assessment with its scored things in the order of the report. Four queries."""

    def __init__(self, assessment: ItaAssessment) -> None:
        self.assessment = assessment
        #: The row and the field that each key writes.
        self.targets: dict[str, tuple[Any, str]] = {}
        self.places: list[Place] = []
        instruments = list(assessment.instruments.order_by("position", "pk"))
        by_id = {row.pk: row for row in instruments}
        parts: dict[int, list[ItaPart | None]] = {row.pk: [None] for row in instruments}
        for part in ItaPart.objects.filter(instrument__in=instruments).order_by("position", "pk"):
            part.instrument = by_id[part.instrument_id]
            parts[part.instrument_id].append(part)
        indicators: dict[tuple[int, int | None], list[ItaIndicator]] = defaultdict(list)
        own = ItaIndicator.objects.filter(instrument__in=instruments)
        for indicator in own.order_by("number"):
            indicator.instrument = by_id[indicator.instrument_id]
            indicators[indicator.instrument_id, indicator.part_id].append(indicator)
        items: dict[tuple[int, int | None], list[ItaItem]] = defaultdict(list)
        for item in ItaItem.objects.filter(indicator__in=own).order_by("position", "pk"):
            items[item.indicator_id, item.parent_id].append(item)
        self._add("T", 0, "", "", _("total"), assessment, "published_total")
        for instrument in instruments:
            for each in parts[instrument.pk]:
                named = instrument.code
                if each is not None:
                    named = f"{named} {each.label}"
                    self._add("P", 1, instrument.code, "", each.label, each, "published")
                for indicator in indicators[instrument.pk, each.pk if each else None]:
                    self._indicator(named, indicator, items)

    def _indicator(
        self,
        instrument: str,
        indicator: ItaIndicator,
        items: Mapping[tuple[int, int | None], list[ItaItem]],
    ) -> None:
        number = str(indicator.number)
        self._add("I", 1, instrument, number, indicator.name, indicator, "published")
        for item in items[indicator.pk, None]:
            item.indicator = indicator
            self._add("Q", 2, instrument, item.code, item.text, item, "published")
            for part in items[indicator.pk, item.pk]:
                part.indicator = indicator
                self._add("Q", 3, instrument, part.code, part.text, part, "published")
            if not item.code or item.rest_score is not None or item.item_count is not None:
                words = _("each of the other questions of “%(name)s”") % {"name": item.text}
                self._add("R", 3, instrument, "", words, item, "rest_score")

    def _add(
        self, letter: str, level: int, instrument: str, code: str, name: str, row: Any, field: str
    ) -> None:
        key = f"{letter}{row.pk}"
        self.targets[key] = (row, field)
        self.places.append(Place(key, level, instrument, code, name, getattr(row, field)))

    @property
    def by_key(self) -> dict[str, Place]:
        return {place.key: place for place in self.places}

    def __iter__(self) -> Iterator[Place]:
        return iter(self.places)


def parse_score(text: str) -> Decimal:
    """A score of 0 to 100 with at most two decimals. Raises ValidationError with its sentence."""
    try:
        score = parse_number(text, max_decimals=2)
    except Refusal as refusal:
        raise sentence(refusal, text=text[:60]) from None
    check_score(score)
    return score


def check_score(score: Decimal) -> None:
    """Refuses what is not from 0 to 100 with two decimals, nan and infinities among it."""
    if not score.is_finite() or not 0 <= score <= 100:
        shown = format_number(score) if score.is_finite() and abs(score) < 10**12 else str(score)
        raise ValidationError(
            _("A score is between 0 and 100, not %(text)s.") % {"text": shown[:60]}
        )
    if score != score.quantize(Decimal("0.01")):
        raise sentence(Refusal("number_too_fine", decimals=2))


def shown_score(score: Decimal | None) -> str:
    """A score as people read it: two decimals; in words where there is none."""
    return _("not stated") if score is None else f"{score:.2f}"


# ------------------------------------------------------------ as figures asked about

#: The place of the year's total among its figures; any other is an indicator's id.
TOTAL = 0


def score_figures(assessment_id: int) -> dict[int, ItaAssessment | ItaIndicator]:
    """The assessment, for its total, and its indicators, with their evidence. Four queries."""
    total = (
        ItaAssessment.objects.select_related("agency")
        .prefetch_related("evidence")
        .get(pk=assessment_id)
    )
    indicators = (
        ItaIndicator.objects.filter(instrument__assessment=total)
        .select_related("instrument__assessment", "part")
        .prefetch_related("evidence")
        .order_by("instrument__position", "part__position", "number")
    )
    return {TOTAL: total, **{row.pk: row for row in indicators}}


def figure_names(figures: dict[int, ItaAssessment | ItaIndicator]) -> dict[int, str]:
    """What they are called on the page of their year."""
    return {
        place: f"{row.instrument} {row}" for place, row in figures.items()
        if isinstance(row, ItaIndicator)
    }  # fmt: skip


def with_evidence(
    figures: dict[int, ItaAssessment | ItaIndicator],
) -> list[tuple[str, OpenEvidence]]:
    """Those that name any evidence, under the names of the page."""
    names = figure_names(figures)
    return [(names.get(place, str(row)), row) for place, row in figures.items()
            if row.evidence.all()]  # fmt: skip
