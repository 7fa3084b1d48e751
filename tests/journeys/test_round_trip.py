"""A month there and back: downloaded, filled in with LibreOffice, sent and confirmed in a browser."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook

from budgets.models import Disbursement
from integrity.measures.write import measure_year_begin
from integrity.models import MeasureYear, QuarterProgress
from nhrc_plan.exchange.models import Import
from strategy.models import Unit
from tests.support.browsing import follow
from tests.support.exchange import MEASURES, MONEY, RESULTS, cell_of, entry_address
from tests.support.writing import OWN, entered, figures, indicator_of, led_by, measure_of

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
BRIDGE = "/usr/bin/python3"
SCRIPT = Path(__file__).parent.parent / "support" / "office.py"


def has_bridge() -> bool:
    if OFFICE is None or not Path(BRIDGE).exists():
        return False
    return subprocess.run([BRIDGE, "-c", "import uno"], capture_output=True).returncode == 0  # noqa: S603


pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        not has_bridge() and not os.environ.get("REQUIRE_BROWSER"),
        reason="There is no LibreOffice with its bridge to Python.",
    ),
]


def test_a_month_is_filled_in_with_another_spreadsheet_and_taken_over(
    browse, planner, reporter, plan, tmp_path
):
    indicator_of(plan, "S3-1.1", OWN)
    project = led_by(OWN)
    year = MeasureYear.objects.get(agency=plan.agency, fiscal_year=2566)
    measure_year_begin(user=None, source=year, fiscal_year=2569)
    measure_of(2569, "2.2", OWN)
    unit = Unit.objects.get(name=OWN)

    page = browse(reporter)
    page.goto(entry_address(unit))
    with page.expect_download() as download:
        page.click("a.button.primary[href*='.xlsx']")
    source, target = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    download.value.save_as(source)

    book = load_workbook(source)
    code = f"{project.strategy.number}-{project.number}"
    places = {
        "value": cell_of(book, RESULTS, "S3-1.1", "ผลการดำเนินงาน").coordinate,
        "words": cell_of(book, RESULTS, "S3-1.1", "การดำเนินงาน").coordinate,
        "cases": cell_of(book, RESULTS, "S3-1.1", "ไม่มีกรณี").coordinate,
        "target": cell_of(book, RESULTS, "S3-1.1", "เป้าหมาย").coordinate,
        "spent": cell_of(book, MONEY, code, "เบิกจ่าย (บาท)").coordinate,
        "bound": cell_of(book, MONEY, code, "ก่อหนี้").coordinate,
        "state": cell_of(book, MEASURES, "2.2", "ความก้าวหน้า").coordinate,
        "done": cell_of(book, MEASURES, "2.2", "ผลการดำเนินงาน").coordinate,
        "letter": cell_of(book, MEASURES, "2.2", "เลขที่หนังสือ").coordinate,
        "dated": cell_of(book, MEASURES, "2.2", "ลงวันที่").coordinate,
    }
    because = cell_of(book, MONEY, code, "เหตุผล").coordinate
    asked = {
        "office": OFFICE,
        "profile": str(tmp_path / "profile"),
        "source": str(source),
        "target": str(target),
        "typed": {
            RESULTS: {
                places["value"]: "76.5", places["words"]: "ดำเนินการครบถ้วน",
                places["cases"]: None, places["target"]: None,
            },
            MONEY: {places["spent"]: "1234.50", places["bound"]: "0", because: "ตัวอย่าง"},
            MEASURES: {
                places["state"]: "กำลังดำเนินการ", places["done"]: "จัดประชุม",
                places["letter"]: "สม 0001/๒๕๖๙", places["dated"]: "'15/10/2569",
            },
        },
    }  # fmt: skip
    done = subprocess.run(  # noqa: S603 - our own script
        [BRIDGE, str(SCRIPT)], input=json.dumps(asked), capture_output=True, text=True, timeout=240
    )
    assert done.returncode == 0, done.stderr
    known = json.loads(done.stdout)

    # LibreOffice keeps the locks, the lists and the checks, with their messages.
    assert all(known[sheet]["protected"] for sheet in (RESULTS, MONEY, MEASURES))
    assert known[RESULTS][places["target"]]["locked"]
    assert not known[RESULTS][places["value"]]["locked"]
    assert known[RESULTS][places["value"]]["check"] == "CUSTOM"
    assert "๑๒๓๔" in known[RESULTS][places["value"]]["message"]
    assert known[RESULTS][places["words"]]["check"] == "TEXT_LEN"
    for sheet, place in ((RESULTS, "cases"), (MEASURES, "state")):
        assert known[sheet][places[place]]["check"] == "LIST"
    assert "กำลังดำเนินการ" in known[MEASURES][places["state"]]["choices"]

    page.set_input_files("[name=workbook]", target)
    follow(page, ".upload-form button[type=submit]")
    assert page.locator("tr.is-new").count() == 3, page.inner_text("main")
    assert page.locator("tr.is-refused, tr.is-conflict").count() == 0
    follow(page, "[name=_confirm]")
    assert Import.objects.get().state == "applied"
    assert page.locator("tr.is-new").count() == 3
    assert figures(entered().get()) == ["76.5"]
    assert Disbursement.objects.get(project=project, month=12).disbursed == Decimal("1234.50")
    quarter = QuarterProgress.objects.get(measure__issue__year__fiscal_year=2569)
    piece = quarter.evidence.get()
    assert (quarter.state, piece.number, piece.dated.isoformat()) == (
        "in_progress", "สม 0001/๒๕๖๙", "2026-10-15",
    )  # fmt: skip
    assert page.wrong == []
