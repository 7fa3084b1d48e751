"""The tables of the integrity measures of a plan's years: what is undertaken, not how it went."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integrity.measures.models import ItaMeasure, MeasureIssue, MeasureYear
from nhrc_plan.drafts.columns import CHOICE, TEXTS, WHOLE, YEAR, Column, choices_of
from nhrc_plan.drafts.tables.promises import OWNER_COLUMNS, OwnedTable, named_owners
from nhrc_plan.drafts.tables.structure import PLAN, UNITS
from nhrc_plan.drafts.tables.table import Key, Putting, Scope, Table, Values, named

_YEAR = named(MeasureYear, "fiscal_year", kind=YEAR, needed=True)


def years_of(scope: Scope) -> QuerySet[MeasureYear]:
    """The years of measures that are a plan's: of a draft those that came with it; else those of
    its agency that are at work, of its years."""
    plan = scope.plan
    if plan is None:
        return MeasureYear.every.none()
    if plan.is_draft:
        return MeasureYear.every.filter(came_with=plan)
    return MeasureYear.objects.filter(agency=plan.agency_id, fiscal_year__in=list(plan.years))


class MeasureYears(Table):
    code = "measure_years"
    title = gettext_lazy("Years of measures")
    model = MeasureYear
    keys = ("fiscal_year",)
    fields = ("fiscal_year", "title", "reporting")
    columns = (
        _YEAR,
        named(MeasureYear, "title", width=90),
        named(
            MeasureYear, "reporting", kind=CHOICE, width=20, empty="quarter",
            choices=choices_of(MeasureYear.Reporting.choices),
        ),
    )  # fmt: skip

    def query(self, scope: Scope) -> Iterable[MeasureYear]:
        return years_of(scope).order_by("fiscal_year")

    def given(self, at: Putting, values: Values) -> Values:
        plan = at.find(PLAN, (), "fiscal_year")
        if values["fiscal_year"] not in plan.years:
            raise ValidationError({"fiscal_year": _("The year is none of the plan's.")})
        return {**super().given(at, values), "agency": plan.agency, "came_with": plan}


class MeasureIssues(Table):
    code = "measure_issues"
    title = gettext_lazy("Issues of measures")
    model = MeasureIssue
    keys = ("fiscal_year", "number")
    fields = ("number", "name", "instruments")
    columns = (
        _YEAR,
        named(MeasureIssue, "number", kind=WHOLE, needed=True),
        named(MeasureIssue, "name", width=90, needed=True),
        named(MeasureIssue, "instruments", kind=TEXTS, width=20, ordered=True),
    )

    def query(self, scope: Scope) -> Iterable[MeasureIssue]:
        rows = MeasureIssue.objects.filter(year__in=years_of(scope))
        return rows.order_by("year__fiscal_year", "number").select_related("year")

    def values(self, row: Any) -> Values:
        return {**super().values(row), "fiscal_year": row.year.fiscal_year}

    def given(self, at: Putting, values: Values) -> Values:
        year = at.find(MEASURE_YEARS, (values["fiscal_year"],), "fiscal_year")
        instruments = list(values["instruments"])
        return {**super().given(at, values), "instruments": instruments, "year": year}


class ItaMeasures(OwnedTable):
    code = "ita_measures"
    title = gettext_lazy("integrity measures")
    model = ItaMeasure
    keys = ("fiscal_year", "issue", "position")
    fields = ("position", "number", "text", "responsible_text")
    columns = (
        _YEAR,
        Column("issue", gettext_lazy("number of the integrity issue"), WHOLE, needed=True),
        named(ItaMeasure, "position", kind=WHOLE, needed=True),
        named(ItaMeasure, "number"),
        named(ItaMeasure, "text", width=90, needed=True),
        Column("units", gettext_lazy("responsible units"), TEXTS, 50),
        named(ItaMeasure, "responsible_text", width=40),
        *OWNER_COLUMNS,
    )

    def key(self, values: Values) -> Key:
        return tuple(values[name] for name in self.keys)

    def query(self, scope: Scope) -> Iterable[ItaMeasure]:
        rows = ItaMeasure.objects.filter(issue__year__in=years_of(scope))
        return (
            rows.order_by("issue__year__fiscal_year", "issue__number", "position")
            .select_related("issue__year", "accountable__user", "deputy__user")
            .prefetch_related("units")
        )

    def values(self, row: Any) -> Values:
        return {
            **super().values(row),
            **named_owners(row),
            "fiscal_year": row.issue.year.fiscal_year,
            "issue": row.issue.number,
            "units": sorted(unit.name for unit in row.units.all()),
        }

    def given(self, at: Putting, values: Values) -> Values:
        issue = at.find(MEASURE_ISSUES, (values["fiscal_year"], values["issue"]), "issue")
        return {**super().given(at, values), **self.owners(values), "issue": issue}

    def links(self, at: Putting, values: Values) -> Any:
        return {"units": [at.find(UNITS, (unit,), "units") for unit in values["units"]]}


MEASURE_YEARS, MEASURE_ISSUES, ITA_MEASURES = MeasureYears(), MeasureIssues(), ItaMeasures()
