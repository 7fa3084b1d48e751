"""What tests of plans in preparation share: a plan told field by field, workbooks filled in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from typing import Any

from django.db import connection, models
from openpyxl import load_workbook

from budgets.models import Project, ProjectBudget, ProjectLead
from integrity.measures.models import ItaMeasure, MeasureIssue, MeasureYear
from kpis.models import (
    Baseline,
    Indicator,
    LevelCriterion,
    Measure,
    TargetValue,
    YearTarget,
)
from nhrc_plan.drafts.columns import Column, cell_of
from nhrc_plan.drafts.reading import going_label
from nhrc_plan.drafts.tables.all import TABLES
from strategy.models import (
    Account,
    Agency,
    Approach,
    Objective,
    Plan,
    PlanStatement,
    StrategicIssue,
    Strategy,
    Unit,
)

#: By what a row of a plan is told from its neighbours, and the way from it to its plan.
KNOWN_BY: Mapping[type[models.Model], tuple[tuple[str, ...], str]] = {
    Agency: (("slug",), "plans"),
    Unit: (("agency", "name"), "agency__plans"),
    Plan: (("slug",), "pk"),
    PlanStatement: (("plan", "kind", "number"), "plan"),
    Strategy: (("plan", "number"), "plan"),
    StrategicIssue: (("strategy", "number"), "strategy__plan"),
    Approach: (("issue", "number"), "issue__strategy__plan"),
    Objective: (("strategy", "number"), "strategy__plan"),
    Indicator: (("strategy", "number"), "strategy__plan"),
    Measure: (("indicator", "position"), "indicator__strategy__plan"),
    Baseline: (("measure", "fiscal_year", "month"), "measure__indicator__strategy__plan"),
    LevelCriterion: (("indicator", "kind", "level"), "indicator__strategy__plan"),
    YearTarget: (("indicator", "fiscal_year"), "indicator__strategy__plan"),
    TargetValue: (("target", "measure"), "target__indicator__strategy__plan"),
    Project: (("strategy", "number"), "strategy__plan"),
    ProjectLead: (("project", "position"), "project__strategy__plan"),
    ProjectBudget: (("project", "fiscal_year"), "project__strategy__plan"),
    MeasureYear: (("agency", "fiscal_year"), "agency__plans"),
    MeasureIssue: (("year", "number"), "year__agency__plans"),
    ItaMeasure: (("issue", "position"), "issue__year__agency__plans"),
}
#: What is no part of a plan: marks of samples and of the office, and what came of it.
LEFT_OUT = {
    (Plan, "is_current"), (Plan, "is_draft"), (Indicator, "assignment_is_sample"),
    (MeasureYear, "is_sample"), (MeasureYear, "came_with"), (ItaMeasure, "result"),
    (ItaMeasure, "outcome"), (ItaMeasure, "answers"),
}  # fmt: skip


def known(row: Any) -> Any:
    """A row by what the plan calls it."""
    if row is None:
        return None
    if isinstance(row, Account):
        return row.user.username
    names, _way = KNOWN_BY[type(row)]
    held = (getattr(row, name) for name in names)
    return tuple(known(each) if isinstance(each, models.Model) else each for each in held)


def told(plan: Plan) -> dict[Any, dict[str, Any]]:
    """Every row of a plan with every field of it, links by what the plan calls their ends."""
    found = {}
    for model, (_names, way) in KNOWN_BY.items():
        rows = model._base_manager.filter(**{way: plan.pk}).distinct()
        if issubclass(model, (MeasureYear, MeasureIssue, ItaMeasure)):
            year = {MeasureYear: "", MeasureIssue: "year__", ItaMeasure: "issue__year__"}[model]
            rows = rows.filter(**{f"{year}fiscal_year__in": list(plan.years)})
        for row in rows:
            found[model.__name__, known(row)] = dict(_fields(row))
    return found


def _fields(row: Any) -> Iterator[tuple[str, Any]]:
    model = type(row)
    for field in [*model._meta.concrete_fields, *model._meta.many_to_many]:
        if field.name in ("id", "version") or (model, field.name) in LEFT_OUT:
            continue
        held = getattr(row, field.name)
        if field.many_to_many:
            yield field.name, sorted(map(str, map(known, held.all())))
        else:
            yield field.name, known(held) if isinstance(field, models.ForeignKey) else held


def emptied() -> None:
    """Take every row of every plan out of the database, whatever hangs on it; accounts stay, without their units."""
    apps = {"strategy", "kpis", "budgets", "integrity", "board"}
    kept = {"strategy_account"}
    tables = [
        name
        for name in connection.introspection.table_names()
        if name.split("_")[0] in apps and "historical" not in name and name not in kept
    ]
    with connection.cursor() as cursor:
        for name in tables:
            cursor.execute(f'DELETE FROM "{name}"')


class Filling:
    """A plan's workbook in somebody's hands."""

    def __init__(self, content: bytes) -> None:
        self.book = load_workbook(BytesIO(content))

    def bytes(self) -> bytes:
        stream = BytesIO()
        self.book.save(stream)
        return stream.getvalue()

    def table(self, code: str) -> tuple[Any, Any]:
        table = next(each for each in TABLES if each.code == code)
        return table, self.book[table.name]

    def cell(self, code: str, column: str, number: int) -> Any:
        """A cell by its column's name and its row among those with something in them, from 1."""
        table, sheet = self.table(code)
        label = str(table.column(column).label)
        if table.upright:
            return next(row[1] for row in sheet.iter_rows() if _is(row[0], label))
        top, place = self._heading(sheet, label)
        return sheet.cell(top + number, place)

    def set(self, code: str, column: str, number: int, value: Any) -> None:
        self.cell(code, column, number).value = value

    def row_of(self, code: str, /, **wanted: str) -> int:
        """The number of the row that holds these texts."""
        number = 1
        while not all(
            str(self.cell(code, name, number).value) == text for name, text in wanted.items()
        ):
            number += 1
            assert number < 2_000, wanted
        return number

    def take_away(self, code: str, number: int) -> None:
        _table, sheet = self.table(code)
        top, place = self._heading(sheet, going_label())
        sheet.cell(top + number, place).value = "ใช่"

    def add(self, code: str, /, **values: Any) -> None:
        """A row below the last one, as somebody would type it."""
        table, sheet = self.table(code)
        top, _place = self._heading(sheet, str(table.columns[0].label))
        number = top + 1
        while any(cell.value is not None for cell in sheet[number]):
            number += 1
        for name, value in values.items():
            column: Column = table.column(name)
            _top, place = self._heading(sheet, str(column.label))
            typed = isinstance(value, (str, int)) and not isinstance(value, bool)
            sheet.cell(number, place).value = value if typed else cell_of(column, value)

    def clear(self, code: str) -> None:
        """Every row of a sheet is deleted; its headings stay."""
        table, sheet = self.table(code)
        top, _place = self._heading(sheet, str(table.columns[0].label))
        sheet.delete_rows(top + 1, 2_000)

    @staticmethod
    def _heading(sheet: Any, label: str) -> tuple[int, int]:
        for row in sheet.iter_rows(max_row=12):
            for cell in row:
                if _is(cell, label):
                    return cell.row, cell.column
        raise AssertionError(label)


def _is(cell: Any, label: str) -> bool:
    return " ".join(str(cell.value or "").split()) == label


Fill = Callable[[Filling], None]
