"""Loading indicators, targets and results from fixtures; nothing that exists changes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import transaction

from kpis.models import Indicator, LevelCriterion, Measure, Result, YearTarget
from kpis.rules.entry import Value
from kpis.write.results import ResultEntries, ResultEntry
from kpis.write.targets import EnteredPoint, TargetEntry, target_change
from strategy.calendar import FiscalMonth
from strategy.evidence.entry import EvidenceEntry
from strategy.evidence.model import Evidence
from strategy.loading import SAMPLE_REASON, load_row, on_report_days
from strategy.models import Plan, Unit
from strategy.records.model import Record, acting
from strategy.records.write import record_save, records_delete


@transaction.atomic
def indicators_load(plan: Plan, tree: Mapping[str, Any], *, reason: str) -> None:
    """Load the indicators of a fixture's tree (fixtures/README.md); changes nothing there."""
    strategies = {strategy.number: strategy for strategy in plan.strategies.all()}
    for source in tree["plan"]["strategies"]:
        strategy = strategies.get(source["number"])
        if strategy is None:
            continue
        objectives = {objective.number: objective for objective in strategy.objectives.all()}
        for position, item in enumerate(source["indicators"], start=1):
            objective = objectives.get(item["objective"])
            if objective is None:
                continue
            own = ("name", "direction", "accrual", "accrual_basis", "baseline_text")
            optional = ("definition", "activity", "suggestion")
            indicator = load_row(
                Indicator,
                {"strategy": strategy, "number": item["number"]},
                {
                    "objective": objective,
                    "position": position,
                    **{name: item[name] for name in own},
                    **{name: item.get(name, "") for name in optional},
                },
                reason=reason,
            )
            if indicator is not None:
                _measures_load(plan, indicator, item, reason=reason)
                _levels_load(indicator, item, reason=reason)


def _levels_load(indicator: Record, item: Mapping[str, Any], *, reason: str) -> None:
    """The level criteria of an indicator, and the steps of work beside thresholds."""
    for kind, name in ((LevelCriterion.Kind.LEVEL, "levels"), (LevelCriterion.Kind.STEP, "steps")):
        for source in item.get(name, []):
            threshold = source.get("threshold")
            load_row(
                LevelCriterion,
                {"indicator": indicator, "kind": kind, "level": source["level"]},
                {
                    "text": source["text"],
                    "threshold": None if threshold is None else Decimal(threshold),
                },
                reason=reason,
            )


def _measures_load(
    plan: Plan, indicator: Indicator, item: Mapping[str, Any], *, reason: str
) -> None:
    measures = []
    for position, source in enumerate(item["measures"], start=1):
        measures.append(
            load_row(
                Measure,
                {"indicator": indicator, "position": position},
                {name: source[name] for name in ("label", "unit_label", "kind", "whole")},
                reason=reason,
            )
        )
    for year in plan.years:
        source = item["targets"].get(str(year), {"kind": "none", "plan_text": ""})
        gone = YearTarget.history.filter(
            history_type="-", indicator_id=indicator.pk, fiscal_year=year
        )
        if indicator.targets.filter(fiscal_year=year).exists() or gone.exists():
            continue
        numbers = [Decimal(text) for text in source.get("values", [])]
        target_change(
            user=None,
            target=YearTarget(
                indicator=indicator, fiscal_year=year, plan_text=source.get("plan_text", "")
            ),
            entry=TargetEntry(
                kind=source["kind"],
                milestone=source.get("milestone", ""),
                values={
                    measure.pk: EnteredPoint(number)
                    for measure, number in zip(measures, numbers, strict=False)
                    if measure is not None
                },
            ),
            reason=reason,
        )


@transaction.atomic
def results_load(plan: Plan, tree: Mapping[str, Any], *, today: date, reason: str) -> int:
    """Load the results that a published report states, as approved; gives how many were added.

    Leaves alone every month that holds a result or once held one.
    """
    indicators = {
        row.code: row
        for row in Indicator.objects.filter(strategy__plan=plan)
        .select_related("strategy__plan")
        .prefetch_related("measures")
    }
    entries = []
    for strategy in tree["plan"]["strategies"]:
        for item in strategy["indicators"]:
            code = f"{tree['plan']['code_prefix']}{strategy['number']}-{item['number']}"
            indicator = indicators.get(code)
            if "result" in item and indicator is not None and indicator.measures.all():
                entries.append(_published_entry(indicator, item["result"]))
    taken = set(
        Result.history.filter(indicator__strategy__plan=plan).values_list(
            "indicator_id", "fiscal_year", "month"
        )
    )
    entries = [entry for entry in entries if entry.key not in taken]
    ResultEntries.record_many(user=None, entries=entries, today=today, reason=reason)
    return len(entries)


def _published_entry(indicator: Indicator, item: Mapping[str, Any]) -> ResultEntry:
    """A report as it was published; ``unstated`` where it gives no figure."""
    figure = _published_figure(item)
    measure = indicator.measures.all()[0]
    return ResultEntry(
        indicator=indicator,
        fiscal_year=item["year"],
        month=item["month"],
        values={} if figure is None else {measure.pk: figure},
        unstated=figure is None,
        narrative=item["narrative"],
        outcome=item["outcome"],
        evidence=[
            EvidenceEntry(
                kind=Evidence.Kind.LETTER if piece["number"] else Evidence.Kind.DOCUMENT,
                number=piece["number"],
                dated=date.fromisoformat(piece["date"]) if piece["date"] else None,
                text=piece["text"],
            )
            for piece in item["evidence"]
        ],
        state=Result.State.APPROVED,
    )


def _published_figure(item: Mapping[str, Any]) -> Value | None:
    """The figure that is printed; by its two counts where these come to what is printed.

    148 of 149 is 99.33 where 99.3 is printed: then the printed figure stands, and the counts stay
    in the words of the report.
    """
    if item["value"] is None:
        return None
    printed = Decimal(item["value"])
    if item["ratio"] is not None:
        counted = Value(None, *(Decimal(count) for count in item["ratio"]))
        assert counted.amount is not None
        if counted.amount.quantize(Decimal("0.01"), ROUND_HALF_UP) == printed:
            return counted
    return Value(printed)


@transaction.atomic
def sample_load(plan: Plan, tree: Mapping[str, Any], *, today: date) -> int:
    """Load a sample's assignments and the results of months that have ended.

    Leaves alone every indicator that staff have assigned and every month that holds a result.
    Gives the number of results added. Format: fixtures/README.md.
    """
    indicators = {
        row.code: row
        for row in Indicator.objects.filter(strategy__plan=plan)
        .select_related("strategy__plan")
        .prefetch_related("measures")
    }
    units = {unit.name: unit for unit in Unit.objects.filter(agency=plan.agency_id)}
    for item in tree["assignments"]:
        indicator = indicators.get(item["indicator"])
        if indicator is not None and not _touched_by_staff(indicator):
            indicator.unit = units.get(item["unit"])
            indicator.frequency = item["frequency"]
            indicator.weight = Decimal(item["weight"])
            if indicator.assignment_is_sample:
                continue
            indicator.assignment_is_sample = True
            record_save(instance=indicator, user=None, reason=str(SAMPLE_REASON))
    taken = set(
        Result.objects.filter(indicator__strategy__plan=plan).values_list(
            "indicator_id", "fiscal_year", "month"
        )
    )
    entries = [
        _sample_entry(indicators[item["indicator"]], item)
        for item in tree["results"]
        if item["indicator"] in indicators
        and FiscalMonth(item["year"], item["month"]).has_ended(today)
    ]
    entries = [entry for entry in entries if entry.key not in taken]
    with acting(user=None, reason=str(SAMPLE_REASON), when=on_report_days):
        ResultEntries.record_many(
            user=None, entries=entries, today=today, reason=str(SAMPLE_REASON)
        )
    return len(entries)


def _touched_by_staff(indicator: Indicator) -> bool:
    return bool(indicator.history.filter(history_user_id__isnull=False).exists())


def _sample_entry(indicator: Indicator, item: Mapping[str, Any]) -> ResultEntry:
    measures = sorted(indicator.measures.all(), key=lambda measure: measure.position)
    numbers = [Value(Decimal(text)) for text in item.get("values", [])]
    numbers += [
        Value(None, Decimal(top), Decimal(out_of)) for top, out_of in item.get("ratios", [])
    ]
    percent = item.get("percent")
    return ResultEntry(
        indicator=indicator,
        fiscal_year=item["year"],
        month=item["month"],
        values={m.pk: number for m, number in zip(measures, numbers, strict=False)},
        progress=item.get("progress", ""),
        progress_percent=Decimal(percent)
        if percent and item.get("progress") == Result.Progress.IN_PROGRESS
        else None,
        no_cases=item.get("no_cases", False),
        narrative=item.get("narrative", ""),
        problems=item.get("problems", ""),
        next_steps=item.get("next_steps", ""),
        fall_reason=item.get("fall_reason", ""),
        state=item.get("state", Result.State.SUBMITTED),
        is_sample=True,
    )


@transaction.atomic
def sample_clear() -> int:
    """Take away every sample result and assignment; gives the number of results removed.

    What staff changed since is theirs and stays. The history keeps the rows, marked as samples.
    """
    of_them = ("values__measure", "evidence")
    results = list(Result.objects.filter(is_sample=True).prefetch_related(*of_them))
    records_delete(rows={row: row.version for row in results}, user=None, reason=str(SAMPLE_REASON))
    for indicator in Indicator.objects.filter(assignment_is_sample=True):
        indicator.unit = None
        indicator.frequency = Indicator.Frequency.YEAR
        indicator.weight = Decimal(1)
        indicator.assignment_is_sample = False
        record_save(instance=indicator, user=None, reason=str(SAMPLE_REASON))
    return len(results)
