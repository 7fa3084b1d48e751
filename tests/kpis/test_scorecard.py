"""The HR scorecard as a plan: fifteen indicators with criteria, results and evidence, and scores.

Held against the fixture, which tests/kpis/test_scorecard_fixtures.py holds against the document.
"""

from __future__ import annotations

import json
import re
from datetime import date
from html import unescape
from io import BytesIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from kpis.models import Indicator, LevelCriterion, Result
from kpis.read.standing import plan_standing
from kpis.write.results import result_reopen
from nhrc_plan.setup import fixtures
from strategy.calendar import FiscalMonth
from strategy.models import Plan
from strategy.people.write import people_recorded
from strategy.thai import format_date
from tests.support.writing import SCORECARD, differences, enter, facts, indicator_of, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.same]

HERE = f"/plans/{SCORECARD}"
DAY = date(2026, 11, 21)
TREE = json.loads((fixtures.FOLDER / "scorecard" / f"{SCORECARD}.json").read_text("utf-8"))
ITEMS = {
    f"D{strategy['number']}-{item['number']}": item
    for strategy in TREE["plan"]["strategies"]
    for item in strategy["indicators"]
}
#: Words of levels and of money that a scorecard has not.
FOREIGN = (
    "ประเด็นยุทธศาสตร์", "กลยุทธ์/แนวทาง", "โครงการสำคัญ", "งบประมาณโครงการ", "วัตถุประสงค์เชิงยุทธศาสตร์",
    "เบิกจ่าย", "ยุทธศาสตร์ที่", "แผนที่ยุทธศาสตร์", "ล้านบาท",
)  # fmt: skip
PAGES = (
    "/", "/indicators/", "/units/", "/map/", "/board/", "/budgets/", "/budgets/units/", "/value/",
    *(f"/strategies/{number}/" for number in range(1, 6)),
    *(f"/indicators/{code}/" for code in ITEMS),
)  # fmt: skip


@pytest.fixture
def scorecard(db: None) -> Plan:
    return Plan.objects.get(slug=SCORECARD)


@pytest.fixture
def reader(client: Any, planner: Any, today: Any) -> Any:
    today(DAY)
    client.force_login(planner)
    return client


def text_of(response: Any) -> str:
    """The words of a page, without its tags."""
    html = re.sub(r"<(script|style).*?</\1>", "", response.content.decode(), flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def texts(value: Any) -> list[str]:
    """Every text of a tree."""
    if isinstance(value, str):
        return [value] if value else []
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for part in inner for text in texts(part)]


def own_words(shown: str) -> str:
    """A page's words without those of the document, longest first, and without fiscal years."""
    shown = " ".join(shown.split())
    said = {" ".join(text.split()) for text in texts(TREE)}
    for text in sorted((text for text in said if len(text) > 12), key=len, reverse=True):
        shown = shown.replace(text, " ")
    return shown.replace("ปีงบประมาณ", " ")


# -------------------------------------------------------------------------------------- loading


def test_fifteen_indicators_stand_in_five_dimensions(scorecard):
    rows = plan_standing(scorecard, FiscalMonth(2563, 12), DAY)
    assert [len(part.rows) for part in rows.strategies] == [2, 5, 4, 3, 1]
    assert [row.code for row in rows.rows] == list(ITEMS)
    assert [row.name for row in rows.rows] == [item["name"] for item in ITEMS.values()]
    described = {row.code for row in rows.rows if row.current.has_levels}
    assert set(ITEMS) - described == {"D2-3", "D2-4"}


def test_the_scores_are_those_of_the_rule_and_no_level_is_made_up(scorecard):
    rows = {row.code: row.current for row in plan_standing(
        scorecard, FiscalMonth(2563, 12), DAY).rows}  # fmt: skip
    scores = {code: str(cell.score) for code, cell in rows.items() if cell.score is not None}
    assert scores == {"D1-2": "2.84", "D2-1": "5.00"}
    shown = {code: cell.result for code, cell in rows.items() if not cell.is_unstated}
    # 99.3 as it is printed, though 148 of 149 is 99.33.
    assert shown == {"D1-2": "84.21", "D2-1": "100", "D2-3": "99.3", "D2-4": "100"}
    assert {cell.result for cell in rows.values() if cell.is_unstated} == {"ไม่ได้ระบุระดับ"}


def test_a_report_without_a_figure_counts_in_no_mean(scorecard):
    summed = plan_standing(scorecard, FiscalMonth(2563, 12), DAY).roll_up
    assert (summed.with_target, summed.reported, str(summed.mean)) == (15, 4, "89.20")
    assert (summed.counts["no_target"], summed.counts["awaiting"]) == (0, 11)


def test_the_counts_of_a_ratio_are_kept_where_they_come_to_the_printed_figure(scorecard):
    kept = {
        code: indicator_of(scorecard, code).results.get().values.get().short()
        for code in ("D1-2", "D2-3")
    }
    assert kept == {"D1-2": "16 ÷ 19", "D2-3": "99.3"}
    assert "๑๔๘" in indicator_of(scorecard, "D2-3").results.get().narrative


def test_loading_again_changes_nothing(scorecard):
    before = facts()
    fixtures.plans_load()
    assert differences(before, facts()) == {}


def test_what_staff_changed_stays_and_what_they_took_away_stays_away(scorecard, planner):
    result = indicator_of(scorecard, "D1-2").results.get()
    reopened = result_reopen(user=planner, result=result, expected_version=1, reason="แก้ไข")
    enter(
        indicator_of(scorecard, "D1-2"), 2563, 12, "85", user=planner,
        expected_version=reopened.version, outcome="ใหม่",
    )  # fmt: skip
    criterion = LevelCriterion.objects.get(indicator__number="1", indicator__strategy__plan=scorecard,
                                           indicator__strategy__number=5, level=5)  # fmt: skip
    criterion.delete()
    people_recorded()
    before = facts()
    call_command("bootstrap")
    assert differences(before, facts()) == {}


def test_an_empty_database_of_the_release_before_gets_the_scorecard(plan):
    """Nothing of the strategic plan is touched by loading the scorecard beside it."""
    assert not Indicator.objects.filter(strategy__plan=plan).exclude(activity="").exists()
    assert not LevelCriterion.objects.filter(indicator__strategy__plan=plan).exists()
    assert not Result.objects.filter(indicator__strategy__plan=plan).exists()


# ---------------------------------------------------------------------------------------- pages


@pytest.mark.parametrize("code", ITEMS)
def test_every_indicator_shows_its_criteria_result_and_evidence(reader, code):
    item = ITEMS[code]
    shown = text_of(reader.get(f"{HERE}/indicators/{code}/"))
    result = item["result"]
    wanted = [item["name"], item["definition"], item["activity"], result["narrative"]]
    wanted += [result["outcome"], *(row["text"] for row in item["levels"] + item["steps"])]
    for piece in result["evidence"]:
        wanted += [piece["number"], piece["text"]]
        if piece["date"]:
            wanted.append("ลงวันที่ " + format_date(date.fromisoformat(piece["date"])))
    assert [text for text in wanted if " ".join(text.split()) not in shown] == []


def test_the_pages_hold_72_pieces_of_evidence(reader):
    found = []
    for code in ITEMS:
        report = reader.get(f"{HERE}/indicators/{code}.json").json()["report"]
        found += [(piece["number"], piece["dated"], piece["text"]) for piece in report["evidence"]]
    assert found == [
        (piece["number"] or None, piece["date"], piece["text"])
        for item in ITEMS.values()
        for piece in item["result"]["evidence"]
    ]
    assert len(found) == 72
    assert sum(bool(number) for number, _day, _text in found) == 55
    assert sum(day is not None for _number, day, _text in found) == 67


def test_an_indicator_shows_score_level_reached_and_what_the_next_one_needs(reader):
    shown = text_of(reader.get(f"{HERE}/indicators/D1-2/"))
    assert "2.84 จาก 5" in shown
    assert "เพื่อขึ้นระดับถัดไป: ระดับ 3 ต้องได้ 85 (ต่างจากผลอยู่ 0.79)" in shown
    assert "2 ร้อยละ ๘๐ 80 ● ระดับที่ทำได้" in shown
    assert "คะแนน = 2 + ((16 × 100 ÷ 19) − 80) ÷ (85 − 80) = 2.84" in shown
    levels = reader.get(f"{HERE}/indicators/D1-2.json").json()["levels"]
    assert (levels["score"], levels["reached"]) == ("2.84", 2)
    assert [row["threshold"] for row in levels["criteria"]] == ["75", "80", "85", "90", "100"]
    assert [row["level"] for row in levels["steps"]] == [1, 2, 3, 4, 5]


def test_a_level_that_is_not_stated_is_said_and_not_0(reader):
    shown = text_of(reader.get(f"{HERE}/indicators/D3-4/"))
    assert ITEMS["D3-4"]["name"] == "การทบทวนหลักเกณฑ์การประกันคุณภาพการฝึกอบรม/สัมมนา"
    assert "ไม่ได้ระบุระดับ" in shown and "จาก 5" not in shown and "● ระดับที่ทำได้" not in shown
    found = reader.get(f"{HERE}/indicators/D3-4.json").json()
    assert (found["score"], found["levels"]["score"], found["levels"]["reached"]) == (None,) * 3


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_the_scorecards_words_and_none_of_the_strategic_plans(reader, path):
    response = reader.get(HERE + path)
    assert response.status_code == 200
    words = own_words(text_of(response))
    assert [word for word in FOREIGN if word in words] == []
    if "/strategies/" in path or "/indicators/D" in path:
        assert "มิติที่" in text_of(response) and "เป้าประสงค์เชิงกลยุทธ์ที่" in text_of(response)


def test_the_strategic_plans_words_would_be_seen(plan, reader):
    """Negative control: the same look at the strategic plan's pages finds them."""
    words = own_words(text_of(reader.get(f"/plans/{plan.slug}/strategies/1/")))
    assert {"ประเด็นยุทธศาสตร์", "โครงการสำคัญ", "ยุทธศาสตร์ที่"} <= {w for w in FOREIGN if w in words}


def test_the_strategic_plan_shows_no_scores(plan, reader):
    for path in ("/", "/indicators/", "/strategies/1/", "/indicators/S4-1.1/"):
        assert "คะแนน" not in text_of(reader.get(f"/plans/{plan.slug}{path}"))
    assert "score" not in reader.get(f"/plans/{plan.slug}/indicators.json").json()["indicators"][0]


def test_data_says_what_the_levels_are_called_and_nothing_of_money(reader):
    for path in (".json", "/strategies/2.json", "/indicators.json", "/board.json", "/map.json"):
        found = reader.get(HERE + path).json()
        assert found["labels"] == {"strategy": "มิติ", "objective": "เป้าประสงค์เชิงกลยุทธ์"}
        assert not {"money", "projects", "issues", "awaiting_money"} & found.keys(), path
    rows = reader.get(f"{HERE}/indicators.json?sort=-score").json()["indicators"]
    assert [row["code"] for row in rows[:2]] == ["D2-1", "D1-2"]


def test_a_month_in_which_nothing_was_reported_is_calm(reader):
    shown = reader.get(f"{HERE}/?year=2563&month=6")
    assert shown.status_code == 200
    assert "ไม่ได้ระบุระดับ" not in text_of(shown)
    assert reader.get(f"{HERE}/?year=2564").status_code == 404
    assert reader.get(f"{HERE}/board/?year=2563&month=1").status_code == 200


def test_both_plans_are_listed_and_the_front_page_opens_the_current_one(plan, reader):
    shown = reader.get("/plans/").content.decode()
    assert shown.index(plan.slug) < shown.index(SCORECARD)
    assert reader.get("/").url == f"/plans/{plan.slug}/"
    for path in PAGES[:4]:
        assert 'href="/plans/"' in reader.get(HERE + path).content.decode()


def test_a_persons_unit_of_another_agency_is_no_dead_link(reader, plan):
    assert "/units/" in reader.get(f"/plans/{plan.slug}/").content.decode().split("who")[1]
    assert f"{HERE}/units/" not in reader.get(HERE + "/").content.decode().split('"who"')[1]


# -------------------------------------------------------------------------------------- workbooks


@pytest.mark.parametrize("path", ["/report.xlsx", "/board.xlsx"])
def test_a_workbook_has_scores_reports_and_evidence_and_no_money(reader, path):
    book = load_workbook(BytesIO(reader.get(HERE + path).content))
    cells = {
        sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in book
    }
    rows = {row[0]: row for row in cells["ตัวชี้วัด"] if row[0] in ITEMS}
    assert list(rows) == list(ITEMS)
    assert {code: float(row[11]) for code, row in rows.items() if row[11] is not None} == {
        "D1-2": 2.84, "D2-1": 5.0,
    }  # fmt: skip
    assert {row[4] for code, row in rows.items() if code.startswith("D3")} == {"ไม่ได้ระบุระดับ"}
    written = cells["รายงานผลและหลักฐาน"]
    dates = [row[2] for row in written if row[2] is not None][1:]
    assert len(dates) == 67 and {type(day).__name__ for day in dates} == {"datetime"}
    numbers = [row[1] for row in written if row[1]]
    for item in ITEMS.values():
        assert {piece["number"] for piece in item["result"]["evidence"]} - {""} <= set(numbers)
        assert item["result"]["outcome"].split("\n")[0] in {row[3] for row in written}
    words = own_words(" ".join(str(v) for rows in cells.values() for row in rows for v in row if v))
    assert [word for word in FOREIGN if word in words] == []
    assert max(size.height or 0 for sheet in book for size in sheet.row_dimensions.values()) <= 409


def test_the_board_reads_the_scores_in_the_summary(reader, today):
    """Page, data and the workbook's first sheets lead with the scores, as the overview does."""
    today(DAY)
    sentence = "ตัวชี้วัดที่มีเกณฑ์ระดับ 13 ตัว มีคะแนนตามเกณฑ์ (1–5) แล้ว 2 ตัว: D1-2 2.84, D2-1 5.00"
    assert sentence in text_of(reader.get(f"{HERE}/board/"))
    assert sentence in reader.get(f"{HERE}/board.json").json()["text"]["summary"]
    book = load_workbook(BytesIO(reader.get(f"{HERE}/board.xlsx").content))
    assert any(sentence in str(c.value) for s in book for row in s.iter_rows() for c in row)
    assert (
        "เกณฑ์ระดับ" not in reader.get("/plans/nhrc-2566-2570/board.json").json()["text"]["summary"]
    )


def test_only_who_has_signed_in_reads_the_evidence(client, settings, today):
    """Public reading opens the words of a result, not the letters that it rests on."""
    today(DAY)
    settings.PUBLIC_READING = True
    shown = text_of(client.get(f"{HERE}/indicators/D1-2/"))
    assert "ผลลัพธ์" in shown and "ลงวันที่ 29 ต.ค. 2562" not in shown
    assert client.get(f"{HERE}/indicators/D1-2.json").json()["report"]["evidence"] == []
    book = load_workbook(BytesIO(client.get(f"{HERE}/report.xlsx").content))
    assert not any(
        "ยธ ๐๔๐๑" in str(c.value) for s in book for row in s.iter_rows() for c in row[:2]
    )


@pytest.mark.parametrize("who", ["executive", "auditor", "outsider"])
def test_everyone_signed_in_reads_the_evidence_of_a_counted_figure(request, today, who):
    today(DAY)
    client = signed_in(request.getfixturevalue(who))
    assert "ลงวันที่ 29 ต.ค. 2562" in text_of(client.get(f"{HERE}/indicators/D1-2/"))


# ---------------------------------------------------------------------------------------- queries


def asked(reader: Any, path: str) -> int:
    reader.get(HERE + path)
    with CaptureQueriesContext(connection) as captured:
        assert reader.get(HERE + path).status_code == 200
    return len(captured)


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/", 13), (".json", 11), ("/indicators/", 12), ("/indicators.json", 11),
        ("/indicators/D1-2/", 22), ("/strategies/2/", 20), ("/map/", 14), ("/report.xlsx", 12),
        ("/units/", 12), ("/board/", 36), ("/board.xlsx", 36),
    ],
)  # fmt: skip
def test_the_pages_ask_within_their_budgets(reader, path, most):
    assert asked(reader, path) <= most


def test_more_criteria_and_evidence_ask_no_more(scorecard, reader):
    """One indicator with all its levels, or fifteen; four pieces of evidence, or 72."""
    paths = ("/", "/indicators/", "/indicators/D1-2/", "/report.xlsx", "/board.xlsx")
    many = [asked(reader, path) for path in paths]
    LevelCriterion.objects.exclude(indicator=indicator_of(scorecard, "D1-2")).delete()
    for result in Result.objects.exclude(indicator=indicator_of(scorecard, "D1-2")):
        result.evidence.all().delete()
    assert [asked(reader, path) for path in paths] == many
