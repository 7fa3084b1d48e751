"""Integrity measures on page, as data, in their workbook and before the board: one truth."""

from datetime import date
from decimal import Decimal as D
from io import BytesIO
from urllib.parse import unquote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from integrity.measures import pages as measure_views
from integrity.measures import sheets as sheets_measures
from integrity.measures.rows import LABELS
from integrity.measures.sheets import quarter_words, slices
from integrity.measures.write import measure_year_begin
from integrity.models import (
    ItaAssessment,
    ItaIndicator,
    ItaInstrument,
    ItaItem,
    ItaMeasure,
    MeasureFigure,
    MeasureIssue,
    MeasureYear,
    QuarterEvidence,
    QuarterProgress,
    Recommendation,
)
from strategy.evidence.entry import EvidenceEntry
from strategy.models import Agency, Unit
from strategy.records.write import record_delete, record_save
from strategy.workbook.measure import HIGHEST, lines_in, lines_of
from strategy.workbook.styles import SIZE
from tests.support.languages import in_english
from tests.support.pages import HERE, flat, samples
from tests.support.sweep import size
from tests.support.writing import OWN, TODAY, measure_of, progress, signed_in

# Every page is asked for on both databases in tests/overview/test_smoke.py.
pytestmark = [pytest.mark.django_db, pytest.mark.same]

PAGE = "/integrity/measures/"


@pytest.fixture
def reader(executive, today):
    today(TODAY)
    return signed_in(executive)


@pytest.fixture
def sampled(plan):
    samples(plan, TODAY)


def shown(client, year=2566, query=""):
    return client.get(f"{PAGE}{year}.json{query}").json()


def text(client, year=2566, query=""):
    return client.get(f"{PAGE}{year}/{query}").content.decode()


def measures(found):
    return {row["place"]: row for issue in found["issues"] for row in issue["measures"]}


# -------------------------------------------------------------------------------- what is there


def test_the_years_are_listed_with_what_they_hold(plan, reader):
    assert reader.get("/integrity/measures.json").json()["years"] == [
        {"fiscal_year": 2566, "title": MeasureYear.objects.get(fiscal_year=2566).title,
         "issues": 4, "measures": 7, "sample": False},
        {"fiscal_year": 2565, "title": MeasureYear.objects.get(fiscal_year=2565).title,
         "issues": 7, "measures": 14, "sample": False},
    ]  # fmt: skip
    page = reader.get(PAGE).content.decode()
    for year in (2565, 2566):
        assert f"{PAGE}{year}/" in page


def test_2566_shows_results_outcomes_and_figures_as_figures(plan, reader):
    found = shown(reader)
    assert (found["measures"], found["recorded_as_a_whole"]) == (7, True)
    assert found["counts"]["no_reports"] == 7 and found["late"] == []
    figures = {
        (row["place"], figure["value"], figure["unit"])
        for row in measures(found).values()
        for figure in row["figures"]
    }
    assert figures == {
        ("2.2", "97", "ร้อยละ"), ("2.2", "5", "ระดับ"), ("3", "8644", "ครั้ง"),
        ("4.3", "89.48", "ร้อยละ"), ("4.3", "91.11", "ร้อยละ"),
    }  # fmt: skip
    page = text(reader)
    for part in ("97 ร้อยละ", "5 ระดับ", "8,644 ครั้ง", "89.48 ร้อยละ", "91.11 ร้อยละ"):
        assert f"<b>{part}</b>" in flat(page)
    for row in measures(found).values():
        assert row["result"].splitlines()[0][:60] in page
        assert row["responsible"] in page


def test_a_year_of_the_source_table_shows_its_fourteen_measures(plan, reader):
    found = shown(reader, 2565)
    assert [len(issue["measures"]) for issue in found["issues"]] == [2, 2, 2, 2, 2, 1, 3]
    assert list(measures(found))[:4] == ["1.1", "1.2", "2.1", "2.2"]
    assert measures(found)["6"]["units"] == ["สบก."]
    page = text(reader, 2565)
    for issue in found["issues"]:
        assert f"{issue['number']}. {issue['name']} ({issue['instruments'][0]})" in page


@pytest.mark.parametrize(
    ("query", "quarter"),
    [("", 4), ("?quarter=", 4), ("?quarter=1", 1), ("?quarter=๒", 2), ("?quarter=%204%20", 4)],
)
def test_the_quarter_of_an_address(plan, reader, query, quarter):
    assert shown(reader, 2566, query)["quarter"] == quarter


@pytest.mark.parametrize(
    ("day", "quarter"),
    [(date(2026, 10, 11), 1), (date(2027, 1, 1), 1), (date(2027, 4, 1), 2), (date(2028, 1, 1), 4)],
)
def test_a_page_opens_at_the_latest_quarter_that_is_over(plan, reader, today, day, quarter):
    source = MeasureYear.objects.get(fiscal_year=2566)
    measure_year_begin(user=None, source=source, fiscal_year=2570)
    today(day)
    assert shown(reader, 2570)["quarter"] == quarter


@pytest.mark.parametrize("quarter", ["5", "0", "x", "1.0", "-1", "٣", "11", "1 2", "²"])
@pytest.mark.parametrize("ending", ["/", ".json", ".xlsx"])
def test_another_quarter_is_not_found_and_the_page_says_which_there_are(
    plan, reader, quarter, ending
):
    answer = reader.get(f"{PAGE}2566{ending}", {"quarter": quarter})
    assert answer.status_code == 404
    said = answer.json()["error"] if ending == ".json" else answer.content.decode()
    assert "ไตรมาสมีตั้งแต่ 1 ถึง 4" in said


@pytest.mark.parametrize("year", ["2564", "0", "9" * 30])
@pytest.mark.parametrize("ending", ["/", ".json", ".xlsx"])
def test_another_year_is_not_found_and_the_page_says_which_there_are(plan, reader, year, ending):
    answer = reader.get(f"{PAGE}{year}{ending}")
    assert answer.status_code == 404
    said = answer.json()["error"] if ending == ".json" else answer.content.decode()
    assert "2566, 2565" in said


def test_an_agency_without_measures_has_an_empty_list(plan, reader):
    record_save(instance=Agency(slug="another", name="หน่วยงานอื่น"), user=None)
    assert reader.get(f"{PAGE[:-1]}.json?agency=another").json()["years"] == []
    assert "ยังไม่มีการบันทึกมาตรการ" in reader.get(f"{PAGE}?agency=another").content.decode()
    assert reader.get(f"{PAGE}2566/?agency=another").status_code == 404


def test_who_is_not_signed_in_is_asked_to(plan, client):
    for path, status in ((f"{PAGE}2566/", 302), (f"{PAGE}2566.json", 401)):
        assert client.get(path).status_code == status


# ------------------------------------------------------------------------------- quarters, late


def test_a_quarter_shows_its_words_and_evidence_and_names_what_is_late(sampled, reader):
    found = shown(reader, 2569, "?quarter=2")
    assert found["counts"] == {
        "done": 1, "in_progress": 5, "not_started": 0, "late": 1, "due": 0, "open": 0, "ahead": 0,
        "no_reports": 0,
    }  # fmt: skip
    [late] = found["late"]
    assert (late["measure"], late["quarter"], late["deadline"]) == ("4.2", 2, "2026-04-10")
    page = text(reader, 2569, "?quarter=2")
    assert page.index("รายงานที่เกินกำหนด") < page.index("1. สร้างการรับรู้เกี่ยวกับแผน")
    assert "(ตัวอย่าง) ประชุมชี้แจงแผนการใช้จ่ายงบประมาณแก่บุคลากรครบทุกสำนัก" in page
    assert "สม 0000/2 ลงวันที่ 9 มี.ค. 2569" in page
    for row in measures(found).values():
        for quarter in row["quarters"]:
            assert f"{LABELS[quarter['state']]}" in page
    # What the later quarters say is on the page as a state, but not in words.
    assert "ช่องทางรับฟังความคิดเห็นใช้งานได้ครบทุกสำนัก" not in page
    assert "ช่องทางรับฟังความคิดเห็นใช้งานได้ครบทุกสำนัก" in text(reader, 2569, "?quarter=4")


def test_what_was_done_earlier_counts_as_done(sampled, reader):
    found = shown(reader, 2569, "?quarter=4")
    assert measures(found)["1"]["quarters"][3]["state"] == "done_earlier"
    # 1, 2.1 and 4.1 were done in earlier quarters, 2.2 and 4.2 in this one.
    assert found["counts"]["done"] == 5
    assert [row["measure"] for row in found["late"]] == ["4.2", "3"]


def test_the_agencys_deadline_day_is_asked(sampled, reader, today):
    from strategy.models import ReportingYear

    today(date(2026, 10, 11))
    assert shown(reader, 2569)["counts"]["late"] == 1
    rules = ReportingYear(agency=Agency.objects.get(slug="nhrc"), fiscal_year=2569, deadline_day=20)
    record_save(instance=rules, user=None)
    found = shown(reader, 2569)
    assert (found["counts"]["late"], found["counts"]["due"]) == (0, 1)


@pytest.mark.parametrize(
    ("who", "links"), [("planner", True), ("reporter", True), ("executive", False)]
)
def test_who_may_report_is_led_to_the_sheet(request, sampled, today, who, links):
    """Measure 4.2 is every unit's; the reporter enters it under their own unit."""
    today(TODAY)
    client = signed_in(request.getfixturevalue(who))
    page = text(client, 2569, "?quarter=2")
    assert (reverse("admin:integrity_quarterprogress_add") in page) == links
    if who == "reporter":
        own = Unit.objects.get(name=OWN)
        assert f"?unit={own.pk}&amp;year=2569&amp;quarter=2#m" in page
        only = measure_of(2569, "4.1")  # the digital bureau's
        assert reverse("admin:integrity_quarterprogress_outcome", args=[only.pk]) not in page


def test_samples_are_marked_wherever_they_show(sampled, reader):
    assert shown(reader, 2569)["sample"] and not shown(reader, 2566)["sample"]
    assert "ข้อมูลตัวอย่าง" in text(reader, 2569) and "ข้อมูลตัวอย่าง" not in text(reader, 2566)
    assert "ตัวอย่าง" in reader.get(PAGE).content.decode()
    for year, marked in ((2569, True), (2566, False)):
        for sheet in workbook(reader, year).worksheets:
            texts = [str(cell.value) for row in sheet.iter_rows() for cell in row]
            assert any("ข้อมูลตัวอย่าง" in each for each in texts) == marked


# --------------------------------------------------------------- from recommendation to score


@pytest.fixture
def advice(plan):
    """A recommendation of ITA 2564 on i30, scored 75.99, and its next scores."""
    agency = Agency.objects.get(slug="nhrc")
    ItaAssessment.objects.filter(agency=agency).delete()

    def item(year, published, parts=()):
        assessment = ItaAssessment(agency=agency, fiscal_year=year)
        record_save(instance=assessment, user=None)
        instrument = ItaInstrument(assessment=assessment, code="IIT", name="ภายใน", weight=30)
        record_save(instance=instrument, user=None)
        indicator = ItaIndicator(instrument=instrument, number=5, name="การแก้ไขปัญหา")
        record_save(instance=indicator, user=None)
        row = ItaItem(indicator=indicator, code="i30", text="ร้องเรียน", published=published)
        record_save(instance=row, user=None)
        for position, score in enumerate(parts, start=1):
            part = ItaItem(
                indicator=indicator, parent=row, position=position, text="ส่วน", published=score
            )
            record_save(instance=part, user=None)
        return row

    old = item(2564, D("75.99"))
    row = Recommendation(
        assessment=old.indicator.instrument.assessment, number=5, text="ควรสร้างช่องทางการร้องเรียน",
        instrument=old.indicator.instrument, item=old,
    )  # fmt: skip
    record_save(instance=row, user=None)
    measure = measure_of(2566, "4.1")
    record_save(instance=measure, user=None, links={"answers": [row]})
    return item


def answer_of(client):
    [answer] = measures(shown(client))["4.1"]["answers"]
    return (answer["score"], answer["next_ita_year"], answer["next_score"])


def test_the_loop_closes_with_the_first_assessment_from_the_measures_year_on(advice, reader):
    assert answer_of(reader) == ("75.99", None, None)
    advice(2565, D("70.00"))  # before the measure was undertaken
    assert answer_of(reader) == ("75.99", None, None)
    advice(2567, D("82.50"))
    advice(2568, D("90.00"))
    assert answer_of(reader) == ("75.99", 2567, "82.50")
    page = text(reader)
    for part in ("ควรสร้างช่องทางการร้องเรียน", "i30", "75.99", "82.50", "+6.51", "ITA 2564 ข้อ 5"):
        assert part in page


def test_a_question_scored_in_parts_counts_with_their_mean(advice, reader):
    advice(2566, None, (D("80.00"), D("85.01")))
    assert answer_of(reader) == ("75.99", 2566, "82.51")


def test_both_pages_name_the_same_next_score(advice, reader):
    """2565 came before the measure of 2566: both pages follow the advice to 2567."""
    advice(2565, D("50.00"))
    advice(2567, D("99.00"))
    assert answer_of(reader) == ("75.99", 2567, "99.00")
    (stored,) = reader.get("/integrity/ita/2564.json").json()["recommendations"]
    assert [(row["year"], row["score"]) for row in stored["next_scores"]] == [(2567, "99.00")]


def test_both_pages_compute_a_question_from_parts_of_parts_that_are_not_listed(advice, reader):
    """A part that names but what each of its own parts scored counts with that."""
    row = advice(2567, None, (D("80.00"), None))
    part = row.parts.get(position=2)
    part.rest_score, part.item_count = D("90.00"), 3
    record_save(instance=part, user=None)
    assert answer_of(reader) == ("75.99", 2567, "85.00")
    (stored,) = reader.get("/integrity/ita/2564.json").json()["recommendations"]
    assert [row["score"] for row in stored["next_scores"]] == ["85.00"]
    # Then published, now computed: the pages show both and no change.
    assert stored["next_scores"][0]["change"] is None and "+9.01" not in text(reader)


def test_without_links_the_page_says_that_none_are_drawn(plan, reader):
    assert "ยังไม่มีมาตรการของปีนี้ที่เชื่อมโยงกับข้อเสนอแนะ" in text(reader, 2565)


# ---------------------------------------------------------------------------------- the workbook


def workbook(client, year, query=""):
    answer = client.get(f"{PAGE}{year}.xlsx{query}")
    assert answer.status_code == 200
    assert f"มาตรการคุณธรรมฯ – {year} – " in unquote(answer["Content-Disposition"])
    return load_workbook(BytesIO(answer.content))


def table(sheet, head):
    """The rows below the heading that begins with ``head``."""
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    start = next(place for place, row in enumerate(rows) if row[0] == head)
    return rows[start], rows[start + 1 :]


def reopened_quarters(sheet):
    """Issues with their measures, as somebody reads them who opens the workbook."""
    head, rows = table(sheet, "ประเด็น")
    assert head[2] == "ผลการดำเนินงานรายไตรมาส"
    assert rows[0][2:6] == ["1", "2", "3", "4"]
    found = []
    for issue, measure, *cells, responsible in rows[1:]:
        if issue:
            found.append((issue, []))
        if measure:
            found[-1][1].append([measure, cells, ["", "", "", ""], responsible])
        elif any(cells):
            words = found[-1][1][-1][2]
            for place, cell in enumerate(cells):
                words[place] += cell or ""
    return found


def reopened_results(sheet):
    _head, rows = table(sheet, "ที่")
    found = {}
    for place, measure, result, outcome, label, value, unit in rows:
        if place:
            key = str(place)
            found[key] = [measure, "", "", []]
        found[key][1] += result or ""
        found[key][2] += outcome or ""
        if label:
            found[key][3].append((label, D(str(value)), unit))
    return found


def evidence_words(piece):
    return [part for part in (piece["number"], piece["text"], piece["url"]) if part]


@pytest.mark.parametrize(
    ("year", "quarter"), [(2565, 4), (2566, 4), (2569, 1), (2569, 2), (2569, 4)]
)
def test_the_workbook_reopens_equal_to_the_page(sampled, reader, year, quarter):
    query = f"?quarter={quarter}"
    found, book = shown(reader, year, query), workbook(reader, year, query)
    page = reader.get(f"{PAGE}{year}/{query}").context["shown"]
    assert found["measures"] == len(page.measures)
    issues = reopened_quarters(book.worksheets[0])
    assert [title for title, _rows in issues] == [issue.title for issue in page.issues]
    for issue, (title, rows) in zip(found["issues"], issues, strict=True):
        assert title == f"{issue['number']}. {issue['name']} ({', '.join(issue['instruments'])})"
        assert len(rows) == len(issue["measures"])
        for measure, (named, states, words, responsible) in zip(
            issue["measures"], rows, strict=True
        ):
            assert named == f"{measure['number'] or ''} {measure['text']}".strip()
            assert responsible == measure["responsible"]
            for place, shown_quarter in enumerate(measure["quarters"]):
                label = str(LABELS[shown_quarter["state"]])
                waits = shown_quarter["approved"] is False
                assert states[place] == (f"{label} (ยังไม่อนุมัติ)" if waits else label)
                assert words[place].startswith(shown_quarter["text"] or "")
                for piece in shown_quarter["evidence"]:
                    assert all(part in words[place] for part in evidence_words(piece))
    results = reopened_results(book.worksheets[1])
    assert list(results) == list(measures(found))
    for place, measure in measures(found).items():
        named, result, outcome, figures = results[place]
        assert (named, result, outcome) == (
            measure["text"], measure["result"] or "", measure["outcome"] or "",
        )  # fmt: skip
        assert figures == [
            (figure["label"], D(figure["value"]), figure["unit"]) for figure in measure["figures"]
        ]
    counted = book.worksheets[0].cell(2, 1).value
    for state, count in found["counts"].items():
        assert (f"{LABELS[state]} {count}" in counted) == bool(count)


def test_only_who_has_signed_in_reads_the_evidence_of_a_quarter(
    plan, client, reader, settings, today
):
    """Public reading opens what was done, not the letters that it rests on."""
    today(TODAY)
    settings.PUBLIC_READING = True
    letter = EvidenceEntry("letter", "สม ๐๒๐๒/ว ๙๙๙", text="หนังสือเวียน")
    progress(measure_of(2566, "2.2"), 1, text="จัดทำแนวทางแล้ว", evidence=[letter])
    unapproved = client.get("/integrity/measures/2566/?quarter=1").content.decode()
    assert "จัดทำแนวทางแล้ว" not in unapproved
    QuarterProgress.objects.update(approval="approved")
    page, data = "/integrity/measures/2566/?quarter=1", "/integrity/measures/2566.json?quarter=1"
    for path in (page, data):
        public, known = (who.get(path).content.decode() for who in (client, reader))
        assert "จัดทำแนวทางแล้ว" in public and "ว ๙๙๙" not in public
        assert "ว ๙๙๙" in known
    for path in (
        "/integrity/measures/2566.xlsx",
        f"/plans/{plan.slug}/board.xlsx?year=2566&month=3",
    ):
        for who, shown in ((client, False), (reader, True)):
            if who is client and "board" in path:
                continue  # what the board deliberates on is not public at all
            book = load_workbook(BytesIO(who.get(path).content))
            words = [str(c.value) for sheet in book for row in sheet.iter_rows() for c in row]
            assert any("ว ๙๙๙" in word for word in words) is shown, path


def test_texts_that_could_run_stay_texts(plan, reader):
    measure = measure_of(2566, "2.2")
    progress(measure, 1, text="=1+1", evidence=[EvidenceEntry("document", text="@SUM(1)")])
    ItaMeasure.objects.filter(pk=measure.pk).update(
        text="=cmd", result="+1", outcome="-1", number=""
    )
    MeasureIssue.objects.filter(pk=measure.issue_id).update(name="=1+1")
    MeasureFigure.objects.filter(measure=measure).update(label="=1", unit_label="@x")
    for sheet in workbook(reader, 2566).worksheets:
        cells = [cell for row in sheet.iter_rows() for cell in row]
        assert not [cell for cell in cells if cell.data_type == "f"]
    texts = {
        cell.value
        for sheet in workbook(reader, 2566).worksheets
        for row in sheet.iter_rows()
        for cell in row
    }
    assert {"=cmd", "+1", "-1", "=1", "@x", "=1+1\nเอกสารอื่น: @SUM(1)"} <= texts


@pytest.mark.parametrize("room", [30, 70, 160])
def test_a_long_text_goes_on_in_further_rows_and_loses_nothing(room):
    for words in ("ก" * 2000, "คำ " * 900, "บรรทัด\n" * 60, "a\n\n b  c", ""):
        parts = slices(words, room)
        assert "".join(parts) == words
        assert all(lines_of(part, room, SIZE) <= lines_in(HIGHEST, SIZE) for part in parts)
    assert len(slices("ก" * 2000, 100)) > 1


def test_a_long_report_is_whole_in_the_workbook(plan, reader):
    long = "ดำเนินการตามแผน " * 150
    progress(measure_of(2566, "2.2"), 1, text=long)
    [words] = [
        row[2][0]
        for _title, rows in reopened_quarters(workbook(reader, 2566).worksheets[0])
        for row in rows
        if row[2][0]
    ]
    assert words == long
    heights = [
        dimension.height or 0
        for dimension in workbook(reader, 2566).worksheets[0].row_dimensions.values()
    ]
    assert max(heights) <= 409


def test_the_sheets_are_set_up_for_print(plan, reader):
    for sheet in workbook(reader, 2566).worksheets:
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.print_title_rows and sheet.freeze_panes
        fonts = {cell.font.name for row in sheet.iter_rows() for cell in row if cell.value}
        assert fonts == {"TH Sarabun New"}


# ----------------------------------------------------------------------------------- the board


def board(client, at="?year=2569&month=9"):
    return client.get(f"{HERE}/board.json{at}").json()["integrity"]


def test_the_board_is_told_of_the_quarter_of_its_month(sampled, reader):
    for month, quarter in ((3, 1), (4, 2), (6, 2), (7, 3), (12, 4)):
        found = board(reader, f"?year=2569&month={month}")
        year = shown(reader, 2569, f"?quarter={quarter}")
        assert found["quarter"] == quarter
        for name in ("measures", "counts", "late", "sample"):
            assert found[name] == year[name]


def test_the_board_page_says_what_is_late(sampled, reader):
    page = reader.get(f"{HERE}/board/?year=2569&month=12").content.decode()
    assert "ปีงบประมาณ 2569 ไตรมาส 4: 7 มาตรการ" in page
    assert "เกินกำหนดรายงาน 1" in page
    assert f"{PAGE}2569/?quarter=4" in page


def test_the_packs_sheet_equals_the_measures_own_workbook(sampled, reader):
    answer = reader.get(f"{HERE}/board.xlsx?year=2569&month=6")
    pack = load_workbook(BytesIO(answer.content))["มาตรการคุณธรรมฯ"]
    own = workbook(reader, 2569, "?quarter=2").worksheets[0]
    assert [[cell.value for cell in row] for row in pack.iter_rows()] == [
        [cell.value for cell in row] for row in own.iter_rows()
    ]


def test_a_year_without_measures_names_the_latest_that_has_some(plan, reader):
    at = "?year=2569&month=6"
    assert board(reader, at) == {"fiscal_year": 2569, "measures": 0, "latest_year": 2566}
    sentence = "ยังไม่มีการบันทึกมาตรการของปีงบประมาณ 2569 ปีล่าสุดที่มีมาตรการคือ 2566"
    assert sentence in reader.get(f"{HERE}/board/{at}").content.decode()
    pack = load_workbook(BytesIO(reader.get(f"{HERE}/board.xlsx{at}").content))["สรุป"]
    assert sentence in [cell.value for row in pack.iter_rows() for cell in row]
    for year in MeasureYear.objects.all():
        record_delete(instance=year, user=None)
    assert board(reader, at)["latest_year"] is None


# ---------------------------------------------------------------------------------- queries


def grown(fiscal_year, count):
    """A year with ``count`` measures, each with four reports, evidence, figures and an answer."""
    agency = Agency.objects.get(slug="nhrc")
    year = MeasureYear(agency=agency, fiscal_year=fiscal_year)
    record_save(instance=year, user=None)
    issue = MeasureIssue(year=year, number=1, name="ประเด็น", instruments=["IIT"])
    record_save(instance=issue, user=None)
    rows = ItaMeasure.objects.bulk_create(
        ItaMeasure(issue=issue, position=n, number=f"1.{n}", text=f"มาตรการ {n}", outcome="ผล")
        for n in range(1, count + 1)
    )
    units = list(Unit.objects.filter(agency=agency)[:2])
    ItaMeasure.units.through.objects.bulk_create(
        ItaMeasure.units.through(itameasure=row, unit=unit) for row in rows for unit in units
    )
    advice = list(Recommendation.objects.all()[:1])
    ItaMeasure.answers.through.objects.bulk_create(
        ItaMeasure.answers.through(itameasure=row, recommendation=each)
        for row in rows
        for each in advice
    )
    MeasureFigure.objects.bulk_create(
        MeasureFigure(measure=row, position=n, label="ตัวเลข", value=n)
        for row in rows
        for n in (1, 2)
    )
    reports = QuarterProgress.objects.bulk_create(
        QuarterProgress(measure=row, quarter=quarter, state="in_progress", text="ดำเนินการ")
        for row in rows
        for quarter in (1, 2, 3)
    )
    QuarterEvidence.objects.bulk_create(
        QuarterEvidence(progress=row, position=n, number=str(n)) for row in reports for n in (1, 2)
    )


ADDRESSES = ["{}/", "{}.json", "{}.xlsx", "{}/?quarter=2"]


@pytest.mark.parametrize(
    ("who", "many"), [("executive", 60), ("reporter", 60), ("planner", size(60, 500))]
)
def test_a_year_of_500_measures_asks_as_often_as_one_of_14(request, advice, today, who, many):
    today(TODAY)
    client = signed_in(request.getfixturevalue(who))
    grown(2567, 14)
    grown(2568, many)
    for address in ADDRESSES:
        asked = []
        for year in (2567, 2568, 2565):
            path = PAGE + address.format(year)
            with CaptureQueriesContext(connection) as captured:
                assert client.get(path).status_code == 200
            asked.append(len(captured))
        # Two of them for the questions about the quarters, one for the units that these concern,
        # one for the months that are locked.
        assert asked[1] <= asked[0] <= 16 and asked[2] <= 16, (address, asked)


def test_the_list_of_years_asks_five_times(plan, reader, django_assert_max_num_queries):
    for path in (PAGE, "/integrity/measures.json"):
        with django_assert_max_num_queries(5):
            reader.get(path)


def test_the_boards_measures_take_five_queries_whatever_their_number(plan, reader):
    def asked(year):
        at = f"?year={year}&month=6"
        with CaptureQueriesContext(connection) as captured:
            assert reader.get(f"{HERE}/board.json{at}").status_code == 200
        return len(captured)

    none = asked(2569)
    grown(2569, 14)
    few = asked(2569)
    grown(2568, size(60, 500))
    assert (few - none, asked(2568) - none) == (4, 4)


def test_rendering_asks_nothing(sampled, advice, planner, today, monkeypatch):
    today(TODAY)
    client = signed_in(planner)
    asked = []
    render = measure_views.render

    def spy(*args, **kwargs):
        with CaptureQueriesContext(connection) as captured:
            answer = render(*args, **kwargs)
        asked.append(len(captured))
        return answer

    monkeypatch.setattr(measure_views, "render", spy)
    for path in (PAGE, f"{PAGE}2566/", f"{PAGE}2569/?quarter=2"):
        assert client.get(path).status_code == 200
    assert asked == [0, 0, 0]


def test_control_a_query_for_each_measure_would_be_seen(plan, reader, monkeypatch):
    """NEGATIVE CONTROL: a look-up for every measure, and the larger year asks more."""
    grown(2567, 2)
    grown(2568, 5)
    words = sheets_measures.quarter_words

    def slow(quarter):
        QuarterProgress.objects.filter(pk=quarter.progress_id).first()
        return words(quarter)

    monkeypatch.setattr(sheets_measures, "quarter_words", slow)
    asked = []
    for year in (2567, 2568):
        with CaptureQueriesContext(connection) as captured:
            reader.get(f"{PAGE}{year}.xlsx")
        asked.append(len(captured))
    assert asked[0] < asked[1]


def test_pages_are_in_thai_whatever_the_state(sampled, reader):
    with in_english():
        english = {str(label) for label in LABELS.values()}
    for query in ("?quarter=1", "?quarter=4"):
        page = text(reader, 2569, query)
        assert not [label for label in english if f"> {label}<" in page or f" {label} " in page]
    assert quarter_words(reader.get(f"{PAGE}2569/").context["shown"].measures[0].at(1))
