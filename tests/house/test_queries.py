"""How often a page asks the database: a fixed number, whatever the plan's size.

Measured whole, with a real signed-in session: the session, the person, roles and units count.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve

from benchmarks.data import change_often, make_plan, make_projects
from benchmarks.scale.plans import read_by
from budgets.admin.disbursements import entry_address as money_address
from budgets.models import Disbursement, Project
from budgets.pages import views as money_views
from budgets.read import money as budget_selectors
from kpis.models import Indicator, Result, YearTarget
from kpis.pages import views as kpi_views
from kpis.read import standing as selectors
from nhrc_plan.meetings import views as board_views
from nhrc_plan.meetings.frozen import pages as meeting_views
from nhrc_plan.overview import views
from nhrc_plan.value import views as value_views
from strategy import access as roles
from strategy.calendar import FiscalMonth
from strategy.models import (
    Account,
    Approach,
    Membership,
    Plan,
    PlanStatement,
    Strategy,
    Unit,
)
from strategy.people.write import people_recorded
from strategy.records.model import acting
from strategy.records.write import write_history
from tests.support.pages import reading_routes, samples
from tests.support.sweep import size

pytestmark = pytest.mark.same

#: Shown in the mid of the plan, so that there are years before and behind.
DAY = date(2025, 5, 20)
AT = "?year=2568&month=7"
#: Address of each page in a plan, and how many queries it may take: what it took when written
#: down. Fewer is welcome; more has to be said here. The overview and the table: at most 12, and
#: the overview's page seven more for the two counts of owners, which its data leave out.
PAGES = {
    "overview": ("/", 20),
    "overview_data": (".json", 13),
    "strategy": ("/strategies/1/", 20),
    "strategy_data": ("/strategies/1.json", 20),
    # One of them for the questions, which those of the agency are told of.
    "indicators": ("/indicators/", 12),
    "indicators_filtered": ("/indicators/?strategy=1&kind=percent&text=1&sort=-name", 13),
    "indicators_data": ("/indicators.json", 11),
    "indicator": ("/indicators/{prefix}1-1.1/", 23),
    "indicator_data": ("/indicators/{prefix}1-1.1.json", 22),
    # One of them, as on a project's page, for the months that are locked.
    "budgets": ("/budgets/", 12),
    "budgets_data": ("/budgets.json", 11),
    "budget_units": ("/budgets/units/", 10),
    "budget_units_data": ("/budgets/units.json", 10),
    # One for the panels of other parts, two for its evidence and questions, one for its owners, one
    # for the projects beside it.
    "project": ("/budgets/1-2/", 17),
    "project_data": ("/budgets/1-2.json", 10),
    "value": ("/value/", 16),
    "value_data": ("/value.json", 16),
    "units": ("/units/", 12),
    "units_data": ("/units.json", 12),
    # Two of them for the names of those who answer for its indicators and projects, one for its
    # resolutions, one for the units beside it.
    "unit": ("/units/{unit}/", 20),
    "unit_data": ("/units/{unit}.json", 16),
    "map": ("/map/", 14),
    "map_data": ("/map.json", 14),
    "steps": ("/steps/", 14),
    "steps_data": ("/steps.json", 14),
    "about": ("/about/", 10),
    "about_data": ("/about.json", 10),
    # Two of them for the months that are locked, of money and of measures.
    "board": ("/board/", 38),
    "board_data": ("/board.json", 38),
    "board_pack": ("/board.xlsx", 39),
    "resolutions": ("/resolutions/", 5),
    "resolutions_data": ("/resolutions.json", 5),
    "meetings": ("/meetings/", 5),
    "meetings_data": ("/meetings.json", 5),
    # One of them for the agency's name in the file's properties.
    "report": ("/report.xlsx", 12),
}


#: The other pages on which work is found and looked over, each in the whole of an agency, and how
#: many queries they may take.
OF_THE_OFFICE = {
    # Four of them for self-assessments and returned years of ITA.
    "my_work": ("/my-work/", 57),
    "my_work_data": ("/my-work.json", 57),
    "my_work_count": ("/my-work/count.json", 44),
    "my_calendar": ("/my-work/calendar/", 5),
    "unit_calendar": ("/units/{unit}/calendar/", 6),
    "reminders": ("/reminders/?agency={agency}", 6),
    "history": ("/history/?agency={agency}", 19),
    "history_searched": ("/history/?agency={agency}&text=x&kind=kpis.result", 9),
    "quality": ("/plans/{slug}/quality/", 16),
    "owners": ("/plans/{slug}/owners/", 21),
    "entry": ("/plans/{slug}/units/{unit}/entry/", 6),
    "waiting": ("/admin/kpis/result/waiting/", 13),
    # Eight of them for how many rows each choice of its filters leaves, one a filter.
    "results": ("/admin/kpis/result/", 27),
    "month": ("/admin/kpis/result/month/?unit={unit}&year=2568&month=7", 18),
    "money": ("{money}", 19),
    "calendar": ("/admin/strategy/monthlock/calendar/?agency={agency_id}&year=2568", 11),
}


#: Those that show everybody their own.
OWN_WORK = ("my_work", "my_work_data", "my_work_count", "my_calendar", "money", "month")


def address(plan: Plan, path: str) -> str:
    unit = Unit.objects.filter(agency=plan.agency_id, indicators__isnull=False).first()
    query = AT.replace("?", "&") if "?" in path else AT
    return (
        f"/plans/{plan.slug}" + path.format(prefix=plan.code_prefix, unit=unit and unit.pk) + query
    )


def simple(number: int, indicators: int, months: int) -> Plan:
    """A plan with so many indicators, and eight projects."""
    plan = make_plan(number, indicators, months)
    make_projects(plan, 8, months)
    return plan


def answered_for(plan: Plan) -> None:
    """Whoever there is answers for all of a plan, for longer than anybody may be silent."""
    people_recorded()
    somebody = Account.objects.earliest("pk")
    long_ago = datetime(2024, 1, 1, tzinfo=UTC)
    for model in (Indicator, Project):
        rows = model.objects.filter(strategy__plan=plan)
        rows.update(accountable=somebody)
        with acting(user=None, reason="", when=lambda row: long_ago):
            write_history(rows, "~", user=None, reason="")


def grown(number: int, indicators: int, others: int, people: int = 1) -> Plan:
    """A plan with so many indicators, so many of everything else that a page lists, and so many
    people who enter its figures and answer for them.

    Each figure of the year was changed twice as often as there are others, and a few more times.
    """
    plan = make_plan(number, indicators, months=12)
    strategy = Strategy.objects.get(plan=plan, number=1)
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
    make_projects(plan, 4 * others, months=12)
    answered_for(plan)
    peopled(plan, people)
    often_changed(plan, 2 * others + 2)
    first = Indicator.objects.get(strategy=strategy, position=1)
    project = Project.objects.get(strategy=strategy, number=2)
    for index in range(others):
        reason = f"ครั้งที่ {index}"
        write_history(project.budgets.all(), "~", user=None, reason=reason)
        write_history(project.disbursements.all(), "~", user=None, reason=reason)
        write_history(YearTarget.objects.filter(indicator=first), "~", user=None, reason=reason)
        results = Result.objects.filter(indicator=first, fiscal_year=2568)
        write_history(results, "~", user=None, reason=reason)
    return plan


def peopled(plan: Plan, people: int) -> None:
    """So many reporters, each of three units; what there is to answer for is shared among them."""
    made = get_user_model().objects.bulk_create(
        get_user_model()(username=f"{plan.slug}-{index}", is_staff=True) for index in range(people)
    )
    reporters = Group.objects.get(name=roles.REPORTER)
    Membered = get_user_model().groups.through
    Membered.objects.bulk_create(Membered(user=user, group=reporters) for user in made)
    units = list(Unit.objects.filter(agency=plan.agency_id).order_by("pk"))
    Membership.objects.bulk_create(
        Membership(user=user, unit=units[(index + place) % len(units)])
        for index, user in enumerate(made)
        for place in range(3)
    )
    accounts = Account.objects.bulk_create(Account(user=user) for user in made)
    for model in (Indicator, Project):
        rows = list(model.objects.filter(strategy__plan=plan))
        for index, row in enumerate(rows):
            row.accountable = accounts[index % len(accounts)]
            row.deputy = accounts[(index + 1) % len(accounts)] if len(accounts) > 1 else None
        model.objects.bulk_update(rows, ["accountable", "deputy"])


def often_changed(plan: Plan, changes: int) -> None:
    """Each figure of the year 2568 changed so often; those of a month wait for approval."""
    for model, owner in ((Result, "indicator"), (Disbursement, "project")):
        rows = model.objects.filter(**{f"{owner}__strategy__plan": plan}, fiscal_year=2568)
        write_history(rows, "+", user=None, reason="")
        change_often(model, plan, 2568, changes)
        rows.update(version=changes)
    Result.objects.filter(indicator__strategy__plan=plan, fiscal_year=2568, month=7).update(
        state=Result.State.SUBMITTED
    )


@pytest.fixture
def reader(client: Any, planner: Any, today: Callable[[date], date]) -> Any:
    today(DAY)
    client.force_login(planner)
    return client


def queries(reader: Any, plan: Plan, path: str) -> list[str]:
    return queries_of(reader, address(plan, path))


#: The ways that were gone in this process.
_GONE: set[str] = set()


def queries_of(reader: Any, asked_for: str) -> list[str]:
    # What Django keeps for the life of a process, once a way was gone, is not to be counted.
    way = resolve(urlsplit(asked_for).path).route
    if way not in _GONE:
        assert reader.get(asked_for).status_code == 200
        _GONE.add(way)
    with CaptureQueriesContext(connection) as captured:
        assert reader.get(asked_for).status_code == 200
    return [query["sql"] for query in captured]


def of_the_office(plan: Plan, path: str) -> str:
    unit = Unit.objects.filter(agency=plan.agency_id, indicators__isnull=False).earliest("pk")
    return path.format(
        slug=plan.slug,
        unit=unit.pk,
        agency=plan.agency.slug,
        agency_id=plan.agency_id,
        money=money_address(plan, unit.pk, FiscalMonth(2568, 7)),
    )


def growing(reader: Any, small: Plan, large: Plan) -> dict[str, list[int]]:
    """The pages that ask more, or less, of a larger plan."""
    counts = {
        name: [len(queries(reader, plan, path)) for plan in (small, large)]
        for name, (path, _) in PAGES.items()
    }
    return {name: both for name, both in counts.items() if both[0] != both[1]}


def test_no_page_is_left_out(plan):
    assert {route.name for route in reading_routes(plan) if route.has_month} <= PAGES.keys()


def test_the_list_of_plans_asks_once(plan, reader, django_assert_max_num_queries):
    for number in (1, 2, 3):
        make_plan(number, 1, months=1)
        for path in ("/plans/", "/plans.json"):
            with django_assert_max_num_queries(5):
                assert f"bench-{number}" in reader.get(path).content.decode()


def test_no_page_asks_more_of_a_larger_office(reader, planner):
    """19 indicators or 200, two projects or nine, two people or a thousand; every figure of twelve
    months changed six times or twenty (60, 5, 60, twelve times, where it is no sweep). Read by a planner; their own work by a reporter as well."""
    asked = []
    for number, indicators, others, people in (
        (1, 19, 2, 2),
        (2, size(60, 200), size(5, 9), size(60, 1000)),
    ):
        plan = grown(number, indicators, others, people)
        planner.memberships.update(unit=Unit.objects.filter(agency=plan.agency_id)[0])
        reporter = Client()
        reporter.force_login(get_user_model().objects.get(username=f"{plan.slug}-0"))
        counts = {name: len(queries(reader, plan, path)) for name, (path, _) in PAGES.items()}
        for name, (path, _) in OF_THE_OFFICE.items():
            there = of_the_office(plan, path)
            counts[name] = len(queries_of(reader, there))
            if name in OWN_WORK:
                counts[f"{name} of a reporter"] = len(queries_of(reporter, there))
        asked.append(counts)
    small, large = asked
    assert {name: (small[name], large[name]) for name in small if small[name] != large[name]} == {}
    most = {name: ceiling for name, (_, ceiling) in (PAGES | OF_THE_OFFICE).items()}
    over = {name: count for name, count in large.items() if count > most[name.partition(" ")[0]]}
    assert over == {}


def test_pages_of_money_ask_twelve_times_at_most_whatever_the_number_of_projects(reader):
    """17 projects and 500 (or 60), five years of twelve months each. A project's own page asks four times
    more: for its evidence, questions about it, who answers for it and what is resolved of it."""
    asked = {}
    many = size(60, 500)
    for number, projects in ((1, 17), (2, many)):
        made = make_plan(number, indicators=19, months=1)
        make_projects(made, projects)
        asked[projects] = {
            name: len(queries(reader, made, path))
            for name, (path, _) in PAGES.items()
            if "/budgets" in path
        }
    assert asked[17] == asked[many]
    own = {name: count for name, count in asked[17].items() if name == "project"}
    others = {name: count for name, count in asked[17].items() if name not in own}
    assert len(asked[17]) == 6 and max(others.values()) <= 12 and own["project"] <= 17


def test_no_page_asks_more_for_the_months_behind_it(reader):
    assert growing(reader, simple(1, 19, months=1), simple(2, 19, months=12)) == {}


def test_a_query_for_each_row_would_be_seen(reader, monkeypatch):
    """Negative control: one look-up for every indicator, and the pages grow."""
    row = selectors._row

    def slow(view: Any, values: Any, *more: Any) -> Any:
        Indicator.objects.get(pk=values[0])
        return row(view, values, *more)

    monkeypatch.setattr(selectors, "_row", slow)
    found = growing(reader, simple(1, 4, months=1), simple(2, 12, months=1))
    assert {"overview", "indicators", "report"} <= found.keys()


def test_a_query_for_each_project_would_be_seen(reader, monkeypatch):
    """Negative control: one look-up for every project, and the pages of money grow."""
    row = budget_selectors.project_row

    def slow(view: Any, named: Any, *more: Any) -> Any:
        Project.objects.get(pk=named[0])
        return row(view, named, *more)

    monkeypatch.setattr(budget_selectors, "project_row", slow)
    small, large = make_plan(1, 4, months=1), make_plan(2, 4, months=1)
    make_projects(small, 4, months=1)
    make_projects(large, 8, months=1)
    found = {
        path for path in ("/budgets/", "/budgets/units/", "/value/")
        if len(queries(reader, small, path)) != len(queries(reader, large, path))
    }  # fmt: skip
    assert found == {"/budgets/", "/budgets/units/", "/value/"}


#: Tables that grow with every agency and month: no page reads one from beginning to end.
GROWING = {
    f"{table}{history}{model}"
    for table, model in (
        ("kpis_", "result"), ("budgets_", "disbursement"), ("budgets_", "carriedpayment"),
        ("integrity_", "quarterprogress"), ("kpis_", "yeartarget"), ("kpis_", "indicator"),
        ("budgets_", "project"), ("budgets_", "projectbudget"), ("board_", "resolution"),
    )
    for history in ("", "historical")
} | {"kpis_resultvalue", "kpis_targetvalue", "kpis_resultevidence", "budgets_projectlead"}  # fmt: skip


def whole_tables(asked: Iterable[str]) -> set[str]:
    """The growing tables that some queries read whole, by the database's own plan for them."""
    return read_by(asked).whole.keys() & GROWING


def test_a_table_that_is_read_whole_would_be_seen(plan):
    """Negative control: what no index answers is told; what one does is not."""
    with CaptureQueriesContext(connection) as captured:
        list(Result.objects.filter(narrative="x"))
    assert whole_tables(query["sql"] for query in captured) == {"kpis_result"}
    with CaptureQueriesContext(connection) as captured:
        list(Result.objects.filter(indicator__strategy__plan=plan))
    assert whole_tables(query["sql"] for query in captured) == set()


def test_the_queries_of_the_plan_itself(plan, reader, django_assert_max_num_queries):
    """The real plan with its samples, page by page."""
    samples(plan, DAY)
    over, whole = {}, {}
    for name, (path, most) in PAGES.items():
        asked = queries(reader, plan, path)
        if len(asked) > most:
            over[name] = (len(asked), most)
        if tables := whole_tables(asked):
            whole[name] = tables
    assert over == {} and whole == {}
    for name in ("indicators", "overview_data", "indicators_data"):
        with django_assert_max_num_queries(13):
            reader.get(f"/plans/{plan.slug}{PAGES[name][0]}{AT}")


PAGE_TEMPLATES = [
    *(f"overview/{name}" for name in ("about", "overview", "strategy", "units", "unit", "map")),
    *(f"kpis/{name}" for name in ("indicators", "indicator", "steps")),
    *(f"budgets/{name}" for name in ("budgets", "budget_units", "project")),
    "value/value",
    "meetings/board",
    "meetings/meetings",
]


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

    for module in (views, kpi_views, money_views, value_views, board_views, meeting_views):
        monkeypatch.setattr(module, "render", spy)
    for name, (path, _) in PAGES.items():
        closed = not signed_in and name.startswith(("board", "meetings", "resolutions"))
        assert (client.get(address(plan, path)).status_code == 200) is not closed, name
    shown = [page for page in PAGE_TEMPLATES if signed_in or not page.startswith("meetings/")]
    assert rendered == {f"{page}.html": [] for page in shown}


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
