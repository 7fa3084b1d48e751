"""The manual: every page of docs/manual opens in the product, and nothing it leads to is missing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.urls import reverse

from nhrc_plan.help.manual import FIRST, FOLDER, help_page, names
from tests.support.writing import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.looks]

PAGES = [FIRST, *names()]


def test_the_first_page_leads_to_all_the_others():
    first = (FOLDER / f"{FIRST}.md").read_text(encoding="utf-8")
    assert set(re.findall(r"\(([\w-]+)\.md\)", first)) == set(names())


@pytest.mark.parametrize("name", PAGES)
def test_what_a_page_shows_and_leads_to_is_there(name):
    text = (FOLDER / f"{name}.md").read_text(encoding="utf-8")
    shown = help_page(name)
    pictures = re.findall(r"!\[([^\]]*)\]\(pictures/([\w-]+\.png)\)", text)
    assert all(alt for alt, _ in pictures)
    for _, picture in pictures:
        assert finders.find(f"manual/{picture}"), picture
        assert f"manual/{picture}" in shown.html
    assert not re.search(r'href="[^"]*\.md|src="pictures/', shown.html)
    # Ten minutes' reading: Thai is read at some 1,200 letters a minute.
    assert len(text) < 12_000


def test_no_picture_is_left_over():
    used = "".join(path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md"))
    kept = {path.name for path in Path(FOLDER, "pictures").glob("*.png")}
    assert {name for name in kept if name not in used} == set()


def test_everybody_signed_in_reads_it_and_unknown_pages_are_missing(executive):
    client = signed_in(executive)
    for name in PAGES:
        address = reverse("help") if name == FIRST else reverse("help_page", args=[name])
        assert help_page(name).title in client.get(address).content.decode()
    for odd in ("nothing", FIRST, "..", "_x"):
        assert client.get(f"/help/{odd}/").status_code == (200 if odd == FIRST else 404)
    assert client.post(reverse("help")).status_code == 405


def test_html_in_the_text_stays_text(tmp_path, monkeypatch):
    (tmp_path / "README.md").write_text("# ก\n\n<script>alert(1)</script> [x](javascript:1)\n")
    monkeypatch.setattr("nhrc_plan.help.manual.FOLDER", tmp_path)
    html = help_page(FIRST).html
    assert "<script" not in html and "javascript:1)" in html and 'href="javascript' not in html
