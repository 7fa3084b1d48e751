"""Workbooks to fill in: fetched, filled in, sent and confirmed through the site's own pages."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from strategy.models import Unit

PLAN = "nhrc-2566-2570"
AT = "?year=2569&month=12"
RESULTS, MONEY, MEASURES = "ผลตัวชี้วัด", "การเบิกจ่าย", "มาตรการ"
VALUE, TOP, BOTTOM = "ผลการดำเนินงาน", "หรือกรอกจำนวนที่ได้", "จากจำนวนทั้งหมด"
WORDS = "การดำเนินงาน"


def entry_address(unit: Unit, at: str = AT) -> str:
    return reverse("unit_entry", args=[PLAN, unit.pk]) + at


def fetch(client: Any, unit: Unit, at: str = AT) -> Any:
    answer = client.get(reverse("unit_entry_book", args=[PLAN, unit.pk]) + at)
    assert answer.status_code == 200
    return load_workbook(BytesIO(answer.content))


def heads(sheet: Any) -> tuple[int, dict[str, int]]:
    """The row of headings, and the column of each."""
    row = next(cell.row for cell in sheet["A"] if cell.value == "รหัสในระบบ")
    return row, {
        " ".join(str(cell.value).split()): cell.column for cell in sheet[row] if cell.value
    }


def cell_of(book: Any, sheet: str, starts: str, label: str) -> Any:
    """A cell of the row whose second column begins so, by how its heading begins."""
    page = book[sheet]
    top, columns = heads(page)
    row = next(
        number
        for number in range(top + 1, page.max_row + 1)
        if str(page.cell(number, 2).value).startswith(starts)
    )
    column = next(place for name, place in columns.items() if name.startswith(label))
    return page.cell(row, column)


def fill(book: Any, sheet: str, starts: str, **cells: Any) -> None:
    """Type into a row; by heading, "_" for a blank in it."""
    for name, value in cells.items():
        cell_of(book, sheet, starts, name.replace("_", " ")).value = value


def saved(book: Any) -> bytes:
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def send(client: Any, unit: Unit, content: bytes, how: str = "submit", at: str = AT) -> Any:
    file = SimpleUploadedFile("กรอก.xlsx", content)
    return client.post(entry_address(unit, at), {"workbook": file, "how": how}, follow=True)


def confirm(client: Any, page: Any, **more: Any) -> Any:
    """Press what the preview offers."""
    chain = getattr(page, "redirect_chain", [])
    address = chain[-1][0] if chain else page.request["PATH_INFO"]
    data = {"digest": page.context["compared"].digest, "_confirm": "1", **more}
    return client.post(address, data, follow=True)


def outcomes(page: Any) -> dict[str, str]:
    return {row.name.split()[0]: row.outcome for row in page.context["compared"].shown}
