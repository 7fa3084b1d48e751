"""Figures that are others than when their month was locked carry a mark (docs/domain.md)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from budgets.models import Disbursement, Project
from budgets.read.money import plan_money
from kpis.models import Result
from kpis.read.asof import restated_after_lock
from kpis.read.standing import plan_standing
from kpis.write.results import ResultEntries, result_approve
from strategy.approval.write import approve
from strategy.calendar import FiscalMonth
from strategy.closing.read import locked_since
from strategy.closing.write import month_lock
from strategy.models import Plan, Unlocking
from strategy.records.model import acting
from strategy.records.write import record_save
from tests.support.pages import HERE, enter, indicator_of
from tests.support.writing import OWN, carry, entry_of, led_by, measure_of, progress, spend

pytestmark = pytest.mark.django_db

DAY, OCTOBER = date(2026, 12, 15), FiscalMonth(2570, 1)
CODE, MARK = "S3-1.1", "แก้ไขหลังปิดเดือน"
IN_TIME, LOCKED, OPENED = date(2026, 11, 9), date(2026, 11, 12), date(2026, 11, 20)
QUERY = "?year=2570&month=1"


def on(day: date, hour: int = 12) -> Any:
    """Everything written inside is recorded as of an hour, UTC, of a day."""
    moment = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
    return acting(user=None, reason="", when=lambda row: moment)


@pytest.fixture
def locked(plan: Plan, planner: Any, today: Callable[[date], date]) -> Plan:
    """October with a figure, locked, and opened again for all."""
    today(DAY)
    with on(IN_TIME):
        enter(plan, CODE, 2570, 1, "30", state="submitted")
    with on(LOCKED):
        lock = month_lock(user=planner, agency=plan.agency, at=OCTOBER)
    with on(OPENED):
        record_save(instance=Unlocking(lock=lock, reason="พบข้อผิดพลาด"), user=planner)
    return plan


def correct(plan: Plan, figure: str, **more: Any) -> Result:
    kept = Result.objects.filter(indicator=indicator_of(plan, CODE), fiscal_year=2570).first()
    version = kept.version if kept else None
    entry = entry_of(indicator_of(plan, CODE), 2570, 1, figure, expected_version=version, **more)
    with on(OPENED, 13):
        return ResultEntries.record(user=None, entry=entry, today=DAY, reason="นับซ้ำ")


def marked(plan: Plan) -> frozenset[int]:
    rows = plan_standing(plan, OCTOBER, DAY).rows
    return restated_after_lock(plan, rows, locked_since(plan.agency_id))


def test_a_figure_corrected_after_the_lock_is_marked_wherever_it_stands(locked, executive, client):
    result = correct(locked, "20")
    assert marked(locked) == {result.pk}
    client.force_login(executive)
    for path in ("/board/", "/indicators/", f"/indicators/{CODE}/"):
        assert MARK in client.get(f"{HERE}{path}{QUERY}").content.decode(), path
    for path in ("/board.json", "/indicators.json", f"/indicators/{CODE}.json"):
        assert client.get(f"{HERE}{path}{QUERY}").json()["after_lock"] == [CODE], path
    for path in ("/board.xlsx", "/report.xlsx"):
        book = load_workbook(BytesIO(client.get(f"{HERE}{path}{QUERY}").content))
        rows = book["ตัวชี้วัด"].iter_rows(values_only=True)
        [row] = [row for row in rows if row[0] == CODE]
        assert MARK in row[10], path


def test_the_board_page_names_a_corrected_figure_that_asks_for_no_decision(
    locked, executive, client
):
    """It had been marked among the decisions alone, where only what is at risk stands."""
    client.force_login(executive)
    assert MARK not in client.get(f"{HERE}/board/{QUERY}").content.decode()
    correct(locked, "99")
    page = client.get(f"{HERE}/board/{QUERY}")
    assert [row.code for row in page.context["after_lock"]] == [CODE]
    assert MARK in page.content.decode()


def test_words_and_approval_are_no_correction(locked, planner):
    result = correct(locked, "30", narrative="แก้คำอธิบาย")
    assert marked(locked) == frozenset()
    with on(OPENED, 14):
        result_approve(user=planner, result=result, expected_version=result.version)
    assert marked(locked) == frozenset()


def test_what_came_only_after_the_lock_is_marked(locked):
    with on(OPENED, 13):
        late = enter(locked, "S3-2.1", 2570, 1, "95")
    assert marked(locked) == {late.pk}


def test_a_figure_put_back_is_what_it_was(locked):
    correct(locked, "20")
    correct(locked, "30")
    assert marked(locked) == frozenset()


def test_a_correction_before_the_lock_or_of_an_open_month_is_none(plan, planner, today):
    today(DAY)
    with on(IN_TIME):
        result = enter(plan, CODE, 2570, 1, "30", state="submitted")
    correct(plan, "20")
    with on(date(2026, 11, 25)):
        month_lock(user=planner, agency=plan.agency, at=OCTOBER)
    assert marked(plan) == frozenset() and result.pk
    # Where nothing was written since, it takes one query, and none where nothing is locked.
    rows, since = plan_standing(plan, OCTOBER, DAY).rows, locked_since(plan.agency_id)
    for locked, queries in ((since, 1), ({}, 0)):
        with CaptureQueriesContext(connection) as captured:
            restated_after_lock(plan, rows, locked)
        assert len(captured) == queries


# ------------------------------------------------------------------------- money and measures


def lock_and_open(plan: Plan, planner: Any, *months: FiscalMonth) -> None:
    for at in months:
        with on(LOCKED):
            lock = month_lock(user=planner, agency=plan.agency, at=at)
        with on(OPENED):
            record_save(instance=Unlocking(lock=lock, reason="พบข้อผิดพลาด"), user=planner)


@pytest.fixture
def money(plan: Plan, planner: Any, today: Callable[[date], date]) -> Project:
    """A project with its year's figure and a payment of money carried over, in locked months that
    are open again."""
    today(DAY)
    project = led_by(OWN)
    with on(IN_TIME):
        spend(project, 2569, 12, 100_000, 50_000)
        carry(project, 1_000)
    lock_and_open(plan, planner, FiscalMonth(2569, 12), FiscalMonth(2569, 3))
    return project


def code_of(project: Project) -> str:
    return f"{project.strategy.number}-{project.number}"


def restated(plan: Plan) -> tuple[int, int]:
    """How many months and how many payments are marked."""
    found = plan_money(plan, FiscalMonth(2569, 12), DAY).after_lock
    return len(found.months), len(found.payments)


def test_money_corrected_after_the_lock_is_marked_wherever_it_stands(money, plan, planner, client):
    assert restated(plan) == (0, 0)
    with on(OPENED, 13):
        spend(money, 2569, 12, 90_000, 50_000, expected_version=1)
        carry(money, 2_000, expected_version=1)
    assert restated(plan) == (1, 1)
    client.force_login(planner)
    query, code = "?year=2569&month=12", code_of(money)
    for path in ("/board/", "/budgets/", "/budgets/units/", f"/budgets/{code}/"):
        assert MARK in client.get(f"{HERE}{path}{query}").content.decode(), path
    # What stands at month 12 is what is carried over next.
    over = [{"code": code, "year": year} for year in (2569, 2568)]
    for path in ("/board.json", "/budgets.json", "/budgets/units.json"):
        data = client.get(f"{HERE}{path}{query}").json()
        assert data["money_after_lock"] == [code], path
        assert data.get("carried_after_lock", over) == over, path
    data = client.get(f"{HERE}/budgets/{code}.json{query}").json()
    assert [len(data[name]) for name in ("money_after_lock", "carried_after_lock")] == [1, 2]
    book = load_workbook(BytesIO(client.get(f"{HERE}/board.xlsx{query}").content))
    for title in ("รายโครงการ", "งบประมาณรายปี"):
        sheet = next(each for each in book if each.title == title)
        names = [row[1] for row in sheet.iter_rows(values_only=True) if row[0] == code]
        assert names and all(MARK in name for name in names), title
    # Money carried over stands in the summary, code and name in one cell.
    names = [str(row[0]) for row in book["สรุป"].iter_rows(values_only=True)]
    carried = [name for name in names if name.startswith(f"{code} ")]
    assert carried and all(MARK in name for name in carried)


@pytest.mark.parametrize(
    ("changes", "marked"),
    [
        ([{"disbursed": 90_000}], 1),
        ([{"committed": 60_000}], 1),
        ([{"disbursed": 90_000}, {}], 0),
        ([{"note": "แก้คำอธิบาย"}], 0),
    ],
    ids=["disbursed", "committed", "put back", "words"],
)
def test_what_restates_a_month_of_money(money, plan, changes, marked):
    for version, change in enumerate(changes, start=1):
        more = {"disbursed": 100_000, "committed": 50_000, **change}
        with on(OPENED, 12 + version):
            spend(money, 2569, 12, more.pop("disbursed"), more.pop("committed"),
                  expected_version=version, **more)  # fmt: skip
    assert restated(plan) == (marked, 0)


def test_approving_money_restates_nothing_unless_it_counts_by_that(money, plan, planner):
    row = Disbursement.objects.get(project=money, fiscal_year=2569)
    with on(OPENED, 13):
        approve(user=planner, shown={row: row.version})
    assert restated(plan) == (0, 0)
    plan.approved_only = True
    assert restated(plan) == (1, 0)


def test_where_nothing_is_locked_money_costs_one_query(plan, django_assert_max_num_queries):
    spend(led_by(OWN), 2569, 12, 100_000)
    shown = plan_money(plan, FiscalMonth(2569, 12), DAY)
    assert shown.carried == ()
    with django_assert_max_num_queries(1):
        assert shown.after_lock == (frozenset(), frozenset())


def test_a_quarter_corrected_after_the_lock_is_marked_wherever_it_stands(
    plan, planner, today, client
):
    today(DAY)
    measure = measure_of(2566, "2.2", OWN)
    with on(IN_TIME):
        progress(measure, 1)
        progress(measure, 2)
    lock_and_open(plan, planner, FiscalMonth(2566, 3), FiscalMonth(2566, 6))
    client.force_login(planner)
    board = f"{HERE}/board"
    query, year = "?year=2566&month=6", "/integrity/measures/2566"
    assert client.get(f"{year}.json").json()["after_lock"] == []
    with on(OPENED, 13):
        progress(measure, 2, "done", expected_version=1)
    told = [{"measure": "2.2", "quarter": 2}]
    assert client.get(f"{year}.json").json()["after_lock"] == told
    assert client.get(f"{board}.json{query}").json()["integrity"]["after_lock"] == told
    for path in (f"{year}/?quarter=2", f"{board}/{query}"):
        assert client.get(path).content.decode().count(MARK) == 1, path
    for path in (f"{year}.xlsx", f"{board}.xlsx{query}"):
        book = load_workbook(BytesIO(client.get(path).content))
        cells = [str(cell) for sheet in book for row in sheet.iter_rows(values_only=True)
                 for cell in row if MARK in str(cell)]  # fmt: skip
        assert len(cells) == 1, (path, cells)
