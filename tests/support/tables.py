"""Tables of several makes, and the way that one goes through the pages."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook

PLAN = "nhrc-2566-2570"
AT = "?year=2569&month=12"
DOC = Path(__file__).parents[2] / "docs" / "cells.md"


def told_in(section: str) -> dict[str, str]:
    """The rows of a table of the document: what stands there, and what becomes of it."""
    text = DOC.read_text().split(f"## {section}\n")[1].split("\n## ")[0]
    rows = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("| ")]
    return {row[0].strip(): row[-1].strip() for row in rows[1:]}


def saved(book: Any) -> bytes:
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def workbook(rows: list[list[Any]], *, merged: tuple[str, ...] = (), title: str = "Sheet1") -> Any:
    """A workbook of one sheet."""
    book = Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    for area in merged:
        sheet.merge_cells(area)
    return book


def gfmis(projects: list[Any], *, reason: str = "") -> bytes:
    """A table as a finance office makes one: titles, headings in two storeys, sums, a note.

    ``reason``: stands in a column of its own at the end.
    """
    rows: list[list[Any]] = [
        ["รายงานสถานะการใช้จ่ายงบประมาณ ประจำปีงบประมาณ พ.ศ. 2569"],
        ["ณ สิ้นเดือนกันยายน 2569", None, None, None, None, None, None, "หน่วย : พันบาท"],
        ["ลำดับ", "แผนงาน / โครงการ", "งบประมาณ", None, "ผลการใช้จ่าย", None, "คงเหลือ", "ร้อยละเบิกจ่าย"],
        [None, None, "ตาม พ.ร.บ.", "จัดสรร", "ใบสั่งซื้อ (PO)", "เบิกจ่าย", None, None],
        ["แผนงานยุทธศาสตร์"],
    ]  # fmt: skip
    for number, project in enumerate(projects, start=1):
        row = [number, project.name, 100, 100, 10 * number, "99,234.50", 0, 0.5]
        rows.append([*row, reason] if reason else row)
    rows += [
        ["รวมทั้งสิ้น", None, 300, 300, "=SUM(E6:E8)", 3703.5, 0, 0.5],
        [],
        ["หมายเหตุ: ข้อมูลจากระบบ New GFMIS Thai"],
    ]
    book = workbook(
        rows,
        merged=("A1:H1", "A3:A4", "B3:B4", "C3:D3", "E3:F3", "G3:G4", "H3:H4"),
        title="ก.ย.69",
    )
    book.create_sheet("ทด").sheet_state = "hidden"
    return saved(book)


def sent(client: Any, kind: str, content: bytes, name: str = "งบ.xlsx", at: str = AT) -> Any:
    """Send a table; gives the page on which its columns are matched."""
    file = SimpleUploadedFile(name, content)
    address = reverse("tables", args=[PLAN]) + at
    return client.post(address, {"kind": kind, "table": file}, follow=True)


def where(page: Any) -> str:
    """The address at which a page was shown in the end."""
    chain = getattr(page, "redirect_chain", None)
    return chain[-1][0] if chain else str(page.request["PATH_INFO"])


def matched(client: Any, page: Any, **told: Any) -> Any:
    """Say what the page proposes, with ``told`` over it; gives the preview, or the page again."""
    form = page.context["form"]
    look = page.context["look"]
    data = {
        **{bound.html_name: bound.value() or "" for bound in form},
        "expected_version": page.context["row"].version,
        "sheet": look.grid.sheet,
        "first": look.head.first,
        "last": look.head.last,
    }
    address = where(page)
    return client.post(address, {**data, **told}, follow=True)


def decisions(page: Any, choice: str) -> dict[str, str]:
    """One decision about every row of a preview that it may be made about, as the page posts it."""
    return {
        f"row_{row.key}": text
        for row in page.context["compared"].shown
        for text, _label in row.choices
        if text.partition(".")[0] == choice
    }


def confirmed(client: Any, page: Any, **more: Any) -> Any:
    """Press what the preview offers."""
    address = where(page)
    data = {"digest": page.context["compared"].digest, "_confirm": "1", **more}
    return client.post(address, data, follow=True)
