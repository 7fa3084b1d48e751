"""Every workbook, opened and saved again by another spreadsheet: nothing is lost, nothing runs."""

from __future__ import annotations

import os
import shutil
import subprocess
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.support.pages import samples

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        OFFICE is None and not os.environ.get("REQUIRE_BROWSER"), reason="There is no LibreOffice."
    ),
]
BOOKS = {
    "pack": "/plans/nhrc-2566-2570/board.xlsx",
    "month": "/plans/nhrc-2566-2570/report.xlsx",
    "scorecard": "/plans/rlpd-hr-2563/report.xlsx",
    "ita": "/integrity/ita/2564.xlsx",
    "measures": "/integrity/measures/2566.xlsx",
}


def cells(content: bytes) -> dict[tuple[str, str], Any]:
    """Every value of a workbook by sheet and cell."""
    found = {}
    for sheet in load_workbook(BytesIO(content)).worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f", (sheet.title, cell.coordinate)
                value = cell.value
                # LibreOffice keeps 15 digits.
                value = round(value, 10) if isinstance(value, float) else value
                if value is not None:
                    found[sheet.title, cell.coordinate] = value
    return found


def test_another_spreadsheet_reads_and_keeps_every_cell(plan, planner, client, today, tmp_path):
    today(date(2026, 11, 27))
    samples(plan, date(2026, 11, 27))
    client.force_login(planner)
    written = {}
    for name, address in BOOKS.items():
        written[name] = client.get(address).content
        (tmp_path / f"{name}.xlsx").write_bytes(written[name])
    saved = tmp_path / "saved"
    subprocess.run(  # noqa: S603 - a fixed command
        [
            OFFICE or "soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless",
            "--convert-to", "xlsx", "--outdir", str(saved),
            *(str(path) for path in sorted(tmp_path.glob("*.xlsx"))),
        ],
        check=True, capture_output=True, timeout=240,
    )  # fmt: skip
    for name, content in written.items():
        ours = cells(content)
        assert len(ours) > 20, name
        theirs = cells(Path(saved, f"{name}.xlsx").read_bytes())
        assert theirs == ours, name
