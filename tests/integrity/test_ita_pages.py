"""The pages of ITA: every figure of the sources with the computed one beside it; page, data and
workbook say the same; and how often the database is asked."""

from __future__ import annotations

import io
import re
from decimal import Decimal as D
from typing import Any
from urllib.parse import unquote

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from integrity.ita import pages as ita_views
from integrity.ita import read as ita_selectors
from integrity.ita.read import ita_year
from integrity.ita.write import ita_year_begin
from integrity.models import (
    ItaAssessment,
    ItaIndicator,
    ItaInstrument,
    ItaItem,
    ItaMeasure,
    MeasureIssue,
    MeasureYear,
    QuarterProgress,
    Recommendation,
)
from strategy.models import Agency, Plan
from strategy.records.write import record_save
from tests.support.pages import DAY, Rows
from tests.support.writing import signed_in

# Every page is asked for on both databases in tests/overview/test_smoke.py.
pytestmark = [pytest.mark.django_db, pytest.mark.same]
YEAR = "/integrity/ita/2564/"


@pytest.fixture
def reader(plan: Any, executive: Any, today: Any) -> Any:
    today(DAY)
    return signed_in(executive)


def text_of(reader: Any, path: str) -> str:
    response = reader.get(path)
    assert response.status_code == 200, path
    return response.content.decode()


def rows_of(html: str) -> list[str]:
    return [text for text, _links in Rows(html).rows]


def row_with(html: str, *words: str) -> str:
    """The one table row that begins so."""
    found = [row for row in rows_of(html) if all(word in row for word in words)]
    assert found, words
    return found[0]


# ------------------------------------------------------------------------------------- the figures

INDICATORS = [
    # number, name, published 2564, computed 2564, published 2563, change
    (10, "การป้องกันการทุจริต", "100.00", "100.00", "100.00", "0.00"),
    (9, "การเปิดเผยข้อมูล", "97.78", "97.78", "100.00", "−2.22"),
    (6, "คุณภาพการดำเนินงาน", "96.64", "–", "97.60", "−0.96"),
    (7, "ประสิทธิภาพการสื่อสาร", "94.76", "–", "98.43", "−3.67"),
    (8, "การปรับปรุงระบบการทำงาน", "93.10", "93.10", "98.13", "−5.03"),
    (1, "การปฏิบัติหน้าที่", "89.86", "–", "88.32", "+1.54"),
    (3, "การใช้อำนาจ", "84.48", "–", "84.64", "−0.16"),
    (4, "การใช้ทรัพย์สินของราชการ", "83.87", "–", "80.61", "+3.26"),
    (2, "การใช้งบประมาณ", "82.04", "–", "81.20", "+0.84"),
    (5, "การแก้ไขปัญหาการทุจริต", "81.02", "81.02", "76.05", "+4.97"),
]


def test_the_ten_indicators_ranked_with_published_computed_and_change(reader):
    html = text_of(reader, YEAR)
    start = html.index("ตัวชี้วัดเรียงจากคะแนนสูงสุด")
    table = rows_of(html[start : html.index("</table>", start) + 8])[1:]
    assert len(table) == 10
    for place, (row, (number, name, *figures)) in enumerate(zip(table, INDICATORS, strict=True), 1):
        words = row.split()
        assert words[0] == str(place), row
        assert f"{number}. {name}" in row
        assert words[-4:] == figures, row


ITEMS = {
    "i25": ("84.76", "–"), "i26": ("92.57", "92.57"), "i27": ("76.70", "–"),
    "i28": ("78.49", "78.49"), "i29": ("77.59", "–"), "i30": ("75.99", "75.99"),
    "e11": ("92.12", "–"), "e12": ("91.63", "–"), "e13": ("100.00", "–"), "e14": ("89.16", "–"),
    "e15": ("92.60", "–"), "o8": ("0.00", "–"),
}  # fmt: skip
PARTS = {
    "ทบทวนนโยบาย": "94.59", "จัดทำแผนงานด้าน": "90.54", "เฝ้าระวังการทุจริต": "76.70",
    "ตรวจสอบการทุจริต": "80.30", "ลงโทษทางวินัย": "78.47", "สามารถร้องเรียน": "76.66",
    "สามารถติดตาม": "75.74", "มั่นใจว่าจะมีการ": "77.59", "มั่นใจว่าจะปลอดภัย": "73.96",
}  # fmt: skip


def test_every_question_and_part_of_the_source_with_the_computed_score_beside_it(reader):
    html = text_of(reader, YEAR)
    rows = rows_of(html)
    for code, figures in ITEMS.items():
        (row,) = [row for row in rows if f" {code} " in f" {row} "]
        assert tuple(row.split()[-3:-1]) == figures, row
    for words, figure in PARTS.items():
        (row,) = [row for row in rows if row.lstrip("– ").startswith(words)]
        assert row.split()[-3:-1] == [figure, "–"], row
    order = [row.split()[0] for row in rows if re.match(r"[ie]\d\d ", row)]
    assert order == [
        "i30", "i27", "i29", "i28", "i25", "i26", "e14", "e12", "e11", "e15", "e13",
    ]  # fmt: skip
    assert "ข้ออื่นอีก 8 ข้อ" in html and "88.89" in row_with(html, "ข้อมูลพื้นฐาน")


def test_total_grade_rank_and_change(reader):
    html = " ".join(re.sub(r"<[^>]+>", " ", text_of(reader, YEAR)).split())
    for words in (
        "93.28 จาก 100", "ที่ประกาศ 93.28 · คำนวณได้ 93.28", "อันดับ 2 ประเภทองค์กรอิสระ",
        "−0.78 คะแนน (−0.83%)", "จาก 94.06 เป็น 93.28", "ปี 2563 คำนวณได้ 94.07",
        "เอกสารต้นทางระบุ −0.78 คะแนน (ร้อยละ −0.82)", "26 ส.ค. 2564", "72 คน", "2563: 76 คน",
        "61 คน/หน่วย", "2563: 106 คน/หน่วย", "43 ข้อคำถาม", "84.25", "94.83", "98.89",
    ):  # fmt: skip
        assert words in html, words
    assert "▲" not in html


def test_the_recommendations_with_their_instruments(reader):
    html = text_of(reader, YEAR)
    rows = rows_of(html[html.index("ข้อเสนอแนะ (23)") :])[1:24]
    content = reader.get("/integrity/ita/2564.json").json()["recommendations"]
    assert len(content) == 23
    for row, stored in zip(rows, content, strict=True):
        assert row.startswith(f"{stored['number']} ") and row.endswith(
            stored["instrument"] or "ไม่ระบุ"
        )
        assert " ".join(stored["text"].split()) in row
    assert rows[19].endswith("ไม่ระบุ") and content[19]["instrument"] is None
    assert "ยังไม่มีการเชื่อมโยงมาตรการ" in html


def test_what_2563_does_not_say_is_not_stated_and_never_zero(reader):
    html = text_of(reader, "/integrity/ita/2563/")
    plain = " ".join(re.sub(r"<[^>]+>", " ", html).split())
    assert "ระดับและอันดับ ไม่ระบุ" in plain and "ไม่ระบุอันดับ" in plain
    assert "ที่ประกาศ 94.06 · คำนวณได้ 94.07" in plain and "▲" not in plain
    assert row_with(html, "i30").split()[-3:-1] == ["71.15", "–"]
    assert row_with(html, "e3 ").split()[-3:-1] == ["95.80", "–"]
    assert row_with(html, "ความสามารถติดตาม").split()[-3] == "ไม่ระบุ"
    assert not re.search(r"(?<![\d.])0\.00", plain)
    content = reader.get("/integrity/ita/2563.json").json()
    assert (content["grade"]["published"], content["rank"]) == (None, None)
    assert content["change"] is None and content["before"] is None


def test_the_department_shows_its_total_and_says_what_is_missing(reader):
    html = text_of(reader, "/integrity/ita/2563/?agency=rlpd")
    assert "90.88" in html and "เอกสารต้นทางระบุเฉพาะคะแนนรวม" in html
    assert "คำนวณไม่ได้" in html
    assert "กรมคุ้มครองสิทธิและเสรีภาพ" in html


def test_a_year_without_scores_yet_draws_nothing_and_ranks_nothing(reader, plan, planner):
    source = ItaAssessment.objects.get(agency=plan.agency, fiscal_year=2564)
    ita_year_begin(user=planner, source=source, agency=plan.agency, fiscal_year=2565)
    html = text_of(reader, "/integrity/ita/2565/")
    assert "<svg" not in html and "<svg" in text_of(reader, YEAR)
    for number, name, figure, *_rest in INDICATORS:
        row = row_with(html, f"{number}. {name}")
        assert row.startswith("– ") and row.split()[-4:] == ["ไม่ระบุ", "–", figure, "–"]


def test_a_difference_is_pointed_out_in_words(reader):
    row = ItaIndicator.objects.get(instrument__assessment__fiscal_year=2564, number=5)
    row.published = D("85.00")
    record_save(instance=row, user=None)
    html = text_of(reader, YEAR)
    assert "▲ ต่างกัน" in row_with(html[html.index("ตัวชี้วัดเรียง") :], "การแก้ไขปัญหา")
    assert "▲ ต่างกัน" in text_of(reader, "/integrity/ita/")


def test_years_side_by_side(reader):
    html = text_of(reader, "/integrity/ita/")
    rows = rows_of(html)
    assert row_with(html, "2564").split()[:3] == ["2564", "93.28", "93.28"]
    assert row_with(html, "2563").split()[:3] == ["2563", "94.06", "94.07"]
    assert "−0.83%" in html
    for number, name, now, computed, before, _change in INDICATORS:
        (row,) = [row for row in rows if row.startswith(f"{number}. {name} ")]
        beside = "" if computed == "–" else f" คำนวณได้ {computed}"
        assert row == f"{number}. {name} {before} {now}{beside}"
    assert 'value="rlpd"' in html
    rlpd = text_of(reader, "/integrity/ita/?agency=rlpd")
    assert "90.88" in rlpd and "93.28" not in rlpd


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/integrity/ita/2560/", "2564, 2563"),
        ("/integrity/ita/2564/?agency=rlpd", "2563"),
        ("/integrity/ita/2564/?agency=none", "rlpd"),
        ("/integrity/ita/?agency=none", "nhrc"),
        ("/integrity/ita/999999999999/", "2564, 2563"),
        ("/integrity/ita/2560.xlsx", "2564, 2563"),
        ("/integrity/ita/2560.json", "2564, 2563"),
    ],
)
def test_what_is_not_there_names_what_is(reader, path, words):
    response = reader.get(path)
    assert response.status_code == 404
    said = response.json()["error"] if ".json" in path else response.content.decode()
    assert words in said and re.search("[ก-๙]", said)


def test_an_agency_without_an_assessment_is_told_who_has_one(reader):
    record_save(instance=Agency(slug="other", name="หน่วยงานอื่น"), user=None)
    html = text_of(reader, "/integrity/ita/?agency=other")
    assert "ยังไม่มีผลการประเมิน ITA ของหน่วยงานนี้" in html
    assert "agency=nhrc" in html and "agency=rlpd" in html


def test_a_member_of_a_unit_reads_an_agency_without_a_plan(planner, plan, today):
    """The head of the page has no plan to lead to, and says so by leaving its entries out."""
    today(DAY)
    html = text_of(signed_in(planner), "/integrity/ita/?agency=rlpd")
    assert "/integrity/ita/" in html


def test_the_menu_leads_there(reader):
    assert 'href="/integrity/ita/?agency=nhrc' in text_of(reader, "/plans/nhrc-2566-2570/")
    html = text_of(reader, YEAR)
    assert re.search(r'href="/integrity/ita/\?agency=nhrc[^"]*"\s+aria-current="page">คุณธรรม', html)


def test_only_planners_see_the_way_to_entry(reader, planner):
    assert "/scores/" not in text_of(reader, YEAR)
    assert "/scores/" in text_of(signed_in(planner), YEAR)


# ------------------------------------------------------------------- page, data and workbook agree


def test_the_data_hold_the_figures_of_the_rows(reader, plan):
    content = reader.get("/integrity/ita/2564.json").json()
    shown = ita_year(plan.agency, 2564)
    assert content["total"] == {"published": "93.28", "computed": "93.28", "differs": False}
    assert content["change"] == {"points": "-0.78", "percent": "-0.83"}
    assert content["printed_change"] == {"points": "-0.78", "percent": "-0.82"}
    assert [row["number"] for row in content["indicators"]] == [n for n, *_rest in INDICATORS]
    html = text_of(reader, YEAR)
    for row in content["indicators"]:
        for key in ("published", "computed"):
            assert row[key] is None or row[key] in html
        for item in row["items"]:
            assert escape(item["text"]) in html
            for each in (item, *item["parts"]):
                for figure in (each["published"], each["computed"]):
                    assert figure is None or figure in html
    assert [row["score"] if "score" in row else row["computed"] for row in content["instruments"]] == [
        str(row.score.computed) for row in shown.now.instruments
    ]  # fmt: skip
    years = reader.get("/integrity/ita.json").json()
    assert [row["year"] for row in years["years"]] == [2563, 2564]
    assert years["years"][1]["change"] == content["change"]
    assert {row["agency"] for row in years["agencies"]} == {"nhrc", "rlpd"}


def test_the_workbook_holds_the_figures_of_the_data(reader):
    response = reader.get("/integrity/ita/2564.xlsx")
    assert "ITA 2564 – สำนักงาน" in unquote(response["Content-Disposition"])
    book = openpyxl.load_workbook(io.BytesIO(response.content))
    scores, advice = book.worksheets
    rows = [[cell.value for cell in row] for row in scores.iter_rows()]
    content = reader.get("/integrity/ita/2564.json").json()

    def figure(value: Any) -> str | None:
        return None if value is None else f"{value:.2f}"

    (total,) = [row for row in rows if row[2] == "คะแนนรวม"]
    assert [figure(value) for value in total[4:8]] == ["93.28", "93.28", "94.06", "-0.78"]
    by_number = {row[1]: row for row in rows if isinstance(row[1], int)}
    assert len(by_number) == 10
    for stored in content["indicators"]:
        row = by_number[stored["number"]]
        assert [figure(value) for value in row[4:7]] == [
            stored["published"], stored["computed"], stored["before"]["published"],
        ]  # fmt: skip
        assert figure(row[7]) == stored["change"]["points"]
        for item in stored["items"]:
            found = [row for row in rows if row[2] == item["text"]]
            assert [item["published"], item["computed"]] in [
                [figure(value) for value in row[4:6]] for row in found
            ]
    for stored in content["instruments"]:
        (row,) = [row for row in rows if row[0] == stored["code"] and row[2] == stored["name"]]
        assert [figure(value) for value in row[3:6]] == [
            stored["weight"], None, stored["computed"],
        ]  # fmt: skip
    listed = [
        [cell.value for cell in row[:3]]
        for row in advice.iter_rows()
        if isinstance(row[0].value, int)
    ]
    assert listed == [
        [row["number"], row["instrument"] or "ไม่ระบุ", row["text"]]
        for row in content["recommendations"]
    ]
    for sheet in book.worksheets:
        assert sheet.page_setup.orientation == "landscape" and sheet.print_area
        cells = [cell for row in sheet.iter_rows() for cell in row]
        assert not [cell for cell in cells if cell.data_type == "f"]
    assert [cell for row in scores.iter_rows() for cell in row if cell.comment]


# ----------------------------------------------------------------------------- closing the loop


@pytest.fixture
def linked(plan: Plan, planner: Any) -> Recommendation:
    """Recommendation 6 points at i27 and is answered by a measure of 2580; i27 scored in 2580."""
    now = ItaAssessment.objects.get(agency=plan.agency, fiscal_year=2564)
    advice = now.recommendations.get(number=6)
    advice.item = ItaItem.objects.get(code="i27", indicator__instrument__assessment=now)
    record_save(instance=advice, user=None)
    year = record_save(instance=MeasureYear(agency=plan.agency, fiscal_year=2580), user=None)
    issue = record_save(instance=MeasureIssue(year=year, number=3, name="ประเด็น"), user=None)
    measure = ItaMeasure(issue=issue, number="3.1", text="มาตรการแก้ปัญหา")
    record_save(instance=measure, user=None, links={"answers": [advice]})
    later = ita_year_begin(user=planner, source=now, agency=plan.agency, fiscal_year=2580)
    item = ItaItem.objects.get(code="i27", indicator__instrument__assessment=later)
    item.published = D("80.00")
    record_save(instance=item, user=None)
    return advice


def test_the_loop_shows_measure_what_happened_and_the_next_score(reader, linked):
    measure = linked.measures.get()
    html = text_of(reader, YEAR)
    row = row_with(html, "ควรแก้ไขปัญหาการทุจริตในหน่วยงานอย่างจริงจัง")
    assert "2580: 3.1 มาตรการแก้ปัญหา" in row and "i27 76.70 → 80.00" in row and "+3.30" in row
    for quarter, state in ((1, "in_progress"), (2, "done")):
        progress = QuarterProgress(measure=measure, quarter=quarter, state=state, text="ทำแล้ว")
        record_save(instance=progress, user=None)
    row = row_with(text_of(reader, YEAR), "ควรแก้ไขปัญหาการทุจริตในหน่วยงานอย่างจริงจัง")
    assert "ไตรมาส 2" in row and "ทำแล้ว" in row and "ไตรมาส 1" not in row
    stored = reader.get("/integrity/ita/2564.json").json()["recommendations"][5]
    assert stored["item"] == "i27" and stored["measures"][0]["next_year"] == 2580
    assert [(row["year"], row["score"]) for row in stored["next_scores"]] == [(2580, "80.00")]
    assert (stored["measures"][0]["quarter"], stored["measures"][0]["said"]) == (2, "ทำแล้ว")
    book = openpyxl.load_workbook(io.BytesIO(reader.get("/integrity/ita/2564.xlsx").content))
    (line,) = [
        [cell.value for cell in row] for row in book.worksheets[1].iter_rows() if row[0].value == 6
    ]
    assert line[3] == "i27" and "3.1" in line[4] and "ไตรมาส 2" in line[5]
    assert [float(value) for value in line[6:8]] == [76.7, 80.0]


def test_measures_of_two_years_have_each_their_own_next_score(reader, linked, planner):
    """A measure of 2566 is followed to 2567, one of 2580 to 2580; without one, the first counts."""
    now = linked.assessment
    for year, score in ((2565, "50.00"), (2567, "99.00")):
        begun = ita_year_begin(user=planner, source=now, agency=now.agency, fiscal_year=year)
        item = ItaItem.objects.get(code="i27", indicator__instrument__assessment=begun)
        item.published = D(score)
        record_save(instance=item, user=None)
    for measure in ItaMeasure.objects.filter(issue__year__fiscal_year=2566)[:1]:
        record_save(instance=measure, user=None, links={"answers": [linked]})
    stored = reader.get("/integrity/ita/2564.json").json()["recommendations"][5]
    assert [(row["year"], row["next_year"]) for row in stored["measures"]] == [
        (2566, 2567), (2580, 2580),
    ]  # fmt: skip
    assert [(row["year"], row["score"]) for row in stored["next_scores"]] == [
        (2567, "99.00"), (2580, "80.00"),
    ]  # fmt: skip
    assert "→ 99.00 2567: +22.30 → 80.00 2580: +3.30" in row_with(
        text_of(reader, YEAR), "3.1 มาตรการ"
    )
    book = openpyxl.load_workbook(io.BytesIO(reader.get("/integrity/ita/2564.xlsx").content))
    (line,) = [row for row in book.worksheets[1].iter_rows(values_only=True) if row[0] == 6]
    assert line[7] == "2567: 99.00\n2580: 80.00"
    for measure in linked.measures.all():
        record_save(instance=measure, user=None, links={"answers": []})
    stored = reader.get("/integrity/ita/2564.json").json()["recommendations"][5]
    assert [row["year"] for row in stored["next_scores"]] == [2565]


def test_a_measures_result_stands_where_no_quarter_was_reported(reader, linked):
    measure = linked.measures.get()
    measure.result = "เบิกจ่ายแล้ว"
    record_save(instance=measure, user=None)
    assert "เบิกจ่ายแล้ว" in row_with(text_of(reader, YEAR), "3.1 มาตรการแก้ปัญหา")


def test_a_question_that_was_not_scored_again_says_so(reader, linked):
    ItaAssessment.objects.filter(fiscal_year=2580).delete()
    row = row_with(text_of(reader, YEAR), "3.1 มาตรการแก้ปัญหา")
    assert "ยังไม่มีการประเมินครั้งถัดไป" in row


def test_samples_are_marked(reader, linked):
    assert "sample" not in text_of(reader, YEAR)
    progress = QuarterProgress(
        measure=linked.measures.get(), quarter=1, state="done", is_sample=True
    )
    record_save(instance=progress, user=None)
    html = text_of(reader, YEAR)
    assert html.count('class="sample"') == 2


# --------------------------------------------------------------------------------------- queries


def grown(agency: Agency, years: int, items: int) -> None:
    """So many assessments from 2590 on, each with so many questions in ten indicators."""
    for year in range(2590, 2590 + years):
        row = ItaAssessment.objects.create(agency=agency, fiscal_year=year)
        tool = ItaInstrument.objects.create(assessment=row, code="IIT", name="ก", weight=100)
        for number in range(1, 11):
            indicator = ItaIndicator.objects.create(
                instrument=tool, number=number, name=f"ตัวชี้วัด {number}", complete=True
            )
            ItaItem.objects.bulk_create(
                ItaItem(
                    indicator=indicator, position=n, code=f"i{number}{n}", text="ข้อ", published=80
                )
                for n in range(1, items // 10 + 1)
            )
        advice = [
            Recommendation(assessment=row, number=n, text="ควร") for n in range(1, items // 10 + 1)
        ]
        Recommendation.objects.bulk_create(advice)


PAGES = [
    "/integrity/ita/", "/integrity/ita.json", "/integrity/ita/2590/", "/integrity/ita/2590.json",
    "/integrity/ita/2590.xlsx",
]  # fmt: skip


def asked(reader: Any, slug: str) -> dict[str, int]:
    found = {}
    for path in PAGES:
        assert reader.get(f"{path}?agency={slug}").status_code == 200
        with CaptureQueriesContext(connection) as captured:
            reader.get(f"{path}?agency={slug}")
        found[path] = len(captured)
    return found


def two_agencies() -> None:
    for slug, years, items in (("small", 1, 10), ("large", 10, 150)):
        grown(record_save(instance=Agency(slug=slug, name=slug), user=None), years, items)


def test_pages_ask_ten_times_at_most_whatever_the_size(plan, planner, today):
    """A year's scores ask four times more for their evidence, and the page once for questions."""
    today(DAY)
    two_agencies()
    reader = signed_in(planner)
    small, large = asked(reader, "small"), asked(reader, "large")
    assert small == large
    of_year = {path for path in large if path.endswith(("2590/", "2590.json"))}
    assert max(large[path] for path in large.keys() - of_year) <= 10, large
    assert max(large[path] for path in of_year) <= 15, large


def test_a_query_for_each_question_would_be_seen(plan, planner, today, monkeypatch):
    """Negative control."""
    today(DAY)
    two_agencies()
    score = ita_selectors._score

    def slow(node: Any) -> Any:
        ItaItem.objects.exists()
        return score(node)

    monkeypatch.setattr(ita_selectors, "_score", slow)
    reader = signed_in(planner)
    assert asked(reader, "small") != asked(reader, "large")


def test_templates_ask_nothing(plan, planner, today, monkeypatch):
    today(DAY)
    counted = {}
    render = ita_views.render

    def spy(request: Any, template: str, context: Any) -> Any:
        with CaptureQueriesContext(connection) as captured:
            response = render(request, template, context)
        counted[template] = len(captured)
        return response

    monkeypatch.setattr(ita_views, "render", spy)
    reader = signed_in(planner)
    for path in ("/integrity/ita/", YEAR, "/integrity/ita/?agency=rlpd"):
        assert reader.get(path).status_code == 200
    assert counted == {"integrity/ita/ita_years.html": 0, "integrity/ita/ita.html": 0}
