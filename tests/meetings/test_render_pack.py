"""render_pack: what a reader sees, as PDF by Chromium; refused in words where it cannot be."""

from __future__ import annotations

import re
import shutil
import subprocess
import unicodedata
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError

from kpis.models import Result
from nhrc_plan.meetings.frozen.canonical import short_code
from nhrc_plan.meetings.models import Meeting
from nhrc_plan.meetings.write import meeting_freeze
from nhrc_plan.printing.page import page_file
from strategy.models import Plan
from strategy.records.write import record_save
from tests.support.commands import run
from tests.support.pages import samples

DAY = date(2025, 5, 12)
MONTH = "2568-07"
PDFTOTEXT = shutil.which("pdftotext")


@pytest.fixture
def full(plan: Plan, today: Callable[[date], date]) -> Plan:
    today(DAY)
    samples(plan, DAY)
    return plan


@pytest.fixture
def meeting(full: Plan, planner: Any) -> Meeting:
    row = Meeting(plan=full, number="5/2568", held_on=DAY, fiscal_year=2568, month=7)
    record_save(instance=row, user=planner)
    meeting_freeze(user=planner, meeting=row, expected_version=row.version, reason="มติที่ประชุม")
    return row


def plain(text: str) -> str:
    """A text without spaces and line breaks, its characters composed."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFC", text))


# --------------------------------------------------------------------- without a browser


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--plan", "none", "--month", MONTH], "none"),
        (["--plan", "nhrc-2566-2570"], "2566-07"),
        (["--plan", "nhrc-2566-2570", "--month", "2568-13"], "2566-07"),
        (["--plan", "nhrc-2566-2570", "--month", "2571-01"], "2566-07"),
        (["--plan", "nhrc-2566-2570", "--month", "2570-01"], "ยังไม่สิ้นสุด"),
        (["--plan", "nhrc-2566-2570", "--month", MONTH, "--indicator", "X"], "X"),
        (["--meeting", "99"], "99"),
    ],
)
def test_what_there_is_not_is_said_in_words(plan, today, tmp_path, arguments, said):
    today(DAY)
    program = tmp_path / "chromium"
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    with pytest.raises(CommandError, match=re.escape(said)):
        run("render_pack", *arguments, "--chromium", str(program))


def test_without_chromium_it_says_what_to_do(plan, monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(CommandError, match="ไม่พบ Chromium"):
        run("render_pack", "--plan", plan.slug, "--month", MONTH)


def test_a_chromium_that_fails_is_no_pdf(full, tmp_path):
    program = tmp_path / "chromium"
    program.write_text("#!/bin/sh\necho broken >&2\nexit 1\n")
    program.chmod(0o755)
    out = tmp_path / "pack.pdf"
    with pytest.raises(CommandError, match="broken"):
        run(
            "render_pack", "--plan", full.slug, "--month", MONTH,
            "--chromium", str(program), "--output", str(out),
        )  # fmt: skip
    assert not out.exists()


def test_a_page_needs_nothing_but_the_files_beside_it(full, tmp_path):
    query = {"year": "2568", "month": "7"}
    file = page_file(f"/plans/{full.slug}/board/", query, 'แผน "ก" <x>', tmp_path)
    html = file.read_text(encoding="utf-8")
    assert "<script" not in html and "เมษายน 2568" in html
    links = re.findall(r'<link rel="stylesheet" href="([^"]+)"', html)
    assert len(links) == 6 and all((tmp_path / link).is_file() for link in links)
    assert list(tmp_path.glob("fonts/*"))
    assert 'content: "แผน ก &lt;x&gt;"' in html and '"หน้า " counter(page) " จาก "' in html
    # What is folded on the page is a part with a heading.
    folded = re.findall(r'<details class="[^"]*printed[^"]*"([^>]*)>(.{0,20})', html, re.DOTALL)
    assert len(folded) > 4
    assert all(attributes == " open" and "<summary><h2>" in more for attributes, more in folded)


# ------------------------------------------------------------------------------- by Chromium


@pytest.mark.browser
@pytest.mark.looks
def test_the_pdf_can_be_searched_read_aloud_and_found_again(full, meeting, chromium, tmp_path):
    """The board's page, and a frozen meeting as it was frozen, whatever has changed since."""
    Result.objects.filter(fiscal_year=2568).delete()
    out = tmp_path / "meeting.pdf"
    run("render_pack", "--meeting", str(meeting.pk), "--output", str(out))
    content = out.read_bytes()
    assert b"/Outlines" in content and b"/MarkInfo" in content and b"/StructTreeRoot" in content
    if PDFTOTEXT is None:
        pytest.skip("There is no pdftotext.")
    text = plain(text_of(out))
    assert plain("สำเร็จ") in text and "\u0e4d\u0e32" not in text
    code = short_code(meeting.frozen.figures_sha256)
    assert plain(f"{full.name} · {meeting} · {code}") in text and plain("หน้า 1 จาก") in text
    lines = meeting.frozen.shown["sheets"][0]["rows"]
    told = [row["cells"][1] for row in lines if row["kind"] == "group"][:3]
    assert len(told) == 3 and all(plain(line) in text for line in told)


def text_of(pdf: Path) -> str:
    """What the PDF says when it is searched."""
    found = subprocess.run(  # noqa: S603 - a fixed command
        [str(PDFTOTEXT), "-layout", str(pdf), "-"], capture_output=True, check=True, timeout=60
    )
    return found.stdout.decode()
