"""Files, links and letters of money, quarters, scores and answers: as of results, by one way."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from budgets.models import DisbursementEvidence
from integrity.models import ItaAssessment, ItaIndicator
from strategy.access import viewer
from strategy.closing.guard import MonthClosed
from strategy.evidence.admin import evidence_address
from strategy.evidence.entry import MOST_EVIDENCE, EvidenceEntry
from strategy.evidence.read import readable_file
from strategy.evidence.write import upload_store
from strategy.evidence.write_record import evidence_record
from strategy.models import EvidenceFile, MonthLock
from strategy.records.write import StaleVersion, record_save
from tests.support import files
from tests.support.assessing import AnswerEntries, answer, begun, criterion, entry
from tests.support.crawling import problems
from tests.support.writing import (
    OWN,
    TODAY,
    address,
    led_by,
    measure_of,
    progress,
    shown,
    signed_in,
    spend,
)

pytestmark = [pytest.mark.django_db, pytest.mark.same]

NAME = "=cmd|'c' <img src=x> ๑๒.pdf"
KINDS = ("month", "quarter", "total", "score", "answer")


@pytest.fixture(autouse=True)
def on_the_day(today, evidence_store):
    today(TODAY)


def typed_on(page, **typed):
    """A page's form as a browser would send it, with what is typed over it."""
    return {**shown(page), **typed}


def sent(name=NAME, content=files.PDF):
    return SimpleUploadedFile(name, content)


def received(user, name=NAME):
    return EvidenceEntry("file", file=upload_store(sent(name), user))


def figure(plan, kind, user, *pieces):
    """A figure of the reporter's unit, or of its agency, that rests on pieces of evidence."""
    if kind == "quarter":
        return progress(measure_of(2566, "2.2", OWN), 2, evidence=pieces)
    if kind == "answer":
        assessment = begun(agency=plan.agency)
        entries = [entry(assessment, "A 1.1", 2, evidence=pieces)]
        return AnswerEntries.record_many(user=None, assessment=assessment, entries=entries)[0]
    if kind == "month":
        row = spend(led_by(OWN), 2569, 6, "50")
    elif kind == "total":
        row = ItaAssessment.objects.get(agency=plan.agency, fiscal_year=2564)
    else:
        row = ItaIndicator.objects.filter(instrument__assessment__fiscal_year=2564).first()
    evidence_record(user=user, record=row, pieces=pieces, expected_version=row.version)
    row.refresh_from_db()
    return row


# ---------------------------------------------------------------------- kept, shown, handed out


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_is_kept_with_its_checksum_and_handed_out_harmlessly(plan, planner, kind):
    row = figure(plan, kind, planner, received(planner))
    file = EvidenceFile.objects.get()
    assert (file.figure_type, file.figure_id) == (row._meta.label, row.pk)
    (kept,) = row.history.first().details["evidence"]
    assert kept["file"]["sha256"] == file.sha256
    got = signed_in(planner).get(f"/evidence/{file.key}/")
    assert b"".join(got.streaming_content) == files.PDF
    assert got.headers["Content-Disposition"].startswith("attachment; ")
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in got.headers["Content-Security-Policy"]


#: Who reads what a figure rests on now, and what it once rested on. What counts is read with its
#: evidence by everybody signed in; an assessment by the people of its agency.
READS = {
    "planner": (True, True),
    "auditor": (True, True),
    "executive": (True, True),
    "reporter": (True, True),
    "outsider": (True, False),
}


@pytest.mark.parametrize("kind", ["month", "quarter"])
@pytest.mark.parametrize("role", READS)
def test_what_it_once_rested_on_is_for_readers_of_its_history(request, plan, planner, kind, role):
    row = figure(plan, kind, planner, received(planner))
    file = EvidenceFile.objects.get()
    user = request.getfixturevalue(role)
    now, once = READS[role]
    client = signed_in(user)
    path = f"/evidence/{file.key}/"
    assert client.get(path).status_code == (200 if now else 404)
    type(row)._meta.get_field("evidence").related_model.objects.all().delete()
    row = type(row).objects.get(pk=row.pk)
    assert client.get(path).status_code == (200 if once else 404)
    assert (readable_file(viewer(user), file.key) == file) is once


@pytest.fixture
def stranger(person, plan):
    """A reporter of another agency."""
    from strategy.models import Agency, Membership, Unit

    agency = record_save(instance=Agency(slug="other", name="หน่วยงานอื่น"), user=None)
    unit = record_save(instance=Unit(agency=agency, name="สำนักอื่น"), user=None)
    user = person("stranger", "reporter")
    record_save(instance=Membership(user=user, unit=unit), user=None)
    return user


def test_the_file_of_another_agencys_answer_is_not_found(plan, planner, stranger, reporter):
    figure(plan, "answer", planner, received(planner))
    path = f"/evidence/{EvidenceFile.objects.get().key}/"
    assert signed_in(stranger).get(path).status_code == 404
    assert signed_in(reporter).get(path).status_code == 200


def test_control_without_the_guard_it_would_be(plan, planner, stranger, monkeypatch):
    row = figure(plan, "answer", planner, received(planner))
    monkeypatch.setattr(type(row), "history_seen_by", lambda self, who: True)
    path = f"/evidence/{EvidenceFile.objects.get().key}/"
    assert signed_in(stranger).get(path).status_code == 200


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("public", [False, True])
def test_nobody_reads_a_file_without_signing_in(plan, planner, client, settings, kind, public):
    settings.PUBLIC_READING = public
    figure(plan, kind, planner, received(planner))
    file = EvidenceFile.objects.get()
    answered = client.get(f"/evidence/{file.key}/")
    assert answered.status_code == 302 and "/login/" in answered.headers["Location"]


def test_evidence_stands_beside_the_figure_for_who_is_signed_in(
    plan, planner, client, outsider, settings
):
    settings.PUBLIC_READING = True
    money = figure(plan, "month", planner, received(planner, "เงิน.pdf"))
    figure(plan, "quarter", planner, received(planner, "ไตรมาส.pdf"))
    figure(plan, "total", planner, received(planner, "ประกาศ.pdf"))
    figure(plan, "score", planner, received(planner, "เปิดเผย.pdf"))
    project = f"{money.project.strategy.number}-{money.project.number}"
    reader = signed_in(outsider)
    for path, names in (
        (f"/plans/{plan.slug}/budgets/{project}", ("เงิน.pdf",)),
        ("/integrity/measures/2566", ("ไตรมาส.pdf",)),
        ("/integrity/ita/2564", ("ประกาศ.pdf", "เปิดเผย.pdf")),
    ):
        query = "?year=2569&month=6&quarter=2"
        for ending in ("/", ".json"):
            told = reader.get(f"{path}{ending}{query}")
            for name in names:
                assert name in told.content.decode(), path
                assert name not in client.get(f"{path}{ending}{query}").content.decode()


def test_odd_names_stand_as_text(plan, planner):
    money = figure(plan, "month", planner, received(planner))
    project = f"{money.project.strategy.number}-{money.project.number}"
    client = signed_in(planner)
    for path in (f"/plans/{plan.slug}/budgets/{project}/?year=2569&month=6",
                 evidence_address(money)):  # fmt: skip
        page = client.get(path)
        assert "<img src=x" not in page.content.decode() and problems(page) == []


# ---------------------------------------------------------------------------- the page for it


@pytest.mark.parametrize("kind", ["month", "total", "score"])
def test_evidence_is_entered_on_a_page_of_its_own(plan, planner, kind):
    row = figure(plan, kind, planner)
    client, path = signed_in(planner), evidence_address(row)
    page = client.get(path)
    typed = {
        "evidence-0-upload": sent("รายงาน.pdf"),
        "evidence-1-number": "สม ๐๐๐๑/๙",
        "change_reason": "แนบเอกสาร",
    }
    assert client.post(path, typed_on(page, **typed)).status_code == 302
    file, letter = row.evidence.order_by("position")
    assert (file.kind, file.file.name, letter.number) == ("file", "รายงาน.pdf", "สม ๐๐๐๑/๙")
    told = row.history.first()
    assert (told.version, told.history_change_reason) == (row.version + 1, "แนบเอกสาร")
    # Kept as it is shown, taken away when that is asked for.
    again = typed_on(client.get(path), **{"evidence-0-without": "on"})
    assert client.post(path, again).status_code == 302
    assert [piece.number for piece in row.evidence.all()] == ["สม ๐๐๐๑/๙"]
    assert client.get(f"/evidence/{file.file.key}/").status_code == 200


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.pdf", files.HTML), ("a.png", files.SVG), ("a.exe", files.EXE), ("a.pdf", b"")],
)
def test_a_bad_file_is_refused_beside_its_field(plan, planner, evidence_store, name, content):
    row = figure(plan, "month", planner)
    client, path = signed_in(planner), evidence_address(row)
    page = client.post(
        path, typed_on(client.get(path), **{"evidence-0-upload": sent(name, content)})
    )
    assert page.status_code == 200 and 'class="errorlist"' in page.content.decode()
    assert not DisbursementEvidence.objects.exists() and not evidence_store.exists()


def test_who_saves_second_is_shown_the_other_change(plan, planner):
    row = figure(plan, "month", planner)
    client, path = signed_in(planner), evidence_address(row)
    stale = typed_on(client.get(path), **{"evidence-0-number": "ที่สอง"})
    first = typed_on(client.get(path), **{"evidence-0-number": "ที่หนึ่ง"})
    assert client.post(path, first).status_code == 302
    refused = client.post(path, stale)
    assert refused.status_code == 200 and refused.context["refused"]
    assert "ที่สอง" in refused.content.decode()
    assert row.evidence.get().number == "ที่หนึ่ง"
    # Having seen it, they decide.
    assert client.post(path, typed_on(refused)).status_code == 302
    assert row.evidence.get().number == "ที่สอง"


def test_money_stays_with_its_evidence_when_it_is_corrected(plan, planner):
    row = figure(plan, "month", planner, received(planner))
    spend(led_by(OWN), 2569, 6, "60", expected_version=row.version)
    row.refresh_from_db()
    assert (row.disbursed, row.evidence.count()) == (60, 1)
    assert len(row.history.first().details["evidence"]) == 1


@pytest.mark.parametrize(
    ("kind", "role", "status"),
    [
        ("month", "reporter", 200),
        ("month", "auditor", 200),
        ("month", "outsider", 404),
        ("month", "executive", 302),
        ("total", "reporter", 403),
        ("score", "auditor", 200),
    ],
)
def test_who_opens_and_who_writes(request, plan, planner, kind, role, status):
    row = figure(plan, kind, planner)
    user = request.getfixturevalue(role)
    client, path = signed_in(user), evidence_address(row)
    assert client.get(path).status_code == status
    piece = EvidenceEntry("letter", "ที่ ๑")
    may = (kind, role) == ("month", "reporter")
    posted = client.post(path, {"evidence-TOTAL_FORMS": "1", "evidence-INITIAL_FORMS": "0",
                                "evidence-0-kind": "letter", "evidence-0-number": "ที่ ๑",
                                "expected_version": str(row.version)})  # fmt: skip
    assert row.evidence.exists() is may
    assert may or posted.status_code in (302, 403, 404)
    row = type(row).objects.get(pk=row.pk)
    if not may:
        with pytest.raises(PermissionDenied):
            evidence_record(user=user, record=row, pieces=[piece], expected_version=row.version)


def test_a_locked_month_takes_no_evidence(plan, planner):
    month, total = figure(plan, "month", planner), figure(plan, "total", planner)
    for at in ((2569, 6), (2564, 12)):
        lock = MonthLock(agency=plan.agency, fiscal_year=at[0], month=at[1])
        record_save(instance=lock, user=None)
    piece = EvidenceEntry("letter", "ที่ ๑")
    for row in (month, total):
        with pytest.raises(MonthClosed):
            evidence_record(user=planner, record=row, pieces=[piece], expected_version=row.version)
        path = evidence_address(row)
        client = signed_in(planner)
        typed = typed_on(client.get(path), **{"evidence-0-number": "ที่ ๑"})
        refused = client.post(path, typed)
        assert refused.status_code == 200 and refused.context["refused"]


def test_what_is_wrong_or_too_much_is_refused_by_the_service_too(plan, planner):
    row = figure(plan, "month", planner)
    for pieces in (
        [EvidenceEntry("letter")],
        [EvidenceEntry("link", url="javascript:alert(1)")],
        [EvidenceEntry("letter", "ที่ ๑")] * (MOST_EVIDENCE + 1),
    ):
        with pytest.raises(ValidationError):
            evidence_record(user=planner, record=row, pieces=pieces, expected_version=row.version)
    with pytest.raises(StaleVersion):
        evidence_record(user=planner, record=row, pieces=[], expected_version=row.version + 1)
    assert not row.evidence.exists()


# ----------------------------------------------------------------------- on the screens of many


def test_files_of_a_quarter_come_with_its_screen_and_stay(plan, reporter):
    measure = measure_of(2566, "2.2", OWN)
    row = progress(measure, 2)
    client = signed_in(reporter)
    path = client.get(address(row, "change")).headers["Location"].partition("#")[0]
    field = f"m{measure.pk}-evidence-0-upload"
    page = client.get(path)
    assert "multipart/form-data" in page.content.decode() and field in page.content.decode()
    bad = client.post(path, {**shown(page), field: sent("a.pdf", files.HTML)})
    assert bad.status_code == 200 and "errorlist" in bad.content.decode()
    assert client.post(path, {**shown(page), field: sent("ก.pdf")}).status_code == 302
    (piece,) = row.evidence.all()
    assert piece.file.name == "ก.pdf"
    # Saved once more as it stands: nothing is written, and nothing lost.
    before = row.history.count()
    client.post(path, shown(client.get(path)))
    assert row.history.count() == before
    typed = {f"m{measure.pk}-text": "แก้ถ้อยคำ"}
    client.post(path, {**shown(client.get(path)), **typed})
    assert row.evidence.get().file == piece.file and row.history.count() == before + 1


def test_files_of_an_answer_come_with_the_assessments_screen_and_stay(plan, reporter):
    assessment = begun(agency=plan.agency)
    (row,) = answer(assessment, {"A 1.1": 2})
    client, path = signed_in(reporter), address(assessment, "change")
    prefix = f"c{criterion('A 1.1').pk}"
    sending = {f"{prefix}-evidence-0-upload": sent("ก.pdf")}
    assert client.post(path, {**shown(client.get(path)), **sending}).status_code == 302
    (piece,) = row.evidence.all()
    assert piece.file.name == "ก.pdf"
    before = row.history.count()
    client.post(path, shown(client.get(path)))
    assert row.history.count() == before
    remark = {f"{prefix}-remark": "หมายเหตุ"}
    client.post(path, {**shown(client.get(path)), **remark})
    assert row.evidence.get().file == piece.file
    page = client.get(f"/integrity/assessments/{assessment.pk}/").content.decode()
    assert f"/evidence/{piece.file.key}/" in page


def test_a_file_belongs_to_one_figure_whatever_its_kind(plan, planner):
    piece = received(planner)
    figure(plan, "month", planner, piece)
    with pytest.raises(ValidationError):
        figure(plan, "total", planner, piece)
