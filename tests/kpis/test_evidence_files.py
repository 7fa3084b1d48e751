"""Files as evidence of a result: sent with its form, kept with it, handed out to whom it concerns."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import DatabaseError, transaction
from django.utils import timezone

from kpis.models import Result, ResultEvidence
from kpis.write.results import ResultEntries, result_approve, result_discard
from strategy.access import viewer
from strategy.evidence import write
from strategy.evidence.checks import CLOSED, SERVED, evidence_is_kept_apart
from strategy.evidence.content import ENDINGS, PDF
from strategy.evidence.entry import EvidenceEntry
from strategy.evidence.model import SupportedByEvidence
from strategy.evidence.read import readable_file
from strategy.evidence.write import file_held, held_text, upload_store, uploads_clear
from strategy.models import EvidenceFile
from strategy.records.history import history_of
from tests.support import files
from tests.support.writing import (
    OWN,
    REMEDY,
    TODAY,
    address,
    enter,
    entry_of,
    indicator_of,
    rows,
    signed_in,
)

pytestmark = pytest.mark.django_db

NAME = "คำสั่งที่ ๑๒ & “ร่าง”.pdf"


@pytest.fixture
def indicator(plan: Any, today: Any, evidence_store: Path) -> Any:
    today(TODAY)
    return indicator_of(plan, "S3-1.1", OWN)


def sent(name: str = NAME, content: bytes = files.PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def received(user: Any, name: str = NAME, content: bytes = files.PDF) -> EvidenceEntry:
    """A piece with a file that was just sent by somebody."""
    return EvidenceEntry("file", file=upload_store(sent(name, content), user))


def add_path(indicator: Any) -> str:
    return f"{address(Result, 'add')}?indicator={indicator.pk}&year=2569&month=6"


def posted(client: Any, path: str, **typed: Any) -> Any:
    """The form at an address, filled in with what is typed, and sent."""
    return client.post(path, rows(client.get(path), **{**REMEDY, **typed}))


def value_of(indicator: Any) -> str:
    return f"value_{indicator.measures.get().pk}"


def of_result(result: Result) -> list[EvidenceFile]:
    pieces = ResultEvidence.objects.filter(result=result.pk).order_by("position")
    return [piece.file for piece in pieces if piece.file is not None]


def content_of(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


# ------------------------------------------------------------------------ sent with the result


def test_files_sent_with_a_result_are_kept_shown_and_handed_out(
    indicator, reporter, evidence_store, plan
):
    client = signed_in(reporter)
    image = files.png()
    answer = posted(
        client, add_path(indicator), **{value_of(indicator): "50"},
        **{"evidence-0-upload": sent(), "evidence-1-upload": sent("ภาพ.png", image),
           "evidence-1-text": "ภาพกิจกรรม"},
    )  # fmt: skip
    assert answer.status_code == 302
    result = indicator.results.get(month=6)
    first, second = of_result(result)
    assert [piece.kind for piece in result.evidence.all()] == ["file", "file"]
    assert (first.name, first.content_type, first.size) == (NAME, PDF, len(files.PDF))
    assert first.sha256 == sha256(files.PDF).hexdigest()
    assert (first.uploaded_by_id, first.uploaded_by_name) == (
        reporter.pk,
        str(reporter.get_full_name() or reporter),
    )
    # Under generated names that tell nothing, for the service's account alone.
    assert {path.name for path in evidence_store.iterdir()} == {first.key, second.key}
    assert not any(letter in first.key for letter in "./ก") and len(first.key) == 32
    assert {path.stat().st_mode & 0o777 for path in evidence_store.iterdir()} == {0o600}
    # In the history, with their checksums.
    (entry,) = history_of(Result, id=result.pk)
    assert first.sha256 in str(entry) and second.sha256 in str(entry)
    # Beside the figure, on the page, in its data, and in the form.
    where = f"/plans/{plan.slug}/indicators/S3-1.1"
    shown = client.get(f"{where}/?year=2569&month=6").content.decode()
    assert f"/evidence/{first.key}/" in shown and "คำสั่งที่ ๑๒ &amp; “ร่าง”.pdf" in shown
    told = client.get(f"{where}.json?year=2569&month=6").json()["report"]["evidence"]
    assert [piece["file"]["sha256"] for piece in told] == [first.sha256, second.sha256]
    assert told[0]["file"]["address"] == f"/evidence/{first.key}/"
    form = client.get(address(result, "change")).content.decode()
    assert f"/evidence/{first.key}/" in form and 'enctype="multipart/form-data"' in form
    assert content_of(client.get(f"/evidence/{second.key}/")) == image


def test_what_is_handed_out_is_saved_and_runs_nothing(indicator, reporter):
    result = enter(indicator, 2569, 6, "50", user=reporter, evidence=[received(reporter)])
    (file,) = of_result(result)
    answer = signed_in(reporter).get(f"/evidence/{file.key}/")
    assert content_of(answer) == files.PDF
    headers = answer.headers
    assert headers["Content-Type"] == "application/pdf"
    assert headers["Content-Disposition"].startswith("attachment; filename*=utf-8''%E0%B8%84")
    assert headers["X-Content-Type-Options"] == "nosniff"
    policy = {part.strip() for part in headers["Content-Security-Policy"].split(";")}
    assert policy == {"default-src 'none'", "sandbox"}
    assert "private" in headers["Cache-Control"] and "no-store" in headers["Cache-Control"]
    assert headers["Content-Length"] == str(len(files.PDF))


@pytest.mark.parametrize(
    ("name", "content", "content_type"),
    [
        ("a.csv", b"=1+1,2\n", "text/plain; charset=utf-8"),
        ("=1+1.pdf", files.PDF, "application/pdf"),
        ('a"; filename="b.html.pdf', files.PDF, "application/pdf"),
        ("a%0D%0AX-Bad: 1.pdf", files.PDF, "application/pdf"),
        ("../../" + "ก" * 300 + ".pdf", files.PDF, "application/pdf"),
    ],
)
def test_odd_names_and_texts_do_no_harm(indicator, planner, name, content, content_type):
    client = signed_in(planner)
    upload = sent("x", content)
    upload._name = name  # as a forged request names it
    typed = {value_of(indicator): "50", "evidence-0-upload": upload}
    assert posted(client, add_path(indicator), **typed).status_code == 302
    (file,) = of_result(indicator.results.get(month=6))
    answer = client.get(f"/evidence/{file.key}/")
    assert answer.headers["Content-Type"] == content_type in ENDINGS
    assert answer.headers["Content-Disposition"].startswith("attachment; ")
    assert "X-Bad" not in answer.headers and len(file.name) <= 150


def test_a_letter_may_have_its_scan_and_a_row_says_what_else_it_needs(indicator, planner):
    client = signed_in(planner)
    typed = {value_of(indicator): "50", "evidence-0-number": "สม ๐๐๐๑/๙"}
    posted(client, add_path(indicator), **typed, **{"evidence-0-upload": sent()})
    piece = indicator.results.get(month=6).evidence.get()
    assert (piece.kind, piece.number, piece.file.name) == ("letter", "สม ๐๐๐๑/๙", NAME)
    with pytest.raises(ValidationError):
        enter(indicator, 2569, 7, "50", evidence=[EvidenceEntry("file", text="ไม่มีไฟล์")])


# ---------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", files.HTML),
        ("a.png", files.SVG),
        ("a.xlsx", files.office(parts={"xl/vbaProject.bin": b"x"})),
        ("a.xlsx", files.office()[:-30]),
        ("a.xlsx", files.office(parts={"b.xml": b"0" * 20_000_000})),
        ("a.pdf", b""),
        ("a.exe", files.EXE),
        ("a.html", files.PDF),
        ("a.pdf", files.PDF * 20_000),
    ],
)
def test_a_refusal_stands_beside_the_file_and_stores_nothing(
    indicator, planner, evidence_store, settings, name, content
):
    settings.EVIDENCE_MAX_MB = 1
    client = signed_in(planner)
    typed = {
        value_of(indicator): "50",
        "narrative": "พิมพ์ไว้",
        "evidence-0-upload": sent(name, content),
    }
    answer = posted(client, add_path(indicator), **typed)
    assert answer.status_code == 200
    form = answer.context["adminform"].form
    assert set(form.evidence.forms[0].errors) == {"upload"}
    assert form.evidence.forms[0].errors["upload"][0] in answer.content.decode().replace(
        "&quot;", '"'
    )
    assert "พิมพ์ไว้" in answer.content.decode()
    assert not evidence_store.exists() and not indicator.results.exists()


def test_of_what_is_too_large_no_more_is_taken_than_shows_it(settings):
    from strategy.evidence.receiving import UploadLimit

    settings.EVIDENCE_MAX_MB = 1
    taken = UploadLimit().receive_data_chunk
    assert taken(b"x", 0) == taken(b"x", 1024 * 1024) == b"x"
    assert taken(b"x", 1024 * 1024 + 1) is None


def test_a_file_need_not_be_chosen_again_when_something_else_is_refused(
    indicator, reporter, evidence_store
):
    client = signed_in(reporter)
    wrong = posted(
        client, add_path(indicator),
        **{value_of(indicator): "ห้าสิบ", "evidence-0-upload": sent(), "evidence-1-kind": "link",
           "evidence-1-url": "javascript:1"},
    )  # fmt: skip
    assert wrong.status_code == 200 and NAME.split()[0] in wrong.content.decode()
    assert not EvidenceFile.objects.exists() and len(list(evidence_store.iterdir())) == 1
    again = rows(wrong, **{value_of(indicator): "50", "evidence-1-url": ""})
    assert client.post(add_path(indicator), again).status_code == 302
    (file,) = of_result(indicator.results.get(month=6))
    assert (file.name, evidence_store.joinpath(file.key).read_bytes()) == (NAME, files.PDF)


def test_a_store_that_takes_nothing_loses_nothing(indicator, planner, monkeypatch):
    def full(self, name, content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(FileSystemStorage, "_save", full)
    client = signed_in(planner)
    answer = posted(
        client, add_path(indicator),
        **{value_of(indicator): "50", "narrative": "พิมพ์ไว้", "evidence-0-upload": sent()},
    )  # fmt: skip
    assert answer.status_code == 200 and "พิมพ์ไว้" in answer.content.decode()
    assert set(answer.context["adminform"].form.evidence.forms[0].errors) == {"upload"}


def test_a_closed_folder_refuses_in_words(indicator, planner, evidence_store):
    evidence_store.parent.joinpath("evidence").write_text("a file where the folder should be")
    with pytest.raises(ValidationError):
        received(planner)


def test_a_file_that_is_missing_from_the_store_is_said_to_be(indicator, planner, evidence_store):
    result = enter(indicator, 2569, 6, "50", user=planner, evidence=[received(planner)])
    (file,) = of_result(result)
    evidence_store.joinpath(file.key).unlink()
    answer = signed_in(planner).get(f"/evidence/{file.key}/")
    assert answer.status_code == 404 and file.sha256 in answer.content.decode()


# ----------------------------------------------------------------- whose a file is, and for how long


def test_a_form_holds_only_ones_own_file_and_for_less_than_a_day(
    indicator, reporter, planner, monkeypatch
):
    file = received(reporter).file
    text = held_text(file)
    assert file_held(text, reporter) == file
    with pytest.raises(ValidationError):
        file_held(text, planner)
    for forged in ("", text[:-2], text.replace(text[5], "x", 1), "x:y:z"):
        with pytest.raises(ValidationError):
            file_held(forged, reporter)
    later = timezone.now() + write.HELD + timedelta(seconds=1)
    monkeypatch.setattr(write.timezone, "now", lambda: later)
    with pytest.raises(ValidationError):
        file_held(text, reporter)
    enter(indicator, 2569, 6, "50", user=reporter, evidence=[EvidenceEntry("file", file=file)])
    assert file_held(text, planner) == file


def test_a_file_belongs_to_one_figure(indicator, planner):
    piece = received(planner)
    enter(indicator, 2569, 6, "50", user=planner, evidence=[piece])
    with pytest.raises(ValidationError):
        enter(indicator, 2569, 7, "50", user=planner, evidence=[piece])
    assert not indicator.results.filter(month=7).exists()
    # The same content sent once more is a file of its own.
    other = enter(indicator, 2569, 7, "50", user=planner, evidence=[received(planner)])
    assert of_result(other)[0].sha256 == piece.file.sha256


def test_what_a_figure_once_rested_on_stays_for_the_readers_of_its_history(
    indicator, reporter, outsider, evidence_store
):
    client = signed_in(reporter)
    result = enter(indicator, 2569, 6, "50", user=reporter, evidence=[received(reporter)])
    (first,) = of_result(result)
    # Replaced, by a correction.
    change = address(result, "change")
    second_sent = {"evidence-0-upload": sent("ใหม่.png", files.png())}
    assert posted(client, change, **second_sent).status_code == 302
    (second,) = of_result(result)
    assert second.name == "ใหม่.png" and second.key != first.key
    # Kept by a correction that does not touch it.
    assert posted(client, change, narrative="แก้ถ้อยคำ").status_code == 302
    assert of_result(result) == [second]
    # Taken away.
    page = client.get(change)
    assert client.post(change, rows(page, **{"evidence-0-without": "on"})).status_code == 302
    assert not ResultEvidence.objects.filter(result=result).exists()
    uploads_clear()
    for file in (first, second):
        assert evidence_store.joinpath(file.key).exists()
        assert client.get(f"/evidence/{file.key}/").status_code == 200
        assert signed_in(outsider).get(f"/evidence/{file.key}/").status_code == 404
    history = client.get(address(result, "history")).content.decode()
    assert first.sha256 in history and second.sha256 in history


def test_the_file_of_a_draft_that_was_thrown_away_stays(
    indicator, reporter, planner, evidence_store
):
    result = enter(
        indicator, 2569, 6, "50", user=reporter, state="draft", evidence=[received(reporter)]
    )
    (file,) = of_result(result)
    result_discard(user=reporter, result=result, expected_version=1)
    assert not ResultEvidence.objects.filter(file=file).exists()
    os.utime(evidence_store / file.key, (1, 1))
    assert uploads_clear() == 0 and evidence_store.joinpath(file.key).exists()
    assert signed_in(planner).get(f"/evidence/{file.key}/").status_code == 200
    assert signed_in(reporter).get(f"/evidence/{file.key}/").status_code == 404


def test_what_no_figure_took_goes_after_a_day(indicator, planner, evidence_store, capsys):
    young, old = received(planner).file, received(planner).file
    kept = of_result(enter(indicator, 2569, 6, "50", evidence=[received(planner)]))[0]
    day = time.time() - 24 * 3600 - 60
    for file in (old, kept):
        os.utime(evidence_store / file.key, (day, day))
    call_command("clear_uploads")
    assert {path.name for path in evidence_store.iterdir()} == {young.key, kept.key}
    assert "1" in capsys.readouterr().out
    assert write.KEPT_UNCLAIMED > write.HELD, "a file that a form may still hold is never deleted"


# ------------------------------------------------------------------------------- who may read


@pytest.mark.parametrize("state", ["draft", "submitted", "approved"])
@pytest.mark.parametrize(
    ("role", "draft_too"),
    [
        ("reporter", True),
        ("planner", True),
        ("auditor", True),
        ("executive", True),
        ("outsider", False),
    ],
)
def test_who_may_see_the_figure_may_read_its_file(
    request, indicator, planner, state, role, draft_too
):
    who = request.getfixturevalue(role)
    written = "draft" if state == "draft" else "submitted"
    result = enter(indicator, 2569, 6, "50", state=written, evidence=[received(planner)])
    if state == "approved":
        result_approve(user=planner, result=result, expected_version=1)
    (file,) = of_result(result)
    may = draft_too or state != "draft"
    assert (readable_file(viewer(who), file.key) == file) is may
    answer = signed_in(who).get(f"/evidence/{file.key}/")
    assert answer.status_code == (200 if may else 404)
    for verb in ("post", "put", "delete"):
        assert getattr(signed_in(who), verb)(f"/evidence/{file.key}/").status_code == 405


@pytest.mark.parametrize("public", [False, True])
def test_nobody_reads_a_file_without_signing_in(indicator, planner, client, settings, public):
    settings.PUBLIC_READING = public
    result = enter(indicator, 2569, 6, "50", evidence=[received(planner)])
    (file,) = of_result(result)
    answer = client.get(f"/evidence/{file.key}/")
    assert answer.status_code == 302 and "/login/" in answer.headers["Location"]
    assert readable_file(viewer(AnonymousUser()), file.key) is None


@pytest.mark.parametrize("key", ["0" * 32, "..", "a" * 300, "ก", "%2e%2e%2fdb.sqlite3", "x'--"])
def test_there_is_no_other_file(indicator, planner, key):
    assert signed_in(planner).get(f"/evidence/{key}/").status_code == 404


def test_a_file_that_was_only_received_is_nobodys_to_read(indicator, planner):
    assert readable_file(viewer(planner), received(planner).file.key) is None


# ------------------------------------------------------------------------ queries, and the folder


def test_files_cost_their_reader_no_query_and_their_writer_two(
    indicator, planner, django_assert_num_queries, django_assert_max_num_queries
):
    pieces = [received(planner, f"{n}.pdf") for n in range(5)]
    enter(indicator, 2569, 5, "50", evidence=[EvidenceEntry("letter", "1")])
    result = enter(indicator, 2569, 6, "50", evidence=pieces)
    with django_assert_num_queries(1):
        assert len([piece.file.name for piece in result.evidence.order_by("position")]) == 5
    planner_sees = viewer(planner)
    with django_assert_max_num_queries(3):
        assert readable_file(planner_sees, pieces[0].file.key)
    entry = entry_of(indicator, 2569, 7, "50", evidence=[received(planner) for _n in range(5)])
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as found:
        ResultEntries.record(user=None, entry=entry, today=TODAY)
    assert sum("strategy_evidencefile" in query["sql"] for query in found) <= 3


def test_a_folder_that_is_served_or_closed_is_named_at_check(settings, evidence_store):
    assert evidence_is_kept_apart(None) == []
    for location, code in (
        (Path(settings.STATIC_ROOT) / "evidence", SERVED),
        (settings.BASE_DIR / "nhrc_plan" / "static", SERVED),
        (Path(__file__) / "evidence", CLOSED),
    ):
        kept = {**settings.STORAGES["evidence"]["OPTIONS"], "location": location}
        settings.STORAGES = {
            **settings.STORAGES, "evidence": {**settings.STORAGES["evidence"], "OPTIONS": kept}
        }  # fmt: skip
        assert [message.id for message in evidence_is_kept_apart(None)] == [code]


def test_the_row_of_a_file_can_be_neither_changed_nor_deleted(indicator, planner):
    enter(indicator, 2569, 6, "50", evidence=[received(planner)])
    rows_of_files = EvidenceFile.objects.all()
    for change in (lambda: rows_of_files.update(sha256="0" * 64), rows_of_files.delete):
        ResultEvidence.objects.update(file=None)
        with pytest.raises(DatabaseError, match="closed"), transaction.atomic():
            change()


def test_control_without_triggers_it_can_be(indicator, planner, opened_history):
    enter(indicator, 2569, 6, "50", evidence=[received(planner)])
    assert EvidenceFile.objects.update(sha256="0" * 64) == 1


@pytest.mark.parametrize(
    ("role", "sees"),
    [("planner", True), ("auditor", True), ("executive", True), ("reporter", False)],
)
def test_a_record_that_does_not_say_who_sees_it_is_for_readers_of_all_drafts(
    request, db, role, sees
):
    who = viewer(request.getfixturevalue(role))
    record = SupportedByEvidence()
    assert record.history_seen_by(who) is sees
    assert record.evidence_seen_by(who) is sees
