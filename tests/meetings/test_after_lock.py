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

from kpis.models import Result
from kpis.read.asof import restated_after_lock
from kpis.read.standing import plan_standing
from kpis.write.results import ResultEntries, result_approve
from strategy.calendar import FiscalMonth
from strategy.closing.read import locked_since
from strategy.closing.write import month_lock
from strategy.models import Plan, Unlocking
from strategy.records.model import acting
from strategy.records.write import record_save
from tests.support.pages import HERE, enter, indicator_of
from tests.support.writing import entry_of

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
