"""Files that are clumsy or meant to harm: taken, or refused with a sentence, in time and memory.

Each is read in the process that the service starts, within its limits (docs/cells.md, "Files").
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from openpyxl import Workbook

from nhrc_plan.tables.lines import MAX_COLUMNS, MAX_ROWS, table_grid
from strategy.workbook import apart, upload
from tests.support.tables import saved, told_in, workbook

LINES = "โครงการ,เบิกจ่าย\nก,1\nข,2"


def zipped(**parts: bytes) -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return stream.getvalue()


def changed(content: bytes, part: str, data: bytes | None) -> bytes:
    """A workbook with one part replaced, or without it."""
    stream = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            if name != part:
                new.writestr(name, old.read(name))
        if data is not None:
            new.writestr(part, data)
    return stream.getvalue()


def small() -> bytes:
    return saved(workbook([["โครงการ", "เบิกจ่าย"], ["ก", 1]]))


def far_away() -> bytes:
    """A million rows without a word: the last cell of the sheet is empty, and styled."""
    book = workbook([["โครงการ", "เบิกจ่าย"], ["ก", 1]])
    book.active.cell(1_048_576, 2).number_format = "0.00"
    return saved(book)


def long() -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for number in range(MAX_ROWS + 2):
        sheet.append([number])
    return saved(book)


def entities() -> bytes:
    bomb = b'<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa">' + b"".join(
        b'<!ENTITY %c "%s">' % (letter, b"&%c;" % (letter - 1) * 10) for letter in b"bcdefghi"
    )
    sheet = b"]><worksheet><sheetData><row><c t='str'><v>&i;</v></c></row></sheetData></worksheet>"
    return changed(small(), "xl/worksheets/sheet1.xml", bomb + sheet)


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
FILES: dict[str, tuple[Any, str]] = {
    # What comes, and a word of the sentence; "" where it is taken.
    "a table in UTF-8, with its mark or without": (lambda: LINES.encode("utf-8-sig"), ""),
    "a table in the Thai of Windows (874, TIS-620)": (lambda: LINES.encode("cp874"), ""),
    "parted by commas, semicolons or tabs": (lambda: LINES.replace(",", "\t").encode(), ""),
    "text in UTF-16, as Excel calls Unicode": (
        lambda: LINES.replace(",", "\t").encode("utf-16"), ""),
    "more than 2 MB": (lambda: b"x" * (upload.MAX_BYTES + 1), "2 MB"),
    "an archive that unpacks to more than 12 MB": (
        lambda: zipped(xl__a_dot_xml=b"0" * (upload.MAX_UNPACKED + 1)), "ไม่เปิดอ่าน"),
    "more than 6,000 rows with anything in them": (long, "6000 แถว"),
    "a million empty rows": (far_away, ""),
    "more than 100 columns": (lambda: saved(workbook([list(range(16_384))])), "100 คอลัมน์"),
    "entities that expand": (entities, "อ่านได้"),
    "a password": (lambda: OLE + "EncryptedPackage".encode("utf-16-le"), "รหัสผ่าน"),
    "old Excel (.xls)": (lambda: OLE, ".xls"),
    "macros": (lambda: changed(small(), "xl/vbaProject.bin", b"x"), "แมโคร"),
    "a picture, a PDF, a page of the web": (lambda: b"%PDF-1.7 x", "ไม่ใช่สมุดงาน"),
    "parts missing": (lambda: changed(small(), "xl/workbook.xml", None), "อ่านได้"),
    "cut off": (lambda: small()[:-400], "อ่านได้"),
    "letters of another encoding": (lambda: "Ünterlägen,ß\nä,1".encode("latin-1"), "อ่านตัวอักษร"),
    "nothing in it": (lambda: b"", "ไม่ใช่สมุดงาน"),
}  # fmt: skip


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reader without its process."""
    monkeypatch.setattr(upload, "_apart", apart.answered)


@pytest.fixture(scope="module", autouse=True)
def warm() -> None:
    """The interpreter's files are in memory, as they are where the service runs."""
    subprocess.run([sys.executable, "-c", "import openpyxl"], check=True)


def worked() -> float:
    """Seconds of a processor that the processes started from here have taken."""
    times = os.times()
    return times.children_user + times.children_system


@pytest.mark.parametrize("words", FILES)
def test_a_file_is_taken_or_refused_in_time(words):
    make, sentence = FILES[words]
    content = make()
    before = worked()
    if sentence:
        with pytest.raises(ValidationError) as refused:
            table_grid(content, "")
        assert sentence in " ".join(refused.value.messages)
    else:
        grid = table_grid(content, "")
        assert [cell.text for cell in grid.rows[0]] == ["โครงการ", "เบิกจ่าย"]
        assert grid.rows[1][1].text == "1"
    # Work of the process alone: other tests may take the machine meanwhile.
    assert worked() - before < 2


def test_the_document_names_these_files():
    assert told_in("Files") == {
        words: "refused" if sentence else "taken" for words, (_make, sentence) in FILES.items()
    }


def test_every_way_to_write_a_text_table_gives_the_same(here):
    expected = table_grid(LINES.encode(), "").rows
    for mark in ",;\t":
        for encoding in ("utf-8", "utf-8-sig", "cp874", "tis-620", "utf-16"):
            text = LINES.replace(",", mark).replace("\n", "\r\n")
            assert table_grid(text.encode(encoding), "").rows == expected, (mark, encoding)
    quoted = '"โครงการ, กิจกรรม","เบิกจ่าย"\r\n"ก\nข","1,234.50"'
    rows = table_grid(quoted.encode(), "").rows
    assert [cell.text for cell in rows[1]] == ["ก\nข", "1,234.50"]


def test_other_kinds_of_files_are_no_text(here):
    for content in (b"\x89PNG\r\n", b"<html>", b"{\\rtf1", b"MZ\x90", b"\x00\x01\x02ab"):
        with pytest.raises(ValidationError):
            table_grid(content, "")


def test_the_limits_of_the_process_hold(tmp_path, monkeypatch):
    """Negative control: with less memory than it takes, the reader gives up."""
    content = saved(workbook([[f"โครงการ {number}", number] for number in range(5_000)]))
    assert len(table_grid(content, "").rows) == 5_000
    weak = tmp_path / "apart.py"
    source = Path(apart.__file__).read_text()
    weak.write_text(re.sub(r"^MEMORY = .*$", "MEMORY = 10_000_000", source, flags=re.MULTILINE))
    monkeypatch.setattr(upload, "_READER", weak)
    with pytest.raises(ValidationError, match="อ่านได้"):
        table_grid(content, "")


def test_hidden_sheets_and_what_is_merged_are_told(here):
    book = workbook([["ก", None], ["ข", 1], ["ค", 2]], merged=("A1:B1",))
    sheet = book.active
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["B"].hidden = True
    sheet.auto_filter.ref = "A1:B3"
    sheet.auto_filter.add_filter_column(0, ["ข"])
    book.create_sheet("ลับ", 0).sheet_state = "hidden"
    grid = table_grid(saved(book), "")
    assert (grid.sheet, grid.hidden) == ("Sheet1", {"ลับ"})
    assert grid.merged == ((1, 1, 1, 2),)
    assert (grid.hidden_rows, grid.hidden_columns, grid.filtered) == ({3}, {2}, True)
    assert table_grid(saved(book), "ลับ").rows == []
    with pytest.raises(ValidationError, match="ไม่มี"):
        table_grid(saved(book), "อื่น")


def test_columns_beyond_the_limit_are_refused_where_they_hold_anything(here):
    row = [1] * MAX_COLUMNS
    assert len(table_grid(saved(workbook([row])), "").rows[0]) == MAX_COLUMNS
    with pytest.raises(ValidationError):
        table_grid(",".join(map(str, [*row, 1])).encode(), "")


def test_reading_the_makeup_of_a_large_sheet_takes_little_beside_reading_it():
    rows = [[f"โครงการ {number}", number, "หมายเหตุ"] for number in range(5_000)]
    content = saved(workbook(rows))
    start = time.process_time()
    apart.answered(content, {"table": ["", 100, 6_000], "unpacked": 8_000_000, "parts": 500})
    table = time.process_time() - start
    start = time.process_time()
    apart.answered(
        content, {"sheets": {"Sheet1": [100, 6_000]}, "unpacked": 8_000_000, "parts": 500}
    )
    assert table < 2 * (time.process_time() - start)
