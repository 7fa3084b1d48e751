"""Loading the years of integrity measures, and a sample year with its quarters, from fixtures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from integrity.ita.models import Recommendation
from integrity.measures.models import (
    ItaMeasure,
    MeasureFigure,
    MeasureIssue,
    MeasureYear,
    QuarterProgress,
)
from integrity.measures.rules import first_month, has_ended, last_month
from integrity.measures.write import (
    ProgressEntries,
    ProgressEntry,
    measure_year_begin,
    sample_year_remove,
)
from strategy.approval.model import State
from strategy.evidence.entry import EvidenceEntry, entry_kept
from strategy.evidence.model import read_evidence
from strategy.loading import SAMPLE_REASON, load_row, missing_or_none, on_report_days
from strategy.models import Agency, Unit
from strategy.records.model import Record, acting
from strategy.records.write import record_save, records_delete


@transaction.atomic
def measures_load(tree: Mapping[str, Any], *, reason: str) -> None:
    """Load units and years of measures (fixtures/integrity/README.md).

    A year that exists, or that once did, is left alone whole. Units that staff have renamed or
    deleted, and recommendations that are not there, are left out of a year that is new.
    """
    agencies = {agency.slug: agency for agency in Agency.objects.all()}
    for item in tree["units"]:
        if item["agency"] in agencies:
            load_row(
                Unit,
                {"agency": agencies[item["agency"]], "name": item["name"]},
                {"is_group": item["is_group"]},
                reason=reason,
            )
    for source in tree["years"]:
        if source["agency"] in agencies:
            _year_load(agencies[source["agency"]], source, reason=reason)


def _year_load(agency: Agency, source: Mapping[str, Any], *, reason: str) -> None:
    key = {"agency": agency, "fiscal_year": source["fiscal_year"]}
    if missing_or_none(MeasureYear, **key) is None:
        return
    year = load_row(
        MeasureYear,
        key,
        {"title": source["title"], "reporting": source["reporting"]},
        reason=reason,
    )
    units = {unit.name: unit for unit in Unit.objects.filter(agency=agency)}
    advice = {
        row.number: row
        for row in Recommendation.objects.filter(
            assessment__agency=agency, assessment__fiscal_year=_ANSWERED_YEAR
        )
    }
    for item in source["issues"]:
        issue = record_save(
            instance=MeasureIssue(
                year=year,
                number=item["number"],
                name=item["name"],
                instruments=item["instruments"],
            ),
            user=None,
            reason=reason,
        )
        for position, entry in enumerate(item["measures"], start=1):
            measure = ItaMeasure(
                issue=issue,
                position=position,
                **{name: entry[name] for name in _MEASURE_FIELDS},
            )
            links: dict[str, list[Any]] = {
                "units": [units[name] for name in entry["units"] if name in units],
                "answers": [advice[number] for number in entry["answers"] if number in advice],
            }
            record_save(instance=measure, user=None, reason=reason, links=links)
            for place, figure in enumerate(entry["figures"], start=1):
                record_save(
                    instance=MeasureFigure(
                        measure=measure,
                        position=place,
                        label=figure["label"],
                        value=Decimal(figure["value"]),
                        unit_label=figure["unit"],
                    ),
                    user=None,
                    reason=reason,
                )


_MEASURE_FIELDS = ("number", "text", "responsible_text", "result", "outcome")
#: The numbers in a fixture's ``answers`` are those of this year's recommendations.
_ANSWERED_YEAR = 2564


# --------------------------------------------------------------------------------------- samples


@transaction.atomic
def sample_load(tree: Mapping[str, Any], *, today: date) -> int:
    """Load a sample year and the sample reports of its quarters that are over; gives their number.

    The year is begun from another one's measures. Leaves alone a year of the agency's own, one
    that has not begun, and every quarter of a measure that is there or that staff had a hand in.
    Format: fixtures/sample/integrity/README.md.
    """
    number = tree["fiscal_year"]
    if today < first_month(number, 1).first_day:
        return 0
    key = {"agency__slug": tree["agency"], "fiscal_year": number}
    year = MeasureYear.objects.filter(**key).first()
    if year is None:
        source = MeasureYear.objects.filter(**{**key, "fiscal_year": tree["measures_of"]}).first()
        if source is None or _by_staff(MeasureYear, agency=source.agency_id, fiscal_year=number):
            return 0
        year = measure_year_begin(
            user=None,
            source=source,
            fiscal_year=number,
            title=tree["title"],
            reason=str(SAMPLE_REASON),
            is_sample=True,
        )
    if not year.is_sample:
        return 0
    entries = [
        entry
        for entry in _sample_entries(year, tree, today)
        if has_ended(number, entry.quarter, today)
    ]
    with acting(user=None, reason=str(SAMPLE_REASON), when=on_report_days):
        ProgressEntries.record_many(
            user=None, entries=entries, today=today, reason=str(SAMPLE_REASON)
        )
    return len(entries)


def _by_staff(model: type[Record], **condition: Any) -> bool:
    """Whether somebody has written such a row, now or in the past."""
    touched = model.history.filter(**condition, history_user_id__isnull=False)
    return bool(touched.exists())


def _sample_entries(
    year: MeasureYear, tree: Mapping[str, Any], today: date
) -> Iterable[ProgressEntry]:
    """A fixture's reports of quarters that are free."""
    measures = {
        (row.issue.number, row.position): row
        for row in ItaMeasure.objects.filter(issue__year=year).select_related("issue__year")
    }
    rows = QuarterProgress.objects.filter(measure__issue__year=year)
    taken = set(rows.values_list("measure_id", "quarter"))
    by_staff = QuarterProgress.history.filter(
        measure__in=measures.values(), history_user_id__isnull=False
    )
    taken |= set(by_staff.values_list("measure_id", "quarter"))
    for item in tree["progress"]:
        measure = measures.get((item["issue"], item["position"]))
        if measure is None:
            continue
        for quarter, report in item["quarters"].items():
            if (measure.pk, int(quarter)) not in taken:
                # An office is through with what is older than the last two months.
                last = last_month(year.fiscal_year, int(quarter))
                settled = last.next.next.has_ended(today)
                yield ProgressEntry(
                    measure=measure,
                    quarter=int(quarter),
                    state=report["state"],
                    text=report["text"],
                    evidence=tuple(_piece(piece) for piece in report.get("evidence", ())),
                    is_sample=True,
                    approval=State.APPROVED if settled else State.SUBMITTED,
                )


def _piece(source: Mapping[str, Any]) -> EvidenceEntry:
    return entry_kept({"dated": None, **source})


@transaction.atomic
def sample_clear() -> int:
    """Take away every sample report, and sample years that staff have not touched.

    Gives the number of reports. What staff changed since is theirs and stays.
    """
    rows = list(QuarterProgress.objects.filter(is_sample=True))
    read_evidence(rows)
    records_delete(rows={row: row.version for row in rows}, user=None, reason=str(SAMPLE_REASON))
    for year in MeasureYear.objects.filter(is_sample=True):
        sample_year_remove(year=year, reason=str(SAMPLE_REASON))
    return len(rows)
