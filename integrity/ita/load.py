"""Loading the published ITA assessments from fixtures: an assessment goes in whole, or not at all.

One that exists, or once existed, is left alone with all that hangs from it: staff have it now.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from django.db import transaction

from integrity.ita.models import (
    ItaAssessment,
    ItaGrade,
    ItaIndicator,
    ItaInstrument,
    ItaItem,
    Recommendation,
)
from strategy.loading import load_row, missing_or_none
from strategy.models import Agency
from strategy.records.model import Record
from strategy.records.write import record_save

Added = TypeVar("Added", bound=Record)


@transaction.atomic
def ita_load(tree: Mapping[str, Any], *, reason: str) -> list[ItaAssessment]:
    """Load agencies and assessments of a fixture's tree; gives the assessments that are new.

    The format stands in fixtures/integrity/README.md. Changes nothing that is there.
    """
    for source in tree["agencies"]:
        fields = {name: source[name] for name in ("name", "short_name", "address", "phone")}
        load_row(Agency, {"slug": source["slug"]}, fields, reason=reason)
    found = []
    for source in tree["assessments"]:
        agency = Agency.objects.filter(slug=source["agency"]).first()
        if agency is not None:  # staff may have renamed or deleted it
            assessment = _assessment_load(agency, source, reason)
            if assessment is not None:
                found.append(assessment)
    return found


def _assessment_load(
    agency: Agency, source: Mapping[str, Any], reason: str
) -> ItaAssessment | None:
    key = {"agency": agency, "fiscal_year": source["fiscal_year"]}
    row = missing_or_none(ItaAssessment, **key)
    if row is None:
        return None
    announced = source["announced_on"]
    assessment = _added(
        row,
        reason,
        published_total=_score(source["published_total"]),
        published_grade=source["published_grade"] or "",
        rank=source["rank"],
        rank_group=source["rank_group"],
        announced_on=date.fromisoformat(announced) if announced else None,
        published_change=_score(source["published_change"]),
        published_change_percent=_score(source["published_change_percent"]),
        weights_source=source["weights_source"],
        notes=source["notes"],
    )
    for item in source["grades"]:
        fields = {"label": item["label"], "at_least": _score(item["at_least"])}
        _added(ItaGrade(assessment=assessment), reason, **fields)
    instruments = {}
    for position, item in enumerate(source["instruments"], start=1):
        instruments[item["code"]] = _instrument_load(assessment, position, item, reason)
    for item in source.get("recommendations", ()):
        _added(
            Recommendation(assessment=assessment),
            reason,
            number=item["number"],
            text=item["text"],
            instrument=instruments.get(item["instrument"]),
        )
    return assessment


def _instrument_load(
    assessment: ItaAssessment, position: int, source: Mapping[str, Any], reason: str
) -> ItaInstrument:
    instrument = _added(
        ItaInstrument(assessment=assessment, position=position),
        reason,
        weight=_score(source["weight"]),
        **{
            name: source[name]
            for name in (
                "code", "name", "respondents", "respondents_unit", "items", "target_group",
            )
        },
    )  # fmt: skip
    for item in source["indicators"]:
        indicator = _added(
            ItaIndicator(instrument=instrument),
            reason,
            published=_score(item["published"]),
            **{name: item[name] for name in ("number", "name", "complete", "item_count")},
        )
        _items_load(indicator, None, item["items"], reason)
    return instrument


def _items_load(indicator: ItaIndicator, parent: ItaItem | None, sources: Any, reason: str) -> None:
    """Questions with their parts, or sub-indicators with their questions."""
    for position, source in enumerate(sources, start=1):
        row = _added(
            ItaItem(indicator=indicator, parent=parent, position=position),
            reason,
            code=source.get("code", ""),
            text=source["text"],
            published=_score(source["published"]),
            rest_score=_score(source.get("rest_score")),
            item_count=source.get("item_count"),
        )
        below = [*source.get("parts", ()), *source.get("items", ())]
        _items_load(indicator, row, below, reason)


def _added(row: Added, reason: str, **fields: Any) -> Added:
    for name, value in fields.items():
        setattr(row, name, value)
    return record_save(instance=row, user=None, reason=reason)


def _score(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
