"""What the figures of indicators are made of: one indicator, a mean, a trend, a step of a year."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _

from kpis.models import Baseline, Indicator, Result, YearTarget
from kpis.pages import rule_words
from kpis.pages.explained_years import explain_step, explain_trend, stored_result
from kpis.read.explain import explain, explain_score
from kpis.read.indicator import find_indicator
from kpis.read.rows import IndicatorRow, roll_up
from kpis.read.standing import indicator_rows, plan_standing
from strategy.calendar import FiscalMonth
from strategy.explained.rows import Explanation, Input
from strategy.explained.sources import explain_for_plans, no_such_figure
from strategy.models import Objective, Unit
from strategy.pages.page import PlanPage
from strategy.read import bands
from strategy.standing.status import HUNDRED, NO_TARGET, status_of
from strategy.standing.words import status_label
from strategy.thai import format_exact, format_number, month_name

#: So many terms of a sum are written out; of more the table shows them.
_WRITTEN = 24


def register() -> None:
    """Offer these to the pages on which figures are taken apart."""
    explain_for_plans("indicator", _indicator)
    explain_for_plans("mean", _mean)
    explain_for_plans("trend", explain_trend)
    explain_for_plans("step", explain_step)


# -------------------------------------------------------------------------------- one indicator


def _indicator(page: PlanPage, code: str) -> Explanation:
    found, _codes = find_indicator(page.plan, code)
    row = indicator_rows(page.plan, page.at, page.today, Indicator.objects.filter(pk=found.pk))[0]
    cell = row.current
    figures = [
        (_("result"), _with_unit(cell.result, row)),
        (_("target"), _with_unit(cell.target, row, milestone=cell.is_milestone)),
    ]
    standing = cell.standing
    if cell.has_levels:
        figures.append((page.plan.score_label, str(cell.score or "–")))
    if standing.achievement is not None:
        figures.append((_("achievement (%)"), str(standing.achievement)))
    if cell.expected is not None and standing.of_expected is not None:
        figures.append((_("expected"), cell.expected))
    if standing.of_expected is not None:
        figures.append((_("of expected (%)"), str(standing.of_expected)))
    figures.append((_("status"), cell.words))
    steps = explain_score(cell)
    if not steps or cell.status != NO_TARGET:
        steps = [*steps, *explain(row, cell)]
    evidence: Sequence[object] | None = None
    if cell.result_id is not None and page.viewer.signed_in:
        result = Result.objects.filter(pk=cell.result_id).first()
        evidence = list(result.evidence.all()) if result else None
    return Explanation(
        title=f"{row.code} {row.name}",
        figures=figures,
        rule=[rule_words.own_month(), rule_words.bands_in_words(page.plan)],
        steps=steps,
        inputs=_inputs(row),
        page=reverse("indicator", args=[page.plan.slug, row.code]),
        evidence=evidence,
        sample=cell.sample,
    )


def _with_unit(text: str | None, row: IndicatorRow, *, milestone: bool = False) -> str:
    if text is None:
        return "–"
    return text if milestone or not row.unit_text else f"{text} {row.unit_text}"


def _inputs(row: IndicatorRow) -> list[Input]:
    """The stored facts that the year's figure is judged by."""
    cell, found = row.current, []
    if cell.result is not None and cell.result_id is not None:
        value = f"{cell.result} ({cell.counted})" if cell.counted else cell.result
        found.append(Input(_("result"), value, cell.as_of_name, stored=(Result, cell.result_id)))
    targets = YearTarget.objects.filter(
        indicator=row.id, fiscal_year__in=(row.current.year - 1, row.current.year)
    )
    texts = {each.year: each.target for each in row.cells}
    for target in targets.order_by("-fiscal_year"):
        text = texts.get(target.fiscal_year)
        if text is not None:
            name = _("target of %(year)s") % {"year": target.fiscal_year}
            note = "" if target.plan_text == text else target.plan_text
            found.append(Input(name, text, note, stored=(YearTarget, target.pk)))
    for base in Baseline.objects.filter(measure__indicator=row.id).order_by(
        "measure__position", "fiscal_year", "month"
    ):
        since = month_name(FiscalMonth(base.fiscal_year, base.month), short=True)
        note = " · ".join(filter(None, [since, base.source]))
        found.append(
            Input(_("baseline"), format_number(base.value), note, stored=(Baseline, base.pk))
        )
    return found


# -------------------------------------------------------------------------------------- a mean


def _mean(page: PlanPage, name: str) -> Explanation:
    """The mean of a plan, a strategy, an objective ("objective-2.1") or a unit."""
    title, address, rows = _set_of(page, name)
    summed = roll_up(rows)
    if summed.scores:
        return _mean_score(page, title, address, rows)
    counted = [
        row for row in rows if row.current.standing.has_target and row.current.standing.counts
    ]
    averaged = [row for row in counted if row.current.standing.of_expected is not None]
    steps = []
    if averaged:
        steps.append(
            _("Mean = %(sum)s = %(mean)s.")
            % {
                "sum": _weighted(
                    [(_capped(row), row.weight) for row in averaged],
                    _("the sum of the column “value”"),
                ),
                "mean": summed.mean,
            }
        )
    else:
        steps.append(_("There is no current figure, so nothing is computed."))
    steps.append(
        _("%(reported)s of %(total)s indicators with a target have a current figure.")
        % {"reported": summed.reported, "total": summed.with_target}
    )
    if summed.last:
        steps.append(
            _("The year before closed at %(mean)s, over %(reported)s of %(total)s indicators.")
            % {
                "mean": "–" if summed.last.mean is None else summed.last.mean,
                "reported": summed.last.reported,
                "total": summed.last.with_target,
            }
        )
    figures = [(_("of expected (%)"), "–" if summed.mean is None else str(summed.mean))]
    if summed.mean is not None:
        figures.append((_("status"), status_label(status_of(summed.mean, bands(page.plan)))))
    return Explanation(
        title=title,
        figures=figures,
        rule=[
            rule_words.mean(), rule_words.of_expected(), rule_words.bands_in_words(page.plan)
        ],
        steps=steps,
        inputs=[_of_mean(row) for row in rows],
        page=address,
        rounding=_(
            "Each is summed as it is before any rounding; the mean alone is rounded, half up to 2 "
            "decimals."
        ),
        sample=any(row.current.sample for row in rows),
    )  # fmt: skip


def _mean_score(
    page: PlanPage, title: str, address: str, rows: Sequence[IndicatorRow]
) -> Explanation:
    scores = roll_up(rows).scores
    assert scores is not None
    scored = [(row.current.current_score, row.weight) for row in rows if row.current.has_levels]
    known = [(score, weight) for score, weight in scored if score is not None]
    steps = [
        _("%(scored)s of %(all)s indicators have a score.")
        % {"scored": scores.scored, "all": scores.described}
    ]
    if known:
        summed = _weighted(known, _("the sum of the column “value”"))
        steps.insert(0, _("Mean = %(sum)s = %(mean)s.") % {"sum": summed, "mean": scores.mean})
    return Explanation(
        title=title,
        figures=[(_("Weighted mean of the scores"), str(scores.mean or "–"))],
        rule=[rule_words.mean_score(), rule_words.score(page.plan)],
        steps=steps,
        inputs=[
            Input(
                f"{row.code} {row.name}",
                str(row.current.current_score or "–"),
                _note(row),
                ("indicator", row.code),
                stored_result(row.current),
            )
            for row in rows
            if row.current.has_levels
        ],
        page=address,
        rounding=_("Rounded half up to 4 decimals, once, at the end."),
        sample=any(row.current.sample for row in rows),
    )


def _capped(row: IndicatorRow) -> Decimal:
    assert row.current.standing.of_expected is not None
    return min(row.current.standing.of_expected, HUNDRED).quantize(Decimal("0.01"))


def _of_mean(row: IndicatorRow) -> Input:
    standing = row.current.standing
    value = "–"
    if standing.has_target and standing.counts and standing.of_expected is not None:
        value = str(_capped(row))
    notes = [_note(row)]
    if value != "–" and standing.of_expected is not None and standing.of_expected > HUNDRED:
        notes.append(_("%(percent)s, counted as 100") % {"percent": standing.of_expected})
    stored = stored_result(row.current)
    return Input(
        f"{row.code} {row.name}", value, " · ".join(notes), ("indicator", row.code), stored
    )


def _note(row: IndicatorRow) -> str:
    parts = [row.current.words]
    if row.current.as_of_name:
        parts.append(row.current.as_of_name)
    if row.weight != 1:
        parts.append(_("weight %(weight)s") % {"weight": format_number(row.weight)})
    return " · ".join(parts)


def _weighted(terms: Sequence[tuple[Decimal, Decimal]], long: str) -> str:
    """Σ weight × value ÷ Σ weight, written out while it can be read."""
    even = all(weight == 1 for _value, weight in terms)
    weights = format_number(sum((weight for _value, weight in terms), Decimal(0)))
    if len(terms) > _WRITTEN:
        return f"{long} ÷ {weights}"
    parts = [str(value) if even else f"{format_exact(weight)} × {value}" for value, weight in terms]
    summed = " + ".join(parts)
    return f"({summed}) ÷ {weights}" if len(parts) > 1 or not even else f"{summed} ÷ {weights}"


def _set_of(page: PlanPage, name: str) -> tuple[str, str, list[IndicatorRow]]:
    """A set of indicators by its name: what it is called, where it stands, its rows."""
    plan = page.plan
    standing = plan_standing(plan, page.at, page.today)
    kind, _dash, key = name.partition("-")
    rows = standing.rows
    if name == "plan":
        return plan.name, reverse("overview", args=[plan.slug]), rows
    if kind == "strategy":
        for part in standing.strategies:
            if str(part.number) == key:
                title = f"{plan.strategy_label} {part.number} {part.name}"
                return title, reverse("strategy", args=[plan.slug, part.number]), list(part.rows)
    if kind == "objective":
        strategy, _dot, number = key.partition(".")
        objective = (
            Objective.objects.filter(
                strategy__plan=plan, strategy__number=strategy, number=number
            ).first()
            if strategy.isdecimal() and number.isdecimal()
            else None
        )
        if objective is not None:
            own = [row for row in rows if row.objective_id == objective.pk]
            title = f"{plan.objective_label} {key} {objective.name}"
            return title, reverse("strategy", args=[plan.slug, strategy]), own
    if name == "unit-none":
        own = [row for row in rows if row.unit_id is None]
        return _("No unit yet (planners report)"), reverse("units", args=[plan.slug]), own
    if kind == "unit" and key.isdecimal():
        unit = Unit.objects.filter(pk=key, agency=plan.agency_id).first()
        if unit is not None:
            own = [row for row in rows if row.unit_id == unit.pk]
            return unit.name, reverse("unit", args=[plan.slug, unit.pk]), own
    raise no_such_figure()
