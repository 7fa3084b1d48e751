"""What an uploaded file is, by its content alone; and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategy.evidence import content as kinds
from strategy.evidence.content import ENDINGS, MOST_LETTERS, content_type_of, shown_name
from strategy.evidence.office import DOCX, PPTX, XLSX
from strategy.evidence.sentences import SENTENCES
from strategy.thai import Refusal
from tests.support.files import (
    EXE,
    HTML,
    JPEG,
    PDF,
    SHEET,
    SLIDES,
    SVG,
    WEBP,
    WORD,
    office,
    png,
    zipped,
)

MACROS = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("ก.pdf", PDF, kinds.PDF),
        ("ก.PDF", PDF, kinds.PDF),
        ("a.png", png(), kinds.PNG),
        ("a.jpeg", JPEG, kinds.JPEG),
        ("a.jpg", JPEG + b"trailer of a phone", kinds.JPEG),
        ("a.webp", WEBP, kinds.WEBP),
        ("a.xlsx", office(SHEET), XLSX),
        ("a.docx", office(WORD), DOCX),
        ("a.pptx", office(SLIDES), PPTX),
        ("a.xlsx", office(link=("hyperlink", "https://example.org/")), XLSX),
        ("a.pptx", office(SLIDES, parts={"ppt/embeddings/figures.xlsx": office()}), PPTX),
        ("a.xlsx", office(parts={"xl/printerSettings/printerSettings1.bin": b"x"}), XLSX),
        ("a.csv", "ชื่อ,จำนวน\nก,-5\nข,\"=SUM(B1)\"\n".encode(), kinds.UTF8),
        ("a.txt", b"\xef\xbb\xbf" + "ข้อความ a < b".encode(), kinds.UTF8),
        ("a.csv", "ชื่อ,จำนวน\r\n".encode("cp874"), kinds.THAI),
    ],
)  # fmt: skip
def test_what_is_kept(name, content, found):
    assert content_type_of(name, content) == found


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.pdf", b"", "file_empty"),
        ("a.pdf", HTML, "file_markup"),
        ("a.txt", b"\n  <ScRiPt>x</script>", "file_markup"),
        ("a.txt", "หมายเหตุ <img src=x onerror=alert(1)>".encode("cp874"), "file_markup"),
        ("a.svg", SVG, "file_markup"),
        ("a.png", SVG, "file_markup"),
        ("a.csv", b'<?xml version="1.0"?><x/>', "file_markup"),
        ("a.exe", EXE, "file_unknown"),
        ("a.txt", b"a\x00b", "file_unknown"),
        ("a.txt", b"\x1b[2J", "file_unknown"),
        ("a.txt", "ก".encode("utf-16"), "file_unknown"),
        ("a.txt", bytes(range(0x80, 0x100)), "file_unknown"),
        ("a.csv", b"1,=cmd|'/c calc'!A1\n", "file_macros"),
        ("a.js", b"alert(1)", "file_ending"),
        ("a.hta", PDF, "file_ending"),
        ("a.pdf.exe", PDF, "file_ending"),
        ("a.pdf", png(), "file_ending"),
        ("a.xlsm", office(), "file_ending"),
        ("a.docx", office(SHEET), "file_ending"),
        ("pdf", PDF, "file_ending"),
        ("a.pdf", PDF[:40], "file_incomplete"),
        ("a.png", png()[:-8], "file_incomplete"),
        ("a.jpg", JPEG[:-2], "file_incomplete"),
        ("a.webp", WEBP[:-3], "file_incomplete"),
        ("a.webp", WEBP + b"<script>", "file_incomplete"),
        ("a.xlsx", office()[:-30], "file_incomplete"),
        ("a.xlsx", office() + b"<script>alert(1)</script>", "file_incomplete"),
        ("a.xlsx", HTML + office(), "file_unknown"),
        ("a.pdf", b"x" + PDF, "file_ending"),
        ("a.xlsx", zipped("a.txt", b"x"), "file_unknown"),
        ("a.xlsx", office(main="application/xml"), "file_unknown"),
        ("a.xlsx", office(main=MACROS), "file_macros"),
        ("a.xlsx", office(parts={"xl/vbaProject.bin": b"x"}), "file_macros"),
        ("a.xlsx", office(parts={"xl/macrosheets/sheet1.xml": b"x"}), "file_macros"),
        ("a.docx", office(WORD, parts={"word/activeX/activeX1.xml": b"x"}), "file_macros"),
        ("a.docx", office(WORD, parts={"word/embeddings/oleObject1.bin": b"x"}), "file_embedded"),
        ("a.docx", office(WORD, parts={"x.js": b"x"}), "file_embedded"),
        ("a.docx", office(WORD, parts={"e/a.xlsx": office(parts={"b.xlsx": b"x"})}), "file_embedded"),
        ("a.docx", office(WORD, parts={"e/a.xlsx": office(main=MACROS)}), "file_macros"),
        ("a.docx", office(WORD, link=("attachedTemplate", "http://x/t.dotm")), "file_linked"),
        ("a.xlsx", office(parts={"xl/externalLinks/externalLink1.xml": b"x"}), "file_linked"),
        ("a.xlsx", office(parts={"xl/big.xml": b"0" * 20_000_000}), "file_bomb"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "file_old_office"),
    ],
)  # fmt: skip
def test_what_is_refused_and_why(name, content, code):
    with pytest.raises(Refusal) as caught:
        content_type_of(name, content)
    assert caught.value.code == code
    assert str(SENTENCES[code]) % caught.value.params


def test_an_archive_of_too_many_parts_is_not_opened():
    with pytest.raises(Refusal, match="file_bomb"):
        content_type_of("a.xlsx", office(parts={f"{n}.xml": b"" for n in range(5001)}))


def test_a_list_of_contents_that_expands_itself_is_refused():
    entities = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'
    with pytest.raises(Refusal, match="file_incomplete"):
        content_type_of("a.xlsx", zipped("[Content_Types].xml", entities))


@given(st.binary(max_size=400), st.sampled_from([b"", b"PK\x03\x04", b"%PDF-", b"RIFF"]))
def test_whatever_comes_is_a_known_kind_or_a_refusal_with_a_sentence(content, head):
    try:
        found = content_type_of("a.pdf", head + content)
    except Refusal as refusal:
        assert str(SENTENCES[refusal.code]) % refusal.params
    else:
        assert ".pdf" in ENDINGS[found]


@given(st.data())
def test_a_damaged_office_file_never_breaks_anything(data):
    whole = bytearray(office(link=("hyperlink", "https://example.org/")))
    for _each in range(data.draw(st.integers(1, 8))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = content_type_of("a.xlsx", bytes(whole))
    except Refusal as refusal:
        assert refusal.code in SENTENCES
    else:
        assert found == XLSX


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("รายงาน.pdf", "รายงาน.pdf"),
        ("../../etc/รายงาน.pdf", "รายงาน.pdf"),
        (r"C:\temp\a.pdf", "a.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "a Set-Cookie: x.pdf"),
        ("a\u202efdp.exe", "a fdp.exe"),
        ("=1+1.pdf", "=1+1.pdf"),
        ("ก" * 300 + ".pdf", "ก" * (MOST_LETTERS - 4) + ".pdf"),
        ("", ""),
    ],
)
def test_a_name_is_kept_without_folders_line_ends_and_excess(name, shown):
    assert shown_name(name) == shown


@given(st.text(max_size=400))
def test_a_name_always_fits_and_is_seen_whole(name):
    shown = shown_name(name)
    assert len(shown) <= MOST_LETTERS and shown.isprintable() and "/" not in shown
