"""Reading integrity measures: years whole, in a fixed number of queries, and what a person owes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, NamedTuple

from django.db.models import BigIntegerField, Count, F, Value

from integrity.ita.read import scored_questions
from integrity.ita.rows import NO_SCORE, next_score
from integrity.measures import rules
from integrity.measures.access import reports_for, unit_key
from integrity.measures.models import ItaMeasure, MeasureIssue, MeasureYear, QuarterProgress
from integrity.measures.rows import (
    AnswerRow,
    EvidenceRow,
    FigureRow,
    IssueRow,
    MeasureRow,
    QuarterRow,
    UnitName,
    YearRow,
)
from strategy.access import Viewer
from strategy.approval.after_lock import restated_since_lock
from strategy.approval.model import UNSENT, counted_states
from strategy.calendar import DEFAULT_REPORTING_DAY, FiscalMonth, ReportingDay
from strategy.closing.read import locked_since
from strategy.models import EvidenceFile, Unit
from strategy.read import days_of, with_deadline
from strategy.thai import sort_key


def measure_years(agency_id: int) -> list[Any]:
    """The fiscal years that an agency has measures for, the newest first. One query.

    Each carries its ``deadline_day`` and how many issues and measures it has.
    """
    return list(
        with_deadline(MeasureYear.objects.filter(agency=agency_id))
        .annotate(
            issue_count=Count("issues", distinct=True),
            measure_count=Count("issues__measures", distinct=True),
        )
        .order_by("-fiscal_year")
    )


def reporting_days(ids: Collection[int]) -> dict[int, ReportingDay]:
    """By when the quarters of years are reported, by the year's id, where planners said it.

    One query, and one for each agency of which deadlines move to working days.
    """
    return days_of(with_deadline(MeasureYear.objects.filter(pk__in=ids)))


def year_row(
    year: Any,
    today: date,
    who: Viewer | None = None,
    *,
    evidence: bool = False,
    answers: bool = False,
    drafts: bool = False,
) -> YearRow:
    """One of :func:`measure_years` with all its rows.

    ``who``: whose rights the rows carry. ``evidence``: with what the reports rest on, which is for
    those who have signed in. ``drafts``: with what is not handed in, for those who enter it; it
    counts nowhere. Three queries; with ``answers``, the recommendations and their scores, two more.
    """
    return year_rows([year], today, who, evidence=evidence, answers=answers, drafts=drafts)[0]


def year_rows(
    years: Sequence[Any],
    today: date,
    who: Viewer | None = None,
    *,
    evidence: bool = False,
    answers: bool = False,
    drafts: bool = False,
) -> list[YearRow]:
    """Several years with as many queries as one."""
    ids = [year.pk for year in years]
    facts = _issues(ids)
    units, own = _units(ids, who)
    reports = _reports(ids, evidence=evidence, drafts=drafts)
    advice = _answers(years) if answers else {}
    days = days_of(years)
    found = []
    for year in years:
        issues = facts.get(year.pk, [])
        year_rules = rules.YearRules(
            year.fiscal_year,
            today,
            days.get(year.pk, DEFAULT_REPORTING_DAY),
            year.reporting == MeasureYear.Reporting.WHOLE,
        )
        found.append(
            YearRow(
                id=year.pk,
                agency_id=year.agency_id,
                agency_slug=year.agency.slug,
                agency=year.agency.name,
                fiscal_year=year.fiscal_year,
                title=year.title,
                is_sample=year.is_sample,
                rules=year_rules,
                issues=tuple(
                    _issue_row(issue, year, year_rules, units, reports, advice, who, own)
                    for issue in issues
                ),
            )
        )
    return found


def with_after_lock(shown: YearRow) -> YearRow:
    """A year that knows which of its quarters are. One query, at most two more."""
    months = {
        quarter.progress_id: rules.last_month(shown.fiscal_year, quarter.quarter)
        for measure in shown.measures
        for quarter in measure.quarters
        if quarter.progress_id is not None and quarter.counts
    }
    locked = locked_since(shown.agency_id)
    return replace(
        shown, after_lock=restated_since_lock(QuarterProgress, months, locked, counted_states())
    )


# ---------------------------------------------------------------------------- what a year holds


@dataclass
class _Measure:
    id: int
    version: int
    number: str
    text: str
    responsible_text: str
    result: str
    outcome: str
    figures: list[FigureRow] = field(default_factory=list)


@dataclass
class _Issue:
    id: int
    number: int
    name: str
    instruments: list[str]
    measures: list[_Measure] = field(default_factory=list)


_FIGURE = ("pk", "version", "label", "value", "unit_label")
_MEASURE = ("pk", "version", "number", "text", "responsible_text", "result", "outcome")


def _issues(years: Collection[int]) -> dict[int, list[_Issue]]:
    """Issues, measures and figures of years in their order, by year. One query."""
    rows = (
        MeasureIssue.objects.filter(year__in=years)
        .order_by(
            "year", "number", F("measures__position").asc(nulls_first=True),
            F("measures__figures__position").asc(nulls_first=True),
        )
        .values_list(
            "year_id", "pk", "number", "name", "instruments",
            *(f"measures__{name}" for name in _MEASURE),
            *(f"measures__figures__{name}" for name in _FIGURE),
        )
    )  # fmt: skip
    found: dict[int, list[_Issue]] = defaultdict(list)
    for year, pk, number, name, instruments, *rest in rows:
        issues = found[year]
        if not issues or issues[-1].id != pk:
            issues.append(_Issue(pk, number, name, instruments))
        measure, figure = rest[: len(_MEASURE)], rest[len(_MEASURE) :]
        measures = issues[-1].measures
        if measure[0] is not None and (not measures or measures[-1].id != measure[0]):
            measures.append(_Measure(*measure))
        if figure[0] is not None:
            measures[-1].figures.append(FigureRow(*figure))
    return found


def _units(
    years: Collection[int], who: Viewer | None
) -> tuple[dict[int, list[UnitName]], dict[int, int]]:
    """Responsible units by measure, in Thai order; and the agency of each unit of a person.

    One query.
    """
    own = who.unit_ids if who else frozenset()
    none = Value(None, BigIntegerField())
    named_units = Unit.objects.filter(ita_measures__issue__year__in=years).order_by()
    own_units = Unit.objects.filter(pk__in=own).order_by()
    # Two parts and no condition with "or", for which every unit and measure would be read.
    rows = named_units.values_list(
        "ita_measures__pk", "ita_measures__issue__year_id", "pk", "name", "is_group", "agency_id"
    ).union(own_units.values_list(none, none, "pk", "name", "is_group", "agency_id"), all=True)
    found: dict[int, list[UnitName]] = defaultdict(list)
    agencies = {}
    for measure, year, pk, name, is_group, agency in rows:
        named = UnitName(pk, name, is_group, agency)
        if year in years:
            found[measure].append(named)
        if named.id in own:
            agencies[named.id] = named.agency_id
    # A group comes after the units that are named, as the agency's tables have it.
    for units in found.values():
        units.sort(key=lambda unit: (unit.is_group, sort_key(unit.name)))
    return found, agencies


class _Report(NamedTuple):
    pk: int
    version: int
    state: str
    text: str
    sample: bool
    approval: str
    returned: str
    evidence: list[EvidenceRow]


#: What is read of a file, enough for a form to hold it and for a page to lead to it.
_FILE = (
    "key", "name", "content_type", "size", "sha256", "uploaded_by_id", "uploaded_by_name",
    "uploaded_at", "figure_type", "figure_id",
)  # fmt: skip


def _piece(columns: Sequence[Any]) -> EvidenceRow:
    kind, number, dated, url, text, *file = columns
    facts = dict(zip(_FILE, file, strict=True))
    held = EvidenceFile(**facts) if facts["key"] else None
    return EvidenceRow(kind, number, dated, url, text, held)


_REPORT = ("pk", "version", "state", "text", "is_sample", "approval", "returned_because")


def _reports(
    years: Collection[int], *, evidence: bool, drafts: bool
) -> dict[int, dict[int, _Report]]:
    """What was handed in, by measure and quarter, with its evidence where asked for. One query."""
    found: dict[int, dict[int, _Report]] = defaultdict(dict)
    rows = QuarterProgress.objects.filter(measure__issue__year__in=years).order_by(
        "measure", "quarter"
    )
    if not drafts:
        rows = rows.filter(approval__in=counted_states())
    columns = ["measure_id", "quarter", *_REPORT]
    if evidence:
        rows = rows.order_by("measure", "quarter", "evidence__position", "evidence__pk")
        columns += [f"evidence__{name}" for name in ("kind", "number", "dated", "url", "text")]
        columns += [f"evidence__file__{name}" for name in _FILE]
    for measure, quarter, *rest in rows.values_list(*columns):
        facts, piece = rest[: len(_REPORT)], rest[len(_REPORT) :]
        report = found[measure].setdefault(quarter, _Report._make([*facts, []]))
        if piece and piece[0] is not None:
            report.evidence.append(_piece(piece))
    return found


def _issue_row(
    issue: _Issue,
    year: Any,
    year_rules: rules.YearRules,
    units: Mapping[int, list[UnitName]],
    reports: Mapping[int, dict[int, _Report]],
    advice: Mapping[int, list[AnswerRow]],
    who: Viewer | None,
    own: Mapping[int, int],
) -> IssueRow:
    rows = []
    for measure in issue.measures:
        named = units.get(measure.id, [])
        rows.append(
            MeasureRow(
                id=measure.id,
                version=measure.version,
                number=measure.number,
                text=measure.text,
                issue_number=issue.number,
                issue_name=issue.name,
                responsible_text=measure.responsible_text,
                units=tuple(named),
                result=measure.result,
                outcome=measure.outcome,
                quarters=_quarter_rows(year_rules, reports.get(measure.id, {})),
                figures=tuple(measure.figures),
                answers=tuple(advice.get(measure.id, [])),
                enter_unit=unit_to_enter(who, named, year.agency_id, own) if who else "",
            )
        )
    return IssueRow(issue.id, issue.number, issue.name, tuple(issue.instruments), tuple(rows))


def unit_to_enter(
    who: Viewer, units: Sequence[UnitName], agency_id: int, own: Mapping[int, int]
) -> str:
    """The unit under which a person reports a measure, as addresses name it; empty: none."""
    if not reports_for(who, [(u.id, u.is_group, u.agency_id) for u in units]):
        return ""
    if who.is_planner:
        return unit_key(units[0].id if units else None, agency_id)
    named = [unit.id for unit in units if unit.id in own]
    groups = {unit.agency_id for unit in units if unit.is_group}
    return str([*named, *(pk for pk, agency in own.items() if agency in groups)][0])


def _quarter_rows(
    rules: rules.YearRules, reports: Mapping[int, _Report]
) -> tuple[QuarterRow, QuarterRow, QuarterRow, QuarterRow]:
    states = {q: each.state for q, each in reports.items() if each.approval not in UNSENT}

    def row(quarter: int) -> QuarterRow:
        state, deadline = rules.state(quarter, states), rules.deadline(quarter)
        report = reports.get(quarter)
        if report is None:
            return QuarterRow(quarter, state, deadline)
        return QuarterRow(
            quarter, state, deadline, report.pk, report.version, report.text, report.sample,
            tuple(report.evidence), report.state, report.approval, report.returned,
        )  # fmt: skip

    return row(1), row(2), row(3), row(4)


# ---------------------------------------------------------------------- what a measure answers


def _answers(years: Sequence[Any]) -> dict[int, list[AnswerRow]]:
    """Answered recommendations by measure, with the scores of their question. Two queries."""
    rows: list[Any] = list(
        ItaMeasure.answers.through.objects.filter(
            itameasure__issue__year__in=[year.pk for year in years]
        )
        .order_by("recommendation__assessment__fiscal_year", "recommendation__number")
        .values_list(
            "itameasure_id", "itameasure__issue__year__fiscal_year",
            "recommendation__assessment__agency_id", "recommendation__assessment__fiscal_year",
            "recommendation__number", "recommendation__text", "recommendation__instrument__code",
            "recommendation__item__code", "recommendation__item__indicator__part__label",
            named=True,
        )
    )  # fmt: skip
    agencies = {row.recommendation__assessment__agency_id for row in rows}
    scored = scored_questions(
        {year.agency_id for year in years} | agencies,
        {row.recommendation__item__code for row in rows if row.recommendation__item__code},
    )
    found: dict[int, list[AnswerRow]] = defaultdict(list)
    for row in rows:
        code = row.recommendation__item__code or ""
        advised = row.recommendation__assessment__fiscal_year
        section = row.recommendation__item__indicator__part__label or ""
        scores = scored.get((row.recommendation__assessment__agency_id, code, section), {})
        score = scores.get(advised, NO_SCORE)
        measured = row.itameasure__issue__year__fiscal_year
        found[row.itameasure_id].append(
            AnswerRow(
                advised,
                row.recommendation__number,
                row.recommendation__text,
                row.recommendation__instrument__code or "",
                code,
                score,
                next_score(score, scores, advised, measured),
            )
        )
    return found


# ------------------------------------------------------------------------- what a person owes


def measure_year(agency_id: int, fiscal_year: int) -> Any | None:
    """One year as :func:`measure_years` gives it; None where there is none. One query."""
    years = MeasureYear.objects.filter(agency=agency_id, fiscal_year=fiscal_year)
    return with_deadline(years).first()


def running_years(today: date, agencies: Collection[int] | None) -> list[Any]:
    """The years whose quarters may still be reported by many: this one and the last, of some
    agencies or (None) of all. One query."""
    now = FiscalMonth.of(today).year
    years = MeasureYear.objects.filter(fiscal_year__in=(now, now - 1))
    if agencies is not None:
        years = years.filter(agency__in=agencies)
    return list(with_deadline(years).order_by("-fiscal_year", "agency"))
