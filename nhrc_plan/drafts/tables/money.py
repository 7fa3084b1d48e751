"""The tables of a plan's projects and of what it sets aside for them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from budgets.models import Project, ProjectBudget
from budgets.write.budgets import budgets_check
from budgets.write.projects import project_save
from nhrc_plan.drafts.columns import CHOICE, NUMBER, TEXTS, YEAR, Column, choices_of
from nhrc_plan.drafts.tables.promises import (
    OWNER_COLUMNS,
    OwnedTable,
    Placed,
    named_owners,
    place_of,
    split_code,
)
from nhrc_plan.drafts.tables.structure import OBJECTIVES, STRATEGIES, UNITS
from nhrc_plan.drafts.tables.table import Putting, Scope, Values, named


class Projects(OwnedTable):
    code = "projects"
    title = gettext_lazy("projects")
    model = Project
    keys = ("code",)
    fields = ("name", "kind")
    columns = (
        Column("code", gettext_lazy("code"), needed=True),
        named(Project, "name", width=80, needed=True),
        named(
            Project, "kind", kind=CHOICE, width=28, empty="flagship",
            choices=choices_of(Project.Kind.choices),
        ),
        Column("leads", gettext_lazy("lead units"), TEXTS, 50, ordered=True),
        Column("supporting", gettext_lazy("supporting units"), TEXTS, 50),
        Column("objectives", gettext_lazy("objectives it serves"), TEXTS, 20),
        *OWNER_COLUMNS,
    )  # fmt: skip

    def query(self, scope: Scope) -> Iterable[Project]:
        rows = Project.objects.filter(strategy__plan=scope.plan)
        return (
            rows.order_by("strategy__number", "number")
            .select_related("strategy__plan", "accountable__user", "deputy__user")
            .prefetch_related("leads__unit", "supporting_units", "objectives__strategy")
        )

    def values(self, row: Any) -> Values:
        served = [(each.strategy.number, each.number) for each in row.objectives.all()]
        return {
            **super().values(row),
            **named_owners(row),
            "code": f"{row.strategy.plan.code_prefix}{row.strategy.number}-{row.number}",
            "leads": [lead.unit.name for lead in row.leads.all()],
            "supporting": sorted(unit.name for unit in row.supporting_units.all()),
            "objectives": [f"{strategy}.{number}" for strategy, number in sorted(served)],
        }

    def given(self, at: Putting, values: Values) -> Values:
        strategy, number = split_code(values["code"])
        if not number.isdecimal():
            raise ValidationError(
                {"code": _("The number of a project is a whole one, such as S1-2.")}
            )
        return {
            **super().given(at, values),
            **self.owners(values),
            "number": int(number),
            "strategy": at.find(STRATEGIES, (strategy,), "code"),
        }

    def put_row(self, at: Putting, values: Values, row: Any | None) -> Any:
        project = row if row is not None else Project()
        for name, value in self.given(at, values).items():
            setattr(project, name, value)
        units = {
            name: [at.find(UNITS, (unit,), name) for unit in values[name]]
            for name in ("leads", "supporting")
        }
        objectives = [self._objective(at, text) for text in values["objectives"]]
        return project_save(
            user=at.user, project=project, objectives=objectives, reason=at.reason, **units
        )

    def _objective(self, at: Putting, text: str) -> Any:
        strategy, _point, number = text.partition(".")
        if not (strategy.isdecimal() and number.isdecimal()):
            raise ValidationError(
                {"objectives": _("“%(text)s” is no objective; write strategy and number, such as "
                                 "3.1.") % {"text": text[:40]}}
            )  # fmt: skip
        return at.find(OBJECTIVES, (int(strategy), int(number)), "objectives")


class Budgets(Placed):
    code = "budgets"
    title = gettext_lazy("project budgets")
    model = ProjectBudget
    keys = ("code", "fiscal_year")
    fields = ("fiscal_year", "plan_amount", "approved_amount", "spending_kind")
    columns = (
        Column("code", gettext_lazy("code of the project"), needed=True),
        named(ProjectBudget, "fiscal_year", kind=YEAR, needed=True),
        named(ProjectBudget, "plan_amount", kind=NUMBER, width=20),
        named(ProjectBudget, "approved_amount", kind=NUMBER, width=20),
        named(
            ProjectBudget, "spending_kind", kind=CHOICE, width=20,
            choices=choices_of(ProjectBudget.SpendingKind.choices),
        ),
    )  # fmt: skip

    def query(self, scope: Scope) -> Iterable[ProjectBudget]:
        rows = ProjectBudget.objects.filter(project__strategy__plan=scope.plan)
        order = ("project__strategy__number", "project__number", "fiscal_year")
        return rows.order_by(*order).select_related("project__strategy__plan")

    def values(self, row: Any) -> Values:
        project = row.project
        plan, strategy = project.strategy.plan, project.strategy.number
        return {**super().values(row), "code": f"{plan.code_prefix}{strategy}-{project.number}"}

    def given(self, at: Putting, values: Values) -> Values:
        project = at.find(PROJECTS, (place_of(values["code"]),), "code")
        if values["fiscal_year"] not in project.strategy.plan.years:
            raise ValidationError({"fiscal_year": _("The year is none of the plan's.")})
        return {**super().given(at, values), "project": project}

    def put(self, at: Putting, values: Values, row: Any | None) -> Any:
        saved = super().put(at, values, row)
        if row is not None:
            budgets_check(saved.project_id)
        return saved


PROJECTS, BUDGETS = Projects(), Budgets()
