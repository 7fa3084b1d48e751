"""The code of a frozen pack as a QR code: on its page, at the foot of its pages, on its cover."""

from __future__ import annotations

import re
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command

from nhrc_plan import settings as project
from nhrc_plan.meetings import write
from nhrc_plan.meetings.frozen.canonical import digest
from nhrc_plan.meetings.frozen.files import file_faults
from nhrc_plan.meetings.frozen.printed import qr_text
from nhrc_plan.meetings.frozen.verify import code_of, verify_one
from nhrc_plan.meetings.models import Frozen
from nhrc_plan.meetings.read import board_report
from nhrc_plan.meetings.workbook import board_book, bound
from nhrc_plan.meetings.write import meeting_freeze
from strategy.drawing.qr import qr_png, qr_svg
from tests.support.resolutions import HELD, meeting_of, resolved
from tests.support.writing import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.same]
SITE = "https://plan.example.org"


@pytest.fixture(autouse=True)
def on_the_day(today):
    today(HELD)


def freeze(plan, user, number="5/2568"):
    meeting = meeting_of(plan, number)
    resolved(meeting)
    return meeting_freeze(user=user, meeting=meeting, expected_version=1, reason="มติที่ประชุม")


def parts(content: bytes) -> dict[str, bytes]:
    package = ZipFile(BytesIO(content))
    return {name: package.read(name) for name in package.namelist()}


def test_it_leads_to_the_meeting_and_says_the_code(plan, planner, settings):
    frozen = freeze(plan, planner)
    code = code_of(frozen)
    assert qr_text(frozen.meeting, code) == code
    settings.SITE_URL = SITE
    assert qr_text(frozen.meeting, code) == (
        f"{SITE}/plans/{plan.slug}/meetings/{frozen.meeting_id}/#{code.replace(' ', '-')}"
    )


@pytest.mark.parametrize("site", ["", SITE])
def test_every_sheet_of_the_pack_bears_it(plan, planner, settings, site):
    settings.SITE_URL = site
    frozen = freeze(plan, planner)
    found = parts(bytes(frozen.workbook))
    sheets = [name for name in found if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", name)]
    assert len(sheets) == len(frozen.shown["sheets"]) > 5
    for name in sheets:
        assert b"&amp;C&amp;G" in found[name] and b"legacyDrawingHF" in found[name]
    # The one image of the feet and the one of the cover are what the text gives.
    text = qr_text(frozen.meeting, code_of(frozen))
    images = {content for name, content in found.items() if name.startswith("xl/media/")}
    assert images == {qr_png(text, 0.7), qr_png(text, 0.85)}
    page = signed_in(planner).get(f"/plans/{plan.slug}/meetings/{frozen.meeting_id}/")
    shown = page.content.decode()
    (drawn,) = re.findall(r'<svg viewBox="[^"]+" class="qr">.*?</svg>', shown)
    assert drawn == qr_svg(text, re.findall("<title>(.*?)</title>", drawn)[0])
    assert "style=" not in drawn


def test_the_workbook_is_written_anew_byte_for_byte(plan, planner, settings):
    settings.SITE_URL = SITE
    frozen = freeze(plan, planner)
    code = code_of(frozen)
    # What the freeze itself changed is of no figure.
    book, pages = board_book(board_report(plan, frozen.meeting.at, HELD))
    footer = f"{plan.name} · {frozen.meeting} · {code}"
    again = bound(book, pages, footer, qr_text(frozen.meeting, code))
    assert digest(again) == frozen.proof["workbook_sha256"]
    assert file_faults(again) == []


def test_a_pack_that_goes_to_no_meeting_bears_none(plan):
    book, pages = board_book(board_report(plan, meeting_of(plan).at, HELD))
    found = parts(bound(book, pages, plan.name))
    assert not [name for name in found if name.startswith("xl/media/")]


def test_packs_frozen_before_there_were_any_still_verify(plan, planner, monkeypatch, settings):
    """As they were frozen: without an image, and the figures without resolutions."""
    shown = write.figures

    def without(meeting, report, pages):
        content = shown(meeting, report, pages)
        del content["board"]["resolutions"], content["board"]["kept"]
        del content["board"]["changes"]["resolutions"]
        return content

    with monkeypatch.context() as before:
        before.setattr(write, "qr_text", lambda meeting, code: "")
        before.setattr(write, "figures", without)
        old = freeze(plan, planner)
    new = freeze(plan, planner, "6/2568")
    assert b"xl/media" not in bytes(old.workbook) and b"xl/media" in bytes(new.workbook)
    settings.SITE_URL = SITE
    for frozen in Frozen.objects.order_by("place"):
        assert verify_one(frozen) == []
        assert file_faults(bytes(frozen.workbook)) == []
        page = signed_in(planner).get(f"/plans/{plan.slug}/meetings/{frozen.meeting_id}/")
        assert page.status_code == 200 and code_of(frozen) in page.content.decode()
    call_command("verify_pack", verbosity=0)


def test_one_module_more_or_less_is_another_file(plan, planner):
    frozen = freeze(plan, planner)
    content = bytes(frozen.workbook)
    book, pages = board_book(board_report(plan, frozen.meeting.at, HELD))
    footer = f"{plan.name} · {frozen.meeting} · {code_of(frozen)}"
    forged = bound(book, pages, footer, "https://elsewhere.example.org/")
    assert file_faults(content) == [] and file_faults(forged) != []


@pytest.mark.parametrize("address", ["plan.example.org", "ftp://x", "javascript:x", "https://a b"])
def test_an_address_of_the_site_is_one(monkeypatch, address):
    monkeypatch.setenv("SITE_URL", address)
    with pytest.raises(ImproperlyConfigured):
        project.env_address("SITE_URL")
    monkeypatch.setenv("SITE_URL", f"{SITE}/")
    assert project.env_address("SITE_URL") == SITE


def test_a_title_that_could_run_stays_a_title():
    """What people called a meeting stands in the drawing, which no template escapes any more."""
    drawn = qr_svg("x", "<script>alert(1)</script>")
    assert "<script" not in drawn and "&lt;script&gt;" in drawn
