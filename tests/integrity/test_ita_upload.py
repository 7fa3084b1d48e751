"""ITA scores by workbook: what is taken, what is refused and how it is said, and that nothing is
written before it is confirmed, nor twice."""

from __future__ import annotations

import io
import time
import zipfile
from datetime import date
from decimal import Decimal as D
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from integrity.ita import score_admin as ita_score_admin
from integrity.ita.scores import ScoreTree
from integrity.ita.upload import SHEET, Comparison, compare
from integrity.models import ItaAssessment, ItaItem
from strategy.models import MonthLock
from strategy.records.write import record_save
from strategy.workbook import upload
from tests.support.pages import flat
from tests.support.writing import differences, facts, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.same]

#: Columns of the sheet, as a spreadsheet counts them.
KEY, WAS, SCORE = 1, 6, 7


@pytest.fixture
def assessment(plan: Any) -> ItaAssessment:
    return ItaAssessment.objects.get(agency=plan.agency, fiscal_year=2564)


@pytest.fixture
def client(planner: Any) -> Any:
    return signed_in(planner)


def page(assessment: ItaAssessment, name: str) -> str:
    return reverse(f"admin:integrity_itaassessment_{name}", args=[assessment.pk])


#: Workbooks that were downloaded, by the rows that they were made of.
_DOWNLOADED: dict[Any, bytes] = {}


def download(client: Any, assessment: ItaAssessment) -> Any:
    """The workbook of scores as it is now; the same rows give the same, and are asked for once."""
    of = tuple(ItaItem.objects.filter(indicator__instrument__assessment=assessment).values_list())
    if of not in _DOWNLOADED:
        answer = client.get(page(assessment, "workbook"))
        assert answer.status_code == 200
        _DOWNLOADED[of] = answer.content
    return openpyxl.load_workbook(io.BytesIO(_DOWNLOADED[of]))


def key_of(code: str) -> str:
    row = ItaItem.objects.get(code=code, indicator__instrument__assessment__fiscal_year=2564)
    return f"Q{row.pk}"


def row_of(sheet: Any, code: str) -> int:
    return next(cell.row for cell in sheet["A"] if cell.value == key_of(code))


def saved(book: Any) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def changed(client: Any, assessment: ItaAssessment, **scores: Any) -> bytes:
    """The downloaded workbook with other values beside some codes."""
    book = download(client, assessment)
    for code, value in scores.items():
        book[SHEET].cell(row_of(book[SHEET], code), SCORE).value = value
    return saved(book)


def compared(content: bytes, assessment: ItaAssessment) -> Comparison:
    return compare(content, ScoreTree(ItaAssessment.objects.get(pk=assessment.pk)))


def send(client: Any, assessment: ItaAssessment, content: bytes, name: str = "x.xlsx") -> Any:
    return client.post(page(assessment, "upload"), {"workbook": SimpleUploadedFile(name, content)})


# ------------------------------------------------------------------------------------ the workbook


def test_the_workbook_lists_every_scored_thing_with_its_score(client, assessment):
    sheet = download(client, assessment)[SHEET]
    rows = {
        row[0].value: (row[WAS - 1].value, row[SCORE - 1].value)
        for row in sheet.iter_rows()
        if row[0].value in ScoreTree(assessment).by_key
    }
    assert list(rows) == [place.key for place in ScoreTree(assessment)]
    for place in ScoreTree(assessment):
        shown = None if place.score is None else float(place.score)
        assert rows[place.key] == (shown, shown), place


def test_only_the_score_can_be_typed_into(client, assessment):
    sheet = download(client, assessment)[SHEET]
    line = row_of(sheet, "i27")
    assert sheet.protection.sheet is True and not sheet.protection.password
    assert [cell.protection.locked for cell in sheet[line]] == [True] * 6 + [False]


def test_the_workbook_as_it_was_downloaded_changes_nothing(client, assessment):
    found = compared(saved(download(client, assessment)), assessment)
    assert (found.lines, found.entries, found.may_apply) == ((), (), False)
    assert found.unchanged == len(ScoreTree(assessment).places)


# --------------------------------------------------------------------------- what a cell may hold

TAKEN = [
    (77, "77"), (77.5, "77.5"), ("77.5", "77.5"), ("๗๗.๕", "77.5"), (" 77.50 ", "77.5"), (0, "0"),
    (100, "100"), ("100.00", "100"), ("77\u200b", "77"), (0.1 + 0.2, "0.3"), (None, None), ("", None),
]  # fmt: skip
REFUSED = [
    ("1,234.50", "0 ถึง 100"), (101, "0 ถึง 100"), (-1, "0 ถึง 100"), (100.01, "0 ถึง 100"),
    ("-0.5", "0 ถึง 100"), ("nan", "ไม่ใช่ตัวเลข"), ("inf", "ไม่ใช่ตัวเลข"), ("1e400", "ไม่ใช่ตัวเลข"),
    ("1e2", "ไม่ใช่ตัวเลข"), ("1_0", "ไม่ใช่ตัวเลข"), ("77,5", "ไม่ใช่ตัวเลข"), ("ไม่มี", "ไม่ใช่ตัวเลข"),
    ("7\u200b7", "ไม่ใช่ตัวเลข"), ("=1+1", "สูตร"), ("=SUM(A1:A2)", "สูตร"), ("#N/A", "#N/A"),
    ("#REF!", "#REF!"), (True, "มิใช่ตัวเลข"), (date(2026, 1, 1), "“1/1/2569” ไม่ใช่ตัวเลข"), (77.123, "ทศนิยม"),
    ("77.123", "ทศนิยม"), (1e300, "ไม่ใช่ตัวเลข"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "after"), TAKEN)
def test_what_is_taken(client, assessment, value, after):
    found = compared(changed(client, assessment, i27=value), assessment)
    assert found.refused == () and found.may_apply
    (entry,) = found.entries
    assert (entry.key, entry.before) == (key_of("i27"), D("76.70"))
    assert entry.after == (after if after is None else D(after))


@pytest.mark.parametrize(("value", "sentence"), REFUSED)
def test_what_is_refused_and_how(client, assessment, value, sentence):
    content = changed(client, assessment, i27=value, i25=80)
    found = compared(content, assessment)
    assert not found.may_apply
    (line,) = found.refused
    assert line.key == key_of("i27") and line.what.startswith("i27")
    assert sentence in line.problem, line.problem
    answer = send(client, assessment, content)
    assert answer.status_code == 200 and "payload" not in answer.context
    assert 'name="payload"' not in answer.content.decode()


def test_a_number_that_no_float_can_hold_is_refused(client, assessment):
    """Not as text: as a spreadsheet's own number, written into the file by hand."""
    content = changed(client, assessment, i27=77.5)
    for written in ("1e400", "NaN", "INF"):
        bad = rewritten(
            content, lambda text, written=written: text.replace("<v>77.5</v>", f"<v>{written}</v>")
        )
        answer = send(client, assessment, bad)
        assert answer.status_code == 200, written
        assert "payload" not in answer.context, written


def rewritten(content: bytes, change: Any, part: str = "xl/worksheets/sheet1.xml") -> bytes:
    """A workbook with one of its parts changed as text."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            data = old.read(name)
            if name == part:
                text = change(data.decode())
                assert text != data.decode()
                data = text.encode()
            new.writestr(name, data)
    return stream.getvalue()


def test_the_stored_value_of_a_formula_is_never_taken(client, assessment):
    content = changed(client, assessment, i27=77.5)
    formula = rewritten(
        content, lambda text: text.replace("<v>77.5</v>", "<f>70+7.5</f><v>77.5</v>")
    )
    (line,) = compared(formula, assessment).refused
    assert "สูตร" in line.problem


# ------------------------------------------------------------------------------ rows and the sheet


def test_an_unknown_key_and_a_second_row_are_refused(client, assessment):
    book = download(client, assessment)
    sheet = book[SHEET]
    sheet.cell(row_of(sheet, "i25"), KEY).value = "Q999999"
    last = sheet.max_row + 1
    for column, value in ((KEY, key_of("i27")), (WAS, 76.7), (SCORE, 80)):
        sheet.cell(last, column).value = value
    found = compared(saved(book), assessment)
    assert {line.key for line in found.refused} == {"Q999999", key_of("i27")}
    assert [line.row for line in found.lines] == sorted(line.row for line in found.lines)
    assert not found.may_apply


def test_a_key_of_another_year_is_refused(client, assessment):
    before = ItaAssessment.objects.get(agency=assessment.agency, fiscal_year=2563)
    found = compared(changed(client, assessment, i27=77), before)
    assert len(found.refused) == len(ScoreTree(assessment).places) and not found.may_apply


def test_rows_that_were_left_out_stay_as_they_are(client, assessment):
    book = download(client, assessment)
    sheet = book[SHEET]
    sheet.cell(row_of(sheet, "i27"), SCORE).value = 77
    sheet.delete_rows(row_of(sheet, "e11"), 5)
    found = compared(saved(book), assessment)
    assert [entry.key for entry in found.entries] == [key_of("i27")]


def test_the_sheet_is_found_by_its_name_whichever_is_open(client, assessment):
    book = download(client, assessment)
    book[SHEET].cell(row_of(book[SHEET], "i27"), SCORE).value = 77
    other = book.create_sheet("อื่น", 0)
    other["A1"], other["G1"] = key_of("i27"), 1
    book.active = 0
    (entry,) = compared(saved(book), assessment).entries
    assert entry.after == 77


def spoiled(client: Any, assessment: ItaAssessment, what: str) -> bytes:
    book = download(client, assessment)
    if what == "no sheet":
        book[SHEET].title = "Sheet1"
    elif what == "no head":
        book[SHEET].delete_rows(1, 5)
    elif what == "other columns":
        book[SHEET].delete_cols(2)
    elif what == "nothing":
        book[SHEET].delete_rows(6, 500)
    elif what == "too long":
        book[SHEET].cell(3002, 1).value = "Q1"
    content = saved(book)
    if what == "macros":
        stream = io.BytesIO(content)
        with zipfile.ZipFile(stream, "a") as package:
            package.writestr("xl/vbaProject.bin", b"x")
        return stream.getvalue()
    if what == "entities":
        return rewritten(
            content,
            lambda text: '<!DOCTYPE x [<!ENTITY a "b">]>' + text[text.index("<worksheet") :],
        )
    if what == "broken part":
        return rewritten(content, lambda text: text[: len(text) // 2])
    return {
        "text": b"code,score\nQ1,5\n",
        "old excel": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
        "half": content[: len(content) // 2],
        "zip": zipped({"a.txt": b"hello"}),
        "bomb": zipped({"xl/worksheets/sheet1.xml": b"0" * (upload.MAX_UNPACKED + 1)}),
        "parts": zipped({f"{n}.xml": b"" for n in range(upload.MAX_PARTS + 1)}),
        "large": b"x" * (upload.MAX_BYTES + 1),
        "empty": b"",
    }.get(what, content)


def test_a_million_empty_rows_are_passed_over_in_time(client, assessment):
    book = download(client, assessment)
    book[SHEET].cell(1_048_576, 16_384).value = "x"  # beyond the columns that are read
    content = saved(book)
    start = time.monotonic()
    assert compared(content, assessment).entries == ()
    assert time.monotonic() - start < 10


def zipped(parts: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        ("no sheet", "ไม่มีแผ่นงาน “ITA” มีแผ่นงาน: Sheet1"), ("no head", "หัวตาราง"),
        ("other columns", "หัวตาราง"), ("nothing", "ไม่มีแถว"), ("too long", "3000 แถว"),
        ("macros", "แมโคร"), ("entities", "อ่านได้"), ("broken part", "อ่านได้"),
        ("text", "อ่านได้"), ("old excel", "อ่านได้"), ("half", "อ่านได้"), ("zip", "อ่านได้"),
        ("bomb", "ไม่เปิดอ่าน"), ("parts", "ไม่เปิดอ่าน"), ("large", "เกิน 2 MB"),
        ("empty", "ว่าง"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_taken_is_refused_with_a_sentence(client, assessment, what, sentence):
    content = spoiled(client, assessment, what)
    before = facts()
    start = time.monotonic()
    answer = send(client, assessment, content)
    assert time.monotonic() - start < 5
    assert answer.status_code == 200
    (problem,) = answer.context["upload"].errors["workbook"]
    assert sentence in problem
    assert problem in answer.content.decode().replace("&quot;", '"')
    assert differences(before, facts()) == {}


def test_no_file_is_asked_for(client, assessment):
    answer = client.post(page(assessment, "upload"), {})
    assert "โปรดเลือกสมุดงาน" in answer.context["upload"].errors["workbook"][0]


# ---------------------------------------------------------------------------- preview and confirm


def test_the_preview_writes_nothing_and_the_confirmation_once(client, assessment, planner):
    before = facts()
    preview = send(client, assessment, changed(client, assessment, i27="๗๗.๕๐", i30=None))
    assert differences(before, facts()) == {}
    said = preview.content.decode()
    shown = flat(said)
    assert "76.70 →<b>77.50</b>" in shown and "75.99 →<b>ไม่ระบุ</b>" in shown
    sent = {"payload": preview.context["payload"], "change_reason": "ตามประกาศใหม่"}
    answer = client.post(page(assessment, "confirm"), sent, follow=True)
    assert "2 คะแนน" in str(list(answer.context["messages"])[0])
    row = ItaItem.objects.get(pk=key_of("i27")[1:])
    assert (row.published, row.version) == (D("77.50"), 2)
    last = row.history.order_by("-history_id").first()
    assert (last.history_user_name, last.history_change_reason) == ("planner", "ตามประกาศใหม่")
    after = facts()
    again = client.post(page(assessment, "confirm"), sent, follow=True)
    assert [message.level_tag for message in again.context["messages"]] == ["error"]
    assert differences(after, facts()) == {}


def test_what_somebody_saved_after_the_download_is_not_overwritten(client, assessment, planner):
    """Neither where the row was filled in anew, nor where it was left alone."""
    content = changed(client, assessment, i27=80)
    for code, score in (("i27", 60), ("i25", 61)):
        row = ItaItem.objects.get(pk=key_of(code)[1:])
        row.published = D(score)
        record_save(instance=row, user=planner)
    found = compared(content, assessment)
    (line,) = found.refused
    assert line.key == key_of("i27") and "60.00" in line.problem
    assert found.entries == () and not found.may_apply


def test_what_somebody_saved_after_the_preview_is_not_overwritten(client, assessment, planner):
    preview = send(client, assessment, changed(client, assessment, i27=80))
    row = ItaItem.objects.get(pk=key_of("i27")[1:])
    row.published = D(60)
    record_save(instance=row, user=planner)
    before = facts()
    sent = {"payload": preview.context["payload"]}
    answer = client.post(page(assessment, "confirm"), sent, follow=True)
    assert "ถูกแก้ไขหลังจากแสดงตัวอย่าง" in answer.content.decode()
    assert differences(before, facts()) == {}


def test_a_year_that_is_locked_meanwhile_takes_no_workbook(client, assessment, planner):
    preview = send(client, assessment, changed(client, assessment, i27=77.5))
    lock = MonthLock(agency=assessment.agency, fiscal_year=assessment.fiscal_year, month=12)
    record_save(instance=lock, user=planner)
    before = facts()
    sent = {"payload": preview.context["payload"]}
    answer = client.post(page(assessment, "confirm"), sent, follow=True)
    assert [message.level_tag for message in answer.context["messages"]][0] == "error"
    assert differences(before, facts()) == {}


def test_a_confirmation_is_for_its_person_its_assessment_and_its_hour(
    client, assessment, person, monkeypatch
):
    content = changed(client, assessment, i27=80)
    payload = send(client, assessment, content).context["payload"]
    other = ItaAssessment.objects.get(agency=assessment.agency, fiscal_year=2563)
    second = signed_in(person("second", "planner"))
    before = facts()
    for who, row, sent in (
        (second, assessment, payload),
        (client, other, payload),
        (client, assessment, payload[:-2] + "xx"),
        (client, assessment, ""),
    ):
        answer = who.post(page(row, "confirm"), {"payload": sent}, follow=True)
        assert [message.level_tag for message in answer.context["messages"]] == ["error"]
    monkeypatch.setattr(ita_score_admin, "_LASTS", -1)
    client.post(page(assessment, "confirm"), {"payload": payload})
    assert differences(before, facts()) == {}
    monkeypatch.undo()
    client.post(page(assessment, "confirm"), {"payload": payload})
    assert differences(before, facts()) != {}


@pytest.mark.parametrize("who", ["reporter", "auditor"])
@pytest.mark.parametrize("name", ["scores", "workbook", "upload", "confirm", "begin"])
def test_others_do_not_reach_these_pages(request, assessment, who, name):
    visitor = signed_in(request.getfixturevalue(who))
    before = facts()
    for answer in (visitor.get(page(assessment, name)), visitor.post(page(assessment, name), {})):
        assert answer.status_code in (403, 404, 405), name
    assert differences(before, facts()) == {}


def test_a_get_writes_nothing(client, assessment):
    before = facts()
    for name in ("upload", "confirm"):
        assert client.get(page(assessment, name)).status_code == 405
    for name in ("scores", "workbook", "begin"):
        assert client.get(page(assessment, name)).status_code == 200
    assert differences(before, facts()) == {}


def test_texts_that_look_like_formulas_stay_text_in_the_workbook(client, assessment, planner):
    row = ItaItem.objects.get(pk=key_of("i27")[1:])
    row.text = '=HYPERLINK("http://x","y")'
    record_save(instance=row, user=planner)
    sheet = download(client, assessment)[SHEET]
    cells = [cell for line in sheet.iter_rows() for cell in line]
    assert not [cell for cell in cells if cell.data_type == "f"]
