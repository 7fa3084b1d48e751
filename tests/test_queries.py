"""How often a page asks the database: a fixed number, whatever the plan's size.

Measured whole, with a real signed-in session: the session, the person, roles and units count.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from benchmarks.data import make_plan
from budgets.models import Project, ProjectBudget, ProjectLead
from kpis.models import Indicator, Result, YearTarget
from nhrc_plan.board import views
from strategy.models import Approach, Plan, PlanStatement, Strategy, Unit
from strategy.services import write_history
from tests.test_pages import samples

#: Shown in the mid of the plan, so that there are years before and behind.
DAY = date(2025, 5, 20)
AT = "?year=2568&month=7"
#: What the first page and the table may ask at most.
MOST = {"overview": 12, "indicators": 12}

PAGES = [
    pytest.param(name, path, id=name)
    for name, path in {
        "overview": "/",
        "overview_data": ".json",
        "strategy": "/strategies/1/",
        "strategy_data": "/strategies/1.json",
        "indicators": "/indicators/",
        "indicators_filtered": "/indicators/?strategy=1&kind=percent&status=near&text=1&sort=-name",
        "indicators_data": "/indicators.json",
        "indicator": "/indicators/{prefix}1-1.1/",
        "indicator_data": "/indicators/{prefix}1-1.1.json",
        "units": "/units/",
        "units_data": "/units.json",
        "unit": "/units/{unit}/",
        "unit_data": "/units/{unit}.json",
        "map": "/map/",
        "map_data": "/map.json",
        "report": "/report.xlsx",
    }.items()
]


def address(plan: Plan, path: str) -> str:
    unit = Unit.objects.filter(agency=plan.agency_id, indicators__isnull=False).first()
    query = AT.replace("?", "&") if "?" in path else AT
    return f"/plans/{plan.slug}" + path.format(prefix=plan.code_prefix, unit=unit and unit.pk) + query


def grown(number: int, indicators: int, others: int) -> Plan:
    """A plan with so many indicators, and so many of everything else that a page lists."""
    plan = make_plan(number, indicators, months=8)
    strategy = Strategy.objects.get(plan=plan, number=1)
    units = list(Unit.objects.filter(agency=plan.agency_id))
    goals = PlanStatement.objects.bulk_create(
        PlanStatement(plan=plan, kind=kind, number=index, text="เป้าหมาย")
        for kind in ("goal", "mission")
        for index in range(1, others + 1)
    )
    strategy.goals.set(goals[:others])
    issue = strategy.issues.get()
    Approach.objects.bulk_create(
        Approach(issue=issue, number=index, text="กลยุทธ์") for index in range(1, others + 1)
    )
    projects = Project.objects.bulk_create(
        Project(strategy=strategy, number=index, name="โครงการ") for index in range(1, others + 1)
    )
    ProjectBudget.objects.bulk_create(
        ProjectBudget(project=project, fiscal_year=year, plan_amount=Decimal(1_000_000))
        for project in projects
        for year in plan.years
    )
    ProjectLead.objects.bulk_create(
        ProjectLead(project=project, unit=unit, position=index)
        for project in projects
        for index, unit in enumerate(units[:others], start=1)
    )
    for project in projects:
        project.supporting_units.set(units[:others])
    first = Indicator.objects.get(strategy=strategy, position=1)
    for index in range(others):
        reason = f"ครั้งที่ {index}"
        write_history(YearTarget.objects.filter(indicator=first), "~", user=None, reason=reason)
        results = Result.objects.filter(indicator=first, fiscal_year=2568)
        write_history(results, "~", user=None, reason=reason)
    return plan


@pytest.fixture
def reader(client: Any, planner: Any, today: Callable[[date], date]) -> Any:
    today(DAY)
    client.force_login(planner)
    return client


def queries(reader: Any, plan: Plan, path: str) -> list[str]:
    # What Django keeps for the life of a process (content types) is not to be counted.
    assert reader.get(address(plan, path)).status_code == 200
    with CaptureQueriesContext(connection) as captured:
        assert reader.get(address(plan, path)).status_code == 200
    return [query["sql"] for query in captured]


@pytest.fixture
def sizes(db: None) -> tuple[Plan, Plan]:
    return grown(1, indicators=19, others=2), grown(2, indicators=200, others=9)


def test_no_page_asks_more_of_a_larger_plan(reader, sizes, django_assert_num_queries):
    """19 indicators or 200, two projects or nine, two changes in the history or nine."""
    small, large = sizes
    grows = {}
    for name, path in [page.values for page in PAGES]:
        counts = [len(queries(reader, plan, path)) for plan in (small, large)]
        if counts[0] != counts[1]:
            grows[name] = counts
    assert grows == {}


@pytest.mark.parametrize(("name", "path"), PAGES)
def test_the_queries_of_the_plan_itself(plan, reader, name, path, django_assert_num_queries):
    """The real plan with its samples: as many as a plan of that shape asks, and few."""
    samples(plan, DAY)
    asked = queries(reader, plan, path)
    again = {sql for sql in asked if asked.count(sql) > 1}
    assert again == set(), "asked twice"
    with django_assert_num_queries(len(asked)):
        reader.get(address(plan, path))
    assert len(asked) <= MOST.get(name.removesuffix("_data"), 20), "\n".join(asked)


def test_months_behind_a_plan_ask_for_no_more(reader, db):
    short, long = make_plan(1, 19, months=1), make_plan(2, 19, months=12)
    for name, path in [page.values for page in PAGES]:
        counts = [len(queries(reader, plan, path)) for plan in (short, long)]
        # Without any history there is nothing to look up the names of.
        assert counts[0] == counts[1], name


@pytest.mark.parametrize("signed_in", [True, False], ids=["signed-in", "public"])
def test_templates_ask_the_database_nothing(
    plan, client, planner, settings, today, monkeypatch, signed_in
):
    """Everything has been fetched by the time a page is rendered."""
    today(DAY)
    samples(plan, DAY)
    settings.PUBLIC_READING = not signed_in
    if signed_in:
        client.force_login(planner)
    rendered: dict[str, list[str]] = {}
    render = views.render

    def spy(request: Any, template: str, *args: Any, **kwargs: Any) -> Any:
        with CaptureQueriesContext(connection) as captured:
            response = render(request, template, *args, **kwargs)
        rendered[template] = [query["sql"] for query in captured]
        return response

    monkeypatch.setattr(views, "render", spy)
    for name, path in [page.values for page in PAGES]:
        assert client.get(address(plan, path)).status_code == 200, name
    assert rendered == dict.fromkeys(
        f"pages/{name}.html"
        for name in ("overview", "strategy", "indicators", "indicator", "units", "unit", "map")
    ) | {template: [] for template in rendered}
    assert len(rendered) == 7


def test_a_query_in_a_template_would_be_seen(plan, reader, monkeypatch):
    """Negative control: a lazy queryset in the context is counted."""
    counted = []
    render = views.render

    def spy(request: Any, template: str, context: dict[str, Any]) -> Any:
        context["messages"] = Plan.objects.all()
        with CaptureQueriesContext(connection) as captured:
            response = render(request, template, context)
        counted.append(len(captured))
        return response

    monkeypatch.setattr(views, "render", spy)
    reader.get(address(plan, "/units/"))
    assert counted == [1]
