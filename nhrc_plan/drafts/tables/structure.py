"""The tables of what a plan is: its agency and units, its words, its tree down to objectives."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nhrc_plan.drafts.columns import (
    CHOICE,
    NUMBER,
    TEXTS,
    WHOLE,
    YEAR,
    YES,
    Column,
    choices_of,
)
from nhrc_plan.drafts.tables.table import Putting, Scope, Table, Values, named
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


def account_named(name: str, column: str) -> Account | None:
    """An account by its user name; "" is nobody."""
    if not name:
        return None
    found = Account.objects.select_related("user").filter(user__username=name).first()
    if found is None:
        raise ValidationError(
            {column: _("There is no account “%(name)s”. Write a user name as it stands in the list "
                       "of people, or leave the cell empty.") % {"name": name[:60]}}
        )  # fmt: skip
    return found


def username(account: Account | None) -> str:
    return account.user.get_username() if account else ""


class Agencies(Table):
    code = "agency"
    title = gettext_lazy("agency")
    model = Agency
    upright = only_new = True
    keys = ()
    fields = (
        "slug", "name", "short_name", "site_title", "address", "phone", "remind_before",
        "head_told_after", "planners_told_after",
    )  # fmt: skip
    columns = (
        named(Agency, "slug", needed=True),
        named(Agency, "name", needed=True),
        named(Agency, "short_name"),
        named(Agency, "site_title"),
        named(Agency, "address"),
        named(Agency, "phone"),
        named(Agency, "remind_before", kind=WHOLE, empty=7),
        named(Agency, "head_told_after", kind=WHOLE, empty=5),
        named(Agency, "planners_told_after", kind=WHOLE, empty=10),
    )

    def query(self, scope: Scope) -> Iterable[Agency]:
        return [scope.agency] if scope.agency else []

    def put(self, at: Putting, values: Values, row: Any | None) -> Any:
        at.agency = super().put(at, values, row)
        return at.agency


class Plans(Table):
    code = "plan"
    title = gettext_lazy("plan")
    model = Plan
    upright = True
    keys = ()
    fields = (
        "slug", "name", "kind", "first_year", "last_year", "code_prefix", "strategy_label",
        "issue_label", "objective_label", "approach_label", "background", "content_summary",
        "vision", "ultimate_goal", "approved_only", "band_on_plan", "band_near", "band_at_risk",
        "scale", "plausible_share",
    )  # fmt: skip
    columns = (
        named(Plan, "slug", needed=True),
        named(Plan, "name", needed=True),
        named(Plan, "kind", kind=CHOICE, choices=choices_of(Plan.Kind.choices), empty="strategic"),
        named(Plan, "first_year", kind=YEAR, needed=True),
        named(Plan, "last_year", kind=YEAR, needed=True),
        named(Plan, "code_prefix", needed=True),
        named(Plan, "strategy_label", needed=True),
        named(Plan, "issue_label"),
        named(Plan, "objective_label", needed=True),
        named(Plan, "approach_label"),
        named(Plan, "background"),
        named(Plan, "content_summary"),
        named(Plan, "vision"),
        named(Plan, "ultimate_goal"),
        named(Plan, "approved_only", kind=YES),
        named(Plan, "band_on_plan", kind=NUMBER, needed=True),
        named(Plan, "band_near", kind=NUMBER, needed=True),
        named(Plan, "band_at_risk", kind=NUMBER, needed=True),
        named(Plan, "scale", needed=True),
        named(Plan, "plausible_share", kind=NUMBER, needed=True),
    )

    def query(self, scope: Scope) -> Iterable[Plan]:
        return [scope.plan] if scope.plan else []

    def given(self, at: Putting, values: Values) -> Values:
        return {**super().given(at, values), "agency": at.find(AGENCY, (), "slug")}

    def put(self, at: Putting, values: Values, row: Any | None) -> Any:
        at.plan = super().put(at, values, row if row is not None else Plan(is_draft=True))
        return at.plan


class Units(Table):
    code = "units"
    title = gettext_lazy("units")
    model = Unit
    only_new = True
    keys = ("name",)
    fields = ("name", "is_group")
    columns = (
        named(Unit, "name", width=50, needed=True),
        named(Unit, "is_group", kind=YES),
        named(Unit, "head", width=24),
    )

    def query(self, scope: Scope) -> Iterable[Unit]:
        return Unit.objects.filter(agency=scope.agency).select_related("head__user")

    def values(self, row: Any) -> Values:
        return {**super().values(row), "head": username(row.head)}

    def given(self, at: Putting, values: Values) -> Values:
        return {
            **super().given(at, values),
            "agency": at.find(AGENCY, (), "name"),
            "head": account_named(values["head"], "head"),
        }


class Statements(Table):
    code = "statements"
    title = gettext_lazy("Goals and missions")
    model = PlanStatement
    keys = ("kind", "number")
    fields = ("kind", "number", "text")
    columns = (
        named(
            PlanStatement, "kind", kind=CHOICE, choices=choices_of(PlanStatement.Kind.choices),
            needed=True,
        ),
        named(PlanStatement, "number", kind=WHOLE, needed=True),
        named(PlanStatement, "text", width=110, needed=True),
    )  # fmt: skip

    def query(self, scope: Scope) -> Iterable[PlanStatement]:
        return PlanStatement.objects.filter(plan=scope.plan).order_by("kind", "number")

    def given(self, at: Putting, values: Values) -> Values:
        return {**super().given(at, values), "plan": at.find(PLAN, (), "number")}


class Strategies(Table):
    code = "strategies"
    title = gettext_lazy("strategies")
    model = Strategy
    keys = ("number",)
    fields = ("number", "name")
    columns = (
        named(Strategy, "number", kind=WHOLE, needed=True),
        named(Strategy, "name", width=90, needed=True),
        named(Strategy, "goals", kind=TEXTS, width=24),
    )

    def query(self, scope: Scope) -> Iterable[Strategy]:
        rows = Strategy.objects.filter(plan=scope.plan).order_by("number")
        return rows.prefetch_related("goals")

    def values(self, row: Any) -> Values:
        goals = sorted(goal.number for goal in row.goals.all())
        return {**super().values(row), "goals": [str(number) for number in goals]}

    def given(self, at: Putting, values: Values) -> Values:
        return {**super().given(at, values), "plan": at.find(PLAN, (), "number")}

    def links(self, at: Putting, values: Values) -> Any:
        return {
            "goals": [
                at.find(STATEMENTS, ("goal", whole(number, "goals")), "goals")
                for number in values["goals"]
            ]
        }


def whole(text: str, column: str) -> int:
    """A whole number among several in a cell."""
    if not text.isdecimal():
        raise ValidationError(
            {column: _("“%(text)s” is no whole number; write such as 1; 2.") % {"text": text[:60]}}
        )
    return int(text)


_STRATEGY = Column("strategy", gettext_lazy("strategy"), WHOLE, needed=True)


class Issues(Table):
    code = "issues"
    title = gettext_lazy("strategic issues")
    model = StrategicIssue
    keys = ("strategy", "number")
    fields = ("number", "position", "name")
    columns = (
        _STRATEGY,
        named(StrategicIssue, "number", needed=True),
        named(StrategicIssue, "position", kind=WHOLE, needed=True),
        named(StrategicIssue, "name", width=100, needed=True),
    )

    def query(self, scope: Scope) -> Iterable[StrategicIssue]:
        rows = StrategicIssue.objects.filter(strategy__plan=scope.plan)
        return rows.order_by("strategy__number", "position").select_related("strategy")

    def values(self, row: Any) -> Values:
        return {**super().values(row), "strategy": row.strategy.number}

    def given(self, at: Putting, values: Values) -> Values:
        strategy = at.find(STRATEGIES, (values["strategy"],), "strategy")
        return {**super().given(at, values), "strategy": strategy}


class Approaches(Table):
    code = "approaches"
    title = gettext_lazy("approaches")
    model = Approach
    keys = ("strategy", "issue", "number")
    fields = ("number", "text")
    columns = (
        _STRATEGY,
        Column("issue", gettext_lazy("strategic issue"), needed=True),
        named(Approach, "number", kind=WHOLE, needed=True),
        named(Approach, "text", width=110, needed=True),
    )

    def query(self, scope: Scope) -> Iterable[Approach]:
        rows = Approach.objects.filter(issue__strategy__plan=scope.plan)
        order = ("issue__strategy__number", "issue__position", "number")
        return rows.order_by(*order).select_related("issue__strategy")

    def values(self, row: Any) -> Values:
        above = {"strategy": row.issue.strategy.number, "issue": row.issue.number}
        return {**super().values(row), **above}

    def given(self, at: Putting, values: Values) -> Values:
        issue = at.find(ISSUES, (values["strategy"], values["issue"]), "issue")
        return {**super().given(at, values), "issue": issue}


class Objectives(Table):
    code = "objectives"
    title = gettext_lazy("objectives")
    model = Objective
    keys = ("strategy", "number")
    fields = ("number", "name")
    columns = (
        _STRATEGY,
        named(Objective, "number", kind=WHOLE, needed=True),
        Column("issue", gettext_lazy("strategic issue")),
        named(Objective, "name", width=100, needed=True),
    )

    def query(self, scope: Scope) -> Iterable[Objective]:
        rows = Objective.objects.filter(strategy__plan=scope.plan)
        return rows.order_by("strategy__number", "number").select_related("strategy", "issue")

    def values(self, row: Any) -> Values:
        issue = row.issue.number if row.issue else ""
        return {**super().values(row), "strategy": row.strategy.number, "issue": issue}

    def given(self, at: Putting, values: Values) -> Values:
        strategy, issue = values["strategy"], values["issue"]
        return {
            **super().given(at, values),
            "strategy": at.find(STRATEGIES, (strategy,), "strategy"),
            "issue": at.find(ISSUES, (strategy, issue), "issue") if issue else None,
        }


AGENCY, PLAN, UNITS, STATEMENTS = Agencies(), Plans(), Units(), Statements()
STRATEGIES, ISSUES, APPROACHES, OBJECTIVES = Strategies(), Issues(), Approaches(), Objectives()
