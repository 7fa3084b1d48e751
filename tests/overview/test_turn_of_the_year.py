"""October: nothing has come in yet, so heads say how the last year closed, marked with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest

from budgets.models import Disbursement
from kpis.models import Indicator, Result
from nhrc_plan.meetings.read import board_report
from strategy.calendar import FiscalMonth
from strategy.models import Plan
from tests.support.pages import HERE, enter, flat, samples

pytestmark = pytest.mark.django_db

#: The middle of November 2568: October, the first month of 2569, is over.
DAY = date(2025, 11, 12)
OCTOBER = FiscalMonth(2569, 1)


@pytest.fixture
def reader(client: Any, executive: Any, today: Callable[[date], date]) -> Any:
    today(DAY)
    client.force_login(executive)
    return client


def data(reader: Any, path: str) -> Any:
    return reader.get(f"{HERE}{path}?year=2569&month=1").json()


def page(reader: Any, path: str) -> str:
    return flat(reader.get(f"{HERE}{path}?year=2569&month=1").content.decode())


def test_heads_say_how_the_last_year_closed_and_make_no_status_of_it(plan, reader):
    enter(plan, "S3-1.1", 2568, 12, "63")  # of 70: 90.00
    whole = data(reader, ".json")
    assert whole["last_close"] == {
        "year": 2568, "mean": "90.00", "reported": 1, "with_target": 18,
    }  # fmt: skip
    assert whole["mean_of_expected"] is None and whole["reported"] == 0
    assert whole["counts"]["near"] == 0
    third = [row for row in whole["strategies"] if row["number"] == 3][0]
    assert third["last_close"]["mean"] == "90.00"
    assert [row["last_close"] for row in whole["strategies"] if row["number"] != 3] == [None] * 3
    told = "ปี 2568 ปิดที่ร้อยละ 90.00 (รายงานแล้ว 1/"
    for path in ("/", "/strategies/3/", "/map/"):
        assert told in page(reader, path), path
    assert told not in page(reader, "/strategies/1/")


def test_once_a_figure_has_come_in_it_speaks_for_itself(plan, reader):
    enter(plan, "S3-1.1", 2568, 12, "63")
    enter(plan, "S3-1.1", 2569, 1, "70")
    assert data(reader, ".json")["last_close"] is None
    assert "ปี 2568 ปิดที่" not in page(reader, "/")


def test_a_plans_first_year_has_nothing_before_it(plan, reader):
    found = reader.get(f"{HERE}.json?year=2566&month=1").json()
    assert found["last_close"] is None


def test_the_board_tells_the_turn_of_the_year_in_one_line(plan, reader):
    enter(plan, "S3-1.1", 2568, 12, "63")
    said = "เริ่มปีงบประมาณ 2569: ตัวชี้วัดทุกตัวเริ่มนับใหม่ ปี 2568 ปิดที่ร้อยละ 90.00"
    shown = page(reader, "/board/")
    assert said in shown and said in data(reader, "/board.json")["text"]["turn_of_the_year"]
    assert said in board_report(plan, OCTOBER, DAY).draft
    # The year alone changes no indicator: only what came in late stands among the changes.
    report = board_report(plan, OCTOBER, DAY)
    assert [change.row.code for change in report.changes.indicators] == ["S3-1.1"]
    assert board_report(plan, FiscalMonth(2569, 2), date(2025, 12, 12)).turn == ""


def test_samples_came_in_on_days_on_which_such_reports_would_have(plan, reader):
    """So "what changed since" shows a true month, and not the whole plan."""
    samples(plan, DAY)
    for model in (Result, Disbursement):
        for row in model.objects.all()[:200]:
            came = row.history.get()
            at = FiscalMonth(row.fiscal_year, row.month)
            assert at.last_day < came.history_date.date() <= at.deadline(10), row
    report = board_report(plan, FiscalMonth(2568, 12), DAY)
    moved = [change.row.code for change in report.changes.indicators]
    assert 0 < len(moved) < 19
    assert all(change.after.month == 12 for change in report.changes.indicators)
    before = {change.row.code: change.before.month for change in report.changes.indicators}
    assert any(month is not None for month in before.values())


# ----------------------------------------------------------------------------------- about the plan


def test_the_plan_says_what_its_document_says(plan, reader):
    found = reader.get(f"{HERE}/about.json").json()
    assert found["phone"] == "0-2141-3800, 0-2141-3900"
    assert (found["vision"], found["ultimate_goal"]) == (plan.vision, plan.ultimate_goal)
    assert [len(found[key]) for key in ("purposes", "goals", "missions", "strategies")] == [
        3,
        4,
        4,
        4,
    ]
    assert found["counts"] == {"issues": 10, "objectives": 13, "indicators": 19, "projects": 17}
    shown = page(reader, "/about/")
    for text in (plan.vision, found["missions"][0]["text"], found["purposes"][2]["text"]):
        assert text in shown
    for words in plan.background.split("\n\n")[0].split("\n"):
        assert words.strip() in shown
    # Nothing is promised in it that anonymous or other people could not read elsewhere.
    assert "/admin/" not in shown


def test_a_plan_without_words_says_so(reader, plan):
    Plan.objects.filter(pk=plan.pk).update(background="", content_summary="")
    plan.statements.all().delete()
    shown = page(reader, "/about/")
    assert shown.count("ยังไม่ได้บันทึกข้อมูลส่วนนี้") == 4 or shown.count('class="empty"') == 4


# --------------------------------------------------------------------------------------- scorecards


def test_a_scorecard_stands_by_the_weighted_mean_of_its_scores(plan, reader):
    """D1-2 with 2.84 and D2-1 with 5.00, weights 1; and then with weights of their own."""
    card = "/plans/rlpd-hr-2563"
    found = reader.get(f"{card}.json?year=2563&month=12").json()
    assert (found["mean_score"], found["scored"], found["with_level_criteria"]) == ("3.9200", 2, 13)
    first = found["strategies"][0]
    assert (first["mean_score"], first["scored"]) == ("2.8400", 1)
    row = next(row for row in found["indicators"] if row["code"] == "D1-2")
    assert (row["of_expected"], row["status"], row["score"]) == ("56.80", "at_risk", "2.84")
    shown = flat(reader.get(f"{card}/?year=2563&month=12").content.decode())
    assert "3.9200" in shown and "มีคะแนนแล้ว 2 จาก 13 ตัวชี้วัด" in shown

    Indicator.objects.filter(
        strategy__plan__slug="rlpd-hr-2563", number="2", strategy__number=1
    ).update(weight=D(3))
    found = reader.get(f"{card}.json?year=2563&month=12").json()
    assert found["mean_score"] == "3.3800"  # (3 × 2.84 + 5) ÷ 4


def test_hurry_is_listed_beside_what_is_at_risk(plan, reader, today):
    """S4-1.1 of 2567: level 1 is on plan from month 1 to 11, and marked from month 9 on."""
    today(date(2024, 9, 5))
    for month, marked in ((6, False), (8, False), (9, True), (11, True)):
        Result.objects.filter(fiscal_year=2567).delete()
        enter(plan, "S4-1.1", 2567, month, "1")
        row = reader.get(f"{HERE}/indicators/S4-1.1.json?year=2567&month={month}").json()
        assert (row["status"], row["hurry"]) == ("on_plan", marked), month
        for path in ("/", "/board/"):
            shown = flat(reader.get(f"{HERE}{path}?year=2567&month={month}").content.decode())
            assert ("» ต้องเร่ง" in shown) == marked, (path, month)
    assert (
        "ต้องเร่ง (เป็นไปตามแผนเพียงเพราะปัดจำนวนเต็มลง): S4-1.1"
        in board_report(plan, FiscalMonth(2567, 11), date(2024, 9, 5)).draft
    )
