"""What there is to look at among indicators, their promises and their results."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, OuterRef, Subquery
from django.utils.translation import gettext as _

from kpis.models import Indicator, Measure, Result, ResultEvidence, YearTarget
from kpis.rules.entry import Value
from kpis.rules.facts import CUMULATIVE, LOWER, NUMBER, NUMERIC
from nhrc_plan.watch import findings as kinds
from nhrc_plan.watch import rules
from nhrc_plan.watch.findings import Finding, begin, change, day, listed
from strategy.calendar import FiscalMonth
from strategy.models import Plan
from strategy.records.model import Record
from strategy.standing.timeline import Month
from strategy.thai import format_exact, month_name

Found = Iterator[tuple[str, Finding]]


def last_change(model: type[Record]) -> Subquery:
    """When a row was last written."""
    rows = model.history.filter(id=OuterRef("pk")).order_by("-history_date", "-history_id")
    return Subquery(rows.values("history_date")[:1])


def indicator_findings(plan: Plan, now: datetime) -> Found:
    """All that is to be told of a plan's indicators, by kind. Five queries."""
    indicators = {
        row.id: row
        for row in Indicator.objects.filter(strategy__plan=plan)
        .order_by("strategy__number", "position")
        .annotate(touched=last_change(Indicator))
        .values_list(
            "id", "number", "name", "strategy_id", "strategy__number", "unit__name", "weight",
            "definition", "accrual", "direction", "accountable_id",
            "accountable__user__is_active", "touched", named=True,
        )
    }  # fmt: skip
    names = {
        pk: f"{plan.code_prefix}{row.strategy__number}-{row.number} {row.name}"
        for pk, row in indicators.items()
    }
    yield from _structure(indicators, names)
    yield from _weights(plan, indicators)
    measures: list[Any] = list(
        Measure.objects.filter(indicator__strategy__plan=plan)
        .order_by("indicator__strategy__number", "indicator__position", "position")
        .annotate(known=Count("baselines"), touched=last_change(Measure))
        .values_list(
            "id", "indicator_id", "label", "unit_label", "kind", "known", "touched", named=True
        )
    )
    yield from _measures(measures, names)
    yield from _promises(plan, indicators, names, measures)
    yield from _results(plan, indicators, names, now)
    yield from _approvals(plan, indicators, names)


def _structure(indicators: Mapping[int, Any], names: Mapping[int, str]) -> Found:
    for pk, row in indicators.items():
        address, since = change("kpis_indicator", pk), day(row.touched)
        if row.unit__name is None:
            what = _("no unit answers for it, so planners report it")
            yield kinds.NO_UNIT, Finding(names[pk], what, since, "", address)
        if not row.accountable__user__is_active:
            what = (
                _("nobody is named")
                if row.accountable_id is None
                else _("the account of its accountable person is closed")
            )
            yield kinds.NO_PERSON, Finding(names[pk], what, since, "", address)
        if not row.definition.strip():
            what = _("it does not say what is counted, and how")
            yield kinds.NO_DEFINITION, Finding(names[pk], what, since, "", address)


def _weights(plan: Plan, indicators: Mapping[int, Any]) -> Found:
    """A scorecard's weights belong together, a strategic plan's by strategy."""
    sets: dict[int | None, list[Any]] = defaultdict(list)
    for row in indicators.values():
        sets[None if plan.is_scorecard else row.strategy_id].append(row)
    for strategy, rows in sets.items():
        odd = rules.odd_weights(row.weight for row in rows)
        if odd is None:
            continue
        numbers = {
            "unset": sum(row.weight == rules.ONE for row in rows),
            "all": len(rows),
            "sum": format_exact(sum(row.weight for row in rows)),
        }
        if odd == rules.PARTLY_SET:
            said = _("%(unset)s of %(all)s indicators still stand at 1; together they make %(sum)s")
        else:
            said = _("together they make %(sum)s, not 100")
        where, asked = plan.name, {"strategy__plan__id__exact": plan.pk}
        if strategy is not None:
            where = f"{plan.strategy_label} {rows[0].strategy__number}"
            asked = {"strategy__id__exact": strategy}
        touched = max((row.touched for row in rows if row.touched), default=None)
        address = listed("kpis_indicator", asked)
        yield kinds.ODD_WEIGHTS, Finding(where, said % numbers, day(touched), "", address)


def _measures(measures: list[Any], names: Mapping[int, str]) -> Found:
    for row in measures:
        address, since = change("kpis_indicator", row.indicator_id), day(row.touched)
        if not row.known:
            what = row.label or row.unit_label or _("no baseline is known")
            form = begin("kpis_baseline", measure=row.id)
            yield kinds.NO_BASELINE, Finding(names[row.indicator_id], what, since, "", form)
        if row.kind == NUMBER and not row.unit_label.strip():
            what = row.label or _("it does not say in what it is counted")
            yield (
                kinds.NO_MEASURE_UNIT,
                Finding(names[row.indicator_id], what, since, "", address),
            )


def _promises(
    plan: Plan, indicators: Mapping[int, Any], names: Mapping[int, str], measures: list[Any]
) -> Found:
    targets: dict[int, dict[int, Any]] = defaultdict(dict)
    numbers: dict[int, dict[int, Decimal]] = defaultdict(dict)
    for row in (
        YearTarget.objects.filter(indicator__strategy__plan=plan)
        .order_by()
        .annotate(touched=last_change(YearTarget))
        .values_list(
            "id", "indicator_id", "fiscal_year", "kind", "values__measure_id", "values__value",
            "touched", named=True,
        )
    ):  # fmt: skip
        targets[row.indicator_id][row.fiscal_year] = row
        if row.values__value is not None:
            numbers[row.values__measure_id][row.fiscal_year] = row.values__value
    for measure in measures:
        own, row = numbers[measure.id], indicators[measure.indicator_id]
        for before, after in rules.easier_years(own, lower_is_better=row.direction == LOWER):
            target = targets[measure.indicator_id][after]
            what = _("%(before)s in %(year_before)s, %(after)s in %(year)s") % {
                "before": format_exact(own[before]), "year_before": before,
                "after": format_exact(own[after]), "year": after,
            }  # fmt: skip
            address = change("kpis_yeartarget", target.id)
            finding = Finding(names[measure.indicator_id], what, day(target.touched), "", address)
            yield kinds.EASIER_TARGET, finding
        for year in plan.years:
            target = targets[measure.indicator_id].get(year)
            if target is not None and (target.kind != NUMERIC or year in own):
                continue
            what = _("nothing was entered for %(year)s") % {"year": year}
            address = (
                change("kpis_indicator", measure.indicator_id)
                if target is None
                else change("kpis_yeartarget", target.id)
            )
            since = day(measure.touched if target is None else target.touched)
            finding = Finding(names[measure.indicator_id], what, since, "", address)
            yield kinds.NO_TARGET, finding


def _results(
    plan: Plan, indicators: Mapping[int, Any], names: Mapping[int, str], now: datetime
) -> Found:
    totals: dict[tuple[int, int], dict[Month, Decimal]] = defaultdict(dict)
    found: dict[tuple[int, Month], Any] = {}
    for row in (
        Result.objects.filter(indicator__strategy__plan=plan)
        .order_by("fiscal_year", "month", "indicator__strategy__number", "indicator__position")
        .annotate(
            touched=last_change(Result),
            supported=Exists(ResultEvidence.objects.filter(result=OuterRef("pk"))),
        )
        .values_list(
            "id", "indicator_id", "fiscal_year", "month", "state", "fall_reason", "slips",
            "values__measure_id", "values__value", "values__numerator", "values__denominator",
            "touched", "supported", named=True,
        )
    ):  # fmt: skip
        at = (row.fiscal_year, row.month)
        new = (row.indicator_id, at) not in found
        found[row.indicator_id, at] = row
        if row.state != Result.State.DRAFT and row.values__measure_id is not None:
            value = Value(row.values__value, row.values__numerator, row.values__denominator)
            if value.amount is not None:
                totals[row.indicator_id, row.values__measure_id][at] = value.amount
        if new:
            yield from _result(row, indicators[row.indicator_id], names, now)
    for (indicator, _measure), held in totals.items():
        if indicators[indicator].accrual != CUMULATIVE:
            continue
        for step in rules.falls(held):
            row = found[indicator, step.later]
            what = _("%(earlier)s in %(before)s, %(later)s in %(after)s") % {
                "earlier": format_exact(step.earlier_value), "before": _month(step.earlier),
                "later": format_exact(step.later_value), "after": _month(step.later),
            }  # fmt: skip
            reason = row.fall_reason.strip() or _("no reason was given")
            finding = Finding(
                names[indicator], f"{what} – {reason}", day(row.touched),
                indicators[indicator].unit__name or "", change("kpis_result", row.id),
            )  # fmt: skip
            yield kinds.FALL, finding


def _result(row: Any, indicator: Any, names: Mapping[int, str], now: datetime) -> Found:
    """What is to be told of one result by itself."""
    unit, address = indicator.unit__name or "", change("kpis_result", row.id)
    where = names[row.indicator_id]
    month, since = _month((row.fiscal_year, row.month)), day(row.touched)
    if row.slips:
        figures = ", ".join(f"{slip['value']} ({slip['last']})" for slip in row.slips)
        yield kinds.SLIP, Finding(where, f"{month}: {figures}", since, unit, address)
    if row.state != Result.State.DRAFT:
        if not row.supported:
            yield kinds.NO_EVIDENCE, Finding(where, month, since, unit, address)
    elif row.touched is not None and rules.is_forgotten(row.touched, now):
        yield kinds.OLD_DRAFT, Finding(where, month, since, unit, address)


def _approvals(plan: Plan, indicators: Mapping[int, Any], names: Mapping[int, str]) -> Found:
    approved = Result.objects.filter(indicator__strategy__plan=plan, state=Result.State.APPROVED)
    steps: dict[int, list[tuple[datetime, str]]] = defaultdict(list)
    about: dict[int, Any] = {}
    for row in (
        Result.history.filter(id__in=approved.order_by().values("id"))
        .order_by("history_date", "history_id")
        .values_list(
            "id", "indicator_id", "fiscal_year", "month", "state", "history_date", named=True
        )
    ):
        steps[row.id].append((row.history_date, row.state))
        about[row.id] = row
    for pk, taken in steps.items():
        late = rules.late_approval(taken)
        if late is not None:
            row = about[pk]
            said = _("%(month)s: approved after %(days)s days")
            month = _month((row.fiscal_year, row.month))
            finding = Finding(
                names[row.indicator_id], said % {"month": month, "days": late.days},
                day(late.approved), "", change("kpis_result", pk),
            )  # fmt: skip
            yield kinds.LATE_APPROVAL, finding


def _month(month: Month) -> str:
    return month_name(FiscalMonth(*month), short=True)
