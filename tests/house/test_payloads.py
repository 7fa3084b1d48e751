"""Formulas in every column that takes a text: no workbook and no table runs one.

Markup in the same columns: test_csp.py, page by page. A file that lies about what it is:
tests/strategy/test_file_contents.py.
"""

from __future__ import annotations

import csv
import io
from typing import Any

import openpyxl
import pytest
from django.urls import reverse

from tests.support.crawling import fill_texts, one_of_each
from tests.support.pages import DAY, HERE
from tests.support.writing import signed_in

pytestmark = pytest.mark.looks

FORMULA = "=1+1|' /C calc'!A1"
BOOKS = (
    f"{HERE}/report.xlsx?year=2567&month=12",
    f"{HERE}/board.xlsx?year=2567&month=12",
    f"{HERE}/entry.xlsx?year=2567&month=12",
    "/integrity/ita/2564.xlsx",
    "/integrity/measures/2566.xlsx",
    "/history.xlsx",
    "/drafts/nhrc-2566-2570/plan.xlsx",
)
TABLES = (
    "/history.csv",
    "/api/v1/plans.csv",
    *(f"/api/v1{HERE}/{name}.csv" for name in ("indicators", "targets", "results", "budgets")),
    *(f"/api/v1/agencies/nhrc/{name}.csv" for name in ("ita", "measures")),
)


@pytest.fixture
def client(plan: Any, planner: Any, today: Any) -> Any:
    today(DAY)
    one_of_each(plan, planner)
    assert len(fill_texts(FORMULA)) > 100
    return signed_in(planner)


def test_no_text_of_any_column_becomes_a_formula(client):
    shown = 0
    for path in BOOKS:
        answer = client.get(path)
        assert answer.status_code == 200, path
        for sheet in openpyxl.load_workbook(io.BytesIO(answer.content)):
            for cell in (cell for row in sheet.iter_rows() for cell in row):
                held = isinstance(cell.value, str) and "calc" in cell.value
                assert not (held and cell.data_type == "f"), (path, sheet.title, cell.coordinate)
                shown += held
            assert "calc" not in sheet.title
    for path in TABLES:
        answer = client.get(path)
        assert answer.status_code == 200, path
        lines = csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""))
        for cell in (cell for line in lines for cell in line if "calc" in cell):
            assert cell[0] not in "=+-@\t\r\n", (path, cell)
            shown += 1
    assert shown > 300
    assert reverse("history_csv") in TABLES
