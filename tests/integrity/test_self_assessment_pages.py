"""The pages of assessments: figures, data, workbook, who may read them, and how often they ask."""

from __future__ import annotations

import io
from decimal import Decimal as D
from urllib.parse import unquote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from integrity.models import Answer, Criterion, SelfAssessment
from integrity.self_assessments import listing
from integrity.self_assessments.listing import policy_counts
from integrity.self_assessments.read import assessment_page
from integrity.self_assessments.write_editions import rubric_copy
from kpis.suggestions import suggestion_for
from strategy import access as roles
from strategy.evidence.entry import EvidenceEntry
from strategy.models import Agency, Unit
from strategy.records.write import record_save
from tests.support.assessing import (
    SELF,
    AnswerEntries,
    all_at,
    answer,
    begun,
    criterion,
    entry,
    own_agency,
    page,
    the_rubric,
)
from tests.support.crawling import problems
from tests.support.pages import DAY, Rows, samples
from tests.support.writing import OWN, TODAY, differences, facts, indicator_of, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.same]

LIST = "/integrity/assessments/"


@pytest.fixture(autouse=True)
def on_the_day(today):
    today(DAY)


@pytest.fixture
def reader(client, executive):
    client.force_login(executive)
    return client


def place(assessment, kind="/"):
    return f"{LIST}{assessment.pk}{kind}"


@pytest.fixture
def filled(plan):
    """An assessment with everything in it."""
    assessment = begun("กรมหนึ่ง", agency=own_agency())
    answer(assessment, {**all_at(3), "A 1.2": 1, "B 2": 2, "S 1.1": "9.25"})
    link = EvidenceEntry("link", url="https://example.org/x?a=1&b=2", text="<b>=1+1</b>")
    AnswerEntries.record_many(
        user=None, assessment=assessment,
        entries=[entry(assessment, "A 1.1", 3, remark="=1+1 <script>", evidence=(link,))],
    )  # fmt: skip
    return assessment


# ---------------------------------------------------------------------------- what is shown


def test_the_page_of_an_assessment_shows_its_figures(filled, reader):
    shown = page(filled)
    html = reader.get(place(filled)).content.decode()
    # 5 × 2/3 × 0.70 and 20 × 1/3 × 0.30 short of 100.
    assert str(shown.total) == "95.67"
    assert "95.67" in html and "96.67 × 0.70 + 93.33 × 0.30" in html
    rows = [text for text, _links in Rows(html).rows]
    assert any(text.startswith("A 1 ") and "11.67 15 77.78" in text for text in rows)
    assert "+1.17" in html and "9.25" in html
    assert "=1+1 &lt;script&gt;" in html and "https://example.org/x?a=1&amp;b=2" in html
    for row in Criterion.objects.filter(group__part__rubric=the_rubric()):
        assert f'id="c{row.pk}"' in html


def test_the_data_are_those_of_the_page(filled, reader):
    shown, data = page(filled), reader.get(place(filled, ".json")).json()
    assert data["total"] == str(shown.total) == "95.67"
    assert [part["points"] for part in data["parts"]] == [str(row.points) for row in shown.parts]
    assert {
        (part["code"], row["criterion"]): (row["level"], row["points"])
        for part in data["parts"]
        for group in part["groups"]
        for row in group["criteria"]
        if row["points"] is not None
    } == {
        tuple(row.criterion.code.split()): (row.level, str(row.points))
        for row in shown.answers
        if row.points is not None
    }
    assert data["gains"][0] == {"criterion": "B 2", "level": 3, "points": "2.00"}
    assert data["parts"][0]["groups"][0]["criteria"][0]["evidence"][0]["url"].endswith("&b=2")


def test_the_workbook_is_the_page(filled, reader):
    shown = page(filled)
    response = reader.get(place(filled, ".xlsx"))
    assert unquote(response["Content-Disposition"]).endswith(" – 2565.xlsx")
    book = load_workbook(io.BytesIO(response.content))
    result, form = book.worksheets
    rows = {}
    part = ""
    for line in result.iter_rows(values_only=True):
        if line[0] in ("A", "B", "S"):
            part = line[0]
            rows[part] = line
        elif part and line[0] and line[4]:
            rows[f"{part} {line[0]}"] = line
    for standing in shown.parts:
        head = rows[standing.part.code]
        assert [D(str(figure)) for figure in head[2:4]] == [standing.full, standing.points]
    for row in shown.answers:
        line = rows[row.criterion.code]
        assert line[1] == row.criterion.text
        points = None if row.points is None else pytest.approx(float(row.points))
        assert line[3] == points, row.criterion.code
        percent = None if row.percent is None else pytest.approx(float(row.percent))
        assert line[5] == percent
    gains = {gain.criterion.code: float(gain.points) for gain in shown.gains}
    assert {code: line[6] for code, line in rows.items() if line[6] is not None} == gains
    assert [c.value for c in result[result.max_row]][1:4] == ["คะแนนรวม", 100, 95.67]
    marks = [line[1] for line in form.iter_rows(values_only=True)]
    assert marks.count("☑") == 25 and marks.count("☐") == 76 - 25
    for sheet in book:
        assert all(cell.data_type != "f" for line in sheet.iter_rows() for cell in line)
        assert sheet.page_setup.paperSize == "9" or int(sheet.page_setup.paperSize) == 9
        assert sheet.print_title_rows and sheet.oddFooter.right.text
    assert any(cell.value == "=1+1 <script>" for line in form.iter_rows() for cell in line)


def test_the_instrument_is_shown_whole_and_marks_what_is_our_reading(reader):
    rubric = the_rubric()
    html = reader.get(f"{LIST}rubrics/{rubric.pk}/").content.decode()
    for text in (*rubric.questions, *(item["meaning"] for item in rubric.definitions)):
        assert text in html
    assert "การตีความของระบบ" in html
    data = reader.get(f"{LIST}rubrics/{rubric.pk}.json").json()
    readings = [
        f"{part['code']} {row['number']}"
        for part in data["parts"]
        for group in part["groups"]
        for row in group["criteria"]
        if row["full_is_reading"]
    ]
    assert readings == ["B 1.1", "B 1.2", "B 1.3"] and html.count("คะแนน*") == 3
    (five,) = [r for g in data["parts"][1]["groups"] for r in g["criteria"] if r["number"] == "5"]
    levels = [(row["share_of"], row["share_in"], row["points"]) for row in five["levels"]]
    assert levels == [(0, 1, "0.00"), (2, 3, "6.67"), (3, 3, "10.00")]


def test_forms_to_print_are_blank_or_filled(filled, reader):
    blank = reader.get(f"{LIST}rubrics/{the_rubric().pk}/?print=1").content.decode()
    printed = reader.get(place(filled) + "?print=1").content.decode()
    assert blank.count("☐") == 76 and "☑" not in blank and "กรมหนึ่ง" not in blank
    assert printed.count("☑") == 25 and printed.count("☐") == 51 and "95.67" in printed
    for row in Criterion.objects.filter(group__part__rubric=the_rubric()):
        assert row.text in blank and row.text in printed


def test_the_list_has_filters(plan, reader, planner):
    other = rubric_copy(
        user=planner, rubric=the_rubric(), fiscal_year=2567, organisation_kind="ภาครัฐ"
    )
    begun("กรมป่า"), begun("จังหวัดน้ำ", level="province", province="น้ำ")
    begun("เทศบาลฟ้า", level="local", province="น้ำ", rubric=other)

    def names(query):
        return [
            row["organisation"]
            for row in reader.get(f"{LIST}.json".replace("/.", ".") + query).json()["assessments"]
        ]  # noqa: E501

    assert names("") == ["เทศบาลฟ้า", "กรมป่า", "จังหวัดน้ำ"]
    assert names("?level=province") == ["จังหวัดน้ำ"]
    assert names(f"?rubric={other.pk}") == ["เทศบาลฟ้า"]
    assert names("?province=น้ำ") == ["เทศบาลฟ้า", "จังหวัดน้ำ"]
    assert names("?text=ป่า") == ["กรมป่า"]
    assert names("?text=ไม่มี") == []
    for odd in ("?rubric=x", "?rubric=99999999999999999999", "?level=x", "?page=x", "?page=99",
                "?province=%00", "?text=%00", "?text=%25"):  # fmt: skip
        assert reader.get(LIST + odd).status_code == 200, odd


def test_nothing_to_list_says_so(reader):
    assert "ไม่มีการประเมินที่แสดงได้" in reader.get(LIST).content.decode()


def test_samples_are_marked_wherever_they_show(plan, reader, planner):
    samples(plan, DAY)
    row = SelfAssessment.objects.first()
    assert reader.get(LIST).content.decode().count(">ตัวอย่าง<") == 3
    for path in (place(row), place(row) + "?print=1"):
        assert ">ตัวอย่าง<" in reader.get(path).content.decode()
    assert reader.get(place(row, ".json")).json()["sample"] is True
    book = load_workbook(io.BytesIO(reader.get(place(row, ".xlsx")).content))
    for sheet in book:
        assert "ตัวอย่าง" in [cell.value for line in sheet.iter_rows() for cell in line]


# ------------------------------------------------------------------------------- who may read

#: Own agency's, another agency's, one outside the system: page, data and workbook alike.
READS = {
    roles.PLANNER: "yyy",
    roles.AUDITOR: "yyy",
    roles.EXECUTIVE: "yyy",
    roles.REPORTER: "y--",
    roles.ADMINISTRATOR: "y--",
    "": "y--",
}


@pytest.mark.parametrize("role", READS, ids=lambda role: role or "no-role")
@pytest.mark.parametrize("open_", [False, True], ids=["closed", "public"])
def test_who_reads_which_assessment(person, settings, role, open_):
    settings.PUBLIC_READING = open_
    agency = record_save(instance=Agency(slug="other", name="หน่วยงานอื่น"), user=None)
    record_save(instance=Unit(agency=agency, name="กองอื่น"), user=None)
    rows = [
        begun("กรมของเรา", agency=own_agency()),
        begun("กรมของเขา", agency=agency),
        begun("กรมของใคร"),
    ]
    client = signed_in(person("somebody", role, OWN))
    for kind in ("/", ".json", ".xlsx"):
        found = ["y" if client.get(place(row, kind)).status_code == 200 else "-" for row in rows]
        assert "".join(found) == READS[role], kind
        hidden = [client.get(place(row, kind)).status_code for row in rows]
        assert set(hidden) <= {200, 404}
    listed = client.get(LIST).content.decode()
    assert "".join("y" if row.organisation in listed else "-" for row in rows) == READS[role]
    # Choices of the filters tell nothing of the others either.
    assert client.get(f"{LIST}rubrics/{the_rubric().pk}/").status_code == 200


@pytest.mark.parametrize("open_", [False, True], ids=["closed", "public"])
def test_public_reading_never_opens_assessments(filled, client, settings, open_):
    settings.PUBLIC_READING = open_
    rubric = f"{LIST}rubrics/{the_rubric().pk}"
    for path in (LIST, place(filled), place(filled, ".xlsx"), rubric + "/"):
        response = client.get(path)
        assert response.status_code == 302, path
        assert response["Location"].startswith("/login/?next=/integrity/")
    for path in (LIST[:-1] + ".json", place(filled, ".json"), rubric + ".json"):
        assert client.get(path).status_code == 401, path


def test_what_is_not_there_is_answered_in_thai(reader):
    for path in (f"{LIST}999999/", f"{LIST}rubrics/999999/", f"{LIST}999999.xlsx"):
        response = reader.get(path)
        assert response.status_code == 404 and "ไม่พบ" in response.content.decode()
    assert set(reader.get(f"{LIST}999999.json").json()) == {"error"}


def addresses(filled):
    rubric = f"{LIST}rubrics/{the_rubric().pk}"
    return [
        LIST, LIST + "?text=<script>", LIST[:-1] + ".json", place(filled), place(filled, ".json"),
        place(filled, ".xlsx"), place(filled) + "?print=1", rubric + "/", rubric + ".json",
        rubric + "/?print=1",
    ]  # fmt: skip


def test_pages_keep_the_content_policy_change_nothing_and_take_no_post(filled, planner):
    client = signed_in(planner)
    before = facts()
    for path in addresses(filled):
        response = client.get(path)
        assert (response.status_code, problems(response)) == (200, []), path
        assert {"no-store", "private"} <= set(response["Cache-Control"].split(", ")), path
        assert client.head(path).status_code == 200
        assert client.post(path).status_code == 405
    assert differences(before, facts()) == {}


# -------------------------------------------------------------------------- how often they ask


def many(count, answered=25):
    """Assessments past the services, as fast as a test needs them."""
    rubric, there = the_rubric(), SelfAssessment.objects.count()
    rows = SelfAssessment.objects.bulk_create(
        SelfAssessment(rubric=rubric, organisation=f"กรมที่ {n}", province=f"จังหวัด {n % 7}")
        for n in range(there, there + count)
    )
    criteria = [criterion(code).pk for code in SELF[:answered]]
    Answer.objects.bulk_create(
        (
            Answer(assessment=row, criterion_id=pk, level=1 + 2 * ((row.pk + pk) % 2))
            for row in rows
            for pk in criteria
        ),
        batch_size=5000,
    )
    return rows


def asked(client, path):
    assert client.get(path).status_code == 200
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


def test_every_page_asks_ten_times_at_most_whatever_the_number_of_assessments(
    filled, planner, reporter, django_assert_max_num_queries
):
    people = {"planner": signed_in(planner), "reporter": signed_in(reporter)}
    paths = addresses(filled)
    many(3)
    few = {(who, path): asked(client, path) for who, client in people.items() for path in paths}
    many(1000)
    lots = {(who, path): asked(client, path) for who, client in people.items() for path in paths}
    assert few == lots
    # An assessment's own page asks twice more, for its answers and the questions about them.
    assert max(lots.values()) <= 12
    assert people["planner"].get(LIST[:-1] + ".json").json()["count"] == 1004
    with django_assert_max_num_queries(5):
        row = SelfAssessment.objects.select_related("rubric", "agency").get(pk=filled.pk)
        assessment_page(row)


def test_control_a_query_for_each_row_would_be_seen(plan, planner, monkeypatch):
    """Negative control: one look-up for each assessment, and the list grows."""
    plain = listing._row

    def slow(assessment, *more):
        SelfAssessment.objects.get(pk=assessment.pk)
        return plain(assessment, *more)

    monkeypatch.setattr(listing, "_row", slow)
    client = signed_in(planner)
    many(2)
    few = asked(client, LIST)
    many(5)
    assert asked(client, LIST) == few + 5


def test_a_long_list_has_pages(plan, planner):
    many(120, answered=3)
    client = signed_in(planner)
    seen = []
    for number in (1, 2, 3):
        data = client.get(f"{LIST[:-1]}.json?page={number}").json()
        assert (data["count"], data["page"], data["pages"]) == (120, number, 3)
        seen += [row["id"] for row in data["assessments"]]
    assert len(seen) == len(set(seen)) == 120
    html = client.get(LIST + "?page=2&level=department").content.decode()
    assert "?level=department&amp;page=1" in html and "?level=department&amp;page=3" in html


# --------------------------------------------------- who has a policy, and whom that is told


def test_who_has_a_policy_is_counted_once_and_samples_never(plan, planner):
    def of():
        found = policy_counts(approved_only=False)
        return found.agencies, found.provinces

    samples(plan, TODAY)
    assert of() == (0, 0)
    answer(begun("กรมหนึ่ง"), {"A 1.1": 1})
    answer(begun("เทศบาลหนึ่ง", level="local", province="หนึ่ง"), {"A 1.1": 3})
    answer(begun("กรมสอง"), {"A 1.2": 3})  # another criterion
    province = begun("จังหวัดหนึ่ง", level="province", province="หนึ่ง")
    answer(province, {"A 1.1": 2})
    assert of() == (2, 1)
    next_year = rubric_copy(
        user=planner, rubric=the_rubric(), fiscal_year=2567, organisation_kind="ภาครัฐ"
    )
    answer(begun("กรมหนึ่ง", rubric=next_year), {"A 1.1": 2})
    answer(begun("สำนักงานจังหวัดหนึ่ง", level="province", province="หนึ่ง"), {"A 1.1": 2})
    assert of() == (2, 1)
    # A level that earns nothing is no policy, and neither is a remark.
    level = criterion("A 1.1").levels.get(level=1)
    level.share_of = 0
    record_save(instance=level, user=planner)
    answer(begun("กรมสาม"), {"A 1.1": 1})
    remark = entry(begun("กรมสี่"), "A 1.1", remark="ยังไม่ได้ประกาศ")
    four = SelfAssessment.objects.get(organisation="กรมสี่")
    AnswerEntries.record_many(user=None, assessment=four, entries=[remark])
    assert of() == (2, 1)
    answer(province, {"A 1.1": None})
    assert of() == (2, 1)  # the other office of that province
    answer(SelfAssessment.objects.get(organisation__startswith="เทศบาล"), {"A 1.1": None})
    assert of() == (1, 1)


TEXT = "จากการประเมินองค์กรต้นแบบ: หน่วยงาน 1 แห่ง จังหวัด 0 แห่ง"


def form_of(client, plan, code):
    indicator = indicator_of(plan, code)
    path = f"/admin/kpis/result/add/?indicator={indicator.pk}&year=2567&month=12"
    assert client.get(path).status_code == 200
    with CaptureQueriesContext(connection) as captured:
        html = client.get(path).content.decode()
    return html, [query["sql"] for query in captured if "integrity_" in query["sql"]]


def test_the_suggestion_shows_beside_its_indicator_and_nowhere_else(plan, planner):
    answer(begun("กรมหนึ่ง"), {"A 1.1": 1})
    client = signed_in(planner)
    html, asked_ = form_of(client, plan, "S1-1.1")
    assert TEXT in html and f'href="{LIST}"' in html and len(asked_) == 1
    for code in ("S1-2.1", "S2-1.1", "S3-1.1", "S4-1.1"):
        html, asked_ = form_of(client, plan, code)
        assert "จากการประเมินองค์กรต้นแบบ" not in html and asked_ == []


def test_the_suggestion_writes_nothing_and_fills_nothing_in(plan, planner):
    answer(begun("กรมหนึ่ง"), {"A 1.1": 1})
    before = facts()
    html, _asked = form_of(signed_in(planner), plan, "S1-1.1")
    assert differences(before, facts()) == {}
    first = indicator_of(plan, "S1-1.1").measures.first()
    assert f'name="value_{first.pk}"' in html
    (field,) = [part for part in html.split("<input") if f'name="value_{first.pk}"' in part]
    assert "value=" not in field.split(">")[0].replace('name="value_', "")


def test_an_indicator_is_told_what_planners_chose_for_it(plan):
    """The source is data: another indicator may name it, an unknown name says nothing."""
    indicator, other = indicator_of(plan, "S1-1.1"), indicator_of(plan, "S3-1.1")
    assert suggestion_for(indicator) is not None
    assert suggestion_for(other) is None
    other.suggestion = indicator.suggestion
    assert suggestion_for(other) == suggestion_for(indicator)
    indicator.suggestion = "gone"
    assert suggestion_for(indicator) is None


def test_totals_in_the_list_are_those_of_the_pages(plan, reader):
    rows = many(4, answered=20)
    listed = {row["id"]: row for row in reader.get(LIST[:-1] + ".json").json()["assessments"]}
    for row in rows:
        shown = page(row)
        assert D(listed[row.pk]["total"]) == shown.total
        assert (listed[row.pk]["answered"], listed[row.pk]["of"]) == (shown.answered, shown.of)
        assert listed[row.pk]["parts"] == {p.part.code: str(p.points) for p in shown.weighted}
