"""ITA as JSON-ready data: the rows of the pages, decimals as text, null where not stated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from integrity.ita.rows import (
    Advice,
    Assessed,
    Indicator,
    Instrument,
    ItaYear,
    ItaYears,
    Item,
    Part,
    Score,
    moved,
)
from integrity.ita.rules import Change
from integrity.ita.scores import TOTAL
from strategy.approval.model import State
from strategy.pages.data import agency_head, evidence, text


def score(shown: Score) -> dict[str, Any]:
    return {
        "published": text(shown.published),
        "computed": text(shown.computed),
        "differs": shown.differs,
    }


def _change(move: Change | None) -> dict[str, Any] | None:
    return move and {"points": text(move.points), "percent": text(move.percent)}


def assessed(shown: Assessed) -> dict[str, Any]:
    return {
        "year": shown.year,
        "approved": shown.state == State.APPROVED,
        "total": score(shown.total),
        "grade": {
            "published": shown.published_grade or None,
            "computed": shown.computed_grade or None,
            "differs": shown.grade_differs,
        },
        "rank": shown.rank,
        "rank_group": shown.rank_group or None,
        "announced_on": shown.announced_on and shown.announced_on.isoformat(),
        "printed_change": {
            "points": text(shown.printed_change[0]),
            "percent": text(shown.printed_change[1]),
        },
        "weights_source": shown.weights_source or None,
        "notes": shown.notes or None,
        "grades": [
            {
                "grade": step.label,
                "at_least": text(step.at_least),
                "each_instrument_at_least": text(step.each_at_least),
            }
            for step in shown.grades
        ],
    }


def _item(item: Item, page: ItaYear) -> dict[str, Any]:
    before = page.item_before(item)
    return {
        "code": item.code or None,
        "text": item.text,
        **score(item.score),
        "before": text(before.figure),
        "change": _change(moved(before, item.score)),
        "rest": text(item.rest),
        "unlisted": item.unlisted,
        "parts": [_item(part, page) for part in item.ranked_parts],
    }


def _indicator(row: Indicator, page: ItaYear) -> dict[str, Any]:
    before = page.indicator_before(row)
    return {
        "number": row.number,
        "name": row.name,
        "instrument": row.instrument,
        "part": row.part or None,
        **score(row.score),
        "before": score(before),
        "change": _change(moved(before, row.score)),
        "all_items_listed": row.complete,
        "item_count": row.item_count,
        "items": [_item(item, page) for item in row.ranked_items],
    }


def _part(part: Part, row: Instrument, page: ItaYear) -> dict[str, Any]:
    before = page.part_before(row, part)
    return {
        "name": part.label,
        "weight": text(part.weight),
        **score(part.score),
        "before": text(before.figure),
        "change": _change(moved(before, part.score)),
    }


def _instrument(row: Instrument, page: ItaYear) -> dict[str, Any]:
    before = page.instrument_before(row)
    return {
        "code": row.code,
        "name": row.name,
        "weight": text(row.weight),
        "respondents": row.respondents,
        "respondents_before": before.respondents if before else None,
        "respondents_unit": row.respondents_unit or None,
        "questions": row.questions,
        "target_group": row.target_group or None,
        **score(row.score),
        "before": text(before.score.figure) if before else None,
        "change": _change(moved(before.score, row.score)) if before else None,
        "weakest": row.weakest and row.weakest.number,
        "parts": [_part(part, row, page) for part in row.parts],
    }


def _advice(row: Advice) -> dict[str, Any]:
    return {
        "number": row.number,
        "text": row.text,
        "instrument": row.instrument or None,
        "item": row.item and row.item.code,
        "score": text(row.item.score.figure) if row.item else None,
        "measures": [
            {
                "year": measure.year,
                "number": measure.number or None,
                "text": measure.text,
                "quarter": measure.quarter,
                "state": measure.state or None,
                "said": measure.said or None,
                "result": measure.result or None,
                "outcome": measure.outcome or None,
                "sample": measure.sample,
                "approved": measure.approved,
                "next_year": measure.next and measure.next.year,
            }
            for measure in row.measures
        ],
        "next_scores": [
            {
                "year": each.year,
                "score": text(each.score.figure),
                "change": _change(each.change),
            }
            for each in row.nexts
        ],
    }


def _evidence(figure: Any) -> list[dict[str, Any]]:
    return [] if figure is None else [evidence(piece) for piece in figure.evidence.all()]


def year(page: ItaYear, figures: Mapping[int, Any]) -> dict[str, Any]:
    """One assessment whole, the indicators from the highest score down. ``figures``: its scores
    with their evidence, for those who may read it."""
    before = page.before
    return {
        **agency_head(page.agency_slug),
        "agency_name": page.agency_name,
        **assessed(page.now),
        "years": list(page.years),
        "before": before
        and {
            "year": before.year,
            "total": score(before.total),
            "grade": before.published_grade or None,
            "rank": before.rank,
        },
        "change": _change(page.change),
        "evidence": _evidence(figures.get(TOTAL)),
        "instruments": [_instrument(row, page) for row in page.now.instruments],
        "indicators": [
            {**_indicator(row, page), "evidence": _evidence(figures.get(row.id))}
            for row in page.ranked
        ],
        "recommendations": [_advice(row) for row in page.advice],
    }


def years(page: ItaYears) -> dict[str, Any]:
    """Every year of an agency side by side."""
    return {
        **agency_head(page.agency_slug),
        "agency_name": page.agency_name,
        "agencies": [{"agency": slug, "name": name} for slug, name in page.agencies],
        "years": [{**assessed(row), "change": _change(move)} for row, move in page.changes()],
        "instruments": [
            {"code": line.instrument, "name": line.name, "scores": _scores(page, line.scores)}
            for line in page.instruments
        ],
        "parts": [
            {
                "instrument": line.instrument,
                "name": line.name,
                "scores": _scores(page, line.scores),
            }
            for line in page.parts
        ],
        "indicators": [
            {
                "number": line.number,
                "name": line.name,
                "instrument": line.instrument,
                "part": line.part or None,
                "scores": _scores(page, line.scores),
            }
            for line in page.indicators
        ],
    }


def _scores(page: ItaYears, scores: tuple[Score | None, ...]) -> dict[str, Any]:
    """By year; null where the thing was not assessed."""
    return {
        str(row.year): each and score(each) for row, each in zip(page.years, scores, strict=True)
    }
