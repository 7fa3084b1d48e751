"""The rows of each dataset: what the pages' data say (docs/json.md), one fact beside the other.

Read by the pages' selectors and written out by the same functions as the pages' own data, so that
the API and a page cannot differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, NamedTuple

from budgets.pages import data as money
from budgets.read.money import plan_money
from integrity.ita import data as ita
from integrity.ita.read import ita_years
from integrity.ita.rows import Assessed, Item
from integrity.measures import data as measures
from integrity.measures.read import measure_years, year_rows
from integrity.measures.rules import QUARTERS
from kpis.pages import data as kpis
from kpis.read.rows import Cell, PlanStanding
from kpis.read.standing import plan_standing
from kpis.rules.facts import NOTHING
from nhrc_plan.api.schemas import OfMonth, OfYear, both_eras
from nhrc_plan.overview import data as overview
from strategy.access import NOBODY
from strategy.calendar import FiscalMonth
from strategy.models import Agency, Plan
from strategy.pages.current import current_agency
from strategy.pages.period import find_month, find_plan

Row = dict[str, Any]


class Found(NamedTuple):
    """Rows, and the end of the month looked at; None where there is no such month."""

    rows: list[Row]
    at: FiscalMonth | None = None


def plans(owner: str, asked: Any, today: date) -> Found:
    """Every plan at work. One query."""
    found = Plan.objects.select_related("agency").order_by("agency__slug", "first_year", "slug")
    rows = []
    for each in found:
        told = overview.plan(each)
        years = both_eras(each.first_year, "first_year") | both_eras(each.last_year, "last_year")
        rows.append({**told, **years})
    return Found(rows)


# -------------------------------------------------------------------------------- of a plan


def _at(plan: Plan, asked: OfMonth, today: date) -> FiscalMonth:
    """The month looked at, as the pages find it. Raises Http404, NotEnded."""
    wanted = {"year": asked.fiscal_year, "month": asked.month}
    return find_month(plan, {name: str(it) for name, it in wanted.items() if it}, today)


def _standing(owner: str, asked: OfMonth, today: date) -> tuple[Plan, FiscalMonth, PlanStanding]:
    plan = find_plan(owner)
    at = _at(plan, asked, today)
    every_year = asked.fiscal_year is None
    return plan, at, plan_standing(plan, at, today, every_year=every_year)


def _by_measure(plan: Plan, code: str, told: Iterable[Row]) -> Iterator[Row]:
    """A row for each measure of an indicator; one, of the whole, where it has none."""
    none = {"measure": None, "label": None, "unit": None, "kind": None}
    rows = [{"measure": place, **row} for place, row in enumerate(told, start=1)] or [none]
    for row in rows:
        yield {"plan": plan.slug, "code": code, **row}


def indicators(owner: str, asked: Any, today: date) -> Found:
    """What a plan is measured by."""
    plan = find_plan(owner)
    at = find_month(plan, {}, today)
    rows = []
    for strategy in plan_standing(plan, at, today, every_year=False).strategies:
        for row in strategy.rows:
            told = kpis.indicator(plan, row)
            names = ("name", "owner", "accrual", "direction", "frequency", "weight")
            fields = {name: told[name] for name in names}
            place = {"strategy": strategy.number, "strategy_name": strategy.name}
            named = [
                {name: measure[name] for name in ("label", "unit", "kind")}
                for measure in told["measures"]
            ]
            rows += [{**each, **place, **fields} for each in _by_measure(plan, row.code, named)]
    return Found(rows)


def targets(owner: str, asked: OfYear, today: date) -> Found:
    """What a plan promises, year by year."""
    plan = find_plan(owner)
    at = _at_end(plan, asked.fiscal_year, today)
    rows: list[Row] = []
    for row in plan_standing(plan, at, today).rows:
        for cell in row.cells:
            if asked.fiscal_year in (None, cell.year):
                rows += _targets(plan, row.code, cell)
    return Found(rows)


def _at_end(plan: Plan, year: int | None, today: date) -> FiscalMonth:
    """The latest month that is over; refuses a year that the plan does not have.

    A year's target is told before the year begins, so that it does not matter which month it is.
    """
    if year is not None and year not in plan.years:
        find_month(plan, {"year": str(year)}, today)
    return find_month(plan, {}, today)


def _targets(plan: Plan, code: str, cell: Cell) -> Iterator[Row]:
    told = kpis.target(cell.facts, cell.facts.targets.get(cell.year, NOTHING))
    head = {**both_eras(cell.year), "text": cell.target}
    head |= {name: told[name] for name in ("target_kind", "due_month")}
    empty = dict.fromkeys(("target", "q1", "q2", "q3"))
    for row in _by_measure(plan, code, told["measures"]):
        yield {**empty, **row, **head}


def results(owner: str, asked: OfMonth, today: date) -> Found:
    """What was reported, each year by its latest figure up to the month looked at."""
    plan, at, standing = _standing(owner, asked, today)
    rows: list[Row] = []
    for row in standing.rows:
        for cell in row.cells:
            if cell.year <= at.year:
                rows += _results(plan, row.code, cell)
    return Found(rows, at)


def _results(plan: Plan, code: str, cell: Cell) -> Iterator[Row]:
    told = kpis.cell(cell)
    milestone = told["milestone"] or {"state": None, "percent": None}
    head = {
        **both_eras(cell.year),
        "as_of": cell.as_of and cell.as_of.last_day.isoformat(),
        **{name: told[name] for name in ("as_of_month", "status", "approved", "sample")},
        "milestone_state": milestone["state"],
        "milestone_percent": milestone["percent"],
        "text": cell.result,
    }
    empty = dict.fromkeys(("target", "result", "numerator", "denominator", "expected"))
    judged = {name: told[name] for name in ("achievement", "of_expected")}
    for row in _by_measure(plan, code, told["measures"]):
        yield {**empty, **judged, **row, **head}


def budgets(owner: str, asked: OfMonth, today: date) -> Found:
    """What each project may spend and has spent, year by year."""
    plan = find_plan(owner)
    at = _at(plan, asked, today)
    rows = []
    for project in plan_money(plan, at, today).office.rows:
        named = money.project(project)
        place = {name: named[name] for name in ("code", "name", "leads", "supporting")}
        for year in project.years:
            if asked.fiscal_year not in (None, year.year):
                continue
            told = money.money_year(year)
            month = year.spent and FiscalMonth(year.year, year.spent.month)
            rows.append(
                {
                    "plan": plan.slug,
                    "strategy": project.strategy_number,
                    **place,
                    "project_kind": named["kind"],
                    **both_eras(year.year),
                    "as_of": month and month.last_day.isoformat(),
                    **{name: told[name] for name in _SPENT},
                }
            )
    return Found(rows, at)


_SPENT = (
    "plan_amount", "approved_amount", "transferred", "allocated", "spending_kind", "as_of_month",
    "disbursed", "committed", "disbursed_percent", "used_percent", "status", "approved", "sample",
)  # fmt: skip


# ------------------------------------------------------------------------------ of an agency


def _agency(slug: str) -> Agency:
    return current_agency(NOBODY, slug)[0]


def ita_scores(owner: str, asked: OfYear, today: date) -> Found:
    """Every score of an agency's ITA assessments."""
    agency = _agency(owner)
    rows: list[Row] = []
    for year in ita_years(agency).years:
        if asked.fiscal_year in (None, year.year):
            head = {"agency": agency.slug, **both_eras(year.year)}
            approved = {"approved": ita.assessed(year)["approved"]}
            rows += [{**_NO_PLACE, **head, **row, **approved} for row in _scores(year)]
    return Found(rows)


_NO_PLACE = dict.fromkeys(("instrument", "part", "number", "item", "name", "grade"))


def _scores(year: Assessed) -> Iterator[Row]:
    yield {"level": "total", "grade": year.published_grade or None, **_score(year.total)}
    for instrument in year.instruments:
        of = {"instrument": instrument.code}
        yield {"level": "instrument", **of, "name": instrument.name, **_score(instrument.score)}
        for part in instrument.parts:
            yield {"level": "part", **of, "part": part.label, **_score(part.score)}
        for row in instrument.indicators:
            place = {**of, "part": row.part or None, "number": row.number}
            yield {"level": "indicator", **place, "name": row.name, **_score(row.score)}
            for item in row.items:
                yield from _items(item, place, "item")


def _items(item: Item, place: Row, level: str) -> Iterator[Row]:
    own = {**place, "item": item.code or place.get("item"), "name": item.text}
    yield {"level": level, **own, **_score(item.score)}
    for part in item.parts:
        yield from _items(part, own, "item_part")


def _score(score: Any) -> Row:
    told = ita.score(score)
    return {name: told[name] for name in ("published", "computed")}


def integrity(owner: str, asked: OfYear, today: date) -> Found:
    """What an agency undertakes for its integrity, quarter by quarter."""
    agency = _agency(owner)
    years = [
        year for year in measure_years(agency.pk) if asked.fiscal_year in (None, year.fiscal_year)
    ]
    rows = []
    for shown in year_rows(years, today):
        head = {"agency": agency.slug, **both_eras(shown.fiscal_year)}
        told = measures.year(shown, QUARTERS[-1])
        for issue in told["issues"]:
            for measure in issue["measures"]:
                of = {"issue": issue["number"], "issue_name": issue["name"]}
                fields = {name: measure[name] for name in _MEASURE}
                for quarter in measure["quarters"]:
                    rows.append({**head, **of, **fields, **_quarter(quarter, shown.is_sample)})
    return Found(rows)


_MEASURE = ("number", "text", "units", "result", "outcome")


def _quarter(quarter: Row, sample: bool) -> Row:
    names = ("quarter", "state", "deadline", "approved")
    own = {name: quarter[name] for name in names}
    return {**own, "said": quarter["text"], "sample": quarter["sample"] or sample}
