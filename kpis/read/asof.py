"""How indicators stood as known at an earlier moment, rebuilt from the history.

What nobody touched since is read as it is; what was entered or corrected after that moment is
taken back to its last entry before it: results, targets, and the rules of that day by which they
were judged (kpis/read/restated.py).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from kpis.models import Baseline, Indicator, Result, YearTarget
from kpis.read.figures import Stored, counted_states, latest_figures, stored_figures
from kpis.read.restated import RulesKnown, rules_as_known
from kpis.read.rows import Cell, IndicatorRow
from kpis.read.standing import MonthView, judged_cell
from kpis.read.words import progress_percent, target_text
from kpis.rules.facts import (
    NOTHING,
    Counted,
    Figure,
    IndicatorFacts,
    TargetFacts,
    TargetPoint,
)
from kpis.rules.judging import judge
from strategy.approval.after_lock import restated_since_lock
from strategy.approval.model import goes_by_approved
from strategy.calendar import FiscalMonth, ReportingDay
from strategy.known.entries import (
    entries_before,
    entries_since,
    latest_after,
    touched_since,
)
from strategy.models import Plan
from strategy.read import bands
from strategy.records.restated import RuleChange
from strategy.standing.status import WAITING_APPROVAL
from strategy.thai import format_number


class TargetRevision(NamedTuple):
    """A target that is another now; ``before`` and ``after`` as shown, "–" for none.

    ``then`` and ``since`` are the same as facts.
    """

    indicator_id: int
    year: int
    before: str
    after: str
    reason: str
    then: TargetFacts
    since: TargetFacts


class KnownCells(NamedTuple):
    """Cells by indicator id as they were known, and the targets and rules changed since."""

    cells: dict[int, Cell]
    targets: tuple[TargetRevision, ...]
    rules: tuple[RuleChange, ...]
    #: The plan with the bands of that day.
    plan: Plan


def cells_as_known(
    plan: Plan,
    rows: Sequence[IndicatorRow],
    at: FiscalMonth,
    until: datetime,
    days: Mapping[int, ReportingDay],
    shown: FiscalMonth,
    today: date,
) -> KnownCells:
    """Each row's cell of ``at``'s year at the end of ``at``, as known at ``until``.

    ``rows`` are the plan's as they stand on ``today`` at the end of ``shown``. A number of queries
    that grows with the kinds of things that were changed since, and not with the plan.
    """
    now = plan
    rules = rules_as_known(plan, until, {row.id: row.facts for row in rows})
    plan = rules.plan
    indicators = Indicator.objects.filter(strategy__plan=plan)
    figures = {
        pk: by_year.get(at.year)
        for pk, by_year in latest_figures(
            plan, at, indicators, Q(fiscal_year=at.year), narratives=False
        ).items()
    }
    figures |= _figures_back(plan, at, until)
    targets, reasons = _targets_back(plan, until)
    view = MonthView(plan, at, timezone.localdate(until), dict(days), every_year=False)
    cells, revisions = {}, []
    for row in rows:
        facts = rules.on_scale(rules.facts(row.id, row.facts))
        if row.id in targets:
            for year, before in sorted(targets[row.id].items()):
                after = row.facts.targets.get(year, NOTHING)
                then, since = _promise(facts, before), _promise(row.facts, after)
                if then != since:
                    reason = reasons[row.id, year]
                    revisions.append(
                        TargetRevision(row.id, year, then, since, reason, before, after)
                    )
            facts = facts._replace(targets={**facts.targets, **targets[row.id]})
        stored = figures.get(row.id)
        latest = dict(stored.figure.values) if stored else {}
        cells[row.id] = judged_cell(view, facts, at.year, stored, latest, row.frequency)
    view = MonthView(now, shown, today, dict(days), every_year=True)
    return KnownCells(
        cells,
        tuple(revisions),
        tuple(
            RuleChange(rule, _flipped(view, rows, at.year, rules, rule.owner_id))
            for rule in rules.changes
        ),
        rules.plan,
    )


class Corrected(NamedTuple):
    """A figure that is another than it was known; ``now`` None: it was taken back."""

    now: Figure | None
    why: str


def corrected_since(plan: Plan, known: Mapping[int, Cell], until: datetime) -> dict[int, Corrected]:
    """Which of the figures known at ``until`` are others now, by indicator, and why.

    One query, and a second where any of them was written since.
    """
    owners = {cell.result_id: pk for pk, cell in known.items() if cell.result_id is not None}
    written = Result.history.filter(id__in=owners, history_date__gte=until).exclude(
        history_type="+"
    )
    last = {
        row[0]: row[1:]
        for row in written.order_by("version", "history_id").values_list(
            "id", "history_type", "state", "history_change_reason"
        )
    }
    if not last:
        return {}
    states = counted_states(plan)
    counted = [pk for pk, (kind, state, _why) in last.items() if kind != "-" and state in states]
    now = {stored.id: stored.figure for stored in stored_figures(counted)}
    return {
        owners[pk]: Corrected(now.get(pk), why or "")
        for pk, (_kind, _state, why) in last.items()
        if now.get(pk) != known[owners[pk]].figure
    }


def _promise(facts: IndicatorFacts, target: TargetFacts) -> str:
    """A year's target in words, with what is planned for its quarters."""
    told = target_text(facts, target) or "–"
    quarters = [
        "/".join("–" if part is None else format_number(part) for part in point[1:])
        for point in target.values.values()
        if any(part is not None for part in point[1:])
    ]
    return f"{told} ({', '.join(quarters)})" if quarters else told


def _flipped(
    view: MonthView,
    rows: Sequence[IndicatorRow],
    year: int,
    rules: RulesKnown,
    indicator_id: int | None,
) -> int:
    """How many indicators stand otherwise in ``year`` than had this rule alone stayed."""
    place, count = year - view.plan.first_year, 0
    for row in rows:
        if indicator_id not in (None, row.id):
            continue
        cell = row.cells[place]
        if cell.status == WAITING_APPROVAL:
            continue
        standing = judge(
            rules.on_scale(row.facts) if indicator_id is None else rules.facts(row.id, row.facts),
            year=year,
            month=view.months[year],
            figure=cell.figure,
            overdue_month=view.overdue.get((row.frequency, year)),
            bands=bands(rules.plan) if indicator_id is None else view.bands,
        )
        count += standing.status != cell.status
    return count


def _figures_back(plan: Plan, at: FiscalMonth, until: datetime) -> dict[int, Stored | None]:
    """The latest figure up to ``at`` of the indicators touched since, as it was known."""
    of_year = Q(fiscal_year=at.year, month__lte=at.month)
    rows = Result.objects.filter(of_year, indicator__strategy__plan=plan)
    gone = of_year & Q(indicator__strategy__plan=plan)
    touched = touched_since(rows, until, gone, "indicator_id")
    if not touched:
        return {}
    of_touched = Q(indicator__in=touched)
    states = counted_states(plan)
    found: dict[int, Stored | None] = dict.fromkeys(touched)
    for row in entries_before(rows.filter(of_touched), until, gone & of_touched):
        if row.history_type == "-" or row.state not in states:
            continue
        best = found[row.indicator_id]
        if best is None or best.figure.month < row.month:
            found[row.indicator_id] = _stored(row)
    return found


def _stored(row: Any) -> Stored:
    """A history row of a result as a figure."""
    values, counted = {}, {}
    for item in row.details.get("values", []):
        if item["value"] is None:
            counts = Decimal(item["numerator"] or 0), Decimal(item["denominator"] or 1)
            counted[item["measure"]] = Counted(*counts)
            values[item["measure"]] = counted[item["measure"]].percent
        else:
            values[item["measure"]] = Decimal(item["value"])
    progress = progress_percent(row.progress, row.progress_percent) if row.progress else None
    figure = Figure(row.fiscal_year, row.month, values, progress, row.no_cases, counted)
    return Stored(
        row.id,
        row.indicator_id,
        figure,
        row.state == Result.State.APPROVED,
        row.is_sample,
        "",
        repeats=row.repeats_last,
    )


def _targets_back(
    plan: Plan, until: datetime
) -> tuple[dict[int, dict[int, TargetFacts]], dict[tuple[int, int], str]]:
    """Targets changed since, as they were before; and the reasons given.

    A target that was first written down later has always been promised: it goes back to its
    first entry and counts as unchanged.
    """
    gone = Q(indicator__strategy__plan=plan)
    rows = YearTarget.objects.filter(gone)
    changed = list(entries_since(rows, until, gone, kind="~"))
    if not changed:
        return {}, {}
    reasons = {
        (row.indicator_id, row.fiscal_year): row.history_change_reason or "" for row in changed
    }
    ids = Q(id__in=[row.id for row in changed])
    before = entries_before(rows.filter(ids), until, gone & ids, else_first=True)
    found: dict[int, dict[int, TargetFacts]] = defaultdict(dict)
    for row in before:
        found[row.indicator_id][row.fiscal_year] = TargetFacts(
            row.kind,
            {
                item["measure"]: TargetPoint(
                    Decimal(item["value"]),
                    *(None if part is None else Decimal(part) for part in item["planned"]),
                )
                for item in row.details.get("values", [])
            },
            row.milestone,
            row.due_month,
        )
    return found, reasons


def figures_changed(plan: Plan, at: FiscalMonth, since: datetime) -> datetime | None:
    """When what a month shows last changed: a counted result, a target, a baseline or a rule.

    None where none has since ``since``. What is taken back or reopened changes as well; an
    approval does where it makes a figure count; so does a rule by which they are judged. Two
    queries, and two or three more for each kind of rule that has changed.
    """
    results = Result.history.filter(_up_to(at), indicator__strategy__plan=plan)
    counted = Result.history.filter(id=OuterRef("id"), state__in=counted_states(plan)).order_by()
    results = results.filter(Exists(counted))
    if not goes_by_approved(approved_only=plan.approved_only):
        results = results.exclude(history_type="~", state=Result.State.APPROVED)
    targets = YearTarget.history.filter(indicator__strategy__plan=plan, fiscal_year__lte=at.year)
    baselines = Baseline.history.filter(_up_to(at), measure__indicator__strategy__plan=plan)
    found = [latest_after(Plan.objects.filter(pk=plan.pk), since, results, targets, baselines)]
    found += [change.when for change in rules_as_known(plan, since, {}).changes]
    return max((when for when in found if when is not None), default=None)


def _up_to(at: FiscalMonth) -> Q:
    return Q(fiscal_year__lt=at.year) | Q(fiscal_year=at.year, month__lte=at.month)


def restated_after_lock(
    plan: Plan, rows: Iterable[IndicatorRow], locked: Mapping[FiscalMonth, datetime]
) -> frozenset[int]:
    """The results shown, of any year, whose figure is another than when their month was locked.

    What was first entered, or first counted, after that is one of them. By id. One query where
    results of locked months are shown, two where they were written since.
    """
    months = {
        cell.result_id: cell.as_of for row in rows for cell in row.cells if cell.figure is not None
    }
    held = {pk: at for pk, at in months.items() if pk is not None and at is not None}
    return restated_since_lock(Result, held, locked, counted_states(plan))
