"""The rows that the API answers with, field by field; the OpenAPI description is made of them.

Values are written as everywhere in the data (docs/json.md): figures as strings, null for none.
Descriptions are messages; v1.py has them translated when the description is asked for.
"""

from __future__ import annotations

from typing import Annotated

from django.utils.translation import gettext_noop as _
from ninja import Schema
from pydantic import ConfigDict, Field

from strategy.calendar import BE_OFFSET

Figure = Annotated[str | None, Field(pattern=r"^-?\d+(\.\d+)?$")]
Year = Annotated[int, Field(ge=2400, le=2700)]


class Row(Schema):
    """One row of a dataset. Nothing but the fields that are described goes out."""

    model_config = ConfigDict(extra="forbid")


class YearRow(Row):
    fiscal_year: Year = Field(description=_("Fiscal year, Buddhist Era"))
    fiscal_year_ce: int = Field(
        description=_("The same year, Christian Era: that in which it closes")
    )


def both_eras(year: int, name: str = "fiscal_year") -> dict[str, int]:
    """A year under its name in the Buddhist Era, and again in the Christian Era."""
    return {name: year, f"{name}_ce": year - BE_OFFSET}


class PlanRow(Row):
    plan: str = Field(description=_("Short name of the plan, as addresses have it"))
    name: str = Field(description=_("Name of the plan"))
    agency: str = Field(description=_("Short name of the agency"))
    agency_name: str = Field(description=_("Name of the agency"))
    plan_kind: str = Field(description=_("strategic or scorecard"))
    first_year: Year = Field(description=_("First fiscal year, Buddhist Era"))
    first_year_ce: int = Field(description=_("First fiscal year, Christian Era"))
    last_year: Year = Field(description=_("Last fiscal year, Buddhist Era"))
    last_year_ce: int = Field(description=_("Last fiscal year, Christian Era"))
    current: bool = Field(description=_("Whether it is the agency's plan at work"))


class MeasureFields(Row):
    """The thing that an indicator counts; an indicator that counts two has two rows."""

    plan: str = Field(description=_("Short name of the plan, as addresses have it"))
    code: str = Field(description=_("Code of the indicator, such as S3-1.1"))
    measure: int | None = Field(
        description=_("Which of the indicator's measures, from 1; null: the indicator as a whole")
    )
    label: str | None = Field(description=_("What the measure counts, where there are several"))
    unit: str | None = Field(description=_("The unit in which it counts"))
    kind: str | None = Field(description=_("Kind of the measure: number, percent, ratio, level …"))


class IndicatorRow(MeasureFields):
    name: str = Field(description=_("Name of the indicator"))
    strategy: int = Field(description=_("Number of the strategy"))
    strategy_name: str = Field(description=_("Name of the strategy"))
    owner: str | None = Field(description=_("The unit that answers for it"))
    accrual: str = Field(description=_("How the figure grows through the year"))
    direction: str = Field(description=_("higher or lower: which way is better"))
    frequency: str = Field(description=_("How often it is reported"))
    weight: Figure = Field(description=_("Weight in the mean of the plan"))


class TargetRow(YearRow, MeasureFields):
    target_kind: str = Field(description=_("numeric, milestone, baseline or none"))
    target: Figure = Field(description=_("Target of the year"))
    q1: Figure = Field(description=_("What is planned by the end of quarter 1"))
    q2: Figure = Field(description=_("What is planned by the end of quarter 2"))
    q3: Figure = Field(description=_("What is planned by the end of quarter 3"))
    due_month: int | None = Field(description=_("Fiscal month in which a milestone is due"))
    text: str | None = Field(description=_("The target in words, for people"))


class ResultRow(YearRow, MeasureFields):
    as_of_month: int | None = Field(description=_("Fiscal month of the figure, 1 is October"))
    as_of: str | None = Field(description=_("Last day of that month"))
    target: Figure = Field(description=_("Target of the year"))
    result: Figure = Field(description=_("What was reported; null where nothing counts yet"))
    numerator: Figure = Field(description=_("What a percentage was counted from"))
    denominator: Figure = Field(description=_("The whole that a percentage was counted from"))
    expected: Figure = Field(description=_("What was expected by that month"))
    achievement: Figure = Field(description=_("The figure in per cent of the year's target"))
    of_expected: Figure = Field(description=_("The figure in per cent of what was expected"))
    status: str = Field(description=_("How the indicator stands, as a code"))
    milestone_state: str | None = Field(description=_("How far a milestone has come, as a code"))
    milestone_percent: Figure = Field(description=_("How far a milestone has come, in per cent"))
    approved: bool = Field(description=_("Whether the figure is approved"))
    sample: bool = Field(description=_("Whether the figure is a sample for trying the system out"))
    text: str | None = Field(description=_("The figure as pages show it, for people"))


class BudgetRow(YearRow):
    plan: str = Field(description=_("Short name of the plan, as addresses have it"))
    strategy: int = Field(description=_("Number of the strategy"))
    code: str = Field(description=_("Code of the project: strategy and number"))
    name: str = Field(description=_("Name of the project"))
    project_kind: str = Field(description=_("Whether a flagship project or of the action plan"))
    leads: list[str] = Field(description=_("Units that lead it, in their order"))
    supporting: list[str] = Field(description=_("Units that support it"))
    plan_amount: Figure = Field(description=_("What the plan sets aside, in baht"))
    approved_amount: Figure = Field(description=_("What was approved for the year, in baht"))
    transferred: Figure = Field(description=_("Transfers, in baht"))
    allocated: Figure = Field(description=_("What may be spent, in baht"))
    spending_kind: str | None = Field(description=_("Current or investment spending, as a code"))
    as_of_month: int | None = Field(description=_("Fiscal month of the figure, 1 is October"))
    as_of: str | None = Field(description=_("Last day of that month"))
    disbursed: Figure = Field(description=_("Paid out up to then, in baht"))
    committed: Figure = Field(description=_("Bound by contract and unpaid, in baht"))
    disbursed_percent: Figure = Field(description=_("Paid out, in per cent of what may be spent"))
    used_percent: Figure = Field(description=_("Paid out and bound, in per cent of the same"))
    status: str = Field(description=_("How the spending stands, as a code"))
    approved: bool | None = Field(description=_("Whether the figure is approved"))
    sample: bool = Field(description=_("Whether the figure is a sample for trying the system out"))


class ItaRow(YearRow):
    agency: str = Field(description=_("Short name of the agency"))
    level: str = Field(description=_("total, instrument, part, indicator, item or item_part"))
    instrument: str | None = Field(description=_("IIT, EIT or OIT"))
    part: str | None = Field(description=_("Part of the instrument, where it has parts"))
    number: int | None = Field(description=_("Number of the indicator"))
    item: str | None = Field(description=_("Code of the question"))
    name: str | None = Field(description=_("What was scored"))
    published: Figure = Field(description=_("Score as published, 0 to 100"))
    computed: Figure = Field(description=_("Score as it follows from what lies below"))
    grade: str | None = Field(description=_("Published grade, of the total"))
    approved: bool = Field(description=_("Whether the year's scores are approved"))


class IntegrityRow(YearRow):
    agency: str = Field(description=_("Short name of the agency"))
    issue: int = Field(description=_("Number of the issue"))
    issue_name: str = Field(description=_("Name of the issue"))
    number: str | None = Field(description=_("Number of the measure"))
    text: str = Field(description=_("What the agency undertakes"))
    units: list[str] = Field(description=_("Responsible units"))
    quarter: int = Field(description=_("Quarter of the fiscal year"))
    state: str = Field(description=_("How far the measure has come, as a code"))
    deadline: str = Field(description=_("By when the quarter is reported"))
    said: str | None = Field(description=_("What was done in the quarter"))
    result: str | None = Field(description=_("Result of the year"))
    outcome: str | None = Field(description=_("Outcome of the year"))
    approved: bool | None = Field(description=_("Whether the quarter's report is approved"))
    sample: bool = Field(description=_("Whether the figure is a sample for trying the system out"))


class Envelope(Schema):
    """What every answer begins with."""

    model_config = ConfigDict(extra="forbid")
    version: int = Field(description=_("Version of this form"))
    dataset: str = Field(description=_("Which dataset it is"))
    approved_only: bool = Field(description=_("Whether approved figures alone are in it"))
    as_of: str | None = Field(description=_("The end of the month looked at"))
    count: int = Field(description=_("Rows in all"))
    page: int = Field(description=_("Which page of them this is, from 1"))
    pages: int = Field(description=_("How many pages there are"))
    next: str | None = Field(description=_("Address of the next page; null on the last"))


class Refused(Schema):
    """What is answered instead, with a sentence in Thai for people."""

    error: str = Field(description=_("What is wrong, in Thai"))
    code: str = Field(description=_("The same as a code"))
    parameter: str | None = Field(None, description=_("Which parameter is meant"))


class Asked(Schema):
    """What may be asked for beside the address. Anything else is refused (v1.py)."""


class OfAll(Asked):
    pass


class OfYear(Asked):
    fiscal_year: Year | None = Field(
        None, description=_("One fiscal year, Buddhist Era; without it every year")
    )


class OfMonth(OfYear):
    month: int | None = Field(
        None,
        ge=1,
        le=12,
        description=_(
            "As things stood at the end of this fiscal month, 1 is October; with fiscal_year alone"
        ),
    )


class Pages(Asked):
    page: int = Field(1, ge=1, le=100_000, description=_("Which page, from 1"))
    per_page: int = Field(100, ge=1, le=500, description=_("Rows on a page, 500 at most"))


class OfAllPaged(Pages, OfAll):
    pass


class OfYearPaged(Pages, OfYear):
    pass


class OfMonthPaged(Pages, OfMonth):
    pass


#: The same with the page, for answers that come by the page.
PAGED: dict[type[Asked], type[Pages]] = {
    OfAll: OfAllPaged,
    OfYear: OfYearPaged,
    OfMonth: OfMonthPaged,
}
