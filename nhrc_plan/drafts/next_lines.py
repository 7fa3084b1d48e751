"""The workbook with which the next plan begins: a plan's rows, carried on to later years.

What is carried on is a proposal to be edited: texts, tree and targets as they were; each indicator
continues its former self, and its baseline is the last closing figure that is known.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from django.utils.translation import gettext as _

from kpis.models import Indicator
from kpis.read.standing import indicator_rows
from nhrc_plan.drafts.sheets import Line, plan_lines
from nhrc_plan.drafts.tables.table import Values
from strategy.calendar import FiscalMonth
from strategy.models import Plan
from strategy.read import due_month

#: Tables whose rows are of a year of the plan.
_YEARLY = ("targets", "budgets")
_OF_MEASURES = ("measure_years", "measure_issues", "ita_measures")


def next_lines(plan: Plan, first_year: int, today: date) -> Mapping[str, list[Line]]:
    """A plan's rows as the beginning of one of as many years, from ``first_year`` on."""
    later = first_year - plan.first_year
    lines = plan_lines(plan)
    found = {code: [Line(dict(line.values)) for line in rows] for code, rows in lines.items()}
    for line in found["plan"]:
        _rename(line.values, plan, later)
    for code in _YEARLY:
        for line in found[code]:
            line.values["fiscal_year"] += later
    for line in found["targets"]:
        line.values["plan_text"] = ""
    for line in found["budgets"]:
        line.values["approved_amount"] = None
    for line in found["indicators"]:
        line.values["continues"] = f"{plan.slug} {line.values['code']}"
        line.values["baseline_text"] = ""
    found["baselines"] = _closing(plan, first_year, today)
    last = max((line.values["fiscal_year"] for line in found["measure_years"]), default=None)
    for code in _OF_MEASURES:
        # Measures are undertaken year by year: those of the last one begin the first.
        kept = [line for line in found[code] if line.values["fiscal_year"] == last]
        for line in kept:
            line.values["fiscal_year"] = first_year
        found[code] = kept
    return found


def _rename(values: Values, plan: Plan, later: int) -> None:
    """Years in name and short name move along; where there is none, the first year is added."""
    values["first_year"] += later
    values["last_year"] += later
    years = re.compile("|".join(str(year) for year in plan.years))
    for name, between in (("slug", "-"), ("name", " ")):
        moved = years.sub(lambda year: str(int(year[0]) + later), values[name])
        longest = 80 if name == "slug" else 300
        if moved == values[name]:
            moved = f"{moved}{between}{values['first_year']}"
        values[name] = moved[:longest]


def _closing(plan: Plan, first_year: int, today: date) -> list[Line]:
    """The last closing figure of each measure, as the baseline from the first month on."""
    at = due_month(plan, today)
    rows = indicator_rows(plan, at, today, Indicator.objects.filter(strategy__plan=plan))
    found = []
    for row in rows:
        for place, measure in enumerate(row.facts.measures, start=1):
            closed = [
                (cell.year, cell.figure.values[measure.id])
                for cell in row.cells
                if FiscalMonth(cell.year, 12) <= at
                and cell.figure is not None
                and measure.id in cell.figure.values
            ]
            if closed:
                year, value = closed[-1]
                source = _("result of %(year)s, %(code)s of the former plan") % {
                    "year": year, "code": row.code,
                }  # fmt: skip
                found.append(
                    Line(
                        {
                            "code": row.code, "measure": place, "fiscal_year": first_year,
                            "month": 1, "value": round(value, 4).normalize() + 0,
                            "source": source,
                        }
                    )
                )  # fmt: skip
    return found
